"""The Growatt simulator's options on the command line."""

from argparse import ArgumentParser, Namespace

from tests.simulators.clock import SimClock
from tests.simulators.growatt.families import PROFILES
from tests.simulators.growatt.server import GrowattSimulator

STRICT = "strict"
"""The profile that is ``home`` with every limit at its hardest."""
USUAL_PEAK_W = 6_000.0
"""What ``--solar-peak`` says when nobody says anything; the roofs here are as large as their inverters."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add what only this vendor has."""
    parser.add_argument("--profile", choices=[*PROFILES, STRICT], default="home")
    parser.add_argument("--strict", action="store_true", help="limits of exactly 300 s and account locks")
    parser.add_argument("--region", default="other_regions", help="whose server this is")
    parser.add_argument("--account-region", help="where the account lives, if elsewhere")
    parser.add_argument("--past-days", type=int, default=1, help="days the plants have lived before")
    parser.add_argument("--copy-delay", type=float, help="seconds until the server knows what a device was set to")
    parser.add_argument("--latency", action="store_true", help="answer as slowly as the real server")


def build(options: Namespace, clock: SimClock) -> GrowattSimulator:
    """Return the simulator the options describe."""
    return GrowattSimulator(
        "home" if options.profile == STRICT else options.profile,
        clock=clock,
        region=options.region,
        account_region=options.account_region,
        strict=options.strict or options.profile == STRICT,
        latency=options.latency,
        seed=options.seed,
        past_days=options.past_days,
        copy_delay=options.copy_delay,
        timezone=options.timezone,
        cloudiness=options.cloudiness,
        solar_scale=options.solar_peak / USUAL_PEAK_W,
    )
