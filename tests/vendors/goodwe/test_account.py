"""An account on the simulator: who it is, what it asks, how often, and when that was measured."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.solar_battery_hub.core.errors import AuthFailed, NotSupported
from custom_components.solar_battery_hub.core.model import DeviceKind, Gone, Ref
from custom_components.solar_battery_hub.vendors.base import Wanted
from custom_components.solar_battery_hub.vendors.goodwe.model import Way
from tests.simulators.goodwe.models import PROFILES
from tests.vendors.goodwe.bench import IDENTITY, Bench, open_bench
from tests.vendors.reading import Pace, feed, fetch, fetch_all, values

pytestmark = pytest.mark.usefixtures("socket_enabled")

MORNING = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
"""Eight o'clock in Berlin, and the sun shines until the evening."""


def plant_key(bench: Bench, kind: str, number: int = 0) -> str:
    return f"{kind}_{bench.plants[number]}"


def plant_device(bench: Bench, number: int = 0) -> str:
    return f"plant_{bench.plants[number]}"


# Who it is


async def test_a_dialog_signs_in_once_and_the_entry_not_at_all() -> None:
    async with open_bench() as bench:
        facts = await bench.dialog().identify()
        assert facts.identity == f"user_{bench.server.world.account.uid}"
        assert [plant.id for plant in facts.plants] == bench.plants
        assert facts.name == bench.server.world.plants[0].name
        await fetch_all(bench.restart())
        assert bench.logins == 1


async def test_a_wrong_password() -> None:
    async with open_bench() as bench:
        bench.act("set_password", "Another-1!")
        account = bench.open(password="Correct-Horse-7!", dialog=True)
        with pytest.raises(AuthFailed):
            await account.identify()
        assert account.way is Way.SEMSPLUS
        assert len(bench.paths) == 1, "the other way would say the same"


async def test_devices_of_a_home() -> None:
    async with open_bench() as bench:
        account = bench.open()
        await fetch_all(account)
        kinds = Counter(device.kind for device in account.devices)
        assert kinds == {
            DeviceKind.ACCOUNT: 1,
            DeviceKind.SITE: 1,
            DeviceKind.INVERTER: 1,
            DeviceKind.BATTERY: 1,
            DeviceKind.METER: 1,
        }
        assert account.devices[0].id == IDENTITY
        told = {device.serial for device in bench.server.world.devices}
        assert {device.serial for device in account.devices if device.serial} < told
        assert all(device.model for device in account.devices if device.kind is DeviceKind.INVERTER)


@pytest.mark.parametrize("refused", [False, True], ids=["semsplus", "legacy"])
@pytest.mark.parametrize("profile", sorted(PROFILES))
async def test_every_reading_belongs_to_a_device(profile: str, refused: bool) -> None:
    async with open_bench(profile) as bench:
        if refused:
            bench.act("refuse_sign_in", "semsplus", "C0602")
        account = bench.open()
        done = await fetch_all(account)
        devices = {device.id for device in account.devices}
        told = {ref.device for snapshot in done.values() for ref in snapshot.values}
        assert told <= devices
        inverters = {device.serial for device in bench.server.world.inverters}
        assert inverters <= told
        assert len(told) > len(inverters)


async def test_only_chosen_plants_are_asked_about() -> None:
    async with open_bench("several") as bench:
        account = bench.open(plants=[bench.plants[1]])
        await fetch_all(account)
        sites = [device.id for device in account.devices if device.kind is DeviceKind.SITE]
        assert sites == [f"plant_{bench.plants[1]}"]
        assert len(account.plants) == len(bench.plants)
        others = {bench.plants[0], *bench.plants[2:]}
        asked = " ".join(f"{request.path} {request.body!r}" for request in bench.server.requests)
        assert bench.plants[1] in asked
        assert not any(other in asked for other in others)
        assert bench.counted["sems-plant/api/stations/flow"] == 1


async def test_a_visitor_may_read() -> None:
    async with open_bench("visitor") as bench:
        account = bench.open()
        done = await fetch_all(account)
        assert not any(key.startswith("settings_") for key in done)
        assert not account.controls(bench.serial())
        assert done[plant_key(bench, "flow")].values


