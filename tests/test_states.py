"""What Home Assistant sees: when states are written, what they are called and measured in, and when they end."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
import logging
from typing import Any, NamedTuple

from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.db_schema import States, StatesMeta
from homeassistant.components.recorder.util import session_scope
from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.core.catalogue import CATALOGUE
from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.core.quantities import Quantity
from tests.conftest import StartPowerwall
from tests.hub import Hub
from tests.made_up import INVERTER, SITE, MadeUpAccount, add_made_up


@pytest.fixture
def everything_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable also what is off by default."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", property(lambda self: True))


@pytest.fixture
def account() -> MadeUpAccount:
    """Return an account whose readings the test decides about."""
    return MadeUpAccount()


def changes(hass: HomeAssistant, entity_id: str) -> list[State]:
    """Collect the states an entity changes to from now on."""
    states: list[State] = []

    @callback
    def _listen(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"] == entity_id and (state := event.data["new_state"]):
            states.append(state)

    hass.bus.async_listen(EVENT_STATE_CHANGED, _listen)
    return states


# When a state is written


async def test_equal_measurements_are_reported(
    hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each new measurement is told, also an equal one, which is no change."""
    await add_made_up(hub.hass, monkeypatch, account)
    power = f"{SITE}_solar_power"
    first = hub.state(power)
    changed = changes(hub.hass, first.entity_id)
    reported = {first.last_reported}
    for _ in range(5):
        await hub.advance(10, step=10)
        reported.add(hub.state(power).last_reported)
    assert len(reported) == 6
    assert changed == []
    assert hub.state(power).last_changed == first.last_changed

    account.values[Ref(SITE, "solar_power")] = 1234.0
    await hub.advance(10, step=10)
    assert [state.state for state in changed] == ["1234.0"]


