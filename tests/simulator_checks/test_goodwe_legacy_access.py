"""Who may come in on GoodWe's legacy app API, and how calls may look (goodwe.md §1, §3, §10.1–4, §10.6)."""

from base64 import b64encode
from collections.abc import AsyncIterator
import json
from typing import Any

import pytest

from tests.simulators.clock import SimClock

from .goodwe_host import DETAIL, LOGIN, MONITOR, NOBODY, POINTS, App, app

pytestmark = pytest.mark.usefixtures("socket_enabled")

WRONG = {"account": "owner@example.com", "pwd": "wrong"}


@pytest.fixture
async def client(clock: SimClock) -> AsyncIterator[App]:
    """Return an app that is signed in."""
    async with app(clock) as client:
        yield client


def in_base64(text: str) -> str:
    """Return a header in base64."""
    return b64encode(text.encode()).decode()


# --- sign-in ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["v1/Common/CrossLogin", LOGIN, "Common/CrossLogin", "v2/common/crosslogin"])
@pytest.mark.parametrize("kind", ["json", "data"])
async def test_login(client: App, path: str, kind: str) -> None:
    """§3.2: any version, JSON or form, a number as code, the base with one slash at its end."""
    account = client.simulator.world.account
    body: dict[str, Any] = {kind: {"account": account.email, "pwd": account.password}}
    answer = await client.send(path, token=NOBODY, **body)
    assert answer["code"] == 0
    assert isinstance(answer["code"], int)
    assert answer["msg"] == "Successful"
    assert answer["api"] == f"{client.simulator.url}/api/"
    data = answer["data"]
    assert (data["uid"], data["client"], data["version"]) == (account.uid, "ios", "v2.1.0")
    assert len(data["token"]) == 32
    assert data["timestamp"] == round(client.simulator.clock.now().timestamp() * 1000)


async def test_wrong_password(client: App) -> None:
    answer = await client.send(LOGIN, json=WRONG, token=NOBODY)
    assert (answer["code"], answer["data"], answer["hasError"]) == (100005, None, False)
    assert await client.code() == "0", "the token of before stays"


async def test_terms_to_accept(client: App) -> None:
    """§3.2: success without a token."""
    client.simulator.stage.set_terms(accepted=False)
    answer = await client.sign_in()
    assert (answer["code"], answer["data"]) == (0, {"agreement_agreement": 0})


async def test_refused_for_other_reasons(client: App) -> None:
    client.simulator.stage.refuse_sign_in("legacy", "C0602")
    assert (await client.sign_in())["code"] == "C0602"
    client.simulator.stage.refuse_sign_in("legacy")
    assert (await client.sign_in())["code"] == 0


async def test_told_base(client: App) -> None:
    """§10.3: a foreign base, none at all, another region's."""
    stage, own = client.simulator.stage, client.base
    stage.tell_base("https://evil.example.net/api/")
    assert (await client.sign_in())["api"] == "https://evil.example.net/api/"
    client.base = own
    stage.tell_base("")
    assert "api" not in await client.sign_in()
    stage.tell_base()
    assert (await client.sign_in())["api"] == f"{client.simulator.url}/api/"


async def test_region_moves(client: App) -> None:
    """§10.3: the old host knows no token of the account any more, a good one neither."""
    client.simulator.stage.move_region("au")
    assert await client.code() == "100001"
    old = client.base
    assert (await client.sign_in())["api"] == f"{client.simulator.url}/au/api/"
    assert await client.code() == "0"
    assert await client.code(old + DETAIL) == "100001"


# --- tokens ----------------------------------------------------------------------------------------------------------


async def test_one_live_token(client: App) -> None:
    """§10.4: whoever signs in displaces the others, on the other ways too."""
    mine = client.token
    for way in ("legacy", "semsplus", "portal"):
        client.simulator.stage.other_client_signs_in(way)
        assert await client.code() == "100002"
        await client.sign_in()
        assert await client.code() == "0"
    assert await client.code(DETAIL, token=mine, data={"powerStationId": client.plant.id}) == "100002"


