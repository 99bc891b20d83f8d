"""Plans that the owner changes in the app meanwhile, single slots, tariffs and backup windows (anker.md §9.2, §9.3, §12, §20)."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from tests.bad_days.anker_tools import site
from tests.bad_days.anker_writes_tools import DETAILS, FIRST_PLAN, plan, sent_plans, start, written
from tests.bad_days.conftest import AddAnker
from tests.bad_days.living import MINUTE, live_on
from tests.bad_days.writing import act, choose, failure, give, told, turn
from tests.hub import Hub
from tests.simulators.anker.server import AnkerSimulator

pytestmark = pytest.mark.usefixtures("summer")


def in_the_app(server: AnkerSimulator) -> dict[str, Any]:
    """Let the owner change things at other times than now, and some that nobody here knows of; return the whole plan."""
    changed = plan(server)
    weekend, workdays = changed["custom_rate_plan"]
    weekend["ranges"] = [
        {"start_time": "00:00", "end_time": "10:00", "power": 330},
        {"start_time": "10:00", "end_time": "24:00", "power": 40, "charging_type": 0, "mine": "é"},
    ]
    weekend["note"] = "of the app"
    workdays["ranges"][0] |= {"power": 60, "colour": None}
    changed["blend_plan"][0]["ranges"][0]["power"] = 30
    server.actions["set_param"](custom_rate_plan=changed["custom_rate_plan"], blend_plan=changed["blend_plan"])
    return changed


async def test_what_the_owner_changed_meanwhile_stays(hub: Hub, add_anker: AddAnker) -> None:
    """Whatever is written goes by what is read just before: preset, slot and mode change nothing else of the plan."""
    server = await start(hub, add_anker, "solarbank2")
    device = site(server)
    expected = in_the_app(server)
    await give(hub, f"{device}_output_preset", 200)
    expected["custom_rate_plan"][1]["ranges"][1]["power"] = 200
    assert plan(server) == expected
    assert list(sent_plans(server)[-1]) == ["mode_type", "custom_rate_plan", "blend_plan"]

    await choose(hub, f"{device}_operating_mode", "self_consumption")
    await choose(hub, f"{device}_operating_mode", "manual")
    expected |= {"manual_backup": {}, "use_time": []}  # sent with a mode of that kind where there is nothing (§12.2)
    assert plan(server) == expected
    await live_on(hub, DETAILS, step=60.0)
    answer = await act(hub, "get_schedule", device)
    assert {slot["power"] for slot in answer["slots"]} == {330, 40, 60, 200}

    later = deepcopy(expected)
    later["custom_rate_plan"][0]["ranges"][0]["power"] = 220
    later["custom_rate_plan"][0]["ranges"][1]["power"] = 50
    server.actions["set_param"](custom_rate_plan=later["custom_rate_plan"])
    at = next(slot["slot"] for slot in answer["slots"] if slot["power"] == 60)
    receipt = await act(hub, "set_schedule_slot", device, slot=at, power=90, wait=30)
    assert receipt["outcome"] == "confirmed"
    later["custom_rate_plan"][1]["ranges"][0]["power"] = 90
    assert plan(server)["custom_rate_plan"][1] == later["custom_rate_plan"][1]
    assert plan(server) == later, "the weekend is the owner's"


async def test_days_of_a_plan(hub: Hub, add_anker: AddAnker) -> None:
    """Two days get a plan of their own: the others keep theirs, and what nobody here knows stays with them (§9.3)."""
    server = await start(hub, add_anker, "solarbank3_plugs")
    device = site(server)
    marked = plan(server)
    marked["custom_rate_plan"][1]["note"] = "of the app"
    server.actions["set_param"](custom_rate_plan=marked["custom_rate_plan"])
    await live_on(hub, DETAILS, step=60.0)
    work = {"start": "00:00", "end": "00:00", "mode": "supply", "power": 110, "days": ["sat", "sun"]}
    slots = [
        work,
        *(
            {"start": start_, "end": end, "mode": "supply", "power": power, "days": ["wed", "thu", "fri"]}
            for start_, end, power in (("00:00", "08:00", 90), ("08:00", "00:00", 120))
        ),
        {"start": "06:00", "end": "09:00", "mode": "supply", "power": 300, "days": ["mon", "tue"]},
        {"start": "12:00", "end": "15:00", "mode": "charge", "power": 600, "days": ["mon", "tue"]},
        {"start": "00:00", "end": "00:00", "mode": "base_load", "power": 20},
    ]
    receipt = await act(hub, "set_schedule", device, slots=slots, wait=30)
    assert receipt["outcome"] == "confirmed"
    found = plan(server)
    weeks = {tuple(entry["week"]): entry for entry in found["custom_rate_plan"]}
    assert set(weeks) == {(0, 6), (3, 4, 5), (1, 2)}
    assert weeks[0, 6]["ranges"] == marked["custom_rate_plan"][0]["ranges"]
    assert weeks[3, 4, 5]["ranges"] == marked["custom_rate_plan"][1]["ranges"]
    assert weeks[3, 4, 5]["note"] == "of the app"
    assert [
        (one["start_time"], one["end_time"], one["power"], one.get("charging_type", 0)) for one in weeks[1, 2]["ranges"]
    ] == [
        ("06:00", "09:00", 300, 0),
        ("12:00", "15:00", 600, 1),
    ]
    assert [entry["index"] for entry in found["custom_rate_plan"]] == [0, 1, 2]
    assert (found["blend_plan"], found["mode_type"]) == (marked["blend_plan"], 2)
    others = found.keys() - {"custom_rate_plan"}
    assert {key: found[key] for key in others} == {key: marked[key] for key in others}


@pytest.mark.parametrize("way", ["schedule", "app"])
async def test_a_single_slot_leaves_the_first_generation_at_nothing(hub: Hub, add_anker: AddAnker, way: str) -> None:
    """So a plan of one slot is always written in two halves, be it that the app left it so (§9.2, /issues/243)."""
    server = await start(hub, add_anker, "solarbank1")
    server.actions["set_single_slot_bug"]()
    device = site(server)
    before = plan(server, FIRST_PLAN)
    if way == "schedule":
        slot = {"start": "00:00", "end": "00:00", "mode": "supply", "power": 200}
        receipt = await act(hub, "set_schedule", device, slots=[slot], wait=30)
        assert receipt["outcome"] == "confirmed"
    else:
        only = before["ranges"][1] | {"start_time": "00:00", "mine": 1}
        server.actions["set_param"](kind=FIRST_PLAN, ranges=[only])
        await give(hub, f"{device}_output_preset", 200)
    found = plan(server, FIRST_PLAN)
    assert [(one["start_time"], one["end_time"], one["appliance_loads"][0]["power"]) for one in found["ranges"]] == [
        ("00:00", "12:00", 200),
        ("12:00", "24:00", 200),
    ]
    assert all(one["appliance_loads"][0]["name"] == "Custom" for one in found["ranges"])
    assert all(one.get("mine") == (1 if way == "app" else None) for one in found["ranges"])
    assert not server.world.sites[0].stuck
    assert {key: value for key, value in found.items() if key != "ranges"} == {
        key: value for key, value in before.items() if key != "ranges"
    }
    await live_on(hub, DETAILS, step=60.0)
    answer = await act(hub, "get_schedule", device)
    assert {slot["power"] for slot in answer["slots"]} == {200}


SUMMER = {
    "start_month": 1,
    "end_month": 12,
    "weekday": [
        {"start": 0, "end": 17, "tariff": "off_peak", "price": 0.25},
        {"start": 17, "end": 21, "tariff": "peak", "price": 0.45},
        {"start": 21, "end": 24, "tariff": "valley", "price": 0.2},
    ],
}


async def test_tariffs(hub: Hub, add_anker: AddAnker) -> None:
    """They go without the manual plans, whatever the owner made of these meanwhile; the last one takes the mode along (§12.3)."""
    server = await start(hub, add_anker, "solarbank2_ac")
    device = site(server)
    before = in_the_app(server)
    assert before["mode_type"] == 5
    for kind in ("lost", "refused"):
        server.actions["next_write"](kind)
        if kind == "lost":
            answer = await act(hub, "set_use_time_plan", device, seasons=[SUMMER])
            assert answer["outcome"] == "not_confirmed"
        else:
            await failure(act(hub, "set_use_time_plan", device, seasons=[SUMMER]))
        assert plan(server) == before
    await live_on(hub, MINUTE, step=20.0)
    answer = await act(hub, "set_use_time_plan", device, seasons=[SUMMER])
    assert answer["outcome"] == "confirmed"
    expected = before | {"use_time": plan(server)["use_time"]}
    assert plan(server) == expected
    (season,) = plan(server)["use_time"]
    assert [one["type"] for one in season["weekday"]] == [3, 1, 4]
    assert list(sent_plans(server)[-1]) == ["mode_type", "manual_backup", "use_time"]
    await live_on(hub, MINUTE, step=20.0)
    answer = await act(hub, "set_use_time_plan", device, seasons=[])
    assert answer["outcome"] == "confirmed"
    assert plan(server)["mode_type"] == 1, "no tariff to go by"
    assert plan(server) == before | {"use_time": [], "mode_type": 1}


async def test_a_backup_window(hub: Hub, add_anker: AddAnker) -> None:
    """It goes with the tariff as that is; switched off late it is on until then, and the window stays (§12.3)."""
    server = await start(hub, add_anker, "solarbank2_ac")
    device = site(server)
    before = in_the_app(server)
    server.actions["set_house"](level=30.0, solar_w=0.0)  # a full battery ends a backup charge
    start_at = server.clock.now().replace(second=0, microsecond=0) + timedelta(hours=1)
    ends_at = start_at + timedelta(hours=2)
    window: dict[str, Any] = {"start": start_at.isoformat(), "end": ends_at.isoformat()}
    answer = await act(hub, "set_backup_charge", device, enabled=True, **window)
    assert answer["outcome"] == "confirmed"
    backup = plan(server)["manual_backup"]
    assert backup["switch"] is True
    assert backup["ranges"] == [
        {"start_time": int(start_at.timestamp()), "end_time": int(start_at.timestamp()) + 7_200}
    ]
    assert plan(server) == before | {"manual_backup": backup}
    await live_on(hub, 2 * MINUTE, step=20.0)
    assert hub.state(f"{device}_backup_charge", "switch").state == "on"
    server.actions["next_write"]("late", seconds=300.0)
    assert await failure(turn(hub, f"{device}_backup_charge", "off")) == "not_confirmed"
    assert plan(server)["manual_backup"]["switch"] is True
    await live_on(hub, DETAILS + 300, step=60.0)
    assert plan(server) == before | {"manual_backup": backup | {"switch": False}}
    assert hub.state(f"{device}_backup_charge", "switch").state == "off"
    assert told(hub, device) == "confirmed"


async def test_a_window_of_a_power_panel(hub: Hub, add_anker: AddAnker) -> None:
    """It is sent with the detail, ended without, and a refusal changes nothing (§12.10)."""
    server = await start(hub, add_anker, "power_panel")
    device = site(server)
    window = server.world.extras.disaster(server.world.sites[0].id)
    server.actions["next_write"]("refused")
    await failure(act(hub, "set_backup_charge", device, enabled=True))
    assert not window.manual
    await live_on(hub, MINUTE, step=20.0)
    answer = await act(hub, "set_backup_charge", device, enabled=True)
    assert answer["outcome"] == "confirmed"
    assert window.active(server.clock.now())
    await live_on(hub, MINUTE, step=20.0)
    answer = await act(hub, "set_backup_charge", device, enabled=False)
    assert answer["outcome"] == "confirmed"
    assert not window.manual
    assert len(written(server)) == 3
