"""Devices that are mixed up, fall silent, come, go or are nobody's business (goodwe.md §1.2, §1.3, §4.5, §5.4, §11)."""

from datetime import timedelta
from typing import Any

from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.conftest import AddGoodWe
from tests.bad_days.goodwe_data_tools import WAYS, fresh, start_on
from tests.bad_days.goodwe_tools import plant, serial
from tests.bad_days.growatt_tools import states
from tests.bad_days.living import HOUR, issues, lifetimes, live_on, number
from tests.bad_days.shown import Shown
from tests.bad_days.tools import NOTHING, entry_of, problems
from tests.hub import Hub
from tests.simulators.goodwe.devices import Device, Inverter
from tests.simulators.goodwe.server import GoodWeSimulator

EQUIPMENTS = "/web/sems/sems-plant/api/equipments"
PAGE = "/web/sems/sems-plant/api/web/device/station/page"
# What devices tell where they have nothing to tell, in every unit it may have come through.
SENTINELS = (6553.5, 65535.0, 655.35, 4294967.295, 4294967295.0, 6553500.0)
POWERS = ("solar_power", "output_power")

pytestmark = pytest.mark.usefixtures("summer")


def registered(hub: Hub, device: str) -> dr.DeviceEntry | None:
    """Return a device of the registry."""
    return dr.async_get(hub.hass).async_get_device_by_identifier((DOMAIN, device), entry_of(hub.hass).entry_id)


def of_type(server: GoodWeSimulator, kind: str) -> Device:
    """Return the first device of a type."""
    return next(device for device in server.world.devices if device.type == kind)


def asked(server: GoodWeSimulator, path: str) -> int:
    """Count the requests to a path."""
    return sum(record.path == path for record in server.requests)


def recent(server: GoodWeSimulator, inverter: Inverter) -> list[float]:
    """Return what an inverter's sun was in the last ten minutes."""
    server.catch_up()
    oldest = server.clock.now() - timedelta(minutes=10)
    records = [*inverter.uploads, *([inverter.minute] if inverter.minute else [])]
    share = [record.solar_w * inverter.share for record in inverter.plant.minutes if record.instant >= oldest]
    return [*(record.solar_w for record in records if record.instant >= oldest), *share]


def shows(hub: Hub, server: GoodWeSimulator, inverter: Inverter) -> bool:
    """Tell whether an inverter shows its own sun of the last minutes."""
    shown = number(hub, f"{inverter.serial}_solar_power")
    return any(abs(shown - watts) <= 2.0 for watts in recent(server, inverter))


# Several


@pytest.mark.parametrize("way", WAYS)
async def test_two_inverters_of_which_one_is_switched_off(hub: Hub, new_goodwe: AddGoodWe, way: str) -> None:
    """Each shows its own; the one that is silent measures nothing and keeps what it counted, the other goes on."""
    server = await start_on(hub, new_goodwe, way, "two_inverters")
    await live_on(hub, 900)
    first, second = server.world.plants[0].inverters
    assert shows(hub, server, first)
    assert shows(hub, server, second)
    assert number(hub, f"{first.serial}_solar_power") > number(hub, f"{second.serial}_solar_power")
    counted = {unique_id: value for unique_id, value in lifetimes(hub).items() if unique_id.startswith(second.serial)}
    assert counted
    server.stage.set_power(second.serial, on=False)
    await live_on(hub, HOUR)
    assert hub.state(f"{second.serial}_temperature").state in NOTHING
    for key in POWERS:
        assert hub.state(f"{second.serial}_{key}").state in (*NOTHING, "0.0"), key
    assert hub.state(f"{second.serial}_reachable", "binary_sensor").state == "off"
    assert hub.state(f"{second.serial}_device_status").state == "offline"
    for unique_id, value in counted.items():
        assert value <= number(hub, unique_id) <= value + 3, unique_id
    assert shows(hub, server, first)
    assert hub.state(f"{first.serial}_reachable", "binary_sensor").state == "on"
    assert number(hub, f"{plant(server)}_solar_power") == pytest.approx(
        number(hub, f"{first.serial}_solar_power"), abs=300
    )
    server.stage.set_power(second.serial, on=True)
    await live_on(hub, HOUR)
    assert shows(hub, server, second)
    assert hub.state(f"{second.serial}_reachable", "binary_sensor").state == "on"
    assert not issues(hub.hass)


