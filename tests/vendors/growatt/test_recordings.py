"""Real answers: what is read of them, by hand from the files, and what happens when they are spoilt."""

from collections.abc import Mapping
import copy
from dataclasses import dataclass
import math
from random import Random
from typing import Any, Final

import pytest

from custom_components.solar_battery_hub.core.errors import HubError
from custom_components.solar_battery_hub.core.model import Gone
from custom_components.solar_battery_hub.core.parse import section
from custom_components.solar_battery_hub.core.schedule import Schedule
from custom_components.solar_battery_hub.vendors.growatt.fields import Part
from custom_components.solar_battery_hub.vendors.growatt.model import Family
from custom_components.solar_battery_hub.vendors.growatt.names import Names
from custom_components.solar_battery_hub.vendors.growatt.schedule import present
from custom_components.solar_battery_hub.vendors.growatt.settings import read_settings

from .reading_desk import Desk, read
from .recordings import load, needs_recordings

pytestmark = needs_recordings

MUTATIONS: Final = 6_000

JUNK: tuple[Any, ...] = (
    None,
    True,
    False,
    "",
    "n/a",
    "--",
    '"null"',
    "NaN",
    [],
    {},
    [1],
    {"a": 1},
    10**400,
    "\x00",
    "1e999",
)
_MISSING = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A recorded object, and where some of its readings come from: names and factors, summed."""

    family: Family | None
    part: Part
    file: str
    sources: Mapping[str, Mapping[str, float]]

    def bean(self) -> dict[str, Any]:
        """Return the object, of a device that is not lost."""
        return {**load(self.file)["data"], "lost": False} if self.family else load(self.file)["data"]


def own(**names: str) -> dict[str, Mapping[str, float]]:
    """Return readings that are one field each."""
    return {key: {name: 1.0} for key, name in names.items()}


TOLD: Final = (
    Told(
        family=Family.MIN,
        part=Part.LIVE,
        file="v1_min_tlx_last_data",
        sources={
            "solar_energy_today": {"epv1Today": 1, "epv2Today": 1, "epv3Today": 1, "epv4Today": 1},
            **own(
                solar_power="ppv",
                output_power="pac",
                output_energy_today="eacToday",
                output_energy_total="eacTotal",
                solar_energy_total="epvTotal",
                grid_frequency="fac",
                pv_voltage_1="vpv1",
                pv_power_2="ppv2",
                temperature="temp1",
                extra_temperature_5="temp5",
                output_limit_in_force="realOPPercent",
                phase_voltage_1="vac1",
                running_time="timeTotal",
            ),
        },
    ),
    Told(
        family=Family.SPH,
        part=Part.LIVE,
        file="v1_sph_mix_last_data",
        sources={
            "grid_power": {"pacToUserTotal": 1, "pacToGridTotal": -1},
            "battery_power": {"pdischarge1": 1, "pcharge1": -1},
            "solar_energy_today": {"epv1Today": 1, "epv2Today": 1},
            "cell_voltage_spread": {"bmsDeltaVolt": 0.001},
            **own(
                battery_level="soc",
                battery_voltage="vbat",
                battery_charge_energy_today="echarge1Today",
                battery_discharge_energy_total="edischarge1Total",
                grid_export_energy_total="etogridTotal",
                grid_import_energy_total="etoUserTotal",
                home_energy_total="elocalLoadTotal",
                cell_voltage_9="bmsCell9Volt",
                battery_health="bmsSOH",
                battery_charge_full="bmsGaugeFCC",
                power_module_temperature="temp2",
            ),
        },
    ),
    Told(
        family=Family.INVERTER,
        part=Part.LIVE,
        file="v1_inverter_last_new_data",
        sources={
            "running_time": {"timeTotal": 3600},
            **own(
                solar_energy_total="powerTotal",
                pv_voltage_3="vpv3",
                pv_energy_total_6="epv6Total",
                phase_voltage_2="vacs",
                line_voltage_3="vacTr",
                temperature="temperature",
                string_voltage_12="vString12",
            ),
        },
    ),
    Told(
        family=Family.STORAGE,
        part=Part.LIVE,
        file="v1_storage_last_data",
        sources={
            "solar_power": {"ppv": 1, "ppv2": 1},
            "solar_energy_total": {"epvTotal": 1, "epvTotal2": 1},
            "grid_power": {"pacToUser": 1, "pacToGrid": -1},
            **own(battery_level="capacity", battery_voltage="vBat", battery_temperature="batTemp", pv_power_2="ppv2"),
        },
    ),
    Told(
        family=None,
        part=Part.PLANT_DATA,
        file="v1_plant_data",
        sources={
            "rated_power": {"peak_power_actual": 1000},
            **own(output_energy_total="total_energy", co2_saved="carbon_offset"),
        },
    ),
)

# Fields that other readings' fields stand in for, by the reading; a change there may change it.
STAND_INS: Final[Mapping[str, tuple[str, ...]]] = {
    "solar_energy_today": ("epvToday", "epvtoday"),
    "battery_level": ("bmsSOC",),
    "battery_voltage": ("bmsBatteryVolt",),
    "grid_power": ("pAcInPut", "pacToUserR", "pacToGridR"),
    "solar_energy_total": (),
}


def as_number(value: object) -> float | None:
    """Return the number that a value is or says."""
    try:
        number = None if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except TypeError, ValueError, OverflowError:
        return None
    return number if number is not None and math.isfinite(number) else None


def expected(told: Told, key: str, bean: Mapping[str, Any]) -> float | None:
    """Return a reading worked out from the recording; ``None`` where one of its fields says nothing."""
    terms = [(as_number(bean.get(name)), factor) for name, factor in told.sources[key].items()]
    return None if any(value is None for value, _ in terms) else sum((value or 0.0) * factor for value, factor in terms)


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.file)
def test_what_a_recording_tells(told: Told) -> None:
    bean = told.bean()
    found = read(told.family, told.part, bean)
    for key in told.sources:
        assert found[key] == pytest.approx(expected(told, key, bean), abs=0.051), key


@pytest.mark.parametrize("told", [told for told in TOLD if told.family], ids=lambda told: told.file)
def test_a_recording_of_a_lost_device(told: Told) -> None:
    found = read(told.family, told.part, told.bean() | {"lost": True})
    measured = [key for key in told.sources if not key.endswith(("_today", "_total")) and "_total_" not in key]
    assert {found[key] for key in measured if key != "running_time"} == {Gone.GONE}
    assert any(isinstance(found.get(key), float) for key in told.sources)


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.file)
def test_a_spoilt_object_spoils_nothing_else(told: Told) -> None:
    random = Random(f"growatt {told.file}")
    bean = told.bean()
    desk = Desk(told.family)
    whole = desk.read(told.part, bean)
    names = sorted(bean)
    for _ in range(MUTATIONS // len(TOLD) + 1):
        name = random.choice(names)
        if name == "lost":
            continue
        spoilt = copy.copy(bean)
        value = spoil(bean[name], random)
        if value is _MISSING:
            del spoilt[name]
        else:
            spoilt[name] = value
        found = desk.read(told.part, spoilt)
        for key, source in told.sources.items():
            now = found.get(key, _MISSING)
            if name not in source and name not in STAND_INS.get(key, ()):
                assert now == whole[key], f"{name} = {value!r} changed {key}"
            elif list(source) == [name] and name not in STAND_INS.get(key, ()):
                assert is_right(now, key, source[name], value), f"{name} = {value!r} became {key} = {now!r}"


def spoil(value: Any, random: Random) -> Any:
    """Return something else for a value."""
    if isinstance(value, int | float) and not isinstance(value, bool) and random.random() < 0.5:
        return random.choice((value * 3 + 1, -value - 1, value / 7 + 2, 1e300, -1, 12345.678, "4321.5"))
    return random.choice((_MISSING, *JUNK))


def is_right(now: Any, key: str, factor: float, value: Any) -> bool:
    """Tell whether a reading whose only field was changed is that number, none, or what else the object says."""
    if now is None:
        return True
    number = as_number(value)
    if number is None:  # another spelling may stand in, but nothing becomes a zero
        return key in STAND_INS or now is _MISSING
    return now == pytest.approx(number * factor, abs=0.051, rel=1e-9) or (now == 0 and -100 <= number < 0)


def test_a_min_without_battery_shows_none() -> None:
    found = read(Family.MIN, Part.LIVE, load("v1_min_tlx_last_data")["data"] | {"lost": False})
    assert not {key for key in found if key.startswith(("battery_level", "grid_power", "pack", "backup", "pv_power_3"))}
    assert found["device_status"] == "normal"
    assert (found["fault"], found["problem"]) == ("–", False)


def test_several_min_in_one_answer() -> None:
    parts = load("v1_min_tlxs_data")["data"]
    found = [read(Family.MIN, Part.LIVE, part["data"] | {"lost": False}) for part in parts]
    assert found[0]["output_energy_today"] == 41.9
    assert found[0]["solar_energy_today"] == 43.0


def test_settings_of_a_min() -> None:
    bean = load("v1_min_tlx_set_info")["data"]
    assert read_settings(Family.MIN, bean) == {
        "charge_power_rate": 100,
        "discharge_power_rate": 100,
        "off_grid_stop_level": 5,
        "grid_charging": False,
        "output_limit": 100,
        "export_limit_mode": "off",
        "inverter_on": True,
    }
    schedule = present(Family.MIN, Names(bean))
    assert schedule is not None
    assert schedule.normal_form() == Schedule()
    assert len(schedule.slots) == 9


def test_settings_of_an_sph() -> None:
    bean = load("v1_sph_mix_data_info")["data"]
    found = read_settings(Family.SPH, bean)
    assert (found["charge_stop_level"], found["discharge_stop_level"]) == (100, 5)
    assert (found["grid_charging"], found["inverter_on"], found["output_limit"]) == (True, False, 50)
    schedule = present(Family.SPH, Names(bean))
    assert schedule is not None
    running = [(f"{slot.start:%H:%M}", f"{slot.end:%H:%M}", slot.mode) for slot in schedule.slots if slot.enabled]
    assert running == [
        ("18:00", "19:30", "battery_first"),
        ("21:30", "23:00", "battery_first"),
        ("03:00", "04:30", "battery_first"),
    ]


def test_all_settings_of_a_min_as_texts() -> None:
    bean = section(load("web_read_all_min_param_partial")["msg"])
    found = read_settings(Family.MIN, bean)
    assert found["charge_power_rate"] == 95
    assert found["inverter_on"] is True


@pytest.mark.parametrize("name", ["v1_min_tlx_set_info", "v1_sph_mix_data_info"])
def test_spoilt_settings_raise_nothing(name: str) -> None:
    family = Family.MIN if "min" in name else Family.SPH
    bean, random = load(name)["data"], Random(name)
    whole = read_settings(family, bean)
    for _ in range(1500):
        place = random.choice(sorted(bean))
        spoilt = {**bean, place: random.choice(JUNK)}
        try:
            found = read_settings(family, spoilt)
            schedule = present(family, Names(spoilt))
        except HubError as err:
            pytest.fail(f"{place}: {err}")
        assert schedule is not None
        assert sum(found.get(key, _MISSING) != value for key, value in whole.items()) <= 1, place
