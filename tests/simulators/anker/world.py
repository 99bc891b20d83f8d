"""The world behind the living cloud: one account's sites and devices, and what becomes of writes to them.

``world.sites``, ``world.devices`` (also those that stand alone), ``world.site(id)``, ``world.device(serial)``,
``world.inverters`` and ``world.extras`` (what there is besides), ``world.write(call, apply)``, ``world.audit``.
``catch_up()`` lets everything live until now; the server calls it before every request.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tests.simulators.anker.call import NO_DATA, Call, Refused
from tests.simulators.anker.chargers import Charger
from tests.simulators.anker.device import Device, new_device as fresh
from tests.simulators.anker.extras import Extras
from tests.simulators.anker.inverters import Inverter
from tests.simulators.anker.makeup import panels_of
from tests.simulators.anker.profiles import PROFILES, SitePlan, Unit
from tests.simulators.anker.site import Site
from tests.simulators.clock import SimClock
from tests.simulators.house import House

__all__ = ["Audit", "Device", "Site", "World", "WriteBehaviour", "WriteKind"]

NEWEST_ERA = "2026-06"
ZERO_SWITCH: Mapping[str, Any] = {
    "device_sn": "HAIUG6WVVY2VJDRX",
    "product_code": "A17Y0",
    "device_name": "E1600 0W Output Switch",
    "alias_name": "E1600 0W Output Switch",
    "img_url": "",
    "bt_ble_id": "",
    "bt_ble_mac": "CCAD45CC0A0C",
    "link_time": 1_707_127_936,
}
"""The switch that lets a Solarbank 1 give nothing at all (§6.1)."""

type WriteKind = Literal["applied", "late", "lost", "partial", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBehaviour:
    """How a coming write turns out.

    ``late``: acknowledged, in the cloud only after ``seconds``; ``lost``: acknowledged without effect; ``partial``: only
    the first half of the keys is taken; ``refused``: ``code``. ``path``: the end of the path it holds for ("": any).
    """

    kind: WriteKind = "applied"
    seconds: float = 0.0
    code: int = 10000
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """A write the cloud got; ``kind`` tells what became of it."""

    time: datetime
    path: str
    body: Mapping[str, Any]
    kind: WriteKind


@dataclass(frozen=True, slots=True)
class Pending:
    """A write that is due later."""

    due: datetime
    apply: Callable[[], None]


class World:
    """An account. ``profile`` names what it has; it began at the local midnight ``past_days`` ago."""

    def __init__(
        self,
        clock: SimClock,
        *,
        profile: str = "solarbank3",
        seed: int = 0,
        past_days: int = 0,
        timezone: str | None = None,
        cloudiness: float = 0.0,
        solar_scale: float = 1.0,
    ) -> None:
        """Build it as it stands at the clock's present time."""
        self.clock = clock
        self.seed = seed
        self.past_days = past_days
        self.timezone = timezone
        self._weather = {"cloudiness": cloudiness, "solar_scale": solar_scale}
        self.random = Random(f"anker {profile} {seed}")
        self.era = NEWEST_ERA
        self.main_upgrade = True
        self.owner_id = f"{self.random.getrandbits(160):040x}"
        self.writes: deque[WriteBehaviour] = deque()
        self.audit: list[Audit] = []
        self._pending: list[Pending] = []
        self.extras = Extras(world=self)
        self.sites: list[Site] = []
        self.loose: list[Device] = []
        self.inverters: list[Inverter] = []
        for plan in PROFILES[profile].sites:
            self.add(plan)
        for unit in PROFILES[profile].standalone:
            self.add_loose(unit)
        for number in range(PROFILES[profile].vehicles):
            self.extras.garage.add(f"Car {number + 1}", clock.now(), **CARS[number % len(CARS)])
        self.catch_up()

    # --- building ----------------------------------------------------------------------------------------------------

    def add(self, plan: SitePlan) -> Site:
        """Put up a site."""
        zone = ZoneInfo(self.timezone or plan.timezone or "Europe/Berlin")
        devices = [self.new_device(unit) for unit in plan.units]
        panels = panels_of(devices)
        for device in panels:
            device.share = device.product.peak_w / sum(other.product.peak_w for other in panels)
        site = Site(
            plan,
            clock=self.clock,
            since=self._midnight(zone),
            devices=devices,
            loads={device.serial: unit.load for device, unit in zip(devices, plan.units, strict=True) if unit.load},
            random=self.random,
            seed=self.seed + len(self.sites),
            zone=zone,
            **self._weather,
        )
        if charger := next(iter(site.of_kind("charger")), None):
            site.charger = Charger(serial=charger.serial)
            site.charger.remember(self.clock.now(), orders=20, seed=self.seed)
        self.sites.append(site)
        return site

    def add_loose(self, unit: Unit) -> Device:
        """Bind a device that belongs to no site."""
        device = self.new_device(unit)
        self.loose.append(device)
        if device.kind == "inverter":
            zone = ZoneInfo(self.timezone or "Europe/Berlin")
            self.inverters.append(
                Inverter.standing(
                    device.serial,
                    clock=self.clock,
                    zone=zone,
                    since=self._midnight(zone),
                    seed=self.seed,
                    **self._weather,
                )
            )
        return device

    def new_device(self, unit: Unit) -> Device:
        """Return a device of a plan."""
        linked = int((self.clock.now() - timedelta(days=420)).timestamp())
        device = fresh(unit.model, unit.alias, random=self.random, linked=linked, packs=unit.packs)
        device.room = unit.room
        if unit.zero_switch:
            device.fittings.append(dict(ZERO_SWITCH))
        return device

    def _midnight(self, zone: ZoneInfo) -> datetime:
        """Return the local midnight at which a site begins."""
        local = self.clock.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return (local - timedelta(days=self.past_days)).astimezone(UTC)

    # --- looking -----------------------------------------------------------------------------------------------------

    @property
    def house(self) -> House:
        """Return the house of the first site; of the first inverter, or an empty one, without sites."""
        if self.sites:
            return self.sites[0].house
        return self.inverters[0].house if self.inverters else House(self.clock, batteries=[])

    @property
    def devices(self) -> list[Device]:
        """Return all devices, those of sites first."""
        return [*(device for site in self.sites for device in site.devices), *self.loose]

    @property
    def own_devices(self) -> list[Device]:
        """Return the devices the account owns."""
        return [device for device in self.devices if device.is_owner]

    def site(self, site_id: str) -> Site | None:
        """Return a site by its id."""
        return next((site for site in self.sites if site.id == site_id), None)

    def device(self, serial: str) -> Device | None:
        """Return a device by its serial number."""
        return next((device for device in self.devices if device.serial == serial), None)

    def catch_up(self) -> None:
        """Let everything live until now."""
        now = self.clock.now()
        for pending in sorted(self._pending, key=lambda pending: pending.due):
            if pending.due <= now:
                self._pending.remove(pending)
                pending.apply()
        for site in self.sites:
            site.advance(now)
        for inverter in self.inverters:
            inverter.advance(now)

    def truth(self) -> dict[str, Any]:
        """Return what really happens in the first site, and by site id in all."""
        self.catch_up()
        first = self.sites[0].info() if self.sites else {}
        whole = {site.id: {**site.info(), "house": site.house.last_truth().as_dict()} for site in self.sites}
        return {**first, "sites": whole}

    def today(self, site: Site) -> date:
        """Return a site's date."""
        return site.local(self.clock.now()).date()

    @property
    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Return everything a test may do to it, by name."""
        from tests.simulators.anker.stage import Stage
        from tests.simulators.anker.stage_extra import ExtraStage

        return {**Stage(self).actions, **ExtraStage(self).actions}

    # --- writing -----------------------------------------------------------------------------------------------------

    def write(self, call: Call, apply: Callable[[], None]) -> Any:
        """Let a write happen as it was ordered; return what stands in its answer, or raise Refused."""
        return self.write_values(call, {}, lambda _: apply())

    def write_values(self, call: Call, values: Mapping[str, Any], apply: Callable[[dict[str, Any]], None]) -> Any:
        """Let a write of several values happen; a partial one takes the first half of them."""
        behaviour = self._behaviour(call.path)
        self.audit.append(Audit(time=call.now, path=call.path, body=dict(call.body), kind=behaviour.kind))
        if behaviour.kind == "refused":
            raise Refused(behaviour.code)
        taken = dict(values)
        if behaviour.kind == "partial":
            taken = dict(list(values.items())[: len(values) // 2])
        if behaviour.kind == "late":
            due = self.clock.now() + timedelta(seconds=behaviour.seconds)
            self._pending.append(Pending(due, lambda: apply(taken)))
        elif behaviour.kind != "lost":
            apply(taken)
        return NO_DATA

    def _behaviour(self, path: str) -> WriteBehaviour:
        """Return how this write turns out, and forget the order."""
        for behaviour in self.writes:
            if path.endswith(behaviour.path):
                self.writes.remove(behaviour)
                return behaviour
        return WriteBehaviour()


CARS: tuple[Mapping[str, Any], ...] = (
    {
        "brand": "Renault",
        "model": "Zoe",
        "productive_year": 2022,
        "battery_capacity": 52.0,
        "ac_max_charging_power": 22.0,
        "energy_consumption_per_100km": 17.4,
    },
    {
        "brand": "Fiat",
        "model": "500e",
        "productive_year": 2022,
        "battery_capacity": 37.3,
        "ac_max_charging_power": 11.0,
        "energy_consumption_per_100km": 14.9,
    },
)
"""The cars of an account that has some."""
