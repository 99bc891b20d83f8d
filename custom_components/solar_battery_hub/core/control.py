"""Settings, what may be asked of one, and what came of it.

Carrying a change out is the work of ``desk.py``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
import re
from typing import Any, Final

from .model import Value
from .quantities import UNITS, Quantity
from .refusal import ChangeRefused
from .schedule import Schedule, ScheduleError, ScheduleRules
from .steps import on_step


class ControlKind(StrEnum):
    """How a setting is offered to the user."""

    SELECT = "select"
    NUMBER = "number"
    SWITCH = "switch"
    TIME = "time"
    TEXT = "text"
    BUTTON = "button"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value that can be written.

    ``key`` is a catalogue key where the setting is also a reading. ``options`` are the
    writable ones of a SELECT; ``minimum``, ``maximum`` and ``step`` bound a NUMBER, which can
    have ``options``, too: its only values, as text without a unit;
    ``minimum`` and ``maximum`` the length of a TEXT. A BUTTON is written as ``True`` and
    confirmed when it reads back as ``True``. A SCHEDULE is the text of ``Schedule.as_text``;
    ``rules`` are what the device can hold of one, and shared numbers that a text leaves out
    are what the device has.
    ``tolerance`` is how far a number may read back from what was asked. The device is
    read ``settle`` seconds after the write and then every ``pause`` seconds until it
    agrees or the caller's patience ends. Where no read is possible for longer than that
    (``settle`` above the patience), the change is accepted and verified later; ``read_later``
    says that this may happen with a short settle time too (the account raises ``ReadLater``).
    One that is not ``proven`` is only known from documents: nobody has seen it work on a device yet.
    It is off until the user wants it. One that ``drifts`` changes by itself with the time of day,
    such as what a plan says for the present hour: that is no change made elsewhere. One that
    ``wears`` nothing (False) may be changed as often as one likes.
    """

    key: str
    kind: ControlKind
    options: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    quantity: Quantity | None = None
    rules: ScheduleRules | None = None
    tolerance: float = 0.0
    settle: float = 0.0
    pause: float = 3.0
    read_later: bool = False
    config: bool = False
    enabled: bool = True
    proven: bool = True
    drifts: bool = False
    wears: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return its kind and what bounds it (JSON types), as far as there is any of it.

        ``options``, ``minimum``, ``maximum``, ``step``, ``rules``, and ``proven`` where that is false.
        """
        told: dict[str, Any] = {"kind": self.kind.value}
        if self.options:
            told["options"] = list(self.options)
        for name in ("minimum", "maximum", "step"):
            if (bound := getattr(self, name)) is not None:
                told[name] = bound
        if self.rules is not None:
            told["rules"] = self.rules.as_dict()
        if not self.proven:
            told["proven"] = False
        return told

    def matches(self, asked: Value, found: Value) -> bool:
        """Tell whether a value read from the device is the one asked for."""
        if isinstance(asked, float | int) and isinstance(found, float | int):
            return abs(asked - found) <= self.tolerance
        if asked != found and self.rules is not None:
            return _same_schedule(self.rules, asked, found)
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
    and only set when the outcome is ACCEPTED. ``parts`` tells what became of each part of a
    write that ended half-way (``WriteIncomplete``), unless the device has it all.
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
    parts: Mapping[str, str] = field(default_factory=dict)

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
            **({"parts": dict(self.parts)} if self.parts else {}),
        }


def check(controls: Sequence[Control], changes: Mapping[str, Value]) -> dict[str, Setting]:
    """Return the settings that ``changes`` (key to value) names, all of them allowed.

    Raises ChangeRefused for the first one that is not: ``nothing_to_change``,
    ``setting_not_available`` {setting}, ``wrong_type`` {setting}, ``option_not_available``
    {setting, option, options}, ``value_out_of_range`` {setting, minimum, maximum},
    ``value_off_step`` {setting, step}, ``text_length`` {setting, minimum, maximum}, and for
    a schedule those of ``schedule.Reason``, as ScheduleError.
    """
    if not changes:
        raise ChangeRefused("nothing_to_change")
    known = {control.setting.key: control.setting for control in controls}
    for key, value in changes.items():
        if key not in known:
            raise ChangeRefused("setting_not_available", setting=key)
        _CHECKS[known[key].kind](known[key], value)
    return {key: known[key] for key in changes}


def _check_option(setting: Setting, value: Value) -> None:
    if value not in setting.options:
        options = ", ".join(setting.options)
        raise ChangeRefused("option_not_available", setting=setting.key, option=str(value), options=options)


def _check_number(setting: Setting, value: Value) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ChangeRefused("wrong_type", setting=setting.key)
    if not _within(setting, value):
        raise ChangeRefused("value_out_of_range", setting=setting.key, **_bounds(setting))
    if setting.step and not on_step(value, setting.minimum or 0.0, setting.step):
        raise ChangeRefused("value_off_step", setting=setting.key, step=_with_unit(setting, setting.step))
    if setting.options:
        _check_option(setting, f"{value:g}")


def _check_text(setting: Setting, value: Value) -> None:
    if not isinstance(value, str):
        raise ChangeRefused("wrong_type", setting=setting.key)
    if not _within(setting, len(value)):
        raise ChangeRefused("text_length", setting=setting.key, **_bounds(setting))


def _check_time(setting: Setting, value: Value) -> None:
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ChangeRefused("wrong_type", setting=setting.key)


def _check_switch(setting: Setting, value: Value) -> None:
    if not isinstance(value, bool):
        raise ChangeRefused("wrong_type", setting=setting.key)


def _check_button(setting: Setting, value: Value) -> None:
    if value is not True:
        raise ChangeRefused("wrong_type", setting=setting.key)


def _check_schedule(setting: Setting, value: Value) -> None:
    rules = setting.rules or ScheduleRules()
    if problems := rules.check(Schedule.from_text(value), complete=False):
        raise ScheduleError(*problems)


_CHECKS: Final[Mapping[ControlKind, Callable[[Setting, Value], None]]] = {
    ControlKind.SELECT: _check_option,
    ControlKind.NUMBER: _check_number,
    ControlKind.SWITCH: _check_switch,
    ControlKind.TIME: _check_time,
    ControlKind.TEXT: _check_text,
    ControlKind.BUTTON: _check_button,
    ControlKind.SCHEDULE: _check_schedule,
}


def _same_schedule(rules: ScheduleRules, asked: Value, found: Value) -> bool:
    """Compare what the texts mean on the device; one that is no schedule is like no other."""
    try:
        return rules.same(Schedule.from_text(found), Schedule.from_text(asked))
    except ScheduleError:
        return False


def _within(setting: Setting, number: float) -> bool:
    above = setting.minimum is None or number >= setting.minimum
    return above and (setting.maximum is None or number <= setting.maximum)


def _bounds(setting: Setting) -> dict[str, str]:
    """Return both ends as text; an open end is infinite."""
    return {
        "minimum": "−∞" if setting.minimum is None else _with_unit(setting, setting.minimum),
        "maximum": "∞" if setting.maximum is None else _with_unit(setting, setting.maximum),
    }


def _with_unit(setting: Setting, value: float) -> str:
    unit = UNITS.get(setting.quantity, "") if setting.quantity else ""
    return f"{value:g} {unit}".rstrip()
