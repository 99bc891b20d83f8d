"""Feeds that come and go with an account's devices, and answers that a vendor gives only so often."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.core.errors import HubError, TooSoon, Unreachable
from custom_components.solar_battery_hub.core.feed import Feed
from custom_components.solar_battery_hub.core.model import Device, DeviceKind, Ref, Snapshot
from custom_components.solar_battery_hub.vendors.base import Wanted
from tests.hub import Hub
from tests.made_up import SITE, MadeUpAccount, add_made_up

ROOF = Device(id="ROOF1", kind=DeviceKind.INVERTER, name="Roof", manufacturer="Nobody", parent=SITE)
SHED = Device(id="SHED1", kind=DeviceKind.INVERTER, name="Shed", manufacturer="Nobody", parent=SITE)
POWER = f"{ROOF.id}_solar_power"
ENERGY = f"{ROOF.id}_solar_energy_total"


class Growing(MadeUpAccount):
    """A cloud whose list of devices (``list``) brings a feed for each inverter, every ten minutes at the earliest."""

    def __init__(self) -> None:
        """Start without inverters."""
        super().__init__()
        self.values = {Ref(SITE, "site_name"): "Home"}
        self.asked: list[str] = []
        self.called_at = datetime.min.replace(tzinfo=UTC)
        self.listed: tuple[Device, ...] = tuple(self.parts)
        self.errors: dict[str, HubError] = {}
        self.silent: set[str] = set()
        self.pace = 600.0
        self.resting = False
        self.patience = 60.0
        self.measures = {"solar_power": 500.0, "solar_energy_total": 12.0}

    @property
    @override
    def feeds(self) -> Sequence[Feed]:
        inverters = [part.id for part in self.listed if part.kind is DeviceKind.INVERTER]
        live = [self._live(part) for part in inverters]
        return (Feed(key="list", interval=3600.0, floor=60.0, backoff_cap=self.patience), *live)

    def _live(self, part: str) -> Feed:
        return Feed(key=f"live_{part}", interval=self.pace, floor=600.0, devices=(part,), resting=self.resting)

    @override
    async def fetch(self, feed: Feed, wanted: Wanted) -> Snapshot:
        if feed.key in self.errors:
            raise self.errors[feed.key]
        assert self.clock is not None
        self.asked.append(feed.key)
        if feed.key == "list":
            self.listed = tuple(self.parts)
            return await super().fetch(feed, wanted)
        self.called_at = self.clock.now()
        if feed.key in self.silent:
            return Snapshot(measured_at=self.clock.now(), values={})
        values = {Ref(part, key): value for part in feed.devices for key, value in self.measures.items()}
        return Snapshot(measured_at=self.clock.now(), values=values)


@pytest.fixture
def account() -> Growing:
    """Return an account whose devices the test decides about."""
    return Growing()


async def test_a_feed_that_turns_up_is_asked_at_once(
    hub: Hub, account: Growing, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.parts.append(ROOF)
    await add_made_up(hub.hass, monkeypatch, account)
    assert account.asked == ["list", f"live_{ROOF.id}"]
    assert hub.state(POWER).state == "500.0"
    second = Device(id="ROOF2", kind=DeviceKind.INVERTER, name="Barn", manufacturer="Nobody", parent=SITE)
    account.parts.append(second)
    await hub.advance(3660, step=60)
    assert hub.state("ROOF2_solar_power").state == "500.0"
    assert account.asked.count("live_ROOF2") == 1, "asked when the list told of it, just now"


class Slow(Growing):
    """A cloud that takes three seconds for each answer, and has none about the shed before ``opened``."""

    def __init__(self, freezer: FrozenDateTimeFactory) -> None:
        """Take the clock that goes on meanwhile."""
        super().__init__()
        self.freezer = freezer
        self.opened = asyncio.Event()

    @override
    async def fetch(self, feed: Feed, wanted: Wanted) -> Snapshot:
        if SHED.id in feed.devices:
            await self.opened.wait()
        self.freezer.tick(3)
        return await super().fetch(feed, wanted)


async def test_a_slow_cloud_does_not_hold_up_the_start(
    hub: Hub, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With something to show Home Assistant goes on after a few seconds; the rest is asked at once, one by one."""
    account = Slow(freezer)
    account.parts += [ROOF, SHED]
    entry = await add_made_up(hub.hass, monkeypatch, account, until_done=False)
    assert entry.state is ConfigEntryState.LOADED
    assert account.asked == ["list", f"live_{ROOF.id}"]
    account.opened.set()
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert account.asked == ["list", f"live_{ROOF.id}", f"live_{SHED.id}"]
    assert hub.state(f"{SHED.id}_solar_power").state == "500.0"
    await hub.advance(620, step=20)
    assert account.asked.count(f"live_{SHED.id}") == 2


