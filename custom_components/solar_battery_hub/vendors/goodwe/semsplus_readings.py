"""What the answers of SEMS+ say about plants and devices, in the catalogue's words (goodwe.md §5.2–5.5, §6.6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
import math
from typing import Final

from ...core.choices import NOTHING
from ...core.integral import Integral
from ...core.model import Gone, Ref, Reported
from ...core.parse import flag, number, sections, text
from ...core.words import code
from ..base import PrivateStore
from .chargers import read_charger
from .devices import plant_id as site_of
from .fields import (
    BATTERY_ROW,
    DAY,
    DEVICE_STATUS,
    FLOW,
    INCOME,
    INFORMATION,
    NETWORK,
    PLANT_INFO,
    TELECOUNTING,
    TELEMETRY,
)
from .model import INVERTERS, Bean, DeviceType, Factors, Listed
from .money import currency_of
from .powers import Powers, of_flow, tolerance
from .reader import Reader, Values, source_of, translate, when_offline, when_stale, with_time

_OFFLINE: Final = 0
_FAULT: Final = 2
_ACTIVE, _PROMPT = "0", "prompt"  # of an alarm (§5.6)
_LIVE: Final = ("powers", "flow", "live", "sun", "inverter", "plant live")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowReading:
    """What one answer about a whole plant says.

    ``times`` are of the readings measured at another time than the answer as a whole. ``imbalance`` is what the powers
    lack of adding up, in W, where that is too much to be true; it is told, never corrected.
    """

    values: Values
    imbalance: float | None = None
    times: Mapping[Ref, datetime] = field(default_factory=dict)


class SemsPlusReadings(Reader):
    """Reads the answers of SEMS+; ``plant`` is a plant's bare id."""

    def __init__(self, store: PrivateStore) -> None:
        """Go on from what is remembered."""
        super().__init__(store)
        self._integral = Integral(store.shared.setdefault("integral", {}))

    def flow(self, plant: str, bean: Bean, *, at: datetime | None, stale: bool = False) -> FlowReading:
        """Return the powers of a plant (``stations/flow``); what lasts only when it is ``stale`` (§5.3)."""
        site = site_of(plant)
        values = self.read(site, "flow", FLOW, source_of(bean))
        powers = of_flow(bean)
        values |= self._powers(site, powers)
        if stale:
            return FlowReading(values=with_time(site, when_stale(values), at))
        return FlowReading(values=with_time(site, values, at), imbalance=powers.imbalance)

    def _powers(self, site: str, powers: Powers) -> Values:
        """Return the powers of a plant; the sun's and the output may be left out while there is nothing to tell (§5.3)."""
        if powers.battery:
            self.fitted.add(site, "groups", {"battery"})
        solar, output, rest = powers.solar, powers.output, powers.rest
        known = "solar_power" in self.fitted.of(site, "powers")
        if solar is None and known and rest is not None and abs(rest) <= tolerance(powers.home, powers.grid):
            solar = 0.0
        if output is None and solar is not None and powers.battery is not None:
            output = solar + powers.battery
        told: dict[str, Reported] = {
            "solar_power": solar,
            "home_power": powers.home,
            "grid_power": powers.grid,
            "output_power": output,
        }
        if "battery" in self.fitted.of(site, "groups"):
            told["battery_power"] = powers.battery
        return self.keep(site, "powers", told)

    def plant_info(self, plant: str, bean: Bean) -> Values:
        """Return what ``basic/info`` says: status, connection to the grid, ratings."""
        site = site_of(plant)
        values = self.read(site, "info", PLANT_INFO, source_of(bean))
        connected = flag(bean.get("gridStatus"))
        return values | ({} if connected is None else {Ref(site, "on_grid"): connected})

    def day(self, plant: str, bean: Bean) -> Values:
        """Return the energies of a day (``stations/statistics`` with the dimension ``day``).

        Without a meter all that the sun gave counts as used at home: such sums are left out.
        """
        site = site_of(plant)
        series = {
            name: points[-1].get("val")
            for entry in sections(bean.get("dataList"))
            if (name := text(entry.get("item"))) and (points := sections(entry.get("statisticsList")))
        }
        values = self.read(site, "day", DAY, source_of({**bean, **series}))
        if not self.fitted.of(site, "powers").isdisjoint({"home_power", "grid_power"}):
            return values
        return {ref: value for ref, value in values.items() if ref.key in ("solar_energy_today", "output_energy_today")}

    def income(self, plant: str, bean: Bean) -> Values:
        """Return the income of a day (``stations/production``), nothing where its currency is not told."""
        if currency_of(bean) is None:
            return {}
        return self.read(site_of(plant), "income", INCOME, source_of(bean))

    def live(self, device: Listed, factors: Factors, *, at: datetime | None = None) -> Values:
        """Return what a device measures (``telemetry``)."""
        if device.type is DeviceType.CHARGER:
            return self.charger(device.serial, {name: factor.data for name, factor in factors.items()}, at=at)
        values = self.read(device.serial, "live", TELEMETRY[device.type], source_of(factors))
        if device.type in INVERTERS:
            values |= self._sun(device, values)
        if device.status == _OFFLINE:
            values = when_offline(values, dark=_is_dark(device))
        return values | self.listed(device) | (with_time(device.serial, {}, at) if values else {})

    def _sun(self, device: Listed, values: Values) -> Values:
        """Return what the sun gives, of an inverter that only tells it by string or behind itself."""
        owner = device.serial
        if values.get(Ref(owner, "solar_power")) is not None:
            return {}
        strings = [value for ref, value in values.items() if ref.key.startswith("pv_power_")]
        known = [power for power in strings if isinstance(power, float)]
        if known and len(known) == len(strings):
            return self.keep(owner, "sun", {"solar_power": math.fsum(known)})
        alone = values.get(Ref(owner, "output_power")) if _is_dark(device) and not strings else None
        return self.keep(owner, "sun", {"solar_power": max(alone, 0.0) if isinstance(alone, float) else None})

    def energy(self, device: Listed, factors: Factors) -> Values:
        """Return the counters of a device (``telecounting``)."""
        return self.read(device.serial, "energy", TELECOUNTING[device.type], source_of(factors))

    def information(self, device: Listed, factors: Factors) -> Values:
        """Return what a device says about itself (``information``)."""
        values = self.read(device.serial, "information", INFORMATION[device.type], source_of(factors))
        factor = factors.get("gridConnStu")
        connected = None if factor is None else flag(factor.data)
        return values | ({} if connected is None else {Ref(device.serial, "on_grid"): connected})

    def listed(self, device: Listed) -> Values:
        """Return what the list of devices says about one: its status, whether it can be reached and is sound."""
        if device.status is None or device.type is DeviceType.DONGLE:
            return {}
        told: dict[str, Reported] = {
            "device_status": translate(DEVICE_STATUS, device.status, "device status"),
            "reachable": device.status != _OFFLINE,
            "problem": Gone.GONE if device.status == _OFFLINE else device.status == _FAULT,
        }
        return {Ref(device.serial, key): value for key, value in told.items()}

    def standing(self, serials: Iterable[str], rows: Sequence[Bean]) -> Values:
        """Return in words what is wrong with devices, by the alarms of their plant that are not over (§5.6).

        Mere prompts are warnings. ``rows`` are the newest alarms; of a device without any that stands all is well.
        """
        values: Values = {}
        for serial in serials:
            found: dict[str, list[str]] = {"fault": [], "warning": []}
            for row in rows:
                name = text(row.get("warningNameEn")) or text(row.get("warning_code"))
                if text(row.get("devicesn")) == serial and code(row.get("status")) == _ACTIVE and name is not None:
                    prompt = (text(row.get("alarmLevel")) or "").casefold().endswith(_PROMPT)
                    found["warning" if prompt else "fault"].append(name)
            values |= {Ref(serial, key): ", ".join(dict.fromkeys(names)) or NOTHING for key, names in found.items()}
        return values

    def battery_row(self, battery: Listed, row: Bean, *, at: datetime | None = None) -> Values:
        """Return what an inverter says about a battery behind it (``relatedDevices``)."""
        values = self.read(battery.serial, "row", BATTERY_ROW, source_of(row))
        if values.get(Ref(battery.serial, "device_status")) == "offline":
            values = when_offline(values, dark=False) | {Ref(battery.serial, "device_status"): "offline"}
        connected = flag(row.get("isConnected"))
        if connected is not None:
            values[Ref(battery.serial, "reachable")] = connected
        return with_time(battery.serial, values, at)

    def dongle(self, plant: str, bean: Bean) -> Values:
        """Return how a plant is connected, by a row of the device page or the information of its dongle."""
        source = source_of(bean)
        network = translate(NETWORK, source("communicationMode")[0], "network")
        strength = number(source("wirelessSignalStrength")[0])
        told: dict[str, Reported] = {} if network is None else {"network": network}
        if network != "ethernet" and strength is not None and 0 < strength <= 100:
            told["signal_strength"] = strength
        return {Ref(site_of(plant), key): value for key, value in told.items()}

    def asleep(self, device_id: str) -> Values:
        """Return the readings of a plant or inverter without sun: powers are 0, what else it measures is GONE (§9)."""
        known = frozenset[str]().union(*(self.fitted.of(device_id, part) for part in _LIVE))
        return when_offline({Ref(device_id, key): None for key in sorted(known)}, dark=True)

    def estimate(self, battery: str, power: float | None, at: datetime) -> Values:
        """Return what went into a battery and came out of it, added up from its power (W, + discharging)."""
        energies = self._integral.add(battery, power, at)
        if energies is None:
            return {}
        self._store.save_later()
        told = {"estimated_discharge_energy_total": energies.above, "estimated_charge_energy_total": energies.below}
        return {Ref(battery, key): round(value, 6) for key, value in told.items()}

    def charger(self, serial: str, bean: Bean, *, at: datetime | None = None) -> Values:
        """Return what a wallbox says: ``ev-charger/detail``, a ``chargeLog``, or the calls of the legacy API (§6.6)."""
        return read_charger(self, serial, bean, at)


def _is_dark(device: Listed) -> bool:
    """Tell whether a device runs on the sun alone."""
    return device.type in INVERTERS and not device.stores
