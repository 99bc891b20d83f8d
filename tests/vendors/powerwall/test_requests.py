"""The exact requests: what leaves, to where, with which headers."""

from contextlib import nullcontext
from typing import Any

import aiohttp
import pytest

from custom_components.solar_battery_hub.core.errors import (
    BadAnswer,
    HubError,
    NotSupported,
    RateLimited,
    Unreachable,
    WriteRefused,
)
from custom_components.solar_battery_hub.vendors.http import Door
from custom_components.solar_battery_hub.vendors.powerwall import endpoints
from custom_components.solar_battery_hub.vendors.powerwall.client import PowerwallClient, Refused, split_host
from custom_components.solar_battery_hub.vendors.powerwall.controls import Controls
from tests.mock_http import MockHttp, Sent
from tests.vendors.tools import HandClock, MemoryStore

URL = "https://10.0.0.7/api"
TOKEN = "x4jbH-_8" * 10 + "XMP8w=="
LOGIN = {"email": "", "roles": ["Home_Owner"], "token": TOKEN, "provider": "Basic"}
STATUS = {"version": "21.44 223a56cd", "start_time": "2021-12-16 22:13:25 +0800"}
PIN = "ab" * 32


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


async def run(http: MockHttp, store: MemoryStore, work: Any, **options: Any) -> list[Sent]:
    """Let a client do something and return what it sent."""
    clock = HandClock()
    async with aiohttp.ClientSession() as session:
        client = PowerwallClient(
            options.pop("host", "10.0.0.7"),
            Door(session, clock, store.shared),
            store,
            clock,
            username=options.pop("username", "customer"),
            password="AB1CD",
            fingerprint=options.pop("fingerprint", PIN),
        )
        await work(client)
    return http.sent


async def read_charge(client: PowerwallClient) -> None:
    charge = await client.read(endpoints.CHARGE)
    assert charge is not None
    assert charge.percentage == 69.5


async def test_first_read_learns_the_firmware_and_signs_in(store: MemoryStore) -> None:
    with MockHttp() as http:
        http.get(f"{URL}/status", payload=STATUS)
        http.post(f"{URL}/login/Basic", payload=LOGIN)
        http.get(f"{URL}/system_status/soe", payload={"percentage": 69.5})
        sent = await run(http, store, read_charge)
    assert [(request.method, request.url.removeprefix(URL)) for request in sent] == [
        ("GET", "/status"),
        ("POST", "/login/Basic"),
        ("GET", "/system_status/soe"),
    ]
    assert list(sent[1].body.items()) == [
        ("username", "customer"),
        ("password", "AB1CD"),
        ("email", ""),
        ("force_sm_off", False),
    ]
    assert [request.headers.get("Authorization") for request in sent] == [None, None, f"Bearer {TOKEN}"]


async def test_every_request_is_pinned_and_names_a_server_the_gateway_knows(store: MemoryStore) -> None:
    store.shared["firmware"], store.session["token"] = {"version": "21.44"}, TOKEN
    with MockHttp() as http:
        http.get(f"{URL}/system_status/soe", payload={"percentage": 69.5})
        (sent,) = await run(http, store, read_charge)
    assert sent.options["ssl"].fingerprint == bytes.fromhex(PIN)
    assert sent.options["server_hostname"] == "powerwall"
    assert sent.options["timeout"].total == 10
    assert sent.options["allow_redirects"] is False


async def test_without_a_pin_any_certificate_is_believed(store: MemoryStore) -> None:
    store.shared["firmware"], store.session["token"] = {"version": "21.44"}, TOKEN
    with MockHttp() as http:
        http.get(f"{URL}/system_status/soe", payload={"percentage": 69.5})
        (sent,) = await run(http, store, read_charge, fingerprint=None)
    assert sent.options["ssl"] is False


