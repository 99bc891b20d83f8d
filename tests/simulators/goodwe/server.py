"""A GoodWe server: one world behind the three ways in, and every region's hosts under one address.

A region's hosts are told apart by path: ``/api/…`` and ``/web/sems/…`` belong to the region the account lived in at
first, ``/<region>/api/…`` and ``/<region>/web/sems/…`` to another one. What a sign-in tells is always this server.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar, override

from aiohttp import web

from tests.simulators.actions import Action
from tests.simulators.base import Simulator
from tests.simulators.clock import SimClock
from tests.simulators.goodwe.legacy import LegacyApi
from tests.simulators.goodwe.portal import Portal
from tests.simulators.goodwe.presets import PRESETS
from tests.simulators.goodwe.semsplus import SemsPlusApi
from tests.simulators.goodwe.stage import Stage
from tests.simulators.goodwe.world import World
from tests.simulators.wire import Answer, RequestRecord

FRONT_PAGE = b"<!DOCTYPE html><html><head><title>SEMS</title></head><body></body></html>"
NOT_FOUND = Answer(status=404, body=b'{"status":404,"error":"Not Found"}')


class GoodWeSimulator(Simulator):
    """A GoodWe server on loopback.

    ``GoodWeSimulator("home", clock=SimClock())`` with, all optional: ``profile`` (a name of ``PROFILES``), ``region`` (where
    the account lives), ``seed``, ``past_days`` to have lived before minute by minute, ``limits`` (refuse bursts and too
    many calls), ``write_seconds`` (how long a device takes to answer a write; simulated time, so a clock that stands
    still needs 0), and ``timezone``, ``cloudiness``, ``solar_scale`` for every plant. ``world`` is what is true,
    ``legacy``, ``semsplus`` and ``portal`` are the ways in, ``stage`` acts behind them, ``house`` is the first plant's.
    """

    vendor: ClassVar[str] = "goodwe"

    def __init__(
        self,
        profile: str = "home",
        *,
        clock: SimClock,
        region: str = "eu",
        seed: int = 0,
        past_days: int = 0,
        limits: bool = False,
        write_seconds: float = 0.0,
        timezone: str | None = None,
        cloudiness: float = 0.0,
        solar_scale: float = 1.0,
    ) -> None:
        """Build account and server; nothing listens yet."""
        plant = {"timezone": timezone or "Europe/Berlin", "cloudiness": cloudiness, "solar_scale": solar_scale}
        self.world = World(
            clock,
            profile=profile,
            region=region,
            seed=seed,
            past_days=past_days,
            limits=limits,
            write_seconds=write_seconds,
            plant_options=plant,
        )
        super().__init__(clock=clock, house=self.world.plants[0].house, presets=PRESETS)
        self.profile = profile
        self.legacy = LegacyApi(self.world, self._base)
        self.portal = Portal(self.world, self.legacy)
        self.semsplus = SemsPlusApi(self.world, self._base)
        self.stage = Stage(self.world)

    def _base(self) -> str:
        """Return the address everybody is told."""
        return self.url

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
            "region": self.world.account.region,
            "user_name": self.world.account.email,
            "password": self.world.account.password,
            "plants": {plant.id: plant.name for plant in self.world.plants},
            "serials": {device.serial: device.model for device in self.world.devices},
        }

    @override
    def truth(self) -> Mapping[str, Any]:
        """Return also what the first inverter is set to, its first battery, and what its plant has counted today (kWh)."""
        inverter = next(self.world.inverters)
        return {
            **super().truth(),
            "serial": inverter.serial,
            "settings": inverter.settings,
            "storage": next((storage.serial for storage in inverter.plant.storages), None),
            "today": asdict(inverter.plant.ledger.now.today),
        }

    @property
    @override
    def actions(self) -> Mapping[str, Action]:
        return {**super().actions, **self.semsplus.actions, **self.stage.actions}

    @override
    async def answer(self, request: web.BaseRequest, record: RequestRecord) -> Answer:
        if self.semsplus.serves(request.path):
            return await self.semsplus.answer(request, record)
        if self.portal.serves(request.path):
            return await self.portal.answer(request, record)
        if self.legacy.serves(request.path):
            return await self.legacy.answer(request, record)
        if request.method == "GET" and request.path == "/":
            return Answer(body=FRONT_PAGE, content_type="text/html;charset=UTF-8")
        return NOT_FOUND
