"""When something was measured: the vendor's own times, never that of an answer (goodwe.md §1.4)."""

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Final

from ...core.parse import moment, section
from ...core.zones import to_utc
from .model import Bean

_AMERICAN: Final = "%m/%d/%Y %H:%M:%S"


def refreshed_at(bean: Bean, zone: tzinfo | None, now: datetime) -> datetime | None:
    """Return when a flow of SEMS+ was measured (``refreshTime``, plant-local), aware and in UTC.

    ``None`` without a time or a ``zone``. A time in the future is ``now``; see ``to_utc`` for the repeated hour.
    """
    return _local(bean.get("refreshTime"), zone, now)


def uploaded_at(row: Bean, zone: tzinfo | None, now: datetime) -> datetime | None:
    """Return when an inverter of the legacy API last uploaded, aware and in UTC; ``None`` where it does not tell.

    A time in the future is ``now``. ``last_time`` (epoch milliseconds) counts; ``last_refresh_time`` is plant-local and stands in where a row has
    no ``invert_full`` (§4.6).
    """
    for bean in (section(row.get("invert_full")), row):
        told = bean.get("last_time")
        if told is not None and (at := moment(told)) is not None:
            return min(at, now)
    return _local(row.get("last_refresh_time"), zone, now)


def newest(rows: Iterable[Bean], zone: tzinfo | None, now: datetime) -> datetime | None:
    """Return the newest upload of several inverters; ``None`` where none of them tells."""
    return max(filter(None, (uploaded_at(row, zone, now) for row in rows)), default=None)


def _local(value: object, zone: tzinfo | None, now: datetime) -> datetime | None:
    if zone is None or not isinstance(value, str):
        return None
    told = moment(value, UTC, _AMERICAN)
    return None if told is None else min(to_utc(told.replace(tzinfo=None), zone, now), now)
