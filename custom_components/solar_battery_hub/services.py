"""The actions: the same for every vendor, plus those a vendor brings."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_device_and_config_entry
import voluptuous as vol

from .account_runtime import AccountRuntime
from .const import ACTION_PATIENCE, DOMAIN
from .core.errors import HubError
from .core.model import Value
from .core.refusal import ChangeRefused
from .messages import refused
from .vendors import VENDORS
from .vendors.base import Action, Capability

ATTR_WAIT = "wait"
DEVICE = {vol.Required(ATTR_DEVICE_ID): cv.string}
WAIT = {vol.Optional(ATTR_WAIT, default=ACTION_PATIENCE): vol.All(vol.Coerce(float), vol.Range(min=1, max=600))}


class SettingAction(NamedTuple):
    """An action that changes one setting: its field and what the field takes."""

    setting: str
    field: str
    takes: Any


SETTING_ACTIONS: dict[str, SettingAction] = {
    "set_operating_mode": SettingAction("operating_mode", "mode", cv.string),
    "set_backup_reserve": SettingAction(
        "backup_reserve", "reserve", vol.All(vol.Coerce(float), vol.Range(min=0, max=100))
    ),
}


class Target(NamedTuple):
    """A device an action is about, and the account it belongs to."""

    runtime: AccountRuntime
    device: str


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register every action."""
    register = hass.services.async_register
    for name, action in SETTING_ACTIONS.items():
        register(
            DOMAIN,
            name,
            partial(_async_set, action),
            vol.Schema({**DEVICE, vol.Required(action.field): action.takes, **WAIT}),
            supports_response=SupportsResponse.OPTIONAL,
        )
    register(
        DOMAIN,
        "get_capabilities",
        _async_get_capabilities,
        vol.Schema(DEVICE),
        supports_response=SupportsResponse.ONLY,
    )
    register(DOMAIN, "refresh", _async_refresh, vol.Schema(DEVICE))
    for vendor in VENDORS.values():
        for extra in vendor.actions:
            register(
                DOMAIN,
                extra.name,
                partial(_async_run, vendor.key, extra),
                vol.Schema({**DEVICE, **extra.fields}),
                supports_response=SupportsResponse.OPTIONAL,
            )


async def _async_set(action: SettingAction, call: ServiceCall) -> ServiceResponse:
    """Change one setting and answer with the receipt."""
    runtime, device = _target(call)
    owner = _owner(runtime, device, action.setting)
    changes: dict[str, Value] = {action.setting: call.data[action.field]}
    receipt = await runtime.changes.async_apply(owner, changes, wait=call.data[ATTR_WAIT])
    return receipt.as_dict()


async def _async_get_capabilities(call: ServiceCall) -> ServiceResponse:
    """Answer what the device can do, and why it cannot do the rest."""
    runtime, device = _target(call)
    return {
        "vendor": runtime.vendor.key,
        "settings": {
            capability.setting: _capability(capability)
            for owner in runtime.devices.lineage(device)
            for capability in runtime.account.capabilities(owner)
        },
    }


def _capability(capability: Capability) -> dict[str, Any]:
    return {
        "writable": capability.writable,
        "reason": capability.reason,
        **capability.detail,
    }


async def _async_refresh(call: ServiceCall) -> ServiceResponse:
    """Ask the vendor now, as far as its floor allows."""
    await _target(call).runtime.async_refresh_all()
    return None


async def _async_run(vendor: str, action: Action, call: ServiceCall) -> ServiceResponse:
    """Run an action that a vendor brings."""
    runtime, device = _target(call)
    if runtime.vendor.key != vendor:
        raise _validation_error("not_supported")
    fields: Mapping[str, Any] = {key: value for key, value in call.data.items() if key != ATTR_DEVICE_ID}
    try:
        answer = await action.run(runtime.account, device, fields)
    except ChangeRefused as err:
        raise refused(err) from err
    except HubError as err:
        raise runtime.changes.failure(err) from err
    await runtime.async_refresh_all()
    return answer


def _target(call: ServiceCall) -> Target:
    """Return the account and device of a call; raises a translated validation error."""
    entry_device, entry = async_get_device_and_config_entry(call.hass, DOMAIN, call.data[ATTR_DEVICE_ID])
    runtime: AccountRuntime = entry.runtime_data
    for domain, device in entry_device.identifiers:
        if domain == DOMAIN and device in runtime.devices:
            return Target(runtime, device)
    raise _validation_error("device_gone")


def _owner(runtime: AccountRuntime, device: str, setting: str) -> str:
    """Return the device itself or the nearest parent that has this setting.

    Where none can write it the reason is the one ``get_capabilities`` gives.
    """
    for owner in runtime.devices.lineage(device):
        for capability in runtime.account.capabilities(owner):
            if capability.setting == setting:
                if capability.writable:
                    return owner
                raise _validation_error(capability.reason or "not_supported")
    raise _validation_error("not_supported")


def _validation_error(key: str) -> ServiceValidationError:
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key)