# How often


async def test_a_home_costs_less_than_three_requests_a_minute_and_six_logins_a_day() -> None:
    async with open_bench(at=MORNING) as bench:
        await bench.dialog().identify()
        pace = Pace(bench.clock, bench.restart())
        await pace.run(minutes=5)  # the start
        bench.forget_requests()
        polls, logins = await pace.run(hours=24), bench.counted["sems-user/api/v1/auth/cross-login"]
        assert [poll for poll in polls if poll.error] == []
        assert len(bench.paths) / (24 * 60) < 3
        assert 1 <= logins <= 6
        assert bench.counted["sems-plant/api/stations/flow"] > 23 * 60


@pytest.mark.parametrize("refused", [False, True])
async def test_what_judges_the_way_is_asked_whoever_looks(refused: bool) -> None:
    """Also when all of the plant's own entities are switched off: its devices' freshness hangs on it."""
    async with open_bench() as bench:
        if refused:
            bench.act("refuse_sign_in", "semsplus", "C0602")
        account = bench.open()
        await fetch(account, "plants")
        main = [feed for feed in account.feeds if feed.key.partition("_")[0] in ("flow", "plant") and not feed.resting]
        assert [feed.always for feed in main] == [True]


async def test_plants_share_one_budget() -> None:
    """Three plants at full pace; of ten each is read half as often."""
    async with open_bench("several", at=MORNING) as bench:
        account = bench.open()
        pace = Pace(bench.clock, account)
        await pace.run(minutes=5)
        bench.forget_requests()
        await pace.run(hours=1)
        assert len(bench.paths) / 60 < 3 * 3
        flows = {key: feed(account, key).interval for key in (plant_key(bench, "flow", at) for at in range(3))}
        assert set(flows.values()) == {60.0}
        account._inventory.note_plants(
            [*account.plants, *(type(account.plants[0])(id=f"more {at}", name="More") for at in range(7))]
        )
        assert feed(account, plant_key(bench, "flow")).interval == 120.0
        assert feed(account, plant_key(bench, "day")).interval == 600.0


async def test_the_user_may_want_less() -> None:
    async with open_bench(at=MORNING) as bench:
        pace = Pace(bench.clock, bench.open(interval=300))
        await pace.run(minutes=5)
        bench.forget_requests()
        await pace.run(hours=1)
        assert bench.counted["sems-plant/api/stations/flow"] == 12


@pytest.mark.parametrize(("wish", "interval"), [(10, 60.0), (6000, 600.0), (None, 60.0)])
async def test_wishes_have_bounds(wish: float | None, interval: float) -> None:
    async with open_bench() as bench:
        account = bench.open(interval=wish)
        await fetch(account, "plants")
        assert feed(account, plant_key(bench, "flow")).interval == interval


# When it was measured


async def test_polls_follow_the_minutes_of_the_plant() -> None:
    """Each brings a new minute, a few seconds old; nothing is stamped with the time of the answer (goodwe.md §1.4)."""
    async with open_bench(at=MORNING + timedelta(seconds=37)) as bench:
        pace = Pace(bench.clock, bench.open())
        await pace.run(minutes=5)
        polls = [poll for poll in await pace.run(hours=1) if poll.key == plant_key(bench, "flow")]
        told = [poll.snapshot.measured_at for poll in polls if poll.snapshot]
        assert len(set(told)) == len(polls) == 60
        assert all(moment.second == 0 for moment in told)
        ages = [poll.at - poll.snapshot.measured_at for poll in polls if poll.snapshot]
        assert max(ages) < timedelta(seconds=15)


