"""The password API: one session, one read per call of the table, changes, and what its answers mean (growatt.md Part A)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
import json
import re
from typing import Any, Final

from ...core.clock import Clock
from ...core.errors import BadAnswer, HubError, Locked, NotSupported, Unreachable, WriteRefused
from ...core.parse import flag, mapping, section, text
from ..base import PrivateStore
from ..http import Answer, Door
from . import shinephone_calls as calls
from .call_memory import CallMemory
from .calls import CallBook
from .login import AUTOMATIC, Login, LoginRule
from .model import Bean, Family, Listed
from .refusals import password_refusal
from .shinephone_calls import Call, Order
from .wire import Failed, SignedOut, Wire, app_headers, decode

_WRITE_TIMEOUT: Final = 60.0  # seconds; the order travels to the logger and back (A.9)
_NO_SUCH_CALL: Final = frozenset({404, 500})  # the wrong endpoint for this device (A.3)
_NOT_OFFERED: Final = frozenset({"501", "504"})
_FRESH: Final = 600.0  # seconds; a session younger than this is not over (A.2.1)
_SETTINGS_LAST: Final = 310.0  # seconds a settings bean may be used again
_UNKNOWN: Final = frozenset({"506", "512"})  # of a live read: no such parameter, no such device (A.9)
_WHOLE_RANGE: Final = "-1"  # both addresses of a named parameter (A.10)
_MIN_TYPE: Final = "8"  # deviceTypeStr of MIN, MIC, MOD and NEO (A.10)

_INVERTER_PAGE: Final = re.compile(rb"inv=JSON\.parse\('(\{.*?\})'\)", re.DOTALL)


class ShinePhone:
    """One account at one host. Every call raises the error family.

    Equal reads are at least five minutes apart; only what verifies a change may be read at any time.
    """

    legacy = True

    def __init__(
        self,
        base_url: str,
        username: str,
        password: str,
        door: Door,
        store: PrivateStore,
        clock: Clock,
        *,
        agent_id: str,
        logins: LoginRule = AUTOMATIC,
    ) -> None:
        """Prepare; nothing is sent. ``agent_id`` are eight hex digits that are this entry's own (A.1)."""
        self._clock = clock
        self._wire = Wire(base_url, app_headers(agent_id), door, store)
        self._login = Login(self._wire, username, password, door=door, store=store, clock=clock, rule=logins)
        self._memory = CallMemory(store, clock)
        self._book = CallBook(store, clock)
        self._settings: dict[str, tuple[float, Bean]] = {}
        self._served_at: float | None = None

    # The session

    @property
    def user_id(self) -> str | None:
        """The number of the user, once somebody has signed in."""
        return self._login.user_id

    @property
    def login_plants(self) -> tuple[tuple[str, str], ...]:
        """Id and name of the plants that signing in told of."""
        return self._login.plants

    async def sign_in(self) -> None:
        """Sign in unless there is a session."""
        if self._login.mark is None:
            await self._login.renew(None)

    async def sign_out(self) -> None:
        """End the session at the server (A.2)."""
        if self._login.mark is not None:
            try:
                await self._wire.send("GET", "logout.do")
            finally:
                await self._login.forget()

    # Reading

    async def read(
        self,
        call: Call,
        device: Listed | None = None,
        *,
        plant: str = "",
        date: str = "",
        kind: str = "",
        page: int = 1,
        verify: bool = False,
    ) -> Bean:
        """Return the content of one call's answer, with the names and values of the wire.

        ``device`` or ``plant`` is what the call is about; ``date`` and ``kind`` (the resolution or series) as
        the call wants them. Raises TooSoon within five minutes of an equal call, unless it is to ``verify`` a
        change, and NotSupported for a call that this device does not know.
        """
        plant, serial = (device.plant, device.serial) if device else (plant, "")
        about = serial if call.of_device else plant
        place = " ".join(filter(None, (call.key, about)))
        self._memory.check(place)
        self._wire.check()
        await self.sign_in()
        key = " ".join(filter(None, (about, date, kind, str(page) if page > 1 else "")))
        self._book.note(call.key, key) if verify else self._book.take(call.key, key)
        words = {
            "plant": plant,
            "serial": serial,
            "user": self.user_id or "",
            "date": date,
            "kind": kind,
            "page": str(page),
        }
        bean = await self._ask(place, partial(self._read, place, call, words))
        self._memory.worked(place)
        return bean

    async def _read(self, place: str, call: Call, words: Mapping[str, str]) -> Bean:
        """Send a read and return its content."""
        try:
            answer = await self._wire.send(
                call.method, call.path, query=_filled(call.query, words), form=call.form and _filled(call.form, words)
            )
        except Failed as err:
            if err.status in _NO_SUCH_CALL:
                raise self._memory.refused(place, str(err)) from err
            raise
        whole = _in_page(answer) if call.page else mapping(decode(answer))
        self._check(place, whole)
        content = call.take(whole)
        if not isinstance(content, Mapping):
            raise BadAnswer(f"{place} brought nothing")
        return content

    def _check(self, place: str, answer: Bean) -> None:
        """Raise what an answer without a result means (A.2.1, A.3)."""
        no_result = text(answer.get("result")) == "0"
        if not no_result and flag(answer.get("success")) is not False:
            return
        word = text(answer.get("msg")) or ""
        if word in _NOT_OFFERED:
            raise self._memory.refused(place, f"msg {word}")
        if no_result and answer.get("obj") is None:
            if (self._login.age() or 0.0) >= _FRESH:
                raise SignedOut(f"{place} has no result")
            raise self._memory.refused(place, "no result")
        raise BadAnswer(f"{place} failed")

    async def _ask[T](self, place: str, send: Callable[[], Awaitable[T]]) -> T:
        """Do something that needs a session, and once more with a new one where that may help (A.2.1)."""
        await self.sign_in()
        mark = self._login.mark
        try:
            return await self._served(send)
        except SignedOut as err:
            if not self._memory.may_be_cured(place):
                raise self._memory.closed(place) from err
        try:
            await self._login.renew(mark)
        except Locked as err:
            if self._is_served():  # others are answered: it is not the session that is over
                raise self._memory.closed(place) from err
            raise
        try:
            return await self._served(send)
        except SignedOut as err:
            await self._login.rest()
            raise self._memory.uncured(place) from err
        except NotSupported, Unreachable:
            await self._login.rest()
            self._memory.note_uncured(place)
            raise

    async def _served[T](self, send: Callable[[], Awaitable[T]]) -> T:
        done = await send()
        self._served_at = self._clock.monotonic()
        self._login.note_answer()
        return done

    def _is_served(self) -> bool:
        """Tell whether the server has just answered somebody in this session."""
        return self._served_at is not None and self._clock.monotonic() - self._served_at < _FRESH

    # Settings of a device

    async def settings(self, device: Listed, *, fresh: bool) -> Bean:
        """Return the server's copy of a device's settings; unless ``fresh``, one up to 310 s old will do.

        Raises NotSupported for a family without one.
        """
        if (call := calls.SETTINGS.get(device.family)) is None:
            raise NotSupported("No settings can be read of this kind of device")
        read_at, bean = self._settings.get(device.serial, (None, {}))
        now = self._clock.monotonic()
        if not fresh and read_at is not None and now - read_at <= _SETTINGS_LAST:
            return bean
        bean = await self.read(call, device, verify=True)
        self._settings[device.serial] = (now, bean)
        return bean

    async def write(self, device: Listed, kind: str, params: Sequence[str]) -> None:
        """Send a setting once: its ``kind`` and all its values in order (A.9.1).

        Raises WriteRefused, NotSupported for a family that takes none, and BadAnswer where it may have landed.
        """
        if (order := _order(device)) is None:
            raise NotSupported("This kind of device takes no settings")
        self._settings.pop(device.serial, None)
        values = {order.value.format(number): value for number, value in enumerate(params, 1)}
        spare = {order.value.format(number): "" for number in range(len(params) + 1, order.least + 1)}
        fields = {"serialNum": device.serial, order.kind: kind} | values | spare
        query, form = (order.query, fields) if order.in_form else ({**order.query, **fields}, None)
        answer = await self._order(f"write {device.serial}", order.path, query=query, form=form)
        if flag(answer.get("success")) is not True:
            raise _refusal(answer, storage=device.family is Family.STORAGE)

    async def _order(
        self,
        place: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        parts: Mapping[str, str] | None = None,
    ) -> Bean:
        """Send something that travels to the device, and return the answer."""

        async def send() -> Bean:
            answer = await self._wire.send("POST", path, query=query, form=form, parts=parts, timeout=_WRITE_TIMEOUT)
            return mapping(decode(answer))

        return await self._ask(place, send)

    def reads_live(self, family: Family) -> bool:
        """Tell whether a change is verified with a live read: here the settings bean is read instead (A.10)."""
        return False

    async def live_read(self, device: Listed, kind: str) -> str | None:
        """Return nothing: see ``reads_live``."""
        return None

    async def read_parameter(self, device: Listed, name: str, start: int | None = None, end: int | None = None) -> str:
        """Read a parameter through the logger and return its text, several values joined by ``-`` (A.9.2, A.10).

        ``start`` and ``end`` are registers where ``name`` is ``set_any_reg``. Raises Unreachable when the device is
        offline or does not answer, NotSupported for a family that has no such call.
        """
        first = _WHOLE_RANGE if start is None else str(start)
        last = first if end is None else str(end)
        fields = {"paramId": name, "serialNum": device.serial, "startAddr": first, "endAddr": last}
        place = f"read {device.serial}"
        if device.family is Family.MIN:
            form = fields | {"deviceTypeStr": _MIN_TYPE}
            answer = await self._order(place, "newTcpsetAPI.do", query={"action": "readDeviceParam"}, form=form)
            found = [value for key, value in section(answer.get("obj")).items() if key.startswith("param")]
            return _read_text("-".join(map(str, found)) if found else answer.get("msg"), ok=bool(found))
        if (action := calls.LIVE_READS.get(device.family)) is None:
            raise NotSupported("No parameter of this kind of device can be read")
        answer = await self._order(place, "tcpSet.do", form={"action": action} | fields)
        return _read_text(answer.get("msg"), ok=flag(answer.get("success")) is True)

    # Settings of a plant

    async def update_plant(self, plant: str, changes: Mapping[str, str]) -> Mapping[str, str]:
        """Change settings of a plant, by the names of ``PLANT_PARTS``, and return them all; others go back as they are (A.8).

        Raises WriteRefused, and BadAnswer when the present settings are not told whole.
        """
        if not changes.keys() <= calls.PLANT_PARTS.keys():
            raise WriteRefused("parameter_unknown")
        present = await self.read(calls.PLANT_SETTINGS, plant=plant, verify=True)
        parts = {part: _spelled(present, name) for part, name in calls.PLANT_PARTS.items()} | dict(changes)
        answer = await self._order(
            f"update_plant {plant}", "newTwoPlantAPI.do", query={"op": "updatePlant"}, parts=parts
        )
        if flag(answer.get("success")) is not True:
            raise _refusal(answer)
        return parts


