"""Standalone inverters and EV chargers of the Anker simulator (anker.md §6.4, §6.7, §12.11, §12.12)."""

from datetime import date
from typing import Any

import pytest

from tests.simulators.anker.chargers import Charger
from tests.simulators.clock import SimClock

from .anker_energy import ask, recorded, shape, values
from .anker_host import PS, App, app, needs_recordings

pytestmark = pytest.mark.usefixtures("socket_enabled")

PV, ORDERS = "charging_pv_svc/", PS + "app/order/get_charge_order_stats"


class Inverter:
    """The first inverter of a client."""

    def __init__(self, client: App) -> None:
        """Work on it."""
        self.client = client
        self.truth = client.world.inverters[0]
        self.sn = self.truth.serial

    async def power(self) -> tuple[int, int]:
        """Return power and status."""
        (row,) = (await self.client.data(PV + "getPvStatus", {"sns": f"{self.sn},SOMEBODYELSE"}))["pvStatuses"]
        return row["power"], row["status"]

    async def totals(self) -> dict[str, Any]:
        """Return its lifetime."""
        told: dict[str, Any] = await self.client.data(PV + "getPvTotalStatistics", {"sn": self.sn})
        return told

    async def statistics(self, kind: str, start: str, end: str | None = None) -> dict[str, Any]:
        """Return its yields."""
        body = {"sn": self.sn, "type": kind, "start": start, "end": start if end is None else end, "version": "1"}
        told: dict[str, Any] = await self.client.data(PV + "statisticsPv", body)
        return told

    async def price(self) -> dict[str, Any]:
        """Return its price."""
        told: dict[str, Any] = await self.client.data(PV + "selectUserTieredElecPrice", {"sn": self.sn})
        return told


async def test_power_is_a_number_and_gone_at_night(clock: SimClock) -> None:
    async with app(clock, "inverter", limits=False) as client:
        inverter = Inverter(client)
        watts, status = await inverter.power()
        assert watts == pytest.approx(inverter.truth.house.last_truth().solar_w, abs=1)
        assert watts > 300
        assert status == 1
        client.simulator.actions["set_inverter"](offline=True)
        assert await inverter.power() == (0, 0)
        client.simulator.actions["set_inverter"](offline=False)
        clock.advance(12 * 3600)
        assert await inverter.power() == (0, 0)


async def test_the_limit_throttles_it(clock: SimClock) -> None:
    async with app(clock, "inverter", limits=False) as client:
        inverter = Inverter(client)
        inverter.truth.house.set(solar_w=790.0)
        assert (await inverter.totals())["powerConfig"] == "800W"
        assert await client.code(PV + "set_aps_power", {"sn": inverter.sn, "power": 600}) == 0
        assert (await inverter.totals())["powerConfig"] == "600W"
        assert await inverter.power() == (600, 1)
        for odd in (700, "600", 600.0, None):
            assert await client.code(PV + "set_aps_power", {"sn": inverter.sn, "power": odd}) == 10003
        assert inverter.truth.audit == [600]


async def test_a_price_is_one_tier(clock: SimClock) -> None:
    async with app(clock, "inverter", limits=False) as client:
        inverter = Inverter(client)
        tiers = [{"from": "00:00", "to": "12:00", "price": 0.4}, {"from": "12:00", "to": "23:59", "price": 0.1}]
        body = {"sn": inverter.sn, "currencyUnit": "£", "tieredElecPrices": tiers}
        assert await client.code(PV + "updateUserTieredElecPrice", body) == 0
        assert await inverter.price() == {
            "currencyUnit": "£",
            "tieredElecPrices": [{"from": "00:00", "to": "23:59", "price": 0.4}],
        }
        odd = body | {"tieredElecPrices": [tiers[0] | {"price": "0.5"}]}
        assert await client.code(PV + "updateUserTieredElecPrice", odd) == 10003
        money = (await inverter.totals())["saveMoney"]
        assert money == pytest.approx(inverter.truth.diary.lifetime.solar * 0.4, abs=0.1)


async def test_yields_come_by_position(clock: SimClock) -> None:
    async with app(clock, "inverter", limits=False) as client:
        inverter = Inverter(client)
        days = inverter.truth.diary.days
        week = await inverter.statistics("week", "2026-06-10", "2026-06-12")
        assert [row["index"] for row in week["energy"]] == [1, 2, 3]
        assert set(week["energy"][0]) == {"index", "energy", "money"}  # no date
        for row in week["energy"]:
            assert row["energy"] == pytest.approx(days[date(2026, 6, 9 + row["index"])].solar, abs=0.006)
            assert row["money"] == pytest.approx(row["energy"] * 0.25, abs=0.01)
        assert week["solarGeneraion"] == pytest.approx(sum(row["energy"] for row in week["energy"]), abs=0.02)
        month = await inverter.statistics("month", "2026-05", "")
        assert len(month["energy"]) == 31
        year = await inverter.statistics("year", "2026", "")
        assert [row["index"] for row in year["energy"]] == list(range(1, 13))
        assert year["energy"][4]["energy"] == pytest.approx(month["solarGeneraion"], abs=0.01)
        body = {"sn": inverter.sn, "type": "week", "start": "2026-06-10", "end": "", "version": "1"}
        assert await client.code(PV + "statisticsPv", body) == 10003


