"""The action that other makers have as well, as GoodWe answers it: the alarms of some days (goodwe.md §5.6)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, cast

import voluptuous as vol

from ...core.model import Happening
from ...core.refusal import ChangeRefused
from ..base import Account, Action
from .account import GoodWeAccount

_MOST_DAYS: Final = 31
_MOST_ROWS: Final = 100
_RECOVERED: Final = "recovered"


def _day(value: Any) -> date:
    """Take a date, also as text; raises ValueError."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


async def _get_alarms(account: Account, device: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the alarms that began on some days of a plant, newest first; whichever of its devices was asked.

    The server tells the newest ones only: without ``complete`` there may be older ones before ``read_from``.
    """
    goodwe = cast("GoodWeAccount", account)
    plant = goodwe.plant_of(device)
    zone = goodwe.zone(plant) or UTC
    last = fields.get("end") or goodwe.now().astimezone(zone).date()
    first = fields.get("start") or last
    if first > last or (last - first).days >= _MOST_DAYS:
        raise ChangeRefused("alarm_days", days=str(_MOST_DAYS))
    told = await goodwe.alarms(plant, size=_MOST_ROWS)
    rows = [(datetime.fromisoformat(row["start"]).astimezone(zone).date(), row) for row in _alarms(told)]
    oldest = min((day for day, _ in rows), default=first)
    complete = len(rows) < _MOST_ROWS or oldest < first
    return {
        "alarms": [row for day, row in rows if first <= day <= last],
        "complete": complete,
        "read_from": (first if complete else oldest).isoformat(),
    }


def _alarms(told: Sequence[Happening]) -> Iterator[dict[str, Any]]:
    """Yield what began and when it was over, newest first."""
    over = {happening.id: happening.attributes["recovered_at"] for happening in told if happening.type == _RECOVERED}
    began = [happening for happening in told if happening.type != _RECOVERED and happening.attributes["at"]]
    for happening in sorted(began, key=lambda happening: str(happening.attributes["at"]), reverse=True):
        ended = f"{happening.id}-{_RECOVERED}"
        yield {
            "code": happening.attributes["code"],
            "message": happening.attributes["name"],
            "level": happening.type,
            "device": happening.attributes["device"],
            "status": _RECOVERED if ended in over else "active",
            "start": happening.attributes["at"],
            "end": over.get(ended),
        }


ACTIONS: Sequence[Action] = (
    Action(
        name="get_alarms",
        fields={vol.Optional("start"): _day, vol.Optional("end"): _day},
        run=_get_alarms,
        changes=False,
    ),
)