async def test_token_ends(client: App) -> None:
    client.simulator.clock.advance(4 * 3_600 - 1)
    assert await client.code() == "0"
    client.simulator.clock.advance(1)
    assert await client.code() == "100002"
    client.simulator.stage.set_token_life(60)
    await client.sign_in()
    client.simulator.clock.advance(61)
    assert await client.code() == "100002"


async def test_forms_of_the_token(client: App) -> None:
    """§3.1: JSON or base64 of it, with spaces, with more members, in single quotes."""
    data = json.loads(client.token)
    body = {"powerStationId": client.plant.id}
    compact = json.dumps(data, separators=(",", ":"))
    for form in (compact, in_base64(compact), str(data), in_base64(str(data)), json.dumps(data | {"api": "x"})):
        assert await client.code(DETAIL, token=form, data=body) == "0", form
    padded = next(text for text in (in_base64(compact + " " * number) for number in range(3)) if text.endswith("="))
    assert await client.code(DETAIL, token=padded, data=body) == "0"
    for form in ("", "nonsense", in_base64("nonsense"), padded.rstrip("="), '{"client":"ios"}', "[1]"):
        assert await client.code(DETAIL, token=form, data=body) == "100000", form
    for form in (NOBODY, json.dumps(data | {"token": "0" * 32}), json.dumps(data | {"uid": "somebody"})):
        assert await client.code(DETAIL, token=form, data=body) == "100001", form


async def test_browser_has_no_header(client: App) -> None:
    async with client.session.get(client.base + DETAIL) as response:
        assert (await response.json())["code"] == "100000"


# --- envelope and arguments ------------------------------------------------------------------------------------------


async def test_envelope_of_data(client: App) -> None:
    answer = await client.send(MONITOR, data={"powerStationId": client.plant.id})
    assert (answer["code"], answer["hasError"]) == ("0", False)
    assert json.loads(answer["components"]["para"]) == {"model": {"powerstationid": client.plant.id}}
    assert "INVERTER_A" in answer["function"]
    client.simulator.stage.set_switches(int_codes=True)
    assert (await client.send(MONITOR, data={"powerStationId": client.plant.id}))["code"] == 0
    assert (await client.send(MONITOR, token=NOBODY, data={}))["code"] == 100001


async def test_messages_are_texts_and_sometimes_chinese(client: App) -> None:
    messages = {
        (await client.send(path, data={"powerStationId": client.plant.id}))["msg"] for path in (MONITOR, POINTS, DETAIL)
    }
    assert messages <= {"success", "Success", "操作成功"}
    assert len(messages) > 1


@pytest.mark.parametrize("path", ["v1/PowerStation/GetInverterAllPoint", "powerstation/getinverterallpoint", POINTS])
@pytest.mark.parametrize("name", ["powerStationId", "PowerStationId", "POWERSTATIONID"])
async def test_names_are_not_case_sensitive(client: App, path: str, name: str) -> None:
    bodies: list[dict[str, Any]] = [{kind: {name: client.plant.id}} for kind in ("json", "data")]
    for body in bodies:
        answer = await client.send(path, **body)
        assert answer["data"]["inverterPoints"][0]["sn"] == client.inverter.serial


async def test_unknown_paths_and_methods(client: App) -> None:
    await client.send("v3/PowerStation/Nonsense", status=404, data={})
    async with client.session.get(client.simulator.url + "/") as response:
        assert (response.status, response.content_type) == (200, "text/html")


async def test_one_client_reads_texts(client: App) -> None:
    """§10.18: it signs in after the number 100001 only, then reads texts with units and raw numbers beside them."""
    body = {"powerStationId": client.plant.id}
    assert (
        int((await client.send("v2/PowerStation/GetMonitorDetailByPowerstationId", token=NOBODY, data=body))["code"])
        == 100001
    )
    entry = (await client.data(MONITOR))["inverter"][0]
    volts = client.inverter.phases(client.inverter.uploads[-1])[0].volts
    assert entry["output_voltage"] == f"{volts:g}V"
    assert [entry["d"][f"vpv{number}"] for number in range(1, 5)] == [338.0, 351.5, 281.2, 0.0]


