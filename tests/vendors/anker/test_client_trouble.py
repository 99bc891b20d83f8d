"""Servers in trouble, the wrong one of two, and questions that do not fit (anker.md §1, §4)."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import (
    Unreachable,
)
from custom_components.solar_battery_hub.vendors.anker.codes import Refused
from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG
from tests.mock_http import MockHttp
from tests.vendors.anker.client_desk import COM, EU, SITE, START, Cloud, no, ok, open_cloud, open_desk, result

# Trouble on the way


@pytest.mark.parametrize("first", [no(21105), no(997), no(998), no(999), no(502)])
async def test_a_server_in_trouble_is_asked_once_more(first: Any) -> None:
    async with open_cloud() as (desk, cloud):
        answers = iter((first, ok({"site_list": []})))
        client = desk.open()
        await client.scene(SITE)
        started = desk.clock.now()
        cloud.said["power_service/v1/site/get_site_list"] = lambda: result(next(answers))
        assert await client.site_list() == []
        assert timedelta(seconds=2) <= desk.clock.now() - started <= timedelta(seconds=6)
        assert cloud.asked.count("get_site_list") == 2


async def test_trouble_that_stays_is_told() -> None:
    async with open_cloud() as (desk, cloud):
        cloud.said["power_service/v1/site/get_site_list"] = no(998)
        with pytest.raises(Unreachable):
            await desk.open().site_list()
        assert cloud.asked == ["get_site_list"] * 2


async def test_what_is_asked_every_minute_is_not_asked_twice() -> None:
    async with open_cloud() as (desk, cloud):
        cloud.said["power_service/v1/site/get_scen_info"] = no(998)
        with pytest.raises(Unreachable):
            await desk.open().scene(SITE)
        assert cloud.asked == ["get_scen_info"]


@pytest.mark.parametrize(("code", "sent"), [(502, 1), (998, 1), (21105, 2)])
async def test_an_order_is_repeated_only_where_nothing_was_done(code: int, sent: int) -> None:
    order = f"{EU}/power_service/v1/app/vehicle/delete_vehicle"
    async with open_desk() as desk:
        with MockHttp() as http:
            Cloud(http, desk)
            http.post(order, payload=no(code), repeat=True)
            with pytest.raises(Unreachable):
                await desk.open().delete_vehicle("v")
        assert [request.url for request in http.sent].count(order) == sent


# The other host


def home(sites: bool, devices: bool) -> dict[str, Any]:
    """Return what a host knows."""
    return {
        "power_service/v1/site/get_site_list": ok({"site_list": [{"site_id": SITE}] if sites else []}),
        "power_service/v1/app/get_relate_and_bind_devices": ok({"data": [{"device_sn": "A"}] if devices else []}),
    }


@pytest.mark.parametrize(("sites", "devices"), [(True, False), (False, True), (True, True)])
async def test_who_has_anything_is_at_home(sites: bool, devices: bool) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            eu, com = Cloud(http, desk), Cloud(http, desk, COM)
            eu.said = home(sites, devices)
            found = await desk.open().look()
            assert (len(found.sites), len(found.devices or ())) == (sites, devices)
            assert (len(eu.logins), len(com.logins)) == (1, 0)


@pytest.mark.parametrize("dialog", [True, False])
async def test_an_account_that_seems_empty_is_found_on_the_other_host(dialog: bool) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            eu, com = Cloud(http, desk), Cloud(http, desk, COM)
            com.said = home(sites=True, devices=True)
            client = desk.open(**{CONF_DIALOG: dialog})
            found = await client.look()
            assert (len(found.sites), len(found.devices or ()), client.login.host) == (1, 1, "com")
            await client.scene(SITE)
            again = desk.open()
            assert (len((await again.look()).sites), again.login.host) == (1, "com")
            assert (len(eu.logins), len(com.logins)) == (1, 1)
            assert "get_scen_info" not in eu.asked


async def test_an_account_with_nothing_stays_where_it_was_and_looks_once() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            eu, com = Cloud(http, desk), Cloud(http, desk, COM)
            for _ in range(3):
                client = desk.open()
                found = await client.look()
                assert (found.sites, found.devices, client.login.host) == ([], [], "eu")
                desk.clock.pass_time(hours=2)
            assert (len(eu.logins), len(com.logins)) == (1, 1)
            await desk.again(**{CONF_DIALOG: True}).look()
            assert com.asked.count("get_site_list") == 2


@pytest.mark.parametrize("trouble", [no(26108), no(26052), no(26161), no(100053)])
async def test_trouble_on_the_other_host_is_none_here(trouble: Any) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            eu, com = Cloud(http, desk), Cloud(http, desk, COM)
            com.at_login = trouble
            client = desk.open()
            assert (await client.look()).sites == []
            assert client.login.host == "eu"
            assert not client.login.verification_needed
            assert await client.scene(SITE) == {}
            assert (len(eu.logins), len(com.logins)) == (1, 1)


@pytest.mark.parametrize(("server", "base"), [("eu", EU), ("com", COM)])
async def test_a_server_that_was_chosen_is_never_left(server: str, base: str) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            clouds = {EU: Cloud(http, desk), COM: Cloud(http, desk, COM)}
            client = desk.open(server=server, country="QQ")
            assert (await client.look()).sites == []
            assert {url: len(cloud.logins) for url, cloud in clouds.items()} == {EU: 0, COM: 0} | {base: 1}


# What was refused


async def test_a_question_that_does_not_fit_is_asked_again_after_an_hour_and_then_once_a_day() -> None:
    async with open_cloud() as (desk, cloud):
        client = desk.open()
        cloud.said["power_service/v1/site/energy_analysis"] = no(10004)
        asked = []
        for hour in range(52):
            before = len(cloud.asked)
            with pytest.raises(Refused) as caught:
                await client.energy(SITE, "grid", "week", START.date() + timedelta(days=hour), START.date())
            assert caught.value.code == 10004
            if len(cloud.asked) > before:
                asked.append(hour)
            desk.clock.pass_time(hours=1)
        assert asked == [0, 1, 25, 49]
        with pytest.raises(Refused):
            await client.energy(SITE, "home_usage", "week", START.date(), START.date())
        with pytest.raises(Refused):
            await client.urgent.energy(SITE, "grid", "week", START.date(), START.date())
        assert cloud.asked.count("energy_analysis") == 6


@pytest.mark.parametrize("code", [-1, 10000, 10004])
async def test_without_its_lists_and_scenes_nothing_is_known_so_they_are_always_asked(code: int) -> None:
    async with open_cloud() as (desk, cloud):
        client = desk.open()
        for name in ("site/get_site_list", "site/get_scen_info", "app/get_relate_and_bind_devices"):
            cloud.said[f"power_service/v1/{name}"] = no(code)
        for _ in range(2):
            for ask in (client.site_list, client.bind_devices, lambda: client.scene(SITE)):
                with pytest.raises(Refused):
                    await ask()
        assert len(cloud.asked) == 6


async def test_an_outage_of_an_endpoint_is_over_after_an_hour() -> None:
    async with open_cloud() as (desk, cloud):
        client = desk.open()
        cloud.said["power_service/v1/site/energy_analysis"] = no(10000)
        day = START.date()
        for _ in range(4):
            with pytest.raises(Refused):
                await client.energy(SITE, "grid", "week", day, day)
            desk.clock.pass_time(minutes=20)
        assert cloud.asked.count("energy_analysis") == 2
        desk.clock.pass_time(minutes=61)
        cloud.said.clear()
        assert await client.energy(SITE, "grid", "week", day, day) == {}
        assert await client.energy(SITE, "grid", "week", day, day) == {}


async def test_somebody_who_is_answered_opens_the_question_for_all() -> None:
    async with open_cloud() as (desk, cloud):
        client = desk.open()
        day = START.date()
        cloud.said["power_service/v1/site/energy_analysis"] = no(-1)
        with pytest.raises(Refused):
            await client.energy(SITE, "grid", "week", day, day)
        cloud.said.clear()
        assert await client.urgent.energy(SITE, "grid", "week", day, day) == {}
        assert await client.energy(SITE, "grid", "week", day, day) == {}


@pytest.mark.parametrize("days", [-30, 30])
async def test_a_clock_that_is_moved_keeps_no_question_back(days: int) -> None:
    async with open_cloud() as (desk, cloud):
        client = desk.open()
        day = START.date()
        cloud.said["power_service/v1/site/energy_analysis"] = no(-1)
        with pytest.raises(Refused):
            await client.energy(SITE, "grid", "week", day, day)
        desk.clock.pass_time(days=days)
        with pytest.raises(Refused):
            await client.energy(SITE, "grid", "week", day, day)
        assert cloud.asked.count("energy_analysis") == 2
