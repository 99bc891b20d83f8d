"""How old what a user sees is: from the device's upload to the state that shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import mean
from typing import Any

from tests.benchmarks.figures import Figure

TOLERANCE_W = 9.0
"""Both sides round: to whole watts, or to hundredths of a kW."""

type Moment = tuple[float, float | None]
"""A timestamp and the watts then; ``None``: nothing is shown from then on."""
type Seen = Sequence[Mapping[str, Any]]
"""``Ages`` as JSON has them."""


@dataclass(slots=True, kw_only=True)
class Ages:
    """What was seen of one device. ``delays``: seconds from each upload that was shown to its state, oldest first.

    ``age_seconds`` is the sum of the ages of what was shown over all ``shown_seconds``; ``uploads`` counts those there were.
    """

    uploads: int
    delays: list[float] = field(default_factory=list)
    age_seconds: float = 0.0
    shown_seconds: float = 0.0


def ages(uploads: Sequence[tuple[float, float]], states: Sequence[Moment], end: float) -> Ages:
    """Return how old the states were until ``end``; the first one was there already.

    A value that nobody uploaded counts as not shown.
    """
    begin = states[0][0]
    found = Ages(uploads=sum(begin <= at < end for at, _ in uploads))
    before = None
    for (since, watts), (until, _) in pairwise([*states, (end, None)]):
        if (upload := _upload(uploads, since, watts)) is None:
            continue
        if upload != before and since > begin:
            found.delays.append(since - upload)
        before = upload
        found.shown_seconds += until - since
        found.age_seconds += (until - since) * ((since + until) / 2 - upload)
    return found


def _upload(uploads: Sequence[tuple[float, float]], moment: float, watts: float | None) -> float | None:
    """Return when the value shown at a moment was uploaded."""
    if watts is None:
        return None
    fitting = (at for at, uploaded in reversed(uploads) if at <= moment and abs(uploaded - watts) <= TOLERANCE_W)
    return next(fitting, None)


def mean_delay(seen: Seen) -> Figure:
    """Return the seconds from an upload that was shown to its state."""
    delays = [delay for device in seen for delay in device["delays"]]
    return mean(delays) if delays else None


def mean_age(seen: Seen) -> Figure:
    """Return how old what was shown was, in seconds: the mean over the time in which something was."""
    shown = sum(device["shown_seconds"] for device in seen)
    return sum(device["age_seconds"] for device in seen) / shown if shown else None


def missed(seen: Seen) -> Figure:
    """Return how many uploads were replaced by the next one before anybody saw them, in %."""
    uploads = sum(device["uploads"] for device in seen)
    return 100 * max(0.0, 1 - sum(len(device["delays"]) for device in seen) / uploads) if uploads else None
