"""The Anker simulator's options on the command line."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from tests.simulators.anker.profiles import PROFILES
from tests.simulators.anker.server import AnkerSimulator
from tests.simulators.clock import SimClock

USUAL_PEAK_W = 6_000.0
"""What ``--solar-peak`` says when nobody says anything; the roofs here are as large as their solarbanks take."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add what only this vendor has."""
    parser.add_argument("--profile", choices=[*PROFILES], default="solarbank3")
    parser.add_argument("--constellation", type=Path, help="a folder of recorded answers to serve instead of a profile")
    parser.add_argument("--member", action="store_true", help="the constellation as somebody sees it who shares it")
    parser.add_argument("--strict", action="store_true", help="check the password, limit calls, refuse parallel ones")
    parser.add_argument("--account-host", choices=["com", "eu"], default="eu", help="which host the data is on")
    parser.add_argument("--country", default="DE", help="where the account lives")
    parser.add_argument("--past-days", type=int, default=1, help="days the sites have lived before")
    parser.add_argument("--era", help="the field set of a month, such as 2024-10")


def build(options: Namespace, clock: SimClock) -> AnkerSimulator:
    """Return the simulator the options describe; a constellation's clock starts when it was recorded."""
    simulator = AnkerSimulator(
        options.profile,
        clock=clock,
        constellation=options.constellation,
        member=options.member,
        strict=options.strict,
        limits=options.strict,
        overlap=options.strict,
        seed=options.seed,
        past_days=options.past_days,
        timezone=options.timezone,
        cloudiness=options.cloudiness,
        solar_scale=options.solar_peak / USUAL_PEAK_W,
    )
    simulator.door.account.host = options.account_host
    simulator.door.account.country = options.country
    if options.era is not None:
        simulator.world.era = options.era
    moment = getattr(simulator.source, "moment", None)
    if moment is not None and options.start is None:
        clock.set(moment)
    return simulator
