"""What GoodWe's legacy app API tells: the big call, the survivors, charts, writes (goodwe.md §3.5, §4, §6, §10)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.simulators.clock import SimClock
from tests.simulators.goodwe.models import PROFILES
from tests.simulators.goodwe.world import Inverter, Record

from .goodwe_host import DETAIL, FLOW, MONITOR, POINTS, App, app

pytestmark = pytest.mark.usefixtures("socket_enabled")

NIGHT = datetime(2026, 6, 21, 23, tzinfo=UTC)
NO_VOLTS, NO_HERTZ, NO_LOAD = 6553.5, 655.35, 4294967.295


def upload(inverter: Inverter) -> Record:
    """Return an inverter's last upload."""
    assert inverter.upload is not None
    return inverter.upload


def watts(text: str) -> float:
    """Return the number of a text with unit."""
    assert text.endswith("(W)"), text
    return float(text.removesuffix("(W)"))


async def live(client: App, moment: datetime | None = None, **duration: float) -> None:
    """Let time pass; whoever was signed in too long signs in again."""
    if moment is not None:
        client.simulator.clock.set(moment)
    client.simulator.clock.advance(timedelta(**duration).total_seconds())
    await client.sign_in()


# --- identities ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", [name for name in PROFILES if name not in ("string", "several")])
async def test_power_balances(clock: SimClock, profile: str) -> None:
    """§10.11: sun + battery + import = load, from magnitudes and the meter's sign, by day and by night."""
    async with app(clock, profile) as client:
        for hours in (0, 8, 12):
            await live(client, hours=hours)
            data = await client.data(MONITOR)
            flow, fulls = data["powerflow"], [entry["invert_full"] for entry in data["inverter"]]
            export = sum(full["pmeter"] for full in fulls)
            assert watts(flow["grid"]) == abs(export)
            battery = sum(full["total_pbattery"] for full in fulls)
            assert watts(flow["bettery"]) == abs(battery)
            assert watts(flow["pv"]) + battery - export == watts(flow["load"])
            if any(full["status"] == 1 for full in fulls):
                assert data["kpi"]["pac"] == pytest.approx(watts(flow["pv"]) + battery)


@pytest.mark.parametrize("profile", ["home", "string", "two_inverters"])
async def test_counters_fit_together(clock: SimClock, profile: str) -> None:
    """§4.3, §4.4: lifetime = end of last month + this month + today; the plant is the sum of its inverters."""
    async with app(clock, profile) as client:
        data = await client.data(MONITOR)
        kpi = data["kpi"]
        for entry in data["inverter"]:
            full = entry["invert_full"]
            parts = full["lastmonthetotle"] + full["thismonthetotle"] + full["eday"]
            assert full["etotal"] == pytest.approx(parts, abs=0.01)
            assert (entry["emonth"], entry["etotal"]) == (full["thismonthetotle"], full["etotal"])
            assert full["total_buy"] == pytest.approx(full["yesterdaybuytotal"] + full["buy"])
        fulls = [entry["invert_full"] for entry in data["inverter"]]
        assert kpi["power"] == pytest.approx(sum(full["eday"] for full in fulls))
        assert kpi["total_power"] == pytest.approx(sum(full["etotal"] for full in fulls))
        month = sum(full["thismonthetotle"] + full["eday"] for full in fulls)
        assert kpi["month_generation"] == pytest.approx(month)
        assert kpi["day_income"] == pytest.approx(kpi["power"] * kpi["yield_rate"], abs=0.01)


