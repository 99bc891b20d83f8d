"""What happens in a Home Assistant while it is measured: events and rows of the database."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
import gc
import logging
from pathlib import Path
import sqlite3
import sys
import threading
import time
from typing import Any, override

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, HomeAssistant, callback


@contextmanager
def counted_states(hass: HomeAssistant) -> Iterator[Counter[Any]]:
    """Yield a counter of the states that are written meanwhile, by the type of the event."""
    events: Counter[Any] = Counter()

    @callback
    def note(event: Event[Any]) -> None:
        events[event.event_type] += 1

    @callback
    def every(_: Mapping[str, Any]) -> bool:
        return True

    stops = [hass.bus.async_listen(kind, note, every) for kind in (EVENT_STATE_CHANGED, EVENT_STATE_REPORTED)]
    try:
        yield events
    finally:
        for stop in stops:
            stop()


def count_rows(database: Path) -> int:
    """Return how many states the recorder has written."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        (rows,) = connection.execute("SELECT COUNT(*) FROM states").fetchone()
    return int(rows)


def count_repeats(database: Path) -> int:
    """Return how many states the recorder has written that say nothing new: the value the entity had before."""
    repeats = """
        SELECT COUNT(*) FROM (
            SELECT state, LAG(state) OVER (PARTITION BY metadata_id ORDER BY state_id) AS before FROM states
        ) WHERE state = before
    """
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        (rows,) = connection.execute(repeats).fetchone()
    return int(rows)


def resident_memory() -> float:
    """Return the resident memory of this process in MB, after collecting garbage."""
    gc.collect()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


def is_number(text: str) -> bool:
    """Tell whether a state is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def thread_seconds(name: str) -> float:
    """Return the CPU time of a running thread so far; RuntimeError if there is none of that name."""
    for thread in threading.enumerate():
        if thread.name == name and thread.ident is not None:
            return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
    raise RuntimeError(f"no thread is called {name}")


class StoredFiles:
    """Counts from now on how often this process puts a whole new file in place of one of Home Assistant's stores."""

    def __init__(self) -> None:
        """Begin to count; Python offers no way to stop."""
        self.count = 0
        sys.addaudithook(self._note)

    def _note(self, event: str, args: tuple[Any, ...]) -> None:
        """Count a file that is renamed into the folder of the stores."""
        if event == "os.rename" and Path(str(args[1])).parent.name == ".storage":
            self.count += 1


class LoggedErrors(logging.Handler):
    """Counts from now on what a package logs as an error."""

    def __init__(self, package: str) -> None:
        """Begin to count."""
        super().__init__(logging.ERROR)
        self.count = 0
        logging.getLogger(package).addHandler(self)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1