async def test_a_day_has_a_curve(clock: SimClock) -> None:
    async with app(clock, "inverter", limits=False) as client:
        inverter = Inverter(client)
        inverter.truth.house.set(solar_w=500.0)
        clock.advance(3600)
        day = await inverter.statistics("day", "2026-06-21", "")
        assert day["energy"] == []
        curve = {point["time"]: point["power"] for point in day["curve"]}
        assert len(curve) == 288
        assert (curve["13:00"], curve["13:25"], curve["23:55"]) == (500, 0, 0)  # three minutes late
        assert curve["02:00"] == 0
        assert day["maxPower"] >= 500
        assert day["generationTime"] > 300


async def test_lifetime_grows_into_mwh(clock: SimClock) -> None:
    async with app(clock, "inverter", limits=False) as client:
        inverter = Inverter(client)
        inverter.truth.diary.lifetime = inverter.truth.diary.lifetime.times(0)
        inverter.truth.diary.add_past(kwh=999.5)
        told = await inverter.totals()
        assert (told["energy"], told["energyUnit"]) == (pytest.approx(999.5, abs=0.1), "kWh")
        inverter.truth.diary.add_past(kwh=254.0)
        told = await inverter.totals()
        assert (told["energy"], told["energyUnit"], told["reductionCo2"]) == (1.25, "MWh", 1250)


async def test_an_inverter_of_somebody_else_is_not_told(clock: SimClock) -> None:
    async with app(clock, "inverter", limits=False) as client:
        assert await client.code(PV + "getPvTotalStatistics", {"sn": "SOMEBODYELSE"}) == 10004
        assert (await client.data(PV + "getPvStatus", {"sns": "SOMEBODYELSE"}))["pvStatuses"] == []


@needs_recordings
async def test_an_inverter_looks_as_recorded(clock: SimClock) -> None:
    async with app(clock, "inverter", limits=False) as client:
        inverter = Inverter(client)
        for pattern, told in {
            "device_pv_status_*": await client.data(PV + "getPvStatus", {"sns": inverter.sn}),
            "device_pv_total_statistics_*": await inverter.totals(),
            "device_pv_price_*": await inverter.price(),
            "device_pv_statistics_today_*": await inverter.statistics("day", "2026-06-21"),
            "device_pv_statistics_[!t]*": await inverter.statistics("week", "2026-06-20", "2026-06-21"),
        }.items():
            shapes = {str(shape(data)) for _, data in recorded(f"*/{pattern}")}
            assert shapes == {str(shape(told))}, pattern


# --- EV charger (§6.7) -----------------------------------------------------------------------------------------------


def charger(client: App) -> Charger:
    """Return the first site's charger."""
    found = client.world.sites[0].charger
    assert found is not None
    return found


async def stats(client: App, kind: str = "all", first: str = "", last: str = "") -> dict[str, Any]:
    """Return the totals of the first charger."""
    body = {"device_sn": charger(client).serial, "date_type": kind, "start_date": first, "end_date": last}
    told: dict[str, Any] = (await client.data(ORDERS, body))["total_stats"]
    return told


async def test_a_charge_is_counted(clock: SimClock) -> None:
    async with app(clock, "charger", limits=False) as client:
        site = client.world.sites[0]
        before = await stats(client)
        client.simulator.actions["charge_car"](watts=6000.0)
        clock.advance(1800)
        after = await stats(client)
        assert after["charge_total"] - before["charge_total"] == pytest.approx(3.0, abs=0.11)
        assert after["charge_time"] - before["charge_time"] == pytest.approx(1800, abs=61)
        assert after["charge_count"] == before["charge_count"] + 1
        assert after["cost"] == pytest.approx(after["charge_total"] * site.tariff.price, abs=0.01)
        assert "co2_saveing_unit" in after  # misspelt
        clock.advance(180)
        told = values((await ask(client, "ev_charger", "2026-06-21"))["power"])
        assert float(told["2026-06-21"]) == pytest.approx(3.0, abs=0.2)
        client.simulator.actions["set_charger"](state=5)
        clock.advance(1800)
        assert (await stats(client))["charge_total"] == pytest.approx(after["charge_total"] + 0.3, abs=0.11)


async def test_charges_are_asked_by_time(clock: SimClock) -> None:
    async with app(clock, "charger", limits=False) as client:
        charger(client).orders.clear()
        charger(client).remember(clock.now(), orders=10)
        assert (await stats(client))["charge_count"] == 10
        assert (await stats(client, "week", "2026-06-15", "2026-06-21"))["charge_count"] == 2  # the 18th and the 15th
        assert (await stats(client, "month", "2026-06-01", "2026-06-30"))["charge_count"] == 6
        assert (await stats(client, "year", "2026-01-01", "2026-12-31"))["charge_count"] == 10
        serial = {"device_sn": charger(client).serial}
        assert await client.code(ORDERS, serial | {"date_type": "eon", "start_date": "", "end_date": ""}) == 10003
        assert await client.code(ORDERS, serial | {"date_type": "week", "start_date": "", "end_date": ""}) == 10003


async def test_only_a_charger_has_orders(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        body = {
            "device_sn": client.world.sites[0].devices[0].serial,
            "date_type": "all",
            "start_date": "",
            "end_date": "",
        }
        assert await client.code(ORDERS, body) == 10004
