"""The set-up dialogs of all vendors in one class, and their options."""

from homeassistant.config_entries import OptionsFlow

from .growatt.flow import GrowattFlow, GrowattOptions
from .powerwall.flow import PowerwallFlow, PowerwallOptions


class VendorFlows(GrowattFlow, PowerwallFlow):
    """The steps of every vendor."""


OPTIONS: dict[str, type[OptionsFlow]] = {"growatt": GrowattOptions, "powerwall": PowerwallOptions}
