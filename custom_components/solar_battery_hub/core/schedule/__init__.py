"""One schedule for all devices: slots, what makes two schedules the same, and what each device can hold (design §5)."""

from .changes import Change, apply, difference, places_of
from .errors import Problem, Reason, ScheduleError, problem
from .rules import EACH_DAY, WEEKDAYS_AND_WEEKEND, ModeRule, NumberRule, Off, ScheduleRules, SlotGroup
from .schedule import Schedule
from .slot import ALL_DAYS, ALL_MONTHS, MIDNIGHT, NUMBERS, WEEKDAYS, Job, Slot

__all__ = [
    "ALL_DAYS",
    "ALL_MONTHS",
    "EACH_DAY",
    "MIDNIGHT",
    "NUMBERS",
    "WEEKDAYS",
    "WEEKDAYS_AND_WEEKEND",
    "Change",
    "Job",
    "ModeRule",
    "NumberRule",
    "Off",
    "Problem",
    "Reason",
    "Schedule",
    "ScheduleError",
    "ScheduleRules",
    "Slot",
    "SlotGroup",
    "apply",
    "difference",
    "places_of",
    "problem",
]
