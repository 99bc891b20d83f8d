"""What Home Assistant's log says about the integration."""

from collections.abc import Iterable, Iterator
from pathlib import Path
import re

DOMAIN = "solar_battery_hub"
# Home Assistant 2026.11 adds the offset from UTC to the time.
RECORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}(?:[+-]\d\d:\d\d)? (?P<level>[A-Z]+) \(")
TRACEBACK = "Traceback (most recent call last)"
REPORT = "Detected that custom integration"
BLOCKING = "Detected blocking call"


def read(log: Path) -> str:
    """Return a log as far as it is written."""
    return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""


def log_records(lines: Iterable[str]) -> Iterator[str]:
    """Join the lines of a log to records: a line with time and level, and all that follow without."""
    record: list[str] = []
    for line in lines:
        if RECORD.match(line) and record:
            yield "\n".join(record)
            record = []
        record.append(line.rstrip("\n"))
    if record:
        yield "\n".join(record)


def complaints(lines: Iterable[str]) -> list[str]:
    """Return the log records that speak against the integration.

    Those are errors it logged or that passed through its code, its warnings with a traceback, and Home Assistant's own
    reports of misuse. What was printed outside the log (a crash) counts as an error.
    """
    return [record for record in log_records(lines) if DOMAIN in record and _is_complaint(record)]


def _is_complaint(record: str) -> bool:
    """Tell whether a record that names the integration is worth failing for."""
    match = RECORD.match(record)
    level = match["level"] if match else "ERROR"
    if level in ("ERROR", "CRITICAL"):
        return True
    return level == "WARNING" and any(text in record for text in (TRACEBACK, REPORT, BLOCKING))
