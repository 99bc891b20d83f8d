"""The client against a simulated cloud: limits and one at a time for a whole house, displacement, hosts (anker.md §15, §18)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from custom_components.solar_battery_hub.core.errors import AuthFailed, HubError, RateLimited, TooSoon
from custom_components.solar_battery_hub.vendors.anker import crypto, hosts, paths
from custom_components.solar_battery_hub.vendors.anker.client import Client
from custom_components.solar_battery_hub.vendors.http import Door
from tests.simulators.anker import AnkerSimulator
from tests.simulators.clock import SimClock
from tests.vendors.tools import HandClock, MemoryStore

pytestmark = pytest.mark.usefixtures("socket_enabled")

START = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class House:
    """Entries of one Home Assistant and the cloud they share; ``common`` ends with a restart."""

    server: AnkerSimulator
    clock: HandClock
    http: aiohttp.ClientSession
    common: dict[str, Any] = field(default_factory=dict)
    stores: dict[str, MemoryStore] = field(default_factory=dict)

    def open(self, name: str = "first", **settings: Any) -> Client:
        """Open the client of an entry."""
        store = self.stores.setdefault(name, MemoryStore())
        store.common = self.common
        account = self.server.door.account
        chosen = {
            "username": account.email,
            "password": account.password,
            "country": account.country,
            "server": "automatic",
            **settings,
        }
        return Client.open(chosen, Door(self.http, self.clock, store.shared), store, self.clock)

    def restart(self) -> None:
        """Forget what is not on disk."""
        self.common = {}
        self.stores = {name: MemoryStore(**copy.deepcopy(store.saved)) for name, store in self.stores.items()}

    @property
    def refusals(self) -> int:
        """How often the cloud was asked too often."""
        return self.server.limits.refusals.total()


@asynccontextmanager
async def open_house(
    monkeypatch: pytest.MonkeyPatch, profile: str = "solarbank3", **options: Any
) -> AsyncGenerator[House]:
    """Have a house and a cloud with two hosts for a while."""
    clock = HandClock(START)
    server = AnkerSimulator(profile, clock=SimClock(clock.now), **options)
    monkeypatch.setattr(crypto, "SERVER_KEY", server.door.passport.public_key)
    async with server, aiohttp.ClientSession() as http:
        for name in hosts.HOSTS:
            monkeypatch.setitem(hosts.HOSTS, name, f"{server.url}/{name}")
        yield House(server=server, clock=clock, http=http)


async def test_somebody_who_signs_in_sees_his_sites(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_house(monkeypatch) as house:
        client = house.open()
        found = await client.look()
        assert [site["site_id"] for site in found.sites] == list(house.server.source.sites)
        assert {device["device_sn"] for device in found.devices or ()} == set(house.server.source.serials)
        assert client.login.user_id == house.server.door.account.user_id
        assert house.server.door.logins == 1


async def test_a_wrong_password_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_house(monkeypatch) as house:
        with pytest.raises(AuthFailed):
            await house.open(password="something else").look()


@pytest.mark.parametrize(("country", "logins"), [("DE", 1), ("US", 2)])
async def test_the_host_is_found(monkeypatch: pytest.MonkeyPatch, country: str, logins: int) -> None:
    async with open_house(monkeypatch) as house:
        client = house.open(country=country)
        assert (await client.look()).sites
        assert (client.login.host, house.server.door.logins) == ("eu", logins)
        house.restart()
        assert (await house.open(country=country).look()).sites
        assert house.server.door.logins == logins


async def test_on_the_wrong_host_everything_is_silently_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_house(monkeypatch) as house:
        found = await house.open(server="com").look()
        assert (found.sites, found.devices) == ([], [])


async def test_two_entries_together_never_ask_too_often_nor_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ask for energies as often as they may, for an hour, with a restart every ten minutes."""
    async with open_house(monkeypatch) as house:
        site = next(iter(house.server.source.sites))
        came = dict.fromkeys(("first", "second"), 0)

        async def ask(name: str) -> None:
            client, day = house.open(name), house.clock.now().date()
            for _ in range(12):
                with suppress(TooSoon):
                    await client.energy(site, "solarbank", "week", day, day)
                    came[name] += 1

        while house.clock.now() < START + timedelta(hours=1):
            if house.clock.now().minute % 10 == 0:
                house.restart()
            await asyncio.gather(*map(ask, came))
            house.clock.pass_time(seconds=20)
        assert house.refusals == 0
        assert all(count > 60 for count in came.values())
        assert sum(came.values()) <= 60 * 6
        asked = [request for request in house.server.requests if request.path.endswith("energy_analysis")]
        assert len(asked) == sum(came.values())  # nothing was answered 21105 and asked again


