"""Tariffs and dynamic prices of the Anker simulator (anker.md §11, §12.6)."""

from typing import Any

import pytest

from tests.simulators.clock import SimClock

from .anker_energy import recorded, shape
from .anker_host import PS, App, app, needs_recordings

pytestmark = pytest.mark.usefixtures("socket_enabled")

PRICE, UPDATE = PS + "site/get_site_price", PS + "site/update_site_price"
AVAILABLE, PROVIDERS, DETAIL = (
    PS + f"dynamic_price/{name}" for name in ("check_available", "support_option", "price_detail")
)
NORDPOOL = {"country": "DE", "company": "Nordpool", "area": "GER"}


async def price(client: App) -> dict[str, Any]:
    """Return the tariff of the first site."""
    told: dict[str, Any] = await client.data(PRICE, {"site_id": client.site_id, "accuracy": 5})
    return told


async def write(client: App, **changes: Any) -> int | None:
    """Write a tariff as the document says: everything from the last read, and what changes."""
    now = await price(client)
    kept = {name: now[name] for name in ("price", "site_price_unit", "site_co2", "price_type", "dynamic_price")}
    body = {"sell_price": now.get("sell_price"), **kept, "accuracy": 5, "site_id": client.site_id}
    return await client.code(UPDATE, body | changes)


async def test_a_price_is_written_and_read_back(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        before = await price(client)
        assert before["site_id"] == client.site_id
        assert "sell_price" not in before
        assert await write(client, price=0.31, sell_price=0.08) == 0
        after = await price(client)
        assert (after["price"], after["sell_price"]) == (0.31, 0.08)
        assert {name: after[name] for name in before if name != "price"} == {
            name: before[name] for name in before if name != "price"
        }


async def test_what_is_not_sent_of_the_price_is_lost(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        await write(client, sell_price=0.08)
        assert (await price(client))["sell_price"] == 0.08
        await write(client, sell_price=None)
        assert "sell_price" not in await price(client)


async def test_a_provider_makes_the_tariff_dynamic(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        assert (await client.data(AVAILABLE))["site_ids"] is None
        assert await write(client, price_type="dynamic", dynamic_price=NORDPOOL) == 0
        after = await price(client)
        assert (after["price_type"], after["dynamic_price"]) == ("dynamic", NORDPOOL | {"pct": None})
        assert client.site_id.startswith((await client.data(AVAILABLE))["site_ids"])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"price": "0.31"}, id="text"),
        pytest.param({"price": None}, id="no price"),
        pytest.param({"price_type": "guess"}, id="type"),
    ],
)
async def test_odd_prices_are_refused(clock: SimClock, changes: dict[str, Any]) -> None:
    async with app(clock, limits=False) as client:
        before = await price(client)
        assert await write(client, **changes) == 10003
        assert await price(client) == before


async def test_members_are_told_no_price(clock: SimClock) -> None:
    async with app(clock, "member", limits=False) as client:
        body = {"site_id": client.site_id, "accuracy": 5}
        assert await client.code(PRICE, body) == 10000
        assert await client.code(UPDATE, body | {"price": 1}) == 10000
        assert (await client.data(PROVIDERS, {"device_pn": "A17C5"}))["country_info"]


def question(clock: SimClock, **changes: str) -> dict[str, str]:
    """Return a question about today's prices."""
    return {
        "company": "Nordpool",
        "area": "GER",
        "date": str(int(clock.now().timestamp())),
        "device_sn": "",
        **changes,
    }


async def test_tomorrows_prices_come_at_13(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        before = await client.data(DETAIL, question(clock))  # half past twelve
        assert [hour["time"] for hour in before["today_price_trend"]][::23] == ["00:00", "23:00"]
        assert (before["tomorrow_price_trend"], before["tomorrow_avg_price"]) == ([], "0.00")
        mean = sum(float(hour["price"]) for hour in before["today_price_trend"]) / 24
        assert float(before["today_avg_price"]) == pytest.approx(mean, abs=0.01)
        assert mean > 20  # per MWh
        clock.advance(3600)
        after = await client.data(DETAIL, question(clock))
        assert after["today_price_trend"] == before["today_price_trend"]
        assert len(after["tomorrow_price_trend"]) == 24
        clock.advance(86_400)
        next_day = await client.data(DETAIL, question(clock))
        assert next_day["today_price_trend"] == after["tomorrow_price_trend"]


async def test_wrong_areas_and_outages_are_refused(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        assert await client.code(DETAIL, question(clock, area="Moon")) == -1
        assert await client.code(DETAIL, question(clock, company="")) == -1
        assert await client.code(DETAIL, question(clock, date="today")) == 10003
        client.simulator.actions["set_price_outage"](on=True)
        assert await client.code(DETAIL, question(clock)) == 10000
        assert await client.code(PROVIDERS, {"device_pn": "A17C5"}) == 10000
        client.simulator.actions["set_price_outage"](on=False)
        assert await client.code(DETAIL, question(clock)) == 0


async def test_only_some_devices_have_providers(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        (germany, *_) = (await client.data(PROVIDERS, {"device_pn": "A17C5"}))["country_info"]
        assert germany["country"] == "DE"
        assert germany["company_info"][0]["area_info"] == [{"area": "GER", "area_name": "GER"}]
        assert (await client.data(PROVIDERS, {"device_pn": "A17C1"}))["country_info"] is None


async def test_somebody_else_may_change_the_tariff(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        client.simulator.actions["set_tariff"](price=0.55, sell_price=0.1)
        assert ((await price(client))["price"], (await price(client))["sell_price"]) == (0.55, 0.1)


@needs_recordings
async def test_prices_look_as_recorded(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        clock.advance(3600)
        providers = await client.data(PROVIDERS, {"device_pn": "A17C5"})
        assert {str(shape(data)) for _, data in recorded("*/dynamic_price_providers_*")} == {str(shape(providers))}
        detail = await client.data(DETAIL, question(clock))
        assert str(shape(detail)) in {str(shape(data)) for _, data in recorded("*/dynamic_price_details_*")}


@needs_recordings
@pytest.mark.parametrize(
    ("folder", "era"),
    [("SB2_SM_ManMode_Schedule", "2024-07"), ("SB2_AC_UseTime", "2025-01"), ("SB3_Multisystem", "2025-09")],
)
async def test_a_tariff_has_the_keys_of_its_time(clock: SimClock, folder: str, era: str) -> None:
    async with app(clock, limits=False) as client:
        client.simulator.actions["set_era"](era)
        told = await price(client)
        for path, data in recorded(f"{folder}/price_*"):
            assert list(told) == list(data), path.name
