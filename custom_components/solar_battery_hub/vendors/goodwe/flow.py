"""Set-up dialogs of a GoodWe account: e-mail address and password, region only where it is not found (goodwe.md §1.6, §5.1)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from ...core.errors import AuthFailed
from ..base import CONF_IDENTITY, CONF_VENDOR, Settings
from ..flow_base import Tried, VendorFlow
from . import VENDOR
from .account import AccountFacts, GoodWeAccount
from .devices import plant_id
from .model import Plant
from .options import CONF_INTERVAL, CONF_PLANTS, LONGEST, SHORTEST
from .regions import AUTOMATIC, CHOICES, CONF_REGION, CONF_URL, OWN_URL, is_safe

_EMAIL: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.EMAIL, autocomplete="username"))
_SECRET: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password"))
_INTERVAL: Final = NumberSelector(
    NumberSelectorConfig(min=SHORTEST, max=LONGEST, step=1, unit_of_measurement="s", mode=NumberSelectorMode.BOX)
)
_WHERE: Final = {
    vol.Required(CONF_REGION, default=AUTOMATIC): SelectSelector(
        SelectSelectorConfig(options=list(CHOICES), translation_key="goodwe_region", mode=SelectSelectorMode.DROPDOWN)
    ),
    vol.Optional(CONF_URL): TextSelector(TextSelectorConfig(type=TextSelectorType.URL)),
}
ACCOUNT_SCHEMA = vol.Schema({vol.Required(CONF_USERNAME): _EMAIL, vol.Required(CONF_PASSWORD): _SECRET, **_WHERE})
RECONFIGURE_SCHEMA = vol.Schema({vol.Required(CONF_USERNAME): _EMAIL, vol.Optional(CONF_PASSWORD): _SECRET, **_WHERE})
PASSWORD_SCHEMA = vol.Schema({vol.Required(CONF_PASSWORD): _SECRET})


class GoodWeFlow(VendorFlow):
    """Adds an account, signs in to it again or changes how it is reached. Each form that is sent is one sign-in at most."""

    async def async_step_goodwe(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for what the user signs in to the app with."""
        tried: Tried[AccountFacts] = Tried()
        if user_input is not None:
            settings = _settings(user_input)
            same = (CONF_USERNAME, CONF_REGION, CONF_URL)
            self._async_abort_entries_match({key: settings[key] for key in same if key in settings})
            tried = await self._try_account(settings)
            if tried.result is not None:
                return await self._add_account(settings, tried.result)
        return self.async_show_form(
            step_id="goodwe",
            data_schema=self._filled_account(ACCOUNT_SCHEMA, user_input or {}),
            errors=tried.errors,
            description_placeholders=tried.placeholders,
        )

    async def async_step_goodwe_reauth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the password that is accepted now."""
        entry = self._get_reauth_entry()
        tried: Tried[AccountFacts] = Tried()
        if user_input is not None:
            settings = {**entry.data, CONF_PASSWORD: user_input[CONF_PASSWORD]}
            tried = await self._try_account(settings)
            if tried.result is not None:
                return await self._change_account(entry, settings, tried.result)
        return self.async_show_form(
            step_id="goodwe_reauth",
            data_schema=PASSWORD_SCHEMA,
            errors=tried.errors,
            description_placeholders={
                "name": entry.title,
                "username": entry.data[CONF_USERNAME],
                **tried.placeholders,
            },
        )

    async def async_step_goodwe_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the user change region, address and password, also to another account that sees the same plant."""
        entry = self._get_reconfigure_entry()
        tried: Tried[AccountFacts] = Tried()
        if user_input is not None:
            settings = {**_settings(user_input), CONF_IDENTITY: entry.data[CONF_IDENTITY]}
            if not settings[CONF_PASSWORD] and _recipient(settings) == _recipient(entry.data):
                settings[CONF_PASSWORD] = entry.data[CONF_PASSWORD]
            tried = await self._try_account(settings)
            if tried.result is not None:
                return await self._change_account(entry, settings, tried.result)
        return self.async_show_form(
            step_id="goodwe_reconfigure",
            data_schema=self._filled_account(RECONFIGURE_SCHEMA, user_input or entry.data),
            errors=tried.errors,
            description_placeholders=tried.placeholders,
        )

    async def _try_account(self, settings: Settings) -> Tried[AccountFacts]:
        """Sign in once and learn whose account it is and which plants it sees; without any it is of no use."""
        if settings[CONF_REGION] == OWN_URL and not is_safe(settings[CONF_URL]):
            return Tried(errors={CONF_URL: "unsafe_url"})
        if not settings[CONF_PASSWORD]:
            return Tried(errors={CONF_PASSWORD: "password_needed"})
        tried = await self.async_try(VENDOR, settings, GoodWeAccount.identify)
        if tried.errors == {"base": AuthFailed.key}:
            return Tried(errors={"base": "wrong_password"})
        if tried.result is not None and not tried.result.plants:
            return Tried(errors={"base": "no_plants_shared"})
        return tried

    async def _add_account(self, settings: Settings, facts: AccountFacts) -> ConfigFlowResult:
        """Make the entry, unless the account or one of its plants is there already."""
        await self.async_set_unique_id(f"{VENDOR.key}_{facts.identity}", raise_on_progress=False)
        self._abort_if_unique_id_configured()
        self._abort_if_device_in_use(_devices(facts.plants))
        return self.async_create_entry(title=facts.name, data={**settings, CONF_IDENTITY: facts.identity})

    async def _change_account(self, entry: ConfigEntry, settings: Settings, facts: AccountFacts) -> ConfigFlowResult:
        """Give an entry its new settings, unless they lead to an account that is not its own and sees none of its plants."""
        chosen = entry.options.get(CONF_PLANTS)
        plants = _devices(plant for plant in facts.plants if not chosen or plant.id in chosen)
        if facts.identity != entry.data[CONF_IDENTITY] and not plants.keys() & self._device_ids(entry):
            raise AbortFlow("other_account")
        self._abort_if_device_in_use(plants)
        await self.async_move(VENDOR, entry, settings)
        return self.async_update_reload_and_abort(entry, data=settings)

    def _filled_account(self, schema: vol.Schema, known: Mapping[str, Any]) -> vol.Schema:
        """Return a form with what is known; never the password."""
        shown = {key: value for key, value in known.items() if key != CONF_PASSWORD}
        return self.add_suggested_values_to_schema(schema, shown)


