"""``python -m tests.demo``: see ``scripts/demo``."""

from argparse import ArgumentParser, Namespace
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
import signal
import sys
from tempfile import TemporaryDirectory

from tests.demo.accounts import ACCOUNTS, DemoAccount, expectations
from tests.demo.api import HassApi, Json
from tests.demo.check import check
from tests.demo.dashboard import make_dashboard, view
from tests.demo.daytime import roof_for, time_zone_with_sun
from tests.demo.energy import save_preferences
from tests.demo.hass_process import LOG, Hass, running_hass
from tests.demo.home import Home, Registry, until_complete, until_loaded
from tests.demo.log import complaints, read
from tests.demo.onboarding import PASSWORD, USERNAME, add_account, onboarded
from tests.demo.past import begin_of_past, import_past, live_some_days
from tests.demo.processes import REPOSITORY, DemoError, free_port
from tests.demo.simulated import Simulated, running_simulator

CACHE = REPOSITORY / ".cache"
END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A demo that is set up: Home Assistant, a signed-in client of it and the accounts."""

    hass: Hass
    api: HassApi
    homes: Sequence[Home]


@asynccontextmanager
async def running_demo(folder: Path) -> AsyncIterator[Demo]:
    """Start everything in ``folder`` and set it up; end it all on leaving."""
    now = datetime.now(UTC)
    zone = time_zone_with_sun(now)
    weather = ("--timezone", zone, "--solar-peak", str(round(roof_for(now))), "--cloudiness", "0.3")
    since = ("--start", begin_of_past(now).isoformat())
    async with AsyncExitStack() as stack:
        say("Starting the simulators and Home Assistant …")
        simulators = [
            await stack.enter_async_context(
                running_simulator((*account.simulator, *weather, *since), folder / f"{account.name}.log")
            )
            for account in ACCOUNTS
        ]
        hass = await stack.enter_async_context(running_hass(folder / "config", port=free_port(), time_zone=zone))
        pasts = [await live_some_days(*pair) for pair in zip(ACCOUNTS, simulators, strict=True)]
        api = await stack.enter_async_context(onboarded(hass))
        say("Adding the accounts …")
        homes = [await _add(api, *pair) for pair in zip(ACCOUNTS, simulators, strict=True)]
        await asyncio.gather(*(until_complete(api, home) for home in homes))
        await _furnish(api, homes, pasts)
        yield Demo(hass=hass, api=api, homes=homes)


async def _add(api: HassApi, account: DemoAccount, simulated: Simulated) -> Home:
    """Add one account through the dialog, as a user does."""
    description = simulated.description
    entry_id = await add_account(api, account.answers(description), account.shown(description))
    await until_loaded(api, entry_id)
    return Home(account=account, expectations=expectations(account.vendor), simulated=simulated, entry_id=entry_id)


async def _furnish(api: HassApi, homes: Sequence[Home], pasts: Sequence[Sequence[Json]]) -> None:
    """Give every account its past, its sources on the Energy dashboard and a view on the demo's dashboard."""
    registry = await Registry.read(api)
    sites = {home.account.title: registry.entities(home, home.site_id) for home in homes}
    views = []
    for home, (title, site), past in zip(homes, sites.items(), pasts, strict=True):
        await import_past(api, site, home.expectations.readings["site"], past)
        parts = [registry.entities(home, device_id) for _, device_id, _ in home.account.parts(past[-1])]
        views.append(view(home.account.name, title, site, parts))
    await save_preferences(api, sites)
    await make_dashboard(api, views)


async def demonstrate(demo: Demo) -> int:
    """Tell where it is and wait for the end."""
    say(f"\n    {demo.hass.url}\n    user {USERNAME}, password {PASSWORD}\n\nCtrl-C ends it and removes everything.")
    await demo.hass.process.wait()
    demo.hass.complain_if_ended()
    return 0


async def check_and_report(demo: Demo) -> int:
    """Run the check and tell its result."""
    say("Comparing with the simulated truth …\n")
    problems = await check(demo.api, demo.homes, demo.hass.log)
    for problem in problems:
        say(f"✗ {problem}")
    say(f"\n{len(problems)} problems" if problems else "\nEverything is as it must be.")
    return 1 if problems else 0


def pictures_taker(folder: Path) -> Callable[[Demo], Awaitable[int]]:
    """Return what takes pictures into ``folder``; raise DemoError if something for it is missing."""
    from tests.demo.screenshots import Pictures

    pictures = Pictures(folder)

    async def take(demo: Demo) -> int:
        say("Taking pictures …")
        await pictures.take(demo.hass.url, demo.api, demo.homes)
        return 0

    return take


async def run(options: Namespace) -> int:
    """Run the demo the way the options say; return the exit code."""
    _end_on_signals()
    work: Callable[[Demo], Awaitable[int]] = check_and_report if options.check else demonstrate
    if options.screenshots:
        work = pictures_taker(options.screenshots)
    CACHE.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=CACHE, prefix="demo-") as folder:
        try:
            async with running_demo(Path(folder)) as demo:
                return await work(demo)
        except DemoError as error:
            say(f"✗ {error}")
            for record in complaints(read(Path(folder, LOG))):
                say(f"✗ Log: {record}")
            return 1


def _end_on_signals() -> None:
    """Let the first signal cancel the demo, which then cleans up; further ones do not disturb that."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()

    def end() -> None:
        for number in END_SIGNALS:
            loop.add_signal_handler(number, lambda: None)
        if task is not None:
            task.cancel()

    for number in END_SIGNALS:
        loop.add_signal_handler(number, end)


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


def main(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    parser = ArgumentParser(prog="scripts/demo", description="Home Assistant with simulated devices, on this machine.")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="compare everything with the simulated truth, then stop")
    mode.add_argument("--screenshots", type=Path, metavar="FOLDER", help="take pictures for the documentation")
    options = parser.parse_args(arguments)
    try:
        return asyncio.run(run(options))
    except asyncio.CancelledError:
        say("Ended.")
        return 1 if options.check or options.screenshots else 0
    except DemoError as error:
        say(f"✗ {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