@pytest.mark.parametrize("way", WAYS)
async def test_three_plants_of_three_zones(hub: Hub, new_goodwe: AddGoodWe, way: str) -> None:
    """Plants, inverters and the meter of a whole plant are not mixed up (§11)."""
    server = await start_on(hub, new_goodwe, way, "several")
    await live_on(hub, 1_200)
    for place, home in enumerate(server.world.plants):
        assert fresh(hub, server, number=place), home.name
        assert number(hub, f"{home.lead.serial}_solar_energy_total") == pytest.approx(
            home.lead.ledger.total.solar, abs=1.5
        ), home.name
        assert number(hub, f"plant_{home.id}_solar_energy_today") == pytest.approx(
            home.ledger.now.today.solar, abs=1.5
        ), home.name
    barn = server.world.plants[2]
    assert barn.plan.meter == "homekit"
    assert number(hub, f"plant_{barn.id}_grid_power") < -300, "exporting"
    assert not [key for key in states(hub.hass, barn.lead.serial) if "grid_power" in key or "grid_import" in key]
    cottage = server.world.plants[1]
    assert not hub.has(f"plant_{cottage.id}_grid_power")
    assert not hub.has(f"plant_{cottage.id}_battery_power")


async def test_meter_of_a_whole_plant_at_night(hub: Hub, new_goodwe: AddGoodWe, freezer: Any) -> None:
    """It goes on telling while the inverter sleeps (§11: blank at night on the older way, not on this one)."""
    freezer.tick(timedelta(hours=12))
    server = await start_on(hub, new_goodwe, "semsplus", "several")
    await live_on(hub, 1_200)
    barn = server.world.plants[2]
    assert barn.lead.asleep
    meter = barn.meter
    assert meter is not None
    assert number(hub, f"{meter.serial}_grid_power") == pytest.approx(barn.minutes[-1].load_w, abs=300)
    assert number(hub, f"plant_{barn.id}_grid_power") > 0, "importing"
    assert number(hub, f"plant_{barn.id}_home_power") > 0


@pytest.mark.parametrize("way", WAYS)
async def test_parallel_inverters(hub: Hub, new_goodwe: AddGoodWe, way: str) -> None:
    """What is not there is told as 6553.5 and the like: no such number is shown, and the plant is the sum (§1.3)."""
    server = await start_on(hub, new_goodwe, way, "parallel")
    await live_on(hub, 900)
    first, second = server.world.plants[0].inverters
    assert shows(hub, server, first)
    assert shows(hub, server, second)
    assert fresh(hub, server)
    told = entry_of(hub.hass).runtime_data.board.readings
    assert len(told) > 50
    for ref, reading in told.items():
        assert reading.value not in SENTINELS, ref
    both = sum(number(hub, f"{inverter.serial}_solar_power") for inverter in (first, second))
    assert number(hub, f"{plant(server)}_solar_power") == pytest.approx(both, abs=400)


@pytest.mark.parametrize("way", WAYS)
async def test_bay_without_a_battery(hub: Hub, new_goodwe: AddGoodWe, way: str) -> None:
    """A hybrid told with one battery full of zeros has none (§4.4)."""
    server = await start_on(hub, new_goodwe, way, "empty_bay")
    await live_on(hub, 1_800)
    assert fresh(hub, server)
    assert not [key for key in states(hub.hass) if "battery_" in key and "backup" not in key]
    assert registered(hub, f"{serial(server)}_battery_1") is None


# Rights


