"""What is sent of the plan of the first generation (anker.md §9.2, §12.1)."""

from datetime import time
import json
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import WriteRefused
from custom_components.solar_battery_hub.core.schedule import Schedule, Slot
from custom_components.solar_battery_hub.vendors.anker.wire_json import compact, parse
from tests.vendors.anker.controls_desk import ABOUT, Desk, desk, text

FIRST, SECOND = "APCA17C000000001", "APCA17C000000002"
AROUND: dict[str, Any] = {
    "min_load": 100,
    "max_load": 800,
    "step": 0,
    "is_charge_priority": 1,
    "default_charge_priority": 80,
    "is_zero_output_tips": 0,
    "display_advanced_mode": 1,
    "advanced_mode_min_load": 50,
}
SLOT: dict[str, Any] = {
    "id": 0,
    "start_time": "00:00",
    "end_time": "24:00",
    "turn_on": True,
    "appliance_loads": [{"id": 0, "name": "Custom", "power": 270, "number": 1}],
    "charge_priority": 10,
    "power_setting_mode": 1,
    "device_power_loads": [{"device_sn": FIRST, "power": 135}, {"device_sn": SECOND, "power": 135}],
}
DUAL = {"ranges": [SLOT], **AROUND}


def slot(start: str, end: str, power: int, **members: Any) -> dict[str, Any]:
    """Return a slot of a single solarbank as older plans have it."""
    loads = [{"id": 0, "name": "Benutzerdefiniert", "power": power, "number": 1}]
    return {
        "id": 0,
        "start_time": start,
        "end_time": end,
        "turn_on": True,
        "appliance_loads": loads,
        "charge_priority": 80,
        **members,
    }


