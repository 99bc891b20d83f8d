"""How numbers and times look: steps of the device and 32-bit floats on the wire (growatt.md 0.2, F.2)."""

from collections.abc import Mapping
from datetime import datetime
import struct
from typing import Any

WH = 1_000.0


def tenth(value: float) -> float:
    """Return ``value`` in the steps devices count in: 0.1 of W, kWh, V, A and °C."""
    return round(value, 1) + 0.0


def widened(data: Any) -> Any:
    """Return ``data`` with every float as the 32-bit value it is in the server: 21.6 becomes 21.600000381469727."""
    match data:
        case float():
            return struct.unpack("<f", struct.pack("<f", data))[0]
        case Mapping():
            return {key: widened(value) for key, value in data.items()}
        case list() | tuple():
            return [widened(value) for value in data]
        case _:
            return data


def clock_text(moment: datetime) -> str:
    """Return a local time as the API writes it: ``2026-06-21 12:30:00``, no zone."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def calendar(moment: datetime) -> dict[str, Any]:
    """Return the Java object of a local time; its ``time`` takes the digits for China's (growatt.md 0.2)."""
    digits = moment.replace(tzinfo=None)
    return {
        "year": digits.year - 1900,
        "month": digits.month - 1,
        "date": digits.day,
        "day": digits.isoweekday() % 7,
        "hours": digits.hour,
        "minutes": digits.minute,
        "seconds": digits.second,
        "time": int((digits - datetime(1970, 1, 1, 8)).total_seconds()) * 1000,  # noqa: DTZ001 - digits without a zone
        "timezoneOffset": -480,
    }


def minutes(text: str) -> int:
    """Return a setting's time of day (``"4:30"``) in minutes since midnight."""
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)
