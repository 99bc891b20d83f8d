"""Set-up dialogs of a GoodWe account: e-mail address and password, region only where it is not found (goodwe.md §1.6, §5.1)."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar, Final, override

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
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
from ..flow_base import SystemsOptions, Tried, VendorFlow
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
                facts = tried.result
                devices = _devices(facts.plants)
                return await self._create_account_entry(VENDOR, settings, facts.identity, facts.name, devices)
        return self.async_show_form(
            step_id="goodwe",
            data_schema=self._account_form(ACCOUNT_SCHEMA, user_input or {}),
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
                facts = tried.result
                devices = _devices(facts.plants, entry.options.get(CONF_PLANTS) or ())
                return await self._update_account_entry(VENDOR, entry, settings, facts.identity, devices)
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
                facts = tried.result
                devices = _devices(facts.plants, entry.options.get(CONF_PLANTS) or ())
                return await self._update_account_entry(VENDOR, entry, settings, facts.identity, devices)
        return self.async_show_form(
            step_id="goodwe_reconfigure",
            data_schema=self._account_form(RECONFIGURE_SCHEMA, user_input or entry.data),
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


class GoodWeOptions(SystemsOptions):
    """How often an account is read, and which of its plants."""

    fields: ClassVar = {vol.Optional(CONF_INTERVAL): _INTERVAL}
    chosen = CONF_PLANTS

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go straight to the only form."""
        return await self.async_step_goodwe_options(user_input)

    async def async_step_goodwe_options(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the options."""
        if user_input is not None:
            return self.async_create_entry(data=self._filled(user_input))
        return self.async_show_form(step_id="goodwe_options", data_schema=self._form())

    @override
    def systems(self, account: GoodWeAccount) -> Mapping[str, str]:
        return {plant.id: plant.name for plant in account.plants}


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


def _devices(plants: Iterable[Plant], chosen: Collection[str] = ()) -> dict[str, str]:
    """Return our ids of plants and what their users call them; ``chosen`` are those that are read, none: all."""
    return {plant_id(plant.id): plant.name for plant in plants if not chosen or plant.id in chosen}
