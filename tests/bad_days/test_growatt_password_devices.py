"""Devices that fall silent, come, go, change their names or are of no known kind (growatt.md A.5, A.6, F.1, F.7, F.11)."""

from collections.abc import Callable
from datetime import datetime
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.conftest import AddAccount
from tests.bad_days.growatt_tools import CYCLE, HOUR, STEP, calls, is_fresh, logins, number, states
from tests.bad_days.tools import NOTHING, entry_of, problems
from tests.hub import Hub
from tests.simulators.growatt import legacy
from tests.simulators.growatt.legacy_call import Call
from tests.simulators.wire import Answer, json_answer

MIN = "MXH0000001"
SPH = "SPH0000001"
PLAIN = "MIN0000001"
NOON = "2027-06-10T10:00:00+00:00"
COUNTERS = ("solar_energy_today", "solar_energy_total", "grid_export_energy_total", "battery_charge_energy_total")

pytestmark = pytest.mark.usefixtures("summer")


@pytest.fixture
def summer(freezer: FrozenDateTimeFactory) -> None:
    """Begin at noon of a long, sunny day."""
    freezer.move_to(datetime.fromisoformat(NOON))


def registered(hub: Hub, serial: str) -> dr.DeviceEntry | None:
    """Return a device of the registry."""
    entry = entry_of(hub.hass)
    return dr.async_get(hub.hass).async_get_device_by_identifier((DOMAIN, serial), entry.entry_id)


# Silent


@pytest.mark.parametrize("serial", [MIN, SPH])
@pytest.mark.parametrize("logger", [False, True])
async def test_device_is_lost(hub: Hub, add_account: AddAccount, serial: str, logger: bool) -> None:
    """What it measured ends, what it counted stays; the other devices do not notice, nor does it when it is back."""
    server = await add_account("home")
    await hub.advance(HOUR, step=STEP)
    shown = states(hub.hass, serial)
    counted = {key: number(hub, f"{serial}_{key}") for key in COUNTERS}
    server.stage.lose_device(serial, logger=logger)
    await hub.advance(HOUR, step=STEP)
    for key in ("solar_power", "battery_power", "battery_level", "grid_power", "home_power"):
        assert hub.state(f"{serial}_{key}").state in NOTHING, key
    assert hub.state(f"{serial}_device_status").state == "offline"
    assert hub.state(f"{serial}_reachable", "binary_sensor").state == "off"
    for key, value in counted.items():
        assert value <= number(hub, f"{serial}_{key}") <= value + 2, key
    assert is_fresh(hub, server, PLAIN)
    assert is_fresh(hub, server, SPH if serial == MIN else MIN)
    server.stage.return_device(serial)
    await hub.advance(HOUR, step=STEP)
    assert states(hub.hass, serial).keys() == shown.keys()
    assert hub.state(f"{serial}_reachable", "binary_sensor").state == "on"
    assert is_fresh(hub, server, serial)


async def test_rows_sent_afterwards(hub: Hub, add_account: AddAccount) -> None:
    """A logger that sends what it kept: what is shown is the newest, and no counter falls."""
    server = await add_account("min")
    await hub.advance(HOUR, step=STEP)
    server.stage.lose_device(MIN, logger=True, resends=True)
    await hub.advance(HOUR, step=STEP)
    total = number(hub, f"{MIN}_solar_energy_total")
    server.stage.return_device(MIN)
    for _ in range(12):
        await hub.advance(300, step=STEP)
        assert number(hub, f"{MIN}_solar_energy_total") >= total
        total = number(hub, f"{MIN}_solar_energy_total")
    assert is_fresh(hub, server, MIN)


async def test_pack_is_taken_out(hub: Hub, add_account: AddAccount) -> None:
    """Its last values are listed for ever: they are shown no longer."""
    server = await add_account("min5")
    await hub.advance(HOUR, step=STEP)
    first, second = "MOD0000001_battery_1", "MOD0000001_battery_2"
    assert hub.state(f"{second}_battery_level").state not in NOTHING
    server.stage.remove_pack("MOD0000001", number=2)
    await hub.advance(2.5 * HOUR, step=STEP)
    assert hub.state(f"{second}_battery_power").state in NOTHING
    assert hub.state(f"{first}_battery_level").state not in NOTHING
    assert is_fresh(hub, server, "MOD0000001")


# Coming and going


async def test_device_is_added(hub: Hub, add_account: AddAccount) -> None:
    """It appears with its entities by itself, without another sign-in."""
    server = await add_account("min")
    await hub.advance(HOUR, step=STEP)
    serial = server.stage.add_device("mix")
    assert registered(hub, serial) is None
    await hub.advance(2 * CYCLE, step=STEP)
    assert is_fresh(hub, server, serial)
    assert registered(hub, serial) is not None
    assert hub.state(f"{serial}_charge_power_rate", "number").state not in NOTHING
    assert logins(server) == 1


