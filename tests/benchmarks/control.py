"""The simulators' control port, asked in the blocking way: what it costs is then easy to leave out of a measurement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http.client import HTTPConnection
import json
from typing import Any
from urllib.parse import urlsplit


class Control:
    """The control port of one simulator, or of a fleet with one clock.

    ``lag``: the simulators' clock may be behind by so many seconds before it is set again.
    """

    def __init__(self, url: str, *, lag: float = 0.0) -> None:
        """Connect at the first order."""
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._lag = lag
        self._set_to: datetime | None = None
        self._seen = 0

    def set_clock(self, now: datetime) -> None:
        """Stop the simulators' clock at this time."""
        if self._set_to is None or (now - self._set_to).total_seconds() >= self._lag:
            self._order("POST", "/clock", {"set": now.isoformat(), "speed": 0})
            self._set_to = now

    def let_clock_run(self) -> None:
        """Let the simulators' clock run with real time."""
        self._order("POST", "/clock", {"speed": 1})

    def set_house(self, changes: Mapping[str, Any]) -> None:
        """Change what the first simulator's house does."""
        self._order("POST", "/house", changes)

    def truth(self) -> Mapping[str, Any]:
        """Return what is true in the first simulator's house."""
        truth: dict[str, Any] = self._order("GET", "/truth")
        return truth

    def do(self, action: str, **details: Any) -> Any:
        """Do something to the first simulator by name and return what it answers."""
        return self._order("POST", "/do", {"action": action, **details})["result"]

    def add_fault(self, kind: str, **details: Any) -> None:
        """Let the first simulator misbehave."""
        self._order("POST", "/fault", {"kind": kind, **details})

    def clear_faults(self) -> None:
        """Let the first simulator behave again."""
        self._order("DELETE", "/fault")

    def new_requests(self) -> Sequence[Mapping[str, Any]]:
        """Return what was asked of the first simulator since the last look."""
        records: list[dict[str, Any]] = self._order("GET", f"/requests?since={self._seen}")
        self._seen += len(records)
        return records

    def _order(self, method: str, path: str, order: Mapping[str, Any] | None = None) -> Any:
        """Send one order and return the answer; RuntimeError when the simulator refuses."""
        body = None if order is None else json.dumps(order)
        self._connection.request(method, path, body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        if response.status >= 400:
            raise RuntimeError(f"{path}: {answer}")
        return answer
