"""The set-up dialogs of all vendors in one class, and their options."""

from homeassistant.config_entries import OptionsFlow

from .anker.flow import AnkerFlow, AnkerOptions
from .goodwe.flow import GoodWeFlow, GoodWeOptions
from .growatt.flow import GrowattFlow, GrowattOptions
from .powerwall.flow import PowerwallFlow, PowerwallOptions


class VendorFlows(AnkerFlow, GoodWeFlow, GrowattFlow, PowerwallFlow):
    """The steps of every vendor."""


OPTIONS: dict[str, type[OptionsFlow]] = {
    "anker": AnkerOptions,
    "goodwe": GoodWeOptions,
    "growatt": GrowattOptions,
    "powerwall": PowerwallOptions,
}
