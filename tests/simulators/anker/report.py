"""What the devices of a site told the cloud last: whole watts, before any answer gives them its names (anker.md §13)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tests.simulators.anker.device import Device

if TYPE_CHECKING:
    from tests.simulators.anker.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitReport:
    """A solarbank: ``pv_w + discharge_w + grid_w == charge_w + output_w``, all ≥ 0 W.

    ``channels`` and ``micro_w`` (an external micro-inverter's) add up to ``pv_w``.
    """

    level: float
    pv_w: int
    channels: tuple[int, ...]
    micro_w: int
    output_w: int
    charge_w: int
    discharge_w: int
    grid_w: int
    preset_w: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A site at ``instant``. ``grid_w`` + = import; ``home_w`` is what the house draws, ``solar_w`` all its panels.

    ``units`` by serial; ``plugs``, ``inverters`` and ``charger_w`` are parts of it. ``mode`` is what runs, ``selected``
    what was chosen (§7.2), ``preset_w`` what the plan asks for. ``lifetime_kwh`` is the yield of all the years.
    """

    instant: datetime
    solar_w: int
    home_w: int
    grid_w: int
    level: float
    mode: int
    selected: int
    preset_w: int
    band: int
    lifetime_kwh: float
    units: Mapping[str, UnitReport] = field(default_factory=dict)
    plugs: Mapping[str, int] = field(default_factory=dict)
    charger_w: int = 0


def measured(site: Site, instant: datetime) -> Report:
    """Return what a site would tell at a moment."""
    truth = site.house.last_truth()
    local = site.local(instant)
    units = {device.serial: _unit(site, device, truth.solar_w, local) for device in site.solarbanks}
    if site.cascaded:
        units[site.main.serial] = _cascade_head(site, units)
    home, charger = round(truth.home_w), round(site.charger_w)
    return Report(
        instant=instant,
        solar_w=sum(unit.pv_w for unit in units.values()) if units else round(truth.solar_w),
        home_w=home,
        grid_w=_grid(site, units, home) if units else round(truth.grid_w),
        level=site.house.level(),
        mode=site.mode_at(local),
        selected=site.selected_mode,
        preset_w=site.preset_at(local),
        band=site.band_at(local),
        lifetime_kwh=site.diary.lifetime.solar,
        units=units,
        plugs={serial: round(truth.home_w * share) for serial, share in site.plug_loads.items()},
        charger_w=charger,
    )


def _unit(site: Site, device: Device, solar_w: float, local: datetime) -> UnitReport:
    """Return what one solarbank measures."""
    channels = tuple(round(solar_w * device.share * part) for part in device.product.channels)
    battery = round(device.battery.power_w) if device.battery is not None else 0
    micro = round(solar_w * device.share * device.product.micro)
    pv = sum(channels) + micro
    return UnitReport(
        level=device.level,
        pv_w=pv,
        channels=channels,
        micro_w=micro,
        output_w=max(0, pv + battery),
        charge_w=max(0, -battery),
        discharge_w=max(0, battery),
        grid_w=max(0, -(pv + battery)),
        preset_w=site.device_preset(device, local),
    )


def _cascade_head(site: Site, units: Mapping[str, UnitReport]) -> UnitReport:
    """Return the newer solarbank, for which the output of the older ones is sun (§9.5)."""
    own = units[site.main.serial]
    given = [units[device.serial].output_w for device in site.cascaded]
    channels = list(own.channels)
    for number, watts in enumerate(given):
        channels[-1 - number] += watts
    pv = sum(channels)
    balance = pv + own.discharge_w - own.charge_w
    return replace(own, pv_w=pv, channels=tuple(channels), output_w=max(0, balance), grid_w=max(0, -balance))


def _grid(site: Site, units: Mapping[str, UnitReport], home: int) -> int:
    """Return the grid's power that closes the balance of the whole watts."""
    counted = [units[site.main.serial]] if site.cascaded else units.values()
    return home - sum(unit.output_w - unit.grid_w for unit in counted)