async def test_a_feed_that_is_gone_takes_its_readings_along_and_brings_them_back(
    hub: Hub, account: Growing, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.parts.append(ROOF)
    await add_made_up(hub.hass, monkeypatch, account)
    account.parts.remove(ROOF)
    await hub.advance(3660, step=60)
    assert hub.state(POWER).state == STATE_UNAVAILABLE
    asked = account.asked.count(f"live_{ROOF.id}")
    await hub.advance(1800, step=60)
    assert account.asked.count(f"live_{ROOF.id}") == asked, "nobody asks for a device that is gone"
    account.parts.append(ROOF)
    await hub.advance(1920, step=60)
    assert hub.state(POWER).state == "500.0"
    asked = account.asked.count(f"live_{ROOF.id}")
    await hub.advance(1320, step=60)
    assert account.asked.count(f"live_{ROOF.id}") == asked + 2


async def test_a_feed_that_rests_is_not_asked_and_what_it_brought_stands(
    hub: Hub, account: Growing, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.parts.append(ROOF)
    entry = await add_made_up(hub.hass, monkeypatch, account)
    account.resting = True
    await hub.advance(3660, step=60)
    asked = account.asked.count(f"live_{ROOF.id}")
    await hub.advance(1800, step=60)
    await entry.runtime_data.async_refresh_all()
    assert account.asked.count(f"live_{ROOF.id}") == asked
    assert hub.state(ENERGY).state == "12.0"
    assert hub.state(POWER).state == STATE_UNAVAILABLE, "stale as ever"
    account.resting = False
    await hub.advance(3660, step=60)
    assert hub.state(POWER).state == "500.0"
    assert account.asked.count(f"live_{ROOF.id}") > asked


async def test_a_feed_may_change_its_pace(hub: Hub, account: Growing, monkeypatch: pytest.MonkeyPatch) -> None:
    account.parts.append(ROOF)
    await add_made_up(hub.hass, monkeypatch, account)
    account.pace = 1800.0
    await hub.advance(600, step=60)
    asked = account.asked.count(f"live_{ROOF.id}")
    await hub.advance(1740, step=60)
    assert account.asked.count(f"live_{ROOF.id}") == asked
    await hub.advance(120, step=60)
    assert account.asked.count(f"live_{ROOF.id}") == asked + 1


async def test_too_early_is_no_failure(
    hub: Hub, account: Growing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What is known stands, nobody is alarmed, and the call is made as soon as it is allowed."""
    account.parts.append(ROOF)
    await add_made_up(hub.hass, monkeypatch, account)
    account.errors[f"live_{ROOF.id}"] = TooSoon(120)
    await hub.advance(660, step=60)
    account.errors.clear()
    assert hub.state(POWER).state == "500.0"
    assert hub.state(f"{SITE}_reachable", "binary_sensor").state == "on"
    assert "cannot be read" not in caplog.text
    asked = account.asked.count(f"live_{ROOF.id}")
    await hub.advance(120, step=10)
    assert account.asked.count(f"live_{ROOF.id}") == asked + 1


async def test_an_entry_starts_with_what_it_knows_when_calling_is_not_allowed_yet(
    hub: Hub, account: Growing, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.parts.append(ROOF)
    entry = await add_made_up(hub.hass, monkeypatch, account)
    account.errors = {"list": TooSoon(200), f"live_{ROOF.id}": TooSoon(500)}
    asked = len(account.asked)
    await hub.hass.config_entries.async_reload(entry.entry_id)
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED
    assert hub.state(POWER).state == "500.0"
    account.errors.clear()
    await hub.advance(490, step=10)
    assert f"live_{ROOF.id}" not in account.asked[asked:]
    await hub.advance(20, step=10)
    assert f"live_{ROOF.id}" in account.asked[asked:]


async def test_a_first_start_that_comes_too_early_waits(
    hub: Hub, account: Growing, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.errors["list"] = TooSoon(200)
    entry = await add_made_up(hub.hass, monkeypatch, account)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "too_soon"


async def test_the_next_call_is_told(
    hass: HomeAssistant, hub: Hub, account: Growing, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.parts.append(ROOF)
    entry = await add_made_up(hub.hass, monkeypatch, account)
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id("sensor", DOMAIN, f"{SITE}_next_call")
    assert entity_id is not None
    registry.async_update_entity(entity_id, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    first = account.called_at
    assert hub.state(f"{SITE}_next_call").state == (first + timedelta(seconds=600)).isoformat(timespec="seconds")
    await hub.advance(660, step=60)
    second = account.called_at
    assert second > first
    assert hub.state(f"{SITE}_next_call").state == (second + timedelta(seconds=600)).isoformat(timespec="seconds")


async def test_a_feed_that_has_nothing_to_say_yet_is_asked_again(
    hub: Hub, account: Growing, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.parts.append(ROOF)
    account.silent.add("live_ROOF1")
    await add_made_up(hub.hass, monkeypatch, account)
    await hub.advance(60)
    assert account.asked.count("live_ROOF1") == 1
    assert not hub.has(POWER)
    account.silent.clear()
    await hub.advance(600, step=60)
    assert hub.state(POWER).state == "500.0"


# Another feed that brings the same


async def test_an_answer_after_a_failure_may_bring_feeds(
    hub: Hub, account: Growing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Who answers again lets the others try at once; what that brings disturbs nobody."""
    account.parts.append(ROOF)
    account.patience = 3600.0  # so that it is the inverter that answers first
    await add_made_up(hub.hass, monkeypatch, account)
    account.errors = dict.fromkeys(("list", f"live_{ROOF.id}"), Unreachable("gone"))
    await hub.advance(7200, step=60)
    assert not hub.state(POWER).state.isnumeric()
    account.parts.append(SHED)
    account.errors = {}
    await hub.advance(7200, step=60)
    assert hub.state(f"{SHED.id}_solar_power").state == hub.state(POWER).state == "500.0"
    assert "Unexpected error" not in caplog.text


class TwoWays(MadeUpAccount):
    """A cloud that tells the power of its inverter by one feed or by another."""

    def __init__(self) -> None:
        """Start with the first feed."""
        super().__init__()
        self.parts.append(ROOF)
        self.way = "first"
        self.power = 500.0
        self.wanted: list[Wanted] = []

    @property
    @override
    def feeds(self) -> Sequence[Feed]:
        return (
            Feed(key="list", interval=3600.0, floor=60.0, always=True),
            Feed(key=self.way, interval=600.0, floor=300.0, stale_after=7200.0),
        )

    @override
    async def fetch(self, feed: Feed, wanted: Wanted) -> Snapshot:
        assert self.clock is not None
        if feed.key == "list":
            return Snapshot(
                measured_at=self.clock.now(), values={Ref(SITE, "site_name"): "Home"}, devices=tuple(self.parts)
            )
        self.wanted.append(wanted)
        values = {Ref(ROOF.id, "solar_power"): self.power}
        return Snapshot(measured_at=self.clock.now(), values=values, devices=tuple(self.parts))


async def test_entities_follow_their_reading_to_another_feed(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """They show what it brings, and it goes on being asked because of them; and back again."""
    account = TwoWays()
    await add_made_up(hub.hass, monkeypatch, account)
    for way, power in (("second", 600.0), ("first", 700.0)):
        account.way, account.power = way, power
        await hub.advance(3660, step=60)
        assert hub.state(POWER).state == str(power)
        for more in (1.0, 2.0):
            account.power = power + more
            account.wanted.clear()
            await hub.advance(600, step=60)
            assert hub.state(POWER).state == str(power + more)
            assert len(account.wanted) == 1
            assert account.wanted[0].any(ROOF.id, frozenset({"solar_power"}))


async def test_a_feed_that_comes_back_gets_its_readings_back(
    hub: Hub, account: Growing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another feed told meanwhile it need not go on telling; the entities keep their own feed asking."""
    account.measures = {"temperature": 21.0}
    account.parts.append(ROOF)
    await add_made_up(hub.hass, monkeypatch, account)
    account.parts.remove(ROOF)
    account.values[Ref(ROOF.id, "temperature")] = 20.0
    await hub.advance(3600, step=60)
    del account.values[Ref(ROOF.id, "temperature")]
    account.parts.append(ROOF)
    await hub.advance(3600, step=60)
    asked = account.asked.count(f"live_{ROOF.id}")
    await hub.advance(3600, step=60)
    assert account.asked.count(f"live_{ROOF.id}") - asked == 6
    assert hub.state(f"{ROOF.id}_temperature").state == "21.0"
