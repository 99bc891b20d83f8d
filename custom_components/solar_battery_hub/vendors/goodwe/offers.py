"""How each setting is offered to the user: its kind and range, when a change of it shows, and whether anybody saw it work."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from ...core.control import ControlKind, Setting
from ...core.quantities import Quantity
from . import functions
from .abilities import Abilities
from .model import INVERTERS, DeviceType, Listed, Way
from .settings import MODES

SCHEDULE: Final = "charge_schedule"

OTHER_SERVICE: Final = "other_service"
NOT_HERE: Final = "not_on_this_device"
NO_PERMISSION: Final = "no_permission"
NOT_READ: Final = "settings_not_read_yet"

_PERCENT: Final[Mapping[str, Any]] = {
    "quantity": Quantity.RATIO,
    "minimum": 0.0,
    "maximum": 100.0,
    "step": 1.0,
    "tolerance": 0.5,
}
# Told by the device itself as soon as the write is answered (goodwe.md §6.3).
_DIRECT: Final[Mapping[str, Any]] = {"settle": 2.0, "pause": 5.0}
# Told by the cloud's copy, which lags one step of a minute behind (§10.11, §10.13).
_COPIED: Final[Mapping[str, Any]] = {"settle": 65.0, "pause": 30.0, "read_later": True}
# Seen by whether the inverter runs: a start takes a minute and the checks of the grid, at most five (§6.1).
_RUNNING: Final[Mapping[str, Any]] = {"settle": 90.0, "pause": 30.0, "read_later": True}
# Seen at the next uploads of the older service, every five minutes.
_UPLOADED: Final[Mapping[str, Any]] = {"settle": 310.0, "pause": 60.0, "read_later": True}

_DOUBTFUL: Final[Mapping[str, Any]] = {"proven": False}

_INVERTER: Final = (
    Setting(key="inverter_on", kind=ControlKind.SWITCH, config=True, **_RUNNING),
    Setting(key="output_limit", kind=ControlKind.NUMBER, config=True, **_PERCENT, **_UPLOADED, **_DOUBTFUL),
    Setting(
        key="export_limit_mode", kind=ControlKind.SELECT, options=("off", "on"), config=True, **_COPIED, **_DOUBTFUL
    ),
    Setting(
        key="export_limit",
        kind=ControlKind.NUMBER,
        quantity=Quantity.POWER,
        step=1.0,
        config=True,
        tolerance=0.5,
        **_COPIED,
        **_DOUBTFUL,
    ),
    Setting(key="export_limit_rate", kind=ControlKind.NUMBER, config=True, **_PERCENT, **_COPIED, **_DOUBTFUL),
    Setting(key="operating_mode", kind=ControlKind.SELECT, options=tuple(MODES), **_DIRECT, **_DOUBTFUL),
    Setting(key="time_of_use", kind=ControlKind.SWITCH, **_DIRECT, **_DOUBTFUL),
    Setting(key="backup_mode", kind=ControlKind.SWITCH, **_DIRECT),
    Setting(key="backup_grid_charging", kind=ControlKind.SWITCH, **_COPIED, **_DOUBTFUL),
    Setting(key="backup_charge_power", kind=ControlKind.NUMBER, **_PERCENT, **_DIRECT, **_DOUBTFUL),
    Setting(key="off_grid_mode", kind=ControlKind.SWITCH, config=True, **_DIRECT, **_DOUBTFUL),
    Setting(key="peak_shaving", kind=ControlKind.SWITCH, **_DIRECT, **_DOUBTFUL),
    Setting(key="delayed_charge", kind=ControlKind.SWITCH, **_DIRECT, **_DOUBTFUL),
    Setting(key=SCHEDULE, kind=ControlKind.SCHEDULE, **_DIRECT),
)
_BATTERY: Final = (
    Setting(key="immediate_charge", kind=ControlKind.SWITCH, **_COPIED, **_DOUBTFUL),
    Setting(key="immediate_charge_level", kind=ControlKind.NUMBER, **_PERCENT, **_COPIED, **_DOUBTFUL),
    Setting(key="immediate_charge_power", kind=ControlKind.NUMBER, **_PERCENT, **_COPIED, **_DOUBTFUL),
)
_INVERTER_KEYS: Final = tuple(setting.key for setting in _INVERTER)
_BATTERY_KEYS: Final = tuple(setting.key for setting in _BATTERY)
_SETTINGS: Final = {setting.key: setting for setting in (*_INVERTER, *_BATTERY)}

LEGACY_SETTINGS: Final = frozenset({"inverter_on", "output_limit"})
"""All that the older service can set (§6.1)."""
LEGACY_ONLY: Final = frozenset({"output_limit"})


def settings_of(device: Listed) -> tuple[str, ...]:
    """Return every setting that this kind of device knows; those of a battery are set through its inverter."""
    if device.type in INVERTERS:
        return _INVERTER_KEYS
    return _BATTERY_KEYS if device.type is DeviceType.BATTERY and device.host is not None else ()


def setting(key: str, abilities: Abilities, way: Way) -> Setting:
    """Return a setting as a device has it on the way that is used now."""
    found = _SETTINGS[key]
    if key == SCHEDULE:
        if (plan := abilities.plan) is None:
            return found
        return replace(
            found, rules=plan.rules, proven=plan.generation > 1
        )  # nobody says the first one was tried (§6.3)
    if way is Way.LEGACY and key in LEGACY_SETTINGS:
        return replace(found, **_UPLOADED, proven=False)
    if key == "inverter_on":
        return replace(found, proven=functions.is_seen_working(abilities.functions, key))
    if key in functions.NUMBERS and (function := abilities.functions.get(key)) is not None:
        return replace(found, minimum=function.minimum, maximum=function.maximum)
    return found


def pace_of(key: str, way: Way) -> float:
    """Return for how many seconds after a write a device may still tell what it had before."""
    return _UPLOADS if way is Way.LEGACY else _PATIENCE.get(key, 0.0)


_UPLOADS: Final = 660.0  # two uploads of five minutes
_PATIENCE: Final[Mapping[str, float]] = {
    **{found.key: 180.0 for found in _SETTINGS.values() if found.settle == _COPIED["settle"]},
    "inverter_on": 300.0,
}
