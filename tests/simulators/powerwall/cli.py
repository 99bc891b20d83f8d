"""The Powerwall simulator's options on the command line."""

from argparse import ArgumentParser, Namespace

from tests.simulators.clock import SimClock
from tests.simulators.powerwall.profiles import PROFILES
from tests.simulators.powerwall.server import PowerwallSimulator


def add_arguments(parser: ArgumentParser) -> None:
    """Add what only this vendor has."""
    parser.add_argument("--profile", choices=PROFILES, default="gw2-24.44")
    parser.add_argument("--serial", help="the gateway's serial number")
    parser.add_argument("--password", help="the customer's password")
    parser.add_argument("--installer-password", help="the installer's password")
    parser.add_argument(
        "--installer-toggle-done", action="store_true", help="let the installer sign in on new firmware"
    )
    parser.add_argument("--batteries", type=int, default=1)
    parser.add_argument("--disabled-battery", type=int, help="index of a battery that is disabled")
    parser.add_argument("--powerwall-plus", action="store_true", help="a Powerwall+ with its own inverter")
    parser.add_argument("--stopped", action="store_true", help="the sitemaster does not run at start")
    parser.add_argument("--http-port", type=int, help="plain-HTTP port that answers 301 (0: a free one)")


def build(options: Namespace, clock: SimClock) -> PowerwallSimulator:
    """Return the simulator the options describe."""
    return PowerwallSimulator(
        options.profile,
        clock=clock,
        serial=options.serial,
        password=options.password,
        installer_password=options.installer_password,
        installer_toggle_done=options.installer_toggle_done,
        seed=options.seed,
        batteries=options.batteries,
        disabled_battery=options.disabled_battery,
        powerwall_plus=options.powerwall_plus,
        stopped=options.stopped,
        http_port=options.http_port,
        timezone=options.timezone,
        solar_peak_w=options.solar_peak,
        cloudiness=options.cloudiness,
    )
