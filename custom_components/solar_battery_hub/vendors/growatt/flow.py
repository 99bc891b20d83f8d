"""Set-up dialogs of a Growatt account, by token or by user name and password (growatt.md 0.1, A.2, B.1)."""

from collections.abc import Callable, Mapping
import secrets
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.data_entry_flow import AbortFlow
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
from ..flow_base import Tried, VendorFlow
from ..http import is_safe
from . import BY_PASSWORD, BY_TOKEN, CONF_AGENT, CONF_AUTH, VENDOR
from .account import AccountFacts, GrowattAccount
from .regions import CONF_REGION, CONF_URL, DEFAULT_REGION, OWN_URL, REGIONS

CONF_INTERVAL: Final = "interval"
KEYS: Final = ("growatt_token", "growatt_password")  # the forms for the two keys to an account
SECRETS: Final = frozenset({CONF_TOKEN, CONF_PASSWORD})  # never shown again in a form

_SECRET = TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
_WHERE = {
    vol.Required(CONF_REGION, default=DEFAULT_REGION): SelectSelector(
        SelectSelectorConfig(
            options=[*REGIONS, OWN_URL], translation_key="growatt_region", mode=SelectSelectorMode.DROPDOWN
        )
    ),
    vol.Optional(CONF_URL): TextSelector(TextSelectorConfig(type=TextSelectorType.URL)),
}
REGION_SCHEMA = vol.Schema(_WHERE)
TOKEN_SCHEMA = vol.Schema({vol.Required(CONF_TOKEN): TextSelector(_SECRET), **_WHERE})
PASSWORD_SCHEMA = vol.Schema(
    {vol.Required(CONF_USERNAME): TextSelector(), vol.Required(CONF_PASSWORD): TextSelector(_SECRET), **_WHERE}
)
OPTIONS_SCHEMA = vol.Schema(
    {
        vol.Optional(CONF_INTERVAL): NumberSelector(
            NumberSelectorConfig(min=5, max=60, step=1, unit_of_measurement="min", mode=NumberSelectorMode.BOX)
        )
    }
)

type ShowAgain = Callable[[Tried[Any]], ConfigFlowResult]


