"""``energy_analysis`` of the Anker simulator: days, months, years, their totals and their traps (anker.md §10)."""

from datetime import date, timedelta

import pytest

from tests.simulators.anker.energies import NOTHING
from tests.simulators.clock import SimClock

from .anker_energy import DAYS, FIRST, SECOND, ask, recorded, told, values, write_days
from .anker_host import ENERGY, app, needs_recordings

pytestmark = pytest.mark.usefixtures("socket_enabled")

THURSDAY, FRIDAY, SUNDAY = "2026-06-18", "2026-06-19", "2026-06-21"


async def test_a_week_has_a_labelled_value_for_each_day(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        write_days(client)
        solar = await ask(client, "solar_production", THURSDAY, FRIDAY)
        assert solar["power"] == [
            {"time": "2026-06-18", "value": "4.50", "rods": None},
            {"time": "2026-06-19", "value": "0.50", "rods": None},
        ]
        assert solar["power_unit"] == "wh"  # although these are kWh
        assert solar["total_energy_unit"] == ""
        assert values((await ask(client, "solarbank", THURSDAY, FRIDAY))["power"]) == {
            "2026-06-18": "1.50",
            "2026-06-19": "0.50",
        }
        assert values((await ask(client, "home_usage", THURSDAY, FRIDAY))["power"])["2026-06-18"] == "5.75"
        assert values((await ask(client, "ev_charger", THURSDAY, FRIDAY))["power"]) == {
            "2026-06-18": "4.00",
            "2026-06-19": "0.00",
        }


async def test_totals_cover_the_whole_range(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        write_days(client)
        solar = await ask(client, "solar_production", THURSDAY, FRIDAY)
        assert solar["solar_total"] == "5.00"
        assert solar["solar_to_home_total"] == "1.75"
        assert solar["solar_to_battery_total"] == "2.50"
        assert solar["solar_to_grid_total"] == "0.75"
        assert solar["charge_total"] == "2.95"  # from sun, grid and another maker's panels
        assert solar["discharge_total"] == "12.50"  # the consumption, not what was discharged
        assert (solar["charging_pre"], solar["electricity_pre"], solar["others_pre"]) == ("0.59", "0.41", "0")
        one = await ask(client, "solar_production", FRIDAY)
        assert (one["solar_total"], one["discharge_total"]) == ("0.50", "6.75")

        bank = await ask(client, "solarbank", THURSDAY, FRIDAY)
        assert bank["battery_discharging_total"] == "2.00"
        assert bank["battery_to_home_total"] == "1.75"
        assert bank["ac_out_put_total"] == "0.10"
        assert bank["grid_to_battery_total"] == "0.25"
        assert bank["third_party_pv_to_bat"] == "0.20"

        home = await ask(client, "home_usage", THURSDAY, FRIDAY)
        assert (home["home_usage_total"], home["grid_to_home_total"]) == ("12.50", "9.00")
        assert (home["battery_to_home_total"], home["solar_to_home_total"]) == ("1.75", "1.75")


async def test_the_grid_is_told_negative_where_it_takes(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        write_days(client)
        grid = await ask(client, "grid", THURSDAY, FRIDAY)
        assert values(grid["power"]) == {"2026-06-18": "-0.75", "2026-06-19": "-0.25"}
        assert values(grid["charge_trend"]) == {"2026-06-18": "3.25", "2026-06-19": "6.00"}
        assert grid["solar_to_grid_total"] == "1.00"
        imported = float(grid["grid_to_home_total"]) + float(grid["grid_to_battery_total"])
        assert imported == pytest.approx(9.25)
        assert grid["grid_imported_total"] == "9.25"
        assert (grid["grid_exported_total"], grid["third_party_pv_to_grid"]) == ("", "0.30")


async def test_each_input_has_its_part_but_repeats_the_totals_of_all(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        write_days(client)
        parts = [await ask(client, f"solar_production_pv{number}", THURSDAY) for number in range(1, 5)]
        yields = [float(part["power"][0]["value"]) for part in parts]
        assert sum(yields) == pytest.approx(4.5, abs=0.02)
        assert min(yields) > 0.2
        assert {part["solar_total"] for part in parts} == {"4.50"}
        micro = await ask(client, "solar_production_microinverter", THURSDAY)
        assert (micro["power"][0]["value"], micro["solar_total"]) == ("0", "4.50")


async def test_inputs_that_are_not_there_are_answered_0(clock: SimClock) -> None:
    async with app(clock, "solarbank2_plus", limits=False) as client:
        write_days(client)
        told = [(await ask(client, f"solar_production_pv{n}", THURSDAY))["power"][0]["value"] for n in range(1, 5)]
        assert told[2:] == ["0", "0"]
        assert float(told[0]) + float(told[1]) == pytest.approx(4.5, abs=0.02)


async def test_a_second_generation_hides_where_the_sun_went(clock: SimClock) -> None:
    async with app(clock, "solarbank2", limits=False) as client:
        write_days(client)
        solar = await ask(client, "solar_production", THURSDAY)
        assert (solar["solar_total"], solar["solar_to_grid_total"]) == ("4.50", "0.75")
        assert (solar["solar_to_battery_total"], solar["solar_to_home_total"]) == ("0.00", "0.00")
        grid = await ask(client, "grid", THURSDAY)
        assert grid["grid_imported_total"] == "0.00"  # without charging from the grid, although 3.25 kWh came
        assert values(grid["charge_trend"]) == {THURSDAY: "3.25"}


async def test_a_first_generation_tells_its_output_as_discharge(clock: SimClock) -> None:
    async with app(clock, "solarbank1", limits=False) as client:
        write_days(client)
        bank = await ask(client, "solarbank", THURSDAY)
        assert values(bank["power"]) == {THURSDAY: "3.50"}  # 1.25 + 0.75 bypassed, 1.50 discharged
        assert bank["discharge_total"] == "3.50"


async def test_without_a_meter_only_what_the_solarbank_gave_is_usage(clock: SimClock) -> None:
    async with app(clock, "plugs", limits=False) as client:
        write_days(client)
        home = await ask(client, "home_usage", THURSDAY)
        assert home["grid_to_home_total"] == "0.00"
        assert home["home_usage_total"] == "3.50"
        plugs = home["smart_plug_info"]
        assert plugs["total_power"] == "0.80"
        serials = {device.serial for device in client.world.sites[0].devices if device.kind == "plug"}
        assert {plug["device_sn"] for plug in plugs["smartplug_list"]} == serials
        assert sum(float(plug["total_power"]) for plug in plugs["smartplug_list"]) == pytest.approx(0.8, abs=0.02)


async def test_a_serial_number_asks_for_one_unit_of_a_multisystem(clock: SimClock) -> None:
    async with app(clock, "multisystem", limits=False) as client:
        write_days(client)
        units = [device.serial for device in client.world.sites[0].solarbanks]
        told = [(await ask(client, "solar_production", THURSDAY, serial=serial))["solar_total"] for serial in units]
        assert len(told) == 3
        assert sum(map(float, told)) == pytest.approx(4.5, abs=0.03)
        assert max(map(float, told)) < 4.5


async def test_months_and_years_are_sums_of_the_days(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        days = client.world.sites[0].diary.days
        may = await ask(client, "solar_production", "2026-05", kind="month")
        assert [point["time"] for point in may["power"]][::30] == ["2026-05-01", "2026-05-31"]
        expected = sum(energies.solar for day, energies in days.items() if (day.year, day.month) == (2026, 5))
        assert float(may["solar_total"]) == pytest.approx(expected, abs=0.01)
        year = await ask(client, "solar_production", "2026", kind="year")
        assert len(year["power"]) == 12
        assert float(values(year["power"])["2026-05"]) == pytest.approx(expected, abs=0.01)
        assert values(year["power"])["2026-07"] == "0"
        assert float(values(year["power"])["2026-06"]) > 0


async def test_todays_values_are_three_minutes_late(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        site = client.world.sites[0]
        site.house.set(solar_w=1200.0, home_w=600.0)
        clock.advance(3600)
        client.world.catch_up()
        before = site.diary.days[date(2026, 6, 21)]
        told = float((await ask(client, "home_usage", SUNDAY))["home_usage_total"])
        assert told == pytest.approx(before.home - 0.6 * 3 / 60, abs=0.006)
        client.simulator.actions["set_statistics"](lag=1200)
        told = float((await ask(client, "home_usage", SUNDAY))["home_usage_total"])
        assert told == pytest.approx(before.home - 0.6 * 20 / 60, abs=0.006)


def to_midnight(clock: SimClock, minutes: float) -> None:
    """Put the clock to so many minutes after the site's midnight that ends 21 June."""
    clock.set(clock.now().replace(hour=22, minute=0, second=0) + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("mode", "both", "only_today"),
    [
        pytest.param("zero", ["2026-06-21", "2026-06-22"], ["2026-06-22"], id="0 for the new day"),
        pytest.param("missing", ["2026-06-21"], [], id="the new day is missing"),
        pytest.param("stale", ["2026-06-21"], ["2026-06-21"], id="the newest day is still yesterday"),
    ],
)
async def test_a_new_day_is_not_there_at_once(
    clock: SimClock, mode: str, both: list[str], only_today: list[str]
) -> None:
    async with app(clock, limits=False) as client:
        client.simulator.actions["set_statistics"](after_midnight=mode)
        to_midnight(clock, 1)
        answer = await ask(client, "home_usage", SUNDAY, "2026-06-22")
        assert list(values(answer["power"])) == both
        assert float(values(answer["power"])[SUNDAY]) > 0.5
        assert values(answer["power"]).get("2026-06-22", "0") == "0"
        assert list(values((await ask(client, "home_usage", "2026-06-22"))["power"])) == only_today

        yesterday = float(values(answer["power"])[SUNDAY])
        to_midnight(clock, 4)
        answer = await ask(client, "home_usage", SUNDAY, "2026-06-22")
        assert list(values(answer["power"])) == ["2026-06-21", "2026-06-22"]
        assert float(values(answer["power"])["2026-06-22"]) < 0.2
        assert float(values(answer["power"])[SUNDAY]) >= yesterday


async def test_midnight_is_that_of_the_site(clock: SimClock) -> None:
    async with app(clock, timezone="America/Chicago", limits=False) as client:
        clock.set(clock.now().replace(hour=5, minute=30))  # half past midnight there
        answer = await ask(client, "home_usage", "2026-06-20", SUNDAY)
        assert float(values(answer["power"])["2026-06-20"]) > float(values(answer["power"])[SUNDAY]) > 0


async def test_days_nobody_counted_are_answered_0(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        answer = await ask(client, "solar_production", "2030-01-01", "2030-01-03")
        assert [point["value"] for point in answer["power"]] == ["0", "0", "0"]
        assert (answer["solar_total"], answer["charging_pre"]) == ("0.00", "0")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"device_type": "wind"}, id="device type"),
        pytest.param({"type": "decade"}, id="type"),
        pytest.param({"start_time": "18.06.2026"}, id="date"),
        pytest.param({"start_time": "2026-06-20", "end_time": "2026-06-18"}, id="backwards"),
        pytest.param({"device_sn": None}, id="without a key"),
    ],
)
async def test_odd_questions_are_refused(clock: SimClock, changes: dict[str, str | None]) -> None:
    async with app(clock, limits=False) as client:
        asked = {
            "site_id": client.site_id,
            "device_sn": "",
            "device_type": "grid",
            "type": "week",
            "start_time": THURSDAY,
            "end_time": FRIDAY,
        }
        body = {name: value for name, value in (asked | changes).items() if value is not None}
        assert await client.code(ENERGY, body) == 10003
        assert await client.code(ENERGY, asked | {"site_id": "somebody else's"}) == 10004
        assert await client.code(ENERGY, asked) == 0


async def test_a_member_may_ask(clock: SimClock) -> None:
    async with app(clock, "member", limits=False) as client:
        write_days(client)
        assert (await ask(client, "solar_production", THURSDAY))["solar_total"] == "4.50"


async def test_what_the_house_did_is_what_is_told(clock: SimClock) -> None:
    async with app(clock, past_days=2, limits=False) as client:
        day = date(2026, 6, 20)
        energies = client.world.sites[0].diary.days[day]
        assert energies.solar > 3
        assert energies.home > 3
        assert energies.discharged > 0.5
        solar = await ask(client, "solar_production", day.isoformat())
        assert float(solar["solar_total"]) == pytest.approx(energies.solar, abs=0.006)
        home = await ask(client, "home_usage", day.isoformat())
        ways = ("grid_to_home_total", "battery_to_home_total", "solar_to_home_total")
        assert sum(float(home[way]) for way in ways) == pytest.approx(float(home["home_usage_total"]), abs=0.02)


FOLDER_ERAS = {
    "SB2_SM_ManMode_Schedule": ("solarbank2", "2024-07"),
    "SB2_SP_SpMode_Schedule": ("plugs", "2024-10"),
    "SB2_AC_UseTime": ("solarbank2_ac", "2025-01"),
    "SB3_SM_Smart": ("solarbank3", "2025-07"),
    "SB3_Multisystem": ("multisystem", "2025-09"),
}


@needs_recordings
@pytest.mark.parametrize("folder", FOLDER_ERAS)
async def test_answers_have_the_recorded_keys(clock: SimClock, folder: str) -> None:
    profile, era = FOLDER_ERAS[folder]
    async with app(clock, profile, limits=False) as client:
        client.simulator.actions["set_era"](era)
        seen = 0
        for path, data in recorded(f"{folder}/energy_*"):
            device_type = path.stem.removeprefix("energy_").rsplit("_", 1)[0]
            kind = "day" if device_type.endswith("_today") else "week"
            answer = await ask(client, device_type.removesuffix("_today"), SUNDAY, kind=kind)
            assert list(answer) == list(data), path.name
            assert told(answer) == told(data), path.name
            for name in ("power", "charge_trend", "charge_level"):
                if data[name]:
                    assert set(answer[name][0]) == set(data[name][0]), (path.name, name)
            seen += 1
        assert seen >= 4


def test_the_two_days_are_what_the_checks_say() -> None:
    assert (FIRST.solar, FIRST.home, FIRST.charged, FIRST.imported) == (4.5, 5.75, 2.95, 3.25)
    assert (SECOND.home, SECOND.discharged, SECOND.exported) == (6.75, 0.5, 0.25)
    assert NOTHING not in (FIRST, SECOND)
    assert DAYS[1] - DAYS[0] == timedelta(days=1)
