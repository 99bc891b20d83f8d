"""What the answers of the legacy app API say, in the catalogue's words (goodwe.md §4.2–4.6)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
import math
from typing import Any, Final

from ...core.choices import NOTHING
from ...core.model import Ref, Reported, Value
from ...core.parse import flag, number, section, sections, text
from ...core.words import code
from .devices import plant_id as site_of
from .fields_legacy import (
    BATTERY,
    GENERATION,
    INVERTER,
    LIFETIME,
    MONEY,
    PLANT,
    PLANT_LIVE,
    STATUS,
    TODAY,
    work_modes,
)
from .legacy_beans import battery_beans, faults_of, inverter_bean, is_dark
from .model import Bean
from .money import currency_of
from .powers import of_powerflow
from .reader import Reader, Values, source_of, translate, when_offline, when_stale, with_time
from .semsplus_readings import FlowReading
from .times import newest, uploaded_at

_SILENT: Final = timedelta(minutes=30)  # six uploads missed: what is told is of the past
_OFF: Final = frozenset({"offline", "waiting"})
_POWERS: Final = frozenset({"solar_power", "output_power"})

_OF_THE_METER: Final = ("grid_power", "grid_import_energy_", "grid_export_energy_", "grid_phase_power_")

type BatteryId = Callable[[str, int], str]


class LegacyReadings(Reader):
    """Reads the answers of the legacy API; ``plant`` is a plant's bare id."""

    def monitor(
        self,
        plant: str,
        data: Bean,
        *,
        now: datetime,
        zone: tzinfo | None,
        battery_id: BatteryId,
        meter: str | None = None,
    ) -> FlowReading:
        """Return all that the monitor call says: the plant, its inverters and their batteries (§4.2).

        ``battery_id`` gives the device id of a battery by its inverter's serial number and its own number; what one
        inverter alone says of the grid is told of ``meter``, if a device of its own is known to measure it. Each
        inverter has its own time; one that has been silent for half an hour only tells what lasts.
        """
        rows = [row for row in sections(data.get("inverter")) if section(row.get("invert_full"))]
        site, at = site_of(plant), newest(rows, zone, now)
        found = self._inverters(plant, data, rows, now=now, zone=zone, battery_id=battery_id)
        powers = of_powerflow(data, [section(row.get("invert_full")) for row in rows])
        told: dict[str, Reported] = {
            "solar_power": powers.solar,
            "home_power": powers.home,
            "grid_power": powers.grid,
            "battery_power": powers.battery if _has_battery(data, rows) else None,
        }
        values = self.keep(site, "powers", told) | self._live(plant, data, battery=_has_battery(data, rows))
        if not section(data.get("powerflow")):
            values |= self._together(site, rows, found.values)
        values = self._as_of(values, site, at, now, rows)
        values |= self._lasting(plant, data) | self._statistics(plant, data)
        if meter is not None and len({ref.device for ref in found.values if ref.key.startswith(_OF_THE_METER)}) == 1:
            found = replace(
                found,
                values={_metered(ref, meter): value for ref, value in found.values.items()},
                times={_metered(ref, meter): time for ref, time in found.times.items()},
            )
        times = {**found.times, **(dict.fromkeys(values, at) if at else {})}
        return FlowReading(values=found.values | with_time(site, values, at), imbalance=powers.imbalance, times=times)

    def detail(self, plant: str, data: Bean) -> Values:
        """Return what ``GetPlantDetailByPowerstationId`` says: ``info`` and ``kpi`` (§4.3)."""
        return self._live(plant, data, battery=False) | self._lasting(plant, data)

    def points(
        self,
        plant: str,
        rows: Sequence[Bean],
        *,
        now: datetime,
        zone: tzinfo | None,
        detail: Bean | None = None,
        battery_id: BatteryId | None = None,
    ) -> FlowReading:
        """Return what ``GetInverterAllPoint`` says: each inverter, what the sun gives them together (§4.6).

        With ``battery_id`` their batteries are told of, too, and with ``detail`` what that says of the plant: its power
        is as old as those of the inverters.
        """
        found = self._inverters(plant, {}, rows, now=now, zone=zone, battery_id=battery_id)
        site, at = site_of(plant), newest(rows, zone, now)
        whole = {} if detail is None else self.detail(plant, detail)
        values = self._as_of(whole | self._together(site, rows, found.values), site, at, now, rows)
        times = {**found.times, **(dict.fromkeys(values, at) if at else {})}
        return FlowReading(values=found.values | values, times=times)

    def _live(self, plant: str, data: Bean, *, battery: bool) -> Values:
        bean: dict[str, Any] = {"pac": section(data.get("kpi")).get("pac")}
        if battery:
            bean["soc"] = section(data.get("powerflow")).get("soc")
        return self.read(site_of(plant), "plant live", PLANT_LIVE, source_of(bean))

    def _lasting(self, plant: str, data: Bean) -> Values:
        """Return what outlives the moment: status, ratings, the month, carbon, money."""
        info, kpi = section(data.get("info")), section(data.get("kpi"))
        bean = {**info, "month_generation": kpi.get("month_generation"), "co2": section(data.get("hjgx")).get("co2")}
        values = self.read(site_of(plant), "plant", PLANT, source_of(bean))
        if not flag(data.get("hasEnergeStatisticsCharts")):  # else the sums there are the better ones
            values |= self.read(site_of(plant), "generation", GENERATION, source_of(kpi))
        return values | (self.read(site_of(plant), "money", MONEY, source_of(kpi)) if currency_of(data) else {})

    def _together(self, site: str, rows: Sequence[Bean], found: Values) -> Values:
        """Return what the sun gives all inverters of a plant, where nothing tells of the plant as a whole."""
        parts = [found.get(Ref(text(row.get("sn")) or "", "solar_power")) for row in rows]
        known = [power for power in parts if isinstance(power, float)]
        return self.add(site, "powers", "solar_power", math.fsum(known) if known and len(known) == len(parts) else None)

    def _statistics(self, plant: str, data: Bean) -> Values:
        """Return the plant's energies; without a meter all that the sun gave counts as used at home (§4.3)."""
        if not flag(data.get("hasEnergeStatisticsCharts")):
            return {}
        values: Values = {}
        today = section(data.get("energeStatisticsCharts"))
        totals = section(data.get("energeStatisticsTotals"))
        for part, table, bean in (("today", TODAY, today), ("lifetime", LIFETIME, totals)):
            values |= self.read(site_of(plant), part, table, source_of(bean))
        return values

    def _as_of(self, values: Values, site: str, at: datetime | None, now: datetime, rows: Sequence[Bean]) -> Values:
        """Return what is left of a plant's powers: none of the sun in the dark, nothing after a long silence."""
        if at is not None and now - at > _SILENT:
            values = when_stale(values)
        if rows and all(_is_asleep(inverter_bean(row), uploaded_at(row, None, now), now) for row in rows):
            values |= {ref: 0.0 for ref in values if ref.key in _POWERS}
        return values

    def _inverters(
        self,
        plant: str,
        data: Bean,
        rows: Sequence[Bean],
        *,
        now: datetime,
        zone: tzinfo | None,
        battery_id: BatteryId | None,
    ) -> FlowReading:
        values: Values = {}
        times: dict[Ref, datetime] = {}
        capacity = number(section(data.get("info")).get("battery_capacity")) or 0.0
        apart = flag(section(data.get("powerflow")).get("isHomKit")) or text(section(data.get("homKit")).get("sn"))
        for row in rows:
            if (serial := text(row.get("sn"))) is None:
                continue
            at = uploaded_at(row, zone, now)
            bean = inverter_bean(row, meter_apart=bool(apart))
            found = self._inverter(serial, bean, at, now)
            if battery_id is not None:
                silent = _is_silent(at, now) or code(bean.get("status")) == "-1"
                for number_, battery in battery_beans(row, expected=capacity > 0).items():
                    found |= self._battery(battery_id(serial, number_), battery, at, silent=silent)
            values |= found
            times |= dict.fromkeys(found, at) if at else {}
        return FlowReading(values=values, times=times)

    def _inverter(self, serial: str, bean: Bean, at: datetime | None, now: datetime) -> Values:
        values = self.read(serial, "inverter", INVERTER, source_of(bean))
        status, dark = _status(bean), _is_asleep(bean, at, now)
        if status == "offline" or _is_silent(at, now):
            values = when_offline(values, dark=dark)
        elif dark:  # its power may stand still at what it was when the sun went (§4.4)
            values |= {ref: 0.0 for ref in values if ref.key in _POWERS}
        told: dict[str, Value] = {"device_status": status, "reachable": status != "offline", "fault": faults_of(bean)}
        told["problem"] = None if status is None else code(bean.get("status")) == "2"
        told["work_mode_code"] = code(bean.get("workmode"))
        told["derating_code"] = code(bean.get("deratingMode"))
        told["grid_code"] = code(bean.get("safetyConutry"))
        told["on_grid"] = flag(bean.get("grid_conn_status"))
        values |= {Ref(serial, key): value for key, value in told.items() if value is not None}
        return with_time(serial, values, at)

    def _battery(self, device: str, bean: Bean, at: datetime | None, *, silent: bool) -> Values:
        values = self.read(device, "battery", BATTERY, source_of(bean))
        if silent:
            values = when_offline(values, dark=False)
        for key, name in (("fault", "bms_alarm"), ("warning", "bms_warning")):
            if (bits := code(bean.get(name))) is not None:
                values[Ref(device, key)] = NOTHING if bits == "0" else bits
        return with_time(device, values, at)