async def test_visitor_without_rights(hub: Hub, add_goodwe: AddGoodWe, caplog: pytest.LogCaptureFixture) -> None:
    """All is shown, nothing can be set, and whoever asks is told why (§11 telemetry of shared plants)."""
    server = await add_goodwe("visitor")
    await live_on(hub, HOUR)
    assert fresh(hub, server)
    for domain in ("switch", "number", "select", "time", "button"):
        assert not [key for key in states(hub.hass) if key.startswith(f"{domain} ")], domain
    assert not hub.has(f"{serial(server)}_backup_mode", "switch")
    told = await hub.act("get_capabilities", serial(server))
    assert told["settings"], told
    assert {one["reason"] for one in told["settings"].values()} == {"no_permission"}
    assert not any(one["writable"] for one in told["settings"].values())
    assert not [record for record in server.requests if "/remote/" in record.path]
    assert not problems(caplog)
    assert not issues(hub.hass)


async def test_no_right_to_the_measurements_of_one_device(
    hub: Hub, add_goodwe: AddGoodWe, caplog: pytest.LogCaptureFixture
) -> None:
    """The others go on; it is asked again once an hour at most, and shown again when the right is back (§1.2)."""
    server = await add_goodwe("two_inverters")
    await live_on(hub, 900)
    first, second = server.world.plants[0].inverters
    caplog.clear()
    server.semsplus.deny_telemetry(second.serial)
    counted = number(hub, f"{second.serial}_solar_energy_total")
    paths = [f"{EQUIPMENTS}/{second.serial}/{call}" for call in ("telemetry", "telecounting")]
    before = [asked(server, path) for path in paths]
    await live_on(hub, 3 * HOUR)
    for path, count in zip(paths, before, strict=True):
        assert 1 <= asked(server, path) - count <= 4, path
    assert shows(hub, server, first)
    assert fresh(hub, server)
    assert hub.state(f"{second.serial}_temperature").state in NOTHING
    assert number(hub, f"{second.serial}_solar_energy_total") >= counted
    assert not problems(caplog)
    server.semsplus.deny_telemetry(second.serial, denied=False)
    await live_on(hub, 1.2 * HOUR)
    assert shows(hub, server, second)
    assert hub.state(f"{second.serial}_temperature").state not in NOTHING


# Lists


async def test_empty_list_of_devices(hub: Hub, add_goodwe: AddGoodWe, caplog: pytest.LogCaptureFixture) -> None:
    """The plant works although nothing is listed in it: who was known stays (§5.4)."""
    server = await add_goodwe("charger")
    await live_on(hub, 900)
    before = states(hub.hass)
    caplog.clear()
    server.semsplus.set_semsplus(no_devices=True)
    server.faults.add(PAGE, "override", pointer="/data", value={"dataList": [], "total": 0})
    await live_on(hub, 2 * HOUR)
    assert states(hub.hass).keys() >= before.keys()
    assert all(shows(hub, server, inverter) for inverter in server.world.inverters)
    assert not problems(caplog)
    assert not issues(hub.hass)


async def test_no_devices_listed_from_the_start(hub: Hub, new_goodwe: AddGoodWe) -> None:
    """Then the plant itself is shown; its devices come by themselves when they are listed."""
    server = await new_goodwe("home")
    server.semsplus.set_semsplus(no_devices=True)
    await hub.add_goodwe(server)
    await live_on(hub, 900)
    assert fresh(hub, server)
    server.semsplus.set_semsplus(no_devices=False)
    await live_on(hub, 1.2 * HOUR)
    assert registered(hub, serial(server)) is not None
    assert number(hub, f"{serial(server)}_solar_energy_total") > 0


