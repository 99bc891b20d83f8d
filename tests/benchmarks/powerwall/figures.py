"""The arithmetic of the Powerwall's benchmark: from what was collected to the rows of its tables."""

from collections.abc import Callable, Mapping, Sequence
from statistics import mean, median
from typing import Any

from tests.benchmarks.figures import Figure, Goal, Row, middle
from tests.benchmarks.powerwall.runs import Collected
from tests.benchmarks.powerwall.subjects import NOBODY, OURS, OURS_AS_INSTALLED, RIVAL, SUBJECTS
from tests.benchmarks.workshop import Result

HOUR = 3600.0
LINEAR = 1.25
"""Growth is called linear while a gateway among many costs at most this many times what it costs among few."""


def window(results: Sequence[Result], scene: str, take: Callable[[Mapping[str, Any]], float]) -> Figure:
    """Return the median over the repeats of what ``take`` finds in the costs of a scene."""
    return middle([take(one[scene]["costs"]) for one in results if scene in one])


def watched(results: Sequence[Result], scene: str, key: str) -> Figure:
    """Return the median over the repeats of something that was watched in a scene."""
    return middle([one[scene]["watched"][key] for one in results if one.get(scene, {}).get("watched")])


def own_cpu(results: Sequence[Result], idle: Sequence[Result], name: str, scene: str, clock: str) -> Figure:
    """Return the CPU time per round in ms, without what Home Assistant needs anyway in the same time."""
    busy = window(results, scene, lambda costs: costs[clock] / costs["rounds"])
    nothing = window(idle, scene, lambda costs: costs[clock] / costs["rounds"])
    if busy is None or nothing is None:
        return None
    return busy - nothing * SUBJECTS[name].interval / NOBODY.interval


def per_hour(rounds: Figure, interval: float) -> Figure:
    """Return what a figure per round makes in an hour."""
    return None if rounds is None else rounds * HOUR / interval


