"""Anker's two hosts under one address: envelope, headers, limits, losses, and the hands behind them (anker.md §1-§4, §18)."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from gzip import compress
from hashlib import md5

import aiohttp
import pytest

from tests.simulators.anker.cloud_stage import CloudStage
from tests.simulators.clock import SimClock
from tests.simulators.control import ControlServer

from .anker_host import BIND, ENERGY, HEADERS, PS, SCENE, SITE_LIST, App, app, running

pytestmark = pytest.mark.usefixtures("socket_enabled")

UNREAD = PS + "get_message_unread"


async def test_envelope(clock: SimClock) -> None:
    """§2: code, words, data, trace; the number again in a header."""
    async with app(clock) as client:
        reply = await client.send(SITE_LIST)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
    assert (reply.code, reply.body["msg"]) == (0, "success!")
    assert len(reply.body["trace_id"]) == 32
    assert (reply.headers["Bizcode"], reply.headers["Trace"]) == ("0", reply.body["trace_id"])


async def test_refusal(clock: SimClock) -> None:
    """§2: HTTP 200 all the same, no data."""
    async with app(clock) as client:
        reply = await client.send(SCENE, {"site_id": "0eb4cdb4-eade-bbf2-bb0c-b387cee001f0"})
    assert (reply.status, reply.code, reply.headers["Bizcode"]) == (200, 10004, "10004")
    assert "data" not in reply.body


async def test_paths_and_methods(clock: SimClock) -> None:
    async with app(clock) as client:
        assert (await client.send("nonsense")).status == 404
        assert (await client.send(SITE_LIST, method="GET")).status == 404
        assert (await client.send(UNREAD)).status == 404
        assert (await client.send(UNREAD, method="GET")).code == 0


async def test_empty_body_is_accepted_rubbish_is_not(clock: SimClock) -> None:
    """§2, §4: HTTP 400 for what is malformed or compressed."""
    async with app(clock) as client:
        assert (await client.send(SITE_LIST, json=None)).code == 0
        for rubbish in (b"{", b"[]", b"\xff"):
            assert (await client.send(SITE_LIST, json=None, data=rubbish)).status == 400
        squeezed = HEADERS | client.own_headers | {"Content-Encoding": "gzip"}
        assert (await client.send(SITE_LIST, json=None, data=compress(b"{}"), headers=squeezed)).status == 400


@pytest.mark.parametrize("missing", ["app-name", "x-auth-token", "gtoken"])
async def test_every_call_shows_who_asks(clock: SimClock, missing: str) -> None:
    """§18.4."""
    async with app(clock) as client:
        headers = HEADERS | client.own_headers
        assert (await client.send(SITE_LIST, headers=headers)).status == 200
        del headers[missing]
        assert (await client.send(SITE_LIST, headers=headers)).status == 401


async def test_gtoken_is_the_md5_of_the_user(clock: SimClock) -> None:
    """§2, §18.4: somebody else's is refused."""
    async with app(clock) as client:
        other = md5(b"somebody else", usedforsecurity=False).hexdigest()
        assert (await client.send(SITE_LIST, headers=HEADERS | client.own_headers | {"gtoken": other})).status == 401


async def test_hosts(clock: SimClock) -> None:
    """§1, §18.1: both let in, data is on one; plain paths are that one."""
    async with app(clock, host="eu") as right:
        sites = (await right.data(SITE_LIST))["site_list"]
        assert sites
        assert (await right.data(BIND))["data"]
        wrong = App(right.simulator, right.session, "com")
        assert (await wrong.sign_in()).code == 0
        assert (await wrong.data(SITE_LIST))["site_list"] == []
        assert (await wrong.data(BIND))["data"] == []
        assert await wrong.code(SCENE, {"site_id": sites[0]["site_id"]}) == 10004
        wrong.own_headers = right.own_headers
        assert (await wrong.send(SITE_LIST)).status == 401
        right.host = ""
        assert (await right.data(SITE_LIST))["site_list"] == sites
        right.simulator.stage.set_account_host("com")
        right.host = "eu"
        assert (await right.data(SITE_LIST))["site_list"] == []


async def test_energy_is_limited_to_eleven_a_minute(clock: SimClock) -> None:
    """§18.5: by endpoint and host; the refusal has a body of its own."""
    async with app(clock, host="eu") as client:
        for _ in range(11):
            assert (await client.send(ENERGY)).status == 200
            clock.advance(1)
        reply = await client.send(ENERGY)
        assert (reply.status, reply.body) == (429, {"error_msg": "Request too soon. Your actions have been recorded."})
        assert (await client.send(SITE_LIST)).status == 200
        clock.advance(48.9)
        assert (await client.send(ENERGY)).status == 429
        clock.advance(0.1)
        assert (await client.send(ENERGY)).status == 200
        assert (await client.send(ENERGY)).status == 429
        assert client.simulator.limits.refusals == {ENERGY: 3}


async def test_others_are_limited_to_twenty_five(clock: SimClock) -> None:
    async with app(clock) as client:
        statuses = [(await client.send(SITE_LIST)).status for _ in range(26)]
        assert statuses == [200] * 25 + [429]
        client.simulator.stage.set_limits(others=None, get_site_list=27)
        assert (await client.send(SITE_LIST)).status == 200
        client.simulator.stage.set_limits(others=None)
        assert (await client.send(SITE_LIST)).status == 200


