"""The tariff plan of a power panel: seasons, day types, prices, and the rule the cloud makes of them (anker.md §12.9)."""

from dataclasses import dataclass, field
from datetime import datetime
import json
from typing import Any

from tests.simulators.anker.call import WRONG_PARAMETER, Bean, Refused

WEEKDAY, WEEKEND = 2, 1
"""``day_type``."""
RULE_TYPES = {1: 3, 2: 2, 3: 1, 4: 1}
"""``peak_type`` (1 cheapest) → the rule's T (1 peak, 2 mid, 3 off)."""
STAMP = "%Y-%m-%d %H:%M:%S"


def _band(identity: int, start: str, end: str, peak: int, buy: float, day_type: int) -> Bean:
    """Return one price band of the first plan."""
    return {
        "id": identity,
        "buy": buy,
        "energy_unit": "kWh",
        "start_time_period": start,
        "end_time_period": end,
        "peak_type": peak,
        "day_type": day_type,
    }


def first_plan() -> list[Bean]:
    """Return what a panel begins with: one season, dear from 16:00 on on weekdays."""
    return [
        {
            "id": 1,
            "name": "All year",
            "start_time": "2026-01-01 00:00:00",
            "start_desc": "January",
            "end_time": "2026-12-31 00:00:00",
            "end_desc": "December",
            "type": 2,
            "peak_valley_prices": [
                _band(1, "00:00", "16:00", 1, 0.12, WEEKDAY),
                _band(2, "16:00", "24:00", 4, 0.36, WEEKDAY),
                _band(3, "00:00", "24:00", 1, 0.12, WEEKEND),
            ],
        }
    ]


@dataclass(slots=True, kw_only=True)
class RatePlan:
    """What the cloud keeps."""

    sessions: list[Bean] = field(default_factory=first_plan)
    fixed_price: Bean | None = None
    rule: str = ""

    def told(self) -> Bean:
        """Return it as it is read."""
        return {"peak_sessions": self.sessions, "fixed_price": self.fixed_price}


def _hour(text: Any) -> int:
    return int(str(text).split(":")[0])


def _day(bands: list[Bean], day_type: int) -> list[dict[str, int]]:
    """Return the hours of a kind of day."""
    return [
        {
            "S": _hour(band["start_time_period"]),
            "E": _hour(band["end_time_period"]),
            "T": RULE_TYPES[band["peak_type"]],
        }
        for band in bands
        if band["day_type"] == day_type
    ]


def _month(text: Any) -> int:
    return datetime.strptime(str(text), STAMP).month  # noqa: DTZ007 - a season has no zone


def rule_of(sessions: list[Bean]) -> str:
    """Return the rule of a plan, JSON text without prices; refuse a plan that cannot be read."""
    try:
        seasons = [
            {
                "Sea": {"S": _month(session["start_time"]), "E": _month(session["end_time"])},
                "P1": _day(session["peak_valley_prices"], WEEKDAY),
                "P2": _day(session["peak_valley_prices"], WEEKEND),
            }
            for session in sessions
        ]
    except KeyError, TypeError, ValueError:
        raise Refused(WRONG_PARAMETER) from None
    return json.dumps(seasons, separators=(",", ":"))
