"""Getting in: TLS, passwords, tokens, cookies, limits (specification §2.1, §3)."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
import hashlib
import json
import ssl
from typing import Any

import aiohttp
import pytest

from tests.simulators.powerwall import PROFILES, PowerwallSimulator

from .conftest import Client, Start

type Connect = Callable[..., Awaitable[Client]]


async def certificate(simulator: PowerwallSimulator, name: str | None = "powerwall") -> bytes:
    """Return the certificate the gateway presents to a client that asks for ``name``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    _, writer = await asyncio.open_connection(simulator.host, simulator.port, ssl=context, server_hostname=name or "")
    found: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    await writer.wait_closed()
    return found


@pytest.mark.parametrize("name", [None, "teg", "powerwall", "powerpack", "localhost"])
async def test_known_server_names_are_served(start: Start, name: str | None) -> None:
    simulator = await start()
    assert hashlib.sha256(await certificate(simulator, name)).hexdigest() == simulator.fingerprint


@pytest.mark.parametrize("name", ["powerwall.lan", "example.org"])
async def test_unknown_server_name_ends_the_handshake(start: Start, name: str) -> None:
    simulator = await start()
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await certificate(simulator, name)
    assert await certificate(simulator, "teg")


async def test_certificate_has_the_gateways_names_and_no_address(start: Start) -> None:
    der = await certificate(await start())
    assert all(name in der for name in (b"teg", b"powerwall", b"powerpack"))
    assert b"\x7f\x00\x00\x01" not in der


async def test_each_gateway_has_its_own_certificate(start: Start) -> None:
    one, other = await start(), await start()
    assert one.fingerprint != other.fingerprint
    assert one.port != other.port


async def test_replaced_certificate_is_shown_at_once(connect: Connect) -> None:
    client = await connect()
    simulator, pinned = client.simulator, aiohttp.Fingerprint(bytes.fromhex(client.simulator.fingerprint))
    assert (await client.get("/status", ssl=pinned)).status == 200
    simulator.replace_certificate()
    assert hashlib.sha256(await certificate(simulator)).hexdigest() == simulator.fingerprint
    before = len(simulator.requests)
    with pytest.raises(aiohttp.ServerFingerprintMismatch):
        await client.get("/status", ssl=pinned)
    assert len(simulator.requests) == before


