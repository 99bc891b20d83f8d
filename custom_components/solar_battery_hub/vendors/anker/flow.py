"""Set-up dialogs of an Anker account: e-mail address, password and country; the server only where it is not found (anker.md §1, §3)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, cast

from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.data_entry_flow import AbortFlow, section
from homeassistant.generated.countries import COUNTRIES
from homeassistant.helpers.selector import (
    CountrySelector,
    CountrySelectorConfig,
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
from ..http import is_safe
from . import VENDOR
from .account import AccountFacts, AnkerAccount
from .hosts import AUTOMATIC, CHOICES, CONF_COUNTRY, CONF_SERVER, CONF_URL, OWN_URL
from .inventory import site_id
from .model import Site
from .options import CONF_INTERVAL, CONF_SITES, LONGEST, SHORTEST

CONF_ADVANCED: Final = "advanced"

_EMAIL: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.EMAIL, autocomplete="username"))
_SECRET: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password"))
_INTERVAL: Final = NumberSelector(
    NumberSelectorConfig(min=SHORTEST, max=LONGEST, step=1, unit_of_measurement="s", mode=NumberSelectorMode.BOX)
)
_SERVER: Final = SelectSelector(
    SelectSelectorConfig(options=list(CHOICES), translation_key="anker_server", mode=SelectSelectorMode.DROPDOWN)
)
_WHERE: Final = {
    vol.Required(CONF_COUNTRY): CountrySelector(CountrySelectorConfig(countries=sorted(COUNTRIES))),
    vol.Required(CONF_ADVANCED): section(
        vol.Schema(
            {
                vol.Required(CONF_SERVER, default=AUTOMATIC): _SERVER,
                vol.Optional(CONF_URL): TextSelector(TextSelectorConfig(type=TextSelectorType.URL)),
            }
        ),
        {"collapsed": True},
    ),
}
ACCOUNT_SCHEMA = vol.Schema({vol.Required(CONF_USERNAME): _EMAIL, vol.Required(CONF_PASSWORD): _SECRET, **_WHERE})
RECONFIGURE_SCHEMA = vol.Schema({vol.Required(CONF_USERNAME): _EMAIL, vol.Optional(CONF_PASSWORD): _SECRET, **_WHERE})
PASSWORD_SCHEMA = vol.Schema({vol.Required(CONF_PASSWORD): _SECRET})


class AnkerFlow(VendorFlow):
    """Adds an account, signs in to it again or changes how it is reached.

    Each form that is sent is one sign-in, and a second one where the first server knows nothing of the account (anker.md §1).
    """

    async def async_step_anker(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for what the user signs in to the app with."""
        tried: Tried[AccountFacts] = Tried()
        if user_input is not None:
            settings = _settings(user_input)
            tried = await self._sign_in_to_account(settings)
            if tried.result is not None:
                return await self._create_account_entry(settings, tried.result)
        return self.async_show_form(
            step_id="anker",
            data_schema=self._account_form(ACCOUNT_SCHEMA, user_input or {CONF_COUNTRY: self.hass.config.country}),
            errors=tried.errors,
            description_placeholders=tried.placeholders,
        )

    async def async_step_anker_reauth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the password that is accepted now."""
        entry = self._get_reauth_entry()
        tried: Tried[AccountFacts] = Tried()
        if user_input is not None:
            settings = {**entry.data, CONF_PASSWORD: user_input[CONF_PASSWORD]}
            tried = await self._sign_in_to_account(settings)
            if tried.result is not None:
                return await self._update_account_entry(entry, settings, tried.result)
        return self.async_show_form(
            step_id="anker_reauth",
            data_schema=PASSWORD_SCHEMA,
            errors=tried.errors,
            description_placeholders={
                "name": entry.title,
                "username": entry.data[CONF_USERNAME],
                **tried.placeholders,
            },
        )

    async def async_step_anker_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the user change country, server and password, also to another account that sees the same system."""
        entry = self._get_reconfigure_entry()
        tried: Tried[AccountFacts] = Tried()
        if user_input is not None:
            settings = {**_settings(user_input), CONF_IDENTITY: entry.data[CONF_IDENTITY]}
            if not settings[CONF_PASSWORD] and _recipient(settings) == _recipient(entry.data):
                settings[CONF_PASSWORD] = entry.data[CONF_PASSWORD]
            tried = await self._sign_in_to_account(settings)
            if tried.result is not None:
                return await self._update_account_entry(entry, settings, tried.result)
        return self.async_show_form(
            step_id="anker_reconfigure",
            data_schema=self._account_form(RECONFIGURE_SCHEMA, user_input or _form(entry.data)),
            errors=tried.errors,
            description_placeholders=tried.placeholders,
        )

    async def _sign_in_to_account(self, settings: Settings) -> Tried[AccountFacts]:
        """Sign in and learn whose account it is and what it sees; without anything it is of no use."""
        if settings[CONF_SERVER] == OWN_URL and not is_safe(settings[CONF_URL]):
            return Tried(errors={"base": "unsafe_url"})
        if not settings[CONF_PASSWORD]:
            return Tried(errors={CONF_PASSWORD: "password_needed"})
        self._abort_if_account_in_use(settings)
        tried = await self.async_try(VENDOR, settings, AnkerAccount.identify)
        if tried.errors == {"base": AuthFailed.key}:
            return Tried(errors={"base": "wrong_password"})
        if tried.result is not None and not (tried.result.sites or tried.result.devices):
            return Tried(errors={"base": "no_devices"})
        return tried

    def _abort_if_account_in_use(self, settings: Settings) -> None:
        """Refuse an e-mail address that another entry has: two clients of one account lock it (anker.md §3.5)."""
        address = VENDOR.address(settings)
        for other in self._async_current_entries():
            is_anker = other.data.get(CONF_VENDOR) == VENDOR.key
            if is_anker and other is not self._entry and VENDOR.address(other.data) == address:
                raise AbortFlow("already_configured")

    async def _create_account_entry(self, settings: Settings, facts: AccountFacts) -> ConfigFlowResult:
        """Make the entry, unless the account or one of its devices is there already."""
        await self.async_set_unique_id(f"{VENDOR.key}_{facts.identity}", raise_on_progress=False)
        self._abort_if_unique_id_configured()
        self._abort_if_device_in_use(_devices(facts))
        return self.async_create_entry(title=facts.name or VENDOR.name, data={**settings, CONF_IDENTITY: facts.identity})

    async def _update_account_entry(
        self, entry: ConfigEntry, settings: Settings, facts: AccountFacts
    ) -> ConfigFlowResult:
        """Give an entry its new settings, unless they lead to an account that is not its own and sees none of its devices."""
        devices = _devices(facts, entry.options.get(CONF_SITES) or ())
        if facts.identity != entry.data[CONF_IDENTITY] and not devices.keys() & self._device_ids(entry):
            raise AbortFlow("other_account")
        self._abort_if_device_in_use(devices)
        await self.async_move(VENDOR, entry, settings)
        return self.async_update_reload_and_abort(entry, data=settings)

    def _account_form(self, schema: vol.Schema, known: Mapping[str, Any]) -> vol.Schema:
        """Return a form with what is known; never the password."""
        shown = {key: value for key, value in known.items() if key != CONF_PASSWORD}
        return self.add_suggested_values_to_schema(schema, shown)


