"""An account by token on bad days: restarts, missing rights, odd servers, lost devices (growatt.md B.2, B.3, E)."""

from typing import Any
from unittest.mock import patch

import pytest

from custom_components.solar_battery_hub.core.errors import (
    AuthFailed,
    BadAnswer,
    NotSupported,
    TooSoon,
    Unreachable,
)
from custom_components.solar_battery_hub.core.feed import Feed
from custom_components.solar_battery_hub.core.model import Gone
from custom_components.solar_battery_hub.vendors.base import Wanted
from custom_components.solar_battery_hub.vendors.growatt.openapi import OpenApi
from custom_components.solar_battery_hub.vendors.growatt.token import TokenAccount
from tests.vendors.growatt.token_bench import IDENTITY, Bench, open_bench
from tests.vendors.reading import feed, fetch, fetch_all, values

pytestmark = pytest.mark.usefixtures("socket_enabled")

MXH, SPH, MIN, WIT = "MXH0000001", "SPH0000001", "MIN0000001", "WIT0000001"
LIVE = f"live_{MXH}"


def keys(account: TokenAccount) -> list[str]:
    return [feed.key for feed in account.feeds]


def plant_ids(bench: Bench) -> list[str]:
    return [str(plant.id) for plant in bench.server.world.plants]


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


async def test_a_device_that_is_gone_says_nothing() -> None:
    """The others go on, and the next list leaves it out (F.11)."""
    async with open_bench("min5") as bench:
        bench.share_logger()
        account = bench.open()
        await fetch_all(account)
        gone = bench.server.world.plants[0].devices[-1].serial
        bench.act("remove_device", gone)
        bench.clock.pass_time(seconds=305)
        snapshot = await fetch(account, LIVE)
        told = {ref.device for ref in snapshot.values}
        assert gone not in told
        assert told >= {device.serial for device in bench.server.world.devices}
        bench.clock.pass_time(hours=6)
        await fetch(account, "devices")
        assert gone not in {device.id for device in account.devices}


async def test_the_only_device_that_is_gone() -> None:
    async with open_bench("sph") as bench:
        account = bench.open()
        await fetch_all(account)
        bench.act("remove_device", SPH)
        bench.clock.pass_time(seconds=310)
        assert (await fetch(account, f"live_{SPH}")).values == {}


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