async def test_plain_http_redirects(start: Start, session: aiohttp.ClientSession) -> None:
    simulator = await start("gw2-21.44", http_port=0)
    url = f"http://127.0.0.1:{simulator.http_port}/api/status?x=1"
    async with session.get(url, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (301, f"{simulator.url}/api/status?x=1")


async def test_plain_http_worked_before_1_20(start: Start, session: aiohttp.ClientSession) -> None:
    simulator = await start("gw1-1.15", http_port=0)
    async with session.get(f"http://127.0.0.1:{simulator.http_port}/api/status") as response:
        assert (await response.json())["version"] == "1.15.0"


# --- login -----------------------------------------------------------------------------------------------------------


async def test_login_answers_token_and_two_cookies(connect: Connect) -> None:
    client = await connect(user=None)
    reply = await client.login()
    assert set(reply.json) == {"email", "firstname", "lastname", "roles", "token", "provider", "loginTime"}
    assert reply.json["roles"] == ["Home_Owner"]
    token = reply.json["token"]
    assert len(token) == 88
    assert len(base64.urlsafe_b64decode(token)) == 64
    auth, record = reply.headers.getall("Set-Cookie")
    assert auth == f"AuthCookie={token}; Path=/"
    name, _, value = record.partition("=")
    assert name == "UserRecord"
    assert json.loads(base64.b64decode(value.removesuffix("; Path=/"))) == reply.json


async def test_login_time_is_missing_on_the_oldest_firmware(connect: Connect) -> None:
    assert "loginTime" not in (await (await connect("gw1-1.15", user=None)).login()).json


@pytest.mark.parametrize("profile", PROFILES)
async def test_wrong_password(connect: Connect, profile: str) -> None:
    client = await connect(profile, user=None)
    reply = await client.login(password="wrong")
    assert reply.status == 401
    assert reply.json == {"code": 401, "error": "bad credentials", "message": "Login Error"}


@pytest.mark.parametrize("profile", ["gw1-1.50", "gw2-20.49", "gw2-24.44"])
async def test_installer_needs_physical_access_since_1_50(connect: Connect, profile: str) -> None:
    client = await connect(profile, user=None)
    reply = await client.login("installer")
    assert reply.status == 401
    assert reply.json["error"] == "roles [Provider_Engineer] require physical access"
    assert (await client.login("installer", "wrong")).json["error"] == "bad credentials"
    client.simulator.toggle_switch()
    assert (await client.login("installer")).json["roles"] == ["Provider_Engineer"]


async def test_oldest_firmware_takes_no_name_with_the_serial(connect: Connect) -> None:
    client = await connect("gw1-1.15", user=None)
    reply = await client.login("", f"S{client.simulator.gateway.serial}")
    assert reply.json["roles"] == ["Provider_Engineer"]


async def test_default_passwords(start: Start) -> None:
    old, new = await start("gw1-1.40"), await start("gw2-24.44")
    assert old.password == old.gateway.serial[-5:]
    assert new.password == new.label_password[-5:]
    assert (await start(password="own choice")).password == "own choice"


async def test_disabled_default_password(connect: Connect) -> None:
    client = await connect(user=None, default_password_disabled=True)
    assert (await client.login()).status == 401
    new = {"old_password": client.simulator.password, "new_password": "longer than before", "toggled_pw": False}
    assert (await client.post("/password/change", new)).json == {"password": "longer than before"}
    assert (await client.login()).status == 200


async def test_form_encoded_login(connect: Connect) -> None:
    client = await connect(user=None)
    form = {"username": "customer", "password": client.simulator.password}
    assert (await client.send("POST", "/login/Basic", data=form)).status == 200


async def test_login_without_sense(connect: Connect) -> None:
    client = await connect(user=None)
    assert (await client.send("POST", "/login/Basic", data=b"")).status == 400


async def test_old_firmware_stops_for_a_login(connect: Connect) -> None:
    client = await connect("gw1-1.40", user="installer")
    assert (await client.get("/sitemaster")).json["status"] == "StatusDown"
    assert (await client.get("/meters/aggregates")).status == 502
    assert (await client.get("/sitemaster/run")).status == 202
    client.simulator.clock.advance(3)
    assert (await client.get("/meters/aggregates")).status == 502
    client.simulator.clock.advance(2)
    assert (await client.get("/meters/aggregates")).status == 200


async def test_slow_login(connect: Connect) -> None:
    client = await connect(user=None, login_seconds=3)
    waiting = asyncio.create_task(client.login())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(waiting), 0.2)
    client.simulator.clock.advance(3)
    assert (await asyncio.wait_for(waiting, 5)).status == 200


# --- sessions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        {"Authorization": "Bearer {}"},
        {"Cookie": "AuthCookie={}"},
        {"Cookie": 'AuthCookie="{}"'},
        {"Cookie": 'other=1; AuthCookie="{}"; UserRecord=x'},
    ],
)
async def test_ways_to_show_a_token(connect: Connect, header: dict[str, str]) -> None:
    client = await connect("gw2-24.44")
    token, client.token = client.token, None
    shown = {name: value.format(token) for name, value in header.items()}
    assert (await client.get("/operation", headers=shown)).status == 200
    shown = {name: value.format(f"x{token}") for name, value in header.items()}
    assert (await client.get("/operation", headers=shown)).status == 401


