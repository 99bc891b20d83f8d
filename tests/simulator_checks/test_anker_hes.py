"""HES X1 of the Anker simulator, and what other sites are answered to its questions (anker.md §6.6, §10.4)."""

from typing import Any

import pytest

from tests.simulators.clock import SimClock

from .anker_energy import recorded, shape, write_days
from .anker_host import App, app, needs_recordings

pytestmark = pytest.mark.usefixtures("socket_enabled")

SERVICE = "charging_hes_svc/"
DAY = "2026-06-18"


async def energies(client: App, source: str, kind: str = "week", last: str = DAY) -> dict[str, Any]:
    """Return the energies of a source on 18 June."""
    body = {"siteId": client.site_id, "sourceType": source, "dateType": kind, "start": DAY, "end": last}
    told: dict[str, Any] = await client.data(SERVICE + "get_energy_statistics", body)
    return told


def parts(answer: dict[str, Any]) -> dict[tuple[str, bool], str]:
    """Return the value of each aggregate by type and direction."""
    return {(part["type"], part["imported"]): part["value"] for part in answer["aggregates"]}


async def test_what_was_charged_is_told_by_the_day_only(clock: SimClock) -> None:
    async with app(clock, "hes", limits=False) as client:
        write_days(client)
        week, day = await energies(client, "hes"), await energies(client, "hes", "day")
        assert (week["totalImportedEnergy"], week["totalImportedEnergyUnit"]) == ("", "")
        assert (week["totalExportedEnergy"], week["totalEnergy"]) == ("1.50", "1.50")
        assert (day["totalImportedEnergy"], day["totalExportedEnergy"]) == ("2.95", "1.50")
        assert parts(week) == {("home", False): "1.50", ("grid", False): "0.00"}
        assert "hasDiesel" not in week


async def test_the_grid_tells_who_gave_and_who_took(clock: SimClock) -> None:
    async with app(clock, "hes", limits=False) as client:
        write_days(client)
        assert parts(await energies(client, "grid")) == {
            ("hes", True): "0.25",
            ("home", True): "3.00",
            ("hes", False): "0.00",
            ("solar", False): "0.75",
        }
        week = await energies(client, "grid", last="2026-06-19")
        assert [element["negValue"] for element in week["energy"]] == ["-0.75", "-0.25"]


async def test_only_a_hes_has_statistics(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        body = {"siteId": client.site_id, "sourceType": "hes", "dateType": "week", "start": DAY, "end": DAY}
        assert await client.code(SERVICE + "get_energy_statistics", body) == 10000
        assert await client.code(SERVICE + "get_hes_dev_info", body) == -1
        assert await client.code(SERVICE + "get_mi_layout", body) == -1
        assert await client.code(SERVICE + "get_system_running_time", body) == 10000
        assert await client.code(SERVICE + "get_conn_net_tips", body) == 10000
        assert await client.code(SERVICE + "report_device_data", body) == 200104


async def test_one_main_unit_appears_as_several_parts(clock: SimClock) -> None:
    async with app(clock, "hes", limits=False) as client:
        site = client.world.sites[0]
        (main,) = (await client.data(SERVICE + "get_hes_dev_info", {"siteId": client.site_id}))["results"]
        kinds = [(part["type"], part["pn"]) for part in main["subDevInfo"]]
        assert kinds == [("ems", "A5103"), ("pcs", "A5103"), ("pack", "A5220"), ("pack", "A5220")]
        assert {part["sn"] for part in main["subDevInfo"]} == {device.serial for device in site.devices}
        running = await client.data(SERVICE + "get_system_running_info", {"siteId": client.site_id})
        assert (running["mainSn"], running["batCount"], running["connected"]) == (main["sn"], 2, True)
        assert running["systemPowerGenerationUnit"] == "MWh"
        assert (await client.data(SERVICE + "get_wifi_info", {"sn": main["sn"]}))["rssi"] < 0


async def test_profit_is_told_by_day_and_month(clock: SimClock) -> None:
    async with app(clock, "hes", limits=False) as client:
        write_days(client)
        path, own = SERVICE + "get_system_profit_detail", {"siteId": client.site_id}
        day = await client.data(path, own | {"dateType": "day", "start": DAY, "end": ""})
        assert (day["powerGenerations"], day["powerGenerationsUnit"]) == (["4.50"], "KWh")
        shares = {part["type"]: part["value"] for part in day["percents"]}
        assert shares == {"hes": "26%", "solar": "22%", "grid": "52%"}
        assert day["selfPowerPercent"] == "48%"
        year = await client.data(path, own | {"dateType": "year", "start": "2026"})
        assert len(year["savings"]) == 12
        assert await client.code(path, own | {"dateType": "decade", "start": "2020"}) == 10003


@needs_recordings
async def test_answers_look_as_recorded(clock: SimClock) -> None:
    async with app(clock, "hes", limits=False) as client:
        for source in ("grid", "hes", "home", "solar"):
            told = await energies(client, source)
            for path, data in recorded(f"SB2_SP_SpMode_Schedule/hes_energy_{source}_*"):
                assert str(shape(told)) == str(shape(data)), path.name
                assert [part["type"] for part in told["aggregates"]] == [part["type"] for part in data["aggregates"]]


@needs_recordings
@pytest.mark.parametrize(
    ("folder", "era"),
    [("SB2_SP_SpMode_Schedule", "2024-10"), ("SB2_AC_UseTime", "2025-01"), ("SB3_Multisystem", "2025-09")],
)
async def test_other_sites_have_an_empty_running_info(clock: SimClock, folder: str, era: str) -> None:
    async with app(clock, limits=False) as client:
        client.simulator.actions["set_era"](era)
        told = await client.data(SERVICE + "get_system_running_info", {"siteId": client.site_id})
        seen = [data for _, data in recorded(f"{folder}/hes_system_running_info_*")]
        assert seen
        assert all(data == told for data in seen)