def _filled(fields: Mapping[str, str], words: Mapping[str, str]) -> dict[str, str]:
    return {name: template.format(**words) for name, template in fields.items()}


def _order(device: Listed) -> Order | None:
    """Return how a device is told a setting: an SP2000 or SP3000 otherwise than an SPF (A.5, A.9)."""
    if device.family is Family.STORAGE and text(device.bean.get("storageType")) == "1":
        return calls.SP_ORDER
    return calls.ORDERS.get(device.family)


def _refusal(answer: Bean, *, storage: bool = False) -> HubError:
    return password_refusal(text(answer.get("msg")) or "", storage=storage)


def _read_text(said: Any, *, ok: bool) -> str:
    """Return what a live read told. A segment that was never set comes as a failure although nothing is wrong (A.10)."""
    word = text(said)
    if not ok and word in _UNKNOWN:
        raise NotSupported("The device does not know this parameter")
    if word is None or (not ok and "-" not in word):
        raise Unreachable("The device did not answer")
    return word


def _spelled(present: Bean, name: str) -> str:
    """Return a field of a plant's settings as it goes back."""
    if not name:
        return "0"
    if name not in present:
        raise BadAnswer(f"The plant does not tell its {name}")
    value = present[name]
    return "" if value is None else str(value)


def _in_page(answer: Answer) -> Bean:
    """Return the object that a page of the web portal holds (A.9.1)."""
    if (match := _INVERTER_PAGE.search(answer.body)) is None:
        raise SignedOut("The page is not the device's")
    try:
        return mapping(json.loads(match[1]))
    except ValueError as err:
        raise BadAnswer("The page's object cannot be read") from err
