"""The arithmetic of Anker's benchmark: from what was collected to the rows of its tables, with the goals."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from tests.benchmarks.ages import Seen, mean_age, mean_delay, missed
from tests.benchmarks.anker.runs import Collected, Measured
from tests.benchmarks.anker.subjects import ADAPTER, OURS, REFERENCE
from tests.benchmarks.figures import Figure, Goal, Row

DAY_HOURS, HOUR_MINUTES = 24.0, 60.0
ENERGY = "energy_analysis"
NONE = Goal(text="0", limit=0)
CALM = Goal(text="≤ 5", limit=5)
BRIEF = Goal(text="≤ 40", limit=40)


class Figures:
    """Everything that can be said of one account."""

    def __init__(self, collected: Collected, case: str) -> None:
        """Take what was measured."""
        self._nobody = collected.nobody
        self._measured = collected.measured[case]
        self._sites = self._measured[OURS.name].lived["day"]["sites"]

    def rows(self) -> list[Row]:
        """Return all rows but those of single endpoints."""
        return [*self._traffic(), *self._starts(), *self._ages(), *self._cpu(), *self._states()]

    def endpoints(self) -> list[Row]:
        """Return the requests per hour of every endpoint that anybody asks, the busiest first."""
        hourly = {name: _hourly(one.lived["day"]) for name, one in self._measured.items()}
        every = Counter[str]()
        for counted in hourly.values():
            every.update(counted)

        def asked(name: str, endpoint: str) -> Figure:
            return hourly[name][endpoint] if name in hourly else None

        return [
            Row(
                name=endpoint,
                unit="",
                ours=asked(OURS.name, endpoint),
                core=asked(REFERENCE.name, endpoint),
                variant=asked(ADAPTER.name, endpoint),
            )
            for endpoint, _ in every.most_common()
        ]

    def _row(self, name: str, unit: str, figure: Callable[[Measured], Figure], goal: Goal | None = None) -> Row:
        ours, reference, adapter = (
            figure(self._measured[subject.name]) if subject.name in self._measured else None
            for subject in (OURS, REFERENCE, ADAPTER)
        )
        return Row(name=name, unit=unit, ours=ours, core=reference, variant=adapter, goal=goal)

    def _own_row(self, name: str, unit: str, figure: Callable[[Measured], Figure], goal: Goal | None = None) -> Row:
        """Return a row of what only ours does: the others have no entities."""
        return Row(name=name, unit=unit, ours=figure(self._measured[OURS.name]), core=None, goal=goal)

    def _traffic(self) -> list[Row]:
        return [
            self._row("Requests per day", "", per_day("requests")),
            self._row("Requests per minute", "", per_minute, CALM if self._sites == 1 else None),
            self._row("Refused for too many (429) per day", "", per_day("limited"), NONE),
            self._row("Refused otherwise per day", "", per_day("refused")),
            self._row("Logins per day", "", per_day("logins")),
            self._row("Most requests in a minute", "", busiest("")),
            self._row("Most energy questions in a minute", "", busiest(ENERGY)),
            self._row("Received per day", "kB", lambda one: per_day("received")(one) / 1000),
        ]

    def _starts(self) -> list[Row]:
        def added(*keys: str) -> Callable[[Measured], Figure]:
            return lambda one: None if one.added is None else _within(one.added, keys)

        def restarted(key: str) -> Callable[[Measured], Figure]:
            return lambda one: None if one.restarted is None else one.restarted[key]

        def first_minute(one: Measured) -> Figure:
            return _within(one.lived if one.added is None else one.added, ("minute", "requests"))

        return [
            self._row("Adding: requests in the first minute", "", first_minute),
            self._row(
                "Adding: requests until everything is known",
                "",
                added("complete", "requests"),
                BRIEF if self._sites == 1 else None,
            ),
            self._row("Adding: everything is known after", "s", added("complete_seconds")),
            self._row("Adding: 429 in the first quarter of an hour", "", added("limited"), NONE),
            self._row("Restart after 2 min: requests", "", restarted("requests")),
            self._row("Restart after 2 min: logins", "", restarted("logins")),
            self._own_row("Restart after 2 min: set-up, 0.1 s per answer", "s", restarted("seconds")),
            self._own_row("Restart after 2 min: CPU of the set-up", "ms", restarted("cpu_ms")),
        ]

    def _ages(self) -> list[Row]:
        return [
            self._row("From report to state, mean", "s", lambda one: mean_delay(_seen(one))),
            self._row("Age of what is shown, mean", "s", lambda one: mean_age(_seen(one))),
            self._row("Reports that were never shown", "%", lambda one: missed(_seen(one))),
        ]

    def _cpu(self) -> list[Row]:
        return [
            self._own_row("CPU per poll of a site", "ms", self._per_poll),
            self._own_row("… without the recorder's", "ms", lambda one: self._per_poll(one, "recorder_ms")),
            self._own_row("CPU per day", "s", lambda one: self._own(one, "cpu_ms") / 1000),
            self._own_row("… of it on the event loop", "s", lambda one: self._own(one, "loop_ms") / 1000),
        ]

    def _own(self, one: Measured, key: str) -> float:
        """Return how much of something a day takes, without what Home Assistant needs anyway."""
        idle: dict[str, float] = self._nobody["day"]
        return per_day(key)(one) - idle[key] * DAY_HOURS / idle["hours"]

    def _per_poll(self, one: Measured, without: str = "") -> Figure:
        """Return the CPU time per question what a site does now, in ms, a part of it left out; all else is in it."""
        polls = per_day("polls")(one)
        left_out = self._own(one, without) if without else 0.0
        return (self._own(one, "cpu_ms") - left_out) / polls if polls else None

    def _states(self) -> list[Row]:
        return [
            self._own_row("Entities", "", lambda one: one.lived["entities"]),
            self._own_row("Recorder rows per hour", "", lambda one: per_day("rows")(one) / DAY_HOURS),
            self._own_row("… that repeat the value before", "", per_day("repeats"), NONE),
            self._own_row("state_reported per hour", "", lambda one: per_day("reported")(one) / DAY_HOURS),
            self._own_row("Stores written to the disk per day", "", lambda one: self._own(one, "files")),
            self._own_row("Errors in the log", "", lambda one: one.lived["errors"], NONE),
        ]


class StillFigures:
    """What can be said of an account in which nothing changes."""

    def __init__(self, collected: Collected) -> None:
        """Take what was measured; RuntimeError if it was not."""
        if collected.recorded is None or collected.recorded_nobody is None:
            raise RuntimeError("the recorded account was not measured")
        self._added = collected.recorded.added or {}
        self._hour: Mapping[str, Any] = collected.recorded.lived["day"]
        self._idle: Mapping[str, Any] = collected.recorded_nobody["day"]
        self._lived, self._alone = collected.recorded.lived, collected.recorded_nobody

    def rows(self) -> list[Row]:
        """Return all rows."""
        own = {key: self._hour[key] - self._idle[key] for key in ("cpu_ms", "loop_ms", "recorder_ms", "files")}
        polls = self._hour["polls"]
        figures: list[tuple[str, str, Figure, Goal | None]] = [
            ("Requests per minute", "", self._hour["requests"] / HOUR_MINUTES, CALM),
            ("Refused for too many (429) per hour", "", self._hour["limited"], NONE),
            ("Adding: requests until everything is known", "", _within(self._added, ("complete", "requests")), BRIEF),
            ("Entities", "", self._lived["entities"], None),
            ("CPU per poll", "ms", own["cpu_ms"] / polls if polls else None, None),
            ("… of it on the event loop", "ms", own["loop_ms"] / polls if polls else None, None),
            ("Peak memory of a poll", "kB", self._lived["peak_kb"], None),
            ("Memory", "MB", self._lived["memory_mb"] - self._alone["memory_mb"], None),
            ("Recorder rows per hour", "", self._hour["rows"], None),
            ("… that repeat the value before", "", self._hour["repeats"], NONE),
            ("state_changed per hour", "", self._hour["changed"], None),
            ("state_reported per hour", "", self._hour["reported"], None),
            ("Stores written to the disk per hour", "", own["files"], None),
            ("Errors in the log", "", self._lived["errors"], NONE),
        ]
        return [Row(name=name, unit=unit, ours=ours, core=None, goal=goal) for name, unit, ours, goal in figures]


def per_day(key: str) -> Callable[[Measured], float]:
    """Return how much of something the everyday life makes in a day."""

    def figure(one: Measured) -> float:
        day: dict[str, Any] = one.lived["day"]
        return float(day[key] * DAY_HOURS / day["hours"])

    return figure


def per_minute(one: Measured) -> float:
    """Return the requests per minute."""
    return per_day("requests")(one) / DAY_HOURS / HOUR_MINUTES


def busiest(endpoint: str) -> Callable[[Measured], Figure]:
    """Return the most requests of an endpoint in any minute of the everyday life; of all for none."""
    return lambda one: max(
        (count for path, count in one.lived["day"]["busiest"].items() if last(path) == endpoint), default=0
    )


def last(path: str) -> str:
    """Return what an endpoint is called for short."""
    return path.rpartition("/")[2]


def _hourly(day: Mapping[str, Any]) -> Counter[str]:
    """Return the requests per hour by endpoint."""
    counted: Counter[str] = Counter()
    for path, count in day["paths"].items():
        counted[last(path)] += count / day["hours"]
    return counted


def _within(result: Mapping[str, Any], keys: tuple[str, ...]) -> Figure:
    """Return a figure deep in a result; ``None`` where there is none."""
    found: Any = result
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return None if found is None else float(found)


def _seen(one: Measured) -> Seen:
    """Return what was seen of each site in each position."""
    seen: Seen = one.lived["ages"]
    return seen
