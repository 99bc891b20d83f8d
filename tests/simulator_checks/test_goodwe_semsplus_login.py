"""SEMS+ of the GoodWe simulator: the login byte by byte, signatures, tokens, regions, limits (goodwe.md §5.1, §10)."""

from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime
import json
from typing import Any

import pytest

from tests.simulators.clock import SimClock

from .semsplus_host import (
    BROWSER,
    FLOW,
    LOGIN,
    NOBODY,
    SemsPlus,
    hidden,
    needs_recordings,
    recording,
    semsplus,
    signature,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

# The specification's own vectors (§5.1).
LOGIN_MS = 1_790_000_000_000
LOGIN_SIGNATURE = (
    "ZmU5YjIxMzczZmM0MGI2ZDAzZTJlNTgxZjA4MDc3OTBiM2VkZGU4YThkZDYwZGIyNGE5ZWU0OTYxOTgxODM5Y0AxNzkwMDAwMDAwMDAw"
)
LOGIN_TOKEN = '{"uid":"","timestamp":0,"token":"","client":"semsPlusWeb","version":"","language":"en"}'
LOGIN_BODY = (
    '{"account":"owner@example.com","pwd":"OGY1MWZmZTE0N2NkMGQ1YjJjZDMwM2M3ZTUwYzJiZWU=",'
    '"agreement":1,"isChinese":false,"isLocal":false}'
)
DATA_SIGNATURE = (
    "Mzc3OGM2YTY0YTc5ODg0NWRjYzZlNzQ3Mjc1NzAxY2MyNjhlY2I5YjAyOTFiZTljMTc0ZTc3ZjE4MGEwNDZiNEAxNzkwMDAwMDAxMjM0"
)
DATA_TOKEN = (
    '{"uid":"6f0c2b1e-4d3a-4c59-9b6f-0a1b2c3d4e5f","timestamp":"1790000000500",'
    '"token":"0123456789abcdef0123456789abcdef","client":"semsPlusWeb","version":"","language":"en",'
    '"api":"https://eu-gateway.semsportal.com/web/sems","region":"eu","uuid":"9d2f7a30-1111-4222-8333-444455556666"}'
)


def clock_at(ms: int) -> SimClock:
    """Return a clock that stands at a moment of the vectors."""
    return SimClock(lambda: datetime.fromtimestamp(ms / 1000, UTC))


def login_headers(**changes: str | None) -> dict[str, str]:
    """Return the vector's headers, some changed or left away."""
    headers = {
        "User-Agent": BROWSER,
        "Content-Type": "application/json",
        "Accept": "application/json, text/plain, */*",
        "Origin": "https://semsplus.goodwe.com",
        "Referer": "https://semsplus.goodwe.com/",
        "Token": LOGIN_TOKEN,
        "X-Signature": LOGIN_SIGNATURE,
    }
    return {name: text for name, text in {**headers, **changes}.items() if text is not None}


async def raw_login(client: SemsPlus, headers: dict[str, str], body: str = LOGIN_BODY) -> Any:
    """Send a login as bytes."""
    url = f"{client.simulator.url}/web/sems{LOGIN}"
    skip = [] if "User-Agent" in headers else ["User-Agent"]
    async with client.session.post(url, data=body.encode(), headers=headers, skip_auto_headers=skip) as response:
        assert response.status == 200
        return await response.json()


# --- the login -------------------------------------------------------------------------------------------------------


async def test_the_vectors_login_is_accepted() -> None:
    async with semsplus(clock_at(LOGIN_MS), signed_in=False) as client:
        answer = await raw_login(client, login_headers())
        data = answer["data"]
        assert answer["code"] == "00000"
        assert data["uid"] == client.simulator.world.account.uid
        assert data["api"] == f"{client.simulator.url}/web/sems"
        assert (data["region"], data["client"], data["timestamp"]) == ("eu", "semsPlusWeb", str(LOGIN_MS))
        assert len(data["token"]) == 32


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("User-Agent", None),
        ("User-Agent", "Home Assistant"),
        ("User-Agent", "PVMaster/2.9.5 (iPhone; iOS 11.4.1; Scale/2.00)"),
        ("User-Agent", "okhttp/4.9.3"),
        ("Token", None),
        ("Token", "not json"),
        ("X-Signature", None),
        ("X-Signature", LOGIN_SIGNATURE[:-4]),
        ("X-Signature", DATA_SIGNATURE),
        ("X-Signature", signature(LOGIN_MS - 300_001, "", "")),
        ("X-Signature", signature(LOGIN_MS + 300_001, "", "")),
        ("X-Signature", signature(LOGIN_MS, "someone", "")),
        ("X-Signature", b64encode(f"{'0' * 64}@{LOGIN_MS}".encode()).decode()),
        ("X-Signature", f"{'0' * 64}@{LOGIN_MS}"),
    ],
)
async def test_each_deviation_of_a_header_is_a_parameter_error(name: str, text: str | None) -> None:
    async with semsplus(clock_at(LOGIN_MS), signed_in=False) as client:
        answer = await raw_login(client, login_headers(**{name: text}))
        assert answer["code"] == "100004"
        assert not {"data", "msg"} & set(answer)
        assert client.simulator.world.sessions.logins == 0