async def test_balance_of_a_plant_without_battery(clock: SimClock) -> None:
    """§4.3: self-use = sun − export, load = self-use + import."""
    async with app(clock, "two_inverters") as client:
        await live(client, hours=8)
        data = await client.data(MONITOR)
        for found in (data["energeStatisticsCharts"], data["energeStatisticsTotals"]):
            assert found["selfUseOfPv"] == pytest.approx(found["sum"] - found["sell"], abs=0.01)
            assert found["consumptionOfLoad"] == pytest.approx(found["selfUseOfPv"] + found["buy"], abs=0.01)
            assert found["selfUseRate"] == pytest.approx(found["selfUseOfPv"] / found["sum"], abs=0.001)
            assert found["buyPercent"] == pytest.approx(100 * found["buy"] / found["consumptionOfLoad"], abs=0.1)


# --- odd values ------------------------------------------------------------------------------------------------------


async def test_sentinels_and_garbage(clock: SimClock) -> None:
    """§10.10: what is not there reads as the vendor's registers do."""
    async with app(clock, "string") as client:
        full = await client.full()
        assert [full[name] for name in ("vac2", "iac3", "fac2", "iload")] == [NO_VOLTS, NO_VOLTS, NO_HERTZ, NO_LOAD]
        assert (full["soc"], full["soh"], full["isbuettey"]) == (45.0, -0.1, False)
        assert (full["vpv4"], full["ipv4"]) == (281.2, 0.0)
        data = await client.data(MONITOR)
        assert data["inverter"][0]["d"]["work_mode"] == "Battery Mode"
        assert (data["powerflow"], data["hasPowerflow"], data["hasEnergeStatisticsCharts"]) == (None, False, False)
        assert (data["soc"], data["info"]["battery_capacity"]) == ({"power": 0, "status": 0}, 0)


async def test_battery(clock: SimClock) -> None:
    """§4.4: the current is negative while charging; two packs of one system are one battery."""
    async with app(clock) as client:
        client.plant.house.set_level(40)
        for settings, mode in (({"solar_w": 4_000.0, "home_w": 500.0}, 3), ({"solar_w": 0.0, "home_w": 900.0}, 2)):
            client.plant.house.set(**settings)
            await live(client, minutes=6)
            full = await client.full()
            assert full["battary_work_mode"] == mode
            assert (full["ibattery1"] < 0) == (full["total_pbattery"] < 0) == (mode == 3)
            assert full["vbattery1"] * full["ibattery1"] == pytest.approx(full["total_pbattery"], abs=20)
            assert sum(pack["pbattery"] for pack in full["more_batterys"]) == pytest.approx(
                full["total_pbattery"], abs=1
            )
            assert full["battery_count"] == len(full["more_batterys"]) == 1
            assert full["soc"] == upload(client.inverter).level


@pytest.mark.parametrize(("profile", "counts"), [("all_in_one", [2]), ("parallel", [1, 1]), ("empty_bay", [1])])
async def test_batteries_are_counted(clock: SimClock, profile: str, counts: list[int]) -> None:
    """§4.4: racks one by one, the batteries of each inverter; an empty bay counts too."""
    async with app(clock, profile) as client:
        fulls = [entry["invert_full"] for entry in (await client.data(MONITOR))["inverter"]]
        assert [full["battery_count"] for full in fulls] == counts
        assert [len(full["more_batterys"]) for full in fulls] == counts
        if profile == "empty_bay":
            assert set(fulls[0]["more_batterys"][0].values()) == {0.0}
            assert (fulls[0]["isbuettey"], fulls[0]["vbattery1"], fulls[0]["soh"]) == (True, 0, -0.1)


async def test_grid_arrow_is_no_sign(clock: SimClock) -> None:
    """§4.5: while importing it is drawn either way; the load's arrow tells."""
    async with app(clock) as client:
        client.plant.house.set_level(10)
        client.plant.house.set(solar_w=0.0, home_w=2_337.0)
        arrows = set()
        for _ in range(4):
            await live(client, minutes=5)
            flow = (await client.data(FLOW))["powerflow"]
            assert (flow["grid"], flow["loadStatus"]) == ("2337(W)", 1)
            arrows.add(flow["gridStatus"])
        assert arrows == {-1, 1}


