"""How often somebody signs in: sessions over restarts and dead tokens (anker.md §3.4, §3.5)."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    BadAnswer,
    NotSupported,
    RateLimited,
)
from custom_components.solar_battery_hub.vendors.anker.client import Client
from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG
from tests.mock_http import MockHttp
from tests.vendors.anker.client_desk import PS, SITE, START, Cloud, Desk, no, ok, open_cloud, open_desk, result, welcome

DEAD = [(401, {"code": 401}), (403, {"code": 403}), (401, {}), (403, {}), (200, no(26084)), (401, no(26084))]


async def poll(desk: Desk, client: Client, minutes: int) -> list[bool]:
    """Ask for the scene every minute; return whether it came."""
    came = []
    for _ in range(minutes):
        try:
            came.append(await client.scene(SITE) == {})
        except RateLimited:
            came.append(False)
        desk.clock.pass_time(minutes=1)
    return came


# A calm life


async def test_one_sign_in_for_all_who_wait() -> None:
    """Those who were about to ask with the token that is found dead cost no further one."""
    async with open_cloud() as (desk, cloud):
        client = desk.open()
        await asyncio.gather(*(client.scene(f"{number}") for number in range(5)))
        cloud.displace()
        desk.clock.pass_time(hours=2)
        await asyncio.gather(*(client.scene(f"{number}") for number in range(5)))
        assert len(cloud.logins) == 2
        assert client.login.displacements(desk.clock.now()) == 1


async def test_a_restart_signs_nobody_in() -> None:
    async with open_cloud() as (desk, cloud):
        for _ in range(5):
            assert await poll(desk, desk.open(), 10) == [True] * 10
    assert len(cloud.logins) == 1


async def test_a_token_is_used_to_its_end_and_no_longer() -> None:
    async with open_cloud() as (desk, cloud):
        client = desk.open()
        await client.scene(SITE)
        desk.clock.pass_time(days=7, seconds=-61)
        await client.scene(SITE)
        assert len(cloud.logins) == 1
        desk.clock.pass_time(seconds=2)
        await client.scene(SITE)
        assert len(cloud.logins) == 2
        assert client.login.displacements(desk.clock.now()) == 0


async def test_a_server_whose_clock_is_wrong_is_signed_in_to_once_an_hour_at_most() -> None:
    async with open_cloud() as (desk, cloud):
        desk.clock.pass_time(days=8)
        cloud.at_login = welcome(f"{1:048x}", START)
        client = desk.open()
        cloud.token = f"{1:048x}"
        assert await poll(desk, client, 180) == [True] * 180
    assert len(cloud.logins) == 3


async def test_a_server_whose_clock_is_wrong_costs_a_dialog_one_sign_in() -> None:
    async with open_cloud() as (desk, cloud):
        desk.clock.pass_time(days=8)
        cloud.at_login, cloud.token = welcome(f"{1:048x}", START), f"{1:048x}"
        client = desk.open(**{CONF_DIALOG: True})
        await client.site_list()
        await client.bind_devices()
    assert len(cloud.logins) == 1


async def test_an_old_token_lives_on_while_there_is_no_new_one() -> None:
    async with open_cloud() as (desk, cloud):
        client = desk.open()
        await client.scene(SITE)
        cloud.at_login = no(26161)
        desk.clock.pass_time(days=7)
        for _ in range(3):
            assert await client.scene(SITE) == {}
        assert len(cloud.logins) == 2
        cloud.displace()
        with pytest.raises(RateLimited):
            await client.scene(SITE)
        assert client.login.displacements(desk.clock.now()) == 0


@pytest.mark.parametrize("missing", ["user_id", "auth_token", "token_expires_at"])
async def test_a_sign_in_without_its_parts_failed(missing: str) -> None:
    async with open_cloud() as (desk, cloud):
        parts: dict[str, Any] = {missing: None}
        cloud.at_login = welcome(**parts)
        client = desk.open()
        with pytest.raises(BadAnswer):
            await client.scene(SITE)
        with pytest.raises(RateLimited):
            await client.scene(SITE)
    assert len(cloud.logins) == 1
    assert cloud.asked == []


async def test_whose_account_it_is() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            Cloud(http, desk)
            client = desk.open(country="fr")
            assert (client.login.user_id, client.login.name) == (None, None)
            await client.scene(SITE)
            login = client.login
            assert (login.user_id, login.name, login.host, login.country) == (
                "9f1b2c3d4e5f60718293a4b5c6d7e8f901234567",
                "use***",
                "eu",
                "FR",
            )


# Dead tokens


@pytest.mark.parametrize("kick_out", DEAD)
async def test_who_was_kicked_out_signs_in_once_and_asks_once_more(kick_out: tuple[int, Any]) -> None:
    async with open_cloud() as (desk, cloud):
        cloud.kick_out = kick_out
        client = desk.open()
        await client.scene(SITE)
        desk.clock.pass_time(hours=1)
        cloud.displace()
        assert await client.scene(SITE) == {}
    assert cloud.asked == ["get_scen_info"] * 3
    assert len(cloud.logins) == 2


async def test_within_the_hour_nobody_signs_in_again() -> None:
    """Somebody else takes the token for himself every ten minutes for three hours."""
    async with open_cloud() as (desk, cloud):
        client = desk.open()
        for _ in range(18):
            with suppress(RateLimited):
                await client.scene(SITE)
            cloud.displace()
            desk.clock.pass_time(minutes=10)
        apart = [later - first for first, later in zip(cloud.logins, cloud.logins[1:], strict=False)]
        assert len(cloud.logins) == 3
        assert min(apart) >= timedelta(hours=1)


async def test_a_restart_gives_no_further_sign_in() -> None:
    async with open_cloud() as (desk, cloud):
        for _ in range(6):
            client = desk.open()
            with suppress(RateLimited):
                await client.scene(SITE)
            cloud.displace()
            desk.clock.pass_time(minutes=5)
    assert len(cloud.logins) == 1


async def test_who_is_displaced_hears_how_long_to_wait() -> None:
    async with open_cloud() as (desk, cloud):
        client = desk.open()
        await client.scene(SITE)
        cloud.displace()
        desk.clock.pass_time(minutes=20)
        with pytest.raises(RateLimited) as caught:
            await client.scene(SITE)
        assert caught.value.retry_after == pytest.approx(2400.0, abs=2)
        asked = len(cloud.asked)
        with pytest.raises(RateLimited):
            await client.scene(SITE)
        assert len(cloud.asked) == asked


async def test_a_token_taken_every_hour_is_told_to_the_user() -> None:
    async with open_cloud() as (desk, cloud):
        client = desk.open()
        told = []
        for _ in range(5):
            await client.scene(SITE)
            told.append(client.login.displacements(desk.clock.now()))
            cloud.displace()
            desk.clock.pass_time(hours=1)
        assert told == [0, 1, 2, 3, 3]
        assert desk.open().login.displacements(desk.clock.now()) == 2
        desk.clock.pass_time(hours=3)
        assert client.login.displacements(desk.clock.now()) == 0


async def test_an_answer_to_an_old_token_costs_a_new_one_nothing() -> None:
    """While the question was under way somebody else of the house signed in."""
    async with open_cloud() as (desk, cloud):
        client = desk.open()
        await client.scene(SITE)
        tokens: list[str] = []

        def answer(url: Any, **options: Any) -> Any:
            tokens.append(options["headers"]["x-auth-token"])
            cloud.token = "the new one"
            desk.store.session["sessions"]["eu"]["token"] = cloud.token
            return result(ok({"vehicle_list": []})) if tokens[-1] == cloud.token else result({"code": 401}, 401)

        cloud.http.post(f"{PS}/app/vehicle/get_vehicle_list", callback=answer, repeat=True)
        assert await client.vehicles() == []
        assert tokens == [f"{1:048x}", "the new one"]
        assert len(cloud.logins) == 1
        assert client.login.displacements(desk.clock.now()) == 0


async def test_a_call_closed_to_every_token_is_not_the_tokens_fault() -> None:
    """One endpoint answers 403 for good: that costs one sign-in, and one a day, and nobody is asked for his password."""
    async with open_cloud() as (desk, cloud):
        cloud.refused = {"power_service/v1/site/energy_analysis"}
        client = desk.open()
        await client.scene(SITE)
        for _ in range(23):
            desk.clock.pass_time(hours=1)
            with pytest.raises(NotSupported):
                await client.energy(SITE, "grid", "week", START.date(), START.date())
            assert await client.scene(SITE) == {}
        assert len(cloud.logins) == 2
        assert client.login.displacements(desk.clock.now()) == 0


async def test_a_call_closed_to_every_token_displaces_nobody_after_restarts_either() -> None:
    async with open_cloud() as (desk, cloud):
        cloud.refused = {"power_service/v1/site/energy_analysis"}
        await desk.open().scene(SITE)
        for _ in range(3):
            desk.clock.pass_time(minutes=61)
            client = desk.open()
            with pytest.raises(NotSupported):
                await client.energy(SITE, "grid", "week", START.date(), START.date())
            assert client.login.displacements(desk.clock.now()) == 0


async def test_a_new_token_refused_everywhere_needs_the_user() -> None:
    async with open_cloud() as (desk, cloud):
        client = desk.open()
        await client.scene(SITE)
        desk.clock.pass_time(hours=2)
        cloud.refused = {
            "power_service/v1/site/get_scen_info",
            "power_service/v1/site/get_site_list",
        }
        with pytest.raises(AuthFailed):
            await client.scene(SITE)
        assert cloud.asked[1:] == ["get_scen_info", "get_scen_info", "get_site_list"]
        cloud.refused = set()
        for other in (client, desk.open()):
            desk.clock.pass_time(hours=5)
            with pytest.raises(AuthFailed):
                await other.scene(SITE)
        assert len(cloud.logins) == 2
        assert await desk.again(**{CONF_DIALOG: True}).scene(SITE) == {}
        assert await desk.open().scene(SITE) == {}
