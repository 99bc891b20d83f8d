"""Alarms of devices (goodwe.md §5.6)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class Alarm:
    """An alarm; it is active while ``end`` is ``None``. ``level`` is one of prompt, alarm, fault; times are aware."""

    id: str
    serial: str
    code: str
    text: str
    level: str
    start: datetime
    end: datetime | None = None