class GrowattFlow(VendorFlow):
    """Adds an account, signs in to it again or changes its key: the forms are the same.

    Each form that is sent is one sign-in at most. The server does not tell a wrong region from a wrong
    password (growatt.md 0.1), so one other region is offered, once.
    """

    _tried: Settings = {}
    _region_offered = False

    async def async_step_growatt(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the user choose the key to a new account."""
        return self.async_show_menu(step_id="growatt", menu_options=KEYS)

    async def async_step_growatt_reauth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a key that is accepted."""
        return self.async_show_menu(
            step_id="growatt_reauth",
            menu_options=KEYS,
            description_placeholders={"name": self._get_reauth_entry().title},
        )

    async def async_step_growatt_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the user change region and key, also to the other kind of key."""
        return self.async_show_menu(step_id="growatt_reconfigure", menu_options=KEYS)

    async def async_step_growatt_token(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the token that the app makes."""
        if user_input is None:
            return self._show_token_form(Tried[None]())
        return await self._try_key(self._entry_data(BY_TOKEN, user_input), self._show_token_form)

    async def async_step_growatt_password(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for what the user signs in to the app with."""
        if user_input is None:
            return self._show_password_form(Tried[None]())
        return await self._try_key(self._entry_data(BY_PASSWORD, user_input), self._show_password_form)

    async def async_step_growatt_refused(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the user choose, after a refusal, between correcting the key and trying it in another region."""
        return self.async_show_menu(
            step_id="growatt_refused", menu_options=(f"growatt_{self._tried[CONF_AUTH]}", "growatt_region")
        )

    async def async_step_growatt_region(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the other region in which to try the same key."""
        if user_input is None:
            return self._show_region_form(Tried[None]())
        again = {**self._tried, CONF_URL: None, **user_input}
        return await self._try_key(self._entry_data(self._tried[CONF_AUTH], again), self._show_region_form)

    def _entry_data(self, auth: str, form: Mapping[str, Any]) -> dict[str, Any]:
        """Return the entry's data that a filled form stands for, still without an identity if it is a new one."""
        known = self._entry.data if self._entry else self._tried
        settings = {key: known[key] for key in (CONF_IDENTITY, CONF_AGENT) if key in known}
        settings |= {CONF_VENDOR: VENDOR.key, CONF_AUTH: auth, CONF_REGION: form[CONF_REGION]}
        settings.setdefault(CONF_AGENT, secrets.token_hex(4))
        if form[CONF_REGION] == OWN_URL:
            settings[CONF_URL] = (form.get(CONF_URL) or "").strip()
        if auth == BY_TOKEN:
            return {**settings, CONF_TOKEN: "".join(form[CONF_TOKEN].split())}
        return {**settings, CONF_USERNAME: form[CONF_USERNAME].strip(), CONF_PASSWORD: form[CONF_PASSWORD]}

    async def _try_key(self, settings: dict[str, Any], show_again: ShowAgain) -> ConfigFlowResult:
        """Sign in once, learn whose account it is, and keep the entry."""
        self._tried = settings
        if settings[CONF_REGION] == OWN_URL and not is_safe(settings[CONF_URL]):
            return show_again(Tried(errors={CONF_URL: "unsafe_url"}))
        if self._entry is None:
            key = (CONF_REGION, CONF_URL, CONF_TOKEN, CONF_USERNAME)
            self._async_abort_entries_match({name: settings[name] for name in key if name in settings})
        tried = await self.async_try(VENDOR, settings, _identify)
        if tried.errors == {"base": AuthFailed.key}:
            return await self._refused()
        if tried.result is None:
            return show_again(tried)
        if not tried.result.plants:
            return show_again(Tried(errors={"base": "no_plants"}))
        return await self._keep(settings, tried.result)

    async def _refused(self) -> ConfigFlowResult:
        """Offer another region, once; after that it is up to the user to correct something."""
        if not self._region_offered and self._tried[CONF_REGION] != OWN_URL:
            self._region_offered = True
            return await self.async_step_growatt_refused()
        if self._tried[CONF_AUTH] == BY_TOKEN:
            return self._show_token_form(Tried(errors={"base": "token_refused"}))
        return self._show_password_form(Tried(errors={"base": "password_refused"}))

    async def _keep(self, settings: dict[str, Any], facts: AccountFacts) -> ConfigFlowResult:
        """Make the entry, or give the one that is there its new key; its identity stays what it was."""
        entry = self._entry
        if entry is None:
            await self.async_set_unique_id(f"{VENDOR.key}_{facts.identity}", raise_on_progress=False)
            self._abort_if_unique_id_configured()
            self._abort_if_device_in_use({serial: serial for serial in _serials(facts)})
            return self.async_create_entry(title=facts.name, data={**settings, CONF_IDENTITY: facts.identity})
        self._abort_if_other_account(entry, settings, facts)
        self._abort_if_device_in_use({serial: serial for serial in _serials(facts)})
        await self.async_move(VENDOR, entry, settings)
        return self.async_update_reload_and_abort(entry, data=settings)

    def _abort_if_other_account(self, entry: ConfigEntry, settings: Settings, facts: AccountFacts) -> None:
        """Refuse to make an entry another account's.

        An inverter in common proves that it is the same one. Without any, its identity does, but only for a key of
        the same kind: the numbers of two APIs need not mean the same.
        """
        same_kind = settings[CONF_AUTH] == entry.data[CONF_AUTH]
        if not (
            _serials(facts) & self._device_ids(entry) or (same_kind and facts.identity == entry.data[CONF_IDENTITY])
        ):
            raise AbortFlow("wrong_account")

    def _show_token_form(self, tried: Tried[Any]) -> ConfigFlowResult:
        return self.async_show_form(
            step_id="growatt_token",
            data_schema=self._filled(TOKEN_SCHEMA),
            errors=tried.errors,
            description_placeholders=tried.placeholders,
        )

    def _show_password_form(self, tried: Tried[Any]) -> ConfigFlowResult:
        return self.async_show_form(
            step_id="growatt_password",
            data_schema=self._filled(PASSWORD_SCHEMA),
            errors=tried.errors,
            description_placeholders=tried.placeholders,
        )

    def _show_region_form(self, tried: Tried[Any]) -> ConfigFlowResult:
        return self.async_show_form(
            step_id="growatt_region",
            data_schema=self._filled(REGION_SCHEMA),
            errors=tried.errors,
            description_placeholders=tried.placeholders,
        )

    def _filled(self, schema: vol.Schema) -> vol.Schema:
        """Return a form with what was typed last, or what the entry has; never a secret."""
        known = self._tried or (self._entry.data if self._entry else {})
        return self.add_suggested_values_to_schema(
            schema, {key: value for key, value in known.items() if key not in SECRETS}
        )


class GrowattOptions(OptionsFlowWithReload):
    """How often an account is read."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go straight to the only form."""
        return await self.async_step_growatt_options(user_input)

    async def async_step_growatt_options(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the options; an empty interval means automatic."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="growatt_options",
            data_schema=self.add_suggested_values_to_schema(OPTIONS_SCHEMA, self.config_entry.options),
        )


async def _identify(account: GrowattAccount) -> AccountFacts:
    """Ask whichever account was opened whose it is."""
    return await account.identify()


def _serials(facts: AccountFacts) -> set[str]:
    return {device.serial for device in facts.devices}
