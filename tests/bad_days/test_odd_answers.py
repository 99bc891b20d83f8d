"""Answers that are almost right: what is wrong has no value, what is beside it keeps its own."""

from typing import NamedTuple

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.vendors.base import CONF_IDENTITY
from tests.bad_days.conftest import AddGateway
from tests.bad_days.tools import NOTHING, ROUND, entry_of, problems
from tests.hub import Hub
from tests.simulators.powerwall import PowerwallSimulator
from tests.simulators.powerwall.meters import aggregates

AGGREGATES = "/api/meters/aggregates"
CHARGE = "/api/system_status/soe"
GRID_STATUS = "/api/system_status/grid_status"
SYSTEM = "/api/system_status"
OPERATION = "/api/operation"
SITEMASTER = "/api/sitemaster"


class Lost(NamedTuple):
    """What a path answers no more, and every reading that ends with it: ``{gateway}_key`` or ``{battery}_key``."""

    path: str
    pointer: str
    readings: tuple[str, ...] = ()


MISSING = (
    Lost(AGGREGATES, "/site/instant_power", ("sensor {gateway}_grid_power",)),
    Lost(AGGREGATES, "/load/instant_power", ("sensor {gateway}_home_power",)),
    Lost(AGGREGATES, "/battery/instant_power", ("sensor {gateway}_battery_power",)),
    Lost(AGGREGATES, "/solar/instant_power", ("sensor {gateway}_solar_power",)),
    Lost(AGGREGATES, "/site/energy_imported", ("sensor {gateway}_grid_import_energy_total",)),
    Lost(AGGREGATES, "/site/timeout"),
    Lost(AGGREGATES, "/site/last_communication_time"),
    Lost(CHARGE, "/percentage", ("sensor {gateway}_battery_level",)),
    Lost(GRID_STATUS, "/grid_status", ("sensor {gateway}_grid_status", "binary_sensor {gateway}_on_grid")),
    Lost(GRID_STATUS, "/grid_services_active", ("binary_sensor {gateway}_grid_services",)),
    Lost(SYSTEM, "/nominal_energy_remaining", ("sensor {gateway}_battery_energy",)),
    Lost(SYSTEM, "/nominal_full_pack_energy", ("sensor {gateway}_battery_capacity",)),
    Lost(SYSTEM, "/max_charge_power", ("sensor {gateway}_charge_power_limit",)),
    Lost(SYSTEM, "/battery_blocks/0/p_out", ("sensor {battery}_battery_power",)),
    Lost(SYSTEM, "/battery_blocks/0/disabled_reasons"),
    Lost(SYSTEM, "/battery_blocks/0/pinv_state"),
    Lost(SYSTEM, "/grid_faults"),
    Lost(OPERATION, "/real_mode", ("sensor {gateway}_operating_mode",)),
    Lost(OPERATION, "/backup_reserve_percent", ("sensor {gateway}_backup_reserve",)),
    Lost(SITEMASTER, "/running", ("binary_sensor {gateway}_running",)),
    Lost(SITEMASTER, "/connected_to_tesla", ("binary_sensor {gateway}_cloud_connected",)),
    Lost(SITEMASTER, "/power_supply_mode"),
)


def live_states(hass: HomeAssistant) -> dict[str, State]:
    """Return the states that have a value now, by unique id and platform."""
    return {
        f"{entity.domain} {entity.unique_id}": state
        for entity in er.async_get(hass).entities.values()
        if (state := hass.states.get(entity.entity_id)) and state.state not in NOTHING
    }


def entry_is_up(hass: HomeAssistant) -> bool:
    """Tell whether the one entry is loaded."""
    return entry_of(hass).state is ConfigEntryState.LOADED


def energies(hub: Hub, gateway: PowerwallSimulator, key: str) -> tuple[float, float]:
    """Return an energy's lifetime total and today's."""
    return tuple(float(hub.state(f"{gateway.din}_{key}_{span}").state) for span in ("total", "today"))  # type: ignore[return-value]


