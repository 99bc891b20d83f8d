"""Settings as entities: what each kind shows, and what using it asks of the device."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from typing import Any, override

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.core.catalogue import CATALOGUE, Definition
from custom_components.solar_battery_hub.core.control import Control, ControlKind, Setting
from custom_components.solar_battery_hub.core.errors import Unreachable
from custom_components.solar_battery_hub.core.model import Device, DeviceKind, Ref
from custom_components.solar_battery_hub.core.quantities import Kind, Level, Quantity
from tests.bad_days.tools import entry_of, patiently
from tests.hub import Hub
from tests.made_up import INVERTER, PART, SITE, MadeUpAccount, add_made_up

MODE = Setting(key="operating_mode", kind=ControlKind.SELECT, options=("self_consumption", "backup"))
RESERVE = Setting(
    key="backup_reserve", kind=ControlKind.NUMBER, minimum=10.0, maximum=90.0, step=5.0, quantity=Quantity.RATIO
)
LIMIT = Setting(key="charge_power_limit", kind=ControlKind.NUMBER, quantity=Quantity.POWER, config=True)
COUNT = Setting(key="battery_count", kind=ControlKind.NUMBER, maximum=8.0)
OFF_GRID = Setting(key="off_grid", kind=ControlKind.SWITCH)
NAME = Setting(key="site_name", kind=ControlKind.TEXT, minimum=1, maximum=12)
FREE_NAME = Setting(key="site_name", kind=ControlKind.TEXT)
START = Setting(key="start", kind=ControlKind.BUTTON)
FROM = Setting(key="charge_from", kind=ControlKind.TIME)


@pytest.fixture(autouse=True)
def _time_of_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add what no vendor has yet: a reading that is a time of day."""
    definition = Definition(key=FROM.key, quantity=Quantity.TEXT, kind=Kind.STATE, level=Level.MAIN)
    monkeypatch.setitem(CATALOGUE, FROM.key, definition)


async def add(hub: Hub, monkeypatch: pytest.MonkeyPatch, *settings: Setting, **stored: Any) -> MadeUpAccount:
    """Add an account with these settings, of which the device has what is ``stored``."""
    account = MadeUpAccount(*settings)
    account.stored = stored
    await add_made_up(hub.hass, monkeypatch, account)
    return account


async def use(hub: Hub, action: str, key: str, **fields: Any) -> None:
    """Use an entity (``number.set_value``) and wait for the device."""
    platform, service = action.split(".")
    await patiently(hub, hub.use(platform, service, f"{SITE}_{key}", **fields))