async def test_a_login_shows_nobodys_token() -> None:
    async with semsplus(clock_at(LOGIN_MS), signed_in=False) as client:
        for shown in ({**NOBODY, "uid": "u"}, {**NOBODY, "token": "t"}, {**NOBODY, "client": "ios"}):
            signed = signature(LOGIN_MS, str(shown["uid"]), str(shown["token"]))
            headers = login_headers(**{"Token": json.dumps(shown), "X-Signature": signed})
            assert (await raw_login(client, headers))["code"] == "100004"


@pytest.mark.parametrize("offset", [-300_000, 300_000])
async def test_five_minutes_of_skew_pass(offset: int) -> None:
    async with semsplus(clock_at(LOGIN_MS), signed_in=False) as client:
        answer = await raw_login(client, login_headers(**{"X-Signature": signature(LOGIN_MS + offset, "", "")}))
        assert answer["data"]["token"]


@pytest.mark.parametrize("agent", ["Mozilla/5.0 (sems_plus)", BROWSER])
async def test_any_browsers_name_will_do(agent: str) -> None:
    async with semsplus(clock_at(LOGIN_MS), signed_in=False) as client:
        assert (await raw_login(client, login_headers(**{"User-Agent": agent})))["code"] == "00000"


@pytest.mark.parametrize("body", ["", "[]", "{", '{"account":"owner@example.com"}', '{"pwd":"x","agreement":1}'])
async def test_a_login_without_its_fields_is_a_parameter_error(body: str) -> None:
    async with semsplus(clock_at(LOGIN_MS), signed_in=False) as client:
        assert (await raw_login(client, login_headers(), body))["code"] == "100004"


@pytest.mark.parametrize(
    "password",
    [
        "Correct-Horse-7!",
        "8f51ffe147cd0d5b2cd303c7e50c2bee",
        b64encode(bytes.fromhex("8f51ffe147cd0d5b2cd303c7e50c2bee")).decode(),
        b64encode(b"8F51FFE147CD0D5B2CD303C7E50C2BEE").decode(),
        hidden("correct-horse-7!"),
    ],
)
async def test_only_the_base64_of_the_lower_case_hex_text_opens(clock: SimClock, password: str) -> None:
    async with semsplus(clock, signed_in=False) as client:
        assert (await client.login(pwd=password))["code"] == "100005"
        assert (await client.login(account="somebody@example.com"))["code"] == "100005"
        assert client.simulator.world.sessions.logins == 0


@pytest.mark.parametrize("missing", ["agreement", "isChinese", "isLocal"])
async def test_without_the_flags_success_has_no_token(clock: SimClock, missing: str) -> None:
    async with semsplus(clock, signed_in=False) as client:
        answer = await client.login(**{missing: None})
        assert answer["code"] == "00000"
        assert answer["data"] == {"agreement": True, "api": client.base}
        assert client.simulator.world.sessions.logins == 0


async def test_terms_that_wait_to_be_accepted(clock: SimClock) -> None:
    async with semsplus(clock, signed_in=False) as client:
        client.simulator.stage.set_terms(accepted=False)
        assert "token" not in (await client.login())["data"]
        client.simulator.stage.set_terms(accepted=True)
        assert (await client.login())["data"]["token"]


async def test_chinese_accounts_need_their_flags(clock: SimClock) -> None:
    async with semsplus(clock, signed_in=False, region="cn") as client:
        assert (await client.login())["code"] == "C0602"
        assert (await client.login(isChinese=True, isLocal=True))["data"]["region"] == "cn"