async def test_missing_keys(hub: Hub, add_gateway: AddGateway, caplog: pytest.LogCaptureFixture) -> None:
    """A key that is gone takes its own reading with it and nothing else."""
    gateway = await add_gateway()
    await hub.advance(60, step=10)
    caplog.clear()
    names = {"gateway": gateway.din, "battery": gateway.house.batteries[0].serial}
    for lost in MISSING:
        before = live_states(hub.hass).keys()
        fault = gateway.faults.add(lost.path, "missing", pointer=lost.pointer)
        await hub.advance(ROUND, step=20)
        gone = before - live_states(hub.hass).keys()
        assert gone == {reading.format(**names) for reading in lost.readings}, lost
        gateway.faults.remove(fault)
        await hub.advance(ROUND, step=20)
        assert live_states(hub.hass).keys() == before, lost
    assert entry_is_up(hub.hass)
    assert not problems(caplog)


async def test_wrong_types(hub: Hub, add_gateway: AddGateway, caplog: pytest.LogCaptureFixture) -> None:
    """Words for numbers, lists for objects: no value, never a zero, and all is well when it is over."""
    gateway = await add_gateway()
    await hub.advance(ROUND, step=20)
    before = live_states(hub.hass)
    caplog.clear()
    for path in (AGGREGATES, CHARGE, GRID_STATUS, SYSTEM, OPERATION, SITEMASTER):
        gateway.faults.add(path, "wrong_types")
    await hub.advance(ROUND, step=20)
    for key in ("grid_power", "home_power", "battery_level", "battery_energy", "backup_reserve", "solar_energy_total"):
        assert hub.state(f"{gateway.din}_{key}").state == STATE_UNKNOWN, key
    assert hub.state(f"{gateway.din}_operating_mode").state == "self_consumption"
    assert hub.state(f"{gateway.din}_grid_status").state == "connected"
    assert not problems(caplog)

    gateway.faults.clear()
    for path, value in ((AGGREGATES, []), (CHARGE, "67"), (SYSTEM, 5), (OPERATION, [{}])):
        gateway.faults.add(path, "override", pointer="", value=value)
    await hub.advance(120, step=20)
    for key in ("grid_power", "battery_level", "battery_energy", "operating_mode"):
        assert hub.state(f"{gateway.din}_{key}").state == STATE_UNAVAILABLE, key
    assert hub.state(f"{gateway.din}_grid_status").state == "connected"
    assert hub.state(f"{gateway.din}_running", "binary_sensor").state == STATE_ON
    assert entry_is_up(hub.hass)

    gateway.faults.clear()
    await hub.advance(ROUND, step=20)
    assert live_states(hub.hass).keys() == before.keys()


async def test_unknown_words(hub: Hub, add_gateway: AddGateway, caplog: pytest.LogCaptureFixture) -> None:
    """A word of a firmware to come shows as *other*; its code is logged once."""
    gateway = await add_gateway()
    await hub.advance(ROUND, step=20)
    caplog.clear()
    gateway.faults.add(GRID_STATUS, "unknown_enum", pointer="/grid_status", value="SystemOddDay")
    gateway.faults.add(OPERATION, "unknown_enum", pointer="/real_mode", value="odd_mode")
    for pointer in ("pinv_state", "pinv_grid_state", "OpSeqState", "Type"):
        gateway.faults.add(SYSTEM, "unknown_enum", pointer=f"/battery_blocks/0/{pointer}", value="PINV_OddDay")
    gateway.faults.add(SYSTEM, "unknown_enum", pointer="/system_island_state", value="SystemOddDay")
    await hub.advance(120, step=20)
    assert hub.state(f"{gateway.din}_grid_status").state == "other"
    assert hub.state(f"{gateway.din}_operating_mode").state == "other"
    assert hub.state(f"{gateway.din}_on_grid", "binary_sensor").state == STATE_UNKNOWN
    battery = gateway.house.batteries[0].serial
    assert hub.state(f"{battery}_battery_level").state not in NOTHING
    assert hub.state(f"{battery}_problem", "binary_sensor").state == STATE_OFF
    logged = [record.getMessage() for record in caplog.records if DOMAIN in record.name]
    assert sum("SystemOddDay" in line for line in logged) == 1
    assert sum("odd_mode" in line for line in logged) == 1
    assert not problems(caplog)

    gateway.faults.clear()
    await hub.advance(ROUND, step=20)
    assert hub.state(f"{gateway.din}_grid_status").state == "connected"
    assert hub.state(f"{gateway.din}_operating_mode").state == "self_consumption"


