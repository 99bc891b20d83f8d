"""An account by token against a server: who is there, what each feed asks and brings (growatt.md Part B, E)."""

from datetime import timedelta

import pytest

from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    HubError,
    TooSoon,
)
from custom_components.solar_battery_hub.core.model import DeviceKind, Ref
from custom_components.solar_battery_hub.vendors.base import Wanted
from custom_components.solar_battery_hub.vendors.growatt.openapi import WrongRegion
from custom_components.solar_battery_hub.vendors.growatt.token import TokenAccount
from tests.vendors.growatt.token_bench import IDENTITY, Bench, open_bench, refs
from tests.vendors.reading import feed, fetch, fetch_all

pytestmark = pytest.mark.usefixtures("socket_enabled")

MXH, SPH, MIN, MOD = "MXH0000001", "SPH0000001", "MIN0000001", "MOD0000001"
LIVE = f"live_{MXH}"


def keys(account: TokenAccount) -> list[str]:
    return [feed.key for feed in account.feeds]


def plant_ids(bench: Bench) -> list[str]:
    return [str(plant.id) for plant in bench.server.world.plants]


# The dialog


async def test_who_it_is() -> None:
    async with open_bench("home") as bench:
        facts = await bench.open().identify()
        user = bench.server.world.user.id
        assert facts.identity == f"user_{user}"
        assert facts.name == "Plant 1"
        assert [plant.id for plant in facts.plants] == plant_ids(bench)
        assert [device.serial for device in facts.devices] == [MXH, SPH, MIN]
        assert bench.counted == {"plant/list": 1, "device/list": 2}


async def test_what_the_dialog_asked_is_not_asked_again() -> None:
    async with open_bench("home") as bench:
        await bench.open().identify()
        bench.clock.pass_time(seconds=5)
        await bench.open().identify()
        await fetch_all(bench.open())
        assert bench.counted["plant/list"] == 1
        assert bench.counted["device/list"] == 2


async def test_a_dialog_believes_no_other_token() -> None:
    """Only what this very token brought is used again; another has its own session (B.1)."""
    async with open_bench("home") as bench:
        await bench.open().identify()
        bench.store.session = {}
        bench.act("revoke_token")
        with pytest.raises(AuthFailed):
            await bench.open().identify()


async def test_a_dialog_does_not_believe_a_token_that_was_refused() -> None:
    async with open_bench("home") as bench:
        await bench.open().identify()
        bench.act("revoke_token")
        bench.clock.pass_time(seconds=310)
        with pytest.raises(AuthFailed):
            await bench.open().identify()
        bench.clock.pass_time(seconds=5)
        with pytest.raises(HubError):
            await bench.open().identify()


async def test_wrong_region() -> None:
    async with open_bench("home", region="north_america", account_region="other_regions") as bench:
        with pytest.raises(AuthFailed) as caught:
            await bench.open().identify()
        assert not isinstance(caught.value, WrongRegion)  # the server does not tell it apart


async def test_another_domain() -> None:
    async with open_bench("home") as bench:
        bench.act("move_domain")
        with pytest.raises(WrongRegion):
            await bench.open().identify()


# The first round


async def test_the_first_round() -> None:
    async with open_bench("home") as bench:
        account = bench.open()
        await account.identify()
        await fetch_all(account)
        first, second = plant_ids(bench)
        assert keys(account) == [
            "plants",
            "devices",
            LIVE,
            f"live_{SPH}",
            f"live_{MIN}",
            f"plant_{first}",
            f"plant_{second}",
            f"settings_{MXH}",
            f"settings_{SPH}",
            f"settings_{MIN}",
            "facts",
        ]
        assert bench.counted == {
            "plant/list": 1,
            "device/list": 2,
            "plant/details": 2,
            "device/tlx/tlx_last_data": 2,
            "device/mix/mix_last_data": 1,
            "plant/data": 2,
            "device/tlx/tlx_set_info": 2,
            "device/mix/mix_data_info": 1,  # settings and facts in one
            "device/tlx/tlx_data_info": 2,
        }


async def test_devices_hang_on_their_plants() -> None:
    async with open_bench("home") as bench:
        account = bench.open()
        await fetch_all(account)
        first, second = plant_ids(bench)
        parents = {device.id: device.parent for device in account.devices}
        assert parents == {
            IDENTITY: None,
            f"plant_{first}": IDENTITY,
            MXH: f"plant_{first}",
            f"{MXH}_battery_1": MXH,
            SPH: f"plant_{first}",
            f"plant_{second}": IDENTITY,
            MIN: f"plant_{second}",
        } | ({f"{SPH}_battery_1": SPH} if f"{SPH}_battery_1" in parents else {})
        assert account.devices[0].kind is DeviceKind.ACCOUNT
        assert next(device for device in account.devices if device.id == MXH).zone == "Etc/GMT-1"


