"""Which device an action is about, and which of its parents it means."""

from collections.abc import Mapping
from typing import NamedTuple

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_device_and_config_entry
import voluptuous as vol

from .account_runtime import AccountRuntime
from .const import ACTION_PATIENCE, DOMAIN
from .vendors.base import Capability

ATTR_WAIT = "wait"
DEVICE = {vol.Required(ATTR_DEVICE_ID): cv.string}
WAIT = {vol.Optional(ATTR_WAIT, default=ACTION_PATIENCE): vol.All(vol.Coerce(float), vol.Range(min=1, max=600))}


class Target(NamedTuple):
    """A device an action is about, and the account it belongs to."""

    runtime: AccountRuntime
    device: str


class Known(NamedTuple):
    """What a device, or one of its parents, can do with a setting."""

    owner: str
    capability: Capability


def target_of(call: ServiceCall) -> Target:
    """Return the account and device of a call; raises a translated validation error."""
    entry_device, entry = async_get_device_and_config_entry(call.hass, DOMAIN, call.data[ATTR_DEVICE_ID])
    runtime: AccountRuntime = entry.runtime_data
    for domain, device in entry_device.identifiers:
        if domain == DOMAIN and device in runtime.devices:
            return Target(runtime, device)
    raise validation_error("device_gone")


def capabilities_of(target: Target) -> Mapping[str, Known]:
    """Return the settings of a device and its parents: of the nearest that can write one, else of the nearest that knows it."""
    runtime, device = target
    found: dict[str, Known] = {}
    for owner in runtime.devices.lineage(device):
        for capability in runtime.account.capabilities(owner):
            nearer = found.get(capability.setting)
            if nearer is None or (capability.writable and not nearer.capability.writable):
                found[capability.setting] = Known(owner, capability)
    return found


def owner_of(target: Target, setting: str) -> str:
    """Return the device itself or the nearest parent that can write this setting.

    Where none can write it the reason is the one ``get_capabilities`` gives.
    """
    known = capabilities_of(target).get(setting)
    if known is None or not known.capability.writable:
        raise validation_error((known and known.capability.reason) or "not_supported")
    return known.owner


def validation_error(key: str) -> ServiceValidationError:
    """Return the error of a call that makes no sense."""
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key)