@pytest.mark.parametrize(("refused", "kind", "late"), [(False, "flow", 15), (True, "plant", 40)])
async def test_a_poll_that_was_late_once_is_in_time_again(refused: bool, kind: str, late: float) -> None:
    async with open_bench(at=MORNING + timedelta(minutes=3)) as bench:
        if refused:
            bench.act("refuse_sign_in", "semsplus", "C0602")
        pace = Pace(bench.clock, bench.open())
        await pace.run(minutes=20)
        key = plant_key(bench, kind)
        while pace.next()[0] != key:
            await pace.step()
        bench.clock.moment = pace.next()[1] + timedelta(seconds=late)
        await pace.step()
        behind = pace.fetched[-1]
        assert behind.snapshot is not None
        assert behind.at - behind.snapshot.measured_at > timedelta(seconds=late)
        polls = [poll for poll in await pace.run(minutes=30) if poll.key == key and poll.snapshot]
        ages = [poll.at - poll.snapshot.measured_at for poll in polls if poll.snapshot]
        assert ages[-1] <= timedelta(seconds=20)


async def test_devices_were_measured_when_their_plant_was() -> None:
    async with open_bench(at=MORNING + timedelta(seconds=37)) as bench:
        account = bench.open()
        done = await fetch_all(account)
        live = done[f"live_{bench.serial()}"]
        assert live.times[Ref(bench.serial(), "temperature")] == MORNING


async def test_a_dongle_that_is_offline_tells_nothing_new() -> None:
    """The server answers on with what it heard last: live values go, counters stay (goodwe.md §5.3)."""
    async with open_bench(at=MORNING) as bench:
        account = bench.open()
        before = await fetch_all(account)
        bench.act("set_dongle", offline=True)
        bench.clock.pass_time(minutes=16)
        plant, inverter = plant_device(bench), bench.serial()
        flow = values(await fetch(account, plant_key(bench, "flow")), plant)
        assert flow["solar_power"] is Gone.GONE
        live = await fetch(account, f"live_{inverter}")
        assert values(live, inverter)["temperature"] is Gone.GONE
        energy = await fetch(account, f"energy_{inverter}")
        ref = Ref(inverter, "solar_energy_total")
        assert energy.values[ref] == before[f"energy_{inverter}"].values[ref]
        assert energy.times[ref] == MORNING
        bench.act("set_dongle", offline=False)
        bench.clock.pass_time(minutes=2)
        flow = values(await fetch(account, plant_key(bench, "flow")), plant)
        assert isinstance(flow["solar_power"], float)


# What goes wrong


async def test_an_empty_list_of_devices_leaves_the_known_ones() -> None:
    async with open_bench() as bench:
        account = bench.open()
        await fetch_all(account)
        devices = list(account.devices)
        bench.act("set_semsplus", no_devices=True)
        bench.clock.pass_time(minutes=15)
        await fetch(account, plant_key(bench, "devices"))
        assert list(account.devices) == devices
        assert list(bench.restart().devices)[:2] == devices[:2]
        assert (await fetch(account, f"live_{bench.serial()}")).values


@pytest.mark.parametrize("what", ["info", "batteries"])
@pytest.mark.parametrize("code", [404, 500])
async def test_an_optional_call_takes_no_other_down(what: str, code: int) -> None:
    async with open_bench() as bench:
        account = bench.open()
        before = await fetch_all(account)
        path = {
            "info": "portal/stations/basic/info",
            "batteries": f"equipments/{bench.serial()}/relatedDevices",
        }[what]
        fault = bench.server.faults.add(f"/web/sems/sems-plant/api/{path}", "status", code=code, body="<html></html>")
        bench.clock.pass_time(minutes=15)
        after = await fetch(account, plant_key(bench, "devices"))
        told = values(before[plant_key(bench, "devices")], bench.serial())
        assert values(after, bench.serial()).keys() == told.keys()
        assert fault.used


async def test_facts_that_could_not_be_read_are_asked_again_soon() -> None:
    async with open_bench(at=MORNING) as bench:
        path = f"/web/sems/sems-plant/api/equipments/{bench.serial()}/information"
        bench.server.faults.add(path, "status", code=502, times=1)
        pace = Pace(bench.clock, bench.open())
        await pace.run(minutes=20)
        inverter = next(device for device in pace.account.devices if device.id == bench.serial())
        assert inverter.sw_version is None
        assert feed(pace.account, plant_key(bench, "facts")).interval == 1800.0
        await pace.run(minutes=20)
        inverter = next(device for device in pace.account.devices if device.id == bench.serial())
        assert inverter.sw_version is not None
        assert feed(pace.account, plant_key(bench, "facts")).interval == 24 * 3600.0


