"""Run one simulator: ``python -m tests.simulators powerwall --port 8443 --control-port 8444``.

Prints one line of JSON with address and credentials, then the same for people, and runs until Ctrl-C or SIGTERM.
"""

from argparse import ArgumentParser, Namespace
import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
import json
import signal
import sys

from tests.simulators.anker import cli as anker
from tests.simulators.base import Simulator
from tests.simulators.clock import SimClock
from tests.simulators.control import ControlServer
from tests.simulators.goodwe import cli as goodwe
from tests.simulators.growatt import cli as growatt
from tests.simulators.powerwall import cli as powerwall


@dataclass(frozen=True, slots=True)
class Vendor:
    """How a vendor's simulator is asked for on the command line."""

    add_arguments: Callable[[ArgumentParser], None]
    build: Callable[[Namespace, SimClock], Simulator]


VENDORS: dict[str, Vendor] = {
    "anker": Vendor(anker.add_arguments, anker.build),
    "goodwe": Vendor(goodwe.add_arguments, goodwe.build),
    "growatt": Vendor(growatt.add_arguments, growatt.build),
    "powerwall": Vendor(powerwall.add_arguments, powerwall.build),
}


def parse(arguments: Sequence[str]) -> Namespace:
    """Return the options of a command line."""
    parser = ArgumentParser(prog="python -m tests.simulators", description="Run one vendor's simulator on loopback.")
    vendors = parser.add_subparsers(dest="vendor", required=True)
    for name, vendor in VENDORS.items():
        options = vendors.add_parser(name)
        options.add_argument("--host", default="127.0.0.1")
        options.add_argument("--port", type=int, default=0, help="0: a free one")
        options.add_argument("--control-port", type=int, default=0, help="0: a free one")
        options.add_argument("--seed", type=int, default=0, help="for everything random")
        options.add_argument("--start", type=datetime.fromisoformat, help="simulated time at start, ISO with offset")
        options.add_argument("--speed", type=float, default=1.0, help="simulated seconds per second")
        options.add_argument("--timezone", help="time zone of the house")
        options.add_argument("--solar-peak", type=float, default=6_000.0, help="size of the solar roof in W")
        options.add_argument("--cloudiness", type=float, default=0.0, help="0 to 1")
        vendor.add_arguments(options)
    return parser.parse_args(arguments)


async def run(options: Namespace) -> None:
    """Run a simulator and its control port until somebody interrupts."""
    clock = SimClock(speed=options.speed)
    if options.start is not None:
        clock.set(options.start)
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    simulator = VENDORS[options.vendor].build(options, clock)
    control = ControlServer(simulator)
    try:
        await simulator.start(options.host, options.port)
        await control.start(options.control_port)
        description = simulator.describe() | {"control": control.url}
        print(json.dumps(description), flush=True)
        for name, value in description.items():
            print(f"{name.replace('_', ' '):>20}  {value}", flush=True)
        await interrupted.wait()
    finally:
        await control.stop()
        await simulator.stop()


if __name__ == "__main__":
    asyncio.run(run(parse(sys.argv[1:])))
