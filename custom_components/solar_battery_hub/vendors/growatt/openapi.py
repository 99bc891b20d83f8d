"""The token API: one request per call of the table, and what its answers mean (growatt.md Part B)."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from ...core.clock import Clock
from ...core.errors import AuthFailed, BadAnswer, HubError, NotSupported, TooSoon, Unreachable
from ...core.parse import mapping, number, section, sections, text
from ..base import PrivateStore
from ..http import TIMEOUT, Door
from . import openapi_calls as calls
from .call_memory import CallMemory
from .calls import CallBook
from .model import Bean, Family, Listed
from .openapi_calls import FACTS_FIELD, FAMILIES, PER_PAGE, Call, FamilyCalls
from .refusals import token_refusal
from .wire import Wire, decode

_AGENT: Final = "SolarBatteryHub (Home Assistant)"  # B.1: no check known, so the honest one
_OK, _WRONG_HOST, _SYSTEM_ERROR, _DENIED, _TOO_OFTEN = 0, -1, 10001, 10011, 10012
_TOO_OFTEN_SAID: Final = "frequently"
_ORDER_TIMEOUT: Final = 60.0  # seconds; an order travels to the logger and back
_ORDER_PAUSE: Final = timedelta(seconds=5)  # between two to one logger (B.3)
_SETTINGS_LAST: Final = 310.0  # seconds settings may be used again
_NOT_READABLE: Final = frozenset({10002, 10006, 10007, 10009})  # B.6.5: no such device, way or parameter
_WHOLE: Final = "0"  # both addresses of a named parameter (B.6.5)


class WrongRegion(AuthFailed):
    """The account lives on another region's server."""

    key = "wrong_region"


class NoRight(NotSupported):
    """The token may not ask this; of a plant or device that may be all that is wrong with it (B.2)."""


class AskedTooOften(TooSoon):
    """It was the server that said so, not our own book: it counts otherwise, or somebody else asks with this token."""


