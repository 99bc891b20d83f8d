"""``python -m tests.benchmarks``: see ``scripts/bench``."""

from argparse import ArgumentParser, Namespace
import asyncio
from collections.abc import Sequence
import json
from pathlib import Path
import signal
import sys
from tempfile import TemporaryDirectory

from tests.benchmarks.runs import FULL, QUICK, Bench, Collected, Plan
from tests.benchmarks.tables import as_dict, report
from tests.demo.processes import DemoError


def parse(arguments: Sequence[str]) -> Namespace:
    """Return the options of a command line."""
    parser = ArgumentParser(
        prog="scripts/bench", description="Measure the integration beside Home Assistant's own one."
    )
    parser.add_argument("vendor", choices=("powerwall",))
    parser.add_argument("--quick", action="store_true", help="one short round of everything, to see that it works")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the JSON there instead of printing it")
    return parser.parse_args(arguments)


async def run(plan: Plan, folder: Path) -> Collected:
    """Measure; a signal to end ends all processes that were started."""
    task = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, lambda: task and task.cancel())
    return await Bench(plan, folder).run()


def main(options: Namespace) -> None:
    """Measure, print the tables and give out the JSON."""
    plan = QUICK if options.quick else FULL
    with TemporaryDirectory(prefix="bench") as folder:
        collected = asyncio.run(run(plan, Path(folder)))
    print(f"\n{report(collected)}\n")
    document = json.dumps(as_dict(collected, plan), indent=1)
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
