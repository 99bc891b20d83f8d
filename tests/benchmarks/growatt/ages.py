"""How old what a user sees is: from the device's upload to the state that shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

TOLERANCE_W = 9.0
"""Both sides round: to whole watts, or to hundredths of a kW."""

type Moment = tuple[float, float | None]
"""A timestamp and the watts then; ``None``: nothing is shown from then on."""


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
