"""What was told of a site and its devices, as far as it decides what may be set (anker.md §7.11, §9.3, §9.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ...core.parse import flag, number, section, sections, text
from ...core.schedule import NumberRule
from .model import Bean, Category, Listed, Site
from .products import product

# Where settings are told; the numbers are those of ``param_type`` (§9.1).
SCENE, HOME_LOAD, LIMIT, PRICE, DISASTER = "scene", "home_load", "limit", "price", "disaster"
PLAN, TARIFF, CONSENT, STATION = "6", "12", "13", "18"
ATTRS, CUTOFF, UPGRADE, PV_TOTALS, PV_PRICE = "attrs", "cutoff", "auto_upgrade", "pv_totals", "pv_price"

DOCK: Final = "AE100"

_OUTPUT_LIMITS: Final[Mapping[str, tuple[int, ...]]] = {
    "A17C1": (350, 600, 800, 1000),
    "A17C3": (350, 600, 800, 1000),
    "A17C2": (350, 600, 800, 1000),
    "A17C5": (350, 600, 800, 1200),
    "AE103": (600, 790, 800, 2500),
    DOCK: (1200, 2400, 3600, 4800),
}
"""W that the output can be limited to, where the cloud itself tells no options (§9.6)."""
_AC_INPUT: Final = 1200.0  # W


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A site, or one device in it or by itself.

    ``told`` is what was last told of the site, ``own`` of the device itself, by where it is told. ``now`` is on
    the clock of the site.
    """

    site: Site | None
    device: Listed | None
    devices: tuple[Listed, ...]
    told: Mapping[str, Any]
    own: Mapping[str, Any]
    now: datetime

    def banks(self, at_least: int = 1, at_most: int = 99) -> tuple[Listed, ...]:
        """Return the solarbanks of the site, of these generations."""
        return tuple(bank for bank in self.devices if at_least <= product(bank.model).generation <= at_most)

    @property
    def generation(self) -> int:
        """The newest generation of a solarbank in the site, 0 without any."""
        return max((product(bank.model).generation for bank in self.banks()), default=0)

    @property
    def plan(self) -> Bean:
        """The plans of later generations."""
        return section(self.told.get(PLAN))

    @property
    def first_plan(self) -> Bean:
        """The plan of the first generation."""
        return section(self.told.get(HOME_LOAD))

    @property
    def has_dock(self) -> bool:
        """Whether a Power Dock stands between the solarbanks and the house."""
        is_listed = any(product(device.model).category is Category.COMBINER_BOX for device in self.devices)
        return is_listed or self._fact("dock") or bool(text(section(self._limit.get("ae100_info")).get("device_sn")))

    @property
    def is_station(self) -> bool:
        """Whether limits of the batteries are written for the whole site (§7.11)."""
        return bool(self.told.get(STATION)) or self.has_dock

    @property
    def has_meter(self) -> bool:
        """Whether a meter measures what comes from the grid."""
        return self._fact("meter")

    @property
    def has_plugs(self) -> bool:
        """Whether there are smart plugs."""
        return self._fact("plugs")

    @property
    def has_time_slots(self) -> bool:
        """Whether the cloud offers the mode of dynamic prices."""
        return self._fact("time_slots")

    @property
    def is_authorised(self) -> bool:
        """Whether the owner let the smart mode have the data it needs."""
        return flag(section(self.told.get(CONSENT)).get("data_auth")) is True

    @property
    def charges_from_ac(self) -> bool:
        """Whether a solarbank can charge from the grid."""
        return any(product(bank.model).ac_input for bank in self.banks())

    @property
    def output_options(self) -> tuple[int, ...]:
        """What the output can be limited to in W; the cloud's own list wins (§9.6)."""
        rows = self._limit.get("power_limit_option")
        found = [number(section(row).get("limit", row)) for row in rows] if isinstance(rows, list) else []
        if told := sorted({int(watts) for watts in found if watts}):
            return tuple(told)
        models = [DOCK] if self.has_dock else [bank.model for bank in self.banks(2)]
        return tuple(sorted({watts for model in models for watts in _OUTPUT_LIMITS.get(model, ())}))

    @property
    def preset_power(self) -> NumberRule:
        """The range of a preset of later generations; what the plan says may lag behind the output limit (§9.3)."""
        most = max([number(self.plan.get("max_load")) or 800.0, *self.output_options])
        step = number(self.plan.get("step")) or 10.0
        return NumberRule(unit="W", minimum=number(self.plan.get("min_load")) or 0.0, maximum=most, step=step)

    @property
    def charge_power(self) -> NumberRule | None:
        """The range of charging from AC in a slot; ``None`` where slots cannot (§9.3)."""
        if self.generation < 3 or not self.charges_from_ac:
            return None
        most = number(self._limit.get("ac_input_power_unit")) or _AC_INPUT
        return NumberRule(unit="W", minimum=0, maximum=most, step=number(self.plan.get("step")) or 10.0)

    @property
    def limits(self) -> Bean:
        """What the limits of the site say of this device."""
        serial = self.device.serial if self.device else None
        rows = sections(self._limit.get("device_info"))
        return next((row for row in rows if row.get("device_sn") == serial), {})

    @property
    def _limit(self) -> Bean:
        return section(self.told.get(LIMIT))

    def _fact(self, name: str) -> bool:
        return section(self.told.get(SCENE)).get(name) is True


def facts(scene: Bean) -> dict[str, bool]:
    """Return what a scene tells of what a site has."""
    return {
        "meter": bool(sections(section(scene.get("grid_info")).get("grid_list"))),
        "plugs": bool(sections(section(scene.get("smart_plug_info")).get("smartplug_list"))),
        "dock": bool(sections(section(scene.get("combiner_box_info")).get("combiner_box_list"))),
        "time_slots": flag(section(scene.get("feature_switch")).get("enable_timeslot")) is True,
    }