def plan(*ranges: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return a plan with these slots."""
    return {"ranges": list(ranges), **AROUND, **members}


async def sent_ranges(owner: Desk, device: str = ABOUT, **changes: Any) -> list[dict[str, Any]]:
    """Write changes; return the ranges that were sent, all else being as it was read."""
    had = dict(owner.cloud.home_load or {})
    kind, sent = await owner.write_param(device, **changes)
    found = json.loads(sent)
    assert kind == "4"
    assert list(found) == list(had)
    assert {**found, "ranges": None} == {**had, "ranges": None}
    return list(found["ranges"])


def halves(changed: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a slot of a whole day in two halves."""
    return [{**changed, "end_time": "12:00"}, {**changed, "start_time": "12:00"}]


async def test_preset_of_one_of_two() -> None:
    """The worked example of §12.1; a single slot is sent in two halves (§9.2)."""
    async with desk("A17C0", "A17C0", type_=2) as owner:
        owner.cloud.home_load = DUAL
        told = await owner.note()
        assert told["output_preset"] == 270
        found = owner.settings(FIRST)["output_preset"]
        assert (found.minimum, found.maximum, found.step) == (50, 800, 10)
        loads = [{"device_sn": FIRST, "power": 120}, {"device_sn": SECOND, "power": 135}]
        appliance = [{"id": 0, "name": "Custom", "power": 255, "number": 1}]
        assert await sent_ranges(owner, FIRST, output_preset=120) == halves(
            SLOT | {"appliance_loads": appliance, "power_setting_mode": 2, "device_power_loads": loads}
        )
        assert (await owner.read_back("output_preset", device=FIRST))["output_preset"] == 120
        assert (await owner.read_back("output_preset", device=SECOND))["output_preset"] == 135
        assert (await owner.read_back("output_preset"))["output_preset"] == 255


async def test_preset_of_both() -> None:
    """The cloud shares equally: the loads of each are left as they are."""
    async with desk("A17C0", "A17C0", type_=2) as owner:
        owner.cloud.home_load = DUAL
        await owner.note()
        setting = owner.settings()["output_preset"]
        assert (setting.minimum, setting.maximum) == (100, 1600)
        appliance = [{"id": 0, "name": "Custom", "power": 400, "number": 1}]
        assert await sent_ranges(owner, output_preset=400) == halves(
            SLOT | {"appliance_loads": appliance, "power_setting_mode": 1}
        )
        assert (await owner.read_back("output_preset", device=FIRST))["output_preset"] == 200


async def test_the_text_is_as_it_was_read() -> None:
    """Order of keys, nulls, texts and how numbers are written stay."""
    odd = (
        '{"ranges":[{"id":0,"start_time":"00:00","end_time":"08:30","turn_on":null,"x":1.50,"appliance_loads":'
        '[{"id":0,"name":"Größe","power":300,"number":1}],"charge_priority":80},{"id":0,"start_time":"08:30",'
        '"end_time":"24:00","turn_on":true,"appliance_loads":[{"id":0,"name":"Größe","power":100,"number":1}],'
        '"charge_priority":80}],"zeta":0.10,"min_load":100,"alpha":null}'
    )
    async with desk("A17C0", type_=2) as owner:
        owner.cloud.home_load = odd  # type: ignore[assignment]
        await owner.note()
        _, sent = await owner.write_param(output_preset=250)
        assert sent == odd.replace('"power":100', '"power":250')


async def test_halves_of_a_day_stay_together() -> None:
    """What was cut only because a single slot may not be is one slot to the user."""
    async with desk("A17C0", type_=2) as owner:
        owner.cloud.home_load = plan(slot("00:00", "24:00", 100))
        await owner.note()
        assert await sent_ranges(owner, output_preset=200) == halves(slot("00:00", "24:00", 200))
        owner.clock.pass_time(hours=4)
        assert await sent_ranges(owner, output_preset=150) == halves(slot("00:00", "24:00", 150))
        assert await sent_ranges(owner, allow_export=False) == halves(slot("00:00", "24:00", 150, turn_on=False))


async def test_only_the_slot_of_the_present_time_changes() -> None:
    ranges = [slot("00:00", "07:20", 300), slot("07:20", "19:40", 140), slot("19:40", "24:00", 300)]
    async with desk("A17C0", type_=2) as owner:
        owner.cloud.home_load = plan(*ranges)
        told = await owner.note()
        assert (told["output_preset"], told["allow_export"], told["charge_priority"]) == (140, True, 80)
        steps: tuple[tuple[str, Any, dict[str, Any]], ...] = (
            ("allow_export", False, {"turn_on": False}),
            ("charge_priority", 55, {"turn_on": False, "charge_priority": 55}),
        )
        for key, value, changed in steps:
            expected = [ranges[0], ranges[1] | changed, ranges[2]]
            assert await sent_ranges(owner, **{key: value}) == expected
            assert (await owner.read_back(key))[key] == value


async def test_a_slot_may_end_before_its_change_is_read_back() -> None:
    """What was set then is looked for, not what holds by now."""
    async with desk("A17C0", type_=2) as owner:
        owner.cloud.home_load = plan(slot("00:00", "12:01", 300), slot("12:01", "24:00", 140))
        await owner.note()
        sent = await sent_ranges(owner, output_preset=200)
        assert sent[0] == slot("00:00", "12:01", 200)
        owner.clock.pass_time(minutes=2)
        assert (await owner.read_back("output_preset"))["output_preset"] == 200
        assert (await owner.note())["output_preset"] == 140


async def test_discharge_priority_only_where_it_is_shown() -> None:
    async with desk("A17C0", type_=2) as owner:
        owner.cloud.home_load = plan(slot("00:00", "12:00", 300), slot("12:00", "24:00", 140))
        await owner.note()
        assert owner.reasons()["discharge_priority"] == "not_on_this_device"
        owner.cloud.home_load["is_show_priority_discharge"] = 1
        await owner.note()
        sent = await sent_ranges(owner, discharge_priority=True)
        assert sent[1] == slot("12:00", "24:00", 140, priority_discharge_switch=1)
        assert "priority_discharge_switch" not in sent[0]


async def test_a_preset_fills_the_gap_of_the_present_time() -> None:
    """A slot made from nothing has the defaults; another one is like its neighbour (§9.2)."""
    async with desk("A17C0", type_=2) as owner:
        owner.cloud.home_load = plan(slot("00:00", "08:00", 300), slot("18:00", "24:00", 140), default_home_load=200)
        told = await owner.note()
        assert told["output_preset"] == 200
        assert await sent_ranges(owner, output_preset=110) == [
            slot("00:00", "08:00", 300),
            slot("08:00", "18:00", 110),
            slot("18:00", "24:00", 140),
        ]
        owner.cloud.home_load = {"ranges": None, "min_load": 100, "is_show_priority_discharge": 1}
        made = {
            "start_time": "00:00",
            "end_time": "24:00",
            "turn_on": False,
            "appliance_loads": [{"power": 100}],
            "charge_priority": 80,
            "priority_discharge_switch": 0,
        }
        assert await sent_ranges(owner, allow_export=False) == halves(made)


async def test_schedule_keeps_what_its_slots_do_not_tell() -> None:
    """A slot that stays keeps its range; a new one is like the one that had most of its time."""
    ranges = [
        slot("00:00", "08:00", 300, charge_priority=10),
        slot("08:00", "16:00", 140, turn_on=False),
        slot("16:00", "24:00", 200),
    ]
    async with desk("A17C0", type_=2) as owner:
        owner.cloud.home_load = plan(*ranges)
        told = await owner.note()
        slots = Schedule.from_text(told["charge_schedule"]).slots
        assert [(f"{s.start:%H:%M}", f"{s.end:%H:%M}", s.power) for s in slots] == [
            ("00:00", "08:00", 300),
            ("08:00", "16:00", 140),
            ("16:00", "00:00", 200),
        ]
        wanted = [slots[0], Slot(start=time(9), end=time(20), mode="supply", power=500)]
        assert await sent_ranges(owner, charge_schedule=text(*wanted)) == [
            ranges[0],
            slot("09:00", "20:00", 500, turn_on=False),
        ]
        assert await sent_ranges(owner, charge_schedule=text()) == []


async def test_a_schedule_is_never_a_single_slot() -> None:
    async with desk("A17C0", "A17C0", type_=2) as owner:
        owner.cloud.home_load = DUAL
        await owner.note()
        wanted = text(Slot(start=time(0), end=time(0), mode="supply", power=300))
        appliance = [{"id": 0, "name": "Custom", "power": 300, "number": 1}]
        assert await sent_ranges(owner, charge_schedule=wanted) == halves(SLOT | {"appliance_loads": appliance})


async def test_a_slot_that_is_cut_has_halves_that_are_alike() -> None:
    """In all that the schedule does not say, too: a change in one half changes both."""
    ranges = [slot("00:00", "08:00", 300, turn_on=False), slot("08:00", "24:00", 140)]
    async with desk("A17C0", type_=2) as owner:
        owner.cloud.home_load = plan(*ranges)
        await owner.note()
        day = text(Slot(start=time(8), end=time(20), mode="supply", power=240))
        cut = [slot("08:00", "14:00", 240), slot("14:00", "20:00", 240)]
        assert await sent_ranges(owner, charge_schedule=day) == cut
        changed = [each | {"turn_on": False} for each in cut]
        assert await sent_ranges(owner, allow_export=False) == changed
        owner.cloud.home_load = plan(*ranges)
        whole = text(Slot(start=time(0), end=time(0), mode="supply", power=240))
        assert await sent_ranges(owner, charge_schedule=whole) == halves(slot("00:00", "24:00", 240))


async def test_two_slots_that_are_there_keep_what_is_theirs() -> None:
    ranges = [slot("00:00", "12:00", 300, turn_on=False), slot("12:00", "24:00", 140)]
    async with desk("A17C0", type_=2) as owner:
        owner.cloud.home_load = plan(*ranges)
        await owner.note()
        wanted = text(Slot(start=time(0), end=time(0), mode="supply", power=240))
        assert [each["turn_on"] for each in await sent_ranges(owner, charge_schedule=wanted)] == [False, True]


async def test_presets_of_each_wait_for_slots_that_have_them() -> None:
    """A plan without slots, or with new ones, does not take the setting away (§9.2)."""
    async with desk("A17C0", "A17C0", type_=2) as owner:
        owner.cloud.home_load = DUAL
        await owner.note()
        assert owner.reasons(FIRST)["output_preset"] is None
        assert await sent_ranges(owner, charge_schedule=text()) == []
        await owner.note()
        assert "output_preset" in owner.settings(FIRST)
        assert owner.reasons(FIRST)["output_preset"] == "not_in_this_mode"


async def test_older_plans_have_no_presets_of_each() -> None:
    """No key is added that a plan does not have (§9.2)."""
    async with desk("A17C0", "A17C0", type_=2) as owner:
        owner.cloud.home_load = plan(slot("00:00", "12:00", 300), slot("12:00", "24:00", 140))
        del owner.cloud.home_load["display_advanced_mode"]
        await owner.note()
        assert owner.reasons(FIRST)["output_preset"] == "not_on_this_device"
        assert (await sent_ranges(owner, output_preset=150))[1] == slot("12:00", "24:00", 150)


async def test_a_plan_forced_upon_cascaded_ones() -> None:
    """While the main device runs in manual mode, nobody else decides (§9.2)."""
    forced = slot("00:00", "24:00", 0, turn_on=None, power_setting_mode=None, device_power_loads=None)
    async with desk("A17C1", "A17C0", "A17C0", type_=5) as owner:
        owner.cloud.params["6"] = {"mode_type": 3, "custom_rate_plan": [], "max_load": 800}
        owner.cloud.home_load = plan(forced)
        await owner.note()
        assert owner.reasons("APCA17C000000002")["output_preset"] == "controlled_by_main_device"
        with pytest.raises(WriteRefused, match="controlled_by_main_device"):
            await owner.write("APCA17C000000002", output_preset=100)
        await owner.write(output_preset=100)
        owner.cloud.home_load = plan(SLOT | {"device_power_loads": [{"device_sn": "APCA17C000000002", "power": 1}] * 2})
        await owner.read_back("output_preset")  # looks at theirs, too
        assert owner.reasons("APCA17C000000002")["output_preset"] is None


async def test_a_plan_nobody_understands_is_not_replaced() -> None:
    async with desk("A17C0", type_=2) as owner:
        owner.cloud.home_load = plan(slot("00:00", "12:00", 300), slot("25:00", "xx", 140))
        told = await owner.note()
        assert told["charge_schedule"] is None
        with pytest.raises(WriteRefused, match="setting_not_told"):
            await owner.write(charge_schedule=text())
        assert owner.cloud.sent == []


@pytest.mark.parametrize("written", ['{"a":0.40,"b":[1,2.0,null],"c":"ü\\"","d":1e3}', "[]", "-0.0", '{"a":{}}'])
def test_json_is_written_as_it_was_read(written: str) -> None:
    assert compact(parse(written)) == written