async def test_device_is_added(hub: Hub, new_goodwe: AddGoodWe) -> None:
    """A charger that somebody puts up appears by itself, without another sign-in."""
    server = await new_goodwe("charger")
    home = server.world.plants[0]
    charger = of_type(server, "EV_CHARGER")
    home.devices.remove(charger)
    await hub.add_goodwe(server)
    await live_on(hub, 1_000)
    assert registered(hub, charger.serial) is None
    home.devices.append(charger)
    await live_on(hub, 1_800)
    assert registered(hub, charger.serial) is not None
    assert states(hub.hass, charger.serial)


async def test_device_is_removed(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """Its entities end and so do its calls; the others go on."""
    server = await add_goodwe("two_inverters")
    await live_on(hub, 900)
    first, second = server.world.plants[0].inverters
    server.world.plants[0].devices.remove(second)
    await live_on(hub, 1_800)
    path = f"{EQUIPMENTS}/{second.serial}/telemetry"
    count = asked(server, path)
    await live_on(hub, HOUR)
    assert asked(server, path) == count
    assert states(hub.hass, second.serial) == {}
    assert shows(hub, server, first)


async def test_device_and_plant_are_renamed(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """Names follow, entity ids stay."""
    server = await add_goodwe("home")
    await live_on(hub, 900)
    entity = hub.state(f"{serial(server)}_solar_power").entity_id
    home = server.world.plants[0]
    home.lead.name, home.name = "Cellar", "Seaside"
    await live_on(hub, 1_800)
    device = registered(hub, serial(server))
    assert device is not None
    assert device.name == "Cellar"
    assert hub.state(f"{serial(server)}_solar_power").entity_id == entity
    site = registered(hub, plant(server))
    assert site is not None
    assert site.name == "Seaside"


# Facts


@pytest.mark.parametrize("way", WAYS)
async def test_firmware_told_as_a_number(hub: Hub, new_goodwe: AddGoodWe, way: str, monkeypatch: Any) -> None:
    """A version that is a number makes no device of Home Assistant's (§4.4 firmwareversion, §11)."""
    server = await new_goodwe("home")
    for inverter in server.world.inverters:
        monkeypatch.setattr(inverter, "firmware", 10.5)
    if way == "legacy":
        server.stage.refuse_sign_in("semsplus", "C0602")
    await hub.add_goodwe(server)
    await live_on(hub, 900)
    device = registered(hub, serial(server))
    assert device is not None
    assert device.sw_version is None or isinstance(device.sw_version, str)
    assert way == "semsplus" or device.sw_version
    assert fresh(hub, server)


async def test_blanks_of_a_silent_inverter(hub: Hub, add_goodwe: AddGoodWe, caplog: pytest.LogCaptureFixture) -> None:
    """Factors without data, with null, or none at all: unknown, never 0; the rest goes on (§1.3.5, §5.4)."""
    server = await add_goodwe("home")
    await live_on(hub, 900)
    temperature, level = f"{serial(server)}_temperature", f"{plant(server)}_battery_level"
    watch = Shown(hub, [temperature, level, *lifetimes(hub)])
    caplog.clear()
    path = f"{EQUIPMENTS}/{serial(server)}/telemetry"
    for kind, arguments in (
        ("missing", {"pointer": "/data/0/factors/2/data"}),
        ("override", {"pointer": "/data/0/factors/2/data", "value": None}),
        ("override", {"pointer": "/data/0/factors/2/data", "value": ""}),
        ("override", {"pointer": "/data/0/factors/2/data", "value": "--"}),
        ("override", {"pointer": "/data", "value": None}),
        ("override", {"pointer": "/data", "value": []}),
    ):
        server.faults.add(path, kind, **arguments)
        await live_on(hub, 1_000, each=watch.look)
        assert hub.state(temperature).state in NOTHING, (kind, arguments)
        server.faults.clear()
        await live_on(hub, 700, each=watch.look)
        assert hub.state(temperature).state not in NOTHING, (kind, arguments)
    assert min(watch.numbers(temperature)) > 10
    for unique_id in watch.states:
        if unique_id != temperature:
            assert not watch.missing(unique_id), unique_id
    assert not problems(caplog)
