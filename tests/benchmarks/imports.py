"""How long it takes to import something of the integration."""

import asyncio
import os
from pathlib import Path
import sys

from tests.demo.processes import REPOSITORY, DemoError

PACKAGE = "custom_components.solar_battery_hub"
FOUNDATION = "homeassistant.components.http, homeassistant.helpers.selector, homeassistant.components.recorder, aiohttp"
"""What Home Assistant has imported anyway."""


async def import_seconds(room: str, cache: Path, *, repeats: int) -> dict[str, float]:
    """Return the shortest of some imports of the whole integration with everything in it, in s.

    ``all``: with what it imports that Home Assistant has not yet; ``own``: its own modules; ``room``: those of that package.
    A first import, which does not count, compiles them into ``cache``. DemoError if it cannot be imported.
    """
    _, *found = [await _import(room, cache) for _ in range(1 + repeats)]
    return {name: min(one[name] for one in found) for name in found[0]}


async def _import(room: str, cache: Path) -> dict[str, float]:
    code = f"import {FOUNDATION}, sys; print('begin', file=sys.stderr); import {PACKAGE}, {room}.flow"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-X",
        "importtime",
        "-c",
        code,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPYCACHEPREFIX": str(cache), "PYTHONDONTWRITEBYTECODE": ""},
        stderr=asyncio.subprocess.PIPE,
    )
    _, text = await process.communicate()
    if process.returncode:
        raise DemoError(f"{room} cannot be imported")
    return times_of(text.decode(), room)


def times_of(text: str, room: str) -> dict[str, float]:
    """Return the seconds in what ``python -X importtime`` has written since the line ``begin``."""
    _, _, told = text.partition("begin\n")
    lines = [
        line.removeprefix("import time:").split("|") for line in told.splitlines() if line.startswith("import time:")
    ]
    selves = {name.strip(): int(own) / 1e6 for own, _, name in lines}
    return {
        "all": sum(selves.values()),
        "own": sum(seconds for name, seconds in selves.items() if name.startswith(PACKAGE)),
        "room": sum(seconds for name, seconds in selves.items() if name.startswith(room)),
    }
