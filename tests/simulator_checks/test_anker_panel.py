"""Power panels of the Anker simulator: energies, averages, tariff plan and manual backup (anker.md §6.5, §10.4, §12.9)."""

import json
from typing import Any

import pytest

from tests.simulators.clock import SimClock

from .anker_energy import FIRST, SECOND, recorded, shape, write_days
from .anker_host import App, app, needs_recordings

pytestmark = pytest.mark.usefixtures("socket_enabled")

SERVICE, PREPARED = "charging_energy_service/", "charging_disaster_prepared/"
PLAN = {"id": 7, "name": "Summer", "start_time": "2026-04-01 00:00:00", "start_desc": "April"}
SEASON = PLAN | {"end_time": "2026-09-30 00:00:00", "end_desc": "September", "type": 2}


async def energies(client: App, source: str, first: str, last: str, kind: str = "week") -> dict[str, Any]:
    """Return the energies of a source."""
    body = {"siteId": client.site_id, "sourceType": source, "dateType": kind, "start": first, "end": last}
    told: dict[str, Any] = await client.data(SERVICE + "energy_statistics", body | {"global": False, "productCode": ""})
    return told


def parts(answer: dict[str, Any]) -> dict[tuple[str, bool], tuple[str, str]]:
    """Return value and percent of each aggregate by type and direction."""
    return {(part["type"], part["imported"]): (part["value"], part["percent"]) for part in answer["aggregates"]}


async def test_elements_have_no_label_and_totals_cover_the_range(clock: SimClock) -> None:
    async with app(clock, "power_panel", limits=False) as client:
        write_days(client)
        home = await energies(client, "home", "2026-06-18", "2026-06-19")
        assert [element["value"] for element in home["energy"]] == ["5.75", "6.75"]
        assert "time" not in home["energy"][0]
        assert (home["totalImportedEnergy"], home["totalEnergy"], home["totalEnergyUnit"]) == ("12.50", "12.50", "KWh")
        assert (home["totalExportedEnergy"], home["totalExportedEnergyUnit"]) == ("", "")  # not applicable
        assert (home["power"], home["powerUnit"], home["chargeLevel"]) == (None, "", None)
        assert (await energies(client, "home", "2026-06-19", "2026-06-19"))["totalEnergy"] == "6.75"


async def test_each_source_repeats_another_total(clock: SimClock) -> None:
    async with app(clock, "power_panel", limits=False) as client:
        write_days(client)
        day = ("2026-06-18", "2026-06-18")
        hes, grid, solar = [await energies(client, source, *day) for source in ("hes", "grid", "solar")]
        assert (hes["totalEnergy"], hes["totalImportedEnergy"], hes["totalExportedEnergy"]) == ("1.50", "2.95", "1.50")
        assert (grid["totalEnergy"], grid["totalImportedEnergy"], grid["totalExportedEnergy"]) == (
            "3.25",
            "3.25",
            "0.75",
        )
        assert (solar["totalEnergy"], solar["totalImportedEnergy"], solar["totalExportedEnergy"]) == (
            "4.50",
            "",
            "4.50",
        )
        assert grid["energy"][0]["negValue"] == "-0.75"
        assert {answer["hasDiesel"] for answer in (hes, grid, solar)} == {False}
        pps = await energies(client, "pps", *day)
        assert pps["totalExportedEnergy"] == hes["totalExportedEnergy"]


async def test_aggregates_tell_where_it_came_from(clock: SimClock) -> None:
    async with app(clock, "power_panel", limits=False) as client:
        write_days(client)
        day = ("2026-06-18", "2026-06-18")
        assert parts(await energies(client, "home", *day)) == {
            ("hes", False): ("1.50", "26%"),
            ("solar", False): ("1.25", "22%"),
            ("grid", False): ("3.00", "52%"),
        }
        assert parts(await energies(client, "grid", *day)) == {
            ("hes", True): ("0.25", "8%"),
            ("home", True): ("3.00", "92%"),
        }
        assert parts(await energies(client, "solar", *day)) == {
            ("hes", False): ("2.50", "56%"),
            ("home", False): ("1.25", "28%"),
            ("grid", False): ("0.75", "17%"),
        }
        assert (await energies(client, "hes", *day))["aggregates"] == []  # only a day's answer tells
        assert parts(await energies(client, "hes", *day, kind="day")) == {
            ("solar", True): ("2.50", "91%"),
            ("grid", True): ("0.25", "9%"),
        }


