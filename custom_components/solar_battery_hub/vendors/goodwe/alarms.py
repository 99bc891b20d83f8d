"""What went wrong in a plant, told once (goodwe.md §5.6; the legacy way: §4.1, §4.4)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from ...core.model import Happening
from ...core.parse import moment, sections, text
from .devices import plant_id
from .model import Bean

STREAM: Final = "alarms"

_RECOVERED: Final = "recovered"
_NEWS_FOR: Final = timedelta(days=2)
_OVER: Final = "1"  # §5.6: 0 is active
_UNKNOWN_LEVEL: Final = "alarm"
_LEVELS: Final = ("fault", "alarm", "prompt")

# What either way calls it, the best one first.
_IDS: Final = ("warningid", "warning_id", "id")
_NAMES: Final = ("warningNameEn", "warning_name", "warningname", "warning_code", "error_code")
_CODES: Final = ("warning_code", "error_code")
_DEVICES: Final = ("deviceName", "device_name", "devicesn", "sn")


def happenings(plant: str, rows: Iterable[Bean]) -> Iterator[Happening]:
    """Yield what rows of alarms tell of a plant: that each began, and that it is over.

    One that came and went between two rounds is told as both.
    """
    for row in rows:
        began = moment(row.get("happentime"))
        if (identity := _identity(row, began)) is None:
            continue
        told = _told(row, began)
        yield Happening(id=identity, device=plant_id(plant), stream=STREAM, type=_level(row), attributes=told)
        if text(row.get("status")) == _OVER:
            over = moment(row.get("recoverytime"))
            yield Happening(
                id=f"{identity}-{_RECOVERED}",
                device=plant_id(plant),
                stream=STREAM,
                type=_RECOVERED,
                attributes={**told, "recovered_at": over.isoformat() if over else None},
            )


def legacy_happenings(plant: str, inverters: Iterable[Bean]) -> Iterator[Happening]:
    """Yield the errors that inverters of the monitor call list, old ones among them (§4.4)."""
    for inverter in inverters:
        for error in sections(inverter.get("errors")):
            code, serial = text(error.get("error_code")), text(inverter.get("sn"))
            at = moment(error.get("time"))
            if code is None or serial is None or at is None or error.get("show") is False:
                continue
            yield Happening(
                id=_composed(serial, code, at),
                device=plant_id(plant),
                stream=STREAM,
                type="fault",
                attributes={
                    "name": code,
                    "code": code,
                    "device": text(inverter.get("name")) or serial,
                    "at": at.isoformat(),
                },
            )


def lately(found: Iterable[Happening], now: datetime) -> Iterator[Happening]:
    """Yield what began or ended within two days.

    A way or a plant that is read for the first time lists what was years ago, and of hundreds of plants so much that
    nobody could remember what was told of it.
    """
    for happening in found:
        at = moment(happening.attributes.get("recovered_at")) or moment(happening.attributes.get("at"))
        if at is None or now - at <= _NEWS_FOR:
            yield happening


def _identity(row: Bean, began: datetime | None) -> str | None:
    """Return the id of an alarm, the same one whichever call tells of it; else that of the row."""
    serial, code = text(row.get("devicesn")), _first(row, _CODES)
    if serial is None or code is None or began is None:
        return _first(row, _IDS)
    return _composed(serial, code, began)


def _composed(serial: str, code: str, began: datetime) -> str:
    return f"{serial}-{code}-{began.timestamp():.0f}"


def _told(row: Bean, began: datetime | None) -> Mapping[str, str | None]:
    return {
        "name": _first(row, _NAMES),
        "code": _first(row, _CODES),
        "device": _first(row, _DEVICES),
        "at": began.isoformat() if began else None,
    }


def _level(row: Bean) -> str:
    """Return how bad it is: ``Total_FaultLevel_Fault`` and the like, in any case."""
    word = (text(row.get("alarmLevel")) or "").rpartition("_")[2].casefold()
    return word if word in _LEVELS else _UNKNOWN_LEVEL


def _first(row: Bean, names: Iterable[str]) -> str | None:
    return next((found for name in names if (found := text(row.get(name))) is not None), None)