def batteries_of(row: Bean) -> tuple[int, ...]:
    """Return the numbers of the batteries behind an inverter of the legacy API (§4.4)."""
    return tuple(battery_beans(row))


def _metered(ref: Ref, meter: str) -> Ref:
    """Return whose reading it is where a meter has a page of its own."""
    if not ref.key.startswith(_OF_THE_METER):
        return ref
    return Ref(meter, ref.key.removeprefix("grid_") if ref.key.startswith("grid_phase_") else ref.key)


def _has_battery(data: Bean, rows: Sequence[Bean]) -> bool:
    expected = (number(section(data.get("info")).get("battery_capacity")) or 0.0) > 0
    return any(battery_beans(row, expected=expected) for row in rows)


def _status(bean: Bean) -> str | None:
    """Return the status in a word: offline and fault by ``status``, else the family's ``workmode`` tells more (§4.4)."""
    told = translate(STATUS, bean.get("status"), "inverter status")
    modes = work_modes(text(bean.get("model_type")) or text(bean.get("type")) or "")
    if told in ("offline", "fault") or modes is None:
        return told
    found = modes.get(code(bean.get("workmode")) or "")
    return told if found is None else found


def _is_silent(at: datetime | None, now: datetime) -> bool:
    return at is not None and now - at > _SILENT


def _is_asleep(bean: Bean, at: datetime | None, now: datetime) -> bool:
    """Tell whether an inverter that runs on the sun alone is without it."""
    off = translate(STATUS, bean.get("status"), "inverter status") in _OFF
    return is_dark(bean) and (off or _is_silent(at, now))
