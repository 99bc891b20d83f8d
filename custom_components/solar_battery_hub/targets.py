"""Which device an action is about, and which of its parents it means."""

from typing import NamedTuple

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_device_and_config_entry
import voluptuous as vol

from .account_runtime import AccountRuntime
from .const import ACTION_PATIENCE, DOMAIN

ATTR_WAIT = "wait"
DEVICE = {vol.Required(ATTR_DEVICE_ID): cv.string}
WAIT = {vol.Optional(ATTR_WAIT, default=ACTION_PATIENCE): vol.All(vol.Coerce(float), vol.Range(min=1, max=600))}


class Target(NamedTuple):
    """A device an action is about, and the account it belongs to."""

    runtime: AccountRuntime
    device: str


def target_of(call: ServiceCall) -> Target:
    """Return the account and device of a call; raises a translated validation error."""
    entry_device, entry = async_get_device_and_config_entry(call.hass, DOMAIN, call.data[ATTR_DEVICE_ID])
    runtime: AccountRuntime = entry.runtime_data
    for domain, device in entry_device.identifiers:
        if domain == DOMAIN and device in runtime.devices:
            return Target(runtime, device)
    raise validation_error("device_gone")


def owner_of(target: Target, setting: str) -> str:
    """Return the device itself or the nearest parent that has this setting.

    Where none can write it the reason is the one ``get_capabilities`` gives.
    """
    runtime, device = target
    for owner in runtime.devices.lineage(device):
        for capability in runtime.account.capabilities(owner):
            if capability.setting == setting:
                if capability.writable:
                    return owner
                raise validation_error(capability.reason or "not_supported")
    raise validation_error("not_supported")


def validation_error(key: str) -> ServiceValidationError:
    """Return the error of a call that makes no sense."""
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key)