async def test_kilowatts(clock: SimClock) -> None:
    async with app(clock) as client:
        client.plant.house.set(solar_w=3_210.0)
        await live(client, minutes=6)
        client.simulator.stage.set_switches(kilowatts=True)
        assert (await client.data(FLOW))["powerflow"]["pv"] == "3.21(kW)"


async def test_plants_own_meter(clock: SimClock) -> None:
    """§4.5: the inverter's own meter reading means nothing."""
    async with app(clock, "several") as client:
        barn = client.simulator.world.plants[2]
        data = await client.data(MONITOR, {"powerStationId": barn.id})
        assert barn.meter is not None
        assert data["homKit"]["sn"] == barn.meter.serial
        assert data["powerflow"]["isHomKit"] is True
        full = data["inverter"][0]["invert_full"]
        assert (full["pmeter"], full["hasmeter"]) == (0, False)
        assert watts(data["powerflow"]["grid"]) > 0


# --- times -----------------------------------------------------------------------------------------------------------


async def test_times(clock: SimClock) -> None:
    """§1.4: instants in ms, plant time, the account's format, UTC+8, and a negated offset."""
    async with app(clock) as client:
        data = await client.data(MONITOR)
        entry, info = data["inverter"][0], data["info"]
        record, full = upload(client.inverter), entry["invert_full"]
        assert datetime.fromtimestamp(full["last_time"] / 1000, UTC) == record.instant
        assert info["time"] == entry["time"] == "06/21/2026 12:30:00"
        assert entry["last_refresh_time"] == record.time.strftime("%m/%d/%Y %H:%M:%S")
        assert entry["d"]["last_refresh_time"] == record.time.strftime("%d.%m.%Y %H:%M:%S")
        assert info["date_format"] == "dd.MM.yyyy"
        assert info["time_span"] == -2.0
        turned_on = datetime.fromtimestamp(full["turnon_time"] / 1000, UTC) + timedelta(hours=8)
        assert entry["turnon_time"] == turned_on.strftime("%m/%d/%Y %H:%M:%S")
        connected = next(row["value"] for row in entry["dict"]["left"] if row["key"] == "laConnected")
        assert connected == turned_on.strftime("%d.%m.%Y %H:%M:%S")
        created = (record.instant + timedelta(hours=8)).strftime("%m/%d/%Y %H:%M:%S")
        assert entry["d"]["creationDate"] == created


async def test_last_time_stands_still(clock: SimClock) -> None:
    """§10.8: the answers go on, the upload does not; the frozen power stays although the inverter is offline."""
    async with app(clock) as client:
        before = await client.full()
        client.simulator.stage.set_dongle(offline=True)
        await live(client, minutes=30)
        after = await client.full()
        assert after["last_time"] == before["last_time"]
        assert (after["status"], after["pac"]) == (-1, before["pac"])
        assert (after["vac1"], after["tempperature"]) == (0, 0)


async def test_frozen_power_after_a_stop(clock: SimClock) -> None:
    async with app(clock, "two_inverters") as client:
        before = await client.full()
        client.simulator.stage.set_settings(Running=0)
        await live(client, minutes=10)
        assert ((await client.full())["pac"], (await client.full())["status"]) == (0, 0)
        client.simulator.stage.set_switches(frozen_pac=True)
        assert (await client.full())["pac"] == pytest.approx(before["pac"], rel=0.05)


async def test_night_of_a_string_inverter(clock: SimClock) -> None:
    """§1.3, §10.9: blanks in the flow; today's counter still shows yesterday until dawn."""
    async with app(clock, "two_inverters") as client:
        await live(client, NIGHT)
        data = await client.data(MONITOR)
        assert data["info"]["time"].startswith("06/22/2026")
        assert [data["powerflow"][name] for name in ("pv", "load", "grid")] == ["", "", ""]
        full = data["inverter"][0]["invert_full"]
        assert (full["status"], full["eday"] > 20, full["etotal"] > 5_000) == (-1, True, True)
        await live(client, NIGHT, hours=5)
        assert (await client.full())["eday"] < 1