async def test_the_phone_app_takes_its_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else at this address uses an endpoint up: the rest goes on, and that endpoint after 65 seconds."""
    async with open_house(monkeypatch) as house:
        client = house.open()
        site, day = next(iter(house.server.source.sites)), START.date()
        await client.energy(site, "solarbank", "week", day, day)
        house.server.limits.special["energy_analysis"] = 0
        with pytest.raises(RateLimited) as caught:
            await client.energy(site, "solarbank", "week", day, day)
        assert not isinstance(caught.value, TooSoon)
        assert caught.value.retry_after == 65.0
        house.server.limits.special["energy_analysis"] = 11
        assert await client.scene(site)
        for either in (client, client.urgent):
            with pytest.raises(TooSoon):
                await either.energy(site, "solarbank", "week", day, day)
        assert house.refusals == 1
        house.clock.pass_time(seconds=client.wait_for(paths.ENERGY))
        assert await client.energy(site, "solarbank", "week", day, day)


async def test_a_user_gets_what_is_left_for_him(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_house(monkeypatch) as house:
        client, other = house.open(), house.open("second")
        site = next(iter(house.server.source.sites))
        for _ in range(4):
            await client.scene(site)
            await other.scene(site)
        with pytest.raises(TooSoon):
            await client.scene(site)
        assert await client.urgent.scene(site)
        assert await other.urgent.scene(site)
        house.clock.pass_time(seconds=40)
        assert await client.urgent.scene(site)  # waits for it
        assert house.refusals == 0


@pytest.mark.parametrize("kick_out", ["401", "403", "26084"])
async def test_an_account_taken_over_every_hour_costs_one_sign_in_each_time(
    monkeypatch: pytest.MonkeyPatch, kick_out: Any
) -> None:
    async with open_house(monkeypatch) as house:
        house.server.door.rules.single_token = True
        house.server.door.rules.kick_out = kick_out
        client, site = house.open(), next(iter(house.server.source.sites))
        for _ in range(24):
            assert await client.scene(site)
            house.server.door.open("eu")
            house.clock.pass_time(minutes=61)
        assert house.server.door.logins == 48


async def test_two_who_fight_for_an_account_lock_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one signs in every minute: a day of that costs 24 sign-ins, and the rest is calm."""
    async with open_house(monkeypatch) as house:
        rules = house.server.door.rules
        rules.single_token = True
        client, site = house.open(), next(iter(house.server.source.sites))
        others = 0
        for _ in range(24 * 60):
            with suppress(RateLimited):
                await client.scene(site)
            house.server.door.open("eu")
            others += 1
            house.clock.pass_time(minutes=1)
        assert house.server.door.logins - others <= 24
        assert client.login.displacements(house.clock.now()) >= 3


async def test_ten_failures_are_never_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_house(monkeypatch) as house:
        for _ in range(48):
            for name in ("first", "second"):
                with suppress(HubError):
                    await house.open(name, password="something else").look()
            house.clock.pass_time(minutes=30)
            house.restart()
        assert house.server.door.logins == 0
        logins = [request for request in house.server.requests if request.path.endswith(paths.LOGIN)]
        assert len(logins) == 2


async def test_a_calm_pace_is_nothing_to_write_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a restart must not forget is: else a file would be written every few minutes, day and night."""
    async with open_house(monkeypatch) as house:
        client, site = house.open(), next(iter(house.server.source.sites))
        await client.scene(site)
        saves: list[float] = []
        monkeypatch.setattr(house.stores["first"], "save_later", lambda: saves.append(house.clock.monotonic()))
        for _ in range(10):
            house.clock.pass_time(seconds=60)
            await client.scene(site)
        assert saves == []
        for _ in range(5):
            await client.scene(site)
        assert len(saves) == 3  # two were asked in the last 65 s: the third is the fifth of ten
        assert len(house.stores["first"].shared["pace"]["ages"][paths.SCENE]) >= 5
