"""The set-up dialogs of all vendors in one class, and their options."""

from homeassistant.config_entries import OptionsFlow

from .powerwall.flow import PowerwallFlow, PowerwallOptions


class VendorFlows(PowerwallFlow):
    """The steps of every vendor."""


OPTIONS: dict[str, type[OptionsFlow]] = {"powerwall": PowerwallOptions}
