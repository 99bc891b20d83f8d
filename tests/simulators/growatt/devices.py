"""A device: it lives with its house, measures by its own clock and uploads every five minutes through its logger.

What an API may show of it:

- ``live()``: the wire fields of the last upload as plain numbers (``live.py``), frozen until the next one, with ``time``
  (device-local text) and, where the family has them, ``lost``, ``isAgain``/``again``, ``serialNum``, ``alias`` ….
- ``record``: the same upload with neutral names (``Record``), ``None`` before the first; ``history``: all of them, oldest
  first; ``days``: the exact energies of every finished local day.
- ``settings_copy()``: the server's copy of the settings under V1's read names, numbers as numbers, plus ``sysTime`` and
  ``priorityChoose``. ``settings``: what the device really does. ``world.write`` changes both.
- ``lost``, ``status``, ``reachable``, ``alias``, ``family``, ``model``, ``logger``, ``plant``, ``packs``, ``alarms``.
- ``local(moment)``: the device's own clock.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
import math
from random import Random
from typing import TYPE_CHECKING, Any

from tests.simulators.clock import SimClock
from tests.simulators.growatt.families import FAMILIES, Family, Model
from tests.simulators.growatt.inventory import blank
from tests.simulators.growatt.live import EMPTY, LIVE
from tests.simulators.growatt.parameters import CLOCK, Value
from tests.simulators.growatt.record import Energies, PackRecord, Record
from tests.simulators.growatt.settings import FACTORY, priority, steer
from tests.simulators.growatt.values import clock_text
from tests.simulators.house import Battery, House

if TYPE_CHECKING:
    from tests.simulators.growatt.account import Plant

UPLOAD = timedelta(minutes=5)
LOST_AFTER = timedelta(minutes=20)
KEPT_RECORDS = 40 * 288
STEP_SECONDS = 60.0


@dataclass(slots=True, kw_only=True)
class Logger:
    """A data logger: it uploads every ``every``, ``phase`` after the full five minutes; an offline one does nothing."""

    serial: str
    phase: timedelta
    every: timedelta = UPLOAD
    offline: bool = False

    def next_upload(self, after: datetime) -> datetime:
        """Return when it uploads next."""
        midnight = datetime.combine(after.astimezone(UTC), datetime.min.time(), UTC) + self.phase
        return midnight + self.every * (math.floor((after - midnight) / self.every) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A message of a device; times are device-local."""

    code: int
    message: str
    start: datetime
    end: datetime
    status: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A change of settings that is due later, in the device, in the server's copy or in both."""

    due: datetime
    values: Mapping[str, Value]
    device: bool
    copy: bool


@dataclass(slots=True, kw_only=True)
class Fault:
    """What is wrong with a device."""

    code: int = 0
    text: str = ""


