"""Set-up in the UI: a menu of vendors; each vendor brings its own steps."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast, override

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult, OptionsFlow
from homeassistant.core import callback
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo

from .const import DOMAIN
from .core.errors import HubError
from .messages import describe
from .opening import async_tools
from .stores import async_move_account_store
from .vendors import VENDORS
from .vendors.base import CONF_DIALOG, CONF_VENDOR, Settings, Vendor
from .vendors.flow_base import Tried
from .vendors.flows import OPTIONS, VendorFlows

type Step = Callable[[Any], Awaitable[ConfigFlowResult]]


class SolarBatteryHubFlow(VendorFlows, domain=DOMAIN):
    """Adds an account of one vendor."""

    VERSION = 1

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the user pick a vendor."""
        return self.async_show_menu(step_id="user", menu_options=list(VENDORS), sort=True)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Ask for new credentials."""
        return await self._step(entry_data[CONF_VENDOR], "reauth")(None)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change how an account is reached."""
        vendor = self._get_reconfigure_entry().data[CONF_VENDOR]
        return await self._step(vendor, "reconfigure")(user_input)

    @override
    async def async_step_dhcp(self, discovery_info: DhcpServiceInfo) -> ConfigFlowResult:
        """Offer a gateway that appeared in the network, or follow one that moved."""
        vendor = next(key for key in VENDORS if hasattr(self, f"async_step_{key}_dhcp"))
        return await self._step(vendor, "dhcp")(discovery_info)

    def _step(self, vendor: str, step: str) -> Step:
        return cast("Step", getattr(self, f"async_step_{vendor}_{step}"))

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options of the entry's vendor."""
        return OPTIONS[config_entry.data[CONF_VENDOR]]()

    @override
    async def async_try[T](self, vendor: Vendor, settings: Settings, check: Callable[[Any], Awaitable[T]]) -> Tried[T]:
        settings = {**settings, CONF_DIALOG: True}
        tools = await async_tools(self.hass, vendor, settings)
        account = vendor.open(settings, tools.door, tools.store, tools.clock)
        try:
            return await self.async_guard(check(account))
        finally:
            await tools.store.save()
            await tools.close()

    @override
    async def async_move(self, vendor: Vendor, entry: ConfigEntry, settings: Settings) -> None:
        await async_move_account_store(self.hass, vendor, entry, settings)

    @override
    async def async_guard[T](self, work: Awaitable[T]) -> Tried[T]:
        try:
            return Tried(result=await work)
        except HubError as err:
            key, placeholders = describe(err)
            return Tried(errors={"base": key}, placeholders=placeholders)