class AnkerOptions(OptionsFlowWithReload):
    """How often an account is read, and which of its sites."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go straight to the only form."""
        return await self.async_step_anker_options(user_input)

    async def async_step_anker_options(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the options; all sites, or none, means every one the account sees, also one that is added later."""
        sites = self._sites()
        every = [site.id for site in sites]
        before = self.config_entry.options
        if user_input is not None:
            chosen = user_input.pop(CONF_SITES, None) if sites else before.get(CONF_SITES)
            if chosen and set(chosen) != set(every):
                user_input[CONF_SITES] = chosen
            return self.async_create_entry(data=user_input)
        chosen = [site for site in every if site in before.get(CONF_SITES, every)]
        return self.async_show_form(
            step_id="anker_options",
            data_schema=self.add_suggested_values_to_schema(options_schema(sites), {**before, CONF_SITES: chosen}),
        )

    def _sites(self) -> Sequence[Site]:
        """Return the sites to choose from; none while the account does not run, or where it only ever had one."""
        entry = self.config_entry
        if entry.state is not ConfigEntryState.LOADED:
            return ()
        sites = cast("AnkerAccount", entry.runtime_data.account).sites
        return sites if len(sites) > 1 or CONF_SITES in entry.options else ()


def _settings(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry's data that a filled form stands for, without the identity."""
    advanced = form[CONF_ADVANCED]
    settings = {
        CONF_VENDOR: VENDOR.key,
        CONF_USERNAME: form[CONF_USERNAME].strip(),
        CONF_PASSWORD: form.get(CONF_PASSWORD) or "",
        CONF_COUNTRY: form[CONF_COUNTRY],
        CONF_SERVER: advanced[CONF_SERVER],
    }
    if settings[CONF_SERVER] == OWN_URL:
        settings[CONF_URL] = (advanced.get(CONF_URL) or "").strip()
    return settings


def _form(settings: Settings) -> dict[str, Any]:
    """Return the form that stands for an entry's data."""
    advanced = {key: settings[key] for key in (CONF_SERVER, CONF_URL) if key in settings}
    return {**settings, CONF_ADVANCED: advanced}


def _recipient(settings: Settings) -> tuple[str, str | None]:
    """Return whose password it is and to whom it goes: the maker on any server, or an address of one's own."""
    return settings[CONF_USERNAME].casefold(), settings.get(CONF_URL)


def _devices(facts: AccountFacts, chosen: Collection[str] = ()) -> dict[str, str]:
    """Return our ids of what is read of an account, and what its users call it; ``chosen`` are the sites, none: all."""
    sites = [site for site in facts.sites if not chosen or site.id in chosen]
    read = {None, *(site.id for site in sites)}
    devices = {device.serial: device.name for device in facts.devices if device.site in read}
    return {site_id(site.id): site.name for site in sites} | devices


def options_schema(sites: Sequence[Site]) -> vol.Schema:
    """Return the form of the options for an account with these sites to choose from."""
    fields: dict[Any, Any] = {vol.Optional(CONF_INTERVAL): _INTERVAL}
    if sites:
        choices = [SelectOptionDict(value=site.id, label=site.name) for site in sites]
        fields[vol.Optional(CONF_SITES)] = SelectSelector(
            SelectSelectorConfig(options=choices, multiple=True, mode=SelectSelectorMode.LIST)
        )
    return vol.Schema(fields)
