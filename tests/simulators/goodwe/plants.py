"""A plant: one house with the inverters, the meter and the rest in it, living by plant time and uploading minute by minute.

- ``minute``: the latest ``Record`` of the whole plant (route C, once per minute); ``minutes``: all of them lately;
  ``upload``: the latest of route B (every five minutes).
- ``energies(day)``: what the server tells of a plant-local day, today included, late after midnight (§10.9).
- ``lead``: the inverter the meter hangs on; ``light_w``: what the roof could give now; ``online``: anybody uploads.
"""

from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
import math
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.simulators.clock import SimClock
from tests.simulators.goodwe import building
from tests.simulators.goodwe.alarms import Alarm
from tests.simulators.goodwe.devices import (
    KEPT_MINUTES,
    OFFLINE_AFTER,
    Charger,
    Device,
    Dongle,
    Inverter,
    Meter,
    Storage,
)
from tests.simulators.goodwe.energies import NOTHING, Counted, Energies, Ledger
from tests.simulators.goodwe.measuring import inverter_record, part, plant_record, share_of, weights
from tests.simulators.goodwe.models import Plan
from tests.simulators.goodwe.record import Record
from tests.simulators.goodwe.roof import Roof
from tests.simulators.goodwe.settings import steer
from tests.simulators.house import House
from tests.simulators.surroundings import Home

MINUTE = timedelta(minutes=1)
UPLOAD = timedelta(minutes=5)
STEP_SECONDS = 60.0
LAG_AFTER_MIDNIGHT = timedelta(minutes=10)
RIGHTS = (
    "STATION_VIEW",
    "INVERTER_REMOTE_READ",
    "INVERTER_REMOTE",
    "FIRMWARE_UPGRADE",
    "STATION_EDIT",
    "INVERTER_EDIT",
)
VISITOR_RIGHTS = ("STATION_VIEW",)


