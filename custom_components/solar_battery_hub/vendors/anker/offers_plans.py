"""Settings that are told by a plan: mode, preset, schedule, backup charge, and what a slot says (anker.md §9.2, §9.3)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ...core.choices import OTHER
from ...core.control import ControlKind, Setting
from ...core.model import Value
from ...core.parse import flag, number, section, sections
from ...core.quantities import Quantity
from ...core.schedule import NumberRule, Schedule, ScheduleRules
from . import plans, plans_first
from .offer import MAIN_DECIDES, NOT_HERE, NOT_READ, OTHER_MODE, TOLD, Offer, table
from .seen import DISASTER, HOME_LOAD, PLAN, SCENE, Seen

SCHEDULE: Final = "charge_schedule"
PRESET: Final = "output_preset"
MODE: Final = "operating_mode"
BACKUP_CHARGE: Final = "backup_charge"

DETAILS: Final[Mapping[str, str]] = {
    "allow_export": "turn_on",
    "charge_priority": "charge_priority",
    "discharge_priority": "priority_discharge_switch",
}
"""Settings of the slot of the present time by their name on the wire (§9.2)."""

# Made to be regulated with: only its increases need some time between them (§12).
_PRESET: Final = Setting(
    key="output_preset", kind=ControlKind.NUMBER, quantity=Quantity.POWER, drifts=True, wears=False, **TOLD
)
_SCHEDULE: Final = Setting(key="charge_schedule", kind=ControlKind.SCHEDULE, **TOLD)
_BACKUP: Final = Setting(key="backup_charge", kind=ControlKind.SWITCH, drifts=True, **TOLD)


# Later generations


def _reason_plan(seen: Seen) -> str | None:
    return None if seen.plan else NOT_READ


def _reason_modes(seen: Seen) -> str | None:
    return _reason_plan(seen) or (None if SCENE in seen.told else NOT_READ)


def _reason_preset(seen: Seen) -> str | None:
    """Return why there is no preset: a plan is only followed in two modes."""
    return _reason_plan(seen) or (None if plans.mode_of(seen.plan) in plans.PRESETS else OTHER_MODE)


def _reason_backup(seen: Seen) -> str | None:
    return _reason_plan(seen) or (None if seen.charges_from_ac else NOT_HERE)


def modes(seen: Seen) -> tuple[str, ...]:
    """Return the modes that a site can be in, those that its devices and its owner's account allow (§9.3)."""
    smart = seen.generation >= 3 and seen.has_meter
    allowed = {
        plans.SELF_CONSUMPTION: seen.has_meter,
        plans.SMART_PLUGS: seen.has_plugs,
        plans.MANUAL: True,
        plans.TIME_OF_USE: seen.charges_from_ac and seen.has_meter and bool(seen.plan.get(plans.USE_TIME)),
        plans.SMART: smart and seen.is_authorised,
        plans.DYNAMIC: smart and seen.has_time_slots,
    }
    return tuple(plans.MODES[mode] for mode, is_allowed in allowed.items() if is_allowed)


def _mode(seen: Seen) -> Value:
    if (mode := plans.mode_of(seen.plan)) is not None:
        return plans.MODES[mode]
    return OTHER if number(seen.plan.get("mode_type")) else None


def _text(schedule: Schedule | None) -> Value:
    return None if schedule is None else schedule.as_text()


def _range(rule: NumberRule) -> Mapping[str, Any]:
    return {"minimum": rule.minimum, "maximum": rule.maximum, "step": rule.step}


def _rules(seen: Seen) -> Mapping[str, Any]:
    return {"rules": schedule_rules(seen)}


def has_base_load(seen: Seen) -> bool:
    """Tell whether the plan beside smart plugs is a part of the schedule."""
    return plans.has_base_load(seen.plan, plugs=seen.has_plugs)


def schedule_rules(seen: Seen) -> ScheduleRules:
    """Return what can be asked of the schedule of a later generation."""
    return plans.rules(seen.preset_power, seen.charge_power, plugs=has_base_load(seen))


def _schedule(seen: Seen) -> Value:
    return _text(plans.present(seen.plan, plugs=has_base_load(seen))) if seen.plan else None


# Backup charge of a solarbank, or the window of a power panel (§12.3, §12.10)


def window(seen: Seen) -> tuple[datetime, datetime] | None:
    """Return the last window in which the grid should charge, past or not."""
    if seen.told.get(DISASTER):
        rows = sections(section(seen.told.get(DISASTER)).get("disaster_details"))
    else:
        rows = sections(section(seen.plan.get(plans.BACKUP)).get("ranges"))
    stamps = [number(rows[0].get(name)) for name in ("start_time", "end_time")] if rows else []
    found = [datetime.fromtimestamp(stamp, UTC) for stamp in stamps if stamp is not None and 0 < stamp < 1e11]
    return (found[0], found[1]) if len(found) == 2 else None


