"""What went wrong in a plant, told once (goodwe.md §5.6; the legacy way: §4.1, §4.4)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from ...core.model import Happening
from ...core.parse import moment, sections, text
from .devices import plant_id
from .model import Bean

STREAM: Final = "alarms"

_RECOVERED: Final = "recovered"
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
        if (identity := _first(row, _IDS)) is None:
            continue
        began = moment(row.get("happentime"))
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
            if code is None or serial is None or at is None:
                continue
            yield Happening(
                id=f"{serial}-{code}-{at.timestamp():.0f}",
                device=plant_id(plant),
                stream=STREAM,
                type="fault",
                attributes={
                    "name": text(error.get("show")) or code,
                    "code": code,
                    "device": text(inverter.get("name")) or serial,
                    "at": at.isoformat(),
                },
            )


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