async def test_device_is_removed(hub: Hub, add_account: AddAccount) -> None:
    """Its entities end, its calls too, and the user may delete it; the others go on."""
    server = await add_account("home")
    await hub.advance(HOUR, step=STEP)
    server.stage.remove_device(SPH)
    await hub.advance(2 * CYCLE, step=STEP)
    asked = calls(server)
    await hub.advance(HOUR, step=STEP)
    assert states(hub.hass, SPH) == {}
    assert not any("Mix" in name for name in calls(server) - asked)
    assert is_fresh(hub, server, MIN)
    assert is_fresh(hub, server, PLAIN)


async def test_device_is_renamed(hub: Hub, add_account: AddAccount) -> None:
    """The alias is the device's name; entity ids stay."""
    server = await add_account("min")
    await hub.advance(HOUR, step=STEP)
    entity = hub.state(f"{MIN}_solar_power").entity_id
    server.stage.rename_device(MIN, "Garage")
    server.stage.rename_plant(server.world.plants[0].id, "Seaside")
    await hub.advance(2 * CYCLE, step=STEP)
    device = registered(hub, MIN)
    assert device is not None
    assert device.name == "Garage"
    assert hub.state(f"{MIN}_solar_power").entity_id == entity


async def test_plant_is_removed(hub: Hub, add_account: AddAccount) -> None:
    """All devices of a plant are gone with it."""
    server = await add_account("home")
    await hub.advance(HOUR, step=STEP)
    server.world.plants.pop()
    await hub.advance(25 * HOUR, step=600)
    assert states(hub.hass, PLAIN) == {}
    assert is_fresh(hub, server, MIN)


# Lists


def _emptied(answer: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
    """Return the plant info of a server that lists nothing in it, whatever there is (A.5)."""

    def emptied(call: Call) -> Answer:
        data: dict[str, Any] = json.loads(answer(call).body)
        kept = {name: value for name, value in data.items() if not name.endswith("List") or name == "datalogList"}
        return json_answer(kept | {"deviceList": []})

    return emptied


async def test_empty_device_list(
    hub: Hub, add_account: AddAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Then the other list is asked; so it stays when the list becomes empty later on."""
    routes = legacy.ROUTES["newTwoPlantAPI.do"]
    whole = routes["getAllDeviceListTwo"]
    monkeypatch.setitem(routes, "getAllDeviceListTwo", _emptied(whole))
    server = await add_account("min")
    await hub.advance(HOUR, step=STEP)
    assert calls(server)["getAllDeviceList"] >= 5
    assert is_fresh(hub, server, MIN)
    shown = states(hub.hass).keys()
    monkeypatch.setitem(routes, "getAllDeviceListTwo", whole)
    await hub.advance(2 * CYCLE, step=STEP)
    monkeypatch.setitem(routes, "getAllDeviceListTwo", _emptied(whole))
    await hub.advance(HOUR, step=STEP)
    assert states(hub.hass).keys() == shown
    assert not problems(caplog)


async def test_both_lists_empty_for_once(hub: Hub, add_account: AddAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that forgot all devices for a moment: they are back by themselves, with all they had counted."""
    server = await add_account("min")
    await hub.advance(HOUR, step=STEP)
    total = number(hub, f"{MIN}_solar_energy_total")
    shown = states(hub.hass, MIN).keys()
    routes = legacy.ROUTES["newTwoPlantAPI.do"]
    with monkeypatch.context() as patched:
        for name in ("getAllDeviceListTwo", "getAllDeviceList"):
            patched.setitem(routes, name, _emptied(routes[name]))
        await hub.advance(HOUR, step=STEP)
    await hub.advance(HOUR, step=STEP)
    assert states(hub.hass, MIN).keys() == shown
    assert number(hub, f"{MIN}_solar_energy_total") >= total
    assert is_fresh(hub, server, MIN)
    assert logins(server) == 1


# Kinds nobody knows


async def test_every_kind_at_once(hub: Hub, add_account: AddAccount, caplog: pytest.LogCaptureFixture) -> None:
    """Eight kinds, one of which no table knows: all show what they have, nothing is logged above INFO."""
    server = await add_account("all")
    await hub.advance(1.2 * HOUR, step=300)
    for device in server.world.devices:
        assert registered(hub, device.serial) is not None, device.serial
        assert states(hub.hass, device.serial), device.serial
        assert hub.state(f"{device.serial}_reachable", "binary_sensor").state == "on", device.serial
    unknown = "WIT0000001"
    assert number(hub, f"{unknown}_output_energy_total") > 0
    assert number(hub, f"{unknown}_output_power") > 0
    assert not problems(caplog)
    words = [record.getMessage() for record in caplog.records if DOMAIN in record.name and "wit" in record.getMessage()]
    assert len(words) <= 1


async def test_device_of_unknown_kind_is_lost(hub: Hub, add_account: AddAccount) -> None:
    """It is known by the list alone, so the list says that, too."""
    server = await add_account("all")
    total = number(hub, "WIT0000001_output_energy_total")
    server.stage.lose_device("WIT0000001")
    await hub.advance(HOUR, step=300)
    assert hub.state("WIT0000001_output_power").state in NOTHING
    assert hub.state("WIT0000001_reachable", "binary_sensor").state == "off"
    assert number(hub, "WIT0000001_output_energy_total") >= total
