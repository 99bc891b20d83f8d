"""Sites, devices and cars that come, go and change while the account runs (anker.md §5)."""

import pytest

from custom_components.solar_battery_hub.core.model import Device, DeviceKind, Ref
from custom_components.solar_battery_hub.vendors.anker.account import AnkerAccount
from custom_components.solar_battery_hub.vendors.anker.inventory import site_id
from custom_components.solar_battery_hub.vendors.base import Wanted
from tests.vendors.anker.bench import Bench, open_bench
from tests.vendors.reading import Pace

SCENE = "/power_service/v1/site/get_scen_info"

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def started(bench: Bench) -> Pace[AnkerAccount]:
    """Open an account and let it run for a while."""
    pace = Pace(bench.clock, bench.open())
    await pace.run(minutes=3)
    return pace


def named(account: AnkerAccount) -> dict[str, Device]:
    """Return the devices by what they are called."""
    return {device.name: device for device in account.devices}


def kinds(account: AnkerAccount) -> list[DeviceKind]:
    """Return what the devices are, the account excepted."""
    return [device.kind for device in account.devices if device.kind is not DeviceKind.ACCOUNT]


async def test_a_site_that_is_set_up_turns_up() -> None:
    """With its feeds and devices, at the next look at the list."""
    async with open_bench() as bench:
        pace = await started(bench)
        site = bench.act("add_site", "solarbank1", name="Hut")
        await pace.run(minutes=12)
        hut = named(pace.account)["Hut"]
        assert hut.id == site_id(site)
        assert {f"scene_{site}", f"details_{site}", f"facts_{site}"} <= {feed.key for feed in pace.account.feeds}
        assert Ref(hut.id, "battery_level") in pace.values
        assert [device for device in pace.account.devices if device.parent == hut.id]
        assert not [poll for poll in pace.fetched if poll.error]


async def test_a_site_that_is_taken_down_goes() -> None:
    """Once the lists of an hour left it out; what it fed rests."""
    async with open_bench("three_sites") as bench:
        pace = await started(bench)
        gone, *others = bench.sites
        bench.act("remove_site", gone)
        await pace.run(minutes=70)
        sites = [device.id for device in pace.account.devices if device.kind is DeviceKind.SITE]
        assert sites == [site_id(site) for site in others]
        assert not [feed for feed in pace.account.feeds if gone in feed.key]


async def test_a_poll_of_a_site_that_is_gone_by_then_brings_nothing() -> None:
    """It waited while the list was read that the site is no longer on."""
    async with open_bench("three_sites") as bench:
        pace = await started(bench)
        gone = bench.sites[0]
        scene = next(feed for feed in pace.account.feeds if feed.key == f"scene_{gone}")
        bench.act("remove_site", gone)
        await pace.run(minutes=70)
        bench.forget_requests()
        assert (await pace.account.fetch(scene, Wanted())).values == {}
        assert bench.names == []


async def test_names_are_followed() -> None:
    """Those of sites and of devices; their ids stay."""
    async with open_bench() as bench:
        pace = await started(bench)
        before = [device.id for device in pace.account.devices]
        bench.act("rename_site", name="Roof")
        bench.act("rename_device", alias="Bank")
        await pace.run(minutes=12)
        assert {"Roof", "Bank"} <= named(pace.account).keys()
        assert [device.id for device in pace.account.devices] == before


async def test_a_plug_that_is_added_turns_up_and_goes_again() -> None:
    """In its site, with what it uses today."""
    async with open_bench("plugs") as bench:
        pace = await started(bench)
        serial = bench.act("add_device", "A17X8", alias="Freezer")
        await pace.run(minutes=25)
        freezer = named(pace.account)["Freezer"]
        assert (freezer.id, freezer.kind, freezer.parent) == (serial, DeviceKind.PLUG, site_id(bench.sites[0]))
        assert Ref(serial, "plug_energy_today") in pace.values
        bench.act("remove_device", serial)
        removed = len(pace.fetched)
        await pace.run(minutes=100)
        assert "Freezer" not in named(pace.account)
        later = [poll.snapshot.devices or () for poll in pace.fetched[removed:] if poll.snapshot]
        assert {device.parent for devices in later for device in devices if device.id == serial} == {freezer.parent}


async def test_what_one_scene_leaves_out_stays_where_it_is() -> None:
    """Lists of before 2025 tell of no devices, so only scenes do; an odd one makes no plug a lone one."""
    async with open_bench("plugs") as bench:
        bench.act("set_era", "2025-05")
        pace = await started(bench)
        before = tuple(pace.account.devices)
        assert DeviceKind.PLUG in kinds(pace.account)
        bench.server.faults.add(SCENE, "override", pointer="/data/smart_plug_info", value=None, times=2)
        first = len(pace.fetched)
        await pace.run(minutes=4)
        snapshots = [poll.snapshot for poll in pace.fetched[first:] if poll.snapshot]
        assert all(snapshot.devices == before for snapshot in snapshots)


async def test_a_device_without_a_site_hangs_on_the_account() -> None:
    """A power station, say."""
    async with open_bench() as bench:
        pace = await started(bench)
        serial = bench.act("bind_device", "A1761", alias="Camper")
        await pace.run(minutes=12)
        camper = named(pace.account)["Camper"]
        assert (camper.id, camper.parent) == (serial, pace.account.identity)


async def test_a_car_turns_up() -> None:
    """Cars belong to the account alone."""
    async with open_bench() as bench:
        pace = await started(bench)
        assert DeviceKind.VEHICLE not in kinds(pace.account)
        car = bench.act("add_car", "Zoe", brand="Renault", model="Zoe", productive_year=2022, battery_capacity=52.0)
        await pace.run(minutes=12)
        zoe = named(pace.account)["Zoe"]
        assert (zoe.id, zoe.kind, zoe.parent) == (f"vehicle_{car}", DeviceKind.VEHICLE, pace.account.identity)
        assert pace.values[Ref(zoe.id, "battery_capacity")] == 52.0


async def test_who_owned_a_site_may_only_look_on_one_day() -> None:
    """Nothing is asked any more that only the owner may know, and the other way round."""
    async with open_bench() as bench:
        pace = await started(bench)
        (site,) = bench.sites
        bench.act("set_member", member=True)
        await pace.run(minutes=6)
        bench.forget_requests()
        await pace.run(minutes=20)
        assert [notice.key for notice in pace.account.notices] == ["member_site"]
        assert {"get_site_device_param", "get_site_price", "get_wifi_info_list"}.isdisjoint(bench.counted)
        assert not pace.account.controls(site_id(site))
        bench.act("set_member", member=False)
        await pace.run(minutes=20)
        assert pace.account.notices == ()
        assert pace.account.controls(site_id(site))


async def test_a_restart_begins_with_what_there_was() -> None:
    """Before anything is asked."""
    async with open_bench("charger") as bench:
        pace = await started(bench)
        before = list(pace.account.devices)
        assert list(bench.restart().devices) == before


async def test_battery_modules_hang_on_their_main_unit() -> None:
    """A home energy system is told as one unit with parts (§6.6)."""
    async with open_bench("hes") as bench:
        pace = await started(bench)
        devices = {device.id: device for device in pace.account.devices}
        modules = [device for device in devices.values() if device.kind is DeviceKind.BATTERY]
        assert modules
        for module in modules:
            assert module.parent is not None
            assert devices[module.parent].kind is DeviceKind.INVERTER
