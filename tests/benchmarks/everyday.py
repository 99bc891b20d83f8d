"""What everyday life with a cloud account costs."""

from pathlib import Path
import time
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import HomeAssistant

from tests.benchmarks.bare_hass import DATABASE, everything_recorded
from tests.benchmarks.control import Control
from tests.benchmarks.measures import StoredFiles, count_repeats, count_rows, counted_states, thread_seconds
from tests.benchmarks.passing import Passing

RECORDER = "Recorder"


async def everyday(hass: HomeAssistant, passing: Passing, control: Control, seconds: float) -> dict[str, Any]:
    """Let time pass and tell what that cost everybody, the benchmark's own work taken off.

    The simulator's action ``traffic`` returns numbers that only grow: how much they grew is among what is told.
    """
    await everything_recorded(hass)
    database = Path(hass.config.path(DATABASE))
    traffic, rows, repeats = control.do("traffic"), count_rows(database), count_repeats(database)
    files = StoredFiles()
    recorder = thread_seconds(RECORDER)
    process, thread, driver = time.process_time(), time.thread_time(), passing.driver_seconds
    with counted_states(hass) as events:
        await passing.advance(seconds)
        await everything_recorded(hass)
    own = passing.driver_seconds - driver
    cpu, loop = time.process_time() - process - own, time.thread_time() - thread - own
    recorder, after = thread_seconds(RECORDER) - recorder, control.do("traffic")
    return {
        "hours": seconds / 3600,
        "cpu_ms": 1000 * cpu,
        "loop_ms": 1000 * loop,
        "recorder_ms": 1000 * recorder,
        **{name: after[name] - traffic[name] for name in traffic},
        "changed": events[EVENT_STATE_CHANGED],
        "reported": events[EVENT_STATE_REPORTED],
        "rows": count_rows(database) - rows,
        "repeats": count_repeats(database) - repeats,
        "files": files.count,
    }
