"""Removes registered entities whose reading became a control, or the other way round."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .account_runtime import HubConfigEntry, unique_id
from .core.control import ControlKind
from .schedule_entities import platforms

CONTROL_PLATFORMS = frozenset(kind.value for kind in ControlKind)


@callback
def async_remove_replaced(hass: HomeAssistant, entry: HubConfigEntry) -> None:
    """Remove what nothing stands behind any more; what could not be asked yet is unknown, not gone.

    What belongs to a device that is gone goes with the device, when the user deletes it: it may come back.
    """
    runtime = entry.runtime_data
    if any(coordinator.data is None for coordinator in runtime.feeds.values()):
        return
    controls = {unique_id(ref): control.setting.kind.value for ref, control in runtime.changes.controls().items()}
    controls |= platforms(runtime)
    present = {runtime.devices.registry_id(device.id) for device in runtime.devices}
    registry = er.async_get(hass)
    for known in er.async_entries_for_config_entry(registry, entry.entry_id):
        if known.device_id not in present:
            continue
        platform = controls.get(known.unique_id)
        if platform is None:
            replaced = known.domain in CONTROL_PLATFORMS
        else:
            replaced = known.domain != platform
        if replaced:
            registry.async_remove(known.entity_id)
