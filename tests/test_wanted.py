"""What nobody wants is not asked; what is asked, is asked once, one after the other, on one connection."""

import asyncio
from collections import Counter
from typing import Any

from aiohttp import web
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.conftest import StartPowerwall
from tests.hub import Hub
from tests.simulators.powerwall import PowerwallSimulator

AGGREGATES = "/api/meters/aggregates"
CHARGE = "/api/system_status/soe"
GRID_STATUS = "/api/system_status/grid_status"
SYSTEM = "/api/system_status"
SITE_METERS = "/api/meters/site"
OPERATION = "/api/operation"
SITEMASTER = "/api/sitemaster"
POWER_ROUND = {AGGREGATES, CHARGE, GRID_STATUS}
SYSTEM_ROUND = {SYSTEM, OPERATION, SITEMASTER}
DAY = 86_400.0

# Which entities of the gateway a path is asked for; the others it could bring are off by default.
READERS = {
    CHARGE: ("sensor battery_level",),
    GRID_STATUS: ("sensor grid_status", "binary_sensor on_grid", "binary_sensor grid_services"),
    OPERATION: ("sensor operating_mode", "sensor backup_reserve"),
    SITEMASTER: ("binary_sensor running", "binary_sensor cloud_connected"),
}


@pytest.fixture
async def gateway(hub: Hub, start_powerwall: StartPowerwall) -> PowerwallSimulator:
    """Add a gateway as a customer and let it be asked for a while."""
    gateway = await start_powerwall()
    await hub.add_powerwall(gateway)
    await hub.advance(60, step=10)
    return gateway


def the_entry(hass: HomeAssistant) -> ConfigEntry[Any]:
    """Return the one account."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    return entry


def paths(gateway: PowerwallSimulator) -> Counter[str]:
    """Count the requests by path."""
    return Counter(record.path for record in gateway.requests)


def switch(hub: Hub, platform: str, unique_id: str, disabled_by: er.RegistryEntryDisabler | None) -> None:
    """Disable or enable an entity, as in its settings."""
    registry = er.async_get(hub.hass)
    entity_id = registry.async_get_entity_id(platform, DOMAIN, unique_id)
    assert entity_id is not None, f"no {platform} {unique_id}"
    registry.async_update_entity(entity_id, disabled_by=disabled_by)


def switch_readers(hub: Hub, gateway: PowerwallSimulator, path: str, by: er.RegistryEntryDisabler | None) -> None:
    """Disable or enable all that a path is asked for."""
    for reader in READERS[path]:
        platform, key = reader.split()
        switch(hub, platform, f"{gateway.din}_{key}", by)


async def a_minute(hub: Hub, gateway: PowerwallSimulator) -> Counter[str]:
    """Return what is asked within a minute."""
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    gateway.requests.clear()
    await hub.advance(60, step=10)
    return paths(gateway)


async def test_each_path_once_per_round(hub: Hub, gateway: PowerwallSimulator) -> None:
    """Three requests every ten seconds, three more every thirty, and one about the firmware now and then."""
    gateway.requests.clear()
    await hub.advance(300, step=10)
    asked = paths(gateway)
    assert {path: asked[path] for path in POWER_ROUND} == dict.fromkeys(POWER_ROUND, 30)
    assert {path: asked[path] for path in SYSTEM_ROUND} == dict.fromkeys(SYSTEM_ROUND, 10)
    assert asked.keys() - POWER_ROUND - SYSTEM_ROUND == {"/api/status"}
    assert asked["/api/status"] == 1
    for moment in {record.time for record in gateway.requests}:
        at_once = Counter(record.path for record in gateway.requests if record.time == moment)
        assert set(at_once.values()) == {1}, f"twice in one round: {at_once}"


async def test_one_connection_one_request_at_a_time(
    hub: Hub, start_powerwall: StartPowerwall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is kept alive from round to round, and a slow answer is waited for."""
    connections: set[object] = set()
    running: list[int] = [0]
    answer = PowerwallSimulator.answer

    async def slow_answer(self: PowerwallSimulator, request: web.BaseRequest, *args: Any) -> Any:
        assert request.transport is not None
        connections.add(request.transport.get_extra_info("peername"))
        running.append(running[-1] + 1)
        for _ in range(20):
            await asyncio.sleep(0)
        running.append(running[-1] - 1)
        return await answer(self, request, *args)

    gateway = await start_powerwall()
    await hub.add_powerwall(gateway)
    monkeypatch.setattr(PowerwallSimulator, "answer", slow_answer)
    await hub.advance(600, step=10)
    assert len(running) > 200
    assert max(running) == 1
    assert len(connections) == 1


@pytest.mark.parametrize("path", READERS)
async def test_disabled_entities(hub: Hub, gateway: PowerwallSimulator, path: str) -> None:
    """The path of disabled entities is left alone, also by the next start; enabled ones bring it back."""
    assert (await a_minute(hub, gateway))[path] > 0
    switch_readers(hub, gateway, path, er.RegistryEntryDisabler.USER)
    asked = await a_minute(hub, gateway)
    assert asked[path] == 0
    assert asked[AGGREGATES] == 6

    gateway.requests.clear()
    assert await hub.hass.config_entries.async_reload(the_entry(hub.hass).entry_id)
    assert paths(gateway)[path] == 0
    assert paths(gateway)[AGGREGATES] == 1
    assert (await a_minute(hub, gateway))[path] == 0

    switch_readers(hub, gateway, path, None)
    assert await hub.hass.config_entries.async_reload(the_entry(hub.hass).entry_id)
    assert (await a_minute(hub, gateway))[path] > 0