class Device:
    """One inverter with its share of a plant. ``advance(now)`` lets it live; nothing else moves it."""

    def __init__(self, model: Model, serial: str, *, plant: Plant, clock: SimClock, since: datetime, seed: int) -> None:
        """Put it into service at ``since``."""
        random = Random(f"{seed} {serial}")
        self.model = model
        self.family: Family = FAMILIES[model.family]
        self.serial = serial
        self.alias = serial
        self.device_id = random.randrange(100_000, 999_999)
        self.plant = plant
        self.logger = Logger(serial=f"XGD{serial}", phase=timedelta(seconds=random.randrange(0, 300)))
        self.settings: dict[str, Value] = dict(FACTORY[model.family])
        self.copy: dict[str, Value] = dict(self.settings)
        self.copied_at = since
        self.clock_error = timedelta()
        self.silent = False
        self.resends = False
        self.bounces = False
        self.zero_totals_while_lost = False
        self.fault = Fault()
        self.alarms: list[Alarm] = []
        self.removed_packs: list[PackRecord] = []
        self.record: Record | None = None
        self.history: deque[Record] = deque(maxlen=KEPT_RECORDS)
        self.days: dict[date, Energies] = {}
        self.house = self._house(clock, since, seed)
        self._buffer: list[Record] = []
        self._pending: list[Pending] = []
        self._now = since
        self._uploads_today = 2
        self._day = self.local(since).date()
        self._day_start = Energies.of(self.house.counters)
        self._yesterday = Energies()

    def _house(self, clock: SimClock, since: datetime, seed: int) -> House:
        """Return the share of sun, household and batteries behind the device."""
        model = self.model
        return House(
            clock,
            timezone=self.plant.house_zone,
            latitude=self.plant.latitude,
            cloudiness=self.plant.cloudiness,
            solar_peak_w=model.solar_peak_w * self.plant.solar_scale,
            load_scale=model.load_scale,
            batteries=[
                Battery(
                    serial=f"{self.serial}B{number}",
                    capacity_wh=model.pack_wh,
                    energy_wh=model.pack_wh * 0.4,
                    max_charge_w=model.pack_w,
                    max_discharge_w=model.pack_w,
                    charged_wh=1_512_300.0,
                    discharged_wh=1_340_800.0,
                )
                for number in range(1, model.packs + 1)
            ],
            standby_w=0.0,
            step_seconds=STEP_SECONDS,
            since=since,
            steering=self._steer,
            seed=seed,
        )

    def _steer(self, house: House, local: datetime) -> None:
        """Let the house do what the device is set to, by the device's clock."""
        steer(self.model, self.settings, house, self.local(local))

    # --- looking -----------------------------------------------------------------------------------------------------

    def local(self, moment: datetime) -> datetime:
        """Return what the device's clock shows at a moment."""
        return (moment.astimezone(UTC) + self.clock_error).astimezone(self.plant.zone)

    @property
    def lost(self) -> bool:
        """Tell whether the server has not heard of it for too long (F.1)."""
        return self.record is None or self._now - self.heard_at > LOST_AFTER

    @property
    def heard_at(self) -> datetime:
        """Return when the last upload came in."""
        return self.record.instant if self.record is not None else datetime.min.replace(tzinfo=UTC)

    @property
    def asleep(self) -> bool:
        """Tell whether it is off: without a battery it lives on sunlight."""
        house = self.house
        light = house.settings.solar_w if house.settings.solar_w is not None else house.sun.watts(house.local())
        return not self.model.has_battery and light <= 0

    @property
    def reachable(self) -> bool:
        """Tell whether a command would arrive."""
        return not (self.silent or self.logger.offline or self.asleep)

    @property
    def status(self) -> int:
        """Return the device list's code of its state (B.5)."""
        if self.lost:
            return self.family.offline
        return 3 if self.fault.code else self.family.running

    @property
    def packs(self) -> tuple[PackRecord, ...]:
        """Return its battery packs as last uploaded."""
        return self.record.packs if self.record is not None else ()

    @property
    def today(self) -> Energies:
        """Return the exact energies of the device's day up to now."""
        return Energies.of(self.house.counters).since(self._day_start)

    def live(self) -> dict[str, Any]:
        """Return the wire fields of the last upload as plain numbers; a family has not all of what is known."""
        name, record = self.model.family, self.record
        fields = LIVE[name](self.model, record) if record is not None else blank(EMPTY[name])
        known: dict[str, Any] = {
            "serialNum": self.serial,
            "inverterId": self.serial,
            "dataLogSn": self.logger.serial,
            "alias": self.alias,
            "lost": self.lost,
            "time": "",
        }
        if record is not None:
            known |= {"time": clock_text(record.time), "isAgain": record.again, "again": record.again}
        if self.fault.code:
            known |= {"status": 3, "statusText": "Fault", "faultType": self.fault.code, "errorText": self.fault.text}
        if self.lost and "lost" not in fields:
            known |= {"status": -1, "statusText": "Offline"}
        if self.lost and self.zero_totals_while_lost:
            known |= {key: 0.0 for key in fields if key.endswith("Total") and isinstance(fields[key], float)}
        return {key: known.get(key, value) for key, value in fields.items()}

    def row(self, record: Record) -> dict[str, Any]:
        """Return a row of history: a past upload under its wire names."""
        known: dict[str, Any] = {
            "serialNum": self.serial,
            "inverterId": self.serial,
            "dataLogSn": self.logger.serial,
            "time": clock_text(record.time),
            "isAgain": record.again,
            "again": record.again,
        }
        fields = LIVE[self.model.family](self.model, record)
        return {key: known.get(key, value) for key, value in fields.items()}

    def settings_copy(self) -> dict[str, Any]:
        """Return what the server believes the settings are."""
        first = priority(self.model.family, self.copy, self.local(self._now))
        return {**self.copy, CLOCK: clock_text(self.local(self.copied_at)), "priorityChoose": first}

    # --- living ------------------------------------------------------------------------------------------------------

    def advance(self, now: datetime) -> None:
        """Live until ``now``: measure, upload, begin new days and take over settings that are due."""
        self._now = min(self._now, now)
        while (due := self._next_event()) <= now:
            self.house.advance_to(due)
            self._now = due
            self._happen(due)
        self.house.advance_to(now)
        self._now = now

    def _next_event(self) -> datetime:
        """Return when something happens next."""
        return min(
            self.logger.next_upload(self._now),
            self._midnight(),
            *(pending.due for pending in self._pending),
        )

    def _midnight(self) -> datetime:
        """Return when the device's next day begins."""
        after = self._day + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=self.plant.zone).astimezone(UTC) - self.clock_error

    def _happen(self, now: datetime) -> None:
        """Do what is due now; a new day before the upload that already belongs to it."""
        for pending in [pending for pending in self._pending if pending.due <= now]:
            self._pending.remove(pending)
            self._take_over(pending)
        if self._midnight() <= now:
            self.begin_day()
        if self.logger.next_upload(now - timedelta(seconds=1)) == now:
            self._measure(now)

    def begin_day(self) -> None:
        """Begin the day the device's clock shows; a clock that was set back within a day changes nothing."""
        self._yesterday = self.today
        self.days[self._day] = self._yesterday
        self._day = self.local(self.house.last_truth().time).date()
        self._day_start = Energies.of(self.house.counters)
        self._uploads_today = 0

    def _measure(self, now: datetime) -> None:
        """Measure, and upload unless nobody is there to hear it."""
        if self.asleep:
            return
        record = Record.of(
            self.house.last_truth(), time=self.local(now).replace(tzinfo=None), day_start=self._day_start
        )
        self._uploads_today += 1
        if self.bounces and self._uploads_today <= 2:
            bounced = Energies() if self._uploads_today == 1 else self._yesterday.counted()
            record = replace(record, today=bounced)
        if self.silent or self.logger.offline:
            self._buffer.append(replace(record, again=True))
            return
        self.record = record
        self.history.append(record)
        self.copied_at = now

    def go_silent(self, *, logger: bool = False, resends: bool = False) -> None:
        """Stop uploading, the device alone or its logger; ``resends``: what was measured meanwhile comes afterwards."""
        self.silent, self.logger.offline, self.resends = not logger, logger, resends
        self._buffer.clear()

    def come_back(self) -> None:
        """Upload again; rows kept meanwhile come first, the latest of them stays the live one until the next upload."""
        self.silent = self.logger.offline = False
        if self.resends:
            self.history.extend(self._buffer)
            self.record = self._buffer[-1] if self._buffer else self.record
        self._buffer.clear()

    # --- settings ----------------------------------------------------------------------------------------------------

    def change(self, values: Mapping[str, Value], *, device_at: datetime, copy_at: datetime) -> None:
        """Let settings change in the device and, later, in the server's copy."""
        self._pending += [
            Pending(due=max(device_at, self._now), values=values, device=True, copy=False),
            Pending(due=max(copy_at, self._now), values=values, device=False, copy=True),
        ]
        self.advance(self._now)

    def _take_over(self, pending: Pending) -> None:
        """Take over settings; the clock's is not kept but set, the copy gets what the device really has."""
        if pending.device:
            self.settings |= {key: value for key, value in pending.values.items() if key != CLOCK}
            if CLOCK in pending.values:
                self._set_clock(str(pending.values[CLOCK]))
        if pending.copy:
            self.copy |= {key: self.settings[key] for key in pending.values if key != CLOCK}
            self.copied_at = max(self.copied_at, pending.due)

    def _set_clock(self, text: str) -> None:
        """Set the device's clock to a local time."""
        shown = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=self.plant.zone)
        self.set_clock_error(shown.astimezone(UTC) - self.house.last_truth().time)

    def set_clock_error(self, error: timedelta) -> None:
        """Let the device's clock be fast by ``error``; if that makes it another day, a new one begins."""
        self.clock_error = error
        if self.local(self.house.last_truth().time).date() != self._day:
            self.begin_day()