async def test_a_login_may_be_refused_for_other_reasons_than_the_password(clock: SimClock) -> None:
    async with semsplus(clock, signed_in=False) as client:
        client.simulator.stage.refuse_sign_in("semsplus", "C0602")
        answer = await client.login()
        assert answer["code"] == "C0602"
        assert answer["translationCode"] == "account_login_abnormal"


@needs_recordings
@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("semsplus_cross_login_ok", {}),
        ("semsplus_cross_login_problems/agreement_missing_no_token", {"agreement": None}),
    ],
)
async def test_logins_look_like_the_recorded_ones(clock: SimClock, name: str, changes: dict[str, Any]) -> None:
    file, _, part = name.partition("/")
    recorded = recording(file)[part] if part else recording(file)
    async with semsplus(clock, signed_in=False) as client:
        answer = await client.login(**changes)
        assert set(answer) == set(recorded)
        assert set(answer["data"]) == set(recorded["data"])
        types = {key: type(value) for key, value in answer["data"].items()}
        assert types == {key: type(value) for key, value in recorded["data"].items()}


# --- calls with a token ----------------------------------------------------------------------------------------------


async def test_the_vectors_data_call_is_accepted() -> None:
    async with semsplus(clock_at(1_790_000_001_234)) as client:
        session = client.simulator.world.sessions.issued[-1]
        session.uid, session.token = "6f0c2b1e-4d3a-4c59-9b6f-0a1b2c3d4e5f", "0123456789abcdef0123456789abcdef"
        headers = {"token": DATA_TOKEN, "X-Signature": DATA_SIGNATURE, "User-Agent": "Home Assistant"}
        status, answer = await client.send("GET", "/sems-user/api/v1/user/get-user", headers=headers)
        assert (status, answer["code"]) == (200, "00000")
        headers["X-Signature"] = LOGIN_SIGNATURE
        assert (await client.send("GET", "/sems-user/api/v1/user/get-user", headers=headers))[1]["code"] == "C0601"


