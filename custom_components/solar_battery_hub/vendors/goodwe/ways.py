"""Which of the two ways in is used now: SEMS+ as long as it answers, the legacy API behind it (goodwe.md §0)."""

from datetime import datetime, timedelta
from typing import Final

from ...core.errors import AuthFailed, BadAnswer, HubError, Locked, NotSupported, RateLimited
from .codes import LoginRefused, TermsNotAccepted
from .model import Way

_REFUSALS: Final = 3  # in a row, until the other way is tried
_SILENT_POLLS: Final = 3
_SILENT_FOR: Final = timedelta(minutes=10)
_FIRST_WAIT: Final = timedelta(minutes=30)  # until the other way is tried again; doubles up to …
_LONGEST_WAIT: Final = timedelta(hours=6)
_WAIT_WITHOUT_ANY: Final = timedelta(hours=1)  # at most, while neither answers
_BARREN_AFTER: Final = timedelta(hours=6)

REFUSED: Final = (LoginRefused, TermsNotAccepted)
"""What a way itself says to a sign-in, rather than nothing at all."""

_NOT_ITS_FAULT: Final = (AuthFailed, Locked, RateLimited)  # the other way would say the same
_EMPTY: Final = (BadAnswer, NotSupported)
_OTHER: Final = {Way.SEMSPLUS: Way.LEGACY, Way.LEGACY: Way.SEMSPLUS}


class Ways:
    """Hears how each poll of a plant went and says which way the next one takes; changes come between polls only.

    Every moment is aware. While neither way brings anything they are tried in turn, ever more rarely: each change
    costs a sign-in and ends the session of the other way (§3.6).
    """

    def __init__(self, present: Way, now: datetime) -> None:
        """Begin with the way that worked last."""
        self.present = present
        self._refusals = 0
        self._silent_polls = 0
        self._silent_since: datetime | None = None
        self._wait = _FIRST_WAIT
        self._next_try = now if present is Way.SEMSPLUS else now + _FIRST_WAIT
        self._empty_since: dict[Way, datetime] = {}

    def answered(self) -> None:
        """Take note that a poll brought something."""
        self._calm()
        self._empty_since.clear()
        if self.present is Way.SEMSPLUS:
            self._wait = _FIRST_WAIT

    def failed(self, error: HubError, now: datetime, *, at_once: bool = False) -> bool:
        """Take note that a poll brought nothing, and return whether the way is another one now.

        ``at_once``: nothing was ever read, so the user waits for a first answer (a refused sign-in is enough then).
        """
        if isinstance(error, _NOT_ITS_FAULT):
            return False
        if isinstance(error, _EMPTY):
            self._empty_since.setdefault(self.present, now)
        if isinstance(error, REFUSED) and self.present is Way.SEMSPLUS:
            self._refusals += 1
            enough = at_once or self._refusals >= _REFUSALS
        else:
            self._silent_polls += 1
            self._silent_since = min(now, self._silent_since or now)
            enough = self._silent_polls >= _SILENT_POLLS and now - self._silent_since >= _SILENT_FOR
            self._next_try = min(self._next_try, now + _WAIT_WITHOUT_ANY)
        if not enough or not self._is_time(now):
            return False
        self._change(now)
        return True

    def turn_back(self) -> None:
        """Take note that the other way cannot be reached either: the one before goes on, until it is time again."""
        self.present = _OTHER[self.present]

    def is_probe_due(self, now: datetime) -> bool:
        """Tell whether SEMS+ should be tried again although the legacy API answers."""
        return self.present is Way.LEGACY and self._is_time(now)

    def probed(self, now: datetime, *, answers: bool) -> None:
        """Take note whether SEMS+ answered again."""
        if answers:
            self._change(now)
        else:
            self._postpone(now)

    def is_barren(self, now: datetime) -> bool:
        """Tell whether both ways have answered for hours without anything in it."""
        return len(self._empty_since) == len(Way) and all(
            now - since >= _BARREN_AFTER for since in self._empty_since.values()
        )

    def _is_time(self, now: datetime) -> bool:
        """Tell whether the other way may be tried; a moment further ahead than any wait is of a clock put back since."""
        return not now < self._next_try <= now + _LONGEST_WAIT

    def _change(self, now: datetime) -> None:
        self.present = _OTHER[self.present]
        self._calm()
        self._postpone(now)

    def _postpone(self, now: datetime) -> None:
        self._next_try = now + self._wait
        self._wait = min(2 * self._wait, _LONGEST_WAIT)

    def _calm(self) -> None:
        self._refusals = self._silent_polls = 0
        self._silent_since = None
