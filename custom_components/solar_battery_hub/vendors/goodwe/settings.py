"""The settings that have a name of their own on the wire: what a device tells of them, and how each is written (goodwe.md §6.3)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...core.choices import OTHER
from ...core.errors import WriteRefused
from ...core.model import Value
from ...core.parse import number
from .model import Bean
from .tou import DIALECTS, NOT_TOLD, Plan, slot_name

type Named = Mapping[str, Bean]

EXCLUDED: Final = "not_with_peak_shaving"
GRID_CHARGING_OFF: Final = "grid_charging_off"

_ON, _OFF = "remote_Switch_on", "remote_Switch_off"
_ALL_WEEK: Final = list(range(7))
_EXPORTS_BIT: Final = 12  # of ARMFunction4
_PEAK_ON, _PEAK_OFF, _DELAYED_ON, _DELAYED_OFF = 252, 3, 250, 5

RUNNING_MODES: Final[Mapping[int, str]] = {
    -1: "automatic",
    1: "self_consumption",
    2: "solar_charging",
    3: "solar_export",
    4: "import_power",
    5: "export_power",
    6: "energy_saving",
    7: "off_grid",
    8: "battery_standby",
    9: "grid_import",
    10: "grid_export",
    11: "battery_charging",
    12: "battery_discharging",
    100: "backup",
    101: "time_of_use",
    102: "time_of_use",
    103: "delayed_charge",
    104: "delayed_charge",
    105: "peak_shaving",
    106: "peak_shaving",
    107: "solar_export",
    255: "shut_down",
}
"""What ``INVCurrentWorkMode`` says an inverter does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A working mode of the first generation: the name it has on the wire, its number, and its name in the log."""

    name: str
    code: int
    log: str


MODES: Final[Mapping[str, Mode]] = {
    "self_consumption": Mode(name="SelfUseMode", code=0, log="self_use"),
    "off_grid": Mode(name="OffGridMode", code=1, log="off_grid_mode"),
    "backup": Mode(name="BackupMode", code=2, log="backup_mode"),
    "time_of_use": Mode(name="TOUMode", code=3, log="TOU"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedWrite:
    """One write by name, and its entry in the owner's log."""

    name: str
    data: Mapping[str, Any]
    log: Mapping[str, Any]


def names(generation: int | None) -> tuple[str, ...]:
    """Return the names a generation is asked for; nothing of one we do not know."""
    if (dialect := DIALECTS.get(generation or 0)) is None:
        return ()
    slots = tuple(slot_name(place) for place in range(1, dialect.places + 1))
    if generation == 1:
        return (*slots, "INVCurrentWorkMode", *(mode.name for mode in MODES.values()))
    off_grid = ("OffGridEnable",) if generation != 2 else ()
    return (*slots, "TOUModeEnable", "INVCurrentWorkMode", "ARMFunction4", "Backup", *off_grid, *_DEMANDS, _DELAYED)


_DEMANDS: Final = ("DemandOrDelayed1", "DemandOrDelayed2")
_DELAYED: Final = "DelayedChargeEnable"


# Reading


def read_settings(named: Named) -> dict[str, Value]:
    """Return the settings that a device tells by name, without its schedule; what it does not tell is missing."""
    found = {key: read(named) for key, read in _READERS.items()}
    return {key: value for key, value in found.items() if value is not None}


def limits_export(named: Named) -> bool | None:
    """Tell whether slots may limit the export (bit 12 of ARMFunction4); ``None`` where that is not told."""
    word = _said(named, "ARMFunction4")
    return None if word is None else bool(int(word) >> _EXPORTS_BIT & 1)


def is_acting(plan: Plan, named: Named) -> bool | None:
    """Tell whether the slots of a plan act at all; ``None`` where that is not told."""
    key, value = plan.beginning
    said = _READERS[key](named)
    return None if said is None else said == value


def _said(named: Named, name: str, member: str | None = None) -> float | None:
    return number(named.get(name, {}).get(member or name))


def _switch(name: str, member: str | None = None) -> Callable[[Named], Value]:
    def read(named: Named) -> Value:
        said = _said(named, name, member)
        return said == 1 if said in (0, 1) else None

    return read


def _percent(named: Named) -> Value:
    said = _said(named, "Backup", "BackupPChargeP")
    return said if said is not None and 0 <= said <= 100 else None


def _running_mode(named: Named) -> Value:
    said = _said(named, "INVCurrentWorkMode")
    return None if said is None else RUNNING_MODES.get(int(said), OTHER)


def _operating_mode(named: Named) -> str | None:
    """Return the mode of a first generation, whose four names all tell the same number."""
    said = next((said for mode in MODES.values() if (said := _said(named, mode.name)) is not None), None)
    words = {mode.code: word for word, mode in MODES.items()}
    return None if said is None else words.get(int(said), OTHER)


def _peak_place(named: Named) -> int:
    """Return which of the two shared settings is peak shaving; the other one is delayed charging."""
    first, second = (_week_enable(named, place) for place in (1, 2))
    if first in (_PEAK_ON, _PEAK_OFF) or second in (_DELAYED_ON, _DELAYED_OFF):
        return 1
    return 2 if first in (_DELAYED_ON, _DELAYED_OFF) or second in (_PEAK_ON, _PEAK_OFF) else 1


def _week_enable(named: Named, place: int) -> float | None:
    return _said(named, f"DemandOrDelayed{place}", f"DemandOrDelayedWeekEnable{place}")


def _peak_shaving(named: Named) -> Value:
    said = _week_enable(named, _peak_place(named))
    return None if said is None else said == _PEAK_ON


