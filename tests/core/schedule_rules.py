"""The schedule rules of every maker's devices, as their protocol specifications tell them.

Sections are those of growatt.md, goodwe.md, anker.md and powerwall.md. Where a document is
silent the careful reading is taken and marked *assumed*: a slot does not cross midnight,
the end of the day is 23:59, a time is any minute. Ranges that the device itself tells
(Anker's ``min_load`` … ``max_load``) are those of one example.
"""

from datetime import time
from typing import Final

from custom_components.solar_battery_hub.core.schedule import (
    EACH_DAY,
    WEEKDAYS_AND_WEEKEND,
    Job,
    ModeRule,
    NumberRule,
    Off,
    ScheduleRules,
    SlotGroup,
)

NO_MIDNIGHT: Final = time(23, 59)


def percent(*, minimum: float = 0, step: float = 1, shared: bool = False) -> NumberRule:
    """Return a rule for a percentage up to 100."""
    return NumberRule(unit="%", minimum=minimum, maximum=100, step=step, shared=shared)


def watts(minimum: float, maximum: float, step: float = 10) -> NumberRule:
    """Return a rule for a power in W."""
    return NumberRule(unit="W", minimum=minimum, maximum=maximum, step=step)


SHARED_PERCENT: Final = ModeRule(power=percent(shared=True), stop_level=percent(shared=True))
PLAIN: Final = ModeRule()

# A.9.1, B.6.4, B.6.6: nine time segments, three modes, a switch each; powers and stop levels are settings of the
# device, not of a segment. They must not overlap even when disabled, the end must come after the start, and what
# crosses midnight must be split. A segment never set reads 0:0–0:0, which is what *off* restores (A.10).
GROWATT_MIN: Final = ScheduleRules(
    groups=(
        SlotGroup(key="segments", slots=9, modes={"load_first": PLAIN, "battery_first": PLAIN, "grid_first": PLAIN}),
    ),
    off=Off.CLEAR,
    last_end=NO_MIDNIGHT,
    disabled_block=True,
)

# A.9.1, B.7.4: three charge and three discharge periods; each kind has one power and one stop level. Unused periods
# are written as zeros (the wire example of B.7.4).
GROWATT_SPH: Final = ScheduleRules(
    groups=(
        SlotGroup(key="charge", slots=3, modes={"battery_first": SHARED_PERCENT}),
        SlotGroup(key="discharge", slots=3, modes={"grid_first": SHARED_PERCENT}),
    ),
    off=Off.CLEAR,
    last_end=NO_MIDNIGHT,
)

# A.9.1, B.8: as SPH, and three load-first periods without numbers (`spa_load_flast`).
GROWATT_SPA: Final = ScheduleRules(
    groups=(*GROWATT_SPH.groups, SlotGroup(key="load", slots=3, modes={"load_first": PLAIN})),
    off=Off.CLEAR,
    last_end=NO_MIDNIGHT,
)

# A.9.2: `uti_output` and `uti_charge` are one window each of whole hours 0–23, independent of each other.
# Assumed: they go round midnight, and 0–0 is *off*, so that 24 hours cannot be said.
GROWATT_SPF: Final = ScheduleRules(
    groups=(
        SlotGroup(key="utility_output", slots=1, modes={"utility_output": PLAIN}),
        SlotGroup(key="utility_charge", slots=1, modes={"utility_charge": PLAIN}),
    ),
    off=Off.CLEAR,
    step=60,
    max_length=23 * 60,
    crosses_midnight=True,
    groups_overlap=True,
)

# C.3, C.6: nine slots with a switch; 0–800 W in load first, no power in the other modes.
GROWATT_NOAH: Final = ScheduleRules(
    groups=(
        SlotGroup(
            key="segments",
            slots=9,
            modes={"load_first": ModeRule(power=watts(0, 800, 1)), "battery_first": PLAIN, "smart": PLAIN},
        ),
    ),
    off=Off.DISABLE,
    last_end=NO_MIDNIGHT,
)

# C.3, VPP parameters 27 and 34: a list of up to 20 periods in minutes of the day, −100 (discharge) … 100 % (charge).
GROWATT_VPP: Final = ScheduleRules(
    groups=(
        SlotGroup(
            key="periods",
            slots=20,
            modes={"charge": ModeRule(power=percent()), "discharge": ModeRule(power=percent(minimum=1))},
        ),
    ),
    last_end=NO_MIDNIGHT,
)

# §6.3: eight slots with days, months, power in per-mille (here %) and a stop level; charging with 0 takes no grid
# power, discharging with 0 is impossible. Pseudo-month 12 makes the power an export limit. *Off* is a value of
# `TOUWeekEnable`, the rest of the slot stays. A slot without days or months never runs.
_TOU_MODES: Final = {
    "charge": ModeRule(power=percent(step=0.1), stop_level=percent()),
    "discharge": ModeRule(power=percent(minimum=0.1, step=0.1), stop_level=percent()),
    "export": ModeRule(power=percent(minimum=0.1, step=0.1), stop_level=percent()),
}
GOODWE_V3: Final = ScheduleRules(
    groups=(SlotGroup(key="slots", slots=8, modes=_TOU_MODES),),
    off=Off.DISABLE,
    days=EACH_DAY,
    months=True,
    last_end=NO_MIDNIGHT,
)