async def test_logins_are_limited_too(clock: SimClock) -> None:
    async with app(clock) as client:
        statuses = [(await client.sign_in()).status for _ in range(25)]
        assert statuses == [200] * 24 + [429]


async def _until(is_so: Callable[[], bool]) -> None:
    """Let everybody else go on until something is so."""
    while not is_so():  # noqa: ASYNC110 - the server tells nobody
        await asyncio.sleep(0)


async def test_two_at_once_are_busy(clock: SimClock) -> None:
    """§18.6: 21105 when two requests of one address overlap; who gave up does not count."""
    async with app(clock) as client:
        simulator = client.simulator
        simulator.faults.add(f"/{SCENE}", "hang")
        before = len(simulator.requests)
        waiting = asyncio.create_task(client.send(SCENE))
        await _until(lambda: len(simulator.requests) > before)
        assert await client.code(SITE_LIST) == 21105
        simulator.stage.set_oddities(overlap=False)
        assert await client.code(SITE_LIST) == 0
        simulator.stage.set_oddities(overlap=True)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await _until(lambda: simulator.running("127.0.0.1") == 0)
        assert await client.code(SITE_LIST) == 0


@pytest.mark.parametrize(("loss", "status", "code"), [("502", 502, None), ("522", 522, None), ("busy", 200, 21105)])
async def test_answers_are_lost_by_chance(clock: SimClock, loss: str, status: int, code: int | None) -> None:
    """§18.6: at the given rate."""
    async with app(clock, limits=False, seed=3) as client:
        client.simulator.stage.set_oddities(rate=0.5, losses=(loss,))
        replies = [await client.send(SITE_LIST) for _ in range(40)]
        lost = [reply for reply in replies if reply.code != 0]
        assert 8 <= len(lost) <= 32
        assert {(reply.status, reply.code) for reply in lost} == {(status, code)}


async def test_hanging(clock: SimClock) -> None:
    async with app(clock) as client:
        client.simulator.stage.set_oddities(rate=1.0, losses=("hang",))
        with pytest.raises(TimeoutError):
            await client.send(SITE_LIST, timeout=aiohttp.ClientTimeout(total=0.2))


async def test_faults_by_name(clock: SimClock) -> None:
    async with app(clock) as client:
        faults = client.simulator.faults
        for name, expected in {"bad_gateway": (502, None), "origin_timeout": (522, None), "busy": (200, 21105)}.items():
            faults.add(f"/{SITE_LIST}", name, times=1)
            reply = await client.send(SITE_LIST)
            assert (reply.status, reply.code) == expected
        faults.add(f"/{SITE_LIST}", "refusal", times=1, value=160003)
        assert await client.code(SITE_LIST) == 160003
        assert await client.code(SITE_LIST) == 0


async def test_invalid_scene(clock: SimClock) -> None:
    """§7.2: zeros as texts, no time, and what is set stays."""
    async with app(clock) as client:
        before = await client.scene()
        client.simulator.stage.set_invalid(client.site_id)
        scene = await client.scene()
        told = scene["solarbank_info"]
        assert told["is_display_data"] is False
        assert told["updated_time"] == "1970-01-01 00:00:00"
        assert (told["total_photovoltaic_power"], told["total_battery_power"], scene["home_load_power"]) == ("0",) * 3
        assert {row["battery_power"] for row in told["solarbank_list"]} == {"0"}
        assert [row["device_sn"] for row in told["solarbank_list"]] == [
            row["device_sn"] for row in before["solarbank_info"]["solarbank_list"]
        ]
        assert scene["retain_load"] == before["retain_load"]
        client.simulator.stage.set_invalid(client.site_id, on=False)
        assert await client.scene() == before
        client.simulator.stage.set_timeless(client.site_id)
        timeless = (await client.scene())["solarbank_info"]
        assert timeless["updated_time"] == "1970-01-01 00:00:00"
        assert timeless["total_photovoltaic_power"] == before["solarbank_info"]["total_photovoltaic_power"]


async def test_described_account_can_sign_in(clock: SimClock) -> None:
    async with running(clock) as simulator, aiohttp.ClientSession() as session:
        told = simulator.describe()
        client = App(simulator, session)
        assert (await client.sign_in(told["password"], email=told["user_name"])).code == 0
        sites = (await client.data(SITE_LIST))["site_list"]
        assert told["sites"] == {site["site_id"]: site["site_name"] for site in sites}
        assert set(told["serials"]) == {row["device_sn"] for row in (await client.data(BIND))["data"]}


async def test_control_port(clock: SimClock) -> None:
    """Everything on the stage can be asked for by name."""
    async with app(clock) as client:
        control = ControlServer(client.simulator)
        await control.start()
        try:
            order = {"action": "set_door", "kick_out": "403"}
            async with client.session.post(f"{control.url}/do", json=order) as response:
                assert (await response.json())["result"]["kick_out"] == "403"
            async with client.session.post(f"{control.url}/do", json={"action": "displace"}) as response:
                assert response.status == 200
        finally:
            await control.stop()
        assert (await client.send(SITE_LIST)).status == 403
        assert set(CloudStage(client.simulator).actions) <= set(client.simulator.actions)


async def test_token_lives_seven_days(clock: SimClock) -> None:
    """§3.4, §18.2."""
    async with app(clock) as client:
        clock.advance(timedelta(days=7).total_seconds() - 1)
        assert (await client.send(SITE_LIST)).status == 200
        clock.advance(1)
        assert (await client.send(SITE_LIST)).status == 401
