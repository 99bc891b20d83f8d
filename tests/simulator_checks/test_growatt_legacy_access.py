"""Who gets into the password API: hash, cookies, the ways a session ends, locks and the firewall (A.1-A.3, F.3)."""

import aiohttp
import pytest

from tests.simulators.growatt.legacy_sessions import LegacyAccess, password_hash

from .growatt_legacy import Client, Reply, running, visitor

pytestmark = pytest.mark.usefixtures("socket_enabled")

HOUR = 3_600
PLANTS = "PlantListAPI.do"
LISTS = "newTwoPlantAPI.do"


async def ask(client: Client) -> Reply:
    """Ask for something that needs a session."""
    return await client.post(LISTS, {"op": "getAllPlantListTwo"})


@pytest.mark.parametrize(
    ("password", "sent"),
    [
        ("password", "5f4dcc3b5aa765d61d8327deb882cf99"),
        ("growatt", "6c649d2d285d62d3c3c6182ed6863920"),
        ("demo1234", "6e9bece19148c9fb8493146417e722f6"),
        ("demo0417", "cec2c67ec15e901fa3956c70c67f4183"),
        ("Pa$$wörd", "296feefe53e7c21319cb1f786b3f9adf"),
    ],
)
def test_password_hash(password: str, sent: str) -> None:
    assert password_hash(password) == sent


async def test_login_opens_a_session_of_two_cookies() -> None:
    async with running() as simulator, visitor(simulator) as client:
        back = await client.login()
        assert (back["success"], back["user"]["id"], back["user"]["rightlevel"]) == (True, simulator.world.user.id, 1)
        assert back["data"][0] == {"plantId": str(simulator.world.plants[0].id), "plantName": "Plant 1"}
        assert {cookie.key for cookie in client.session.cookie_jar} == {"JSESSIONID", "SERVERID"}
        assert len((await ask(client)).json["PlantList"]) == 2
        assert simulator.legacy.sessions.logins == 1


@pytest.mark.parametrize("lost", ["JSESSIONID", "SERVERID"])
async def test_both_cookies_are_needed(lost: str) -> None:
    async with running() as simulator, visitor(simulator) as client:
        await client.login()
        client.session.cookie_jar.clear(lambda cookie: cookie.key == lost)
        assert b"loginForm" in (await ask(client)).body


@pytest.mark.parametrize(
    "sent",
    ["demo1234", "6e9bece1914809fb8493146417e722f6", "6E9BECE19148C9FB8493146417E722F6", ""],
    ids=["clear", "plain MD5", "upper case", "nothing"],
)
async def test_only_the_exact_hash_is_right(sent: str) -> None:
    async with running() as simulator, visitor(simulator) as client:
        reply = await client.post("newTwoLoginAPI.do", userName="demo.user", password=sent)
        assert reply.json == {"back": {"success": False, "msg": "502"}}
        assert "Set-Cookie" not in reply.headers


async def test_unknown_user_and_wrong_region_look_the_same() -> None:
    async with running() as simulator, visitor(simulator) as client:
        assert await client.login(user="somebody") == {"success": False, "msg": "502"}
    async with running(region="north_america", account_region="china") as simulator, visitor(simulator) as client:
        assert await client.login() == {"success": False, "msg": "502"}


@pytest.mark.parametrize("agent", [None, ""], ids=["none", "library"])
async def test_only_apps_are_served(agent: str | None) -> None:
    async with running() as simulator, visitor(simulator) as client:
        form = {"userName": "demo.user", "password": password_hash("demo1234")}
        reply = await client.send("POST", "newTwoLoginAPI.do", agent=agent, data=form)
        assert reply.status == 403
        assert simulator.legacy.sessions.logins == 0


async def test_session_ends_after_its_time() -> None:
    async with running() as simulator, visitor(simulator) as client:
        await client.login()
        simulator.clock.advance(24 * HOUR - 1)
        assert (await ask(client)).json
        simulator.clock.advance(1)
        assert (await ask(client)).body.startswith(b"<!DOCTYPE html>")
        simulator.legacy.set_session_seconds(60)
        await client.login()
        simulator.clock.advance(60)
        assert b"loginForm" in (await ask(client)).body