def _delayed_charge(named: Named) -> Value:
    """Return whether charging is delayed: only when both places say so."""
    said, enabled = _week_enable(named, 3 - _peak_place(named)), _said(named, _DELAYED)
    return None if said is None or enabled is None else said == _DELAYED_ON and enabled == 1


_READERS: Final[Mapping[str, Callable[[Named], Value]]] = {
    "running_mode": _running_mode,
    "operating_mode": _operating_mode,
    "time_of_use": _switch("TOUModeEnable"),
    "backup_mode": _switch("Backup", "BackupModeEnable"),
    "backup_charge_power": _percent,
    "off_grid_mode": _switch("OffGridEnable"),
    "peak_shaving": _peak_shaving,
    "delayed_charge": _delayed_charge,
}

GRID_CHARGING: Final = ("backup_grid_charging", "backup_charge_power")
SETTINGS: Final = frozenset({*_READERS, *GRID_CHARGING} - {"running_mode"})
"""The settings that are written by name; whether the grid charges is only told by address."""


# Writing


def check_exclusions(changes: Mapping[str, Value], named: Named) -> None:
    """Raise WriteRefused where a change would have two things on that the vendor never lets go together."""
    after = {**read_settings(named), **changes}
    others = [key for key in ("backup_mode", "time_of_use", "delayed_charge") if after.get(key) is True]
    turned_on = {key for key, value in changes.items() if value is True}
    if after.get("peak_shaving") is True and others and turned_on & {"peak_shaving", *others}:
        raise WriteRefused(EXCLUDED)


def named_writes(changes: Mapping[str, Value], named: Named) -> Iterator[tuple[str, NamedWrite]]:
    """Yield the writes of changes, each with the setting it carries out, those that switch something off first.

    So nothing is on that must not be together. ``named`` is what the device told just now.
    """
    for key, value in sorted(changes.items(), key=lambda change: change[1] is not False):
        if key in _WRITERS:
            for write in _WRITERS[key](value, named):
                yield key, write


def _simple(name: str, log: str, member: str | None = None) -> Callable[[Value, Named], Iterator[NamedWrite]]:
    def write(value: Value, _: Named) -> Iterator[NamedWrite]:
        yield NamedWrite(name=name, data={member or name: 1 if value else 0}, log={log: _ON if value else _OFF})

    return write


def grid_charging_write(changes: Mapping[str, Value], known: Mapping[str, Value]) -> NamedWrite:
    """Return the write of charging from the grid in backup mode; its power goes along, and only with *on*.

    ``known`` is what the device has now. Raises WriteRefused for a power while it is off, or where that is not told.
    """
    after = {**known, **changes}
    if after.get("backup_grid_charging") is not True:
        if "backup_charge_power" in changes:
            raise WriteRefused(GRID_CHARGING_OFF)
        return NamedWrite(name="Backup", data={"BackupChargeModelEnable": 0}, log={"gird_pur_charge": _OFF})
    power = after.get("backup_charge_power")
    if not isinstance(power, int | float):
        raise WriteRefused(NOT_TOLD)
    whole = round(power)
    return NamedWrite(
        name="Backup",
        data={"BackupChargeModelEnable": 1, "BackupPChargeP": whole},
        log={"gird_pur_charge": _ON, "charge_pw": whole},
    )


def _mode(value: Value, _: Named) -> Iterator[NamedWrite]:
    """Yield the write of a mode, which cannot be switched off, only another one chosen."""
    mode = MODES[str(value)]
    yield NamedWrite(name=mode.name, data={mode.name: mode.code}, log={mode.log: _ON})


def _shared(place: int, enable: int, log: Mapping[str, Any], named: Named) -> NamedWrite:
    """Return the write of one of the two shared settings; without any day it would never run.

    Raises WriteRefused where not both are told: the other one might be meant.
    """
    if any(_week_enable(named, other) is None for other in (1, 2)):
        raise WriteRefused(NOT_TOLD)
    name = f"DemandOrDelayed{place}"
    week = named.get(name, {}).get(f"DemandOrDelayedWeek{place}")
    days = [day for day in week if day in _ALL_WEEK] if isinstance(week, list) else []
    data = {f"DemandOrDelayedWeekEnable{place}": enable, f"DemandOrDelayedWeek{place}": days or _ALL_WEEK}
    return NamedWrite(name=name, data=data, log=log)


def _write_peak_shaving(value: Value, named: Named) -> Iterator[NamedWrite]:
    log = {"peak_shaving": _ON if value else _OFF}
    yield _shared(_peak_place(named), _PEAK_ON if value else _PEAK_OFF, log, named)


def _write_delayed_charge(value: Value, named: Named) -> Iterator[NamedWrite]:
    log = {"delayed_charge": _ON if value else _OFF}
    yield _shared(3 - _peak_place(named), _DELAYED_ON if value else _DELAYED_OFF, log, named)
    yield NamedWrite(name=_DELAYED, data={_DELAYED: 1 if value else 0}, log=log)


_WRITERS: Final[Mapping[str, Callable[[Value, Named], Iterator[NamedWrite]]]] = {
    "operating_mode": _mode,
    "time_of_use": _simple("TOUModeEnable", "TOU"),
    "backup_mode": _simple("Backup", "backup_mode", "BackupModeEnable"),
    "off_grid_mode": _simple("OffGridEnable", "off_grid_mode"),
    "peak_shaving": _write_peak_shaving,
    "delayed_charge": _write_delayed_charge,
}
