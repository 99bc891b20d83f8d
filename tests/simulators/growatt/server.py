"""A Growatt server of one region: one world behind the token API and the password API."""

from collections.abc import Mapping
from dataclasses import asdict
from random import Random
from typing import Any, ClassVar, override

from aiohttp import web

from tests.simulators.actions import Action, named
from tests.simulators.base import Simulator
from tests.simulators.clock import SimClock
from tests.simulators.growatt.legacy import LegacyApi
from tests.simulators.growatt.presets import PRESETS
from tests.simulators.growatt.stage import Stage
from tests.simulators.growatt.v1 import V1Api
from tests.simulators.growatt.world import World
from tests.simulators.wire import Answer, RequestRecord

V1_PREFIX = "/v1/"


class GrowattSimulator(Simulator):
    """A Growatt server on loopback.

    ``GrowattSimulator("home", clock=SimClock())`` with, all optional: ``profile`` (a name of ``PROFILES``), ``region`` (the
    host's) and ``account_region`` (where the account lives), ``strict`` (limits of exactly 300 s and account locks),
    ``latency``, ``seed``, ``past_days`` to have lived before, and ``timezone``, ``cloudiness``, ``solar_scale`` for every
    plant. ``world`` is the account, ``v1`` and ``legacy`` are the two APIs, ``house`` is the first device's.
    """

    vendor: ClassVar[str] = "growatt"

    def __init__(
        self,
        profile: str = "home",
        *,
        clock: SimClock,
        region: str = "other_regions",
        account_region: str | None = None,
        strict: bool = False,
        latency: bool = False,
        seed: int = 0,
        past_days: int = 0,
        copy_delay: float | None = None,
        timezone: str | None = None,
        cloudiness: float = 0.0,
        solar_scale: float = 1.0,
    ) -> None:
        """Build account and server; nothing listens yet."""
        plant = {"house_zone": timezone or "Europe/Berlin", "cloudiness": cloudiness, "solar_scale": solar_scale}
        self.world = World(
            clock,
            profile=profile,
            host_region=region,
            region=account_region or region,
            seed=seed,
            past_days=past_days,
            plant_options=plant,
            **({} if copy_delay is None else {"copy_delay": copy_delay}),
        )
        super().__init__(clock=clock, house=next(self.world.devices).house, presets=PRESETS)
        self.profile = profile
        self.latency = latency
        self.v1 = V1Api(self.world, strict=strict)
        self.legacy = LegacyApi(self.world)
        if strict:
            self.legacy.access.strict()
        self.stage = Stage(self.world)
        self._random = Random(f"latency {seed}")

    @property
    def token(self) -> str:
        """Return the token that is valid now."""
        return self.world.token.text

    @override
    def catch_up(self) -> None:
        self.world.catch_up()

    @override
    def describe(self) -> dict[str, Any]:
        return {
            "vendor": self.vendor,
            "profile": self.profile,
            "url": self.url,
            "host": self.host,
            "port": self.port,
            "region": self.world.host_region,
            "token": self.token,
            "user_name": self.world.user.name,
            "password": self.world.user.password,
            "plants": {str(plant.id): plant.name for plant in self.world.plants},
            "serials": {device.serial: device.model.name for device in self.world.devices},
        }

    @override
    def truth(self) -> Mapping[str, Any]:
        """Return also what the first device is set to and has counted today (kWh)."""
        device = next(self.world.devices)
        return {**super().truth(), "serial": device.serial, "settings": device.settings, "today": asdict(device.today)}

    def set_latency(self, *, on: bool = True) -> None:
        """Answer reads after 0.3 to 3 s and writes after 5 to 20 s of simulated time (F.9), or at once."""
        self.latency = on

    @property
    @override
    def actions(self) -> Mapping[str, Action]:
        own = named(self.set_latency)
        return {**super().actions, **self.legacy.actions, **self.v1.actions, **self.stage.actions, **own}

    @override
    async def answer(self, request: web.BaseRequest, record: RequestRecord) -> Answer:
        if self.latency:
            is_write = "Set" in request.path or "tcpset" in request.path.lower()
            await self.clock.sleep(self._random.uniform(5, 20) if is_write else self._random.uniform(0.3, 3))
            self.catch_up()
        if request.path.startswith(V1_PREFIX):
            return self.v1.answer(request, record)
        return await self.legacy.answer(request, record)
