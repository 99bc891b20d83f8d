"""Spans of a day as plans tell them: ``HH:MM`` with ``24:00`` for its end (anker.md §9.2, §9.3)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
import re
from typing import Any, Final, NamedTuple

from ...core.schedule import Slot
from .model import Bean

DAY: Final = 24 * 60


class Span(NamedTuple):
    """Minutes of a day, from the first to the one after the last."""

    start: int
    end: int

    def common(self, other: Span) -> int:
        """Return how many minutes both have; below zero by how many they are apart."""
        return min(self.end, other.end) - max(self.start, other.start)


def minute(text: object) -> int | None:
    """Return the minute of a day that ``HH:MM`` names, 1440 for ``24:00``; ``None`` for anything else."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", text, re.ASCII) if isinstance(text, str) else None
    if match is None:
        return None
    found = int(match[1]) * 60 + int(match[2])
    return found if int(match[2]) < 60 and found <= DAY else None


def spelled(at: int) -> str:
    """Return a minute of a day as ``HH:MM``."""
    return f"{at // 60:02d}:{at % 60:02d}"


def span_of(bean: Bean) -> Span | None:
    """Return the span of a range; ``None`` where it has none."""
    start, end = minute(bean.get("start_time")), minute(bean.get("end_time"))
    return Span(start, end) if start is not None and end is not None and start < end else None


def times(span: Span) -> dict[str, Any]:
    """Return a span as a range tells it."""
    return {"start_time": spelled(span.start), "end_time": spelled(span.end)}


def clock(at: int) -> time:
    """Return a minute of a day as a time; the end of the day is 00:00."""
    return time(at // 60 % 24, at % 60)


def slot_span(slot: Slot) -> Span:
    """Return the span of a slot that does not cross midnight."""
    return Span(*slot.span)


def minute_now(now: datetime) -> int:
    """Return the minute of the day."""
    return now.hour * 60 + now.minute


def place_at(ranges: Sequence[Bean], at: int) -> int | None:
    """Return which range has a minute of the day."""
    found = (place for place, bean in enumerate(ranges) if (span := span_of(bean)) and span.start <= at < span.end)
    return next(found, None)


def gap_at(ranges: Iterable[Bean], at: int) -> Span:
    """Return the span around a minute that no range has."""
    spans = [span for bean in ranges if (span := span_of(bean))]
    return Span(
        max((span.end for span in spans if span.end <= at), default=0),
        min((span.start for span in spans if span.start > at), default=DAY),
    )


def nearest(ranges: Sequence[Bean], span: Span) -> Bean | None:
    """Return the range that has most of a span, else the one that is nearest to it; the earlier of two alike."""
    known = [(found.common(span), bean) for bean in ranges if (found := span_of(bean))]
    return max(known, key=lambda pair: pair[0])[1] if known else None


def in_order(ranges: Iterable[Bean]) -> list[Bean]:
    """Return ranges by their start."""
    return sorted(ranges, key=lambda bean: minute(bean.get("start_time")) or 0)


def whole(value: float) -> int | float:
    """Return a number as it is spelled on the wire: without a fraction of zero."""
    return int(value) if value == int(value) else value
