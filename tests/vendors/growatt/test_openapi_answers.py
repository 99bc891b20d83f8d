"""What the token API's answers mean: codes, shapes and the firewall (growatt.md B.1, B.2, B.6.5, B.6.6)."""

from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    BadAnswer,
    Blocked,
    HubError,
    NotSupported,
    TooSoon,
    Unreachable,
    WriteRefused,
)
from custom_components.solar_battery_hub.vendors.growatt.model import Family
from custom_components.solar_battery_hub.vendors.growatt.openapi import AskedTooOften, NoRight, WrongRegion
from tests.mock_http import MockHttp
from tests.vendors.growatt.openapi_desk import TOKEN, V1, device, failed, ok, open_desk

MIN = device(Family.MIN)
PLANTS = f"{V1}/plant/list?page=1&perpage=100"
LIVE = f"{V1}/device/tlx/tlx_last_data"
READ, WRITE = f"{V1}/readMinParam", f"{V1}/tlxSet"


async def live(**answer: Any) -> Any:
    """Return what comes of one live call with this answer."""
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LIVE, **answer)
            return await desk.open().live(MIN)


async def error_of_live(**answer: Any) -> HubError:
    with pytest.raises(HubError) as caught:
        await live(**answer)
    assert TOKEN not in repr(caught.value)
    return caught.value


async def error_of(url: str, code: object, said: str = "") -> HubError:
    """Return the error of a write or live read that is answered with a code."""
    async with open_desk() as desk:
        api = desk.open()
        asked = api.write(MIN, "charge_power", ["80"]) if url == WRITE else api.live_read(MIN, "charge_power")
        with MockHttp() as http:
            http.post(url, payload=failed(code, said))
            with pytest.raises(HubError) as caught:
                await asked
    assert len(http.sent) == 1
    return caught.value


@pytest.mark.parametrize("code", [0, "0"])
async def test_the_code_may_be_a_text(code: object) -> None:
    assert await live(payload={"data": {"ppv": 1}, "error_code": code}) == {"ppv": 1}


async def test_the_content_type_does_not_matter() -> None:
    assert await live(body=b'{"data":{"ppv":1},"error_code":0}', content_type="text/html") == {"ppv": 1}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (-1, WrongRegion),
        (10011, NoRight),
        (10012, AskedTooOften),
        (10001, BadAnswer),
        (10002, NotSupported),
        ("10012", AskedTooOften),
    ],
)
async def test_codes_of_reads(code: object, kind: type[HubError]) -> None:
    assert type(await error_of_live(payload=failed(code))) is kind


async def test_asked_too_often_waits_out_the_window() -> None:
    error = await error_of_live(payload=failed(10012, "error_frequently_access"))
    assert isinstance(error, TooSoon)
    assert error.retry_after == 303


async def test_wrong_region_is_told_apart() -> None:
    error = await error_of_live(payload=failed(-1, "please use the new domain name"))
    assert isinstance(error, AuthFailed)
    assert error.key == "wrong_region"


async def test_a_refused_token_shows_at_the_list_of_plants() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.get(PLANTS, payload=failed(10011, "error_permission_denied"))
            with pytest.raises(AuthFailed) as caught:
                await desk.open().plants()
    assert caught.value.key == "invalid_auth"


@pytest.mark.parametrize("answer", [{"data": {}}, {"error_code": None}, {"error_code": "x"}])
async def test_without_a_code_it_is_no_answer(answer: Any) -> None:
    assert type(await error_of_live(payload=answer)) is BadAnswer


@pytest.mark.parametrize("data", ["", None, [], "null"])
async def test_no_data_is_no_answer(data: Any) -> None:
    assert type(await error_of_live(payload=ok(data))) is BadAnswer


@pytest.mark.parametrize("body", [b"<html>gone</html>", b'{"data":{', b"[]", b""])
async def test_no_object_is_no_answer(body: bytes) -> None:
    assert isinstance(await error_of_live(body=body), BadAnswer)


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_busy(status: int) -> None:
    assert type(await error_of_live(status=status, body=b"<html>")) is Unreachable


async def test_the_firewall_silences_everything() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LIVE, status=405, body=b"<html>blocked</html>")
            http.get(PLANTS, payload=ok({"plants": []}))
            with pytest.raises(Blocked):
                await desk.open().live(MIN)
            with pytest.raises(Blocked):
                await desk.open().plants()
            assert len(http.sent) == 1
            desk.clock.pass_time(hours=6, seconds=1)
            assert await desk.open().plants() == []


async def test_while_nothing_may_be_sent_nothing_is_counted() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LIVE, status=405)
            with pytest.raises(Blocked):
                await desk.open().live(MIN)
            with pytest.raises(Blocked):
                await desk.open().live(device(Family.MIN, "SN2"))
    assert list(desk.store.session["calls_made"]["last"]) == ["device/tlx/tlx_last_data SN1"]


# Writes: 10012 has another meaning, and some leave open whether the change was made (B.2, B.6.6)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (10003, "device_offline"),
        (10005, "logger_offline"),
        (10006, "parameter_unknown"),
        (10007, "value_missing"),
        (10008, "value_outside_range"),
        (10009, "wrong_date"),
        (10011, "no_permission"),
        (10012, "device_unknown"),
        (10013, "end_before_start"),
    ],
)
async def test_refused_writes(code: int, reason: str) -> None:
    error = await error_of(WRITE, code)
    assert isinstance(error, WriteRefused)
    assert error.reason == reason


@pytest.mark.parametrize("code", [10001, 10002])
async def test_a_system_error_leaves_it_open(code: int) -> None:
    assert type(await error_of(WRITE, code)) is BadAnswer


async def test_writes_may_be_too_frequent_too() -> None:
    assert type(await error_of(WRITE, 10012, "error_frequently_access")) is TooSoon


async def test_a_write_in_another_region() -> None:
    assert type(await error_of(WRITE, -1)) is WrongRegion


# Live reads (B.6.5)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (10001, Unreachable),
        (10002, NotSupported),
        (10003, Unreachable),
        (10005, Unreachable),
        (10006, NotSupported),
        (10007, NotSupported),
        (10008, Unreachable),
        (10009, NotSupported),
        (10011, NoRight),
        (10012, AskedTooOften),
        (-1, WrongRegion),
    ],
)
async def test_codes_of_live_reads(code: int, kind: type[HubError]) -> None:
    assert type(await error_of(READ, code)) is kind


@pytest.mark.parametrize("data", ["", None, {}])
async def test_a_live_read_without_a_value(data: Any) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(READ, payload=ok(data))
            with pytest.raises(BadAnswer):
                await desk.open().live_read(MIN, "charge_power")


async def test_a_live_read_without_end() -> None:
    """Parameters are read as often as a change needs it: they have no five minutes (B.3)."""
    async with open_desk() as desk:
        api = desk.open()
        with MockHttp() as http:
            http.post(READ, payload=ok("95"), repeat=True)
            assert [await api.live_read(MIN, "charge_power") for _ in range(3)] == ["95", "95", "95"]
