"""Rounds of optional questions (anker.md §4, §16, §20)."""

from collections import Counter
from collections.abc import Callable

import pytest

from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    BadAnswer,
    HubError,
    NotSupported,
    RateLimited,
    TooSoon,
    Unreachable,
)
from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.vendors.anker.reports import Report
from custom_components.solar_battery_hub.vendors.anker.rounds import Ask, Rounds
from custom_components.solar_battery_hub.vendors.base import Wanted
from tests.vendors.tools import HandClock

ALL = Wanted()


class Desk:
    """Somebody who asks questions named by letters; each tells a reading of a device of that name."""

    def __init__(self) -> None:
        """Start with everybody answering."""
        self.clock = HandClock()
        self.rounds = Rounds(self.clock)
        self.errors: dict[str, HubError] = {}
        self.asked: Counter[str] = Counter()

    def ask(self, name: str, *, every: float = 0.0, brings: bool = True) -> Ask:
        """Return a question."""

        async def answer() -> str:
            self.asked[name] += 1
            if name in self.errors:
                raise self.errors[name]
            return name

        take: Callable[[str], dict[Ref, str]] = lambda told: {reading(name): told}  # noqa: E731
        return Ask(name=name, ask=answer, take=take, brings=frozenset({reading(name)} if brings else ()), every=every)

    async def round(self, names: str, wanted: Wanted = ALL, *, fresh_for: float = 0.0) -> tuple[str, bool]:
        """Ask these; return who answered, and whether nobody has to wait."""
        report = Report((), self.clock.now(), lambda _: None)
        complete = await self.rounds.run(map(self.ask, names), wanted, report, fresh_for=fresh_for)
        return "".join(ref.device for ref in report.snapshot().values), complete


def reading(name: str) -> Ref:
    """Return the reading that a question tells."""
    return Ref(name, "co2_rank")


def looked_at(names: str, known: str = "") -> Wanted:
    """Return what somebody wants who looks at these and was ever told of those."""
    return Wanted(refs=frozenset(map(reading, names)), known=frozenset(map(reading, names + known)))


@pytest.mark.parametrize("error", [BadAnswer("?"), Unreachable("?"), RateLimited(60), NotSupported("?")])
async def test_one_failure_is_no_failure_of_the_round(error: HubError) -> None:
    """Whoever else is asked answers."""
    desk = Desk()
    desk.errors["b"] = error
    assert await desk.round("abc") == ("ac", True)


async def test_a_round_without_any_answer_has_failed() -> None:
    """With what went wrong first."""
    desk = Desk()
    desk.errors = {"a": BadAnswer("first"), "b": NotSupported("?"), "c": Unreachable("?")}
    with pytest.raises(BadAnswer, match="first"):
        await desk.round("abc")


async def test_a_round_in_which_all_is_refused_has_not_failed() -> None:
    """There is nothing to be told, and nothing is wrong."""
    desk = Desk()
    desk.errors = {"a": NotSupported("?")}
    assert await desk.round("a") == ("", True)


async def test_nobody_is_asked_when_nobody_is_there() -> None:
    """Two in a row that do not answer are enough; one between them is bad luck."""
    desk = Desk()
    desk.errors = {name: Unreachable("?") for name in "abc"}
    with pytest.raises(Unreachable):
        await desk.round("abcd")
    assert desk.asked == {"a": 1, "b": 1}
    desk = Desk()
    desk.errors = {name: Unreachable("?") for name in "ac"}
    assert await desk.round("abcd") == ("bd", True)


async def test_nothing_waits_for_ever_behind_what_always_fails() -> None:
    """What failed last time comes last; what answers again has its place again."""
    desk = Desk()
    desk.errors = {name: Unreachable("?") for name in "ab"}
    with pytest.raises(Unreachable):
        await desk.round("abcd")
    for _ in range(2):
        assert await desk.round("abcd") == ("cd", True)
    desk.errors = {}
    assert await desk.round("abcd") == ("cdab", True)
    assert await desk.round("abcd") == ("abcd", True)


async def test_what_failed_alone_among_what_is_made_up_for_is_no_failure() -> None:
    """The others answered a minute ago."""
    desk = Desk()
    desk.errors = {"a": Unreachable("?"), "b": TooSoon(30)}
    assert await desk.round("abc") == ("c", False)
    desk.clock.pass_time(seconds=70)
    assert await desk.round("abc", fresh_for=300) == ("", False)


async def test_credentials_that_are_refused_end_the_round() -> None:
    """Only the user can help."""
    desk = Desk()
    desk.errors["b"] = AuthFailed("?")
    with pytest.raises(AuthFailed):
        await desk.round("abc")
    assert "c" not in desk.asked


async def test_what_has_to_wait_is_made_up_for_alone() -> None:
    """The others have just answered."""
    desk = Desk()
    desk.errors["b"] = TooSoon(30)
    assert await desk.round("abc") == ("ac", False)
    del desk.errors["b"]
    desk.clock.pass_time(seconds=70)
    assert await desk.round("abc", fresh_for=300) == ("b", True)
    assert await desk.round("abc") == ("abc", True)


async def test_only_what_is_looked_at_is_asked() -> None:
    """The rest is known and does not matter to anybody."""
    desk = Desk()
    assert await desk.round("abc", looked_at("b", known="ac")) == ("b", True)


async def test_what_was_never_told_is_asked_once_a_day() -> None:
    """It may have nothing to tell."""
    desk = Desk()
    nobody = looked_at("", known="a")
    assert await desk.round("ab", nobody) == ("b", True)
    assert await desk.round("ab", nobody) == ("", True)
    desk.clock.pass_time(hours=24)
    assert await desk.round("ab", nobody) == ("b", True)


async def test_a_question_of_which_nothing_is_known_is_always_asked() -> None:
    """Lists tell what there is."""
    desk = Desk()
    report = Report((), desk.clock.now(), lambda _: None)
    await desk.rounds.run([desk.ask("a", brings=False)], looked_at(""), report)
    assert desk.asked == {"a": 1}


async def test_some_are_asked_more_rarely() -> None:
    """Once an hour, whoever looks at it."""
    desk = Desk()
    for _ in range(13):
        report = Report((), desk.clock.now(), lambda _: None)
        await desk.rounds.run([desk.ask("a", every=3600)], ALL, report)
        assert report.snapshot().values == {reading("a"): "a"}, "what was told an hour ago is told again"
        desk.clock.pass_time(minutes=10)
    assert desk.asked == {"a": 3}


async def test_what_is_told_again_is_as_old_as_it_is() -> None:
    """It was measured when it was asked for."""
    desk = Desk()
    asked_at = desk.clock.now()
    report = Report((), asked_at, lambda _: None)
    for _ in range(2):
        report = Report((), desk.clock.now(), lambda _: None)
        await desk.rounds.run([desk.ask("a", every=3600)], ALL, report)
        desk.clock.pass_time(minutes=10)
    assert report.snapshot().times == {reading("a"): asked_at}