# §6.3: four slots; the export variant needs bit 12 of ARMFunction4, taken as missing here.
GOODWE_V2: Final = ScheduleRules(
    groups=(SlotGroup(key="slots", slots=4, modes={mode: _TOU_MODES[mode] for mode in ("charge", "discharge")}),),
    off=Off.DISABLE,
    days=EACH_DAY,
    months=True,
    last_end=NO_MIDNIGHT,
)

# §6.3: whole percent, neither stop level nor months.
GOODWE_V1: Final = ScheduleRules(
    groups=(
        SlotGroup(
            key="slots",
            slots=4,
            modes={"charge": ModeRule(power=percent()), "discharge": ModeRule(power=percent(minimum=1))},
        ),
    ),
    off=Off.DISABLE,
    days=EACH_DAY,
    last_end=NO_MIDNIGHT,
)

# §0, §3–5: the legacy app API and the official one have no schedule.
GOODWE_LEGACY: Final = ScheduleRules()

# §9.2: one plan for all days, `min_load` 100 … 800 W per unit, steps of 10 W, last end 24:00. Gaps are allowed (the
# device's default load runs in them); a plan of a single slot can leave the device at 0 W.
ANKER_SB1: Final = ScheduleRules(
    groups=(SlotGroup(key="output", modes={"supply": ModeRule(power=watts(100, 800))}),),
    never_single=True,
)

# §9.3: `custom_rate_plan` has ranges per set of weekdays; gaps run at the default load. `blend_plan` (group base_load) is
# alike, and holds in another mode: with plugs.
ANKER_SB2: Final = ScheduleRules(
    groups=(
        SlotGroup(key="output", modes={"supply": ModeRule(power=watts(0, 800))}),
        SlotGroup(key="base_load", modes={"base_load": ModeRule(power=watts(0, 800))}),
    ),
    days=EACH_DAY,
    day_plans=True,
    groups_overlap=True,
)

# §9.3: `charging_type` 1 charges from AC with the slot's power; limits of a model with 1200 W (§9.6), without plugs.
ANKER_SB3: Final = ScheduleRules(
    groups=(
        SlotGroup(
            key="output",
            modes={"supply": ModeRule(power=watts(0, 1200)), "charge": ModeRule(power=watts(0, 1200))},
        ),
    ),
    days=EACH_DAY,
    day_plans=True,
)

# §9.3 `use_time`: whole hours 0–24, seasons of months, weekdays and weekend, each day complete; only a valley
# charges from the grid. Assumed: hours nobody named are off-peak.
ANKER_USE_TIME: Final = ScheduleRules(
    groups=(SlotGroup(key="use_time", modes=dict.fromkeys(("peak", "mid_peak", "off_peak", "valley"), PLAIN)),),
    days=WEEKDAYS_AND_WEEKEND,
    months=True,
    step=60,
    min_length=60,
    day_plans=True,
    fills_day=True,
    filler=Job(mode="off_peak"),
)

# §12.9: the same shape with three tariffs in the rule the device gets (T 1 peak, 2 mid, 3 off). Taken without a
# filler here, as a rate plan must not be guessed.
ANKER_POWER_PANEL: Final = ScheduleRules(
    groups=(SlotGroup(key="peak_sessions", modes=dict.fromkeys(("peak", "mid_peak", "off_peak"), PLAIN)),),
    days=WEEKDAYS_AND_WEEKEND,
    months=True,
    step=60,
    min_length=60,
    day_plans=True,
    fills_day=True,
)

# §9.1, §25: modes and a reserve, but no local schedule (the tariff schedule is not writable locally).
POWERWALL: Final = ScheduleRules()

WITH_SCHEDULE: Final = {
    "growatt_min": GROWATT_MIN,
    "growatt_sph": GROWATT_SPH,
    "growatt_spa": GROWATT_SPA,
    "growatt_spf": GROWATT_SPF,
    "growatt_noah": GROWATT_NOAH,
    "growatt_vpp": GROWATT_VPP,
    "goodwe_v3": GOODWE_V3,
    "goodwe_v2": GOODWE_V2,
    "goodwe_v1": GOODWE_V1,
    "anker_sb1": ANKER_SB1,
    "anker_sb2": ANKER_SB2,
    "anker_sb3": ANKER_SB3,
    "anker_use_time": ANKER_USE_TIME,
    "anker_power_panel": ANKER_POWER_PANEL,
}
WITHOUT_SCHEDULE: Final = {"powerwall": POWERWALL, "goodwe_legacy": GOODWE_LEGACY}
