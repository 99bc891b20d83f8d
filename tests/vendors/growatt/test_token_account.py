"""An account by token against a server: who is there, what each feed asks and brings (growatt.md Part B, E)."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    BadAnswer,
    HubError,
    NotSupported,
    TooSoon,
    Unreachable,
)
from custom_components.solar_battery_hub.core.feed import Feed
from custom_components.solar_battery_hub.core.model import DeviceKind, Gone, Ref
from custom_components.solar_battery_hub.vendors.base import Wanted
from custom_components.solar_battery_hub.vendors.growatt.openapi import OpenApi, WrongRegion
from custom_components.solar_battery_hub.vendors.growatt.token import TokenAccount
from tests.vendors.growatt.token_bench import IDENTITY, Bench, fetch, fetch_all, open_bench, refs, values

pytestmark = pytest.mark.usefixtures("socket_enabled")

MXH, SPH, MIN, MOD, WIT = "MXH0000001", "SPH0000001", "MIN0000001", "MOD0000001", "WIT0000001"
LIVE = f"live_{MXH}"


def feed(account: TokenAccount, key: str) -> Feed:
    return next(feed for feed in account.feeds if feed.key == key)


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


# Restarts


async def test_a_restart_asks_nothing_that_it_may_not() -> None:
    async with open_bench("home") as bench:
        account = bench.open()
        await fetch_all(account)
        devices = account.devices
        bench.clock.pass_time(seconds=60)
        bench.forget_requests()
        again = bench.restart()
        again.restore(devices)
        assert list(again.devices) == list(devices)
        waits = [await _wait_for(again, one) for one in again.feeds if one.key not in ("plants", "devices", "facts")]
        assert all(0 < wait <= 303 for wait in waits)
        for key in ("plants", "devices", "facts"):
            await fetch(again, key)
        assert bench.paths == []


async def _wait_for(account: TokenAccount, one: Feed) -> float:
    """Return how long a feed that may not be asked yet has to wait."""
    with pytest.raises(TooSoon) as caught:
        await account.fetch(one, Wanted())
    return caught.value.retry_after


async def test_a_later_restart_asks_only_what_changes() -> None:
    async with open_bench("home") as bench:
        bench.share_logger()
        account = bench.open()
        await fetch_all(account)
        devices = account.devices
        bench.clock.pass_time(minutes=40)
        bench.forget_requests()
        again = bench.restart()
        again.restore(devices)
        await fetch_all(again)
        assert not bench.counted.keys() & {"plant/list", "plant/details", "device/list", "device/tlx/tlx_data_info"}
        assert bench.counted["device/tlx/tlxs_data"] == 1


async def test_the_lists_are_renewed_in_time() -> None:
    async with open_bench("home") as bench:
        account = bench.open()
        await fetch_all(account)
        bench.act("rename_plant", int(plant_ids(bench)[0]), "Roof")
        added = bench.act("add_device", "min", plant_id=int(plant_ids(bench)[1]))
        bench.clock.pass_time(hours=6)
        await fetch(account, "devices")
        assert added in {device.id for device in account.devices}
        bench.clock.pass_time(hours=18)
        await fetch(account, "plants")
        assert "Roof" in {device.name for device in account.devices}


# Rights


async def test_no_right_to_one_device() -> None:
    """The others go on, the entry stays, and nothing is asked about it for a day (B.2)."""
    async with open_bench("home") as bench:
        bench.share_logger()
        account = bench.open()
        await fetch_all(account)
        bench.act("deny_device", MXH)
        bench.clock.pass_time(seconds=310)
        bench.forget_requests()
        snapshot = await fetch(account, LIVE)
        assert {ref.device for ref in snapshot.values} == {MIN}
        assert bench.counted == {"device/tlx/tlxs_data": 1, "device/tlx/tlx_last_data": 1, "plant/list": 1}
        assert f"settings_{MXH}" not in keys(account)
        assert feed(account, LIVE).devices == (MIN,)
        assert any("1 of the devices" in remark for remark in account.remarks)
        bench.clock.pass_time(hours=12)
        bench.forget_requests()
        await fetch(account, LIVE)
        await fetch(account, "facts")
        assert bench.counted == {"device/tlx/tlx_last_data": 1, "device/tlx/tlx_data_info": 1}


async def test_a_right_that_comes_back() -> None:
    async with open_bench("home") as bench:
        bench.share_logger()
        account = bench.open()
        await fetch_all(account)
        bench.act("deny_device", MXH)
        bench.clock.pass_time(seconds=310)
        await fetch(account, LIVE)
        bench.act("allow_device", MXH)
        bench.clock.pass_time(hours=24, seconds=1)
        assert {ref.device for ref in (await fetch(account, LIVE)).values} >= {MXH, MIN}
        assert f"settings_{MXH}" in keys(account)


async def test_no_right_to_the_only_device() -> None:
    async with open_bench("min") as bench:
        account = bench.open()
        await fetch_all(account)
        bench.act("deny_device", MXH)
        bench.clock.pass_time(seconds=310)
        assert (await fetch(account, LIVE)).values == {}
        assert [key for key in keys(account) if not key.startswith("plant")] == ["devices"]


@pytest.mark.parametrize("key", [LIVE, f"live_{SPH}", f"settings_{SPH}", "plant"])
async def test_a_revoked_token(key: str) -> None:
    async with open_bench("home") as bench:
        account = bench.open()
        await fetch_all(account)
        bench.act("revoke_token")
        bench.clock.pass_time(seconds=310)
        with pytest.raises(AuthFailed):
            await fetch(account, f"plant_{plant_ids(bench)[0]}" if key == "plant" else key)


async def test_whether_a_token_is_revoked_is_asked_as_soon_as_it_may() -> None:
    async with open_bench("min") as bench:
        account = bench.open()
        await fetch(account, "plants")
        await fetch(account, "devices")
        bench.act("revoke_token")
        assert (await fetch(account, LIVE)).values == {}
        bench.clock.pass_time(seconds=305)
        with pytest.raises(AuthFailed):
            await fetch(account, LIVE)


# What goes wrong


async def test_a_server_that_refuses_is_not_pressed() -> None:
    async with open_bench("min") as bench:
        account = bench.open()
        await fetch(account, "plants")
        await fetch(account, "devices")
        await fetch(account, LIVE)
        bench.store.session["calls_made"]["last"].clear()  # as if somebody else had asked with this token
        with pytest.raises(TooSoon) as caught:
            await fetch(account, LIVE)
        assert caught.value.retry_after == 303
        assert len(bench.too_often) == 1


async def test_nobody_there() -> None:
    async with open_bench("min5") as bench:
        account = bench.open()
        await fetch_all(account)
        bench.clock.pass_time(seconds=310)
        bench.act("refuse_connections")
        with pytest.raises(Unreachable):
            await fetch(account, LIVE)


async def test_a_batch_that_fails_is_asked_one_by_one() -> None:
    async with open_bench("home") as bench:
        bench.share_logger()
        account = bench.open()
        await fetch(account, "plants")
        await fetch(account, "devices")
        with patch.object(OpenApi, "live_of", side_effect=BadAnswer("system error")):
            snapshot = await fetch(account, LIVE)
        assert {ref.device for ref in snapshot.values} >= {MXH, MIN}
        assert bench.counted["device/tlx/tlx_last_data"] == 2


async def test_a_lost_device() -> None:
    async with open_bench("min") as bench:
        account = bench.open()
        await fetch_all(account)
        before = values(await _later(bench, account, LIVE), MXH)
        assert before["reachable"] is True
        bench.act("lose_device", MXH)
        bench.clock.pass_time(minutes=40)
        lost = values(await fetch(account, LIVE), MXH)
        assert lost["reachable"] is False
        assert lost["solar_power"] is Gone.GONE
        assert lost["solar_energy_total"] == before["solar_energy_total"]


async def _later(bench: Bench, account: TokenAccount, key: str) -> Any:
    bench.clock.pass_time(seconds=310)
    return await fetch(account, key)


async def test_unknown_devices_are_looked_up_once() -> None:
    async with open_bench("all") as bench:
        account = bench.open()
        await account.identify()
        await fetch_all(account)
        assert WIT in {device.id for device in account.devices}
        assert any("unknown type" in remark for remark in account.remarks)
        bench.clock.pass_time(hours=6)
        await fetch(account, "devices")
        assert bench.counted["device/check/sn"] == 1


async def test_the_power_of_a_plant_that_says_zero() -> None:
    """Some plants report 0 during production: their newest point of the day counts (B.5)."""
    async with open_bench("all") as bench:
        account = bench.open()
        await fetch_all(account)
        first = plant_ids(bench)[0]
        bench.act("set_oddities", idle_plants=True)
        bench.clock.pass_time(seconds=310)
        bench.forget_requests()
        found = values(await fetch(account, f"plant_{first}"), f"plant_{first}")
        assert bench.counted == {"plant/data": 1, "plant/power": 1}
        assert isinstance(found["output_power"], float)
        assert found["output_power"] > 1000


async def test_a_plant_whose_devices_are_read_tells_no_old_power() -> None:
    async with open_bench("home") as bench:
        done = await fetch_all(bench.open())
        first = plant_ids(bench)[0]
        found = values(done[f"plant_{first}"], f"plant_{first}")
        assert "output_energy_month" in found
        assert "output_power" not in found


async def test_settings_are_readings_and_controls() -> None:
    async with open_bench("home") as bench:
        account = bench.open()
        assert account.controls(MXH) == ()
        done = await fetch_all(account)
        assert values(done[f"settings_{MXH}"], MXH)["charge_power_rate"] == 100
        assert {control.setting.key for control in account.controls(MXH)} >= {"charge_power_rate", "charge_schedule"}
        assert account.controls(IDENTITY) == ()


async def test_packs_are_asked_about_their_inverter() -> None:
    async with open_bench("min") as bench:
        account = bench.open()
        await fetch_all(account)
        assert account.listed(f"{MXH}_battery_1").serial == MXH
        with pytest.raises(NotSupported):
            account.listed(IDENTITY)


async def test_no_secret_is_kept_or_shown() -> None:
    async with open_bench("home") as bench:
        account = bench.open()
        await account.identify()
        await fetch_all(account)
        assert bench.server.token not in str(bench.store.saved)
        assert bench.server.token not in str(account.remarks)