async def test_symptoms_by_endpoint() -> None:
    async with running() as simulator, visitor(simulator) as client:
        html = await ask(client)
        assert (html.status, html.headers["Content-Type"]) == (200, "text/html;charset=UTF-8")
        redirect = await client.get(PLANTS, userId="1")
        assert (redirect.status, redirect.headers["Location"]) == (302, "/error.do?errorMess=errorNoLogin")
        assert b"loginForm" in (await client.send("GET", PLANTS, allow_redirects=True)).body
        simulator.legacy.set_symptom("text")
        assert (await ask(client)).body == b"Dear user, you have not login to the system"
        simulator.legacy.set_symptom("json", LISTS)
        answer = (await ask(client)).json
        assert (answer["result"], answer["obj"]) == (0, None)
        assert (await client.get("newPlantAPI.do", op="getPlant")).body.startswith(b"Dear user")


async def test_logout_ends_the_session() -> None:
    async with running() as simulator, visitor(simulator) as client:
        await client.login()
        await client.get("logout.do")
        assert b"loginForm" in (await ask(client)).body


async def test_too_many_logins_lock_the_account() -> None:
    async with running(strict=True) as simulator, visitor(simulator) as client:
        for _ in range(12):
            assert (await client.login())["success"]
        locked = {
            "success": False,
            "msg": "507",
            "error": "Current account has been locked for 24 hours",
            "lockDuration": "24",
        }
        assert await client.login() == locked
        assert b"loginForm" in (await ask(client)).body
        simulator.clock.advance(HOUR)
        assert (await client.login("wrong"))["lockDuration"] == "23"
        simulator.clock.advance(22.5 * HOUR)
        assert (await client.login())["lockDuration"] == "1"
        simulator.clock.advance(0.5 * HOUR)
        assert (await client.login())["success"]


async def test_twelve_logins_in_any_hour_are_no_crime() -> None:
    async with running(strict=True) as simulator, visitor(simulator) as client:
        for _ in range(30):
            simulator.clock.advance(300)
            assert (await client.login())["success"]


async def test_too_many_calls_lock_the_account_only_when_asked() -> None:
    async with running(strict=True) as simulator, visitor(simulator) as client:
        await client.login()
        for _ in range(210):
            simulator.clock.advance(60)
            await ask(client)
        assert (await ask(client)).json
        simulator.legacy.set_strict(calls_per_day=200)
        assert b"loginForm" in (await ask(client)).body
        assert (await client.login())["msg"] == "507"
        simulator.legacy.unlock_account()
        await client.login()
        assert [(await ask(client)).status for _ in range(200)] == [200] * 200
        assert (await client.login())["success"]


async def test_firewall_blocks_the_address_for_six_hours() -> None:
    async with running() as simulator, visitor(simulator) as client:
        simulator.legacy.set_firewall()
        await client.login()
        for _ in range(59):
            assert (await ask(client)).status == 200
        blocked = await ask(client)
        assert (blocked.status, b"your request has been blocked" in blocked.body) == (405, True)
        simulator.clock.advance(6 * HOUR - 1)
        assert (await client.send("GET", "newTwoLoginAPI.do")).status == 405
        simulator.clock.advance(1)
        assert (await ask(client)).status == 200


async def test_firewall_lets_a_call_a_second_pass() -> None:
    async with running() as simulator, visitor(simulator) as client:
        simulator.legacy.set_firewall()
        await client.login()
        for _ in range(120):
            simulator.clock.advance(1)
            assert (await ask(client)).status == 200


async def test_unknown_paths_and_operations() -> None:
    async with running() as simulator, visitor(simulator) as client:
        assert (await client.get("noSuchAPI.do")).status == 404
        await client.login()
        assert (await client.post(LISTS, {"op": "noSuchThing"})).status == 500


def test_defaults_lock_nobody() -> None:
    access = LegacyAccess()
    assert (access.logins_per_hour, access.calls_per_day, access.firewall) == (None, None, False)


async def test_sessions_survive_a_restart_of_the_client() -> None:
    async with running() as simulator, visitor(simulator) as before:
        await before.login()
        kept = {cookie.key: cookie.value for cookie in before.session.cookie_jar}
        async with aiohttp.ClientSession(cookies=kept, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            assert (await ask(Client(simulator, session))).json
        assert simulator.legacy.sessions.logins == 1
