"""One measured process: ``python -m tests.benchmarks.worker ORDER``; prints its result as one line of JSON."""

import asyncio
from datetime import datetime
from importlib import import_module
import json
import socket
import sys
from typing import Any

from tests.benchmarks import skipped_time


async def work(order: dict[str, Any]) -> Any:
    """Do what is ordered; what is imported here keeps the time it finds."""
    session = import_module(f"tests.benchmarks.{order['vendor']}.session")
    return await session.PHASES[order["phase"]](session.Session(order))


def main(order: dict[str, Any]) -> None:
    """Prepare the process: its time, and no socket that another machine can reach."""
    skipped_time.install(datetime.fromisoformat(order["start"]))
    from tests.demo.loopback_hass import bind_to_loopback

    socket.socket.bind = bind_to_loopback  # type: ignore[assignment, method-assign]
    print(json.dumps(asyncio.run(work(order))), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
