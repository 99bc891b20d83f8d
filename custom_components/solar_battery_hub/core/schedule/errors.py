"""Why a schedule is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..refusal import ChangeRefused


class Reason(StrEnum):
    """Why a schedule is refused: translation keys, with the placeholders of each."""

    BAD_SCHEDULE = "schedule_malformed"  # none: not a list of slots
    BAD_FIELD = "schedule_bad_field"  # slot, field, value
    UNKNOWN_FIELD = "schedule_unknown_field"  # slot, field
    FIELD_MISSING = "schedule_field_missing"  # slot, field
    FIELD_NOT_SUPPORTED = "schedule_field_not_supported"  # slot, field
    NO_SCHEDULE = "schedule_not_supported"  # none: the device has no schedule at all
    UNKNOWN_MODE = "schedule_unknown_mode"  # slot, mode, modes
    EMPTY_SLOT = "schedule_empty_slot"  # slot
    NEVER_RUNS = "schedule_never_runs"  # slot, field: days or months without a member
    DAYS_TOGETHER = "schedule_days_together"  # slot, days: weekdays that only go together
    OUT_OF_RANGE = "schedule_out_of_range"  # slot, field, value, minimum, maximum, unit
    OFF_STEP = "schedule_off_step"  # slot, field, value, step, unit
    SHARED_DIFFERS = "schedule_shared_differs"  # group, field
    OVERLAP = "schedule_overlap"  # slot, other
    TOO_SHORT = "schedule_too_short"  # start, end, minutes
    TOO_LONG = "schedule_too_long"  # start, end, minutes
    TOO_MANY_SLOTS = "schedule_too_many_slots"  # group, slots, maximum
    GAP = "schedule_gap"  # none: part of a day has no job, and the device needs all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a schedule."""

    reason: Reason
    placeholders: Mapping[str, str]


def problem(reason: Reason, **placeholders: object) -> Problem:
    """Return a problem with its placeholders as text."""
    return Problem(reason=reason, placeholders={key: str(value) for key, value in placeholders.items()})


class ScheduleError(ChangeRefused):
    """A schedule that is malformed, or that a device cannot hold; nothing was sent.

    ``problems`` holds at least one; ``reason`` and ``placeholders`` are the first one's.
    """

    def __init__(self, *problems: Problem) -> None:
        """Remember every problem."""
        super().__init__(problems[0].reason, **problems[0].placeholders)
        self.problems = problems
