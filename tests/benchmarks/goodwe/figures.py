"""The arithmetic of GoodWe's benchmark: from what was collected to the rows of its tables, with the goals."""

from collections.abc import Callable
from typing import Any

from tests.benchmarks.ages import Seen, mean_age, mean_delay, missed
from tests.benchmarks.figures import Figure, Goal, Row
from tests.benchmarks.goodwe.runs import Collected, Measured
from tests.benchmarks.goodwe.subjects import OURS, RIVAL

DAY_HOURS, HOUR_MINUTES = 24.0, 60.0
HALF = Goal(text="≤ 0.5 × pygoodwe", share=0.5)
YOUNGER = Goal(text="less than pygoodwe", share=1)
CALM = Goal(text="≤ 3", limit=3)
FEW_LOGINS = Goal(text="≤ 6", limit=6)


class Figures:
    """Everything that can be said of one case; what nobody else was measured with has goals of its own."""

    def __init__(self, collected: Collected, case: str) -> None:
        """Take what was measured."""
        self._nobody = collected.nobody
        self._measured = collected.measured[case]
        self._alone = RIVAL.name not in self._measured

    def rows(self) -> list[Row]:
        """Return all rows."""
        return [*self._traffic(), *self._ages(), *self._cpu(), *self._states(), *self._starts()]

    def _row(self, name: str, unit: str, figure: Callable[[Measured], Figure], goal: Goal | None = None) -> Row:
        ours, rival = (
            figure(self._measured[subject.name]) if subject.name in self._measured else None
            for subject in (OURS, RIVAL)
        )
        return Row(name=name, unit=unit, ours=ours, core=rival, goal=goal)

    def _traffic(self) -> list[Row]:
        return [
            self._row("Requests per day", "", per_day("requests"), None if self._alone else HALF),
            self._row("Requests per minute and plant", "", per_minute, CALM if self._alone else None),
            self._row("Logins per day", "", per_day("logins"), FEW_LOGINS if self._alone else None),
            self._row("Refused requests per day", "", per_day("refused")),
            self._row("Sent per day", "kB", lambda one: per_day("sent")(one) / 1000),
            self._row("Received per day", "kB", lambda one: per_day("received")(one) / 1000),
        ]

    def _ages(self) -> list[Row]:
        return [
            self._row("From upload to state, mean", "s", lambda one: mean_delay(_seen(one))),
            self._row(
                "Age of what is shown, mean", "s", lambda one: mean_age(_seen(one)), None if self._alone else YOUNGER
            ),
            self._row("Uploads that were never shown", "%", lambda one: missed(_seen(one))),
        ]

    def _cpu(self) -> list[Row]:
        return [
            self._row("Polls per day", "", per_day("polls")),
            self._row("CPU per poll", "ms", lambda one: self._per_poll(one, "cpu_ms")),
            self._row("… without the recorder's", "ms", lambda one: self._per_poll(one, "cpu_ms", "recorder_ms")),
            self._row("CPU per day", "s", lambda one: self._own(one, "cpu_ms") / 1000),
            self._row("… without the recorder's", "s", self._own_work),
            self._row("… of it on the event loop", "s", lambda one: self._own(one, "loop_ms") / 1000),
        ]

    def _own(self, one: Measured, key: str) -> float:
        """Return how much of something a day takes, without what Home Assistant needs anyway."""
        idle: dict[str, float] = self._nobody["day"]
        return per_day(key)(one) - idle[key] * DAY_HOURS / idle["hours"]

    def _own_work(self, one: Measured) -> float:
        """Return the CPU seconds of a day that are not the recorder's."""
        return (self._own(one, "cpu_ms") - self._own(one, "recorder_ms")) / 1000

    def _per_poll(self, one: Measured, clock: str, without: str = "") -> Figure:
        """Return the CPU time per question what a plant does now, in ms, a part of it left out; all else is in it."""
        polls = per_day("polls")(one)
        left_out = self._own(one, without) if without else 0.0
        return (self._own(one, clock) - left_out) / polls if polls else None

    def _states(self) -> list[Row]:
        return [
            self._row("Entities", "", lambda one: one.lived["entities"]),
            self._row("Recorder rows per hour", "", lambda one: per_day("rows")(one) / DAY_HOURS),
            self._row("state_changed per hour", "", lambda one: per_day("changed")(one) / DAY_HOURS),
            self._row("state_reported per hour", "", lambda one: per_day("reported")(one) / DAY_HOURS),
            self._row("Stores written to the disk per day", "", lambda one: self._own(one, "files")),
        ]

    def _starts(self) -> list[Row]:
        return [
            self._row("Adding: requests", "", lambda one: one.added["requests"]),
            self._row("Adding: logins", "", lambda one: one.added["logins"]),
            self._row("Restart after 2 min: requests", "", lambda one: one.restarted["requests"]),
            self._row("Restart after 2 min: logins", "", lambda one: one.restarted["logins"]),
            self._row("Restart after 2 min: CPU of the set-up", "ms", lambda one: one.restarted["cpu_ms"]),
        ]


def per_day(key: str) -> Callable[[Measured], float]:
    """Return how much of something the everyday life makes in a day."""

    def figure(one: Measured) -> float:
        day: dict[str, Any] = one.lived["day"]
        return float(day[key] * DAY_HOURS / day["hours"])

    return figure


def per_minute(one: Measured) -> float:
    """Return the requests per minute for each plant."""
    return per_day("requests")(one) / DAY_HOURS / HOUR_MINUTES / float(one.lived["day"]["plants"])


def _seen(one: Measured) -> Seen:
    """Return what was seen of each plant in each position."""
    seen: Seen = one.lived["ages"]
    return seen
