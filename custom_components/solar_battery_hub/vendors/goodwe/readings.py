"""What plants and devices measure, whichever way it was told: one place for both APIs (goodwe.md §4, §5)."""

from .legacy_beans import firmware_of
from .legacy_readings import LegacyReadings, batteries_of
from .money import currency_of
from .reader import Values
from .semsplus_readings import FlowReading, SemsPlusReadings

__all__ = ("FlowReading", "Readings", "Values", "batteries_of", "currency_of", "firmware_of")


class Readings(SemsPlusReadings, LegacyReadings):
    """Reads the answers of both ways; what a device was seen to have is remembered for both together."""
