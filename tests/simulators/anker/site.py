"""A site: one house with the solarbanks, meters and plugs in it, living by its own time and reporting at its own pace.

``house`` and ``diary`` are what is true; ``report`` is what the cloud heard last (§13); ``settings`` is what the cloud
keeps by ``param_type``, ``active`` what the devices go by, a few seconds later (§12).
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
import math
from random import Random
from typing import TYPE_CHECKING, Any, override
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.simulators.anker import plans
from tests.simulators.anker.device import Device
from tests.simulators.anker.diary import Diary
from tests.simulators.anker.energies import Energies, made_up
from tests.simulators.anker.prices import Tariff
from tests.simulators.anker.profiles import SitePlan
from tests.simulators.anker.report import Report, measured
from tests.simulators.anker.steering import limits, steer
from tests.simulators.clock import SimClock
from tests.simulators.house import House
from tests.simulators.plant import Counters
from tests.simulators.surroundings import Household, Sun

if TYPE_CHECKING:
    from tests.simulators.anker.chargers import Charger

MINUTE = timedelta(minutes=1)
STEP_SECONDS = 60.0
REPORTS = {1: timedelta(seconds=60)}
REPORT = timedelta(seconds=300)
STANDBY = timedelta(hours=1)
TRIGGERED = timedelta(seconds=3)
REACHES = timedelta(seconds=5)
"""How long a write needs from the cloud to the device (§12)."""
WH = 1_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Home(Household):
    """The household, and what else draws ``extra()`` W in it."""

    extra: Callable[[], float]

    @override
    def watts(self, local: datetime) -> float:
        """Return what the house draws."""
        return Household.watts(self, local) + self.extra()


class Site:
    """A site of the account, alive since ``since``; made-up days reach back to ``created``."""

    def __init__(
        self,
        plan: SitePlan,
        *,
        clock: SimClock,
        since: datetime,
        devices: list[Device],
        loads: Mapping[str, float],
        random: Random,
        seed: int,
        zone: ZoneInfo,
        cloudiness: float = 0.0,
        solar_scale: float = 1.0,
    ) -> None:
        """Build it as it stood at ``since``."""
        self.plan = plan
        self.clock = clock
        self.id = str(UUID(int=random.getrandbits(128), version=4))
        self.name = plan.name
        self.kind = plan.family
        self.power_site_type = plan.type
        self.ms_type = 2 if plan.member else 1
        self.zone = zone
        self.devices = devices
        for device in devices:
            device.site = self
        self.plug_loads = loads
        self.created = self.local(since).date() - timedelta(days=plan.age_days)
        self.now = since
        self.export_blocked = 0
        self.legal_limit_w = 0.0
        self.floor_percent = 10.0
        self.single_slot_bug = False
        self.stuck = False
        self.reports_time = not plan.untimed
        self.silent = False
        self.charger: Charger | None = None
        self.third_party_w = 0
        self.triggered_until = since
        self._phase = timedelta(seconds=random.randrange(10, 50))
        self._reaches_at: datetime | None = None
        self.tariff = Tariff(price=0.34, unit=plan.currency)
        self.settings: dict[str, dict[str, Any]] = self._factory()
        self.active = deepcopy(self.settings)
        if self.solarbanks:
            self.legal_limit_w = self._first_limit()
        self.diary = Diary(zone, since, self._past(since, seed))
        self.house = self._house(since, seed, cloudiness, solar_scale)
        self._counters = replace(self.house.counters)
        self.report: Report = measured(self, since)
        self._reported = since

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
        heads = [device for device in self.solarbanks if device.generation > 1]
        sums = [sum(parts) for parts in zip(*(device.product.channels for device in heads), strict=True)]
        return tuple(part / len(heads) for part in sums)

    @property
    def parts(self) -> Mapping[str, float]:
        """Return what part of the energies each solarbank of a multisystem has; nothing for a single one."""
        heads = [device for device in self.solarbanks if device.generation > 1]
        return {device.serial: 1 / len(heads) for device in heads} if len(heads) > 1 else {}

    @property
    def plugs(self) -> Mapping[str, float]:
        """Return what part of all plugs' energy each plug has."""
        whole = sum(self.plug_loads.values())
        return {serial: load / whole for serial, load in self.plug_loads.items()}

    @property
    def micro(self) -> float:
        """Return what part of the sun comes by an external micro-inverter."""
        return 0.0

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

    def changed(self) -> None:
        """Let what the cloud keeps reach the devices in a few seconds."""
        self._reaches_at = self.clock.now() + REACHES

    # --- living ------------------------------------------------------------------------------------------------------

    def local(self, moment: datetime) -> datetime:
        """Return site time at a moment, aware."""
        return moment.astimezone(self.zone)

    def _past(self, since: datetime, seed: int) -> dict[date, Energies]:
        """Return the made-up days before it is looked at."""
        peak = sum(device.product.peak_w for device in panels_of(self.devices)) / WH
        battery = sum(device.battery.capacity_wh for device in self.devices if device.battery is not None) / WH
        until = self.local(since).date()
        return made_up(self.created, until, peak_kw=peak, battery_kwh=battery, seed=seed + len(self.name))

    def _house(self, since: datetime, seed: int, cloudiness: float, solar_scale: float) -> House:
        """Return the house around the devices."""
        batteries = [device.battery for device in self.devices if device.battery is not None]
        house = House(
            self.clock,
            timezone=str(self.zone),
            latitude=48.0,
            solar_peak_w=1.0,
            batteries=batteries,
            counters=_counters(self.diary.lifetime),
            standby_w=0.0,
            step_seconds=STEP_SECONDS,
            since=since,
            steering=(lambda house, local: steer(self, house, local)) if self.solarbanks else None,
            seed=seed,
        )
        peak = sum(device.product.peak_w for device in panels_of(self.devices)) * solar_scale
        house.sun = Sun(peak_w=peak, latitude=48.0, cloudiness=cloudiness, seed=seed)
        house.household = Home(scale=self.plan.load_scale, seed=seed, extra=lambda: self.charger_w)
        return house

    def advance(self, now: datetime) -> None:
        """Live until ``now``: count every minute, report at the devices' pace. A clock may be set back."""
        if now < self.now:
            self._live(now)
            self._reported = min(self._reported, now)
        while (due := self._next_event()) <= now:
            self._live(due)
            self._act(due)
        self._live(now)

    def _next_event(self) -> datetime:
        """Return when something happens next."""
        due = min(after(self.now, MINUTE), self._next_report())
        return due if self._reaches_at is None else min(due, max(self._reaches_at, self.now))

    def _next_report(self) -> datetime:
        """Return when the devices report next (§13)."""
        if self._reported < self.triggered_until:
            return max(self._reported + TRIGGERED, self.now)
        every = self.every
        if every is STANDBY:
            return after(self._reported, STANDBY, self._phase)
        return after(self._reported, every, self._phase)

    @property
    def every(self) -> timedelta:
        """Return how often the devices report."""
        if self.generation == 1 and not self.report.busy:
            return STANDBY
        return REPORTS.get(self.generation, REPORT)

    def _act(self, due: datetime) -> None:
        """Do what is due."""
        if self._reaches_at is not None and self._reaches_at <= due:
            self._reaches_at = None
            self.active = deepcopy(self.settings)
        if self._next_report() <= due:
            self._reported = due
            if not self.silent:
                self.report = measured(self, due)
        self._end_backup(due)

    def _end_backup(self, now: datetime) -> None:
        """Switch a backup charge off when the battery is full or its time is over (§9.3)."""
        for settings in (self.active, self.settings):
            backup = settings.get(plans.PLAN, {}).get("manual_backup") or {}
            if not backup.get("switch"):
                continue
            over = all(one["end_time"] <= now.timestamp() for one in backup.get("ranges") or ())
            full = settings is self.active and self.house.level() >= limits(self)[1] - 0.01
            if over or full:
                self._backup_off()

    def _backup_off(self) -> None:
        """Switch the backup charge off, in the cloud too."""
        for settings in (self.active, self.settings):
            settings[plans.PLAN]["manual_backup"] = {**settings[plans.PLAN]["manual_backup"], "switch": False}

    def _live(self, now: datetime) -> None:
        """Let the house live until ``now`` and count what it did, unless somebody has looked at it since."""
        hours = (now - self.now) / timedelta(hours=1)
        if self.house.local() < now or now < self.now:
            self.house.advance_to(now)
        self.now = now
        before, self._counters = self._counters, replace(self.house.counters)
        more = {
            "plugs": self.plugs_w(self.house.last_truth().home_w) * hours / WH,
            "charger": self.charger_w * hours / WH,
        }
        if hours > 0:
            self.diary.note(now, Energies.between(before, self._counters, **more), self.house.level())

    def report_now(self) -> None:
        """Let the devices tell the cloud at once, as after something struck (§13)."""
        self.advance(self.clock.now())
        if not self.silent:
            self.report = measured(self, self.now)

    def trigger(self, seconds: float = 300.0) -> None:
        """Let the devices report every few seconds for a while, as after the app was opened (§13)."""
        self.triggered_until = self.clock.now() + timedelta(seconds=seconds)

    def info(self) -> dict[str, Any]:
        """Return what really happens, for the control port: ``today`` in kWh, ``levels`` of the batteries in %."""
        local = self.local(self.now)
        return {
            "name": self.name,
            "mode": self.mode_at(local),
            "preset_w": self.preset_at(local),
            "output_limit_w": self.legal_limit_w,
            "settings": self.settings,
            "today": energies_of(self.diary, local.date()),
            "levels": {device.serial: device.level for device in self.devices if device.battery is not None},
        }


