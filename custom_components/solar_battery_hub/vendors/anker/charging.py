"""What a solarbank does just now, in one word (anker.md §9.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .powers import Bank
from .reader import code, watts, word

_STATUS: Final[Mapping[str, str]] = {
    "0": "detection",
    "1": "bypass",
    "2": "discharging",
    "3": "charging",
    "4": "wake_up",
    "116": "cold_wake_up",
    "5": "full",
    "6": "full_bypass",
    "7": "standby",
}
_PPS_STATUS: Final[Mapping[str, str]] = {"0": "standby", "1": "discharging", "2": "charging"}
_MANUAL: Final = "3"
_AUTOMATIC: Final = frozenset("12578")  # modes that follow what the house needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the site tells that matters for it: mode and powers in W.

    ``cascaded``: older solarbanks feed into a newer one, and what is set for the site is meant for that one alone.
    """

    mode: str | None
    preset: float | None
    home: float | None
    to_home: float | None
    ac_input: float | None
    cascaded: bool = False

    @property
    def demand(self) -> float | None:
        """What the solarbanks should give."""
        if self.mode == _MANUAL:
            return self.preset
        return self.home if self.mode in _AUTOMATIC else None


def charging_status(bank: Bank, around: Surroundings) -> str | None:
    """Return what a solarbank does; those with an inverter of their own tell nothing but 0, so it is worked out."""
    said = code(bank.bean.get("charging_status"))
    if said == "0" and bank.generation > 1:
        return _derived(bank, around)
    found = word("charging status", said, _STATUS)
    if found == "bypass" and bank.generation > 1 and (bank.battery or 0.0) > 0:
        return "bypass_and_discharging"
    if found == "charging" and bank.output:
        return "charging_and_bypass"
    if found == "charging" and _is_held_back(bank, around):
        return "charge_priority"
    return found


def _is_held_back(bank: Bank, around: Surroundings) -> bool:
    """Tell whether it gives nothing although there is more sun than it should give."""
    own = watts(bank.bean, "set_load_power")
    preset = around.preset if own is None and not around.cascaded else own
    return preset is not None and (bank.solar or 0.0) > preset


def pps_status(value: object) -> str | None:
    """Return what a large power station of a site does."""
    return word("charging status", value, _PPS_STATUS)


def _derived(bank: Bank, around: Surroundings) -> str | None:
    """Return it from the powers, in the order of §9.4."""
    if bank.battery is None:
        return None
    if bank.battery < 0:
        return _charging(bank, around)
    if bank.battery > 0:
        return "bypass_and_discharging" if bank.solar else "discharging"
    if bank.level == 100:
        return "full"
    return "bypass" if bank.solar else "detection"


def _charging(bank: Bank, around: Surroundings) -> str:
    if bank.output:
        return "charging_and_bypass"
    if around.ac_input or not bank.solar:
        return "ac_charging"
    demand = around.demand
    if demand is not None and around.to_home is not None and around.to_home < demand:
        return "protection_charge"
    return "charging"
