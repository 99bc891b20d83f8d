"""What each feed of SEMS+ asks and brings (goodwe.md §5)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from ...core.clock import Clock
from ...core.errors import BadAnswer, NotSupported, RateLimited, Unreachable
from ...core.model import Ref, Reported, Snapshot
from ...core.parse import text
from ..base import Wanted
from .alarms import STREAM, happenings, lately
from .codes import NothingInIt
from .devices import plant_id
from .listing import batteries_in, devices_in, unknown_types, with_info
from .model import BATTERIES, INVERTERS, Bean, DeviceType, Factors, Listed, Plant
from .readings import currency_of
from .reports import Report
from .route import Parts, QuietCalls
from .semsplus import SemsPlus
from .times import refreshed_at
from .totals import ITEMS, Totals

_STALE: Final = timedelta(minutes=15)  # §5.3
_LOOK_AGAIN: Final = timedelta(minutes=5)
_DUSK: Final = 100.0  # W; an inverter that falls silent with more than this was not sent to sleep by the dark
_HEARD_OF: Final = timedelta(minutes=40)  # also at the pace of the night
_OFFLINE: Final = 0  # §5.4
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)

# What need not spoil the rest of a round.
_TOLERATED: Final = (NotSupported, BadAnswer, Unreachable, RateLimited)


class SemsPlusFetcher:
    """Carries out the feeds of SEMS+; one optional call that fails takes no other down."""

    def __init__(self, client: SemsPlus, parts: Parts) -> None:
        """Take the parts of the account that reading needs."""
        self._client = client
        self._parts = parts
        self._clock: Clock = parts.clock
        self._inventory = parts.inventory
        self._readings = parts.readings
        self._totals = Totals(client, parts.store, parts.clock)
        self.quiet = QuietCalls(parts.clock)
        self._uploads: dict[str, datetime] = {}  # by plant: when what it tells was measured
        self._fresh: dict[str, bool] = {}  # by plant: whether that is not long ago
        self._power: dict[str, float] = {}  # by plant: what the sun gave when that was told last
        self._looked: dict[str, datetime] = {}  # by plant: when its devices were asked for
        self._heard: dict[str, datetime] = {}  # by plant: when some were told
        self.incomplete: set[str] = set()  # plants of which not all facts could be read
        self._uncounted: set[str] = set()  # batteries of which no energy is told

    def is_asleep(self, plant: Plant) -> bool:
        """Tell whether it is night in a plant that has only solar (§9.4).

        That is so when its inverters are listed as offline, and before that when it fell silent as the sun went down.
        """
        if not self._inventory.only_solar(plant.id) or self._fresh.get(plant.id, False):
            return False
        dusk = plant.id in self._fresh and self._power.get(plant.id, _DUSK) < _DUSK
        return dusk or self._inventory.sleeps(plant.id)

    # The account

    async def look(self) -> None:
        """Sign in and list the plants."""
        await self._client.sign_in()
        await self._read_plants()

    async def plants(self) -> Snapshot:
        """List the plants of the account."""
        report = self._begin()
        await self._read_plants()
        return report.snapshot()

    async def _read_plants(self) -> None:
        await self._parts.note_plants(await self._client.plants())

    # Plants

    async def devices(self, plant: Plant) -> Snapshot:
        """List the devices of a plant with how they are, and what is known about the plant (§5.2, §5.4)."""
        report = self._begin()
        await self._list_devices(plant)
        info = await self._tolerating("basic info", plant.id, lambda: self._client.plant_info(plant.id))
        if info:
            self._inventory.note_plant(with_info(plant, info))
            await self._inventory.prepare()
            report.put(self._readings.plant_info(plant.id, info))
        for inverter in self._inventory.of_plant(plant.id, INVERTERS):
            if inverter.stores is not False:
                await self._list_batteries(inverter, report)
        self._tell_states(plant, report)
        return report.snapshot()

    async def _list_devices(self, plant: Plant) -> None:
        self._looked[plant.id] = self._clock.now()
        beans = await self._client.device_status(plant.id)
        self._inventory.note_listed(plant.id, devices_in(plant.id, beans))
        self._inventory.unknown |= unknown_types(beans)
        if beans:
            self._heard[plant.id] = self._clock.now()

    def _tell_states(self, plant: Plant, report: Report) -> None:
        """Report how the listed devices of a plant are."""
        for device in self._inventory.of_plant(plant.id):
            if device.type is not DeviceType.BATTERY and self._parts.devices.is_shown(device):
                report.put(self._readings.listed(device))
                report.put(self._parts.controls.note_status(device))

    async def _list_batteries(self, inverter: Listed, report: Report) -> None:
        rows = await self._tolerating("batteries", inverter.serial, lambda: self._client.batteries(inverter))
        if not rows:
            if rows is not None and inverter.stores is None:
                self.quiet.rest("batteries", inverter.serial)
            return
        batteries = batteries_in(inverter, rows)
        self._inventory.note_batteries(inverter, batteries)
        by_serial = {text(row.get("sn")): row for row in rows}
        for battery in batteries:
            values = self._readings.battery_row(battery, by_serial[battery.serial], at=self._when(inverter.plant))
            self._put(report, inverter.plant, values)

    async def flow(self, plant: Plant) -> Snapshot:
        """Read the powers of a plant (§5.3). Raises NothingInIt where there are none and the plant does not sleep."""
        report = self._begin()
        bean = await self._client.flow(plant.id)
        now = self._clock.now()
        at = refreshed_at(bean, self._inventory.zone(plant.id), now)
        fresh = bool(bean) and (at is None or now - at <= _STALE)
        self._fresh[plant.id] = fresh
        if at is not None:
            self._uploads[plant.id] = at
        report.measured_at = at
        lives = await self._follow_sleep(plant, report, fresh=fresh)
        if self.is_asleep(plant):
            report.put(self._readings.asleep(plant_id(plant.id)))
        elif not bean and not lives:
            raise NothingInIt("No flow of power")
        else:
            reading = self._readings.flow(plant.id, bean, at=at, stale=not fresh)
            self._parts.plausibility.note(reading.imbalance)
            report.put(reading.values, at, times=reading.times)
            solar = reading.values.get(Ref(plant_id(plant.id), "solar_power"))
            if fresh and isinstance(solar, int | float):
                self._power[plant.id] = solar
        return report.snapshot()

    async def _follow_sleep(self, plant: Plant, report: Report, *, fresh: bool) -> bool:
        """List the devices of a plant once more where they may have fallen asleep or woken up since.

        Return whether the plant is still told of: then an empty flow is nothing but the night.
        """
        if not self._inventory.only_solar(plant.id):
            return False
        now = self._clock.now()
        if fresh is self._inventory.sleeps(plant.id) and now - self._looked.get(plant.id, _LONG_AGO) >= _LOOK_AGAIN:
            try:
                await self._list_devices(plant)
            except _TOLERATED:
                self._heard.pop(plant.id, None)
                return False
            self._tell_states(plant, report)
        return now - self._heard.get(plant.id, _LONG_AGO) < _HEARD_OF

    async def day(self, plant: Plant) -> Snapshot:
        """Read the energies of today, and those of the plant's whole life (§5.5)."""
        report = self._begin()
        today = self._parts.today(plant)
        bean = await self.quiet.ask(
            "statistics", plant.id, lambda: self._client.statistics(plant.id, tuple(ITEMS), "day", today, today)
        )
        if bean:
            values = self._readings.day(plant.id, bean)
            self._put(report, plant.id, values)
            totals = await self._totals.of(plant, today, bean, self._clock.now(), self._inventory.zone(plant.id))
            told = {key.removesuffix("_today") for _, key in values}
            own = {ref: value for ref, value in totals.items() if ref.key.removesuffix("_total") in told}
            self._put(report, plant.id, own)
        return report.snapshot()

    async def income(self, plant: Plant) -> Snapshot:
        """Read what a plant earned today (§5.5)."""
        report = self._begin()
        today = self._parts.today(plant)
        bean = await self.quiet.ask("income", plant.id, lambda: self._client.production(plant.id, today))
        if bean:
            self._note_currency(plant, bean)
            self._put(report, plant.id, self._readings.income(plant.id, bean))
        return report.snapshot()

    async def alarms(self, plant: Plant) -> Snapshot:
        """Read the newest alarms of a plant (§5.6)."""
        report = self._begin()
        rows = await self.quiet.ask("alarms", plant.id, lambda: self._client.alarms(plant.id))
        if rows is not None:
            report.watch(Ref(plant_id(plant.id), STREAM), lately(happenings(plant.id, rows), report.now))
            devices = self._inventory.of_plant(plant.id, INVERTERS | BATTERIES)
            shown = [device.serial for device in devices if self._parts.devices.is_shown(device)]
            report.put(self._readings.standing(shown, rows))
        return report.snapshot()

    async def facts(self, plant: Plant) -> Snapshot:
        """Read what rarely changes of a plant's devices: models, firmware, the dongle (§5.4)."""
        report = self._begin()
        rows = await self.quiet.ask("device page", plant.id, lambda: self._client.device_page(plant.id))
        self.incomplete.discard(plant.id)
        for told in devices_in(plant.id, rows or ()):
            self._inventory.note_device(told)
        for row in rows or ():
            if text(row.get("deviceType")) == DeviceType.DONGLE:
                report.put(self._readings.dongle(plant.id, row))
        for device in self._inventory.of_plant(plant.id):
            if device.type is DeviceType.DONGLE or self._parts.devices.is_shown(device):
                await self._read_facts(device, report)
        return report.snapshot()

    async def _read_facts(self, device: Listed, report: Report) -> None:
        try:
            factors = await self.quiet.ask("information", device.serial, lambda: self._client.information(device))
        except _TOLERATED:
            self.incomplete.add(device.plant)
            return
        if not factors:
            return
        if device.type is DeviceType.DONGLE:
            bean = {code: factor.data for code, factor in factors.items()}
            report.put(self._readings.dongle(device.plant, bean))
            return
        model, version = _told(factors, "modelType"), _told(factors, "safetyVersion")
        self._parts.devices.note_facts(device.serial, model=model, sw_version=version)
        report.put(self._readings.information(device, factors))

    # Devices

    async def live(self, device: Listed) -> Snapshot:
        """Read what a device measures (§5.4)."""
        report = self._begin()
        if device.type in INVERTERS and self.is_asleep(self._parts.plant(device.plant)):
            report.put(self._readings.live(replace(device, status=_OFFLINE), {}))
            return report.snapshot()
        factors = await self.quiet.ask("telemetry", device.serial, lambda: self._client.telemetry(device))
        if factors is None:
            return report.snapshot()
        at = self._when(device.plant)
        values = self._readings.live(device, factors, at=at)
        self._put(report, device.plant, values)
        power = values.get(Ref(device.serial, "battery_power"))
        if device.serial in self._uncounted and isinstance(power, int | float) and self._is_fresh(device.plant):
            report.put(self._readings.estimate(device.serial, power, at or self._clock.now()), at)
        return report.snapshot()

    async def energy(self, device: Listed) -> Snapshot:
        """Read the counters of a device (§5.4); a battery may have none."""
        report = self._begin()
        factors = await self.quiet.ask("telecounting", device.serial, lambda: self._client.telecounting(device))
        values = self._readings.energy(device, factors) if factors else {}
        self._put(report, device.plant, values)
        if device.type in BATTERIES:
            if values:
                self._uncounted.discard(device.serial)
            else:
                self._uncounted.add(device.serial)
                if factors is not None:
                    self.quiet.rest("telecounting", device.serial)
        return report.snapshot()

    async def charger(self, device: Listed) -> Snapshot:
        """Read an EV charger (§6.6)."""
        report = self._begin()
        bean = await self.quiet.ask("charger", device.serial, lambda: self._client.charger(device.serial))
        if bean:
            report.put(self._readings.charger(device.serial, bean))
        return report.snapshot()

    async def settings(self, device: Listed, wanted: Wanted) -> Snapshot:
        """Read what a device is set to (§6)."""
        report = self._begin()
        values = await self.quiet.ask("settings", device.serial, lambda: self._parts.controls.note(device, wanted))
        report.put(values or {})
        return report.snapshot()

    # Steps

    def _begin(self) -> Report:
        return Report(self._parts.devices, self._clock.now())

    def _when(self, plant: str) -> datetime | None:
        """Return when what a plant's devices tell was measured: when the plant was (§1.4), never when it was asked."""
        return self._uploads.get(plant)

    def _is_fresh(self, plant: str) -> bool:
        return self._fresh.get(plant, True)

    def _put(self, report: Report, plant: str, values: Mapping[Ref, Reported]) -> None:
        """Take in what a plant or one of its devices tells; after too long a silence only counters mean something."""
        gone = not self._is_fresh(plant) and not self.is_asleep(self._parts.plant(plant))
        report.put(values, self._when(plant), gone=gone)

    def _note_currency(self, plant: Plant, bean: Bean) -> None:
        if currency := currency_of(bean):
            self._inventory.note_plant(replace(plant, currency=currency))

    async def _tolerating[T](self, call: str, about: str, ask: Callable[[], Awaitable[T]]) -> T | None:
        """Return the answer to a call that need not spoil the rest of its round."""
        try:
            return await self.quiet.ask(call, about, ask)
        except _TOLERATED:
            return None


def _told(factors: Factors, code: str) -> str | None:
    factor = factors.get(code)
    return None if factor is None else text(factor.data)
