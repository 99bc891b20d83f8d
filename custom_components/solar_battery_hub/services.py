"""The actions: the same for every vendor, plus those a vendor brings."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from .const import DOMAIN
from .core.errors import HubError
from .core.model import Value
from .core.refusal import ChangeRefused
from .history_actions import async_setup_history_action
from .messages import refused
from .schedule_actions import async_setup_schedule_actions
from .targets import ATTR_WAIT, DEVICE, WAIT, capabilities_of, owner_of, target_of, validation_error
from .vendors import VENDORS
from .vendors.base import Action, Capability
from .written_files import async_check_allowed, async_write

ATTR_FOLDER = "folder"


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
    async_setup_schedule_actions(hass, DOMAIN)
    async_setup_history_action(hass, DOMAIN)
    for name, makers in _vendor_actions().items():
        fields = {field: takes for action in makers.values() for field, takes in action.fields.items()}
        if any(action.makes_files for action in makers.values()):
            fields |= {vol.Required(ATTR_FOLDER): cv.string}
        register(
            DOMAIN,
            name,
            partial(_async_run, makers),
            vol.Schema({**DEVICE, **fields}),
            supports_response=SupportsResponse.OPTIONAL,
        )


def _vendor_actions() -> dict[str, dict[str, Action]]:
    """Return the actions that vendors bring, by name and vendor: several may have one of the same name and fields."""
    found: dict[str, dict[str, Action]] = {}
    for vendor in VENDORS.values():
        for action in vendor.actions:
            found.setdefault(action.name, {})[vendor.key] = action
    return found


async def _async_set(action: SettingAction, call: ServiceCall) -> ServiceResponse:
    """Change one setting and answer with the receipt."""
    runtime, _ = target = target_of(call)
    owner = owner_of(target, action.setting)
    changes: dict[str, Value] = {action.setting: call.data[action.field]}
    receipt = await runtime.changes.async_apply(owner, changes, wait=call.data[ATTR_WAIT])
    return receipt.as_dict()


async def _async_get_capabilities(call: ServiceCall) -> ServiceResponse:
    """Answer what the device can do, and why it cannot do the rest."""
    target = target_of(call)
    known = capabilities_of(target)
    return {
        "vendor": target.runtime.vendor.key,
        "settings": {setting: _capability(capability) for setting, (_, capability) in known.items()},
    }


def _capability(capability: Capability) -> dict[str, Any]:
    return {
        "writable": capability.writable,
        "reason": capability.reason,
        **capability.detail,
    }


async def _async_refresh(call: ServiceCall) -> ServiceResponse:
    """Ask the vendor now, as far as its floor allows."""
    await target_of(call).runtime.async_refresh_all()
    return None


async def _async_run(makers: Mapping[str, Action], call: ServiceCall) -> ServiceResponse:
    """Run an action that a vendor brings, as the device's vendor does it."""
    runtime, device = target_of(call)
    if (action := makers.get(runtime.vendor.key)) is None:
        raise validation_error("not_supported")
    fields: Mapping[str, Any] = {
        key: value for key, value in call.data.items() if key not in (ATTR_DEVICE_ID, ATTR_FOLDER)
    }
    if action.makes_files:
        await async_check_allowed(call.hass, Path(call.data[ATTR_FOLDER]))
    try:
        answer = await action.run(runtime.account, device, fields)
    except ChangeRefused as err:
        raise refused(err) from err
    except HubError as err:
        raise runtime.changes.failure(err) from err
    finally:
        if action.changes:
            runtime.changes.desk.acted()
    if action.changes:  # what cannot be read afterwards does not undo it
        await runtime.feeds.async_refresh()
    if action.makes_files:
        await async_write(call.hass, Path(call.data[ATTR_FOLDER]), answer["files"])
        answer = {**answer, "files": sorted(answer["files"])}
    return answer