async def test_plain_text(hub: Hub, add_gateway: AddGateway, caplog: pytest.LogCaptureFixture) -> None:
    """JSON is JSON whatever the header calls it (powerwall.md §2)."""
    gateway = await add_gateway()
    gateway.faults.add("*", "content_type")
    gateway.house.set(solar_w=0.0, home_w=4_321.0)
    caplog.clear()
    await hub.advance(400, step=20)
    assert float(hub.state(f"{gateway.din}_home_power").state) == pytest.approx(4_321, rel=0.01)
    assert hub.state(f"{gateway.din}_reachable", "binary_sensor").state == STATE_ON
    assert not problems(caplog)


async def test_far_too_much(hub: Hub, add_gateway: AddGateway) -> None:
    """Fifty megabytes are given up early; the rest of the round and the entry go on."""
    gateway = await add_gateway()
    await hub.advance(ROUND, step=20)
    gateway.faults.add(AGGREGATES, "flood")
    gateway.house.set_level(81.0)
    await hub.advance(60, step=10)
    assert hub.state(f"{gateway.din}_grid_power").state == STATE_UNAVAILABLE
    assert float(hub.state(f"{gateway.din}_battery_level").state) == pytest.approx(80, abs=1)
    assert entry_is_up(hub.hass)
    gateway.faults.clear()
    await hub.advance(60, step=20)
    assert hub.state(f"{gateway.din}_grid_power").state not in NOTHING


async def test_meter_that_was_never_fitted(hub: Hub, add_gateway: AddGateway) -> None:
    """Zeros of a meter that is not there make no entities (powerwall.md §5)."""
    gateway = await add_gateway("gw1-1.40")
    assert "generator" in aggregates(gateway.gateway)
    await hub.advance(400, step=20)
    identity = hub.hass.config_entries.async_entries(DOMAIN)[0].data[CONF_IDENTITY]
    assert hub.has(f"{identity}_solar_power")
    assert not hub.has(f"{identity}_generator_power")
    assert not hub.has(f"{identity}_generator_energy_total")
    assert not hub.has(f"{identity}_generator_energy_today")


async def test_meter_that_falls_silent(hub: Hub, add_gateway: AddGateway) -> None:
    """The zero time later on: no power any more, and the counters stay where they were."""
    gateway = await add_gateway()
    await hub.advance(ROUND, step=20)
    total, today = energies(hub, gateway, "solar_energy")
    gateway.faults.add("", "zero_time_meter")
    await hub.advance(60, step=20)
    assert hub.state(f"{gateway.din}_solar_power").state in NOTHING
    assert hub.state(f"{gateway.din}_grid_power").state not in NOTHING
    assert energies(hub, gateway, "solar_energy") == (total, today)
    gateway.faults.clear()
    await hub.advance(ROUND, step=20)
    assert hub.state(f"{gateway.din}_solar_power").state not in NOTHING


