"""A call of route C and the ways to answer it: the envelope, its errors, arguments and pages (goodwe.md §1.1, §1.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.simulators.wire import Answer, json_answer

if TYPE_CHECKING:
    from tests.simulators.goodwe.devices import Device
    from tests.simulators.goodwe.plants import Plant
    from tests.simulators.goodwe.semsplus_odd import Oddities
    from tests.simulators.goodwe.world import World

SUCCESS = "00000"
SYSTEM_ERROR, NO_ACCESS, EXPIRED = "100000", "100001", "100002"
PARAMETER_ERROR, WRONG_PASSWORD, NO_RIGHT = "100004", "100005", "100025"
BAD_SIGNATURE, ABNORMAL, TOO_MANY = "C0601", "C0602", "GY0429"
MISSING, FAILED, BAD_DIMENSION = "P0214", "P0215", "S0327"
ERRORS: dict[str, tuple[str, str]] = {
    SYSTEM_ERROR: ("system error", "code_100000"),
    NO_ACCESS: ("No access, please log in.", "code_100001"),
    EXPIRED: ("The authorization has expired, please log in again.", "code_100002"),
    PARAMETER_ERROR: ("parameter error.", "parameter_error"),
    WRONG_PASSWORD: ("Email or password error.", "code_100005"),
    NO_RIGHT: ("You do not have access or operation rights", "code_100025"),
    BAD_SIGNATURE: ("账号登录异常", "account_login_abnormal"),
    ABNORMAL: ("账号登录异常", "account_login_abnormal"),
    TOO_MANY: ("Too many requests", "too_many_requests"),
    MISSING: ("Missing parameter", "missing_parameter"),
    FAILED: ("operation failed", "op_fail"),
    BAD_DIMENSION: ("Statistical dimension parameters are incorrect", "dimension_error"),
}
"""Description and translation code of each error; nobody may go by the words (§1.2)."""
NOT_FOUND = Answer(status=404, body=b'{"status":404,"error":"Not Found"}')


class ApiError(Exception):
    """A call that fails with one of the codes of §1.2: HTTP 200 like any other, without ``data``."""

    def __init__(self, code: str) -> None:
        """Remember the code."""
        super().__init__(code)
        self.code = code

    @property
    def answer(self) -> Answer:
        """Return the error's body."""
        text, translation = ERRORS[self.code]
        body = {"code": self.code, "description": text, "errorMsg": text, "translationCode": translation}
        return json_answer({**body, "traceId": uuid4().hex})


class NotThere(Exception):
    """A path nobody serves: HTTP 404."""


@dataclass(frozen=True, slots=True)
class Done:
    """A write that went through: its answer has no ``data`` (§6.2)."""


DONE = Done()


def success(data: Any) -> Answer:
    """Return the envelope around ``data``; its description is Chinese whatever the language (§1.1)."""
    body: dict[str, Any] = {"code": SUCCESS, "description": "成功", "traceId": uuid4().hex}
    return json_answer(body if isinstance(data, Done) else {**body, "data": data})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call with a live token: its ``query``, its JSON ``body`` (empty when none came) and the server's time."""

    world: World
    query: Mapping[str, str]
    body: Mapping[str, Any]
    parts: Mapping[str, str]
    """What stood in the path, such as ``sn``."""
    now: datetime
    oddities: Oddities

    def text(self, name: str) -> str:
        """Return an argument of path, query or body; raise P0214 without it."""
        for source in (self.parts, self.query, self.body):
            if value := source.get(name):
                return str(value)
        raise ApiError(MISSING)

    def plant(self, name: str = "stationId") -> Plant:
        """Return the plant that is asked for; a foreign one is no right of the account."""
        if (plant := self.world.plant(self.text(name))) is None:
            raise ApiError(NO_RIGHT)
        return plant

    def device(self, name: str = "sn") -> Device:
        """Return the device that is asked for."""
        if (device := self.world.device(self.text(name))) is None:
            raise ApiError(NO_RIGHT)
        return device

    def number(self, name: str, default: int) -> int:
        """Return a positive number of the body; raise P0214 for anything else."""
        value = self.body.get(name, default)
        if not isinstance(value, int) or value < 1:
            raise ApiError(MISSING)
        return value

    def page(self, rows: list[Any], *, page: str = "current", size: str = "size") -> dict[str, Any]:
        """Return the page of ``rows`` that is asked for, with what stands beside it (§5.2)."""
        current, length = self.number(page, 1), self.number(size, 15)
        first = (current - 1) * length
        return {"dataList": rows[first : first + length], "size": length, "current": current, "total": len(rows)}


type Run = Callable[[Call], Any]
"""What answers a call: the payload, or an awaitable of it where a device has to be asked first."""


@dataclass(frozen=True, slots=True)
class Route:
    """A path below the base (``{sn}`` stands for one part of it), its method and what answers it."""

    method: str
    path: str
    run: Run


def get(path: str, run: Run) -> Route:
    """Return a route that is asked with GET."""
    return Route("GET", path, run)


def post(path: str, run: Run) -> Route:
    """Return a route that is asked with POST."""
    return Route("POST", path, run)