async def test_a_year_is_asked_with_days_and_answered_by_months(clock: SimClock) -> None:
    async with app(clock, "power_panel", limits=False) as client:
        days = client.world.sites[0].diary.days
        may = sum(energies.solar for day, energies in days.items() if (day.year, day.month) == (2026, 5))
        year = await energies(client, "solar", "2026-01-01", "2026-12-31", "year")
        assert len(year["energy"]) == 12
        assert float(year["energy"][4]["value"]) == pytest.approx(may, abs=0.01)
        assert year["totalEnergyUnit"] == "MWh"


async def test_small_totals_can_be_told_in_wh(clock: SimClock) -> None:
    async with app(clock, "power_panel", limits=False) as client:
        write_days(client)
        client.simulator.actions["set_statistics"](watt_hours=True)
        grid = await energies(client, "grid", "2026-06-18", "2026-06-18")
        assert (grid["totalExportedEnergy"], grid["totalExportedEnergyUnit"]) == ("750.00", "Wh")
        assert (grid["totalImportedEnergy"], grid["totalImportedEnergyUnit"]) == ("3.25", "KWh")


async def test_five_minutes_are_told_in_kw_with_the_charge(clock: SimClock) -> None:
    async with app(clock, "power_panel", limits=False) as client:
        site = client.world.sites[0]  # it is half past five in Chicago
        site.house.set(solar_w=3000.0, home_w=1000.0)
        clock.advance(1800)
        client.world.catch_up()
        day = ("2026-06-21", "2026-06-21")
        hes, home, grid, solar = [
            await energies(client, source, *day, kind="day") for source in ("hes", "home", "grid", "solar")
        ]
        assert {answer["powerUnit"] for answer in (hes, home, grid, solar)} == {"KW"}
        assert [len(answer["power"]) for answer in (hes, home, grid, solar)] == [288] * 4
        told = {point["time"]: [info["value"] for info in point["powerInfos"]] for point in hes["power"]}
        charge, discharge = told["05:45"]
        assert float(charge) == pytest.approx(-2.0, abs=0.01)
        assert discharge == "0.00"
        assert told["23:00"] == ["0", "0"]
        assert [info["value"] for info in home["power"][69]["powerInfos"]] == ["1.00"]
        assert [info["value"] for info in solar["power"][69]["powerInfos"]] == ["3.00"]
        assert len(grid["power"][69]["powerInfos"]) == 1  # no export (§10.5)
        levels = [point["value"] for point in hes["chargeLevel"]]
        last = max(number for number, level in enumerate(levels) if level != "0")
        assert hes["chargeLevel"][last]["time"] == "05:50"  # complete, and three minutes late
        assert float(levels[last]) == pytest.approx(site.house.level(), abs=3)
        assert home["chargeLevel"] is None


async def test_running_info_is_told_in_numbers(clock: SimClock) -> None:
    async with app(clock, "power_panel", limits=False) as client:
        site = client.world.sites[0]
        lifetime = site.diary.lifetime.solar
        assert lifetime > 1000
        told = await client.data(SERVICE + "get_system_running_info", {"siteId": client.site_id})
        assert told["connect_infos"] == {site.devices[0].serial: True}
        assert (told["total_system_power_generation"], told["system_power_generation_unit"]) == (
            pytest.approx(lifetime / 1000, abs=0.006),
            "MWh",
        )
        assert (told["save_carbon_footprint"], told["save_carbon_unit"]) == (
            pytest.approx(lifetime * 0.997 / 1000, abs=0.006),
            "t",
        )
        assert told["system_savings_price_unit"] == "$"