class Figures:
    """Everything that can be said of one run."""

    def __init__(self, collected: Collected) -> None:
        """Take what was measured."""
        self._collected = collected

    def _row(self, name: str, unit: str, figure: Callable[[str], Figure], goal: Goal | None = None) -> Row:
        ours, core, installed = (figure(subject.name) for subject in (OURS, RIVAL, OURS_AS_INSTALLED))
        return Row(name=name, unit=unit, ours=ours, core=core, variant=installed, goal=goal)

    def rows(self) -> list[Row]:
        """Return the comparison of the two integrations with one gateway."""
        return [*self._requests(), *self._set_up(), *self._cpu(), *self._holds(), *self._states(), *self._delays()]

    def _results(self, subject: str) -> list[Result]:
        return self._collected.measured.get(subject, [])

    def _requests(self) -> list[Row]:
        def per_round(take: Callable[[Sequence[float]], float]) -> Callable[[str], Figure]:
            return lambda name: window(self._results(name), "changing", lambda costs: take(costs["requests"]))

        def connections(name: str) -> Figure:
            opened, rounds = (watched(self._results(name), "changing", key) for key in ("connections", "rounds"))
            return None if opened is None or not rounds else opened / rounds

        return [
            self._row("Requests per round", "", per_round(median), Goal(text="≤ 6", limit=6)),
            self._row("Requests in the busiest round", "", per_round(max)),
            self._row(
                "Repeated requests per round",
                "",
                lambda name: window(self._results(name), "changing", lambda costs: costs["repeats"] / costs["rounds"]),
                Goal(text="0", limit=0),
            ),
            self._row("TLS connections per round", "", connections),
            self._row("Requests per hour", "", lambda name: per_hour(per_round(mean)(name), SUBJECTS[name].interval)),
        ]

    def _set_up(self) -> list[Row]:
        def added(key: str) -> Callable[[str], Figure]:
            return lambda name: middle([one[key] for one in self._collected.added.get(name, [])])

        def restarted(key: str) -> Callable[[str], Figure]:
            return lambda name: middle([one["setup"][key] for one in self._results(name)])

        return [
            self._row("Entities", "", restarted("entities")),
            self._row("Adding: requests", "", added("requests")),
            self._row("Adding: logins", "", added("logins")),
            self._row("Restart: requests", "", restarted("requests")),
            self._row("Restart: logins", "", restarted("logins"), Goal(text="0", limit=0)),
            self._row("Restart: set-up", "s", restarted("seconds")),
            self._row("Restart: CPU of the set-up", "ms", restarted("cpu_ms")),
            self._row("Restart: longest hold", "ms", restarted("hold_wall_ms")),
        ]

    def _cpu(self) -> list[Row]:
        def cpu(scene: str, clock: str) -> Callable[[str], Figure]:
            idle = self._results(NOBODY.name)
            return lambda name: own_cpu(self._results(name), idle, name, scene, clock)

        half = Goal(text="≤ 0.5 × core", share=0.5)
        return [
            self._row("CPU per round, steady values", "ms", cpu("steady", "cpu_ms"), half),
            self._row("CPU per round, changing values", "ms", cpu("changing", "cpu_ms"), half),
            self._row("… of it on the event loop", "ms", cpu("changing", "loop_ms"), half),
            self._row(
                "CPU per hour, changing values",
                "ms",
                lambda name: per_hour(cpu("changing", "cpu_ms")(name), SUBJECTS[name].interval),
            ),
        ]

    def _holds(self) -> list[Row]:
        def hold(key: str) -> Callable[[str], Figure]:
            return lambda name: watched(self._results(name), "changing", key)

        return [
            self._row("Longest hold of the event loop", "ms", hold("hold_wall_ms"), Goal(text="< 10 ms", limit=9.999)),
            self._row("… in CPU time", "ms", hold("hold_cpu_ms")),
        ]

    def _states(self) -> list[Row]:
        def count(scene: str, key: str) -> Callable[[str], Figure]:
            def figure(name: str) -> Figure:
                found, rounds = (watched(self._results(name), scene, one) for one in (key, "rounds"))
                return None if found is None or not rounds else per_hour(found / rounds, SUBJECTS[name].interval)

            return figure

        kinds = {"changed": "state_changed", "reported": "state_reported", "rows": "Recorder rows"}
        return [
            self._row(f"{kind} per hour, {scene} values", "", count(scene, key))
            for key, kind in kinds.items()
            for scene in ("steady", "changing")
        ]

    def _delays(self) -> list[Row]:
        def delay(take: Callable[[Sequence[float]], float]) -> Callable[[str], Figure]:
            return lambda name: take(found) if (found := self._collected.delays.get(name)) else None

        return [
            self._row("From change to state, mean", "s", delay(mean)),
            self._row("From change to state, longest", "s", delay(max)),
        ]

    # How cost grows

    def memory(self) -> dict[int, Row]:
        """Return the memory that so many gateways need on top of Home Assistant's own, in MB."""

        def memory(name: str, count: int) -> Figure:
            with_them, without = (
                middle([one["rss_mb"] for one in self._grown(who, count)]) for who in (name, NOBODY.name)
            )
            return None if with_them is None or without is None else with_them - without

        return self._growth("MB", memory)

    def growing_cpu(self) -> dict[int, Row]:
        """Return the CPU time per round that so many gateways need, in ms."""

        def cpu(name: str, count: int) -> Figure:
            return own_cpu(self._grown(name, count), self._grown(NOBODY.name, count), name, "changing", "cpu_ms")

        return self._growth("ms", cpu)

    def _growth(self, unit: str, figure: Callable[[str, int], Figure]) -> dict[int, Row]:
        counts = sorted(self._collected.growth.get(OURS.name, {}))
        return {count: self._row(f"{count}", unit, lambda name, of=count: figure(name, of)) for count in counts}  # type: ignore[misc]

    def _grown(self, name: str, count: int) -> list[Result]:
        return self._collected.growth[name][count]


def is_linear(costs: Mapping[int, Figure]) -> bool | None:
    """Tell whether a gateway among the most costs about as much as among fewer; ``None`` with too few counts."""
    counts = sorted(count for count in costs if costs[count] is not None)
    if len(counts) < 2:
        return None
    few, many = counts[-2:]
    return (costs[many] or 0) / many <= LINEAR * (costs[few] or 0) / few