async def test_one_client_is_careless(client: App) -> None:
    """§10.18: a header of single quotes in base64, no body, the plant's name in capitals."""
    account = client.simulator.world.account
    nobody = in_base64(str({"version": "", "client": "ios", "language": "en"}))
    answer = await client.send(
        "v1/Common/CrossLogin", token=nobody, json={"account": account.email, "pwd": account.password}
    )
    token = in_base64(str(answer["data"]))
    plant = (await client.send("PowerStation/GetPowerStationIdByOwner", token=token))["data"]
    assert plant == client.plant.id
    points = (await client.send("PowerStation/GetInverterAllPoint", token=token, json={"PowerStationId": plant}))[
        "data"
    ]
    keys = {row["key"] for row in points["inverterPoints"][0]["dict"]["left"]}
    assert {"innerTemp", "dmDeviceType"} <= keys


# --- what is over ----------------------------------------------------------------------------------------------------


async def test_cut_off(client: App) -> None:
    """§0, §10.7: the big call tells nothing, or is not there; the others go on."""
    body = {"powerStationId": client.plant.id}
    client.simulator.stage.set_switches(monitor="empty")
    answer = await client.send(MONITOR, data=body)
    assert (answer["code"], answer["data"], answer["hasError"]) == ("0", {}, False)
    assert (await client.data(DETAIL))["kpi"]["total_power"] > 0
    client.simulator.stage.set_switches(monitor="missing")
    await client.send(MONITOR, status=404, data=body)
    client.simulator.stage.set_switches(monitor="full", legacy="empty")
    assert await client.data(DETAIL) == {}
    client.simulator.stage.set_switches(legacy="missing")
    await client.send(DETAIL, status=404, data=body)
    assert (await client.sign_in())["code"] == 0


# --- limits ----------------------------------------------------------------------------------------------------------


async def test_ordered_limit(client: App) -> None:
    """§1.2: in the body of HTTP 200, or as HTTP 429 with Retry-After."""
    client.simulator.stage.rate_limit(300)
    assert await client.code() == "GY0429"
    assert (await client.sign_in())["code"] == "GY0429"
    client.simulator.clock.advance(300)
    assert await client.code() == "0"
    client.simulator.stage.rate_limit(20, "status")
    async with client.session.post(client.base + DETAIL, headers={"Token": client.token}) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "20")


async def calls(client: App, count: int, seconds: float) -> dict[str, int]:
    """Ask so often with so much time in between; return how often which answer came."""
    found: dict[str, int] = {}
    for _ in range(count):
        client.simulator.clock.advance(seconds)
        async with client.session.post(
            client.base + DETAIL, headers={"Token": client.token}, data={"powerStationId": client.plant.id}
        ) as response:
            code = str((await response.json())["code"]) if response.status == 200 else str(response.status)
            found[code] = found.get(code, 0) + 1
    return found


@pytest.mark.parametrize(
    ("count", "seconds", "expected"),
    [(70, 0.1, {"0": 70}), (70, 0.85, {"0": 70}), (30, 0.0, {"0", "429"}), (200, 0.2, {"0", "GY0429"})],
)
async def test_counted_limit(clock: SimClock, count: int, seconds: float, expected: dict[str, int] | set[str]) -> None:
    """§10.6: 70 calls a minute spaced by 100 ms are fine, all at once are not."""
    async with app(clock, limits=True) as client:
        found = await calls(client, count, seconds)
        assert found == expected if isinstance(expected, dict) else set(found) == expected


async def test_logins_are_counted(clock: SimClock) -> None:
    async with app(clock, limits=True) as client:
        codes = []
        for _ in range(40):
            clock.advance(60)
            codes.append((await client.sign_in())["code"])
        assert codes[0] == 0
        assert "GY0429" in codes
