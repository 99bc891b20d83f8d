"""Solar Battery Hub: solar inverters and home batteries of several makers, one language."""

from functools import partial

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import ConfigType

from .account_runtime import AccountRuntime, HubConfigEntry
from .const import DOMAIN, PLATFORMS
from .opening import async_tools
from .repairs import async_delete_issues, async_watch_conflicts
from .replaced import async_remove_replaced
from .services import async_setup_services
from .stores import EntryStore, async_remove_account_store
from .vendors import VENDORS
from .vendors.base import CONF_VENDOR

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions."""
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: HubConfigEntry) -> bool:
    """Open an account and show what it has."""
    vendor = VENDORS[entry.data[CONF_VENDOR]]
    settings = {**entry.data, **entry.options}
    tools = await async_tools(hass, vendor, settings)
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, tools.close))
    tools.store.forget_other_sessions()
    store = EntryStore(hass, entry.entry_id)
    state = await store.async_load()
    account = vendor.open(settings, tools.door, tools.store, tools.clock)
    runtime = AccountRuntime(hass, entry, vendor, account, tools, store, state)
    try:
        await runtime.async_start()
    except BaseException:
        await runtime.async_stop()
        raise
    entry.runtime_data = runtime
    runtime.async_on_new(partial(async_remove_replaced, hass, entry))
    async_watch_conflicts(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: HubConfigEntry) -> bool:
    """Let an account go."""
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await entry.runtime_data.async_stop()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: HubConfigEntry) -> None:
    """Sign out and delete everything that was remembered."""
    vendor = VENDORS[entry.data[CONF_VENDOR]]
    settings = {**entry.data, **entry.options}
    tools = await async_tools(hass, vendor, settings)
    account = vendor.open(settings, tools.door, tools.store, tools.clock)
    try:
        await account.close(forget=True)
    finally:
        await tools.close()
        await async_remove_account_store(hass, vendor, entry)
        await EntryStore(hass, entry.entry_id).async_remove()
        async_delete_issues(hass, entry.entry_id)


async def async_remove_config_entry_device(hass: HomeAssistant, entry: HubConfigEntry, device: dr.DeviceEntry) -> bool:
    """Let the user delete a device that the account no longer has; nobody knows while it does not run."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    runtime = entry.runtime_data
    own = [identifier for domain, identifier in device.identifiers if domain == DOMAIN]
    if any(identifier in runtime.devices for identifier in own):
        return False
    for identifier in own:
        runtime.forget(identifier)
    return True