@pytest.mark.parametrize(("missing", "body"), [
    (401, {"code": 401, "message": "Token Expired"}),
    (403, {"code": 403, "error": "Unable to GET to resource", "message": "User does not have adequate access rights"}),
])  # fmt: skip
async def test_end_of_a_session(connect: Connect, missing: int, body: dict[str, Any]) -> None:
    client = await connect(session_seconds=3_600, missing_session=missing)
    client.simulator.clock.advance(3_599)
    assert (await client.get("/operation")).status == 200
    client.simulator.clock.advance(1)
    reply = await client.get("/operation")
    assert (reply.status, reply.json) == (missing, body)


async def test_several_sessions_live_side_by_side(connect: Connect) -> None:
    client = await connect()
    first = client.token
    await client.login()
    assert client.token != first
    for token in (first, client.token):
        client.token = token
        assert (await client.get("/operation")).status == 200


async def test_logout_ends_one_session_and_never_complains(connect: Connect) -> None:
    client = await connect()
    for _ in range(2):
        reply = await client.get("/logout")
        assert (reply.status, reply.body) == (204, b"")
    assert (await client.get("/operation")).status == 401


async def test_reboot_ends_sessions_and_starts_the_uptime(connect: Connect) -> None:
    client = await connect()
    before = (await client.get("/status")).json
    assert before["up_time_seconds"] == "230h55m59.9s"
    client.simulator.reboot()
    client.simulator.clock.advance(61.5)
    after = (await client.get("/status")).json
    assert after["up_time_seconds"] == "1m1.5s"
    assert after["start_time"] == "2026-06-21 18:30:00 +0800"
    assert (await client.get("/operation")).status == 401


async def test_restart_of_the_program_keeps_port_and_sessions(connect: Connect) -> None:
    client = await connect()
    port = client.simulator.port
    await client.simulator.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.get("/operation")
    await client.simulator.start()
    assert client.simulator.port == port
    assert (await client.get("/operation")).status == 200


# --- limits ----------------------------------------------------------------------------------------------------------


async def test_too_many_logins_lock_the_login(connect: Connect) -> None:
    client = await connect()
    for _ in range(4):
        assert (await client.login()).status == 200
    reply = await client.login()
    assert (reply.status, reply.json["error"]) == (429, "Api Limit reached for this endpoint")
    assert (await client.get("/operation")).status == 200
    client.simulator.clock.advance(299)
    assert (await client.login()).status == 429
    client.simulator.clock.advance(1)
    assert (await client.login()).status == 200
    assert client.simulator.logins == 8


async def test_strict_lock_locks_everything(connect: Connect) -> None:
    client = await connect(strict_lock=True, login_limit=(1, 60.0), lock_seconds=30)
    assert (await client.login()).status == 429
    assert (await client.get("/status")).status == 429
    client.simulator.clock.advance(30)
    assert (await client.get("/status")).status == 200


async def test_call_limit(connect: Connect) -> None:
    client = await connect(call_limit=(3, 10.0))
    assert [(await client.get("/status")).status for _ in range(3)] == [200, 200, 429]
    client.simulator.clock.advance(10)
    assert (await client.get("/status")).status == 200


async def test_defaults_let_the_rivals_burst_pass(connect: Connect) -> None:
    """Home Assistant's own integration logs in twice and makes 17 requests within seconds (§19.3)."""
    client = await connect()
    await client.login()
    assert {(await client.get("/status")).status for _ in range(17)} == {200}


async def test_requests_are_remembered(connect: Connect) -> None:
    client = await connect()
    await client.get("/operation")
    await client.post("/operation", {"mode": "backup"})
    kept = [(one.method, one.path, one.role, one.status) for one in client.simulator.requests]
    assert kept == [
        ("POST", "/api/login/Basic", "Home_Owner", 200),
        ("GET", "/api/operation", "Home_Owner", 200),
        ("POST", "/api/operation", "Home_Owner", 403),
    ]
    assert client.simulator.requests[2].body == b'{"mode": "backup"}'
