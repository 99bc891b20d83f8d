"""Reading one setting from a device through its logger (growatt.md A.10, B.6.5)."""

import re
from typing import TYPE_CHECKING

from tests.simulators.growatt.parameters import CLOCK, WRITES, Write
from tests.simulators.growatt.values import minutes

if TYPE_CHECKING:
    from tests.simulators.growatt.devices import Device

NO_SUCH_DEVICE = 10002
UNKNOWN_PARAMETER = 10009
ENABLED_BIT, MODE_SHIFT = 0x8000, 13
ADDRESSES = 5_001
REGISTERS = {0: "onOff", 3: "activeRate"}
"""Holding registers every family has; the others read as 0 here."""


def parameter(device: Device, kind: str) -> str | None:
    """Return a setting's text as the device answers, ``None`` for a type it does not know."""
    writes = WRITES[device.model.family]
    if kind not in writes:
        return None
    if segment := re.fullmatch(r"time_segment([1-9])", kind):
        return _segment_words(device, segment[1])
    if any(part.width == 2 for part in writes[kind]):
        return _period_words(device, writes[kind])
    if writes[kind][0].key == CLOCK:
        now = device.local(device.house.last_truth().time)
        return f"{now.year}-{now.month}-{now.day}-{now.hour}-{now.minute}-{now.second}"
    return "-".join(str(device.settings[part.key]) for part in writes[kind])


def registers(device: Device, first: int, last: int) -> str:
    """Return the registers from ``first`` to ``last``, each followed by a dash when there are several."""
    values = [str(device.settings.get(REGISTERS.get(number, ""), 0)) for number in range(first, last + 1)]
    return values[0] if len(values) == 1 else "".join(f"{value}-" for value in values)


def _word(text: str) -> int:
    """Return a time of day as a register: the hour in the high byte."""
    hour, minute = divmod(minutes(text), 60)
    return hour << 8 | minute


def _segment_words(device: Device, number: str) -> str:
    """Return the two words of a MIN's time segment: enabled, mode and start; end."""
    settings = device.settings
    enabled = ENABLED_BIT if settings[f"forcedStopSwitch{number}"] else 0
    mode = int(settings[f"time{number}Mode"]) << MODE_SHIFT
    start = _word(str(settings[f"forcedTimeStart{number}"]))
    return f"{enabled | mode | start}-{_word(str(settings[f'forcedTimeStop{number}']))}-"


def _period_words(device: Device, write: Write) -> str:
    """Return an SPH's schedule: power, stop level and mains, seven unused words, then start, end, enabled thrice."""
    values = [device.settings[part.key] for part in write]
    times = [_word(str(value)) if part.width == 2 else int(value) for part, value in zip(write, values, strict=True)]
    head, slots = times[:-9], times[-9:]
    return "-".join(str(word) for word in [*head, *[0] * (10 - len(head)), *slots])
