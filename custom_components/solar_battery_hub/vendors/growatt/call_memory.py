"""What the server said about calls that do not work for a device: not asked again and again (growatt.md A.3)."""

from datetime import datetime, timedelta
from typing import Final

from ...core.clock import Clock
from ...core.errors import BadAnswer, HubError, NotSupported, Unreachable
from ..base import PrivateStore

_REFUSED_FOR: Final = timedelta(hours=1)  # doubled each time in a row …
_DOUBLINGS: Final = 5  # … up to more than a day
_NO_CURE_FOR: Final = timedelta(hours=12)  # leaves half of the sign-ins of a day for when they help

_WORKED, _REFUSED, _UNCURED = "worked", "refused", "uncured"
_TIMES: Final = "times"  # refusals in a row


class CallMemory:
    """Remembers by place (a call and the device it is about) over restarts.

    A place that never worked and is refused is not supported; it is tried again ever more rarely. One
    that worked before has bad luck.
    """

    def __init__(self, store: PrivateStore, clock: Clock) -> None:
        """Go on from what the shared store holds."""
        self._store = store
        self._clock = clock
        self._places: dict[str, dict[str, str]] = store.shared.setdefault("call_memory", {})

    def check(self, place: str) -> None:
        """Raise NotSupported for a place that was refused lately."""
        times = int(self._places.get(place, {}).get(_TIMES, 1))
        if self._within(place, _REFUSED, _REFUSED_FOR * 2 ** min(times - 1, _DOUBLINGS)):
            raise NotSupported(f"{place} is not offered here")

    def worked(self, place: str) -> None:
        """Remember that this place answers."""
        if self._places.get(place, {}).keys() != {_WORKED}:
            self._places[place] = {}
            self._note(place, _WORKED)

    def refused(self, place: str, said: str) -> HubError:
        """Return what a refusal means here: NotSupported, remembered, or Unreachable."""
        if _WORKED in self._places.get(place, {}):
            return Unreachable(f"{place} failed: {said}")
        known = self._places.setdefault(place, {})
        known[_TIMES] = str(int(known.get(_TIMES, 0)) + 1)
        self._note(place, _REFUSED)
        return NotSupported(f"{place} is not offered: {said}")

    def uncured(self, place: str) -> HubError:
        """Remember that signing in again did not help here, and return what that means."""
        self.note_uncured(place)
        return self.closed(place)

    def note_uncured(self, place: str) -> None:
        """Remember that signing in again did not help here."""
        self._note(place, _UNCURED)

    def closed(self, place: str) -> HubError:
        """Return what it means that somebody who is signed in is treated as if not."""
        if _WORKED in self._places.get(place, {}):
            return BadAnswer(f"{place} is not open to this sign-in now")
        return self.refused(place, "not open to this sign-in")

    def may_be_cured(self, place: str) -> bool:
        """Tell whether signing in again may help: it did, or was not tried for long."""
        return not self._within(place, _UNCURED, _NO_CURE_FOR)

    def _note(self, place: str, what: str) -> None:
        self._places.setdefault(place, {})[what] = self._clock.now().isoformat()
        self._store.save_later()

    def _within(self, place: str, what: str, span: timedelta) -> bool:
        """Tell whether this happened less than ``span`` ago; a moment ahead comes from a clock put back."""
        noted = self._places.get(place, {}).get(what)
        return noted is not None and abs(self._clock.now() - datetime.fromisoformat(noted)) < span