def _is_due(seen: Seen, said: object) -> Value:
    """Tell whether a window is switched on and not over."""
    on, span = flag(said), window(seen)
    return on if not on else span is not None and span[1] > seen.now


def _backup(seen: Seen) -> Value:
    return _is_due(seen, section(seen.plan.get(plans.BACKUP)).get("switch", False))


def _panel_backup(seen: Seen) -> Value:
    return _is_due(seen, section(seen.told.get(DISASTER)).get("manual_disaster_switch"))


LATER: Final = table(
    Offer(
        setting=Setting(key="operating_mode", kind=ControlKind.SELECT, **TOLD),
        source=PLAN,
        read=_mode,
        reason=_reason_modes,
        bounds=lambda seen: {"options": modes(seen)},
    ),
    Offer(
        setting=_PRESET,
        source=PLAN,
        read=lambda seen: plans.preset(seen.plan, seen.now),
        reason=_reason_preset,
        bounds=lambda seen: _range(seen.preset_power),
    ),
    Offer(
        setting=_SCHEDULE,
        source=PLAN,
        read=_schedule,
        reason=_reason_plan,
        bounds=_rules,
    ),
    Offer(setting=_BACKUP, source=PLAN, read=_backup, reason=_reason_backup),
)
PANEL: Final = table(
    Offer(
        setting=_BACKUP,
        source=DISASTER,
        read=_panel_backup,
        reason=lambda seen: None if seen.told.get(DISASTER) else NOT_READ,
    )
)


# The first generation


def _reason_first(seen: Seen) -> str | None:
    if not seen.first_plan:
        return NOT_READ
    return MAIN_DECIDES if plans_first.is_enforced(seen.first_plan) else None


def _reason_discharge(seen: Seen) -> str | None:
    is_shown = number(seen.first_plan.get("is_show_priority_discharge")) == 1
    return _reason_first(seen) or (None if is_shown else NOT_HERE)


def _reason_shared(seen: Seen) -> str | None:
    if not seen.first_plan or plans_first.is_enforced(seen.first_plan):
        return _reason_first(seen)
    if len(seen.banks(1, 1)) < 2 or not plans_first.knows_units(seen.first_plan):
        return NOT_HERE
    return None if plans_first.has_unit_loads(seen.first_plan) else OTHER_MODE


def _system_power(seen: Seen) -> NumberRule:
    return plans_first.system_power(seen.first_plan, len(seen.banks(1, 1)))


def _detail(name: str) -> Callable[[Seen], Value]:
    return lambda seen: plans_first.detail(seen.first_plan, name, seen.now)


def _unit_preset(seen: Seen) -> Value:
    serial = seen.device.serial if seen.device else ""
    return plans_first.unit_preset(seen.first_plan, serial, seen.now)


FIRST: Final = table(
    Offer(
        setting=_PRESET,
        source=HOME_LOAD,
        read=lambda seen: plans_first.preset(seen.first_plan, seen.now),
        reason=_reason_first,
        bounds=lambda seen: _range(_system_power(seen)),
    ),
    Offer(
        setting=_SCHEDULE,
        source=HOME_LOAD,
        read=lambda seen: _text(plans_first.present(seen.first_plan)) if seen.first_plan else None,
        reason=_reason_first,
        bounds=lambda seen: {"rules": plans_first.rules(_system_power(seen))},
    ),
    Offer(
        setting=Setting(key="allow_export", kind=ControlKind.SWITCH, drifts=True, **TOLD),
        source=HOME_LOAD,
        read=_detail("turn_on"),
        reason=_reason_first,
    ),
    Offer(
        setting=Setting(
            key="charge_priority",
            kind=ControlKind.NUMBER,
            quantity=Quantity.RATIO,
            minimum=0.0,
            maximum=100.0,
            step=1.0,
            drifts=True,
            config=True,
            **TOLD,
        ),
        source=HOME_LOAD,
        read=_detail("charge_priority"),
        reason=_reason_first,
        bounds=lambda seen: {"enabled": number(seen.first_plan.get("is_charge_priority")) == 1},
    ),
    Offer(
        setting=Setting(key="discharge_priority", kind=ControlKind.SWITCH, drifts=True, config=True, **TOLD),
        source=HOME_LOAD,
        read=_detail("priority_discharge_switch"),
        reason=_reason_discharge,
    ),
)
UNIT: Final = table(
    Offer(
        setting=_PRESET,
        source=HOME_LOAD,
        read=_unit_preset,
        reason=_reason_shared,
        bounds=lambda seen: _range(plans_first.unit_power(seen.first_plan)),
    )
)
