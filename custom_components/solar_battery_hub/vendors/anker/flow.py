"""Set-up dialogs of an Anker account: e-mail address, password and country; the server only where it is not found (anker.md §1, §3)."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Final, override

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.data_entry_flow import AbortFlow, section
from homeassistant.generated.countries import COUNTRIES
from homeassistant.helpers.selector import (
    CountrySelector,
    CountrySelectorConfig,
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
from ..http import is_safe
from . import VENDOR
from .account import AccountFacts, AnkerAccount
from .hosts import AUTOMATIC, CHOICES, CONF_COUNTRY, CONF_SERVER, CONF_URL, OWN_URL
from .inventory import site_id
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
                facts = tried.result
                title = facts.name or VENDOR.name
                return await self._create_account_entry(VENDOR, settings, facts.identity, title, _devices(facts))
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
                facts = tried.result
                devices = _devices(facts, entry.options.get(CONF_SITES) or ())
                return await self._update_account_entry(VENDOR, entry, settings, facts.identity, devices)
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
                facts = tried.result
                devices = _devices(facts, entry.options.get(CONF_SITES) or ())
                return await self._update_account_entry(VENDOR, entry, settings, facts.identity, devices)
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


class AnkerOptions(SystemsOptions):
    """How often an account is read, and which of its sites."""

    fields: ClassVar = {vol.Optional(CONF_INTERVAL): _INTERVAL}
    chosen = CONF_SITES

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go straight to the only form."""
        return await self.async_step_anker_options(user_input)

    async def async_step_anker_options(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the options."""
        if user_input is not None:
            return self.async_create_entry(data=self._filled(user_input))
        return self.async_show_form(step_id="anker_options", data_schema=self._form())

    @override
    def systems(self, account: AnkerAccount) -> Mapping[str, str]:
        return {site.id: site.name for site in account.sites}


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
