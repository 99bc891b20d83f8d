"""Schedules as settings tell them, and as they are written (growatt.md A.9.1, A.10, B.6.6, B.7.4, B.8)."""

from datetime import time
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import WriteRefused
from custom_components.solar_battery_hub.core.schedule import MIDNIGHT, Schedule, Slot
from custom_components.solar_battery_hub.vendors.growatt.model import Family
from custom_components.solar_battery_hub.vendors.growatt.names import Names
from custom_components.solar_battery_hub.vendors.growatt.schedule import (
    RULES,
    decode_segment,
    parse_time,
    periods,
    periods_write,
    present,
    segment_write,
)
from tests.core.schedule_rules import GROWATT_MIN, GROWATT_SPA, GROWATT_SPH

SEGMENT = Slot(start=time(1, 30), end=time(5), mode="battery_first")
OFF = Slot(start=MIDNIGHT, end=MIDNIGHT, mode="load_first", enabled=False)

SPH: dict[str, Any] = {
    "chargePowerCommand": 80,
    "wchargeSOCLowLimit2": 95,
    "acChargeEnable": 1,
    "disChargePowerCommand": 60,
    "wdisChargeSOCLowLimit2": 10,
    "forcedChargeTimeStart1": "1:30",
    "forcedChargeTimeStop1": "5:0",
    "forcedChargeStopSwitch1": 1,
    "forcedDischargeTimeStart2": "17:0",
    "forcedDischargeTimeStop2": "21:0",
    "forcedDischargeStopSwitch2": "0",
}


def min_bean(**changes: Any) -> dict[str, Any]:
    """Return a MIN's settings with nine free segments but for ``changes``."""
    bean: dict[str, Any] = {}
    for place in range(1, 10):
        bean |= {f"forcedTimeStart{place}": "0:0", f"forcedTimeStop{place}": "0:0"}
        bean |= {f"time{place}Mode": 0, f"forcedStopSwitch{place}": 0}
    return bean | changes


def slots(family: Family, bean: dict[str, Any]) -> tuple[Slot, ...]:
    """Return every place of a schedule."""
    found = present(family, Names(bean))
    assert found is not None
    return found.slots


def test_rules_are_those_of_the_specification() -> None:
    assert RULES == {Family.MIN: GROWATT_MIN, Family.SPH: GROWATT_SPH, Family.SPA: GROWATT_SPA}


# Reading


def test_segments_keep_their_places() -> None:
    bean = min_bean(forcedTimeStart3="1:30", forcedTimeStop3="5:0", time3Mode="1", forcedStopSwitch3="1")
    found = slots(Family.MIN, bean)
    assert len(found) == 9
    assert found[2] == SEGMENT
    assert set(found[:2] + found[3:]) == {OFF}


@pytest.mark.parametrize("nonsense", ["11:187", "25:00", "", None, "null", "1:2:3", 130, "-1:30", [], "٣:٠٠"])
def test_times_that_are_none_leave_the_place_free(nonsense: Any) -> None:
    bean = min_bean(forcedTimeStart1=nonsense, forcedTimeStop1="5:0", time1Mode=1, forcedStopSwitch1=1)
    assert slots(Family.MIN, bean)[0].enabled is False
    assert slots(Family.MIN, bean)[0].start == slots(Family.MIN, bean)[0].end == MIDNIGHT
    assert parse_time(nonsense) is None


@pytest.mark.parametrize(
    ("said", "end", "found"),
    [
        ("4:5", False, time(4, 5)),
        ("04:05", False, time(4, 5)),
        ("24:00", True, MIDNIGHT),
        ("24:00", False, None),
        ("23:59", True, time(23, 59)),
    ],
)
def test_times(said: str, end: bool, found: time | None) -> None:
    assert parse_time(said, end=end) == found


def test_the_end_of_the_day() -> None:
    """24:00 and 23:59 are the same to the device (0.2)."""
    late = [
        present(Family.MIN, Names(min_bean(forcedTimeStart1="22:0", forcedTimeStop1=end, forcedStopSwitch1=1)))
        for end in ("24:00", "23:59")
    ]
    assert late[0] is not None
    assert late[1] is not None
    assert RULES[Family.MIN].same(*late)  # type: ignore[arg-type]
    assert late[0].slots[0].end == MIDNIGHT


