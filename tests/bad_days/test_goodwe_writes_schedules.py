"""Charge schedules of all three generations, and how they go wrong half-way (goodwe.md §6.3, §11)."""

from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from tests.bad_days.conftest import AddGoodWe
from tests.bad_days.goodwe_data_tools import start_on
from tests.bad_days.goodwe_tools import serial, sign_ins
from tests.bad_days.goodwe_writes_tools import NAMED, sent, settings, written
from tests.bad_days.living import MINUTE, issues, live_on, restart
from tests.bad_days.writing import act, enable, is_pending, told, turn
from tests.hub import Hub
from tests.simulators.goodwe.server import GoodWeSimulator

type Slot = dict[str, Any]

NIGHT: Slot = {"start": "02:00", "end": "05:00", "mode": "charge", "power": 50, "stop_level": 90}
EVENING: Slot = {"start": "18:00", "end": "21:30", "mode": "discharge", "power": 32, "stop_level": 20}
MORNING: Slot = {"start": "07:00", "end": "08:00", "mode": "discharge", "power": 10, "stop_level": 30}
EXPORT: Slot = {"start": "12:00", "end": "14:00", "mode": "export", "power": 60, "stop_level": 40}

GENERATIONS = ("first_generation", "home", "all_in_one")

pytestmark = pytest.mark.usefixtures("summer")


def fitted(profile: str, *slots: Slot) -> list[Slot]:
    """Return slots as a generation knows them: the first has no stop level."""
    if profile != "first_generation":
        return list(slots)
    return [{key: value for key, value in slot.items() if key != "stop_level"} for slot in slots]


async def start(hub: Hub, new_goodwe: AddGoodWe, profile: str) -> GoodWeSimulator:
    """Add an account of one generation that has been read for a while."""
    server = await start_on(hub, new_goodwe, "semsplus", profile)
    await live_on(hub, 5 * MINUTE)
    server.requests.clear()
    return server


def in_use(server: GoodWeSimulator) -> dict[int, tuple[str, str, int]]:
    """Return the slots that are on, by place: start, end and power as the wire has it."""
    found = settings(server)
    return {
        place: (found[f"TOUStart{place}"], found[f"TOUEnd{place}"], found[f"ChargeDischargePW{place}"])
        for place in range(1, 13)
        if found[f"TOUWeekEnable{place}"] in (249, 255)
    }


def acts(server: GoodWeSimulator) -> bool:
    """Tell whether slots act at all."""
    found = settings(server)
    return bool(found["TOUModeEnable"]) if "TOUModeEnable" in found else found["Mode"] == 3


async def shown(hub: Hub, server: GoodWeSimulator) -> set[tuple[str, str, str]]:
    """Return the slots that are enabled, as the action tells them."""
    answer = await act(hub, "get_schedule", serial(server))
    return {(slot["start"][:5], slot["end"][:5], slot["mode"]) for slot in answer["slots"] if slot["enabled"]}


@pytest.mark.parametrize("profile", GENERATIONS)
async def test_set_changed_saved_and_cleared(hub: Hub, new_goodwe: AddGoodWe, profile: str) -> None:
    """Through the common actions, each time with only what differs, read back from the device."""
    server = await start(hub, new_goodwe, profile)
    scale = 1 if profile == "first_generation" else 10
    receipt = await act(hub, "set_schedule", serial(server), slots=fitted(profile, NIGHT, EVENING), wait=20)
    assert receipt["outcome"] == "confirmed"
    assert in_use(server) == {1: ("02:00", "05:00", -50 * scale), 2: ("18:00", "21:30", 32 * scale)}
    assert acts(server)
    assert await shown(hub, server) == {("02:00", "05:00", "charge"), ("18:00", "21:30", "discharge")}
    if profile != "first_generation":
        assert (settings(server)["ChargeCutOffSet1"], settings(server)["ChargeCutOffSet2"]) == (90, 20)
        assert settings(server)["TOUMonth1"] == list(range(12))
    assert settings(server)["TOUWeek1"] == list(range(7))

    before = len(written(server))
    receipt = await act(hub, "set_schedule_slot", serial(server), slot=2, end="20:00", wait=20)
    assert receipt["outcome"] == "confirmed"
    assert in_use(server)[2] == ("18:00", "20:00", 32 * scale)
    assert len(written(server)) - before == 1

    await act(hub, "save_schedule", serial(server), name="Winter")
    receipt = await act(hub, "clear_schedule", serial(server), wait=20)
    assert receipt["outcome"] == "confirmed"
    assert not in_use(server) or not acts(server)
    assert await shown(hub, server) == set()

    receipt = await act(hub, "set_schedule", serial(server), name="Winter", wait=20)
    assert receipt["outcome"] == "confirmed"
    assert await shown(hub, server) == {("02:00", "05:00", "charge"), ("18:00", "20:00", "discharge")}
    assert acts(server)
    assert told(hub, serial(server)) == "confirmed"
    assert not is_pending(hub, serial(server))
    assert not issues(hub.hass)
    await live_on(hub, 1_900)
    assert told(hub, serial(server)) == "confirmed", "nobody else changed anything"