def panels_of(devices: list[Device]) -> list[Device]:
    """Return the devices with panels: an inverter behind solarbanks has none."""
    solarbanks = [device for device in devices if device.kind == "solarbank"]
    return solarbanks or [device for device in devices if device.product.peak_w]


def energies_of(diary: Diary, day: date) -> dict[str, float]:
    """Return what a day has counted really, in kWh."""
    energies = diary.days.get(day, Energies())
    return {
        name: getattr(energies, name) for name in ("solar", "home", "charged", "discharged", "imported", "exported")
    }


def _counters(energies: Energies) -> Counters:
    """Return what a house counted that has lived through these energies."""
    return Counters(
        solar_wh=energies.solar * WH,
        home_wh=energies.home * WH,
        grid_import_wh=energies.imported * WH,
        grid_export_wh=energies.exported * WH,
        battery_charge_wh=energies.charged * WH,
        battery_discharge_wh=energies.discharged * WH,
        output_wh=(energies.solar - energies.charged + energies.discharged) * WH,
        grid_charge_wh=energies.grid_to_battery * WH,
    )


def after(moment: datetime, every: timedelta, phase: timedelta = timedelta()) -> datetime:
    """Return the next multiple of ``every``, shifted by ``phase``, after a moment."""
    start = datetime(2020, 1, 1, tzinfo=UTC) + phase
    return start + every * (math.floor((moment - start) / every) + 1)
