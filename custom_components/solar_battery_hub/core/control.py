"""Settings and how a change of one is carried out: validate, send once, read back, tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .catalogue import Quantity
from .model import Value


class ControlKind(StrEnum):
    """How a setting is offered to the user."""

    SELECT = "select"
    NUMBER = "number"
    SWITCH = "switch"
    TIME = "time"
    TEXT = "text"
    BUTTON = "button"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value that can be written.

    ``key`` is a catalogue key where the setting is also a reading. ``options`` are the
    writable ones of a SELECT; ``minimum``, ``maximum`` and ``step`` bound a NUMBER,
    ``minimum`` and ``maximum`` the length of a TEXT. A BUTTON is written as ``True`` and
    confirmed when it reads back as ``True``.
    ``tolerance`` is how far a number may read back from what was asked. The device is
    read ``settle`` seconds after the write and then every ``pause`` seconds until it
    agrees or the caller's patience ends. Where no read is possible for longer than that
    (``settle`` above the patience), the change is accepted and verified later.
    """

    key: str
    kind: ControlKind
    options: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    quantity: Quantity | None = None
    tolerance: float = 0.0
    settle: float = 0.0
    pause: float = 3.0
    config: bool = False
    enabled: bool = True

    def matches(self, asked: Value, found: Value) -> bool:
        """Tell whether a value read from the device is the one asked for."""
        if isinstance(asked, float | int) and isinstance(found, float | int):
            return abs(asked - found) <= self.tolerance
        return asked == found


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A setting on one device, writable now."""

    device: str
    setting: Setting


class Outcome(StrEnum):
    """What came of a write."""

    CONFIRMED = "confirmed"
    UNCHANGED = "unchanged"
    NOT_CONFIRMED = "not_confirmed"
    SUPERSEDED = "superseded"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of a write: asked, sent, read back, matched, attempts, seconds.

    ``attempts`` counts reads of the device after sending; ``verify_at`` is an ISO time
    and only set when the outcome is ACCEPTED.
    """

    device: str
    outcome: Outcome
    asked: Mapping[str, Value]
    sent: Mapping[str, Value] = field(default_factory=dict)
    read_back: Mapping[str, Value] = field(default_factory=dict)
    matched: Mapping[str, bool] = field(default_factory=dict)
    attempts: int = 0
    seconds: float = 0.0
    verify_at: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as an action's answer (JSON types only)."""
        return {
            "outcome": self.outcome.value,
            "asked": dict(self.asked),
            "sent": dict(self.sent),
            "read_back": dict(self.read_back),
            "matched": dict(self.matched),
            "attempts": self.attempts,
            "seconds": round(self.seconds, 2),
            "verify_at": self.verify_at,
        }


class ChangeRefused(ValueError):
    """A change that was refused before anything was sent.

    ``reason`` is a translation key, ``placeholders`` its values.
    """

    def __init__(self, reason: str, **placeholders: str) -> None:
        """Remember why."""
        super().__init__(reason)
        self.reason = reason
        self.placeholders = placeholders
