"""A Tesla Powerwall gateway as ``vendors/powerwall.md`` of the shared documents describes it (§19)."""

from tests.simulators.powerwall.profiles import PROFILES
from tests.simulators.powerwall.server import PowerwallSimulator

__all__ = ["PROFILES", "PowerwallSimulator"]