class Plant:
    """A plant of the account, alive since ``since``; made-up days reach back to ``created``."""

    def __init__(
        self,
        plan: Plan,
        *,
        clock: SimClock,
        since: datetime,
        random: Random,
        seed: int,
        timezone: str = "Europe/Berlin",
        currency: str = "EUR",
        cloudiness: float = 0.0,
        solar_scale: float = 1.0,
    ) -> None:
        """Build it as it stood at ``since``."""
        self.plan = plan
        self.clock = clock
        self.id = str(UUID(int=random.getrandbits(128), version=4))
        self.name = plan.name
        self.zone = ZoneInfo(timezone)
        self.created = self.local(since).date() - timedelta(days=600 + random.randrange(200))
        self.currency = currency
        self.yield_rate = 0.16
        self.latitude, self.longitude = 48.1, 9.2
        self.permissions: tuple[str, ...] = RIGHTS if plan.rights else VISITOR_RIGHTS
        self.alarms: list[Alarm] = []
        self.lag = LAG_AFTER_MIDNIGHT
        self.uploads_every = UPLOAD
        self.upload_phase = timedelta(seconds=random.randrange(20, 280))
        self.minutes: deque[Record] = deque(maxlen=KEPT_MINUTES)
        self.minute: Record | None = None
        self.upload: Record | None = None
        self.now = since
        self.inverters: list[Inverter] = []
        self.devices: list[Device] = []
        building.fill(self, since=since, random=random, seed=seed)
        self.ledger = Ledger(building.days_of(self, since, seed), self.local(since).date())
        self.house = self._house(since, seed, cloudiness, solar_scale)
        for inverter in self.inverters:
            inverter.ledger = Ledger(share_of(self, inverter), self.local(since).date())
        self._counted = Energies.of(self.house.counters)

    def _house(self, since: datetime, seed: int, cloudiness: float, solar_scale: float) -> House:
        """Return the house around the devices."""
        house = House(
            self.clock,
            timezone=str(self.zone),
            latitude=48.0,
            batteries=[pack for inverter in self.inverters for pack in inverter.packs],
            counters=self.ledger.total.counters(),
            standby_w=0.0,
            step_seconds=STEP_SECONDS,
            since=since,
            steering=self._steer,
            seed=seed,
        )
        peak = sum(inverter.kind.solar_peak_w for inverter in self.inverters) * solar_scale
        house.sun = Roof(peak_w=peak, latitude=48.0, cloudiness=cloudiness, seed=seed, let_through=self._let_through)
        house.household = Home(scale=1.0, seed=seed, extra=lambda: self.charger.power_w if self.charger else 0.0)
        return house

    def _let_through(self, light: float) -> float:
        """Return what the inverters make of the light on the roof."""
        return sum(self.yield_of(inverter, light) for inverter in self.inverters)

    def yield_of(self, inverter: Inverter, light: float) -> float:
        """Return what one inverter takes of the light on the roof."""
        if not inverter.running:
            return 0.0
        limit = inverter.rated_w * float(inverter.settings["ActivePowerLimit"]) / 100
        return light * inverter.share if self.unison else min(limit, light * inverter.share)

    @property
    def unison(self) -> bool:
        """Tell whether one set of settings rules all inverters: there is one, or they run in parallel."""
        return len(self.inverters) == 1 or self.plan.parallel

    def _steer(self, house: House, local: datetime) -> None:
        """Let the house do what the inverters are set to."""
        if self.charger is not None:
            self.charger.steer(light_on(house))
        lead = self.lead
        rated = float(sum(inverter.rated_w for inverter in self.inverters))
        settings = lead.settings if lead.running else {**lead.settings, "Running": 0}
        steer(settings, house, local, rated, metered=self.metered)
        if not self.unison:
            house.settings.output_limit_w = math.inf
            house.settings.halted = False

    # --- looking -----------------------------------------------------------------------------------------------------

    @property
    def lead(self) -> Inverter:
        """Return the inverter the meter hangs on, the master of parallel ones."""
        return self.inverters[0]

    @property
    def metered(self) -> bool:
        """Tell whether grid and load are known."""
        return self.plan.meter != "none"

    @property
    def has_battery(self) -> bool:
        """Tell whether there is any battery."""
        return bool(self.house.batteries)

    @property
    def battery_kwh(self) -> float:
        """Return the size of the batteries."""
        return sum(pack.capacity_wh for inverter in self.inverters for pack in inverter.packs) / 1000

    @property
    def capacity_kw(self) -> float:
        """Return the plant's size: the peak of its roof."""
        return sum(inverter.kind.solar_peak_w for inverter in self.inverters) / 1000

    @property
    def dongle(self) -> Dongle:
        """Return the communication stick."""
        return next(device for device in self.devices if isinstance(device, Dongle))

    @property
    def meter(self) -> Meter | None:
        """Return the meter."""
        return next((device for device in self.devices if isinstance(device, Meter)), None)

    @property
    def charger(self) -> Charger | None:
        """Return the wallbox."""
        return next((device for device in self.devices if isinstance(device, Charger)), None)

    @property
    def storages(self) -> Iterator[Storage]:
        """Yield batteries and racks."""
        return (device for device in self.devices if isinstance(device, Storage))

    @property
    def light_w(self) -> float:
        """Return what the roof could give now, in W."""
        return light_on(self.house)

    @property
    def online(self) -> bool:
        """Tell whether the cloud heard of the plant lately."""
        return self.minute is not None and self.now - self.minute.instant <= OFFLINE_AFTER

    @property
    def status(self) -> int:
        """Return how the plant is (§5.2): 0 offline, at night too when only the meter reports, 1 running, 2 fault, 3 waiting."""
        if not any(inverter.status for inverter in self.inverters):
            return 0
        if any(inverter.fault for inverter in self.inverters):
            return 2
        return 1 if any(inverter.running for inverter in self.inverters) else 3

    def local(self, moment: datetime) -> datetime:
        """Return plant time at a moment, aware."""
        return moment.astimezone(UTC).astimezone(self.zone)

    def offset_hours(self, moment: datetime) -> float:
        """Return the plant's distance from UTC in hours."""
        return (self.local(moment).utcoffset() or timedelta()) / timedelta(hours=1)

    def energies(self, day: date) -> Energies:
        """Return what the server tells of a day of plant time: today's soon after midnight is yesterday's."""
        today = self.local(self.now).date()
        if day < today or day > today:
            return self.ledger.days.get(day, NOTHING)
        if self._lagging(self.now):
            return self.ledger.days.get(today - timedelta(days=1), NOTHING)
        heard = self.minute.counted if self.minute is not None else None
        return heard.today if heard is not None and heard.day == today else NOTHING

    def counted(self, ledger: Ledger) -> Counted:
        """Return what a ledger's counter shows now."""
        return ledger.shown(lagging=self._lagging(self.now))

    def _lagging(self, moment: datetime) -> bool:
        """Tell whether it is so soon after midnight that the day before still shows."""
        local = self.local(moment)
        return local - datetime.combine(local.date(), time(), self.zone) < self.lag

    # --- living ------------------------------------------------------------------------------------------------------

    def advance(self, now: datetime) -> None:
        """Live until ``now``: measure every minute, upload every five, begin new days. A clock may be set back."""
        if now < self.now:
            self.house.advance_to(now)
            self.now = now
        while (due := self._next_event()) <= now:
            self._live(due)
            if due == _after(due - timedelta(microseconds=1), MINUTE, timedelta()):
                self._begin_day(due)
                self._measure_minute()
            if due == _after(due - timedelta(microseconds=1), self.uploads_every, self.upload_phase):
                self._upload()
        self._live(now)

    def _next_event(self) -> datetime:
        """Return when something is measured next."""
        return min(_after(self.now, MINUTE, timedelta()), _after(self.now, self.uploads_every, self.upload_phase))

    def _live(self, now: datetime) -> None:
        """Let the house live until ``now`` and count what it did, unless somebody has looked at it since."""
        hours = (now - self.now) / timedelta(hours=1)
        shares = weights(self)
        if self.house.local() < now:
            self.house.advance_to(now)
        self.now = now
        counted = Energies.of(self.house.counters)
        added, self._counted = counted - self._counted, counted
        self.ledger.total = counted
        for inverter, weight in zip(self.inverters, shares, strict=True):
            inverter.ledger.total += part(self, inverter, added, weight)
        if self.charger is not None:
            self.charger.count(hours)

    def _begin_day(self, now: datetime) -> None:
        """Begin a new day if it is one."""
        day = self.local(now).date()
        for ledger in (self.ledger, *(inverter.ledger for inverter in self.inverters)):
            if day != ledger.now.day:
                ledger.begin_day(day)

    def _measure_minute(self) -> None:
        """Let everybody who is awake tell the cloud (route C)."""
        if self.dongle.offline:
            return
        for inverter in self.inverters:
            if not inverter.asleep:
                inverter.minute = inverter_record(self, inverter)
                inverter.publish()
        if self.lead.asleep and self.plan.meter != "homekit":
            if all(inverter.asleep for inverter in self.inverters) or self.lead.unpowered:
                return
        self.minute = plant_record(self)
        self.minutes.append(self.minute)
        for device in self.devices:
            if not isinstance(device, Inverter):
                device.minute = device.host.minute if device.host is not None else self.minute

    def _upload(self) -> None:
        """Let everybody who is awake upload to route B."""
        for inverter in self.inverters:
            if not (inverter.asleep or self.dongle.offline):
                inverter.upload = inverter_record(self, inverter)
                inverter.uploads.append(inverter.upload)
                self.upload = plant_record(self)

    def info(self) -> dict[str, Any]:
        """Return what really happens, for the control port."""
        return {
            "name": self.name,
            "house": self.house.last_truth().as_dict(),
            "settings": {inverter.serial: inverter.settings for inverter in self.inverters},
        }


def light_on(house: House) -> float:
    """Return what the roof of a house could give now, in W."""
    if (given := house.settings.solar_w) is not None:
        return given
    local = house.local()
    return house.sun.light(local) if isinstance(house.sun, Roof) else house.sun.watts(local)


def _after(moment: datetime, every: timedelta, phase: timedelta) -> datetime:
    """Return the next multiple of ``every``, shifted by ``phase``, after a moment."""
    start = datetime(2020, 1, 1, tzinfo=UTC) + phase
    return start + every * (math.floor((moment - start) / every) + 1)
