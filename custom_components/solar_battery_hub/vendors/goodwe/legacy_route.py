"""The legacy app API as a way in: its feeds, and what each asks and brings (goodwe.md §4, §9)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, override

from ...core.errors import BadAnswer, HubError, NotSupported
from ...core.feed import Feed, Tick
from ...core.model import Ref, Snapshot
from ...core.parse import section, sections
from ..base import Wanted
from .alarms import STREAM, happenings, lately, legacy_happenings
from .devices import inverter_of, pack_id, plant_id
from .legacy import Legacy
from .listing import legacy_devices_in, with_legacy_info
from .model import INVERTERS, Bean, DeviceType, Plant
from .readings import FlowReading, currency_of
from .reports import Report
from .route import Parts, QuietCalls, Route
from .times import newest

PLANTS, PLANT, ALARMS, CHARGER = "plants", "plant", "alarms", "charger"

# Seconds
_ONE_DAY: Final = 24 * 3600.0
_PERIOD: Final = 300.0  # uploads come every five minutes (§1.5)
_LAG: Final = 15.0
_PATIENCE: Final = 60.0
_FLOOR: Final = 240.0
_CATCH_UP: Final = 60.0  # by so much a poll that was late may come sooner after the last one
_SLOW: Final = 600.0
_NIGHT: Final = 600.0
_SLOW_NIGHT: Final = 1800.0
_STALE_AFTER: Final = 1800.0

_SILENT_FOR: Final = timedelta(minutes=30)  # several uploads were missed

_SAID_BY_THE_CLOUD: Final = frozenset({"device_status", "reachable"})  # true however long a device is silent
_CHARGED: Final = ("battery_charge_energy_total", "battery_charge_energy_today")


class LegacyRoute(Route):
    """The legacy app API: one call per plant, or two where that one is dead."""

    def __init__(self, client: Legacy, parts: Parts) -> None:
        """Take the parts of the account."""
        self._client = client
        self._parts = parts
        self._inventory = parts.inventory
        self._quiet = QuietCalls(parts.clock)

    @override
    def feeds(self) -> Sequence[Feed]:
        return tuple(self._feeds())

    def _feeds(self) -> Iterator[Feed]:
        stretch = self._parts.stretch
        yield Feed(key=PLANTS, interval=_ONE_DAY, floor=_FLOOR, backoff_cap=_SLOW_NIGHT, always=True)
        for plant in self._inventory.plants:
            asleep = self._inventory.sleeps(plant.id)
            pace = _NIGHT if asleep else _PERIOD * stretch
            yield Feed(
                key=f"{PLANT}_{plant.id}",
                interval=pace,
                floor=_FLOOR,
                tick=None
                if asleep
                else Tick(period=_PERIOD, lag=_LAG, patience=_PATIENCE, minimum_gap=pace - _CATCH_UP),
                stale_after=max(3 * _SLOW_NIGHT if self._inventory.only_solar(plant.id) else _STALE_AFTER, 3 * pace),
                devices=(plant_id(plant.id),),
                backoff_cap=_PERIOD,
                always=True,
            )
            slow = _SLOW_NIGHT if asleep else _SLOW * stretch
            yield Feed(key=f"{ALARMS}_{plant.id}", interval=slow, floor=_FLOOR, always=True, backoff_cap=_SLOW_NIGHT)
        for charger in self._inventory.of(DeviceType.CHARGER):
            yield Feed(
                key=f"{CHARGER}_{charger.serial}",
                interval=_PERIOD * stretch,
                floor=_FLOOR,
                devices=(charger.serial,),
                backoff_cap=_SLOW_NIGHT,
            )

    @override
    def is_main(self, feed: Feed) -> bool:
        return feed.key.startswith(f"{PLANT}_")

    @override
    async def fetch(self, feed: Feed, wanted: Wanted) -> Snapshot:
        kind, _, about = feed.key.partition("_")
        report = Report(self._parts.devices, self._parts.clock.now())
        if kind == PLANTS:
            await self._read_plants()
        elif kind == PLANT:
            await self._read_plant(self._parts.plant(about), report)
        elif kind == ALARMS:
            await self._read_alarms(self._parts.plant(about), report)
        elif kind == CHARGER:
            bean = await self._quiet.ask("charger", about, lambda: self._client.charger(about))
            if bean:
                report.put(self._parts.readings.charger(about, bean))
        else:
            raise NotSupported("The legacy API does not tell this")
        return report.snapshot()

    @override
    async def look(self) -> None:
        await self._client.sign_in()
        await self._read_plants()

    @override
    def forget(self) -> None:
        self._quiet.forget()

    @property
    @override
    def dead_calls(self) -> Iterable[str]:
        return self._quiet.calls

    # Steps

    async def _read_plants(self) -> None:
        plants = await self._client.plants()
        await self._parts.note_plants(plants, complete=False)  # where the list is refused, one of them is told (§3.5)

    async def _read_plant(self, plant: Plant, report: Report) -> None:
        """Read everything about a plant in one call, or in two where that one is dead (§4.1)."""
        data = await self._monitor(plant)
        if data is not None:
            await self._note_info(plant, data)
            rows = sections(data.get("inverter"))
            self._note_inverters(plant, rows, report)
            zone = self._inventory.zone(plant.id)
            report.measured_at = newest(rows, zone, report.now)
            meters = self._inventory.of_plant(plant.id, (DeviceType.METER,))
            reading = self._parts.readings.monitor(
                plant.id,
                data,
                now=report.now,
                zone=zone,
                battery_id=self._battery_id,
                meter=meters[0].serial if len(meters) == 1 else None,
            )
            self._take(plant, reading, report)
            errors = [section(row.get("invert_full")) for row in rows]
            report.watch(Ref(plant_id(plant.id), STREAM), lately(legacy_happenings(plant.id, errors), report.now))
            return
        await self._read_survivors(plant, report)

    async def _monitor(self, plant: Plant) -> Bean | None:
        """Return what the monitor call tells; ``None`` where it is dead, which is found out ever more rarely."""
        return await self._quiet.ask("monitor", plant.id, lambda: self._client.monitor(plant.id))

    async def _read_survivors(self, plant: Plant, report: Report) -> None:
        """Make the two calls that still carry data (§4.6); one of them may fail."""
        failures: list[HubError] = []
        detail: Bean | None = None
        try:
            detail = await self._client.plant_detail(plant.id)
        except (BadAnswer, NotSupported) as err:
            failures.append(err)
        else:
            await self._note_info(plant, detail)
        try:
            rows = await self._client.inverter_points(plant.id)
        except (BadAnswer, NotSupported) as err:
            failures.append(err)
            if detail is not None:
                report.put(self._parts.readings.detail(plant.id, detail))
        else:
            self._note_inverters(plant, rows, report)
            zone = self._inventory.zone(plant.id)
            report.measured_at = newest(rows, zone, report.now)
            reading = self._parts.readings.points(
                plant.id, rows, now=report.now, zone=zone, detail=detail, battery_id=self._battery_id
            )
            self._take(plant, reading, report)
        if len(failures) > 1:
            raise failures[0]

    def _take(self, plant: Plant, reading: FlowReading, report: Report) -> None:
        """Take in what one answer told of a plant and its inverters; who was silent for long measures nothing."""
        self._parts.plausibility.note(reading.imbalance)
        asleep = self._inventory.sleeps(plant.id)
        for ref, value in reading.values.items():
            at = reading.times.get(ref, report.measured_at)
            silent = at is not None and not asleep and report.now - at >= _SILENT_FOR
            gone = silent and ref.key not in _SAID_BY_THE_CLOUD
            report.put({ref: value}, at, gone=gone)
            if ref.key == "battery_power" and isinstance(value, int | float) and not gone:
                self._estimate(ref.device, value, at or report.now, reading, report)

    def _estimate(self, device: str, power: float, at: datetime, reading: FlowReading, report: Report) -> None:
        """Count the energy of a battery of which nothing tells any."""
        carriers = (device, inverter_of(device))
        if device.startswith("plant_") or any(Ref(one, key) in reading.values for one in carriers for key in _CHARGED):
            return
        report.put(self._parts.readings.estimate(device, power, at), at)

    async def _read_alarms(self, plant: Plant, report: Report) -> None:
        rows = await self._quiet.ask("warnings", plant.id, lambda: self._client.warnings(plant.id))
        if rows is not None:
            report.watch(Ref(plant_id(plant.id), STREAM), lately(happenings(plant.id, rows), report.now))

    async def _note_info(self, plant: Plant, data: Bean) -> None:
        known = with_legacy_info(plant, section(data.get("info")))
        self._inventory.note_plant(replace(known, currency=currency_of(data) or plant.currency))
        await self._inventory.prepare()

    def _note_inverters(self, plant: Plant, rows: Sequence[Bean], report: Report) -> None:
        self._inventory.note_listed(plant.id, legacy_devices_in(plant.id, rows), INVERTERS)
        for inverter in self._inventory.of_plant(plant.id, INVERTERS):
            report.put(self._parts.controls.note_status(inverter))

    def _battery_id(self, inverter: str, number: int) -> str:
        return self._parts.devices.id_of(pack_id(inverter, number))