@pytest.mark.parametrize(
    "changes", [{"sourceType": "wind"}, {"dateType": "month"}, {"start": "2026"}, {"sourceType": "evCharger"}]
)
async def test_odd_questions_are_refused(clock: SimClock, changes: dict[str, str]) -> None:
    async with app(clock, "power_panel", limits=False) as client:
        asked = {"siteId": client.site_id, "sourceType": "hes", "dateType": "day"}
        asked |= {"start": "2026-06-21", "end": "2026-06-21"}
        assert await client.code(SERVICE + "energy_statistics", asked | changes) == 10003
        assert await client.code(SERVICE + "energy_statistics", asked) == 0


async def test_another_site_has_no_panel(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        body = {"siteId": client.site_id}
        assert await client.code(SERVICE + "get_system_running_info", body) == 10004


async def test_a_panel_has_side_answers(clock: SimClock) -> None:
    async with app(clock, "power_panel", limits=False) as client:
        device = client.world.sites[0].devices[0]
        own = {"siteId": client.site_id, "sn": device.serial}
        assert (await client.data(SERVICE + "get_wifi_info", own))["rssi"] == 100
        assert (await client.data(SERVICE + "get_error_infos")) == {"error_infos": []}
        (info,) = (await client.data(SERVICE + "get_device_infos", {"sns": [device.serial, "X"]}))["device_infos"]
        assert (info["sn"], info["connect"], info["site_id"]) == (device.serial, True, client.site_id)
        told = await client.data(SERVICE + "get_sns", {"main_sn": device.serial, "macs": [device.mac]})
        assert told == {"mac_sn_map": {device.mac: ""}}  # the main device has none
        units = (await client.data(SERVICE + "get_world_monetary_unit", own))["price_units"]
        assert [unit["price_unit"] for unit in units if unit["is_default"]] == ["$"]


# --- tariff plan (§12.9) ---------------------------------------------------------------------------------------------


def band(start: str, end: str, peak: int, day_type: int, buy: float = 0.25) -> dict[str, Any]:
    """Return a price band."""
    told = {"id": 1, "buy": buy, "energy_unit": "kWh", "start_time_period": start, "end_time_period": end}
    return told | {"peak_type": peak, "day_type": day_type}


async def test_a_plan_is_written_with_its_rule(clock: SimClock) -> None:
    async with app(clock, "power_panel", limits=False) as client:
        own = {"siteId": client.site_id, "sn": client.world.sites[0].devices[0].serial}
        bands = [
            band("00:00", "16:00", 1, 2),
            band("16:00", "19:00", 2, 2),
            band("19:00", "21:00", 4, 2),
            band("21:00", "24:00", 3, 2),
            band("00:00", "24:00", 1, 1),
        ]
        wanted = own | {"peak_sessions": [SEASON | {"peak_valley_prices": bands}], "fixed_price": None}
        rule = (await client.data(SERVICE + "preprocess_utility_rate_plan", wanted))["rule"]
        assert json.loads(rule) == [
            {
                "Sea": {"S": 4, "E": 9},
                "P1": [
                    {"S": 0, "E": 16, "T": 3},
                    {"S": 16, "E": 19, "T": 2},
                    {"S": 19, "E": 21, "T": 1},
                    {"S": 21, "E": 24, "T": 1},
                ],
                "P2": [{"S": 0, "E": 24, "T": 3}],
            }
        ]
        ack = SERVICE + "ack_utility_rate_plan"
        assert await client.code(ack, wanted | {"rule": "[]"}) == 10003
        assert await client.code(ack, wanted) == 10003
        assert await client.code(ack, wanted | {"rule": rule}) == 0
        kept = await client.data(SERVICE + "get_utility_rate_plan", own)
        assert (kept["peak_sessions"], kept["fixed_price"]) == (wanted["peak_sessions"], None)


async def test_a_plan_that_cannot_be_read_is_refused(clock: SimClock) -> None:
    async with app(clock, "power_panel", limits=False) as client:
        own = {"siteId": client.site_id, "sn": client.world.sites[0].devices[0].serial}
        preprocess = SERVICE + "preprocess_utility_rate_plan"
        assert await client.code(preprocess, own | {"peak_sessions": [SEASON], "fixed_price": None}) == 10003
        assert await client.code(preprocess, own | {"peak_sessions": []}) == 10003  # both keys are sent


# --- manual backup (§12.10) ------------------------------------------------------------------------------------------


class Backup:
    """The manual backup of a client's first site."""

    def __init__(self, client: App, clock: SimClock) -> None:
        """Work on it."""
        self.client = client
        self.own = {"identifier_id": client.site_id, "type": 2}
        self.start = int(clock.now().timestamp()) + 600

    async def set(self, **body: Any) -> int | None:
        """Write and return the code."""
        return await self.client.code(PREPARED + "set_site_device_disaster", self.own | body)

    async def begin(self, **detail: Any) -> int | None:
        """Ask for a window of an hour in ten minutes."""
        window = {"disaster_type": 3, "start_time": self.start, "end_time": self.start + 3600} | detail
        return await self.set(manual_disaster_switch=True, manual_disaster_detail=window)

    async def settings(self) -> dict[str, Any]:
        """Return switches and window."""
        told: dict[str, Any] = await self.client.data(PREPARED + "get_site_device_disaster", self.own)
        return told

    async def active(self) -> bool:
        """Tell whether the status says that it runs."""
        told = await self.client.data(PREPARED + "get_site_device_disaster_status", self.own)
        assert (told["manual_disaster_status"] == 1) == (told["current_disaster_detail"] is not None)
        return bool(told["manual_disaster_status"] == 1)


async def test_a_backup_begins_when_its_time_has_come(clock: SimClock) -> None:
    async with app(clock, "power_panel", limits=False) as client:
        backup = Backup(client, clock)
        assert (await backup.settings())["disaster_details"] == []
        assert await backup.begin() == 0
        settings = await backup.settings()
        assert settings["manual_disaster_switch"] is True
        (detail,) = settings["disaster_details"]
        assert (detail["disaster_type"], detail["start_time"]) == (1, backup.start)  # every kind becomes 1
        assert len(detail["uuid"]) == 36
        assert not await backup.active()
        clock.advance(601)
        assert await backup.active()
        clock.advance(3600)
        assert not await backup.active()


async def test_a_backup_is_stopped_without_a_detail(clock: SimClock) -> None:
    async with app(clock, "power_panel", limits=False) as client:
        backup = Backup(client, clock)
        await backup.begin()
        clock.advance(700)
        assert await backup.set(manual_disaster_switch=False, manual_disaster_detail=None) == -1
        assert await backup.active()
        assert await backup.set(manual_disaster_switch=False) == 0
        assert not await backup.active()
        assert (await backup.settings())["manual_disaster_switch"] is False


async def test_odd_windows_are_refused(clock: SimClock) -> None:
    async with app(clock, "power_panel", limits=False) as client:
        backup = Backup(client, clock)
        assert await backup.begin(end_time=backup.start) == 10003
        assert await backup.begin(start_time="soon") == 10003
        assert await backup.set(manual_disaster_switch=True) == -1
        assert await backup.set() == 10003
        assert (await backup.settings())["manual_disaster_switch"] is False


@needs_recordings
async def test_the_backup_looks_as_recorded(clock: SimClock) -> None:
    async with app(clock, "power_panel", limits=False) as client:
        backup = Backup(client, clock)
        await backup.begin()
        clock.advance(700)
        for name, pattern in {
            "get_support_func": "charging_disaster_support_func",
            "get_site_device_disaster": "charging_site_device_disaster_[0-9a-f]*",
            "get_site_device_disaster_status": "charging_site_device_disaster_status",
        }.items():
            told = await client.data(PREPARED + name, backup.own)
            shapes = {str(shape(data)) for _, data in recorded(f"PowerPanel_ManualBackup/{pattern}*")}
            assert shapes == {str(shape(told))}, name


def test_the_percents_are_those_of_the_two_days() -> None:
    assert round(100 * FIRST.battery_to_home / FIRST.home) == 26
    assert round(100 * FIRST.solar_to_battery / FIRST.solar) == 56
    assert SECOND.solar_to_battery == 0