async def test_each_device_is_asked_after_its_own_upload() -> None:
    async with open_bench("min5") as bench:
        account = bench.open()
        await fetch_all(account)
        assert bench.counted["device/tlx/tlx_last_data"] == 5
        assert "device/tlx/tlxs_data" not in bench.counted
        live = [one for one in account.feeds if one.key.startswith("live_")]
        assert [one.devices for one in live] == [(device.serial,) for device in bench.server.world.devices]


async def test_devices_of_one_logger_are_asked_together() -> None:
    async with open_bench("min5") as bench:
        bench.share_logger()
        account = bench.open()
        await fetch_all(account)
        assert bench.counted["device/tlx/tlxs_data"] == 1
        assert "device/tlx/tlx_last_data" not in bench.counted
        (live,) = [one for one in account.feeds if one.key.startswith("live_")]
        assert live.devices == tuple(device.serial for device in bench.server.world.devices)
        bench.clock.pass_time(seconds=305)
        snapshot = await fetch(account, LIVE)
        stamps = {str(snapshot.values[Ref(device.serial, "last_measured")]) for device in bench.server.world.devices}
        assert str(snapshot.measured_at) == max(stamps)
        for device in bench.server.world.devices:
            told = snapshot.times.get(Ref(device.serial, "device_status"), snapshot.measured_at)
            assert told == snapshot.values[Ref(device.serial, "last_measured")]
            assert timedelta() <= bench.clock.now() - told <= timedelta(seconds=300)


async def test_a_server_that_counts_calls_whatever_they_are_about() -> None:
    """Whether its five minutes are each device's own is not sure (H.1): then they are asked together for a day."""
    async with open_bench("min5") as bench:
        account = bench.open()
        await fetch_all(account)
        bench.clock.pass_time(seconds=305)
        allows = bench.server.v1.limits.allows
        bench.server.v1.limits.allows = lambda key, window: allows((*key[:2], ""), window)  # type: ignore[method-assign]
        await fetch(account, LIVE)
        with pytest.raises(TooSoon):
            await fetch(account, f"live_{MOD}")
        (live,) = [one for one in account.feeds if one.key.startswith("live_")]
        assert len(live.devices) == 5
        await account.fetch(live, Wanted())
        assert bench.counted["device/tlx/tlxs_data"] == 1
        bench.clock.pass_time(hours=24, seconds=1)
        assert len([one for one in account.feeds if one.key.startswith("live_")]) == 5


# Pace


async def test_live_data_follows_the_uploads() -> None:
    async with open_bench("min") as bench:
        account = bench.open()
        await fetch_all(account)
        live = feed(account, LIVE)
        assert live.tick is not None
        assert (live.floor, live.tick.minimum_gap, live.stale_after) == (305, 305, 1800)
        slow = feed(bench.open(interval=15), LIVE)
        assert slow.tick is not None
        assert (slow.floor, slow.tick.minimum_gap) == (305, 900)


async def test_a_plant_is_asked_often_only_where_a_device_cannot_be() -> None:
    async with open_bench("all") as bench:
        account = bench.open()
        await fetch_all(account)
        first, second = plant_ids(bench)
        assert feed(account, f"plant_{first}").interval == 305
        assert feed(account, f"plant_{second}").interval == 1800


async def test_what_nobody_looks_at_is_not_asked() -> None:
    async with open_bench("home") as bench:
        bench.share_logger()
        account = bench.open()
        done = await fetch_all(account)
        known = frozenset(refs(done[LIVE]))
        bench.clock.pass_time(seconds=310)
        bench.forget_requests()
        some = frozenset(ref for ref in known if ref.device.startswith(MXH))
        snapshot = await fetch(account, LIVE, Wanted(refs=some, known=known))
        assert bench.counted == {"device/tlx/tlx_last_data": 1}
        assert {ref.device for ref in snapshot.values} >= {MXH}
        assert MIN not in {ref.device for ref in snapshot.values}


async def test_what_was_never_brought_is_asked_all_the_same() -> None:
    async with open_bench("home") as bench:
        bench.share_logger()
        account = bench.open()
        await fetch(account, "plants")
        await fetch(account, "devices")
        nothing: frozenset[Ref] = frozenset()
        snapshot = await fetch(account, LIVE, Wanted(refs=nothing, known=nothing))
        assert {ref.device for ref in snapshot.values} >= {MXH, MIN}