async def test_three_steps_of_a_write(store: MemoryStore) -> None:
    """One setting changes; the other goes back exactly as it was read (§9.2)."""

    async def write(client: PowerwallClient) -> None:
        controls = Controls(client, store, "gateway", username="installer", try_control=False)
        await controls.write({"backup_reserve": 20})
        await controls.write({"operating_mode": "backup"})

    store.shared["firmware"], store.session["token"] = {"version": "21.44"}, TOKEN
    with MockHttp() as http:
        http.get(
            f"{URL}/operation",
            payload={"real_mode": "autonomous", "backup_reserve_percent": 5.000019999999999},
            repeat=True,
        )
        http.post(f"{URL}/operation", payload={"mode": "x", "backup_reserve_percent": 1}, repeat=True)
        http.get(f"{URL}/config/completed", status=202, repeat=True)
        sent = await run(http, store, write)
    assert [(request.method, request.url.removeprefix(URL), request.body) for request in sent] == [
        ("GET", "/operation", None),
        ("POST", "/operation", {"mode": "autonomous", "backup_reserve_percent": 24.0}),
        ("GET", "/config/completed", None),
        ("GET", "/operation", None),
        ("POST", "/operation", {"mode": "backup", "backup_reserve_percent": 5.000019999999999}),
        ("GET", "/config/completed", None),
    ]


async def test_other_settings(store: MemoryStore) -> None:
    async def write(client: PowerwallClient) -> None:
        controls = Controls(client, store, "gateway", username="customer", try_control=False)
        await controls.write({"off_grid": False, "site_name": "Home", "start": True})
        await controls.stop()

    store.shared["firmware"], store.session["token"] = {"version": "23.44"}, TOKEN
    with MockHttp() as http:
        http.post(f"{URL}/v2/islanding/mode", payload={"island_mode": "backup"})
        http.post(f"{URL}/site_info/site_name", payload={"site_name": "Home"})
        http.get(f"{URL}/sitemaster/run", status=202)
        http.get(f"{URL}/sitemaster/stop", status=202)
        sent = await run(http, store, write)
    assert [(request.method, request.url.removeprefix(URL), request.body) for request in sent] == [
        ("POST", "/v2/islanding/mode", {"island_mode": "backup"}),
        ("POST", "/site_info/site_name", {"site_name": "Home"}),
        ("GET", "/sitemaster/run", None),
        ("GET", "/sitemaster/stop", None),
    ]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"body": ""}, None),
        ({"body": "Accepted"}, None),
        ({"status": 204}, None),
        ({"payload": {"error": "busy", "code": 1}}, WriteRefused),
        ({"status": 400}, Refused),
        ({"status": 500}, Refused),
        ({"status": 301}, Refused),
        ({"status": 404}, NotSupported),
        ({"status": 502}, Unreachable),
        ({"status": 503}, RateLimited),
    ],
)
async def test_what_the_answer_to_a_write_means(
    store: MemoryStore, answer: dict[str, Any], error: type[HubError] | None
) -> None:
    """Words do not count, what is read back does; but an error is an error."""

    async def write(client: PowerwallClient) -> None:
        await client.write(endpoints.RUN_PATH)

    store.shared["firmware"], store.session["token"] = {"version": "21.44"}, TOKEN
    with MockHttp() as http:
        http.get(f"{URL}/sitemaster/run", **answer)
        with nullcontext() if error is None else pytest.raises(error):
            await run(http, store, write)


@pytest.mark.parametrize("answer", [{}, {"token": None}, {"token": ""}, []])
async def test_a_login_without_a_token_is_no_login(store: MemoryStore, answer: Any) -> None:
    store.shared["firmware"] = {"version": "21.44"}
    with MockHttp() as http:
        http.post(f"{URL}/login/Basic", payload=answer)
        with pytest.raises(BadAnswer):
            await run(http, store, read_charge)
    assert "token" not in store.session


@pytest.mark.parametrize(
    ("typed", "host", "port"),
    [
        ("192.168.1.20", "192.168.1.20", 443),
        (" Powerwall.lan ", "powerwall.lan", 443),
        ("powerwall.lan:8443", "powerwall.lan", 8443),
        ("https://192.168.1.20/", "192.168.1.20", 443),
        ("https://home.example:444/summary", "home.example", 444),
        ("fe80::1", "fe80::1", 443),
        ("[fe80::1]:8443", "fe80::1", 8443),
    ],
)
def test_address_as_people_type_it(typed: str, host: str, port: int) -> None:
    assert split_host(typed) == (host, port)


async def test_address_with_a_port(store: MemoryStore) -> None:
    store.shared["firmware"], store.session["token"] = {"version": "21.44"}, TOKEN
    with MockHttp() as http:
        http.get("https://gate.example:8443/api/system_status/soe", payload={"percentage": 69.5})
        await run(http, store, read_charge, host="gate.example:8443")
