"""The HTTP door: limits of time and size, pauses, pins, and what it remembers."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
import math
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.solar_battery_hub.core.errors import BadAnswer, CertificateChanged, Locked, Unreachable
from custom_components.solar_battery_hub.vendors import http
from custom_components.solar_battery_hub.vendors.http import Answer, Door, Trust, read_fingerprint
from tests.simulators.clock import SimClock
from tests.simulators.powerwall.tls import Certificate
from tests.vendors.tools import NOON, HandClock

type Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]


@pytest.fixture
async def serve(socket_enabled: None) -> AsyncGenerator[Serve]:
    """Start a server on loopback with one handler for everything; returns its address."""
    servers: list[TestServer] = []

    async def start(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> str:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return str(server.make_url("/")).rstrip("/")

    yield start
    for server in servers:
        await server.close()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def door(clock: HandClock) -> AsyncGenerator[Door]:
    async with aiohttp.ClientSession() as session:
        yield Door(session, clock, {})


async def test_answer_and_trace(serve: Serve, door: Door) -> None:
    """A whole answer comes back; what was said is remembered without the host."""

    async def hello(request: web.Request) -> web.Response:
        return web.json_response({"said": await request.json()}, status=201, headers={"Retry-After": "7"})

    address = await serve(hello)
    answer = await door.request("POST", f"{address}/api/x?y=1", body={"a": 1})
    assert (answer.status, answer.json(), answer.retry_after) == (201, {"said": {"a": 1}}, 7.0)
    (exchange,) = door.trace
    assert (exchange.method, exchange.path, exchange.status) == ("POST", "/api/x?y=1", 201)
    assert exchange.body == answer.body
    assert door.calls_today == 1


async def test_ready_text_goes_as_it_is(serve: Serve, door: Door) -> None:
    """Some servers compare bodies byte by byte: neither a space nor an escape is added."""
    seen: list[tuple[bytes, str | None]] = []

    async def listen(request: web.Request) -> web.Response:
        seen.append((await request.read(), request.headers.get("Content-Type")))
        return web.Response()

    text = '{"a":[1,2],"b":"é、"}'
    address = await serve(listen)
    await door.request("POST", address, raw=text, headers={"Content-Type": "application/json"})
    await door.request("POST", address, raw="", headers={"Content-Type": "text/plain"})
    assert seen == [(text.encode(), "application/json"), (b"", "text/plain")]


async def test_secret_answer_is_not_remembered(serve: Serve, door: Door) -> None:
    async def token(request: web.Request) -> web.Response:
        return web.json_response({"token": "canary"})

    answer = await door.request("POST", f"{await serve(token)}/login", secret=True)
    assert answer.json() == {"token": "canary"}
    assert "canary" not in repr(door.trace)
    assert door.trace[0].body is None


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"", None),
        (b" \n", None),
        (b"null", None),
        (b"[18446744073709551615]", [2**64 - 1]),
        (b"[18446744073709551616]", [2.0**64]),
        (b"[1%b]" % (b"0" * 400), [math.inf]),
    ],
)
def test_json_bodies(body: bytes, value: Any) -> None:
    assert Answer(status=200, headers={}, body=body).json() == value


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7.0), ("-7", None), ("²", None), ("9" * 400, None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)],
)
def test_a_pause_is_asked_for_in_seconds(said: str, seconds: float | None) -> None:
    assert Answer(status=429, headers={"Retry-After": said}, body=b"").retry_after == seconds


@pytest.mark.parametrize(
    "body", [b"<html></html>", b'{"half": ', b"\xff\xfe", b"[" * 200_000, b"[" * 200_000 + b"]" * 200_000]
)
def test_other_bodies_are_bad_answers(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        Answer(status=200, headers={}, body=body).json()


async def test_half_body_is_a_bad_answer(serve: Serve, door: Door) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.close()
        return response

    with pytest.raises(BadAnswer):
        await door.request("GET", f"{await serve(cut)}/x")
    assert door.trace[0].error == "bad_answer"


async def test_too_large_body_is_given_up(serve: Serve, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading stops at the limit, long before the end."""
    monkeypatch.setattr(http, "MAX_BYTES", 100_000)
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1000):
            await response.write(b"x" * 50_000)
            sent += 50_000
        return response

    with pytest.raises(BadAnswer):
        await door.request("GET", f"{await serve(endless)}/x")
    assert sent < 50_000_000


async def test_no_answer_in_time_is_unreachable(serve: Serve, door: Door) -> None:
    waiting = asyncio.Event()

    async def silent(request: web.Request) -> web.Response:
        await waiting.wait()
        return web.Response()

    with pytest.raises(Unreachable):
        await door.request("GET", f"{await serve(silent)}/x", timeout=0.05)
    waiting.set()


async def test_nobody_there_is_unreachable(socket_enabled: None, door: Door, unused_tcp_port: int) -> None:
    with pytest.raises(Unreachable):
        await door.request("GET", f"http://127.0.0.1:{unused_tcp_port}/x")


@pytest.mark.parametrize("host", ["a..b", "x" * 64, "127.0.0.1:99999", "a\0b"])
async def test_impossible_host_is_unreachable(socket_enabled: None, door: Door, host: str) -> None:
    with pytest.raises(Unreachable):
        await door.request("GET", f"https://{host}/x")
    assert door.trace[0].error == "cannot_connect"


async def test_redirects_are_not_followed(serve: Serve, door: Door) -> None:
    """Nothing is sent to a place the user did not name."""
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=302, headers={"Location": "/other"})

    answer = await door.request("GET", f"{await serve(elsewhere)}/x")
    assert answer.status == 302
    assert asked == ["/x"]


async def test_pause_holds_every_request_back(serve: Serve, door: Door, clock: HandClock) -> None:
    """A pause survives in the store, only grows, and ends by itself."""
    asked: list[str] = []

    async def count(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response()

    address = await serve(count)
    end = door.pause(300)
    assert door.pause(10) == end == NOON + timedelta(seconds=300)
    with pytest.raises(Locked) as locked:
        await door.request("GET", f"{address}/x")
    assert (locked.value.until, asked) == (end, [])
    clock.moment = end
    await door.request("GET", f"{address}/y")
    assert asked == ["/y"]


async def test_one_request_at_a_time(serve: Serve, door: Door) -> None:
    present = most = 0

    async def watch(request: web.Request) -> web.Response:
        nonlocal present, most
        present += 1
        most = max(most, present)
        await asyncio.sleep(0)
        present -= 1
        return web.Response()

    address = await serve(watch)
    await asyncio.gather(*(door.request("GET", f"{address}/{number}") for number in range(5)))
    assert most == 1


async def test_other_certificate_stops_before_http(socket_enabled: None, clock: HandClock) -> None:
    """With a pin nothing is sent to a server that shows another certificate."""
    heard: list[str] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(request.path)
        return web.Response()

    certificate = Certificate(SimClock().now())
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", hear)
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=certificate.context)
    async with aiohttp.ClientSession() as session:
        door = Door(session, clock, {})
        address = str(server.make_url("/x"))
        seen = await read_fingerprint("127.0.0.1", server.port or 0, "powerwall")
        assert seen == certificate.fingerprint
        door.trust = Trust(fingerprint="00" * 32, server_name="powerwall")
        with pytest.raises(CertificateChanged) as changed:
            await door.request("POST", address, body={"password": "canary"})
        assert (changed.value.old, changed.value.new, heard) == ("00" * 32, seen, [])
        door.trust = Trust(fingerprint=seen, server_name="powerwall")
        await door.request("GET", address)
    assert heard == ["/x"]
    await server.close()
