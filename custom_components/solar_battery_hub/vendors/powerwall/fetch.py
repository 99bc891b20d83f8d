"""What each feed asks and brings (powerwall.md §20): power, system, status, facts."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta

from ...core.catalogue import look_up
from ...core.clock import Clock
from ...core.errors import BadAnswer, NotSupported, RateLimited, Unreachable
from ...core.model import Happening, Ref, Snapshot
from ...core.parse import moment
from ...core.quantities import Kind
from ..base import PrivateStore, Wanted
from . import endpoints, fact_readings, readings
from .answers import Fault, Status
from .client import PowerwallClient
from .controls import Controls
from .devices import DeviceList
from .endpoints import Endpoint
from .facts import Meter, SiteInfo
from .readings import Grid, Values
from .rounds import MeterWatch, Round

POWER, SYSTEM, STATUS, FACTS = "power", "system", "status", "facts"


class Fetcher:
    """Carries out the feeds of one gateway.

    Values are stamped with the time before the first request, so that nothing read after
    a change is taken back by what was on its way before it.
    """

    def __init__(
        self,
        identity: str,
        client: PowerwallClient,
        store: PrivateStore,
        clock: Clock,
        devices: DeviceList,
        controls: Controls,
    ) -> None:
        """Take the parts of the account that reading needs."""
        self._identity = identity
        self._client = client
        self._shared = store.shared
        self._clock = clock
        self._devices = devices
        self._controls = controls
        self._meters = MeterWatch()
        self._known: set[Ref] = set()
        self._heard: set[str] = set()
        self._measured: dict[str, set[Ref]] = {POWER: set(), SYSTEM: set()}
        self._fetchers = {
            POWER: self._power,
            SYSTEM: self._system,
            STATUS: self._status,
            FACTS: self._facts,
        }

    async def fetch(self, feed: str, wanted: Wanted) -> Snapshot:
        """Ask for what a feed brings together, of it only what is wanted."""
        return await self._fetchers[feed](wanted)

    async def _power(self, wanted: Wanted) -> Snapshot:
        """Read the meters, the charge and the grid (§5–§7)."""
        now, at = self._clock.now(), Round(self._client)
        values: Values = {}
        if (aggregates := await self._ask(at, endpoints.AGGREGATES, wanted, readings.AGGREGATE_KEYS)) is not None:
            values |= readings.aggregates_values(self._identity, self._meters.moving(aggregates, now), self._grid)
        if (charge := await self._ask(at, endpoints.CHARGE, wanted, readings.CHARGE_KEYS)) is not None:
            values |= readings.charge_values(self._identity, charge)
        if (grid := await self._ask(at, endpoints.GRID_STATUS, wanted, readings.GRID_KEYS)) is not None:
            values |= readings.grid_values(self._identity, grid)
            if self._controls.reason("off_grid") is not None:
                del values[Ref(self._identity, "off_grid")]  # without its switch it repeats on_grid
        values |= self._measure(POWER, values, stopped=at.stopped)
        if at.stopped and (sitemaster := await at.read(endpoints.SITEMASTER)) is not None:
            values |= readings.sitemaster_values(self._identity, sitemaster)
        at.finish(essential=True)
        return Snapshot(measured_at=now, values=self._keep(values))

    async def _system(self, wanted: Wanted) -> Snapshot:
        """Read the batteries, mode and reserve, and whether it runs (§8–§10)."""
        now, at = self._clock.now(), Round(self._client)
        values: Values = {}
        told = False
        status = await at.read(endpoints.SYSTEM_STATUS)
        if status is not None:
            told = self._devices.note_batteries(status.blocks or ())
            values |= readings.system_values(self._identity, status)
        values |= self._measure(SYSTEM, values, stopped=at.stopped)
        if (phases := await self._ask(at, endpoints.SITE_METERS, wanted, readings.PHASE_KEYS)) is not None:
            values |= readings.phase_values(self._identity, phases)
        if (operation := await self._ask(at, endpoints.OPERATION, wanted, readings.OPERATION_KEYS)) is not None:
            values |= readings.operation_values(self._identity, operation)
        if (sitemaster := await self._ask(at, endpoints.SITEMASTER, wanted, readings.SITEMASTER_KEYS)) is not None:
            values |= readings.sitemaster_values(self._identity, sitemaster)
        at.finish()
        await self._controls.mend()
        return self._snapshot(now, values, told=told, faults=status.faults if status else None)

    async def _status(self, wanted: Wanted) -> Snapshot:
        """Read firmware and start time; after a change all the facts as well (§1.1)."""
        now, at = self._clock.now(), Round(self._client)
        values: Values = {}
        changed = False
        if (status := await at.read(endpoints.STATUS)) is not None:
            values |= self._status_values(status, now)
            changed = await self._client.note_status(status)
        if changed:
            values |= await self._read_facts(at)
        faults: tuple[Fault, ...] | None = None
        if self._client.rests.was_missing(endpoints.SYSTEM_STATUS.path):
            faults = await at.read(endpoints.GRID_FAULTS)  # the system feed has none to show
        at.finish()
        return self._snapshot(now, values, told=status is not None, faults=faults)

    async def _facts(self, wanted: Wanted) -> Snapshot:
        """Read what hardly ever changes (§10, §12)."""
        now, at = self._clock.now(), Round(self._client)
        if self._client.version is None:
            self._client.rests.probe_again(endpoints.PROBE_DAILY)
        values = await self._read_facts(at)
        at.finish()
        return self._snapshot(now, values, told=True)

    # Parts of a feed

    async def _ask[T](self, at: Round, endpoint: Endpoint[T], wanted: Wanted, keys: frozenset[str]) -> T | None:
        """Read an endpoint that brings something wanted, or that had no chance yet to tell what it has."""
        if not wanted.any(self._identity, keys):
            if endpoint.path in self._heard or not wanted.is_news(self._identity, keys):
                return None
        said = await at.read(endpoint)
        if said is not None:
            self._heard.add(endpoint.path)
        return said

    async def _read_facts(self, at: Round) -> Values:
        device = self._identity
        values: Values = {}
        if (powerwalls := await at.read(endpoints.POWERWALLS)) is not None:
            self._devices.note_din(powerwalls.gateway_din)
            self._devices.note_batteries(powerwalls.packs or ())
        if self._devices.din is None:
            self._devices.note_din(await self._read_din())
        if (site := await at.read(endpoints.SITE_INFO)) is not None:
            values |= fact_readings.site_values(device, site)
            self._devices.note_site(site.name, site.timezone)
        if (solars := await at.read(endpoints.SOLARS)) is not None:
            values |= fact_readings.solar_values(device, solars)
        if (networks := await at.read(endpoints.NETWORKS)) is not None:
            values |= fact_readings.network_values(device, networks)
            primary = fact_readings.primary_network(networks)
            self._devices.note_mac(primary.mac if primary else None)
        if (meters := await at.read(endpoints.METERS)) is not None:
            values |= fact_readings.meter_values(meters)
            self._devices.note_meters(meters)
        if (update := await at.read(endpoints.UPDATE_STATUS)) is not None:
            values |= fact_readings.update_values(device, update)
        if site is not None:
            self._note_grid(site, meters)
        return values

    async def _read_din(self) -> str | None:
        """Read the DIN where only the newest surface tells it (§16)."""
        try:
            return await self._client.read_din()
        except NotSupported, BadAnswer, RateLimited, Unreachable:
            return None

    def _status_values(self, status: Status, now: datetime) -> Values:
        """Return firmware and start time.

        The start is reckoned from the up time, once per start: the gateway writes its local
        time with a foreign offset (§12).
        """
        self._devices.note_version(status.version)
        self._devices.note_din(status.din)
        known: dict[str, str | None] = self._shared.get("started", {})
        if status.up_time is not None and (not known or known["start_time"] != status.start_time):
            at = (now - timedelta(seconds=status.up_time)).replace(microsecond=0)
            self._shared["started"] = known = {"start_time": status.start_time, "at": at.isoformat()}
        return {
            Ref(self._identity, "firmware"): status.version,
            Ref(self._identity, "started_at"): moment(known.get("at")),
        }

    def _note_grid(self, site: SiteInfo, meters: tuple[Meter, ...] | None) -> None:
        """Keep what tells true mean voltages from false ones; a Gateway 1 has no synchrometer (§5)."""
        measured: tuple[str, ...] | None = None
        if meters is not None:
            synchrometers = (meter for meter in meters if (meter.type or "").startswith("synchrometer"))
            measured = tuple(sorted({location for meter in synchrometers for location in meter.locations}))
        grid = Grid(voltage=site.grid_voltage, split=site.grid_phase == "Split", synchrometers=measured)
        self._shared["grid"] = asdict(grid)

    @property
    def _grid(self) -> Grid | None:
        if (known := self._shared.get("grid")) is not None:
            return Grid(**known)
        return Grid() if self._client.rests.was_missing(endpoints.SITE_INFO.path) else None

    # From values to a snapshot

    def _measure(self, feed: str, values: Values, *, stopped: bool) -> Values:
        """Return what a stopped sitemaster leaves: no value for all it measured (§4), counters kept."""
        if not stopped:
            self._measured[feed] |= values.keys()
            return {}
        return {ref: None for ref in self._measured[feed] if look_up(ref.key)[0].kind is not Kind.LIFETIME}

    def _keep(self, values: Values) -> Values:
        """Leave out what never had a value: this gateway does not have that reading."""
        self._known |= {ref for ref, value in values.items() if value is not None}
        return {ref: value for ref, value in values.items() if ref in self._known}

    def _snapshot(
        self, now: datetime, values: Values, *, told: bool, faults: Iterable[Fault] | None = None
    ) -> Snapshot:
        """Put a snapshot together; ``faults`` is ``None`` where this feed does not see any."""
        happenings: tuple[Happening, ...] = ()
        if faults is not None:
            happenings = tuple(readings.happening(self._identity, fault) for fault in faults)
        return Snapshot(
            measured_at=now,
            values=self._keep(values),
            devices=tuple(self._devices) if told else None,
            streams=() if faults is None else (Ref(self._identity, readings.STREAM),),
            happenings=happenings,
        )
