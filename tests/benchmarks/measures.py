"""What happens in a Home Assistant while it is measured: events and rows of the database."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
import sqlite3
from typing import Any

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


def is_number(text: str) -> bool:
    """Tell whether a state is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
