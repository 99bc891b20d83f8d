"""Set-up dialogs of the local Powerwall gateway (powerwall.md §1, §2.1, §3)."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.data_entry_flow import AbortFlow, section
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
import voluptuous as vol

from ..base import CONF_FINGERPRINT, CONF_IDENTITY, CONF_VENDOR, Settings
from ..flow_base import Tried, VendorFlow
from ..http import read_fingerprint, spell_fingerprint
from . import VENDOR
from .account import GatewayFacts, PowerwallAccount
from .client import CUSTOMER, INSTALLER, SERVER_NAME, split_host

CONF_ADVANCED = "advanced"
CONF_PIN = "pin_certificate"
CONF_INTERVAL = "interval"
CONF_TRY_CONTROL = "try_control"

PASSWORD = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password"))
GATEWAY_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_HOST): TextSelector(),
        vol.Required(CONF_PASSWORD): PASSWORD,
        vol.Required(CONF_ADVANCED): section(
            vol.Schema(
                {
                    vol.Required(CONF_USERNAME, default=CUSTOMER): SelectSelector(
                        SelectSelectorConfig(options=[CUSTOMER, INSTALLER], translation_key="powerwall_username")
                    ),
                    vol.Required(CONF_PIN, default=True): BooleanSelector(),
                }
            ),
            {"collapsed": True},
        ),
    }
)
RECONFIGURE_SCHEMA = GATEWAY_SCHEMA.extend({vol.Optional(CONF_PASSWORD): PASSWORD})
PASSWORD_SCHEMA = vol.Schema({vol.Required(CONF_PASSWORD): PASSWORD})
OPTIONS_SCHEMA = vol.Schema(
    {
        vol.Optional(CONF_INTERVAL): NumberSelector(
            NumberSelectorConfig(min=5, max=300, step=1, unit_of_measurement="s", mode=NumberSelectorMode.BOX)
        ),
        vol.Required(CONF_TRY_CONTROL, default=False): BooleanSelector(),
    }
)


class PowerwallFlow(VendorFlow):
    """Adds a gateway: host and password, then its certificate, then one sign-in.

    The certificate is read and shown before the password leaves (powerwall.md §2.1).
    """

    _settings: dict[str, Any]
    _form: Mapping[str, Any]
    _discovered_host: str | None = None

    async def async_step_powerwall(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the gateway is and how to sign in."""
        if user_input is None:
            return self._show_gateway_form(Tried[None](), {CONF_HOST: self._discovered_host})
        self._settings = _settings_from(user_input)
        self._async_abort_entries_match({CONF_HOST: self._settings[CONF_HOST]})
        return await self._read_certificate(user_input)

    async def async_step_powerwall_certificate(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the gateway's certificate; once confirmed it is the only one trusted."""
        if user_input is not None:
            return await self._sign_in(self._settings)
        return self.async_show_form(
            step_id="powerwall_certificate",
            data_schema=vol.Schema({}),
            description_placeholders={
                "host": self._settings[CONF_HOST],
                "fingerprint": spell_fingerprint(self._settings[CONF_FINGERPRINT]),
            },
        )

    async def async_step_powerwall_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change address, password, sign-in or certificate of a gateway."""
        entry = self._get_reconfigure_entry()
        if user_input is None:
            return self._show_gateway_form(Tried[None](), _form_from(entry.data))
        changed = _settings_from(user_input)
        changed[CONF_PASSWORD] = changed.get(CONF_PASSWORD) or entry.data[CONF_PASSWORD]
        self._settings = {**entry.data, **changed}
        return await self._read_certificate(user_input)

    async def async_step_powerwall_reauth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the password again."""
        entry = self._get_reauth_entry()
        tried: Tried[GatewayFacts] = Tried()
        if user_input is not None:
            settings = {**entry.data, **user_input}
            tried = await self._identify(settings)
            if tried.result is not None:
                self._abort_if_other_gateway(entry, tried.result)
                return self.async_update_reload_and_abort(entry, data_updates=user_input)
        return self.async_show_form(
            step_id="powerwall_reauth",
            data_schema=PASSWORD_SCHEMA,
            errors=tried.errors,
            description_placeholders={"name": entry.title, **tried.placeholders},
        )

    async def async_step_powerwall_dhcp(self, discovery: DhcpServiceInfo) -> ConfigFlowResult:
        """Offer a new gateway, or follow a known one to its new address."""
        if found := self._device_with_mac(discovery.macaddress):
            entry, device = found
            if (self.handler, entry.data[CONF_IDENTITY]) in device.identifiers:
                return await self._follow(entry, discovery.ip)
            return self.async_abort(reason="already_configured")  # a meter has an address of its own
        self._async_abort_entries_match({CONF_HOST: discovery.ip})
        name = discovery.hostname.upper()
        known = await self.async_set_unique_id(f"{VENDOR.key}_{name}")
        if known and CONF_HOST in known.data:  # a discovery that the user ignored has no address
            return await self._follow(known, discovery.ip)
        self._abort_if_unique_id_configured()
        self._discovered_host = discovery.ip
        self.context["title_placeholders"] = {"name": f"Powerwall ({discovery.ip})"}
        return await self.async_step_powerwall()

    def _device_with_mac(self, mac: str) -> tuple[ConfigEntry, dr.DeviceEntry] | None:
        """Return the device that has this network address, and the entry it belongs to."""
        connection = (dr.CONNECTION_NETWORK_MAC, dr.format_mac(mac))
        registry = dr.async_get(self.hass)
        return next(
            (
                (entry, device)
                for entry in self._async_current_entries()
                if (device := registry.async_get_device_by_connection(connection, entry.entry_id))
            ),
            None,
        )

    async def _follow(self, entry: ConfigEntry, address: str) -> ConfigFlowResult:
        """Let an entry use the gateway's new address."""
        host, port = split_host(entry.data[CONF_HOST])
        if host != address and port == 443:
            settings = {**entry.data, CONF_HOST: address}
            await self.async_move(VENDOR, entry, settings)
            self.hass.config_entries.async_update_entry(entry, data=settings)
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_abort(reason="already_configured")

    async def _read_certificate(self, form: dict[str, Any]) -> ConfigFlowResult:
        """Go on to the certificate, or straight to the sign-in when none is pinned."""
        host, port = split_host(self._settings[CONF_HOST])
        tried = await self.async_guard(read_fingerprint(host, port, SERVER_NAME))
        if tried.result is None:
            return self._show_gateway_form(tried, form)
        known = self._settings.get(CONF_FINGERPRINT)
        self._form = form
        if not form[CONF_ADVANCED][CONF_PIN]:
            self._settings[CONF_FINGERPRINT] = None
            return await self._sign_in(self._settings)
        self._settings[CONF_FINGERPRINT] = tried.result
        if known == tried.result:
            return await self._sign_in(self._settings)
        return await self.async_step_powerwall_certificate()

    async def _sign_in(self, settings: dict[str, Any]) -> ConfigFlowResult:
        """Sign in once, learn which gateway it is, and keep the entry."""
        tried = await self._identify(settings)
        if tried.result is None:
            return self._show_gateway_form(tried, self._form)
        if self.source == SOURCE_RECONFIGURE:
            entry = self._get_reconfigure_entry()
            self._abort_if_other_gateway(entry, tried.result)
            await self.async_move(VENDOR, entry, settings)
            return self.async_update_reload_and_abort(entry, data=settings)
        identity = tried.result.din or settings[CONF_FINGERPRINT] or settings[CONF_HOST]
        await self.async_set_unique_id(f"{VENDOR.key}_{identity}", raise_on_progress=False)
        self._abort_if_unique_id_configured()
        return self.async_create_entry(
            title=tried.result.site_name or "Powerwall",
            data={CONF_VENDOR: VENDOR.key, CONF_IDENTITY: identity, **settings},
        )

    async def _identify(self, settings: Settings) -> Tried[GatewayFacts]:
        """Sign in where needed and return which gateway answers."""
        return await self.async_try(VENDOR, settings, PowerwallAccount.identify)

    def _abort_if_other_gateway(self, entry: ConfigEntry, found: GatewayFacts) -> None:
        """Refuse to point an entry at another gateway; without a number it cannot be told.

        The number may have been learned after set-up: the entry's unique id has it then.
        """
        known = (entry.unique_id or "").removeprefix(f"{VENDOR.key}_")
        if found.din is not None and "--" in known and found.din != known:
            raise AbortFlow("wrong_gateway")

    def _show_gateway_form(self, tried: Tried[Any], form: Mapping[str, Any]) -> ConfigFlowResult:
        """Show host and password, with what was typed except the password."""
        again = self.source == SOURCE_RECONFIGURE
        schema = RECONFIGURE_SCHEMA if again else GATEWAY_SCHEMA
        kept = {key: value for key, value in form.items() if key != CONF_PASSWORD and value}
        return self.async_show_form(
            step_id="powerwall_reconfigure" if again else "powerwall",
            data_schema=self.add_suggested_values_to_schema(schema, kept),
            errors=tried.errors,
            description_placeholders=tried.placeholders,
        )


class PowerwallOptions(OptionsFlowWithReload):
    """How often a gateway is read, and whether to try what it may refuse."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go straight to the only form."""
        return await self.async_step_powerwall_options(user_input)

    async def async_step_powerwall_options(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the options; an empty interval means automatic."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="powerwall_options",
            data_schema=self.add_suggested_values_to_schema(OPTIONS_SCHEMA, self.config_entry.options),
        )


def _settings_from(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry's data a filled form stands for."""
    return {
        CONF_HOST: form[CONF_HOST].strip().removeprefix("https://").rstrip("/"),
        CONF_PASSWORD: form.get(CONF_PASSWORD),
        CONF_USERNAME: form[CONF_ADVANCED][CONF_USERNAME],
    }


def _form_from(data: Settings) -> dict[str, Any]:
    """Return the form that stands for an entry's data."""
    return {
        CONF_HOST: data[CONF_HOST],
        CONF_ADVANCED: {
            CONF_USERNAME: data[CONF_USERNAME],
            CONF_PIN: data[CONF_FINGERPRINT] is not None,
        },
    }