class GoodWeOptions(OptionsFlowWithReload):
    """How often an account is read, and which of its plants."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go straight to the only form."""
        return await self.async_step_goodwe_options(user_input)

    async def async_step_goodwe_options(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the options; all plants, or none, means every one the account sees, also one that is added later."""
        plants = self._plants()
        every = [plant.id for plant in plants]
        before = self.config_entry.options
        if user_input is not None:
            chosen = user_input.pop(CONF_PLANTS, None) if plants else before.get(CONF_PLANTS)
            if chosen and set(chosen) != set(every):
                user_input[CONF_PLANTS] = chosen
            return self.async_create_entry(data=user_input)
        chosen = [plant for plant in every if plant in before.get(CONF_PLANTS, every)]
        return self.async_show_form(
            step_id="goodwe_options",
            data_schema=self.add_suggested_values_to_schema(options_schema(plants), {**before, CONF_PLANTS: chosen}),
        )

    def _plants(self) -> Sequence[Plant]:
        """Return the plants to choose from; none while the account does not run, or where it only ever had one."""
        entry = self.config_entry
        if entry.state is not ConfigEntryState.LOADED:
            return ()
        plants = cast("GoodWeAccount", entry.runtime_data.account).plants
        return plants if len(plants) > 1 or CONF_PLANTS in entry.options else ()


def _settings(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry's data that a filled form stands for, without the identity."""
    settings = {
        CONF_VENDOR: VENDOR.key,
        CONF_USERNAME: form[CONF_USERNAME].strip(),
        CONF_PASSWORD: form.get(CONF_PASSWORD) or "",
        CONF_REGION: form[CONF_REGION],
    }
    if settings[CONF_REGION] == OWN_URL:
        settings[CONF_URL] = (form.get(CONF_URL) or "").strip()
    return settings


def _recipient(settings: Settings) -> tuple[str, str | None]:
    """Return whose password it is and to whom it goes: the maker in any region, or an address of one's own."""
    return settings[CONF_USERNAME].casefold(), settings.get(CONF_URL)


def _devices(plants: Iterable[Plant]) -> dict[str, str]:
    """Return our ids of plants and what their users call them."""
    return {plant_id(plant.id): plant.name for plant in plants}


def options_schema(plants: Sequence[Plant]) -> vol.Schema:
    """Return the form of the options for an account with these plants to choose from."""
    fields: dict[Any, Any] = {vol.Optional(CONF_INTERVAL): _INTERVAL}
    if plants:
        choices = [SelectOptionDict(value=plant.id, label=plant.name) for plant in plants]
        fields[vol.Optional(CONF_PLANTS)] = SelectSelector(
            SelectSelectorConfig(options=choices, multiple=True, mode=SelectSelectorMode.LIST)
        )
    return vol.Schema(fields)
