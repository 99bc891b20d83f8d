"""From a round of calls to a snapshot, and calls that have nothing to say."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from custom_components.solar_battery_hub.core.errors import BadAnswer, HubError, NotSupported, Unreachable
from custom_components.solar_battery_hub.core.model import Gone, Happening, Ref
from custom_components.solar_battery_hub.vendors.goodwe.codes import NoPermission, NothingInIt
from custom_components.solar_battery_hub.vendors.goodwe.devices import DeviceList
from custom_components.solar_battery_hub.vendors.goodwe.inventory import Inventory
from custom_components.solar_battery_hub.vendors.goodwe.model import DeviceType, Listed, Plant
from custom_components.solar_battery_hub.vendors.goodwe.reports import Report
from custom_components.solar_battery_hub.vendors.goodwe.route import QuietCalls
from tests.vendors.tools import NOON, HandClock, MemoryStore

POWER, ENERGY = Ref("INV1", "solar_power"), Ref("INV1", "solar_energy_total")
EARLIER = NOON - timedelta(minutes=5)


def report() -> Report:
    inventory = Inventory(MemoryStore())
    inventory.note_plants([Plant(id="p1", name="Home")])
    inventory.note_listed("p1", [Listed(serial="INV1", plant="p1", type=DeviceType.INVERTER, name="Roof")])
    return Report(DeviceList("the-account", inventory), NOON)


def test_a_round_is_as_old_as_the_vendor_says() -> None:
    found = report()
    found.measured_at = EARLIER
    found.put({POWER: 1.0}, EARLIER)
    found.put({ENERGY: 2.0})
    snapshot = found.snapshot()
    assert snapshot.measured_at == EARLIER
    assert snapshot.values == {POWER: 1.0, ENERGY: 2.0}
    assert snapshot.times == {ENERGY: NOON}
    assert [device.id for device in snapshot.devices or ()] == ["the-account", "plant_p1", "INV1"]


def test_times_of_their_own_and_none_in_the_future() -> None:
    found = report()
    found.measured_at = NOON + timedelta(hours=1)
    found.put({POWER: 1.0, ENERGY: 2.0}, NOON + timedelta(hours=1), times={ENERGY: EARLIER})
    snapshot = found.snapshot()
    assert snapshot.measured_at == NOON
    assert snapshot.times == {ENERGY: EARLIER}


def test_of_a_silent_device_only_counters_stay() -> None:
    found = report()
    found.put({POWER: 1.0, ENERGY: 2.0}, gone=True)
    assert found.snapshot().values == {POWER: Gone.GONE, ENERGY: 2.0}


def test_batteries_that_readings_tell_of_are_devices() -> None:
    found = report()
    found.put({Ref("INV1_battery_1", "battery_level"): 50.0})
    assert [device.id for device in found.snapshot().devices or ()][-1] == "INV1_battery_1"


def test_happenings() -> None:
    found = report()
    event = Happening(id="1", device="plant_p1", stream="alarms", type="fault")
    found.watch(Ref("plant_p1", "alarms"), [event])
    found.watch(Ref("plant_p2", "alarms"), [])
    snapshot = found.snapshot()
    assert snapshot.streams == (Ref("plant_p1", "alarms"), Ref("plant_p2", "alarms"))
    assert snapshot.happenings == (event,)


# Calls that have nothing to say


class Call:
    """A call that fails as it is told, and counts."""

    def __init__(self, error: HubError | None) -> None:
        """Fail with an error, or answer."""
        self.error = error
        self.count = 0

    async def __call__(self) -> str:
        """Be asked."""
        self.count += 1
        if self.error is not None:
            raise self.error
        return "answer"


async def ask(quiet: QuietCalls, call: Callable[[], Awaitable[str]], about: str = "INV1") -> str | None:
    return await quiet.ask("telemetry", about, call)


@pytest.mark.parametrize("error", [NotSupported("404"), NothingInIt("Nothing")])
async def test_a_call_without_an_answer_rests_ever_longer(error: HubError) -> None:
    clock = HandClock()
    quiet, call = QuietCalls(clock), Call(error)
    asked: list[int] = []
    for minute in range(0, 3 * 24 * 60, 5):
        assert await ask(quiet, call) is None
        if call.count > len(asked):
            asked.append(minute)
        clock.pass_time(minutes=5)
    assert asked == [0, 15, 45, 105, 225, 465, 945, 1905, 3345], "a day apart in the end"
    assert quiet.calls == ["telemetry"]


async def test_one_answer_makes_up_for_all() -> None:
    clock = HandClock()
    quiet, call = QuietCalls(clock), Call(NotSupported("404"))
    for _ in range(3):
        await ask(quiet, call)
        clock.pass_time(hours=1)
    call.error = None
    assert await ask(quiet, call) == "answer"
    assert quiet.calls == []
    call.error = NotSupported("404")
    await ask(quiet, call)
    clock.pass_time(minutes=15)
    call.error = None
    assert await ask(quiet, call) == "answer"


async def test_no_right_is_asked_about_once_an_hour() -> None:
    clock = HandClock()
    quiet, call = QuietCalls(clock), Call(NoPermission("100025"))
    for _ in range(24 * 12):
        assert await ask(quiet, call) is None
        clock.pass_time(minutes=5)
    assert call.count == 24


@pytest.mark.parametrize("error", [BadAnswer("HTML"), Unreachable("Nobody")])
async def test_passing_trouble_is_told_each_time(error: HubError) -> None:
    quiet, call = QuietCalls(HandClock()), Call(error)
    for _ in range(2):
        with pytest.raises(type(error)):
            await ask(quiet, call)
    assert quiet.calls == []


async def test_a_call_rests_for_one_device_only_and_until_the_way_is_used_anew() -> None:
    quiet = QuietCalls(HandClock())
    await ask(quiet, Call(NotSupported("404")))
    other, again = Call(None), Call(None)
    assert await ask(quiet, other, "INV2") == "answer"
    assert await ask(quiet, again) is None
    quiet.forget()
    assert await ask(quiet, again) == "answer"
