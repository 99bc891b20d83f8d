"""A call of the token API and the ways to answer it: the envelope, its errors and pages (growatt.md B.1, B.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.simulators.growatt.account import Plant, Token
from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.families import FamilyName
from tests.simulators.growatt.v1_limits import LONG, Window
from tests.simulators.growatt.values import widened
from tests.simulators.growatt.world import World
from tests.simulators.wire import Answer, json_answer

NEW_DOMAIN, DENIED, TOO_OFTEN = -1, 10011, 10012
PER_PAGE_TOO_MANY, PAGE_TOO_HIGH = 10013, 10014
MOST_PER_PAGE, MOST_PAGES, PER_PAGE = 100, 250, 20
TEXTS: dict[int, str] = {
    NEW_DOMAIN: "please use the new domain name",
    10001: "error_system",
    DENIED: "error_permission_denied",
    TOO_OFTEN: "error_frequently_access",
}


class ApiError(Exception):
    """A call that fails with one of the API's codes."""

    def __init__(self, code: int, text: str = "") -> None:
        """Remember the code and its text."""
        super().__init__(str(code))
        self.code = code
        self.text = text or TEXTS.get(code, f"error_{code}")

    @property
    def answer(self) -> Answer:
        """Return the answer: HTTP 200 like every other."""
        return json_answer({"data": "", "error_code": self.code, "error_msg": self.text})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a call answers: ``data``, and what stands beside it."""

    data: Any = ""
    beside: Mapping[str, Any] = field(default_factory=dict)

    @property
    def answer(self) -> Answer:
        """Return the answer with floats of 32 bits (F.2)."""
        return json_answer({"data": widened(self.data), **self.beside, "error_code": 0, "error_msg": ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: ``fields`` are query and form together, empty ones included."""

    world: World
    token: Token
    fields: Mapping[str, str]

    def device(self, serial: str, family: FamilyName | None, *, missing: int) -> Device:
        """Return a device of a family; raise ``missing`` when there is none and 10011 when the token may not ask."""
        found = self.world.device(serial)
        if found is None or (family is not None and found.model.family != family):
            raise ApiError(missing)
        if serial in self.token.denied:
            raise ApiError(DENIED)
        return found

    def plant(self, *, empty: int, missing: int) -> Plant:
        """Return the plant that is asked for."""
        if not (plant_id := self.fields.get("plant_id", "")):
            raise ApiError(empty)
        if (plant := self.world.plant(plant_id)) is None:
            raise ApiError(missing)
        return plant

    def day(self, name: str, *, wrong: int) -> date:
        """Return a field as a date."""
        try:
            return datetime.strptime(self.fields.get(name, ""), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            raise ApiError(wrong) from None

    def page[T](self, items: list[T]) -> tuple[list[T], int]:
        """Return the page of ``items`` that is asked for and the number the next one begins with."""
        page, per_page = self._number("page", 1), self._number("perpage", PER_PAGE)
        if per_page > MOST_PER_PAGE:
            raise ApiError(PER_PAGE_TOO_MANY)
        if page > MOST_PAGES:
            raise ApiError(PAGE_TOO_HIGH)
        first = (page - 1) * per_page
        return items[first : first + per_page], first + per_page + 1

    def _number(self, name: str, default: int) -> int:
        """Return a positive number; an empty field means the default."""
        text = self.fields.get(name, "")
        if not text:
            return default
        if not text.isdigit() or int(text) < 1:
            raise ApiError(10001)
        return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An endpoint: its method, what answers it, the field its limit counts by, and the limit."""

    method: str
    run: Callable[[Call], Reply | Answer]
    key: str = ""
    window: Window = LONG
