"""Bad days on demand: what a running simulator does to the answers of a path, for all vendors.

A fault is ``(path, kind, arguments)``. The kinds, with their arguments and defaults:

=================  ===================================================================================================
``status``         answer ``code`` instead, with ``retry_after`` (seconds) and ``body`` (text, default a JSON error)
``empty``          200 without a body
``null``           200 with the body ``null``
``html``           200 with a page of HTML
``cut_json``       the JSON ends in the middle, the transfer is complete
``cut_connection`` the connection closes in the middle of the body that Content-Length announced
``wrong_types``    every number below ``pointer`` ("") becomes ``value`` ("n/a")
``missing``        what ``pointer`` names is left out
``unknown_enum``   what ``pointer`` names becomes ``value`` ("SomethingNew")
``override``       what ``pointer`` names becomes ``value``
``shuffle``        the list at ``pointer`` ("") begins with another element each time
``flood``          ``megabytes`` (50) of body
``slow``           the answer comes after ``seconds`` of simulated time; without: never
``reset``          the connection is reset instead of an answer
``content_type``   the answer says it is ``value`` ("text/plain")
=================  ===================================================================================================

aiohttp and browsers repeat a GET once when a kept-alive connection dies: a ``reset`` with ``times=1`` is not noticed.
``refuse`` is the server's own: ``Simulator.refuse_connections``. Vendors add named presets.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
import json
import math
from typing import Any

from tests.simulators.clock import SimClock
from tests.simulators.wire import Answer, json_answer, pointer_get, pointer_remove, pointer_set

HTML_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please wait\xe2\x80\xa6</body></html>"


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault: on ``path`` ("*" for all), for ``method`` (``None`` for all), ``times`` more (``None`` for ever)."""

    path: str
    kind: str
    method: str | None = None
    times: int | None = None
    args: dict[str, Any] = field(default_factory=dict)
    used: int = 0

    def matches(self, path: str, method: str) -> bool:
        """Tell whether it is meant for this request."""
        return (
            self.path in ("*", path)
            and self.method in (None, method)
            and (self.times is None or self.used < self.times)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A vendor's name for a common fault: ``kind`` on ``path`` with ``args``; ``{name}`` in a pointer is an argument."""

    kind: str
    path: str
    args: Mapping[str, Any]


type Edit = Callable[[Any, Fault], Any]
type Handle = Callable[[], Awaitable[Answer]]


class Faults:
    """The faults of one simulator."""

    def __init__(self, clock: SimClock, presets: Mapping[str, Preset] | None = None) -> None:
        """Start without any."""
        self._clock = clock
        self._presets = presets or {}
        self._faults: list[Fault] = []

    def add(self, path: str, kind: str, *, times: int | None = None, method: str | None = None, **args: Any) -> Fault:
        """Let ``path`` ("*" for all; a preset has its own for "") misbehave from the next request on.

        Raises ValueError for a kind that does not exist.
        """
        if preset := self._presets.get(kind):
            values = {**preset.args, **args}
            pointer = {"pointer": values["pointer"].format(**values)} if "pointer" in values else {}
            path, kind, args = path or preset.path, preset.kind, {**values, **pointer}
        if kind not in KINDS:
            raise ValueError(f"no such fault: {kind}")
        fault = Fault(path=path, kind=kind, method=method, times=times, args=args)
        self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """End one fault."""
        self._faults.remove(fault)

    def clear(self, path: str | None = None) -> None:
        """End all faults, or those of one path."""
        self._faults = [fault for fault in self._faults if path is not None and fault.path != path]

    async def run(self, path: str, method: str, handle: Handle) -> Answer:
        """Return what ``handle`` answers, after everything that is wrong with it today."""
        if not self._faults:
            return await handle()
        for fault in [fault for fault in self._faults if fault.matches(path, method)]:
            fault.used += 1
            handle = _wrapped(self._clock, fault, handle)
        return await handle()


def _wrapped(clock: SimClock, fault: Fault, handle: Handle) -> Handle:
    """Return ``handle`` with one fault around it."""

    async def run() -> Answer:
        return await KINDS[fault.kind](clock, fault, handle)

    return run


# --- the kinds -------------------------------------------------------------------------------------------------------


async def _status(_clock: SimClock, fault: Fault, _handle: Handle) -> Answer:
    """Answer a status of choice; the request itself never reaches the vendor's program."""
    code = fault.args["code"]
    retry_after = fault.args.get("retry_after")
    headers = (("Retry-After", str(retry_after)),) if retry_after is not None else ()
    if (body := fault.args.get("body")) is not None:
        return Answer(status=code, body=body.encode(), headers=headers)
    return json_answer({"code": code, "error": "injected", "message": "injected"}, status=code, headers=headers)


async def _slow(clock: SimClock, fault: Fault, handle: Handle) -> Answer:
    """Answer late or never."""
    await clock.sleep(fault.args.get("seconds", 10 * 366 * 86_400.0))
    return await handle()


async def _reset(_clock: SimClock, _fault: Fault, _handle: Handle) -> Answer:
    """Hang up."""
    return Answer(delivery="reset")


async def _flood(_clock: SimClock, fault: Fault, _handle: Handle) -> Answer:
    """Send far more than anybody asked for; the body holds the number of bytes."""
    return Answer(body=str(int(fault.args.get("megabytes", 50) * 1_048_576)).encode(), delivery="flood")


def _bodily(change: Callable[[Answer, Fault], Answer]) -> Callable[[SimClock, Fault, Handle], Awaitable[Answer]]:
    """Return a kind that changes the finished answer."""

    async def kind(_clock: SimClock, fault: Fault, handle: Handle) -> Answer:
        return change(await handle(), fault)

    return kind


def _edit(change: Callable[[Any, Fault], None]) -> Callable[[SimClock, Fault, Handle], Awaitable[Answer]]:
    """Return a kind that changes the data of a JSON answer; an answer without JSON passes unharmed."""

    def edited(answer: Answer, fault: Fault) -> Answer:
        if answer.status != 200 or not answer.body:
            return answer
        data = {"": json.loads(answer.body)}
        change(data, fault)
        return replace(answer, body=json_answer(data[""]).body)

    return _bodily(edited)


def _pointer(fault: Fault) -> str:
    """Return the fault's pointer below the wrapped root."""
    return f"/{fault.args.get('pointer', '')}"


def _without_numbers(data: Any, value: Any) -> Any:
    """Return ``data`` with every number replaced."""
    match data:
        case dict():
            return {key: _without_numbers(child, value) for key, child in data.items()}
        case list():
            return [_without_numbers(child, value) for child in data]
        case bool():
            return data
        case int() | float():
            return value
        case _:
            return data


def _wrong_types(data: Any, fault: Fault) -> None:
    """Put text where numbers belong."""
    pointer = _pointer(fault)
    pointer_set(data, pointer, _without_numbers(pointer_get(data, pointer), fault.args.get("value", "n/a")))


def _shuffle(data: Any, fault: Fault) -> None:
    """Turn a list by one more element each time."""
    items = pointer_get(data, _pointer(fault))
    turn = fault.used % max(1, len(items))
    items[:] = items[turn:] + items[:turn]


KINDS: dict[str, Callable[[SimClock, Fault, Handle], Awaitable[Answer]]] = {
    "status": _status,
    "slow": _slow,
    "reset": _reset,
    "flood": _flood,
    "empty": _bodily(lambda answer, _fault: replace(answer, status=200, body=b"")),
    "null": _bodily(lambda answer, _fault: replace(answer, status=200, body=b"null")),
    "html": _bodily(lambda answer, _fault: replace(answer, status=200, body=HTML_PAGE, content_type="text/html")),
    "cut_json": _bodily(lambda answer, _fault: replace(answer, body=answer.body[: math.ceil(len(answer.body) / 2)])),
    "cut_connection": _bodily(lambda answer, _fault: replace(answer, delivery="half")),
    "content_type": _bodily(lambda answer, fault: replace(answer, content_type=fault.args.get("value", "text/plain"))),
    "wrong_types": _edit(_wrong_types),
    "missing": _edit(lambda data, fault: pointer_remove(data, _pointer(fault))),
    "unknown_enum": _edit(
        lambda data, fault: pointer_set(data, _pointer(fault), fault.args.get("value", "SomethingNew"))
    ),
    "override": _edit(lambda data, fault: pointer_set(data, _pointer(fault), fault.args["value"])),
    "shuffle": _edit(_shuffle),
}