async def test_lifetime_glitch(clock: SimClock) -> None:
    async with app(clock) as client:
        before = await client.full()
        client.simulator.stage.set_lifetime_glitch()
        broken = await client.full()
        assert [broken[name] for name in ("etotal", "total_buy", "total_sell")] == [0, 0, 0]
        assert broken["lastmonthetotle"] == before["lastmonthetotle"]
        client.simulator.stage.set_lifetime_glitch(on=False)
        client.simulator.stage.correct_lifetime()
        assert (await client.full())["total_buy"] == pytest.approx(before["total_buy"] - 0.04)


# --- lists and survivors ---------------------------------------------------------------------------------------------


async def test_finding_plants(clock: SimClock) -> None:
    """§3.5, §10.14: all plants in one list, page by page; one id; the app's list is empty."""
    async with app(clock, "several") as client:
        ids = [plant.id for plant in client.simulator.world.plants]
        rows = await client.data("v2/HistoryData/QueryPowerStationByHistory", {})
        assert [row["id"] for row in rows["list"]] == ids
        assert rows["list"][0]["inverters"][0]["sn"] == client.inverter.serial
        second = await client.data("v2/HistoryData/QueryPowerStationByHistory", {"page": "2", "pagesize": "2"})
        assert (second["record"], [row["id"] for row in second["list"]]) == (3, ids[2:])
        rows = await client.data("PowerStationMonitor/QueryPowerStationMonitor", {"page_size": "14"})
        assert [row["powerstation_id"] for row in rows["list"]] == ids
        row = rows["list"][1]
        assert (row["currency"], row["to_hour"]) == ("AUD", row["eday"] / row["capacity"])
        assert (await client.data("PowerStationMonitor/QueryPowerStationMonitorForApp", {}))["list"] == []
        assert await client.data("PowerStation/GetPowerStationIdByOwner", {}) == ids[0]


async def test_id_by_owner_may_be_over(clock: SimClock) -> None:
    async with app(clock) as client:
        client.simulator.stage.set_switches(owner_call=False)
        assert await client.code("PowerStation/GetPowerStationIdByOwner", data={}) == "100000"


async def test_survivors_tell_the_same(clock: SimClock) -> None:
    """§4.6: together they are a fallback for the big call."""
    async with app(clock, "two_inverters") as client:
        data, detail = await client.data(MONITOR), await client.data(DETAIL)
        points = (await client.data(POINTS))["inverterPoints"]
        assert detail == {"info": data["info"], "kpi": data["kpi"]}
        for point, entry in zip(points, data["inverter"], strict=True):
            for name in ("sn", "out_pac", "eday", "emonth", "etotal", "status", "last_refresh_time"):
                assert point[name] == entry[name], name
            left, right = ({row["key"]: row["value"] for row in point["dict"][side]} for side in ("left", "right"))
            assert left["innerTemp"] == right["innerTemp"] == f"{entry['tempperature']:.1f}"
            assert left["DeviceParameter_capacity"] == f"{entry['capacity']:g}"
            assert len(left["acVacVol"].split("/")) == (3 if point is points[0] else 1)
        assert await client.data(POINTS, {"powerStationId": "somebody"}) is None
        assert await client.data(DETAIL, {"powerStationId": "somebody"}) is None


async def test_alarms(clock: SimClock) -> None:
    async with app(clock) as client:
        alarm = client.simulator.stage.add_alarm(level="fault")
        full = await client.full()
        assert [error["error_code"] for error in full["errors"]] == ["E-G3-0-12"]
        rows = (await client.data("warning/PowerstationWarningsQuery", {"pw_id": client.plant.id}))["list"]
        assert [(row["warningid"], row["status"], row["recoverytime"]) for row in rows] == [(alarm, 0, None)]
        client.simulator.stage.end_alarm(alarm)
        rows = (await client.data("warning/PowerstationWarningsQuery", {"pw_id": client.plant.id}))["list"]
        assert rows[0]["status"] == 1


