"""The arithmetic of Growatt's benchmark: from what was collected to the rows of its tables, with the goals."""

from collections.abc import Callable

from tests.benchmarks.ages import Seen, mean_age, mean_delay, missed
from tests.benchmarks.figures import Figure, Goal, Row
from tests.benchmarks.growatt.runs import Collected, Measured
from tests.benchmarks.growatt.subjects import OURS, OURS_FAST, RIVAL

DAY = 24.0
HALF = Goal(text="≤ 0.5 × core", share=0.5)
NOTHING = Goal(text="0", limit=0)


class Figures:
    """Everything that can be said of one account."""

    def __init__(self, collected: Collected, account: str) -> None:
        """Take what was measured."""
        self._nobody = collected.nobody
        self._measured = collected.measured[account]

    def rows(self) -> list[Row]:
        """Return the comparison of the two integrations."""
        return [*self._traffic(), *self._ages(), *self._cpu(), *self._states(), *self._starts(), *self._hang()]

    def _row(self, name: str, unit: str, figure: Callable[[Measured], Figure], goal: Goal | None = None) -> Row:
        ours, core, fast = (
            figure(self._measured[subject.name]) if subject.name in self._measured else None
            for subject in (OURS, RIVAL, OURS_FAST)
        )
        return Row(name=name, unit=unit, ours=ours, core=core, variant=fast, goal=goal)

    def _traffic(self) -> list[Row]:
        return [
            self._row("Requests per day", "", per_day("requests"), HALF),
            self._row("Logins per day", "", per_day("logins"), Goal(text="≤ 1", limit=1)),
            self._row("Sent per day", "kB", lambda one: kilo(per_day("sent")(one))),
            self._row("Received per day", "kB", lambda one: kilo(per_day("received")(one))),
            self._row("Refused requests per day", "", per_day("refused")),
            self._row("Live readings per day", "", per_day("reads")),
        ]

    def _ages(self) -> list[Row]:
        return [
            self._row(
                "From upload to state, mean", "s", lambda one: mean_delay(_seen(one)), Goal(text="≤ 70 s", limit=70)
            ),
            self._row(
                "Age of what is shown, mean",
                "s",
                lambda one: mean_age(_seen(one)),
                Goal(text="less than core", share=1),
            ),
            self._row("Uploads that were never shown", "%", lambda one: missed(_seen(one))),
        ]

    def _cpu(self) -> list[Row]:
        return [
            self._row("CPU per live reading", "ms", lambda one: self._per_reading(one, "cpu_ms"), HALF),
            self._row(
                "… without the recorder's", "ms", lambda one: self._per_reading(one, "cpu_ms", "recorder_ms"), HALF
            ),
            self._row("CPU per day", "s", lambda one: self._own(one, "cpu_ms") / 1000),
            self._row("… of it the recorder's", "s", lambda one: self._own(one, "recorder_ms") / 1000),
            self._row("… of it on the event loop", "s", lambda one: self._own(one, "loop_ms") / 1000),
            self._row("Longest hold of the event loop", "ms", lambda one: one.lived["jumps"]["hold_wall_ms"]),
            self._row("… in CPU time", "ms", lambda one: one.lived["jumps"]["hold_cpu_ms"]),
        ]

    def _own(self, one: Measured, key: str) -> float:
        """Return how much of something a day takes, without what Home Assistant needs anyway."""
        idle: dict[str, float] = self._nobody["day"]
        return per_day(key)(one) - idle[key] * DAY / idle["hours"]

    def _per_reading(self, one: Measured, clock: str, without: str = "") -> Figure:
        """Return the CPU time per live reading in ms, a part of it left out."""
        reads = per_day("reads")(one)
        left_out = self._own(one, without) if without else 0.0
        return (self._own(one, clock) - left_out) / reads if reads else None

    def _states(self) -> list[Row]:
        return [
            self._row("Entities", "", lambda one: one.soon["entities"]),
            self._row("state_changed per day", "", per_day("changed")),
            self._row("state_reported per day", "", per_day("reported")),
            self._row("Recorder rows per day", "", per_day("rows")),
            self._row("Stores written to the disk per day", "", lambda one: self._own(one, "files")),
        ]

    def _starts(self) -> list[Row]:
        def soon(key: str) -> Callable[[Measured], Figure]:
            return lambda one: one.soon[key]

        def later(key: str) -> Callable[[Measured], Figure]:
            return lambda one: one.later["start"][key]

        return [
            self._row("Adding: requests", "", lambda one: one.added["requests"]),
            self._row("Adding: logins", "", lambda one: one.added["logins"]),
            self._row("Restart after 2 min: requests", "", soon("requests")),
            self._row("Restart after 2 min: logins", "", soon("logins"), NOTHING),
            self._row("Restart after 2 min: values after", "s", soon("values_after")),
            self._row("Restart after 1 h: requests", "", later("requests")),
            self._row("Restart after 1 h: logins", "", later("logins"), NOTHING),
            self._row("Restart after 1 h: set-up, 0.1 s per answer", "s", later("seconds")),
            self._row("Restart after 1 h: CPU of the set-up", "ms", later("cpu_ms")),
            self._row("Restart after 1 h: longest hold in CPU time", "ms", later("hold_cpu_ms")),
        ]

    def _hang(self) -> list[Row]:
        def hang(key: str) -> Callable[[Measured], Figure]:
            return lambda one: one.later["hang"][key]

        return [
            self._row("Server hangs: blocked worker threads", "s", hang("blocked_seconds"), NOTHING),
            self._row("Server hangs: threads blocked in the end", "", hang("blocked_threads")),
            self._row("Server hangs: longest hold", "ms", hang("hold_wall_ms")),
            self._row("… in CPU time", "ms", hang("hold_cpu_ms")),
        ]


def per_day(key: str) -> Callable[[Measured], float]:
    """Return how much of something the everyday life makes in a day."""

    def figure(one: Measured) -> float:
        day: dict[str, float] = one.lived["day"]
        return day[key] * DAY / day["hours"]

    return figure


def kilo(figure: float) -> float:
    """Return a thousandth."""
    return figure / 1000


def _seen(one: Measured) -> Seen:
    """Return what was seen of each device."""
    seen: Seen = one.lived["jumps"]["ages"]
    return seen