def test_a_place_without_a_window_is_free_whatever_its_switch_says() -> None:
    """An SPH never set has its switches on and 0:0 everywhere (recordings)."""
    bean = {"forcedChargeTimeStart1": "0:0", "forcedChargeTimeStop1": "0:0", "forcedChargeStopSwitch1": True}
    assert [slot.enabled for slot in slots(Family.SPH, bean)] == [False] * 6


def test_switches_that_say_nothing_are_off() -> None:
    bean = min_bean(forcedTimeStart1="1:0", forcedTimeStop1="2:0", forcedStopSwitch1=None, time1Mode=None)
    slot = slots(Family.MIN, bean)[0]
    assert (slot.enabled, slot.mode, slot.start) == (False, "other", time(1))


def test_an_object_without_a_schedule_tells_none() -> None:
    assert present(Family.MIN, Names({"onOff": 1})) is None
    assert present(Family.INVERTER, Names(min_bean())) is None


def test_periods_of_an_sph_have_the_power_and_level_of_their_kind() -> None:
    found = slots(Family.SPH, SPH)
    assert found[0] == Slot(start=time(1, 30), end=time(5), mode="battery_first", power=80, stop_level=95)
    assert found[4] == Slot(start=time(17), end=time(21), mode="grid_first", power=60, stop_level=10, enabled=False)


def test_an_spa_has_switches_of_its_own_and_periods_without_discharge() -> None:
    bean = SPH | {
        "forcedChargeStopSwitch1": None,
        "batFirstSwitch1": 1,
        "loadFirstStartTime2": "6:0",
        "loadFirstStopTime2": "8:30",
        "loadFirstSwitch2": "true",
    }
    found = slots(Family.SPA, bean)
    assert found[0].enabled is True
    assert found[7] == Slot(start=time(6), end=time(8, 30), mode="load_first")


# Writing


def test_a_segment_is_written_as_each_api_wants_it() -> None:
    assert segment_write(2, SEGMENT, legacy=False) == ("time_segment2", ("1", "1", "30", "5", "0", "1"))
    assert segment_write(2, SEGMENT, legacy=True) == ("time_segment2", ("1", "01", "30", "05", "00", "1"))
    assert segment_write(9, None, legacy=False) == ("time_segment9", ("0", "0", "0", "0", "0", "0"))
    night = Slot(start=time(22), end=MIDNIGHT, mode="grid_first")
    assert segment_write(1, night, legacy=False)[1] == ("2", "22", "0", "23", "59", "1")


def written(
    family: Family, group: int, bean: dict[str, Any], changes: dict[str, Any] | None = None, *, legacy: bool = False
) -> tuple[str, str]:
    """Return type and values of a group's write; the values joined by blanks."""
    schedule = present(family, Names(bean)) or Schedule()
    places = periods(family, legacy=legacy)[group]
    kind, params = periods_write(family, places, Names(bean), schedule, changes or {}, legacy=legacy)
    return kind, " ".join(params)


def test_the_charging_example() -> None:
    """80 %, stop at 95 %, mains on, 01:30–05:00 (B.7.4)."""
    assert written(Family.SPH, 0, SPH) == ("mix_ac_charge_time_period", "80 95 1 1 30 5 0 1 0 0 0 0 0 0 0 0 0 0")


def test_the_discharging_example() -> None:
    """80 %, stop at 10 %, 17:00–21:00 (B.7.4)."""
    bean = SPH | {
        "disChargePowerCommand": "80",
        "forcedDischargeTimeStart1": "17:0",
        "forcedDischargeTimeStop1": "21:0",
        "forcedDischargeStopSwitch1": "1",
        "forcedDischargeTimeStart2": "0:0",
        "forcedDischargeTimeStop2": "0:0",
    }
    assert written(Family.SPH, 1, bean) == ("mix_ac_discharge_time_period", "80 10 17 0 21 0 1" + " 0" * 10)