class OpenApi:
    """One token at one host. Every call raises the error family.

    Equal calls are five minutes apart (TooSoon), also over a restart; orders to one logger five seconds.
    """

    legacy = False

    def __init__(self, base_url: str, token: str, door: Door, store: PrivateStore, clock: Clock) -> None:
        """Prepare; nothing is sent."""
        self._wire = Wire(f"{base_url}/v1", {"token": token, "User-Agent": _AGENT}, door, store)
        self._clock = clock
        self._memory = CallMemory(store, clock)
        self.book = CallBook(store, clock, store.session)  # the server counts per token (B.3)
        self._turn = asyncio.Lock()  # so that a call leaves when it was counted
        self._loggers: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._ordered: dict[str, datetime] = {}
        self._settings: dict[str, tuple[float, Bean]] = {}

    # Plants (B.5)

    async def plants(self) -> Sequence[Bean]:
        """Return every plant. Raises AuthFailed when the token is refused."""
        found = await self._read(calls.PLANTS, {"page": "1", "perpage": str(PER_PAGE)})
        return sections(mapping(found).get("plants"))

    async def plant_details(self, plant: str) -> Bean:
        """Return what is known about a plant, such as its ``timezone``."""
        return mapping(await self._read(calls.PLANT_DETAILS, {"plant_id": plant}, plant))

    async def plant_data(self, plant: str) -> Bean:
        """Return what a plant produces: ``current_power`` in kW, energies in kWh."""
        return mapping(await self._read(calls.PLANT_DATA, {"plant_id": plant}, plant))

    async def plant_power(self, plant: str, day: date) -> Sequence[Bean]:
        """Return the day's ``time`` and ``power`` (W) every five minutes, in no order."""
        fields = {"plant_id": plant, "date": day.isoformat()}
        return sections(mapping(await self._read(calls.PLANT_POWER, fields, plant)).get("powers"))

    async def plant_energy(self, plant: str, start: date, end: date, unit: str) -> Sequence[Bean]:
        """Return ``date`` and ``energy`` (kWh) by ``unit``: day (≤ 7 of them), month or year."""
        fields = {
            "plant_id": plant,
            "start_date": start.isoformat(),
            "end_date": end.isoformat(),
            "time_unit": unit,
            "page": "1",
            "perpage": str(PER_PAGE),
        }
        return sections(mapping(await self._read(calls.PLANT_ENERGY, fields, plant)).get("energys"))

    async def devices(self, plant: str) -> Sequence[Bean]:
        """Return the devices of a plant."""
        fields = {"plant_id": plant, "page": "1", "perpage": str(PER_PAGE)}
        return sections(mapping(await self._read(calls.DEVICES, fields, plant)).get("devices"))

    async def check_serial(self, serial: str) -> Bean:
        """Return what a serial number stands for (B.4): without envelope, camelCase."""
        return await self._ask(calls.CHECK, {"dataloggerSn": serial}, serial)

    # Devices (B.6–B.8)

    async def facts(self, device: Listed) -> Bean:
        """Return what rarely changes; settings as well where they have no call of their own."""
        found = await self._read(_calls(device).facts, {FACTS_FIELD: device.serial}, device.serial)
        bean = mapping(found)
        if _calls(device).settings is None:
            self._keep_settings(device, bean)
        return bean

    async def live(self, device: Listed) -> Bean:
        """Return the last upload of a device."""
        family = _calls(device)
        return mapping(await self._read(family.live, {family.serial_field: device.serial}, device.serial))

    async def live_of(self, devices: Sequence[Listed]) -> Mapping[str, Bean]:
        """Return the last uploads of devices of one family by serial number, asked together."""
        family = _calls(devices[0])
        if family.batch is None:
            raise NotSupported("Such devices cannot be asked together")
        together = ",".join(device.serial for device in devices)
        found = mapping(await self._read(family.batch, {family.batch_field: together, "pageNum": "1"}, ""))
        beans = {serial: section(section(part).get(serial)) for serial, part in found.items()}
        return {serial: bean for serial, bean in beans.items() if bean}

    async def history(self, device: Listed, start: date, end: date, page: int) -> Bean:
        """Return one page of past uploads: ``count`` of all and ``datas``, newest first; at most seven days."""
        family = _calls(device)
        if family.history is None:
            raise NotSupported("This kind of device keeps no history that can be read")
        fields = {
            family.serial_field: device.serial,
            "start_date": start.isoformat(),
            "end_date": end.isoformat(),
            "page": str(page),
            "perpage": str(PER_PAGE),
        }
        return mapping(await self._read(family.history, fields, device.serial))

    def history_allowed_at(self, device: Listed) -> datetime:
        """Return when the next page of the past may be read: now or later."""
        call = _calls(device).history
        return self._clock.now() if call is None else self.book.allowed_at(call.path, device.serial, gap=call.gap)

    async def alarms(self, device: Listed, day: date) -> Sequence[Bean]:
        """Return what a device reported on a day: ``alarm_code``, ``alarm_message``, ``start_time``, ``end_time``."""
        family = _calls(device)
        if family.alarms is None:
            raise NotSupported("This kind of device keeps no alarms that can be read")
        fields = {family.serial_field: device.serial, "date": day.isoformat(), "page": "1", "perpage": str(PER_PAGE)}
        found = await self._read(family.alarms, fields, device.serial)
        return sections(mapping(found).get("alarms"))

    # Settings: what the controls need of a client (see ``api.Api``)

    async def settings(self, device: Listed, *, fresh: bool) -> Bean:
        """Return the server's copy of a device's settings; unless ``fresh``, one up to 310 s old will do."""
        read_at, bean = self._settings.get(device.serial, (None, {}))
        if not fresh and read_at is not None and self._clock.monotonic() - read_at <= _SETTINGS_LAST:
            return bean
        if (call := _calls(device).settings) is None:
            return await self.facts(device)
        bean = mapping(await self._read(call, {FACTS_FIELD: device.serial}, device.serial))
        self._keep_settings(device, bean)
        return bean

    def forget_settings(self, device: Listed) -> None:
        """Use the settings read last no more: they are about to change in a way nobody else knows of."""
        self._settings.pop(device.serial, None)

    def settings_allowed_at(self, device: Listed) -> datetime:
        """Return when the settings of a device may be read next: now or later."""
        call = _calls(device).settings or _calls(device).facts
        return self.book.allowed_at(call.path, device.serial, gap=call.gap)

    async def write(self, device: Listed, kind: str, params: Sequence[str]) -> None:
        """Send a setting once, filled up as the call wants it (B.6.6, B.7.4).

        Raises WriteRefused, and BadAnswer or Unreachable where it may have landed.
        """
        family = _calls(device)
        whole = kind.endswith("_time_period")  # these send exactly what they have
        filled = [*params, *[""] * (0 if whole else family.params - len(params))]
        fields = {family.serial_field: device.serial, family.kind_field: kind}
        fields |= {family.param_field.format(at): value for at, value in enumerate(filled, 1)}
        answer = await self._order(device, family.write, fields)
        code = _code(answer)
        if code == _TOO_OFTEN and _is_too_often(answer):  # the same code stands for an unknown device here (B.2)
            raise TooSoon(calls.USUAL, "Orders may only be sent so often")
        if code == _WRONG_HOST:
            raise WrongRegion("The account lives in another region")
        if code != _OK:
            raise token_refusal(code)

    def reads_live(self, family: Family) -> bool:
        """Tell whether changes are verified with a live read: of MIN, where every setting can be read so (B.6.5)."""
        return family is Family.MIN

    async def live_read(self, device: Listed, kind: str) -> str | None:
        """Read one setting of a MIN from the device itself; raises Unreachable when it does not answer."""
        return await self.read_parameter(device, kind) if self.reads_live(device.family) else None

    async def read_parameter(self, device: Listed, kind: str, start: int | None = None, end: int | None = None) -> str:
        """Read a parameter through the logger; ``start`` and ``end`` are registers of ``set_any_reg`` (B.6.5).

        Raises NotSupported where there is no such parameter, Unreachable when the device does not answer.
        """
        first = _WHOLE if start is None else str(start)
        last = first if end is None else str(end)
        fields = {FACTS_FIELD: device.serial, "paramId": kind, "startAddr": first, "endAddr": last}
        answer = await self._order(device, _calls(device).read, fields)
        code = _code(answer)
        if code in _NOT_READABLE:
            raise NotSupported(f"{kind} cannot be read ({code})")
        if code in (_WRONG_HOST, _DENIED, _TOO_OFTEN):
            raise _refused(code, _calls(device).read, calls.USUAL)
        if code != _OK:
            raise Unreachable(f"The device did not answer ({code})")
        if (said := text(answer.get("data"))) is None:
            raise BadAnswer(f"{kind} was read without a value")
        return said

    def _keep_settings(self, device: Listed, bean: Bean) -> None:
        self._settings[device.serial] = (self._clock.monotonic(), bean)

    # The way out

    async def _order(self, device: Listed, path: str, form: Mapping[str, str]) -> Bean:
        """Send something that travels to the device; one at a time per logger, five seconds apart (B.3)."""
        logger = device.logger or device.serial
        async with self._loggers[logger]:
            if (last := self._ordered.get(logger)) is not None:
                await self._clock.sleep_until(last + _ORDER_PAUSE)
            try:
                return await self._send("POST", path, form, timeout=_ORDER_TIMEOUT)
            finally:
                self._ordered[logger] = self._clock.now()

    async def _read(self, call: Call, fields: Mapping[str, str], about: str = "") -> Any:
        """Return the ``data`` of an answer; ``about`` is the plant or device, which may not be asked again so soon."""
        place = f"{call.path} {about}".rstrip()
        self._memory.check(place)
        answer = await self._ask(call, fields, about)
        if (code := _code(answer)) == _OK:
            self._memory.worked(place)
            return answer.get("data")
        if code in (_WRONG_HOST, _DENIED, _TOO_OFTEN):
            raise _refused(code, call.path, call.gap)
        if code == _SYSTEM_ERROR:
            raise BadAnswer(f"{place}: system error")
        said = f"error_code {code}"
        self._memory.refused(place, said)
        raise NotSupported(f"{place} is not offered: {said}")

    async def _ask(self, call: Call, fields: Mapping[str, str], key: str) -> Bean:
        async with self._turn:
            self._wire.check()
            self.book.take(call.path, key, gap=call.gap, per_day=call.per_day)
            return await self._send(call.method, call.path, fields)

    async def _send(self, method: str, path: str, fields: Mapping[str, str], timeout: float = TIMEOUT) -> Bean:
        query, form = (fields, None) if method == "GET" else (None, fields)
        return mapping(decode(await self._wire.send(method, path, query=query, form=form, timeout=timeout)))


def _calls(device: Listed) -> FamilyCalls:
    """Return the calls of a device's family. Raises NotSupported for one that has none."""
    if (family := FAMILIES.get(device.family)) is None:
        raise NotSupported("Such a device cannot be asked by token")
    return family


def _code(answer: Bean) -> int:
    """Return the ``error_code``, a number or a text (B.1). Raises BadAnswer without one."""
    if (code := number(answer.get("error_code"))) is None:
        raise BadAnswer("An answer without an error code")
    return int(code)


def _is_too_often(answer: Bean) -> bool:
    return _TOO_OFTEN_SAID in (text(answer.get("error_msg")) or "")


def _refused(code: int, path: str, gap: float) -> HubError:
    """Return what a code that every call knows means (B.2)."""
    if code == _WRONG_HOST:
        return WrongRegion("The account lives in another region")
    if code == _TOO_OFTEN:
        return AskedTooOften(gap, f"{path} only comes so often")
    return AuthFailed("The token is refused") if path == calls.PLANTS.path else NoRight(f"No right to {path}")
