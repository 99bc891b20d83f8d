"""What codes and HTTP statuses stand for (anker.md §3.6, §4)."""

import json
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import (
    BadAnswer,
    HubError,
    NotSupported,
    Unreachable,
    WriteRefused,
)
from custom_components.solar_battery_hub.vendors.anker.codes import (
    Busy,
    Refused,
    Throttled,
    TokenRefused,
    code_of,
    data_of,
    lock_seconds,
    whole_of,
)
from custom_components.solar_battery_hub.vendors.http import Answer

PLACE = "power_service/v1/site/get_scen_info"
HOUR = 3600.0


def answer(body: Any, status: int = 200) -> Answer:
    """Return an answer with this body, JSON unless it is bytes."""
    return Answer(status=status, headers={}, body=body if isinstance(body, bytes) else json.dumps(body).encode())


def coded(code: object, status: int = 200) -> Answer:
    """Return a refusal as the cloud words it."""
    return answer({"code": code, "msg": "Failed to request.", "trace_id": "0" * 32}, status)


@pytest.mark.parametrize("status", [200, 429, 502])
def test_a_body_that_says_success_is_one(status: int) -> None:
    assert data_of(answer({"code": 0, "msg": "success!", "data": {"a": 1}}, status), PLACE) == {"a": 1}


@pytest.mark.parametrize("body", [{"code": 0}, {"code": 0, "data": None}, {"code": "0", "data": None}])
def test_success_may_tell_nothing(body: Any) -> None:
    assert data_of(answer(body), PLACE) is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (-1, Refused),
        (10000, Refused),
        (10003, Refused),
        (10004, Refused),
        (10007, Refused),
        (160003, Refused),
        (200104, Refused),
        (401, TokenRefused),
        (403, TokenRefused),
        (26084, TokenRefused),
        (429, Throttled),
        (997, Unreachable),
        (998, Unreachable),
        (999, Unreachable),
        (502, Unreachable),
        (21105, Busy),
        (26161, BadAnswer),
        (4711, BadAnswer),
        (-7, BadAnswer),
    ],
)
@pytest.mark.parametrize("status", [200, 401, 500])
def test_the_code_of_a_body_wins_over_the_status(code: int, expected: type[HubError], status: int) -> None:
    with pytest.raises(HubError) as caught:
        data_of(coded(code, status), PLACE)
    assert type(caught.value) is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, BadAnswer),
        (401, TokenRefused),
        (403, TokenRefused),
        (404, Refused),
        (429, Throttled),
        (500, Unreachable),
        (502, Unreachable),
        (503, Unreachable),
        (504, Unreachable),
        (522, Unreachable),
        (302, BadAnswer),
        (200, BadAnswer),
    ],
)
@pytest.mark.parametrize(
    "body", [b"", b"<html>no</html>", b'{"error_msg":"Request too soon."}', b"[1]", b'{"code":"x"}']
)
def test_without_a_code_the_status_counts(body: bytes, status: int, expected: type[HubError]) -> None:
    with pytest.raises(HubError) as caught:
        data_of(answer(body, status), PLACE)
    assert type(caught.value) is expected


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (31001, "already_exists"),
        (31003, "limit_reached"),
        (-1, "refused_by_server"),
        (10004, "refused_by_server"),
        (4711, "refused_by_server"),
    ],
)
def test_orders_are_refused_with_a_reason(code: int, reason: str) -> None:
    with pytest.raises(WriteRefused) as caught:
        data_of(coded(code), PLACE, writes=True)
    assert caught.value.reason == reason


@pytest.mark.parametrize(("code", "expected"), [(26084, TokenRefused), (429, Throttled), (502, Unreachable)])
def test_orders_that_were_not_dealt_with_are_not_refused(code: int, expected: type[HubError]) -> None:
    with pytest.raises(expected):
        data_of(coded(code), PLACE, writes=True)


def test_a_refusal_tells_its_code_and_nothing_of_the_servers_words() -> None:
    with pytest.raises(Refused) as caught:
        data_of(answer({"code": 10004, "msg": "device APCXYZ is not yours"}), PLACE)
    assert caught.value.code == 10004
    assert isinstance(caught.value, NotSupported)
    assert str(caught.value) == f"{PLACE}: refused (10004)"


@pytest.mark.parametrize("code", [0, -1, 10004, 31001, 4711])
def test_a_whole_answer_may_be_a_refusal(code: int) -> None:
    assert whole_of(coded(code), PLACE)["code"] == code


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (coded(26084), TokenRefused),
        (coded(21105), Busy),
        (answer(b"<html>", 200), BadAnswer),
        (answer(b"", 404), Refused),
        (answer(b"", 502), Unreachable),
    ],
)
def test_what_was_not_dealt_with_is_no_answer_at_all(bad: Answer, expected: type[HubError]) -> None:
    with pytest.raises(expected):
        whole_of(bad, PLACE)


@pytest.mark.parametrize(
    ("code", "expected"), [(0, 0), ("10004", 10004), (-1, -1), (1.5, None), (None, None), ([], None)]
)
def test_codes_are_whole_numbers(code: object, expected: int | None) -> None:
    assert code_of({"code": code}) == expected


@pytest.mark.parametrize(
    ("code", "message", "seconds"),
    [
        (100053, "Please try again in 9 hours.", 9 * HOUR),
        (100053, "Please try again in 1 hour.", HOUR),
        (100053, "Please try again in 24 hours.", 24 * HOUR),
        (100053, "Please try again in 30 minutes.", HOUR / 2),
        (100053, "Please try again in 0 hours.", 600.0),
        (100053, "Please try again in 9999 hours.", 48 * HOUR),
        (100053, "Failed to request.", 24 * HOUR),
        (100053, None, 24 * HOUR),
        (100053, "Hit Max Login Error Limit", 600.0),
        (4711, "Hit Max Login Error Limit", 600.0),
        (26108, "Please try again in 9 hours.", None),
        (0, "success!", None),
    ],
)
def test_how_long_nobody_may_sign_in(code: int, message: str | None, seconds: float | None) -> None:
    assert lock_seconds({"code": code, "msg": message}) == seconds