async def test_limit_of_export(hub: Hub, new_goodwe: AddGoodWe) -> None:
    """A discharge slot with a thirteenth month limits the export; it is told so, and the month is nobody's (§6.3)."""
    server = await start(hub, new_goodwe, "all_in_one")
    receipt = await act(hub, "set_schedule", serial(server), slots=[NIGHT, EXPORT], wait=20)
    assert receipt["outcome"] == "confirmed"
    assert settings(server)["TOUMonth2"] == [*range(12), 12]
    assert settings(server)["TOUMonth1"] == list(range(12))
    assert settings(server)["ChargeDischargePW2"] == 600
    assert await shown(hub, server) == {("02:00", "05:00", "charge"), ("12:00", "14:00", "export")}


def half_hours(count: int) -> list[Slot]:
    """Return so many slots that do not touch."""
    return [{**NIGHT, "start": f"{hour:02}:00", "end": f"{hour:02}:30"} for hour in range(count)]


# By profile: one slot too many, and what else a device of its generation cannot hold.
REFUSED: dict[str, list[list[Slot]]] = {
    "first_generation": [fitted("first_generation", *half_hours(5)), [NIGHT]],
    "home": [
        half_hours(5),
        [EXPORT],
        [{**EVENING, "power": 0}],
        [NIGHT, {**EVENING, "start": "04:00"}],
        [{**NIGHT, "mode": "battery_first"}],
    ],
    "all_in_one": [half_hours(9), [{**EXPORT, "power": 0}]],
}


@pytest.mark.parametrize("profile", REFUSED)
async def test_refused_before_anything_is_sent(hub: Hub, new_goodwe: AddGoodWe, profile: str) -> None:
    """What the device cannot hold never leaves the house."""
    server = await start(hub, new_goodwe, profile)
    for slots in REFUSED[profile]:
        with pytest.raises(ServiceValidationError):
            await act(hub, "set_schedule", serial(server), slots=slots, wait=20)
        assert sent(server) == 0, slots
        assert not is_pending(hub, serial(server))
        assert hub.state(f"{serial(server)}_charge_schedule", "select").state == "off"


async def test_peak_shaving_and_a_schedule_exclude_each_other(hub: Hub, new_goodwe: AddGoodWe) -> None:
    """While peak shaving is on no slot may act (§6.3): refused before the first slot is sent."""
    server = await start(hub, new_goodwe, "home")
    await enable(hub, ("switch", f"{serial(server)}_peak_shaving"))
    await live_on(hub, 2 * MINUTE)
    await turn(hub, f"{serial(server)}_peak_shaving", "on")
    assert settings(server)["DemandOrDelayedWeekEnable1"] == 252
    server.requests.clear()
    with pytest.raises(HomeAssistantError):
        await act(hub, "set_schedule", serial(server), slots=[NIGHT], wait=20)
    assert sent(server) == 0
    assert not in_use(server)


@pytest.mark.parametrize("kind", ["refused", "lost"])
async def test_fails_half_way(hub: Hub, new_goodwe: AddGoodWe, kind: str) -> None:
    """The error names what the device has and what it has not; the next attempt sends only that."""
    server = await start(hub, new_goodwe, "home")
    server.stage.next_write("applied")
    server.stage.next_write(kind)  # type: ignore[arg-type]
    with pytest.raises(HomeAssistantError) as failure:
        await act(hub, "set_schedule", serial(server), slots=[NIGHT, EVENING], wait=20)
    places = failure.value.translation_placeholders or {}
    if kind == "refused":
        assert failure.value.translation_key == "not_confirmed_in_parts"
        assert places["written"] == "slots 1"
        assert "slots 2" in places["missing"]
        assert sent(server) == 2
    else:
        assert failure.value.translation_key == "not_confirmed"
    assert in_use(server) == {1: ("02:00", "05:00", -500)}
    assert told(hub, serial(server)) == "not_confirmed"
    assert not is_pending(hub, serial(server))
    before = len(written(server))
    receipt = await act(hub, "set_schedule", serial(server), slots=[NIGHT, EVENING], wait=20)
    assert receipt["outcome"] == "confirmed"
    assert in_use(server) == {1: ("02:00", "05:00", -500), 2: ("18:00", "21:30", 320)}
    assert acts(server)
    again = [audit for audit in written(server)[before:] if "TOUStart1" in audit.values]
    assert not again, "the first slot was there already"


