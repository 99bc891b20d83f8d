"""What a site is made of, what it is set to, and what that asks of it at a moment (anker.md §5, §9)."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
import math
from typing import TYPE_CHECKING, Any

from tests.simulators.anker import plans
from tests.simulators.anker.device import Device
from tests.simulators.anker.prices import Tariff
from tests.simulators.anker.profiles import SitePlan

if TYPE_CHECKING:
    from tests.simulators.anker.chargers import Charger


class Makeup:
    """The devices of a site and their settings.

    ``settings`` is what the cloud keeps by ``param_type``, ``active`` what the devices go by, a few seconds later (§12).
    ``plug_loads``: what part of the household each plug's appliance draws, by serial. ``stuck``: a Solarbank 1 that
    stumbled over its plan (§9.2), which it does only with ``single_slot_bug``.
    """

    def __init__(self, plan: SitePlan, devices: list[Device], loads: Mapping[str, float]) -> None:
        """Put it together as it comes out of the box."""
        self.plan = plan
        self.name = plan.name
        self.kind = plan.family
        self.power_site_type = plan.type
        self.ms_type = 2 if plan.member else 1
        self.devices = devices
        self.plug_loads = loads
        self.tariff = Tariff(price=0.34, unit=plan.currency)
        self.charger: Charger | None = None
        self.export_blocked = 0
        self.third_party_w = 0
        self.floor_percent = 10.0
        self.single_slot_bug = False
        self.stuck = False
        self.settings: dict[str, dict[str, Any]] = self._factory()
        self.active = deepcopy(self.settings)
        self.legal_limit_w = self._first_limit()
        if plan.mode == plans.USE_TIME:
            self.tariff.type, self.tariff.use_time = "use_time", self.settings[plans.PLAN]["use_time"]

    # --- what it is made of ------------------------------------------------------------------------------------------

    @property
    def type(self) -> int:
        """Return its ``power_site_type``."""
        return self.power_site_type

    @property
    def is_owner(self) -> bool:
        """Tell whether the account owns it (§5: 0 and 1)."""
        return self.ms_type < 2

    @property
    def owner(self) -> bool:
        """Tell whether the account owns it."""
        return self.is_owner

    def of_kind(self, *kinds: str) -> list[Device]:
        """Return its devices of some kinds."""
        return [device for device in self.devices if device.kind in kinds]

    @property
    def solarbanks(self) -> list[Device]:
        """Return its solarbanks, the newest first."""
        return sorted(self.of_kind("solarbank"), key=lambda device: -device.generation)

    @property
    def main(self) -> Device:
        """Return the solarbank, or what else the site is built around."""
        return (self.solarbanks or self.devices)[0]

    @property
    def cascaded(self) -> list[Device]:
        """Return the older solarbanks that give to a newer one."""
        return [device for device in self.solarbanks if device.generation < self.generation]

    @property
    def generation(self) -> int:
        """Return the newest solarbank's generation, 0 without any."""
        return max((device.generation for device in self.devices), default=0)

    @property
    def dock(self) -> Device | None:
        """Return the Power Dock."""
        return next(iter(self.of_kind("dock")), None)

    @property
    def has_meter(self) -> bool:
        """Tell whether the grid is measured."""
        return bool(self.of_kind("meter"))

    @property
    def zero_switch(self) -> bool:
        """Tell whether a 0 W output switch is fitted (§6.1)."""
        return any(fitting["product_code"] == "A17Y0" for device in self.devices for fitting in device.fittings)

    @property
    def inputs(self) -> tuple[float, ...]:
        """Return the share of each PV input in the sun of the site; older solarbanks have none to tell apart."""
        if self.generation < 2:
            return ()
        sums = [sum(parts) for parts in zip(*(device.product.channels for device in self.heads), strict=True)]
        return tuple(part / len(self.heads) for part in sums)

    @property
    def heads(self) -> list[Device]:
        """Return its solarbanks of the second generation and newer."""
        return [device for device in self.solarbanks if device.generation > 1]

    @property
    def parts(self) -> Mapping[str, float]:
        """Return what part of the energies each solarbank of a multisystem has; nothing for a single one."""
        heads = self.heads
        return {device.serial: 1 / len(heads) for device in heads} if len(heads) > 1 else {}

    @property
    def plugs(self) -> Mapping[str, float]:
        """Return what part of all plugs' energy each plug has."""
        whole = sum(self.plug_loads.values())
        return {serial: load / whole for serial, load in self.plug_loads.items()}

    @property
    def micro(self) -> float:
        """Return what part of the sun comes by an external micro-inverter."""
        return self.main.product.micro if self.devices else 0.0

    # --- what it is set to -------------------------------------------------------------------------------------------

    def _factory(self) -> dict[str, dict[str, Any]]:
        """Return what a new site is set to."""
        found: dict[str, dict[str, Any]] = {}
        if self.kind != "solarbank" or not self.solarbanks:
            return found
        older = [device for device in self.solarbanks if device.generation == 1]
        newer = [device for device in self.solarbanks if device.generation > 1]
        if older:
            found[plans.SB1_PLAN] = plans.first_generation(older)
        if newer:
            found[plans.PLAN] = plans.plan(newer[0], mode=self.plan.mode, count=len(newer), tariff=self.plan.tariff)
        if self.plan.station:
            found[plans.STATION] = plans.station()
        return found

    def _first_limit(self) -> float:
        """Return the output limit it begins with: 1200 W for each SB3, 800 W for an SB2; older ones tell none (§9.6)."""
        if self.generation < 3:
            return 800.0 if self.generation > 1 else 0.0
        return sum(device.product.output_w for device in self.solarbanks if device.generation > 2)

    @property
    def output_limit_w(self) -> float:
        """Return what all solarbanks together may give, in W; Solarbank 1 have no limit but their own."""
        if self.generation == 1:
            return sum(device.product.output_w for device in self.solarbanks)
        return self.legal_limit_w or math.inf

    @property
    def ac_capable(self) -> bool:
        """Tell whether any solarbank charges from the grid."""
        return any(device.product.ac_input_w for device in self.solarbanks)

    @property
    def ac_input_w(self) -> float:
        """Return how fast the solarbanks charge from the grid, in W."""
        return float(sum(device.ac_limit_w for device in self.solarbanks))

    @property
    def selected_mode(self) -> int:
        """Return the mode the devices are set to, 0 for Solarbank 1."""
        return int(self.active.get(plans.PLAN, {}).get("mode_type") or 0)

    @property
    def mode(self) -> int:
        """Return the mode the cloud keeps as chosen."""
        return int(self.settings.get(plans.PLAN, {}).get("mode_type") or 0)

    @property
    def smart(self) -> bool:
        """Tell whether the smart mode is on."""
        return self.selected_mode == plans.SMART

    def mode_at(self, local: datetime) -> int:
        """Return the mode that runs: a backup charge pushes the selected one aside."""
        if plans.backup_runs(self.active.get(plans.PLAN, {}), local):
            return plans.BACKUP
        return self.selected_mode

    def preset_at(self, local: datetime) -> int:
        """Return the output the plan asks for, in W (``retain_load``)."""
        if plans.PLAN in self.active:
            return plans.preset(self.active[plans.PLAN], local)
        return plans.sb1_preset(self.active[plans.SB1_PLAN], local) if plans.SB1_PLAN in self.active else 0

    def sb1_preset_at(self, local: datetime) -> int:
        """Return the output all Solarbank 1 are asked for, in W."""
        return plans.sb1_preset(self.active[plans.SB1_PLAN], local)

    def device_preset(self, device: Device, local: datetime) -> int:
        """Return a Solarbank 1's part of the preset, 0 for every other."""
        if device.generation != 1:
            return 0
        serials = [one.serial for one in self.solarbanks if one.generation == 1]
        return plans.sb1_shares(self.active[plans.SB1_PLAN], local, serials)[device.serial]

    def band_at(self, local: datetime) -> int:
        """Return the tariff type that acts, 0 outside mode time of use."""
        if self.mode_at(local) != plans.USE_TIME:
            return 0
        return plans.band(self.active[plans.PLAN].get("use_time"), local)

    def plugs_w(self, home: float) -> float:
        """Return what all plugs draw of a household."""
        return home * sum(self.plug_loads.values())

    @property
    def charger_w(self) -> float:
        """Return what the wallbox draws."""
        return float(self.charger.power_w) if self.charger is not None else 0.0


def panels_of(devices: list[Device]) -> list[Device]:
    """Return the devices with panels: an inverter behind solarbanks has none."""
    solarbanks = [device for device in devices if device.kind == "solarbank"]
    return solarbanks or [device for device in devices if device.product.peak_w]
