"""How often somebody signs in: sessions over restarts, dead tokens, locked doors, the other host (anker.md §1, §3.5, §3.6)."""

import asyncio
from contextlib import suppress
from datetime import timedelta
import json
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    BadAnswer,
    HubError,
    Locked,
    NotSupported,
    RateLimited,
    Unreachable,
)
from custom_components.solar_battery_hub.vendors.anker.client import Client
from custom_components.solar_battery_hub.vendors.anker.codes import Refused, VerificationNeeded
from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG
from tests.mock_http import MockHttp
from tests.vendors.anker.client_desk import (
    COM,
    EU,
    PASSWORD,
    START,
    TOKEN,
    Cloud,
    Desk,
    no,
    ok,
    open_desk,
    result,
    welcome,
)
from tests.vendors.tools import MemoryStore

SITE = "5d9c0000-1111-2222-3333-444455556666"
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
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            client = desk.open()
            await asyncio.gather(*(client.scene(f"{number}") for number in range(5)))
            cloud.displace()
            desk.clock.pass_time(hours=2)
            await asyncio.gather(*(client.scene(f"{number}") for number in range(5)))
            assert len(cloud.logins) == 2
            assert client.login.displacements(desk.clock.now()) == 1


async def test_a_restart_signs_nobody_in() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            for _ in range(5):
                assert await poll(desk, desk.open(), 10) == [True] * 10
    assert len(cloud.logins) == 1


async def test_a_token_is_used_to_its_end_and_no_longer() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
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
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            desk.clock.pass_time(days=8)
            cloud.at_login = welcome(f"{1:048x}", START)
            client = desk.open()
            cloud.token = f"{1:048x}"
            assert await poll(desk, client, 180) == [True] * 180
    assert len(cloud.logins) == 3


@pytest.mark.parametrize("missing", ["user_id", "auth_token", "token_expires_at"])
async def test_a_sign_in_without_its_parts_failed(missing: str) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
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
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
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
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
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
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            for _ in range(6):
                client = desk.open()
                with suppress(RateLimited):
                    await client.scene(SITE)
                cloud.displace()
                desk.clock.pass_time(minutes=5)
    assert len(cloud.logins) == 1


async def test_who_is_displaced_hears_how_long_to_wait() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
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
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
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


async def test_a_call_closed_to_every_token_is_not_the_tokens_fault() -> None:
    """One endpoint answers 403 for good: that costs one sign-in, and one a day, and nobody is asked for his password."""
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
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


async def test_a_new_token_refused_everywhere_needs_the_user() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
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


# Refused and locked out


@pytest.mark.parametrize("code", [26108, 26156, 26006])
async def test_a_wrong_password_is_tried_once(code: int) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            cloud.at_login = no(code)
            for _ in range(5):
                client = desk.open()
                with pytest.raises(AuthFailed) as caught:
                    await client.scene(SITE)
                assert type(caught.value) is AuthFailed
                desk.clock.pass_time(hours=2)
            assert len(cloud.logins) == 1
            cloud.at_login = None
            assert await desk.again(**{CONF_DIALOG: True}).scene(SITE) == {}
            assert await desk.open().scene(SITE) == {}
    assert len(cloud.logins) == 2


@pytest.mark.parametrize("code", [26050, 26051, 26052, 26053, 26054, 26055, 100032, 100033])
async def test_who_has_to_prove_himself_is_told_so(code: int) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            cloud.at_login = no(code)
            for _ in range(3):
                client = desk.open()
                with pytest.raises(VerificationNeeded) as caught:
                    await client.scene(SITE)
                assert caught.value.key == "verification_needed"
                assert client.login.verification_needed
                desk.clock.pass_time(hours=2)
            assert len(cloud.logins) == 1
            cloud.at_login = None
            await desk.again(**{CONF_DIALOG: True}).scene(SITE)
            assert not desk.open().login.verification_needed


async def test_a_second_factor_without_a_token_is_a_verification() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            Cloud(http, desk).at_login = welcome(auth_token=None, fa_info={"step": 1, "info": ""})
            with pytest.raises(VerificationNeeded):
                await desk.open().scene(SITE)


@pytest.mark.parametrize(
    ("message", "hours"), [("Please try again in 3 hours.", 3), ("Please try again in 24 hours.", 24), ("", 24)]
)
async def test_while_locked_out_nobody_tries(message: str, hours: int) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            cloud.at_login = no(100053, message)
            until = START + timedelta(hours=hours)
            for moment in (START, START + timedelta(hours=hours, seconds=-10)):
                desk.clock.moment = moment
                for client in (desk.open(), desk.again(**{CONF_DIALOG: True})):
                    with pytest.raises(Locked) as caught:
                        await client.scene(SITE)
                    assert caught.value.until == pytest.approx(until, abs=timedelta(seconds=1))
                    assert client.login.locked_until == caught.value.until
            assert len(cloud.logins) == 1
            cloud.at_login = None
            desk.clock.moment = until + timedelta(seconds=5)
            client = desk.open()
            assert client.login.locked_until is None
            assert await client.scene(SITE) == {}


async def test_a_lock_out_is_the_same_for_every_account_here() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            cloud.at_login = no(100053, "Please try again in 9 hours.")
            with pytest.raises(Locked):
                await desk.open().scene(SITE)
            other = Desk(http=desk.http, clock=desk.clock, store=MemoryStore())
            other.store.common = desk.store.common
            client = other.again(username="neighbour@example.com")
            with pytest.raises(Locked):
                await client.scene(SITE)
            assert client.login.locked_until is not None
    assert len(cloud.logins) == 1