def test_the_example_of_an_spa_by_password() -> None:
    """100 %, stop at 100 %, three periods: 17 values without a word about the mains (A.9.1)."""
    bean = SPH | {
        "chargePowerCommand": 100,
        "wchargeSOCLowLimit2": 100,
        "forcedChargeTimeStart1": "4:30",
        "forcedChargeTimeStop1": "18:0",
        "forcedChargeTimeStart2": "20:30",
        "forcedChargeTimeStop2": "21:0",
        "forcedChargeStopSwitch2": 1,
        "forcedChargeTimeStart3": "10:0",
        "forcedChargeTimeStop3": "16:0",
        "forcedChargeStopSwitch3": 1,
    }
    example = "100 100 04 30 18 00 1 20 30 21 00 1 10 00 16 00 1"
    assert written(Family.SPA, 0, bean, legacy=True) == ("spa_ac_charge_time_period", example)
    kind, params = written(Family.SPA, 0, bean)
    assert (kind, params.split()[:5], len(params.split())) == (
        "spa_ac_charge_time_period",
        ["100", "100", "1", "4", "30"],
        18,
    )


def test_lengths() -> None:
    bean = SPH | {"loadFirstStartTime1": "6:0", "loadFirstStopTime1": "8:30", "loadFirstSwitch1": 1}
    lengths = {
        (family, legacy): [len(written(family, at, bean, legacy=legacy)[1].split()) for at in range(count)]
        for family, legacy, count in (
            (Family.SPH, True, 2),
            (Family.SPH, False, 2),
            (Family.SPA, True, 3),
            (Family.SPA, False, 3),
        )
    }
    assert lengths == {
        (Family.SPH, True): [18, 17],
        (Family.SPH, False): [18, 17],
        (Family.SPA, True): [17, 17, 15],
        (Family.SPA, False): [18, 17, 15],
    }
    assert written(Family.SPA, 2, bean) == ("spa_load_flast", "6 0 8 30 1" + " 0" * 10)


def test_a_period_that_is_off_keeps_its_times() -> None:
    assert written(Family.SPH, 1, SPH)[1] == "60 10 0 0 0 0 0 17 0 21 0 0 0 0 0 0 0"


def test_what_changes_goes_with_what_stays() -> None:
    assert written(Family.SPH, 0, SPH, {"charge_power_rate": 50.0, "grid_charging": False})[1].startswith(
        "50 95 0 1 30"
    )


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("wchargeSOCLowLimit2", "stop_level_not_told"),
        ("chargePowerCommand", "setting_not_told"),
        ("acChargeEnable", "setting_not_told"),
    ],
)
def test_nothing_is_made_up(missing: str, reason: str) -> None:
    """The library puts 100 and 10 for a stop level it does not find, over what the user had (B.7.3)."""
    bean = {key: value for key, value in SPH.items() if key != missing} | {"wchargeSOCLowLimit1": 100}
    with pytest.raises(WriteRefused) as told:
        written(Family.SPH, 0, bean, {"charge_stop_level": 90, "charge_power_rate": 50, "grid_charging": True})
    assert told.value.reason == reason


def test_an_spa_that_does_not_say_charges_from_the_grid() -> None:
    bean = {key: value for key, value in SPH.items() if key != "acChargeEnable"}
    assert written(Family.SPA, 0, bean)[1].startswith("80 95 1 1 30 5 0 1")


# Live reads


def test_the_register_words_of_the_specification() -> None:
    """Enabled, battery first, 01:30-05:00 (A.10)."""
    assert decode_segment("41246-1280-") == SEGMENT


@pytest.mark.parametrize(
    ("said", "slot"),
    [
        ("0-0-", OFF),
        ("0-0", OFF),
        (
            f"{(2 << 13) | (22 << 8)}-{(23 << 8) | 59}-",
            Slot(start=time(22), end=time(23, 59), mode="grid_first", enabled=False),
        ),
        (f"{0x8000 | (6 << 8)}-{(24 << 8)}-", Slot(start=time(6), end=MIDNIGHT, mode="load_first")),
    ],
)
def test_other_register_words(said: str, slot: Slot) -> None:
    assert decode_segment(said) == slot


@pytest.mark.parametrize(
    "said",
    [
        "",
        "1",
        "a-b-",
        "41246-1280-7-",
        "70000-1280-",
        "41246-99999-",
        "41246-1.5-",
        "-1-0-",
        "24763-1280-",
        "6144-15615-",
        "57344-1280-",
    ],
)
def test_words_that_are_no_segment(said: str) -> None:
    assert decode_segment(said) is None
