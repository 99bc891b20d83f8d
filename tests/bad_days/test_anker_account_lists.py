"""What an Anker account has: odd lists take nothing away, real changes show, side endpoints may fail for weeks (anker.md §4, §5, §20)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from homeassistant.config_entries import ConfigEntryState
from homeassistant.util import dt as dt_util
import pytest

from tests.bad_days.anker_tools import (
    BIND_DEVICES,
    FULL,
    PS,
    SCENE,
    SITE_LIST,
    asked,
    bank,
    is_fresh,
    is_live,
    registered,
    site,
    submit,
)
from tests.bad_days.conftest import AddAnker
from tests.bad_days.living import DAY, HOUR, MINUTE, Watch, issues, lifetimes, live_on, number, reauths, restart
from tests.bad_days.tools import NOTHING, entry_of, problems
from tests.hub import Hub
from tests.simulators.anker.server import AnkerSimulator

pytestmark = pytest.mark.usefixtures("summer")


class Odd(NamedTuple):
    """What is wrong with an answer."""

    path: str
    kind: str
    args: Mapping[str, Any] = {}


ODD_LISTS = (
    Odd(SITE_LIST, "override", {"pointer": "/data/site_list", "value": []}),
    Odd(SITE_LIST, "override", {"pointer": "/data", "value": None}),
    Odd(SITE_LIST, "missing", {"pointer": "/data/site_list/1"}),
    Odd(SITE_LIST, "override", {"pointer": "/data/site_list/0/site_device_list", "value": []}),
    Odd(SITE_LIST, "override", {"pointer": "/data/site_list/0/site_device_list", "value": None}),
    Odd(SITE_LIST, "refusal"),
    Odd(SITE_LIST, "html"),
    Odd(BIND_DEVICES, "override", {"pointer": "/data/data", "value": []}),
    Odd(BIND_DEVICES, "override", {"pointer": "/data", "value": None}),
    Odd(BIND_DEVICES, "missing", {"pointer": "/data/data/0"}),
    Odd(BIND_DEVICES, "refusal", {"value": 10004}),
    Odd(BIND_DEVICES, "bad_gateway"),
    Odd(SCENE, "override", {"pointer": "/data/solarbank_info/solarbank_list", "value": []}),
)


def told_of(hub: Hub, server: AnkerSimulator) -> dict[str, tuple[Any, ...]]:
    """Return what the registry knows of every device of the cloud."""
    found = {device.serial: registered(hub, device.serial) for device in server.world.devices}
    assert all(found.values())
    return {
        serial: (device.name, device.model, device.sw_version, device.via_device_id)
        for serial, device in found.items()
        if device is not None
    }


async def test_lists_that_leave_something_out(hub: Hub, add_anker: AddAnker, caplog: pytest.LogCaptureFixture) -> None:
    """Empty, blank, half, refused or no answer at all, for a quarter of an hour each: nothing vanishes or is forgotten."""
    server = await add_anker("three_sites")
    await live_on(hub, 2 * FULL)
    watch, known = Watch(hub), told_of(hub, server)
    caplog.clear()
    for odd in ODD_LISTS:
        fault = server.faults.add(odd.path, odd.kind, **odd.args)
        await live_on(hub, 15 * MINUTE, step=5 * MINUTE, each=watch)
        assert fault.used, odd
        server.faults.remove(fault)
        gone = {name for name in watch.vanished if odd.path != SCENE or name.startswith("select")}
        assert not gone, odd
        assert told_of(hub, server) == known, odd
        await live_on(hub, 10 * MINUTE, step=10 * MINUTE, each=watch)
    assert not watch.fallen
    assert all(is_fresh(hub, server, number) for number in range(3))
    assert not issues(hub.hass)
    assert all("cannot be read" in problem for problem in problems(caplog))
    assert len(problems(caplog)) == 3, "those that were no list of sites at all"


async def test_sites_and_devices_come_and_go(hub: Hub, add_anker: AddAnker, caplog: pytest.LogCaptureFixture) -> None:
    """Without a reload: new ones show values, renamed ones their names, removed ones nothing, and the others never notice."""
    server = await add_anker("solarbank3_plugs")
    await live_on(hub, 2 * FULL)
    watch, home = Watch(hub), site(server)
    meter = next(device.serial for device in server.world.devices if device.kind == "meter")
    first, second = (device.serial for device in server.world.devices if device.kind == "plug")
    caplog.clear()
    added = server.actions["add_site"]("solarbank1", name="Garden")
    plug = server.actions["add_device"]("A17X8", alias="Pump")
    station = server.actions["bind_device"]("A1761", alias="Boat")
    server.actions["rename_site"](name="Villa")
    server.actions["rename_device"](first, alias="Fridge")
    server.actions["remove_device"](second)
    await live_on(hub, 20 * MINUTE, step=5 * MINUTE, each=watch)
    assert is_live(hub, server, 1)
    assert number(hub, f"site_{added}_solar_energy_total") > 0
    names = {device: getattr(registered(hub, device), "name", None) for device in (home, first, plug, station)}
    assert names == {home: "Villa", first: "Fridge", plug: "Pump", station: "Boat"}
    assert hub.state(f"{plug}_plug_power").state not in NOTHING
    await live_on(hub, 2 * HOUR, step=10 * MINUTE, each=watch)
    assert hub.state(f"{second}_plug_power").state == "unavailable"
    assert not {name for name in watch.vanished if second not in name}
    server.actions["remove_site"](added)
    server.actions["remove_device"](station)
    await live_on(hub, 2 * HOUR, step=10 * MINUTE, each=watch)
    since = dt_util.utcnow()
    await live_on(hub, HOUR, step=10 * MINUTE, each=watch)
    assert hub.state(f"site_{added}_solar_energy_total").state == "unavailable"
    assert not [record for record in server.requests if record.time > since and added.encode() in record.body]
    assert not {name for name in watch.vanished if second not in name and home in name}
    assert is_fresh(hub, server)
    assert number(hub, f"{meter}_grid_power") == pytest.approx(server.world.sites[0].report.grid_w, abs=300)
    assert not watch.fallen
    assert not problems(caplog)
    assert not issues(hub.hass)


async def test_site_is_made_anew(hub: Hub, add_anker: AddAnker) -> None:
    """Somebody deletes it in the app and puts the same devices into another: they move, and count on."""
    server = await add_anker()
    await live_on(hub, 2 * FULL)
    old, serial = site(server), bank(server)
    counted = number(hub, f"{serial}_pv_energy_total_1")
    server.world.sites[0].id = "11111111-2222-4333-8444-555555555555"
    await live_on(hub, 30 * MINUTE, step=5 * MINUTE)
    assert is_fresh(hub, server)
    device, new = registered(hub, serial), registered(hub, site(server))
    assert device is not None
    assert new is not None
    assert device.via_device_id == new.id
    await live_on(hub, 2 * HOUR, step=10 * MINUTE)
    assert hub.state(f"{old}_solar_power").state == "unavailable"
    assert number(hub, f"{serial}_pv_energy_total_1") > counted
    assert number(hub, f"{site(server)}_solar_energy_total") > 0
    assert not issues(hub.hass)


async def test_owner_becomes_member_and_owner_again(hub: Hub, add_anker: AddAnker) -> None:
    """Nobody asks for or offers what only an owner may have; what is measured and counted goes on (§5.3)."""
    server = await add_anker()
    await live_on(hub, 2 * FULL)
    watch, counted = Watch(hub), lifetimes(hub)
    reserve = f"{site(server)}_backup_reserve"
    assert hub.state(reserve, "number").state not in NOTHING
    server.actions["set_member"](member=True)
    await live_on(hub, 20 * MINUTE, step=5 * MINUTE, each=watch)
    assert issues(hub.hass).keys() == {"member_site"}
    assert issues(hub.hass)["member_site"]["site"] == "Balcony"
    assert not hub.has(reserve, "number"), "what cannot be set is no number"
    since = dt_util.utcnow() + timedelta(seconds=1)
    await live_on(hub, 2 * HOUR, step=10 * MINUTE, each=watch)
    owners = {"get_site_device_param", "get_wifi_info_list", "get_device_attrs", "get_site_price", "get_power_limit"}
    assert owners.isdisjoint(asked(server, since))
    assert is_fresh(hub, server)
    assert not [name for name in counted if f"sensor {name}" in watch.vanished]
    assert number(hub, f"{bank(server)}_battery_level") > 0
    await restart(hub)
    assert issues(hub.hass).keys() == {"member_site"}
    server.actions["set_member"](member=False)
    await live_on(hub, 30 * MINUTE, step=5 * MINUTE, each=watch)
    assert not issues(hub.hass)
    assert hub.state(reserve, "number").state not in NOTHING
    assert not watch.fallen
    assert not reauths(hub.hass)


SIDE = (
    Odd(f"{PS}/get_message_unread", "bad_gateway"),
    Odd("/app/ota/batch/check_update", "html"),
    Odd(f"{PS}/app/get_auto_upgrade", "origin_timeout"),
    Odd(f"{PS}/app/device/get_device_home_load", "refusal", {"value": 10004}),
    Odd(f"{PS}/dynamic_price/price_detail", "refusal"),
    Odd(f"{PS}/site/get_power_limit", "cut_json"),
    Odd(f"{PS}/site/co2_ranking", "refusal", {"value": -1}),
    Odd(f"{PS}/ai_ems/get_status", "refusal", {"value": 31001}),
    Odd(f"{PS}/app/compatible/get_power_cutoff", "status", {"code": 403}),
    Odd(BIND_DEVICES, "refusal"),
)


async def test_side_endpoints_fail_for_weeks(hub: Hub, new_anker: AddAnker, caplog: pytest.LogCaptureFixture) -> None:
    """From the first dialog on, each in its own way: everything else is read; then they work as if nothing had been (§20)."""
    server = await new_anker("three_sites")
    server.actions["set_tariff"](type="dynamic", provider={"country": "DE", "company": "Nordpool", "area": "GER"})
    for odd in SIDE:
        server.faults.add(odd.path, odd.kind, **odd.args)
    caplog.clear()
    assert (await submit(hub, server))["type"] == "create_entry"
    await live_on(hub, 10 * MINUTE, step=MINUTE)
    watch = Watch(hub)
    for _ in range(2):
        await live_on(hub, DAY / 2, step=2 * HOUR, each=watch)
        await restart(hub)
        assert entry_of(hub.hass).state is ConfigEntryState.LOADED
    await live_on(hub, 10 * MINUTE, step=5 * MINUTE)
    assert all(is_fresh(hub, server, number) for number in range(3))
    for key in ("solar_energy_total", "home_energy_total", "savings_total", "battery_level"):
        assert hub.state(f"{site(server)}_{key}").state not in NOTHING, key
    assert hub.state(f"{site(server)}_operating_mode", "select").state not in NOTHING
    assert not watch.fallen
    assert asked(server)["login"] <= 1 + 3, "once after each start it is tried whether a new token helps"
    assert not problems(caplog)
    assert not issues(hub.hass)
    server.faults.clear()
    await live_on(hub, DAY + 2 * HOUR, step=2 * HOUR)
    await live_on(hub, 30 * MINUTE, step=5 * MINUTE)
    assert hub.state(f"user_{server.door.account.user_id}_unread_messages", "binary_sensor").state not in NOTHING
    assert hub.state(f"{bank(server)}_auto_upgrade", "switch").state not in NOTHING
    assert hub.state(f"{bank(server, 2)}_discharge_stop_level", "number").state not in NOTHING
    for key in ("smart_mode_status", "spot_price", "co2_saved"):
        assert hub.state(f"{site(server)}_{key}").state not in NOTHING, key
    assert registered(hub, next(device.serial for device in server.world.devices if device.site is None))