@pytest.mark.parametrize(
    ("odd", "lost"),
    [(0, 0.0), (-12_345, 0.0), (-9_000_000.5, 0.0), (10**30, 0.0), (4_000_000.0, 0.0), (9_000_000.0, 0.5)],
)
async def test_counter_jumps_and_comes_back(hub: Hub, add_gateway: AddGateway, odd: float, lost: float) -> None:
    """Whatever a counter says for two minutes: no energy twice, none below zero, and the total never falls.

    Far ahead of itself it looks like a new meter, twice: what was used meanwhile is ``lost`` (kWh) rather than guessed.
    """
    gateway = await add_gateway()
    gateway.house.set(solar_w=0.0, home_w=6_000.0, mode="backup")  # only the grid feeds the house
    await hub.advance(60, step=20)
    imported = gateway.house.truth().counters.grid_import_wh / 1000
    total, today = energies(hub, gateway, "grid_import_energy")
    assert total == pytest.approx(imported, abs=0.1)
    shown = [total]
    for fault in (gateway.faults.add("", "counter_jump", value=odd), None):
        for _ in range(6):
            await hub.advance(20, step=20)
            shown.append(energies(hub, gateway, "grid_import_energy")[0])
        if fault is not None:
            gateway.faults.remove(fault)
    assert shown == sorted(shown)
    used = gateway.house.truth().counters.grid_import_wh / 1000 - imported
    assert used == pytest.approx(0.6, abs=0.1)
    after_total, after_today = energies(hub, gateway, "grid_import_energy")
    for counted in (after_total - total, after_today - today):
        assert used - lost - 0.2 <= counted <= used + 0.2


async def test_zero_below_zero(hub: Hub, add_gateway: AddGateway) -> None:
    """Go writes -0 (powerwall.md §2); people read 0."""
    gateway = await add_gateway()
    for place in ("site/instant_power", "solar/instant_power", "load/instant_power", "battery/instant_power"):
        gateway.faults.add(AGGREGATES, "override", pointer=f"/{place}", value=-0.0)
    gateway.faults.add(SYSTEM, "override", pointer="/max_charge_power", value=-0.0)
    gateway.faults.add(CHARGE, "override", pointer="/percentage", value=5 - 1e-9)
    await hub.advance(ROUND, step=20)
    for key in ("grid_power", "solar_power", "home_power", "battery_power", "charge_power_limit", "battery_level"):
        assert hub.state(f"{gateway.din}_{key}").state == "0.0", key


async def test_numbers_beyond_all_bounds(hub: Hub, add_gateway: AddGateway, caplog: pytest.LogCaptureFixture) -> None:
    """Integers of any length pass; one that no float holds is no value, and it does not hurt the others."""
    gateway = await add_gateway()
    await hub.advance(ROUND, step=20)
    caplog.clear()
    gateway.faults.add(AGGREGATES, "override", pointer="/site/instant_power", value=10**400)
    gateway.faults.add(AGGREGATES, "override", pointer="/site/timeout", value=10**400)
    gateway.faults.add(AGGREGATES, "override", pointer="/battery/instant_power", value=2**53)
    gateway.faults.add(SYSTEM, "override", pointer="/battery_blocks/0/p_out", value=2**65)
    await hub.advance(ROUND, step=20)
    assert hub.state(f"{gateway.din}_grid_power").state == STATE_UNKNOWN
    battery = gateway.house.batteries[0].serial
    assert float(hub.state(f"{gateway.din}_battery_power").state) == pytest.approx(2**53, rel=1e-12)
    assert float(hub.state(f"{battery}_battery_power").state) == pytest.approx(2**65, rel=1e-12)
    assert hub.state(f"{gateway.din}_home_power").state not in NOTHING
    assert not problems(caplog)


async def test_batteries_in_any_order(hub: Hub, add_gateway: AddGateway) -> None:
    """Batteries are told apart by serial number, wherever they stand in the list."""
    gateway = await add_gateway(batteries=3)
    gateway.house.disable_battery(1, ["DisabledOddDay"])
    gateway.faults.add("", "shuffled_batteries")
    capacities = {battery.serial: battery.capacity_wh / 1000 for battery in gateway.house.batteries}
    assert len(set(capacities.values())) == 3
    for _ in range(4):
        await hub.advance(30, step=10)
        assert capacities == {serial: float(hub.state(f"{serial}_battery_capacity").state) for serial in capacities}
        problems_shown = [hub.state(f"{serial}_problem", "binary_sensor").state for serial in capacities]
        assert problems_shown == [STATE_OFF, STATE_ON, STATE_OFF]
