"""What some sensors showed, moment by moment."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from homeassistant.util import dt as dt_util

from tests.bad_days.tools import NOTHING
from tests.hub import Hub


class Shown:
    """Keeps what sensors show; ``each=shown.look`` of ``live_on``."""

    def __init__(self, hub: Hub, unique_ids: Iterable[str]) -> None:
        """Watch sensors that exist."""
        self._hub = hub
        self._unique_ids = tuple(unique_ids)
        self.states: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        assert self._unique_ids
        self.look()

    def look(self) -> None:
        """Note what they show now."""
        for unique_id in self._unique_ids:
            self.states[unique_id].append((dt_util.utcnow(), self._hub.state(unique_id).state))

    def told(self, unique_id: str) -> list[tuple[datetime, float]]:
        """Return every number a sensor showed and when, in order."""
        return [(at, float(state)) for at, state in self.states[unique_id] if state not in NOTHING]

    def numbers(self, unique_id: str) -> list[float]:
        """Return every number a sensor showed, in order."""
        return [number for _, number in self.told(unique_id)]

    def missing(self, unique_id: str) -> list[datetime]:
        """Return when a sensor showed nothing."""
        return [at for at, state in self.states[unique_id] if state in NOTHING]

    def losses(self, unique_id: str) -> int:
        """Count how often a sensor that showed a number began to show nothing."""
        return sum(
            after in NOTHING and before not in NOTHING for (_, before), (_, after) in pairwise(self.states[unique_id])
        )

    def falls(self, unique_id: str) -> list[datetime]:
        """Return when a number had fallen."""
        return [at for (_, before), (at, after) in pairwise(self.told(unique_id)) if after < before]