async def test_entities_that_were_off_from_the_start(hub: Hub, gateway: PowerwallSimulator) -> None:
    """The phases are known after the first round and asked only once somebody wants them."""
    assert (await a_minute(hub, gateway))[SITE_METERS] == 0
    switch(hub, "sensor", f"{gateway.din}_phase_voltage_1", None)
    assert await hub.hass.config_entries.async_reload(the_entry(hub.hass).entry_id)
    assert (await a_minute(hub, gateway))[SITE_METERS] == 2
    assert float(hub.state(f"{gateway.din}_phase_voltage_1").state) == pytest.approx(230, rel=0.05)


@pytest.mark.usefixtures("noon")
async def test_today_alone_keeps_its_total(hub: Hub, gateway: PowerwallSimulator) -> None:
    """Today's energy is derived from the total, which is asked although nobody looks at it."""
    by = er.RegistryEntryDisabler.USER
    entities = er.async_entries_for_config_entry(er.async_get(hub.hass), the_entry(hub.hass).entry_id)
    kept = f"{gateway.din}_home_energy_today"
    for entity in entities:
        if entity.unique_id != kept and not entity.disabled:
            switch(hub, entity.domain, entity.unique_id, by)
    before = float(hub.state(kept).state)
    gateway.house.set(home_w=6_000.0)
    asked = await a_minute(hub, gateway)
    assert asked == {AGGREGATES: 6}
    assert float(hub.state(kept).state) == pytest.approx(before + 0.1, abs=0.02)


@pytest.mark.parametrize("path", READERS)
async def test_path_that_failed_at_first(hub: Hub, start_powerwall: StartPowerwall, path: str) -> None:
    """What nobody could want yet is asked until it answers, without a reload."""
    gateway = await start_powerwall()
    fault = gateway.faults.add(path, "html")
    await hub.add_powerwall(gateway)
    await hub.advance(60, step=10)
    gateway.faults.remove(fault)
    await hub.advance(60, step=10)
    for reader in READERS[path]:
        platform, key = reader.split()
        assert hub.state(f"{gateway.din}_{key}", platform).state not in (STATE_UNKNOWN, STATE_UNAVAILABLE), key


async def test_path_that_has_nothing_for_us(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """An answer without any reading is an answer: it is not asked for more."""
    gateway = await start_powerwall()
    gateway.faults.add(SITE_METERS, "override", pointer="", value=[])
    await hub.add_powerwall(gateway)
    await hub.advance(60, step=10)
    assert paths(gateway)[SITE_METERS] == 1


async def test_nobody_wants_anything(hub: Hub, gateway: PowerwallSimulator) -> None:
    """With every entity off not a byte is sent."""
    for entity in er.async_entries_for_config_entry(er.async_get(hub.hass), the_entry(hub.hass).entry_id):
        switch(hub, entity.domain, entity.unique_id, er.RegistryEntryDisabler.USER)
    assert await a_minute(hub, gateway) == {}


async def test_feed_that_nobody_wants_is_not_waited_for(
    hub: Hub, gateway: PowerwallSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """An account is not called silent because of what nobody asks it any more."""
    gateway.faults.add("*", "html")
    await hub.advance(60, step=10)
    assert hub.state(f"{gateway.din}_reachable", "binary_sensor").state == "off"
    kept = {f"{gateway.din}_{key}" for key in ("grid_power", "reachable")}
    for entity in er.async_entries_for_config_entry(er.async_get(hub.hass), the_entry(hub.hass).entry_id):
        if entity.unique_id not in kept:
            switch(hub, entity.domain, entity.unique_id, er.RegistryEntryDisabler.USER)
    gateway.faults.clear()
    assert (await a_minute(hub, gateway)).keys() == {AGGREGATES}
    assert hub.state(f"{gateway.din}_reachable", "binary_sensor").state == "on"
    assert "can be read again" in caplog.text


async def test_restricted_gateway_stays_one(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """A day later, when missing paths may be probed again, nothing is offered that is not there."""
    gateway = await start_powerwall("pw3-26.x")
    entry = await hub.add_powerwall(gateway)
    await hub.advance(60, step=30)
    switch(hub, "sensor", f"{gateway.din}_home_voltage", None)
    assert await hub.hass.config_entries.async_reload(entry.entry_id)
    await hub.advance(DAY, step=3600)
    asked = await a_minute(hub, gateway)
    assert asked.keys() == POWER_ROUND
    assert not hub.has(f"{gateway.din}_start", "button")
    assert not hub.has(f"{gateway.din}_site_name", "text")
    assert not hub.has(f"{gateway.din}_settings", "event")
    assert float(hub.state(f"{gateway.din}_home_voltage").state) == pytest.approx(230, rel=0.05)