async def test_the_server_looks_at_uid_token_and_client_alone(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        told = client.shown
        client.shown = {name: told[name] for name in ("uid", "token", "client")} | {"region": "somewhere", "more": 1}
        assert await client.flow()
        for name, wrong, code in (
            ("uid", "somebody", "C0602"),
            ("token", "0" * 32, "C0602"),
            ("client", "ios", "C0602"),
            ("client", "", "C0602"),
            ("token", "", "100001"),
        ):
            client.shown = {**told, name: wrong}
            assert await client.code("GET", FLOW, stationId=client.plant.id) == code, name


@pytest.mark.parametrize("wrong", ["", "AAAA", "é", urlsafe_b64encode(b"\xff\xfe" * 20).decode()])
async def test_no_call_without_a_signature(clock: SimClock, wrong: str) -> None:
    async with semsplus(clock) as client:
        for path in (FLOW, "/sems-user/api/v1/user/get-user"):
            headers = client.headers(client.shown) | {"X-Signature": wrong}
            _, answer = await client.send("GET", path, headers=headers, stationId=client.plant.id)
            assert answer["code"] == "C0601"


async def test_a_signature_grows_old(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        headers = client.headers(client.shown)
        clock.advance(300)
        assert (await client.send("GET", FLOW, headers=headers, stationId=client.plant.id))[1]["code"] == "00000"
        clock.advance(1)
        assert (await client.send("GET", FLOW, headers=headers, stationId=client.plant.id))[1]["code"] == "C0601"


async def test_without_a_token_header(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        headers = client.headers(NOBODY)
        del headers["token"]
        _, answer = await client.send("GET", FLOW, headers=headers, stationId=client.plant.id)
        assert answer["code"] == "100001"
        assert set(answer) == {"code", "description", "errorMsg", "translationCode", "traceId"}


async def test_one_live_token_over_all_ways(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        first = client.shown
        await client.login()
        assert await client.flow()
        second, client.shown = client.shown, first
        assert await client.code("GET", FLOW, stationId=client.plant.id) == "C0602"
        client.shown = second
        client.simulator.stage.other_client_signs_in("legacy")
        assert await client.code("GET", FLOW, stationId=client.plant.id) == "C0602"
        client.simulator.semsplus.set_door(displaced_code="100002")
        assert await client.code("GET", FLOW, stationId=client.plant.id) == "100002"


async def test_a_token_expires(clock: SimClock) -> None:
    async with semsplus(clock, lasting=False) as client:
        clock.advance(4 * 3600 - 1)
        assert await client.flow()
        clock.advance(1)
        assert await client.code("GET", FLOW, stationId=client.plant.id) == "100002"
        await client.login()
        assert await client.flow()


# --- regions, limits, what is not there ------------------------------------------------------------------------------


async def test_a_good_token_at_the_wrong_gateway(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        old = client.base
        client.base = f"{client.simulator.url}/au/web/sems"
        assert await client.code("GET", FLOW, stationId=client.plant.id) == "C0602"
        client.simulator.stage.move_region("au")
        client.base = old
        assert await client.code("GET", FLOW, stationId=client.plant.id) == "C0602"
        answer = await client.login()
        assert answer["data"]["api"] == f"{client.simulator.url}/au/web/sems"
        assert await client.flow()


async def test_a_regional_login_host_knows_its_own_accounts(clock: SimClock) -> None:
    async with semsplus(clock, signed_in=False) as client:
        assert (await client.login(base=f"{client.simulator.url}/hk/web/sems"))["code"] == "C0602"
        assert (await client.login(base=f"{client.simulator.url}/eu/web/sems"))["code"] == "00000"


async def test_another_base_or_none_may_be_told(clock: SimClock) -> None:
    async with semsplus(clock, signed_in=False) as client:
        foreign = "https://sems.example.org/web/sems"
        client.simulator.stage.tell_base(foreign)
        assert (await client.login())["data"]["api"] == foreign
        client.simulator.stage.tell_base("")
        assert "api" not in (await client.login())["data"]


async def test_the_limit_answers_in_the_body_or_by_status(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        client.simulator.stage.rate_limit(300)
        assert await client.code("GET", FLOW, stationId=client.plant.id) == "GY0429"
        assert (await client.login())["code"] == "GY0429"
        clock.advance(300)
        assert await client.flow()
        client.simulator.stage.rate_limit(40, "status")
        async with client.session.get(f"{client.base}{FLOW}", headers=client.headers(client.shown)) as response:
            assert (response.status, response.headers["Retry-After"]) == (429, "40")


async def test_too_many_calls_and_logins_trip_the_limiter(clock: SimClock) -> None:
    async with semsplus(clock, limits=True) as client:
        codes = []
        for _ in range(80):
            clock.advance(0.1)
            codes.append(await client.code("GET", FLOW, stationId=client.plant.id))
        assert set(codes) == {"00000"}, "seventy calls a minute, 0.1 s apart, were never refused"
        clock.advance(60)
        statuses = {(await client.send("GET", FLOW, stationId=client.plant.id))[0] for _ in range(20)}
        assert statuses == {200, 429}


@pytest.mark.parametrize(
    "path",
    [
        "/PowerStation/SaveRemoteControlInverter",
        "/v3/PowerStation/GetMonitorDetailByPowerstationId",
        "/v2/Common/CrossLogin",
        "/sems-plant/api/stations/nothing",
        "/",
    ],
)
async def test_classic_and_unknown_paths_are_not_there(clock: SimClock, path: str) -> None:
    async with semsplus(clock) as client:
        assert (await client.send("POST", path, {}))[0] == 404


async def test_the_methods_matter(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        assert (await client.send("POST", FLOW, {}, stationId=client.plant.id))[0] == 404


async def test_the_way_can_be_cut_off(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        client.simulator.stage.set_switches(semsplus="empty")
        assert await client.flow() == {}
        client.simulator.stage.set_switches(semsplus="missing")
        assert (await client.send("GET", FLOW, stationId=client.plant.id))[0] == 404
        assert (await client.login())["code"] == "00000"
        client.simulator.stage.set_switches(semsplus="full")
        assert (await client.flow())["id"] == client.plant.id


async def test_front_page_and_default_service(clock: SimClock) -> None:
    async with semsplus(clock, signed_in=False) as client:
        async with client.session.get(f"{client.simulator.url}/") as response:
            assert response.status == 200
        assert await client.get("/sems-user/api/v1/auth/default-service") == "eu"


async def test_actions_of_the_control_port(clock: SimClock) -> None:
    async with semsplus(clock) as client:
        actions = client.simulator.actions
        assert actions["set_semsplus"](no_devices=True)["no_devices"] is True
        assert client.simulator.semsplus.oddities.no_devices
        json.dumps(actions["set_door"](empty_client=True))
        assert (await client.login())["data"]["client"] == ""
        with pytest.raises(ValueError, match="no such code"):
            actions["set_door"](displaced_code="1")