async def test_states_are_written_when_they_change(
    hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no measurement is not told again."""
    steady: dict[str, Any] = {"grid_status": "connected", "on_grid": True, "solar_energy_total": 12.5, "firmware": "7"}
    account.values |= {Ref(SITE, key): value for key, value in steady.items()}
    await add_made_up(hub.hass, monkeypatch, account)
    platforms = {key: "binary_sensor" if key == "on_grid" else "sensor" for key in steady}

    def shown() -> dict[str, tuple[str, datetime]]:
        states = {key: hub.state(f"{SITE}_{key}", platform) for key, platform in platforms.items()}
        return {key: (state.state, state.last_reported) for key, state in states.items()}

    before = shown()
    assert [state for state, _ in before.values()] == ["connected", "on", "12.5", "7"]
    await hub.advance(60, step=10)
    assert shown() == before

    account.values |= {Ref(SITE, "on_grid"): False, Ref(SITE, "solar_energy_total"): 12.625}
    await hub.advance(10, step=10)
    after = shown()
    assert [state for state, _ in after.values()] == ["connected", "off", "12.625", "7"]
    assert {key for key in steady if after[key][1] > before[key][1]} == {"on_grid", "solar_energy_total"}


async def test_no_attribute_changes_with_every_poll(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """Attributes say what a value is, never how it is today (they would fill the database)."""
    gateway = await start_powerwall()
    await hub.add_powerwall(gateway)
    await hub.advance(60, step=30)
    before = {state.entity_id: state.attributes for state in hub.hass.states.async_all()}
    gateway.house.set(solar_w=4_321.0, home_w=1_234.0)
    await hub.advance(120, step=30)
    after = {state.entity_id: state.attributes for state in hub.hass.states.async_all()}
    assert after == before


async def test_recorder_rows(
    recorder_mock: Recorder, hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour of equal measurements is one row in the database, as one change is one more."""
    await add_made_up(hub.hass, monkeypatch, account)
    entity_id = hub.state(f"{SITE}_solar_power").entity_id
    await hub.advance(3600, step=10)
    account.values[Ref(SITE, "solar_power")] = 5.0
    await hub.advance(60, step=10)
    await async_wait_recording_done(hub.hass)

    def rows() -> list[str | None]:
        with session_scope(hass=hub.hass, read_only=True) as session:
            query = session.query(States.state).join(StatesMeta, States.metadata_id == StatesMeta.metadata_id)
            return [row.state for row in query.filter(StatesMeta.entity_id == entity_id).order_by(States.state_id)]

    assert await get_instance(hub.hass).async_add_executor_job(rows) == ["1000.0", "5.0"]


# How a reading is shown


class Look(NamedTuple):
    """One reading of a quantity and how its sensor shows it."""

    key: str
    value: Any
    device_class: str | None
    state_class: str | None
    unit: str | None
    precision: int | None


MOMENT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
LOOKS = (
    Look("solar_power", 1000.0, "power", "measurement", "W", 0),
    Look("solar_rated_power", 6000.0, "power", None, "W", 0),
    Look("grid_reactive_power", -30.0, "reactive_power", "measurement", "var", 0),
    Look("grid_apparent_power", 30.0, "apparent_power", "measurement", "VA", 0),
    Look("solar_energy_today", 1.5, "energy", "total_increasing", "kWh", 2),
    Look("solar_energy_total", 1234.0, "energy", "total_increasing", "kWh", 2),
    Look("output_energy_month", 106.4, "energy", None, "kWh", 2),
    Look("output_reactive_energy_today", 0.5, "reactive_energy", "total_increasing", "kvarh", 2),
    Look("output_reactive_energy_total", 12.5, "reactive_energy", "total_increasing", "kvarh", 2),
    Look("battery_energy", 7.5, "energy_storage", "measurement", "kWh", 2),
    Look("rated_energy", 13.5, "energy_storage", None, "kWh", 2),
    Look("battery_level", 55.5, "battery", "measurement", "%", 0),
    Look("battery_health", 98.5, None, "measurement", "%", 0),
    Look("backup_reserve", 20.0, None, None, "%", 0),
    Look("grid_voltage", 231.5, "voltage", "measurement", "V", 1),
    Look("cell_voltage_spread", 0.012, "voltage", "measurement", "V", 3),
    Look("battery_charge_left", 92.5, None, "measurement", "Ah", 1),
    Look("grid_current", 4.5, "current", "measurement", "A", 1),
    Look("leakage_current", 3.5, "current", "measurement", "mA", 1),
    Look("insulation_resistance", 4200.0, None, "measurement", "kΩ", 0),
    Look("grid_frequency", 50.01, "frequency", "measurement", "Hz", 2),
    Look("temperature", 21.5, "temperature", "measurement", "°C", 1),
    Look("running_time", 3600.0, "duration", "total_increasing", "s", 0),
    Look("last_measured", MOMENT, "timestamp", None, None, None),
    Look("savings_today", 1.25, "monetary", "total", "CHF", 2),
    Look("savings_total", 125.0, "monetary", "total", "CHF", 2),
    Look("buy_price", 0.315, None, None, "CHF/kWh", 4),
    Look("wifi_signal", -61.0, "signal_strength", "measurement", "dBm", 0),
    Look("energy_consumption", 16.5, "energy_distance", None, "kWh/100km", 1),
    Look("co2_saved", 5.5, "weight", "total_increasing", "kg", 1),
    Look("battery_count", 2, None, None, None, None),
    Look("firmware", "24.44.0", None, None, None, None),
    Look("grid_status", "connected", "enum", None, None, None),
)
UNSHOWN = {Quantity.FLAG, Quantity.FIRMWARE, Quantity.SCHEDULE}  # platforms of their own show them

FLAGS = {
    "on_grid": "power",
    "grid_services": None,
    "running": "running",
    "cloud_connected": "connectivity",
    "problem": "problem",
    "backup_ready": None,
}


def text_of(value: Any) -> str:
    """Return a value as Home Assistant writes it into a state."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


@pytest.mark.usefixtures("everything_enabled")
async def test_sensors_by_quantity(hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """Device class, state class, unit and digits of a sensor of each quantity and kind."""
    hub.hass.config.currency = "CHF"
    account.values = {Ref(SITE, look.key): look.value for look in LOOKS}
    await add_made_up(hub.hass, monkeypatch, account)
    for look in LOOKS:
        state = hub.state(f"{SITE}_{look.key}")
        entry = er.async_get(hub.hass).async_get(state.entity_id)
        assert entry is not None
        options: Mapping[str, Any] = entry.options.get("sensor", {})
        shown = Look(
            look.key,
            state.state,
            state.attributes.get("device_class"),
            state.attributes.get("state_class"),
            state.attributes.get("unit_of_measurement"),
            options.get("suggested_display_precision"),
        )
        assert shown == look._replace(value=text_of(look.value))


async def test_money_of_a_plant_abroad(hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """Money is shown in what the vendor counts it in, else in the house's own."""
    hub.hass.config.currency = "CHF"
    account.parts = [replace(account.parts[0], currency="AUD"), INVERTER]
    account.values = {Ref(device, "savings_today"): 1.25 for device in (SITE, INVERTER.id)}
    await add_made_up(hub.hass, monkeypatch, account)
    units = [hub.state(f"{device}_savings_today").attributes["unit_of_measurement"] for device in (SITE, INVERTER.id)]
    assert units == ["AUD", "CHF"]


def test_no_quantity_is_left_out() -> None:
    """The table above has every quantity that some reading has, in each of its kinds."""
    shown = {(CATALOGUE[look.key].quantity, CATALOGUE[look.key].kind) for look in LOOKS}
    exist = {(definition.quantity, definition.kind) for definition in CATALOGUE.values()}
    assert {pair for pair in exist - shown if pair[0] not in UNSHOWN} == set()
    assert {quantity for quantity, _ in shown} | UNSHOWN == set(Quantity)


async def test_choices(hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word outside the list shows as *other*, none as unknown."""
    status = Ref(SITE, "grid_status")
    account.values[status] = "connected"
    await add_made_up(hub.hass, monkeypatch, account)
    options = hub.state(f"{SITE}_grid_status").attributes["options"]
    assert {"connected", "off_grid", "reconnecting", "other"} <= set(options)
    for said, shown in (("off_grid", "off_grid"), ("upside_down", "other"), (None, STATE_UNKNOWN)):
        account.values[status] = said
        await hub.advance(10, step=10)
        assert hub.state(f"{SITE}_grid_status").state == shown


async def test_numbered_readings(hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """One entity per part, with its number in the name."""
    account.values |= {Ref(SITE, f"pv_power_{number}"): 100.0 * number for number in (1, 2)}
    await add_made_up(hub.hass, monkeypatch, account)
    for number, shown in ((1, "100.0"), (2, "200.0")):
        state = hub.state(f"{SITE}_pv_power_{number}")
        assert (state.state, state.name) == (shown, f"Made-up home PV {number} power")


@pytest.mark.usefixtures("everything_enabled")
async def test_flags(hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """On, off, or unknown without a value; with a device class where one fits."""
    account.values = {Ref(SITE, key): True for key in FLAGS}
    await add_made_up(hub.hass, monkeypatch, account)
    for key, device_class in FLAGS.items():
        state = hub.state(f"{SITE}_{key}", "binary_sensor")
        assert (state.state, state.attributes.get("device_class")) == ("on", device_class), key
    for value, shown in ((False, "off"), (None, STATE_UNKNOWN)):
        account.values = {Ref(SITE, key): value for key in FLAGS}
        await hub.advance(10, step=10)
        assert {hub.state(f"{SITE}_{key}", "binary_sensor").state for key in FLAGS} == {shown}


# How prominent an entity is

PLAIN = """
    solar_power home_power grid_power battery_power battery_level battery_energy
    solar_energy_today home_energy_today grid_import_energy_today grid_export_energy_today
    battery_charge_energy_today battery_discharge_energy_today
    solar_energy_total home_energy_total grid_import_energy_total grid_export_energy_total
    battery_charge_energy_total battery_discharge_energy_total
    self_consumption autarky grid_status on_grid grid_services operating_mode backup_reserve grid_faults settings
"""
DIAGNOSTIC = """
    battery_capacity battery_count charge_power_limit discharge_power_limit running cloud_connected reachable
    locked_until firmware started_at update_status rated_power rated_energy solar_equipment solar_rated_power network
"""
CONFIG = "start"
CONFIG_OFF = "site_name"


async def test_prominence(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """What people look at is plain, what explains it diagnostic, and what few need is off."""
    gateway = await start_powerwall(installer_toggle_done=True)
    entry = await hub.add_powerwall(gateway, username="installer")
    await hub.advance(60, step=30)
    found: dict[tuple[str | None, bool], set[str]] = {}
    for entity in er.async_entries_for_config_entry(er.async_get(hub.hass), entry.entry_id):
        device, _, key = entity.unique_id.partition(f"{gateway.din}_")
        if not device:
            found.setdefault((entity.entity_category, not entity.disabled), set()).add(key)
    assert found[None, True] == set(PLAIN.split())
    assert found["diagnostic", True] == set(DIAGNOSTIC.split())
    assert found["config", True] == set(CONFIG.split())
    assert found["config", False] == set(CONFIG_OFF.split())
    assert found.keys() == {
        (None, True),
        ("diagnostic", True),
        ("config", True),
        ("config", False),
        ("diagnostic", False),
    }
    assert {"battery_level_raw", "grid_voltage", "home_current", "last_measured", "calls_today"} <= found[
        "diagnostic", False
    ]


# How a value ends


async def test_value_that_is_not_renewed(
    hub: Hub, account: MadeUpAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After three intervals without news a value is unavailable; counters and facts stay; nobody complains."""
    level = Ref(SITE, "battery_level")
    lasting: dict[str, Any] = {"solar_energy_total": 12.5, "firmware": "7", "battery_count": 2}
    account.values |= {level: 55.0, **{Ref(SITE, key): value for key, value in lasting.items()}}
    await add_made_up(hub.hass, monkeypatch, account)
    await hub.advance(10, step=10)
    caplog.clear()
    account.values = {Ref(SITE, "solar_power"): 1000.0}
    await hub.advance(29, step=1)
    assert hub.state(f"{SITE}_battery_level").state == "55.0"
    await hub.advance(2, step=1)
    assert hub.state(f"{SITE}_battery_level").state == STATE_UNAVAILABLE
    await hub.advance(3600, step=30)
    assert hub.state(f"{SITE}_battery_level").state == STATE_UNAVAILABLE
    assert {key: hub.state(f"{SITE}_{key}").state for key in lasting} == {
        key: str(value) for key, value in lasting.items()
    }
    assert hub.state(f"{SITE}_solar_power").state == "1000.0"
    assert hub.state(f"{SITE}_reachable", "binary_sensor").state == "on"
    assert [record for record in caplog.records if DOMAIN in record.name and record.levelno >= logging.INFO] == []

    account.values[level] = 60.0
    await hub.advance(10, step=10)
    assert hub.state(f"{SITE}_battery_level").state == "60.0"


async def test_values_of_slower_feeds_last_longer(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """Three intervals of its own feed: ninety seconds for what is asked every thirty."""
    gateway = await start_powerwall()
    await hub.add_powerwall(gateway)
    await hub.advance(60, step=10)
    gateway.faults.add("/api/operation", "html")
    await hub.advance(60, step=10)
    assert hub.state(f"{gateway.din}_operating_mode").state == "self_consumption"
    await hub.advance(40, step=10)
    assert hub.state(f"{gateway.din}_operating_mode").state == STATE_UNAVAILABLE
    assert hub.state(f"{gateway.din}_running", "binary_sensor").state == "on"


# Asking for news


async def test_update_entity(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """Asking for an entity asks its feed, where the floor allows; what no feed brings is left as it is."""
    assert await async_setup_component(hub.hass, "homeassistant", {})
    gateway = await start_powerwall()
    await hub.add_powerwall(gateway)
    await hub.advance(60, step=10)
    before = float(hub.state(f"{gateway.din}_battery_energy").state)
    gateway.house.set_level(90.0)
    await hub.advance(12, step=1)
    assert float(hub.state(f"{gateway.din}_battery_energy").state) == before
    gateway.requests.clear()

    async def ask(unique_id: str, platform: str = "sensor") -> None:
        entity_id = hub.state(unique_id, platform).entity_id
        await hub.hass.services.async_call("homeassistant", "update_entity", {"entity_id": entity_id}, blocking=True)
        await hub.hass.async_block_till_done(wait_background_tasks=True)

    await ask(f"{gateway.din}_battery_energy")
    assert float(hub.state(f"{gateway.din}_battery_energy").state) == pytest.approx(12.65, abs=0.1)
    asked = {record.path for record in gateway.requests}
    assert "/api/system_status" in asked
    assert "/api/meters/aggregates" not in asked
    gateway.requests.clear()
    await ask(f"{gateway.din}_reachable", "binary_sensor")
    await ask(f"{gateway.din}_start", "button")
    assert gateway.requests == []
