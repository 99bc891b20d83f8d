"""The GoodWe simulator's options on the command line."""

from argparse import ArgumentParser, Namespace

from tests.simulators.clock import SimClock
from tests.simulators.goodwe.models import PROFILES
from tests.simulators.goodwe.server import GoodWeSimulator

USUAL_PEAK_W = 6_000.0
"""What ``--solar-peak`` says when nobody says anything; the roofs here are as large as their inverters."""
WRITE_SECONDS = 1.5


def add_arguments(parser: ArgumentParser) -> None:
    """Add what only this vendor has."""
    parser.add_argument("--profile", choices=[*PROFILES], default="home")
    parser.add_argument("--region", default="eu", help="where the account lives")
    parser.add_argument("--past-days", type=int, default=1, help="days the plants have lived before, minute by minute")
    parser.add_argument("--limits", action="store_true", help="refuse bursts and too many calls")
    parser.add_argument("--write-seconds", type=float, default=WRITE_SECONDS, help="how long a device takes to answer")
    parser.add_argument("--cut-off", action="store_true", help="route B's monitor call is empty, as since 2026-09-23")


def build(options: Namespace, clock: SimClock) -> GoodWeSimulator:
    """Return the simulator the options describe."""
    simulator = GoodWeSimulator(
        options.profile,
        clock=clock,
        region=options.region,
        seed=options.seed,
        past_days=options.past_days,
        limits=options.limits,
        write_seconds=options.write_seconds,
        timezone=options.timezone,
        cloudiness=options.cloudiness,
        solar_scale=options.solar_peak / USUAL_PEAK_W,
    )
    if options.cut_off:
        simulator.world.switches.monitor = "empty"
    return simulator
