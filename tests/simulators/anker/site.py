"""A site: one house with the solarbanks, meters and plugs in it, living by its own time and reporting at its own pace.

``house`` and ``diary`` are what is true; ``report`` is what the cloud heard last (§13).
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
import math
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.simulators.anker import plans
from tests.simulators.anker.device import Device
from tests.simulators.anker.diary import Diary
from tests.simulators.anker.energies import Energies, made_up
from tests.simulators.anker.makeup import Makeup, panels_of
from tests.simulators.anker.profiles import SitePlan
from tests.simulators.anker.report import Report, measured
from tests.simulators.anker.steering import limits, steer
from tests.simulators.clock import SimClock
from tests.simulators.house import House
from tests.simulators.plant import Counters
from tests.simulators.surroundings import Home, Sun

MINUTE = timedelta(minutes=1)
STEP_SECONDS = 60.0
REPORTS = {1: timedelta(seconds=60)}
REPORT = timedelta(seconds=300)
STANDBY = timedelta(hours=1)
TRIGGERED = timedelta(seconds=3)
REACHES = timedelta(seconds=5)
"""How long a write needs from the cloud to the device (§12)."""
WH = 1_000.0


class Site(Makeup):
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
        super().__init__(plan, devices, loads)
        for device in devices:
            device.site = self
        self.clock = clock
        self.id = str(UUID(int=random.getrandbits(128), version=4))
        self.zone = zone
        self.created = self.local(since).date() - timedelta(days=plan.age_days)
        self.now = since
        self.reports_time = not plan.untimed
        self.silent = False
        self.triggered_until = since
        self._phase = timedelta(seconds=random.randrange(10, 50))
        self._reaches_at: datetime | None = None
        self.diary = Diary(zone, since, self._past(since, seed))
        self.house = self._house(since, seed, cloudiness, solar_scale)
        self._counters = replace(self.house.counters)
        self.report: Report = measured(self, since)
        self._reported = since

    # --- living ------------------------------------------------------------------------------------------------------

    def changed(self) -> None:
        """Let what the cloud keeps reach the devices in a few seconds."""
        self._reaches_at = self.clock.now() + REACHES

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
        """Return when the devices report next, no earlier than now (§13)."""
        if self._reported < self.triggered_until:
            return max(self._reported + TRIGGERED, self.now)
        return max(after(self._reported, self.every, self._phase), self.now)

    @property
    def every(self) -> timedelta:
        """Return how often the devices report; a Solarbank 1 wakes up with its panels."""
        truth = self.house.last_truth()
        if self.generation == 1 and not (truth.solar_w or truth.battery_w):
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
        if hours > 0:
            plugs = self.plugs_w(self.house.last_truth().home_w) * hours / WH
            charged = self.charger.count(hours) if self.charger is not None else 0.0
            counted = Energies.between(before, self._counters, plugs=plugs, charger=charged)
            self.diary.note(now, counted, self.house.level())

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