async def test_number(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A range, steps and a unit; a value between the steps shows as it is, in whole percent as in the app."""
    stored = {"backup_reserve": 20.0, "charge_power_limit": 3300.0, "battery_count": 3}
    account = await add(hub, monkeypatch, RESERVE, LIMIT, COUNT, **stored)
    state = hub.state(f"{SITE}_backup_reserve", "number")
    shown = [state.attributes[name] for name in ("min", "max", "step", "mode", "unit_of_measurement")]
    assert (state.state, shown) == ("20.0", [10.0, 90.0, 5.0, "slider", "%"])
    open_end = hub.state(f"{SITE}_charge_power_limit", "number")
    assert (open_end.state, open_end.attributes["mode"], open_end.attributes["unit_of_measurement"]) == (
        "3300.0",
        "box",
        "W",
    )
    bare = hub.state(f"{SITE}_battery_count", "number")
    assert (bare.state, bare.attributes["min"], bare.attributes["max"]) == ("3.0", 0.0, 8.0)
    assert "unit_of_measurement" not in bare.attributes
    await use(hub, "number.set_value", "backup_reserve", value=35)
    assert account.written == [{"backup_reserve": 35.0}]
    assert hub.state(f"{SITE}_backup_reserve", "number").state == "35.0"

    for found, rounded in ((37.4, "37.0"), (37.5, "38.0"), (None, STATE_UNKNOWN)):
        account.stored["backup_reserve"] = found
        await hub.advance(10, step=10)
        assert hub.state(f"{SITE}_backup_reserve", "number").state == rounded
    with pytest.raises(ServiceValidationError):
        await use(hub, "number.set_value", "backup_reserve", value=95)
    assert len(account.written) == 1


async def test_select(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The present one is an option also while it cannot be chosen."""
    account = await add(hub, monkeypatch, MODE, operating_mode="self_consumption")
    state = hub.state(f"{SITE}_operating_mode", "select")
    assert (state.state, state.attributes["options"]) == ("self_consumption", ["self_consumption", "backup"])
    await use(hub, "select.select_option", "operating_mode", option="backup")
    assert account.written == [{"operating_mode": "backup"}]
    account.stored["operating_mode"] = "scheduler"
    await hub.advance(10, step=10)
    state = hub.state(f"{SITE}_operating_mode", "select")
    assert (state.state, state.attributes["options"]) == ("scheduler", ["self_consumption", "backup", "scheduler"])
    account.stored["operating_mode"] = None
    await hub.advance(10, step=10)
    assert hub.state(f"{SITE}_operating_mode", "select").state == STATE_UNKNOWN


async def test_switch(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await add(hub, monkeypatch, OFF_GRID, off_grid=False)
    assert hub.state(f"{SITE}_off_grid", "switch").state == "off"
    await use(hub, "switch.turn_on", "off_grid")
    assert (account.written, hub.state(f"{SITE}_off_grid", "switch").state) == ([{"off_grid": True}], "on")
    await use(hub, "switch.turn_off", "off_grid")
    assert (account.written[-1], hub.state(f"{SITE}_off_grid", "switch").state) == ({"off_grid": False}, "off")
    account.stored["off_grid"] = None
    await hub.advance(10, step=10)
    assert hub.state(f"{SITE}_off_grid", "switch").state == STATE_UNKNOWN


async def test_text(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await add(hub, monkeypatch, NAME, site_name="Home")
    state = hub.state(f"{SITE}_site_name", "text")
    assert (state.state, state.attributes["min"], state.attributes["max"]) == ("Home", 1, 12)
    await use(hub, "text.set_value", "site_name", value="Castle")
    assert (account.written, hub.state(f"{SITE}_site_name", "text").state) == ([{"site_name": "Castle"}], "Castle")
    account.stored["site_name"] = None
    await hub.advance(10, step=10)
    assert hub.state(f"{SITE}_site_name", "text").state == STATE_UNKNOWN


async def test_text_of_any_length(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as Home Assistant bears."""
    await add(hub, monkeypatch, FREE_NAME, site_name="Home")
    state = hub.state(f"{SITE}_site_name", "text")
    assert (state.attributes["min"], state.attributes["max"]) == (0, 255)


async def test_time(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device's 24:00 is midnight as well."""
    account = await add(hub, monkeypatch, FROM, charge_from="06:30")
    assert hub.state(f"{SITE}_charge_from", "time").state == "06:30:00"
    await use(hub, "time.set_value", "charge_from", time=time(22, 5))
    assert (account.written, hub.state(f"{SITE}_charge_from", "time").state) == ([{"charge_from": "22:05"}], "22:05:00")
    for found, shown in (("24:00", "00:00:00"), (None, STATE_UNKNOWN)):
        account.stored["charge_from"] = found
        await hub.advance(10, step=10)
        assert hub.state(f"{SITE}_charge_from", "time").state == shown


async def test_button(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """It can be pressed while somebody is there, and says when it was."""
    account = await add(hub, monkeypatch, START)
    assert hub.state(f"{SITE}_start", "button").state == STATE_UNKNOWN
    await use(hub, "button.press", "start")
    assert account.written == [{"start": True}]
    assert hub.state(f"{SITE}_start", "button").state != STATE_UNKNOWN
    account.error = Unreachable("gone")
    await hub.advance(20, step=10)
    assert hub.state(f"{SITE}_start", "button").state == STATE_UNAVAILABLE
    account.error = None
    await hub.advance(60, step=10)
    assert hub.state(f"{SITE}_start", "button").state != STATE_UNAVAILABLE


async def test_controls_that_come_and_go(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reading with a control is the control alone; without it the sensor is back, as the same reading."""
    account = await add(hub, monkeypatch, operating_mode="backup")
    assert hub.state(f"{SITE}_operating_mode").state == "backup"
    account.settings = (MODE,)
    await hub.advance(10, step=10)
    assert hub.state(f"{SITE}_operating_mode", "select").state == "backup"
    account.settings = ()
    await hub.advance(10, step=10)
    assert hub.state(f"{SITE}_operating_mode").state == "backup"

    entry = entry_of(hub.hass)
    for settings, platform in (((MODE,), "select"), ((), "sensor")):
        account.settings = settings
        assert await hub.hass.config_entries.async_reload(entry.entry_id)
        registered = {
            item.domain
            for item in er.async_entries_for_config_entry(er.async_get(hub.hass), entry.entry_id)
            if item.unique_id == f"{SITE}_operating_mode"
        }
        assert registered == {platform}


async def test_device_that_comes_later(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is registered below its parent, with all that is known of it, and its entities are there at once."""
    account = await add(hub, monkeypatch)
    part = Device(
        id=PART,
        kind=DeviceKind.BATTERY,
        name="Battery 2",
        manufacturer="Nobody",
        parent=SITE,
        model="Box",
        model_id="B-2",
        serial="0002",
        sw_version="1.2",
        hw_version="C",
        mac="aa:bb:cc:dd:ee:ff",
        url="https://made.up/battery",
    )
    account.parts.append(part)
    account.values[Ref(PART, "battery_power")] = -500.0
    await hub.advance(10, step=10)
    assert hub.state(f"{PART}_battery_power").state == "-500.0"
    device = dr.async_get(hub.hass).async_get(hub.device_id(PART))
    assert isinstance(device, dr.DeviceEntry)
    assert device.via_device_id == hub.device_id(SITE)
    assert device.connections == {(dr.CONNECTION_NETWORK_MAC, "aa:bb:cc:dd:ee:ff")}
    facts = (device.name, device.model, device.model_id, device.serial_number, device.sw_version, device.hw_version)
    assert facts == ("Battery 2", "Box", "B-2", "0002", "1.2", "C")
    assert device.configuration_url == "https://made.up/battery"


async def test_change_that_fails_is_an_error(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever used the entity hears of it, and the entity stays as the device is."""
    account = await add(hub, monkeypatch, OFF_GRID, off_grid=False)
    account.write_error = account.read_error = Unreachable("gone")
    with pytest.raises(HomeAssistantError) as error:
        await use(hub, "switch.turn_on", "off_grid")
    assert (error.value.translation_domain, error.value.translation_key) == (DOMAIN, "cannot_connect")
    assert hub.state(f"{SITE}_off_grid", "switch").state == "off"


async def test_setting_that_nobody_has_proven(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is off until the user wants it, and says so; what it can do is told in the capabilities all the same."""
    doubtful = Setting(key="off_grid", kind=ControlKind.SWITCH, proven=False)
    await add(hub, monkeypatch, RESERVE, doubtful, off_grid=False, backup_reserve=20.0)
    registry = er.async_get(hub.hass)
    entity_id = registry.async_get_entity_id("switch", DOMAIN, f"{SITE}_off_grid")
    assert entity_id is not None
    entry = registry.async_get(entity_id)
    assert entry is not None
    assert entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert "proven" not in hub.state(f"{SITE}_backup_reserve", "number").attributes

    registry.async_update_entity(entity_id, disabled_by=None)
    await hub.hass.config_entries.async_reload(entry.config_entry_id or "")
    await hub.hass.async_block_till_done()
    assert hub.state(f"{SITE}_off_grid", "switch").attributes["proven"] is False
    assert doubtful.as_dict() == {"kind": "switch", "proven": False}


async def test_bounds_that_a_device_tells_otherwise_later(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entities follow what bounds their setting, be it more choices or another range; they stay the same entities."""
    stored = {"operating_mode": "backup", "backup_reserve": 20.0, "site_name": "Home"}
    account = await add(hub, monkeypatch, MODE, RESERVE, NAME, **stored)
    assert hub.state(f"{SITE}_backup_reserve", "number").attributes["max"] == 90
    account.settings = (
        replace(MODE, options=("self_consumption", "backup", "time_of_use")),
        replace(RESERVE, minimum=0.0, maximum=100.0, step=1.0),
        replace(NAME, maximum=30),
    )
    await hub.advance(20)
    reserve = hub.state(f"{SITE}_backup_reserve", "number")
    assert [reserve.attributes[name] for name in ("min", "max", "step")] == [0, 100, 1]
    mode = hub.state(f"{SITE}_operating_mode", "select")
    assert mode.attributes["options"] == ["self_consumption", "backup", "time_of_use"]
    assert hub.state(f"{SITE}_site_name", "text").attributes["max"] == 30


class WithPart(MadeUpAccount):
    """A site whose part, while it is there, has a setting of its own."""

    @override
    def controls(self, device: str) -> Sequence[Control]:
        listed = any(part.id == device for part in self.parts)
        return [Control(device=PART, setting=OFF_GRID)] if device == PART and listed else super().controls(device)


async def test_setting_of_a_device_that_is_gone_for_a_while(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What the user made of it, such as a name, is there again when the device is."""
    account = WithPart()
    account.parts.append(INVERTER)
    await add_made_up(hub.hass, monkeypatch, account)
    entity_id = hub.state(f"{PART}_off_grid", "switch").entity_id
    er.async_get(hub.hass).async_update_entity(entity_id, name="My island")
    account.parts.remove(INVERTER)
    await hub.advance(60)
    assert hub.state(f"{PART}_off_grid", "switch").state == STATE_UNAVAILABLE
    account.parts.append(INVERTER)
    await hub.advance(60)
    assert hub.state(f"{PART}_off_grid", "switch").name == "My island"
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