async def test_a_device_that_may_not_be_read_is_asked_once_an_hour() -> None:
    """The others go on, and nothing is wrong with the connection (goodwe.md §1.2: 100025)."""
    async with open_bench(at=MORNING) as bench:
        pace = Pace(bench.clock, bench.open())
        await pace.run(minutes=10)
        meter = bench.serial("Meter")
        bench.act("deny_telemetry", meter, denied=True)
        bench.forget_requests()
        polls = await pace.run(hours=3)
        assert [poll for poll in polls if poll.error] == []
        assert 3 <= bench.counted[f"sems-plant/api/equipments/{meter}/telemetry"] <= 4
        assert bench.counted[f"sems-plant/api/equipments/{bench.serial()}/telemetry"] >= 35
        assert "The call telemetry had nothing to say" in pace.account.remarks


async def test_flows_that_do_not_add_up_are_told_and_not_corrected() -> None:
    async with open_bench(at=MORNING + timedelta(hours=4)) as bench:
        account = bench.open()
        await fetch_all(account)
        assert not any("did not add up" in remark for remark in account.remarks)
        bench.act("set_semsplus", unbalanced_kw=1.5)
        bench.clock.pass_time(minutes=2)
        await fetch(account, plant_key(bench, "flow"))
        assert any("1 flows" in remark and "W" in remark for remark in account.remarks)


async def test_an_alarm_is_told() -> None:
    async with open_bench(at=MORNING) as bench:
        account = bench.open()
        done = await fetch_all(account)
        stream = Ref(plant_device(bench), "alarms")
        assert done[plant_key(bench, "alarms")].streams == (stream,)
        alarm = bench.act("add_alarm", level="fault")
        bench.clock.pass_time(minutes=10)
        snapshot = await fetch(account, plant_key(bench, "alarms"))
        (began,) = snapshot.happenings
        inverter = bench.server.world.inverter(bench.serial())
        assert inverter is not None
        assert (began.type, began.attributes["device"]) == ("fault", inverter.name)
        assert values(snapshot, bench.serial())["fault"] == "Grid Waveform Abnormal"
        bench.act("end_alarm", alarm)
        bench.clock.pass_time(minutes=10)
        told = {event.id: event.type for event in (await fetch(account, plant_key(bench, "alarms"))).happenings}
        assert told == {began.id: "fault", f"{began.id}-recovered": "recovered"}


async def test_a_feed_that_is_gone_is_not_fetched() -> None:
    """One that was due when the way changed, or whose device is gone, asks nothing more."""
    async with open_bench("several") as bench:
        account = bench.open()
        await fetch_all(account)
        gone = feed(account, plant_key(bench, "day"))
        bench.forget_requests()
        other = bench.open(plants=[bench.plants[1]])
        assert (await other.fetch(gone, Wanted())).values == {}
        assert bench.paths == []


async def test_what_only_devices_and_plants_can_be_asked() -> None:
    async with open_bench() as bench:
        account = bench.open()
        await fetch_all(account)
        inverter, plant = bench.serial(), bench.plants[0]
        assert account.listed(f"{inverter}_battery_1").serial == inverter
        assert account.plant_of(inverter) == account.plant_of(f"plant_{plant}") == account.plant(plant)
        with pytest.raises(NotSupported):
            account.listed(IDENTITY)
        with pytest.raises(NotSupported):
            account.plant(inverter)


async def test_nothing_private_is_shown() -> None:
    async with open_bench() as bench:
        account = bench.open()
        await fetch_all(account)
        shown = str(account.remarks) + str(account.notices)
        for secret in (bench.server.world.account.password, bench.server.world.account.email, *bench.plants):
            assert secret not in shown
        assert bench.server.world.account.password not in str(bench.store.saved)