async def test_a_clock_that_is_put_back_makes_no_lock_longer() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            cloud.at_login = no(100053, "Please try again in 3 hours.")
            client = desk.open()
            with pytest.raises(Locked):
                await client.scene(SITE)
            cloud.at_login = None
            desk.clock.pass_time(days=-30)
            with pytest.raises(Locked) as caught:
                await client.scene(SITE)
            assert caught.value.until - desk.clock.now() <= timedelta(hours=3)
            desk.clock.pass_time(hours=3, minutes=1)
            assert await client.scene(SITE) == {}


async def test_with_a_live_token_a_lock_out_locks_nothing() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            client = desk.open()
            await client.scene(SITE)
            cloud.at_login = no(100053, "Please try again in 3 hours.")
            desk.store.session, kept = {}, desk.store.session
            dialog = desk.again(**{CONF_DIALOG: True})
            with pytest.raises(Locked):
                await dialog.scene(SITE)
            desk.store.session = kept
            assert await client.scene(SITE) == {}


async def test_a_lock_out_is_on_disk_before_anybody_hears_of_it() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            cloud.at_login = no(100053, "Please try again in 9 hours.")
            saved: list[Any] = []
            client = desk.open()
            desk.store.on_save = lambda: saved.append(json.loads(json.dumps(desk.store.saved["shared"])))
            with pytest.raises(Locked):
                await client.scene(SITE)
            assert "logins" in saved[0]
            assert saved[-1]["login_lock"]["locked_until"] == "2026-01-01T09:00:00+00:00"


async def test_an_attempt_is_on_disk_before_it_is_sent() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            client = desk.open()
            with pytest.raises(Unreachable):
                await client.scene(SITE)
            assert len(http.sent) == 1
            with pytest.raises(RateLimited):
                await desk.open().scene(SITE)
            assert len(http.sent) == 1


async def test_a_dialog_has_attempts_of_its_own() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            cloud.at_login = no(26161)
            for expected in [BadAnswer] * 5 + [RateLimited]:
                with pytest.raises(HubError) as caught:
                    await desk.again(**{CONF_DIALOG: True}).scene(SITE)
                assert type(caught.value) is expected
            cloud.at_login = None
            assert await desk.again().scene(SITE) == {}
            desk.clock.pass_time(minutes=16)
            assert await desk.again(**{CONF_DIALOG: True}).scene(SITE) == {}


async def test_no_error_says_anything_private() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            for said in (no(26108, f"{PASSWORD} is wrong"), no(100053, "owner"), no(26161, TOKEN), no(26052)):
                cloud.at_login = said
                client = desk.again(**{CONF_DIALOG: True})
                with pytest.raises(HubError) as caught:
                    await client.scene(SITE)
                for secret in (PASSWORD, "user@example.com", TOKEN, "owner"):
                    assert secret not in str(caught.value)
                desk.store.common.clear()
                desk.store.shared.clear()


# Trouble on the way


@pytest.mark.parametrize("first", [no(21105), no(997), no(998), no(999), no(502)])
async def test_a_server_in_trouble_is_asked_once_more(first: Any) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            answers = iter((first, ok({"site_list": []})))
            client = desk.open()
            await client.scene(SITE)
            started = desk.clock.now()
            cloud.said["power_service/v1/site/get_site_list"] = lambda: result(next(answers))
            assert await client.site_list() == []
            assert timedelta(seconds=2) <= desk.clock.now() - started <= timedelta(seconds=6)
            assert cloud.asked.count("get_site_list") == 2


async def test_trouble_that_stays_is_told() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            cloud.said["power_service/v1/site/get_site_list"] = no(998)
            with pytest.raises(Unreachable):
                await desk.open().site_list()
            assert cloud.asked == ["get_site_list"] * 2


async def test_what_is_asked_every_minute_is_not_asked_twice() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
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
            assert (len(found.sites), len(found.devices)) == (sites, devices)
            assert (len(eu.logins), len(com.logins)) == (1, 0)


@pytest.mark.parametrize("dialog", [True, False])
async def test_an_account_that_seems_empty_is_found_on_the_other_host(dialog: bool) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            eu, com = Cloud(http, desk), Cloud(http, desk, COM)
            com.said = home(sites=True, devices=True)
            client = desk.open(**{CONF_DIALOG: dialog})
            found = await client.look()
            assert (len(found.sites), len(found.devices), client.login.host) == (1, 1, "com")
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
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
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
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            client = desk.open()
            for name in ("site/get_site_list", "site/get_scen_info", "app/get_relate_and_bind_devices"):
                cloud.said[f"power_service/v1/{name}"] = no(code)
            for _ in range(2):
                for ask in (client.site_list, client.bind_devices, lambda: client.scene(SITE)):
                    with pytest.raises(Refused):
                        await ask()
            assert len(cloud.asked) == 6


async def test_an_outage_of_an_endpoint_is_over_after_an_hour() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
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
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
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
    async with open_desk() as desk:
        with MockHttp() as http:
            cloud = Cloud(http, desk)
            client = desk.open()
            day = START.date()
            cloud.said["power_service/v1/site/energy_analysis"] = no(-1)
            with pytest.raises(Refused):
                await client.energy(SITE, "grid", "week", day, day)
            desk.clock.pass_time(days=days)
            with pytest.raises(Refused):
                await client.energy(SITE, "grid", "week", day, day)
            assert cloud.asked.count("energy_analysis") == 2
