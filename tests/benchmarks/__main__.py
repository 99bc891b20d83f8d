"""``python -m tests.benchmarks``: see ``scripts/bench``."""

from argparse import ArgumentParser, Namespace
import asyncio
from collections.abc import Sequence
import json
from pathlib import Path
import signal
import sys
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.anker import bench as anker
from tests.benchmarks.goodwe import bench as goodwe
from tests.benchmarks.growatt import bench as growatt
from tests.benchmarks.powerwall import bench as powerwall
from tests.benchmarks.vendor import Vendor
from tests.demo.processes import DemoError

VENDORS: dict[str, Vendor[Any, Any]] = {
    "powerwall": powerwall.VENDOR,
    "growatt": growatt.VENDOR,
    "goodwe": goodwe.VENDOR,
    "anker": anker.VENDOR,
}


def parse(arguments: Sequence[str]) -> Namespace:
    """Return the options of a command line."""
    parser = ArgumentParser(
        prog="scripts/bench", description="Measure the integration beside what else reads the same device."
    )
    parser.add_argument("vendor", choices=VENDORS)
    parser.add_argument("--quick", action="store_true", help="one short round of everything, to see that it works")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the JSON there instead of printing it")
    return parser.parse_args(arguments)


async def run(vendor: Vendor[Any, Any], plan: Any, folder: Path) -> Any:
    """Measure; a signal to end ends all processes that were started."""
    task = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, lambda: task and task.cancel())
    return await vendor.measure(plan, folder)


def main(options: Namespace) -> None:
    """Measure, print the tables and give out the JSON."""
    vendor = VENDORS[options.vendor]
    plan = vendor.quick if options.quick else vendor.full
    with TemporaryDirectory(prefix="bench") as folder:
        collected = asyncio.run(run(vendor, plan, Path(folder)))
    print(f"\n{vendor.report(collected)}\n")
    document = json.dumps(vendor.as_dict(collected, plan), indent=1)
    if options.json:
        options.json.write_text(document + "\n", encoding="utf-8")
    else:
        print(document)


if __name__ == "__main__":
    try:
        main(parse(sys.argv[1:]))
    except asyncio.CancelledError:
        sys.exit("bench: ended")
    except DemoError as error:
        sys.exit(f"bench: {error}")
