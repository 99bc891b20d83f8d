"""How quickly this cloud may be asked: it counts by address and endpoint, whoever asks (anker.md §15)."""

from typing import Final

from ...core.clock import Clock
from ...core.turnstile import Pace, Turnstile
from ..base import PrivateStore
from . import paths

GAP = 0.3  # seconds between any two requests
_WINDOW: Final = 65.0  # seconds: the minute that the server counts, and what is late on the way
_USUAL: Final = 10
_LIMITS: Final = {paths.ENERGY: 8}
_RESERVE: Final = 2  # of each, for what a user waits for

_TURNSTILE: Final = "turnstile"  # in what all accounts have in common
_PACE: Final = "pace"  # in the shared store


def turnstile(store: PrivateStore, clock: Clock) -> Turnstile:
    """Return the one turnstile of all accounts; what was spent before a restart is kept in the account's own store."""
    if (found := store.common.get(_TURNSTILE)) is None:
        pace = Pace(gap=GAP, window=_WINDOW, usual=_USUAL, limits=_LIMITS, reserve=_RESERVE)
        found = store.common[_TURNSTILE] = Turnstile(clock, pace)
    shared_by_all: Turnstile = found
    shared_by_all.restore(store.shared.get(_PACE))
    store.shared[_PACE] = shared_by_all.state
    return shared_by_all