# --- charts ----------------------------------------------------------------------------------------------------------


async def ask_chart(client: App, **body: Any) -> Any:
    """Return a chart of the plant up to today."""
    answer = await client.send("v2/Charts/GetChartByPlant", json={"id": client.plant.id, "date": "2026-06-21", **body})
    assert answer["code"] == "0", answer
    return answer["data"]


async def test_power_chart(clock: SimClock) -> None:
    """§4.7: five-minute steps of plant time; the future is empty; signs as in the monitor."""
    async with app(clock) as client:
        body = {"id": client.plant.id, "date": "2026-06-21", "full_script": True}
        data = (await client.send("v2/Charts/GetPlantPowerChart", json=body))["data"]
        lines = {line["key"]: {point["x"]: point["y"] for point in line["xy"]} for line in data["lines"]}
        at = {name: values["12:30"] for name, values in lines.items()}
        load = at["PCurve_Power_PV"] + at["PCurve_Power_Battery"] - at["PCurve_Power_Meter"]
        assert load == at["PCurve_Power_Load"] > 0
        assert {values["12:35"] for values in lines.values()} == {None}
        assert len(lines["PCurve_Power_SOC"]) == 288
        assert data["generateData"][0]["value"] == pytest.approx(client.plant.ledger.now.today.solar, abs=0.2)


async def test_balances_of_periods(clock: SimClock) -> None:
    async with app(clock) as client:
        sums = [(await ask_chart(client, range=span, chartIndexId="7"))["modelData"]["sum"] for span in "1234"]
        whole = client.plant.ledger.now
        expected = (whole.today, whole.month + whole.today, whole.year + whole.today, whole.total)
        assert sums == pytest.approx([energies.solar for energies in expected], abs=0.15)


async def test_days_months_and_years(clock: SimClock) -> None:
    async with app(clock) as client:
        days = (await ask_chart(client, range=2, chartIndexId="3"))["lines"]
        assert [line["name"] for line in days] == ["PVGeneration", "Income"]
        assert len(days[0]["xy"]) == 31
        yesterday = client.plant.ledger.days[date(2026, 6, 20)]
        assert days[0]["xy"][-2] == {"x": "2026-06-20", "y": round(yesterday.solar, 2), "z": None}
        months = {line["name"]: line["xy"] for line in (await ask_chart(client, range=3, chartIndexId="8"))["lines"]}
        assert [point["x"] for point in months["Buy"]][-2:] == ["2026-05", "2026-06"]
        assert len(months["Buy"]) == 12
        years = (await ask_chart(client, range="4", chartIndexId="3"))["lines"][0]["xy"]
        assert sum(point["y"] for point in years) == pytest.approx(client.plant.ledger.total.solar, abs=0.1)


async def test_columns(clock: SimClock) -> None:
    async with app(clock) as client:
        path = "v2/PowerStationMonitor/GetInverterDataByColumn"
        for name, last in (("Pac", upload(client.inverter).output_w), ("Vpv1", 338.0), ("Cbattery1", 100.0)):
            body = {"id": client.inverter.serial, "date": "2026-06-21", "column": name}
            rows = (await client.data(path, body))["column1"]
            assert len(rows) == len(client.inverter.uploads)
            assert rows[-1]["column"] == last, name


async def test_income_by_day(clock: SimClock) -> None:
    async with app(clock) as client:
        body = {"powerstation_id": client.plant.id, "count": "3", "date": "2026-06-21"}
        rows = await client.data("v2/PowerStationMonitor/GetPowerStationPowerAndIncomeByDay", body)
        assert [row["d"] for row in rows] == ["06/21/2026", "06/20/2026", "06/19/2026"]
        assert rows[0]["p"] > 20
        assert [row["p"] for row in rows[1:]] == [0, 0]