@pytest.mark.parametrize("lost", [1, 2])
async def test_answer_of_one_write_is_lost(hub: Hub, new_goodwe: AddGoodWe, lost: int) -> None:
    """What may have landed is not sent again blindly: told what is known, and the next attempt reads first."""
    server = await start(hub, new_goodwe, "home")
    if lost == 2:
        await act(hub, "set_schedule_slot", serial(server), slot=1, **NIGHT, wait=20)
    server.faults.add(NAMED, "answer_lost", times=1)
    before = len(written(server))
    wanted = [NIGHT, EVENING]
    if lost == 1:  # the rest was not sent
        with pytest.raises(HomeAssistantError):
            await act(hub, "set_schedule", serial(server), slots=wanted, wait=20)
    else:  # it was the only one, so the device can tell all
        receipt = await act(hub, "set_schedule", serial(server), slots=wanted, wait=20)
        assert receipt["outcome"] == "confirmed"
    assert len(written(server)) - before == 1
    assert in_use(server).keys() == set(range(1, lost + 1))
    receipt = await act(hub, "set_schedule", serial(server), slots=wanted, wait=20)
    assert receipt["outcome"] in ("confirmed", "unchanged")
    assert in_use(server) == {1: ("02:00", "05:00", -500), 2: ("18:00", "21:30", 320)}
    starts = [key for audit in written(server) for key in audit.values if key.startswith("TOUStart")]
    assert sorted(starts) == ["TOUStart1", "TOUStart2"]
    assert acts(server)


async def test_token_is_displaced_in_the_middle(
    hub: Hub, new_goodwe: AddGoodWe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody opens the app between two slots: one sign-in, and each slot is written once."""
    server = await start(hub, new_goodwe, "home")
    write = server.world.write

    async def disturbed(*args: Any, **kwargs: Any) -> str:
        code = await write(*args, **kwargs)
        if len(server.world.audit) == 1:
            server.stage.other_client_signs_in()
        return code

    monkeypatch.setattr(server.world, "write", disturbed)
    receipt = await act(hub, "set_schedule", serial(server), slots=[NIGHT, EVENING], wait=20)
    assert receipt["outcome"] == "confirmed"
    assert in_use(server) == {1: ("02:00", "05:00", -500), 2: ("18:00", "21:30", 320)}
    assert len(written(server)) == 3
    assert len(sign_ins(server)) == 1
    assert acts(server)


async def test_changed_in_the_app(hub: Hub, new_goodwe: AddGoodWe) -> None:
    """A slot that the owner moves in the app shows, and the slots of ours around it stay as they are."""
    server = await start(hub, new_goodwe, "home")
    await act(hub, "set_schedule", serial(server), slots=[NIGHT, EVENING], wait=20)
    server.stage.set_settings(serial(server), TOUStart1="03:00", ChargeCutOffSet1=75)
    await live_on(hub, 1_900)
    assert told(hub, serial(server)) == "changed_elsewhere"
    assert ("03:00", "05:00", "charge") in await shown(hub, server)
    before = len(written(server))
    await act(hub, "set_schedule_slot", serial(server), slot=2, power=40, wait=20)
    assert len(written(server)) - before == 1
    assert settings(server)["ChargeCutOffSet1"] == 75
    assert in_use(server) == {1: ("03:00", "05:00", -500), 2: ("18:00", "21:30", 400)}


async def test_slow_device_and_a_restart(hub: Hub, new_goodwe: AddGoodWe) -> None:
    """A slot that shows a minute late is not confirmed at first; after a restart the truth shows, nothing is resent."""
    server = await start(hub, new_goodwe, "home")
    await act(hub, "set_schedule", serial(server), slots=[NIGHT], wait=20)
    server.stage.next_write("late", seconds=200)
    with pytest.raises(HomeAssistantError) as failure:
        await act(hub, "set_schedule_slot", serial(server), slot=1, power=70, wait=20)
    assert failure.value.translation_key == "not_confirmed"
    before = len(written(server))
    await restart(hub)
    await live_on(hub, 2_000)
    assert in_use(server) == {1: ("02:00", "05:00", -700)}
    answer = await act(hub, "get_schedule", serial(server))
    assert answer["slots"][0]["power"] == 70
    assert len(written(server)) == before
