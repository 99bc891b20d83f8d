"""How route B writes numbers and times (goodwe.md §1.3, §1.4)."""

from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
DATE_FORMAT, DATE_FORMAT_YM = "dd.MM.yyyy", "MM.yyyy"
"""The account's own, as ``info`` tells it."""
NO_VOLTS, NO_HERTZ, NO_LOAD = 6553.5, 655.35, 4294967.295
"""What a register that is not there reads as (§1.3)."""


def tenth(value: float) -> float:
    """Return a value in steps of 0.1."""
    return round(value, 1) + 0.0


def american(moment: datetime) -> str:
    """Return a time as ``MM/dd/yyyy HH:mm:ss``."""
    return moment.strftime("%m/%d/%Y %H:%M:%S")


def in_own_format(moment: datetime) -> str:
    """Return a time in the account's own format."""
    return moment.strftime("%d.%m.%Y %H:%M:%S")


def in_china(moment: datetime) -> datetime:
    """Return an aware moment at UTC+8, where some of B's texts live."""
    return moment.astimezone(CHINA)


def short(value: float) -> str:
    """Return a number without needless zeros, as the texts with units have it."""
    return f"{round(value, 2):g}" if abs(value) < 1_000_000 else f"{value:.1f}"
