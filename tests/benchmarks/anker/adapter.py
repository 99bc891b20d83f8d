"""The ioBroker adapter ankersolix2 as its users run it: unmodified, polling every minute, with all its statistics.

It encrypts for the real server's key and asks two things beside each other when it starts, so its simulator takes any
password and calls beside each other; the limits are the same. ``docs/simulators.md`` tells how to install it.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
import json
import os
from typing import Any

from tests.benchmarks.ages import Ages, Moment, ages
from tests.benchmarks.anker.subjects import JUMP_WARM_UP_SECONDS, POSITION_SECONDS, WARM_UP_SECONDS
from tests.benchmarks.subject import Description
from tests.demo.processes import REPOSITORY, DemoError
from tests.simulator_checks.test_anker_iobroker import FOLDER, MANIFEST, NODE

SCRIPT = REPOSITORY / "tests/benchmarks/anker/adapter.cjs"
SUN = "solarbank_info.total_photovoltaic_power"
MINUTE_SECONDS = 55.0

type Step = tuple[Any, ...]


def is_here() -> bool:
    """Tell whether Node.js and the adapter are installed."""
    return NODE is not None and MANIFEST.is_file()


async def live(account: Description, start: datetime, hours: float, positions: Sequence[float]) -> dict[str, Any]:
    """Let it live and return what ``Session.live`` returns, as far as it can be told; DemoError if it fails."""
    options = {
        "server": account["url"],
        "username": account["user_name"],
        "password": account["password"],
        "country": account["country"],
        "control": account["control"],
        "start": round(start.timestamp() * 1000),
        "sun": {f"{site}.{SUN}": site for site in account["sites"]},
        "steps": [*_everyday(hours), *_jumps(positions)],
    }
    told = await _run(options, account["zone"])
    first, before, paths_before, after, paths, busiest, _, *shifts_and_uploads = told["results"]
    day = {name: after[name] - before[name] for name in after} | {
        "hours": hours,
        "paths": dict(Counter(paths) - Counter(paths_before)),
        "busiest": busiest,
        "sites": len(account["sites"]),
    }
    seen = []
    for shown, uploads in zip(told["shown"], shifts_and_uploads[1::2], strict=True):
        seen += [_ages(uploads[site], states) for site, states in shown.items()]
    return {"minute": first, "day": day, "ages": [asdict(one) for one in seen], "errors": told["errors"]}


def _ages(uploads: Sequence[tuple[float, float]], states: Sequence[Moment]) -> Ages:
    """Return how old the states of one position were; what was written down later is left out."""
    end = states[0][0] + POSITION_SECONDS
    return ages(uploads, [(at, watts) for at, watts in states if at < end], end)


def _everyday(hours: float) -> Sequence[Step]:
    """Return the steps of the first minute and of everyday life."""
    return (
        ("advance", MINUTE_SECONDS),
        ("do", "traffic"),
        ("advance", WARM_UP_SECONDS),
        ("do", "traffic"),
        ("do", "paths"),
        ("advance", hours * 3600),
        ("do", "traffic"),
        ("do", "paths"),
        ("do", "busiest"),
    )


def _jumps(positions: Sequence[float]) -> Sequence[Step]:
    """Return the steps of a sun that jumps, with the reports in several positions."""
    steps: list[Step] = [("do", "let_sun_jump")]
    for shift in positions:
        steps += [
            ("do", "shift_reports", {"seconds": shift}),
            ("advance", JUMP_WARM_UP_SECONDS),
            ("look",),
            ("advance", POSITION_SECONDS),
            ("do", "uploads"),
        ]
    return steps


async def _run(options: dict[str, Any], zone: str) -> dict[str, Any]:
    """Run the script and return what it prints."""
    process = await asyncio.create_subprocess_exec(
        str(NODE),
        str(SCRIPT),
        str(FOLDER),
        json.dumps(options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "TZ": zone},
        limit=2**24,
    )
    try:
        output, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise DemoError(f"The adapter failed:\n{complaint.decode()}")
    told: dict[str, Any] = json.loads(output)
    return told
