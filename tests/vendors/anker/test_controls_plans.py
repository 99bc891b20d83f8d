"""What is sent of plans, byte for byte, and how it is read back (anker.md §9.2, §9.3, §12.1 – §12.3)."""

from datetime import UTC, datetime, time
import json
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import BadAnswer, WriteIncomplete, WriteRefused
from custom_components.solar_battery_hub.core.schedule import Schedule, Slot
from tests.vendors.anker.controls_desk import METER, PLUGS, desk, text

# The plan of the recorded Solarbank 2, and what a public client sends to have 250 W in the slot of noon (§12.2).
MANUAL: dict[str, Any] = {
    "mode_type": 3,
    "custom_rate_plan": [
        {"index": 0, "week": [0, 6], "ranges": [{"start_time": "00:00", "end_time": "24:00", "power": 110}]},
        {
            "index": 1,
            "week": [1, 2, 3, 4, 5],
            "ranges": [
                {"start_time": "00:00", "end_time": "08:00", "power": 100},
                {"start_time": "08:00", "end_time": "22:00", "power": 120},
                {"start_time": "22:00", "end_time": "24:00", "power": 90},
            ],
        },
    ],
    "blend_plan": None,
    "default_home_load": 200,
    "max_load": 800,
    "min_load": 0,
    "step": 10,
}
SENT_PRESET = (
    '{"mode_type":3,"custom_rate_plan":[{"index":0,"week":[0,6],"ranges":[{"start_time":"00:00","end_time":"24:00",'
    '"power":110}]},{"index":1,"week":[1,2,3,4,5],"ranges":[{"start_time":"00:00","end_time":"08:00","power":100},'
    '{"start_time":"08:00","end_time":"22:00","power":250},{"start_time":"22:00","end_time":"24:00","power":90}]}],'
    '"blend_plan":[]}'
)
SMART: dict[str, Any] = {
    "mode_type": 1,
    "custom_rate_plan": [],
    "blend_plan": [],
    "use_time": [],
    "manual_backup": {"ranges": [{"start_time": 1757803140, "end_time": 1757813940}], "switch": False},
    "reserved_soc": 0,
    "dynamic_price": {"country": "DE", "company": "Nordpool", "area": "GER", "pct": None},
    "ai_ems": {"enable": False, "status": 3},
    "max_load": 1200,
    "min_load": 0,
    "step": 10,
}
SLOTS_SMART = METER | {"feature_switch": {"enable_timeslot": True}}


def week(text_: object) -> dict[str, list[str]]:
    """Return a schedule as lines by weekdays, for comparing."""
    found: dict[str, list[str]] = {}
    for slot in Schedule.from_text(text_).slots:
        days = "".join(str(day) for day in sorted(slot.days or range(7)))
        found.setdefault(days, []).append(f"{slot.start:%H:%M}-{slot.end:%H:%M} {slot.mode} {slot.power:g}")
    return found


# Mode, preset and plan of later generations


async def test_preset_is_sent_as_a_public_client_sends_it() -> None:
    async with desk("A17C1") as owner:
        owner.cloud.params["6"] = MANUAL
        told = await owner.note(METER)
        assert (told["operating_mode"], told["output_preset"]) == ("manual", 120)
        assert await owner.write_param(output_preset=250) == ("6", SENT_PRESET)
        assert (await owner.read_back("output_preset"))["output_preset"] == 250


async def test_meter_mode_of_a_solarbank_2() -> None:
    async with desk("A17C1") as owner:
        owner.cloud.params["6"] = MANUAL
        await owner.note(METER)
        assert owner.settings()["operating_mode"].options == ("self_consumption", "manual")
        sent = await owner.write_param(operating_mode="self_consumption")
        assert sent == ("6", '{"mode_type":1,"manual_backup":{},"use_time":[]}')
        assert await owner.read_back("operating_mode") == {"operating_mode": "self_consumption"}
        assert owner.cloud.params["6"]["custom_rate_plan"] == MANUAL["custom_rate_plan"]


async def test_smart_mode_keeps_an_old_backup_range() -> None:
    async with desk("A17C5") as owner:
        owner.cloud.params |= {"6": SMART, "13": {"data_auth": True}}
        await owner.note(METER)
        sent = await owner.write_param(operating_mode="smart")
        assert sent == (
            "6",
            (
                '{"mode_type":7,"manual_backup":{"ranges":[{"start_time":1757803140,"end_time":1757813940}],'
                '"switch":false},"use_time":[]}'
            ),
        )


async def test_manual_mode_goes_with_the_plans() -> None:
    async with desk("A17C5") as owner:
        owner.cloud.params["6"] = SMART | {"custom_rate_plan": MANUAL["custom_rate_plan"][:1]}
        await owner.note(METER)
        kind, sent = await owner.write_param(operating_mode="manual")
        plans = json.dumps(MANUAL["custom_rate_plan"][:1], separators=(",", ":"))
        assert (kind, sent) == ("6", f'{{"mode_type":3,"custom_rate_plan":{plans},"blend_plan":[]}}')


@pytest.mark.parametrize(
    ("models", "scene", "params", "modes"),
    [
        (["A17C1"], {}, {}, ("manual",)),
        (["A17C1"], PLUGS, {}, ("smart_plugs", "manual")),
        (["A17C1"], METER, {"13": {"data_auth": True}}, ("self_consumption", "manual")),
        (["A17C2"], METER, {"use_time": [{"sea": {}}]}, ("self_consumption", "manual", "time_of_use")),
        (["A17C2"], {}, {"use_time": [{"sea": {}}]}, ("manual",)),
        (["A17C5"], METER, {}, ("self_consumption", "manual")),
        (["A17C5"], METER, {"13": {"data_auth": False}}, ("self_consumption", "manual")),
        (["A17C5"], METER, {"13": {"data_auth": True}}, ("self_consumption", "manual", "smart")),
        (["A17C5"], SLOTS_SMART, {}, ("self_consumption", "manual", "dynamic_tariff")),
    ],
)
async def test_modes_that_a_site_can_have(
    models: list[str], scene: dict[str, Any], params: dict[str, Any], modes: tuple[str, ...]
) -> None:
    async with desk(*models) as owner:
        plan = MANUAL | {key: value for key, value in params.items() if not key.isdigit()}
        owner.cloud.params |= {"6": plan} | {key: value for key, value in params.items() if key.isdigit()}
        await owner.note(scene)
        assert owner.settings()["operating_mode"].options == modes


async def test_a_mode_that_only_shows_is_told() -> None:
    async with desk("A17C5") as owner:
        owner.cloud.params["6"] = SMART | {"mode_type": 4}
        assert (await owner.note(METER))["operating_mode"] == "backup"
        assert "backup" not in owner.settings()["operating_mode"].options
        with pytest.raises(WriteRefused, match="setting_not_told"):
            await owner.write(backup_charge=True)
        owner.cloud.params["6"] = SMART | {"mode_type": 12}
        assert (await owner.note(METER))["operating_mode"] == "other"


async def test_a_preset_belongs_to_two_modes() -> None:
    async with desk("A17C5") as owner:
        owner.cloud.params["6"] = SMART
        told = await owner.note(METER)
        assert told["output_preset"] is None
        assert owner.reasons()["output_preset"] == "not_in_this_mode"
        assert "output_preset" in owner.settings()  # its entity stays
        with pytest.raises(WriteRefused, match="not_in_this_mode"):
            await owner.write(output_preset=100)
        assert owner.cloud.sent == []


async def test_mode_and_preset_together_are_one_write() -> None:
    async with desk("A17C5") as owner:
        owner.cloud.params["6"] = SMART
        await owner.note(METER)
        kind, sent = await owner.write_param(operating_mode="manual", output_preset=150)
        assert (kind, json.loads(sent)) == (
            "6",
            {
                "mode_type": 3,
                "custom_rate_plan": [
                    {
                        "index": 0,
                        "week": [0, 1, 2, 3, 4, 5, 6],
                        "ranges": [{"start_time": "00:00", "end_time": "24:00", "power": 150}],
                    }
                ],
                "blend_plan": [],
            },
        )


async def test_base_output_beside_plugs() -> None:
    blend = [
        {"index": 0, "week": list(range(7)), "ranges": [{"start_time": "06:00", "end_time": "12:00", "power": 20}]}
    ]
    async with desk("A17C1") as owner:
        owner.cloud.params["6"] = MANUAL | {"mode_type": 2, "blend_plan": blend}
        assert (await owner.note(PLUGS))["output_preset"] == 0  # nothing is planned for noon
        kind, sent = await owner.write_param(output_preset=50)
        assert kind == "6"
        assert json.loads(sent)["custom_rate_plan"] == MANUAL["custom_rate_plan"]
        assert json.loads(sent)["blend_plan"][0]["ranges"] == [
            {"start_time": "06:00", "end_time": "12:00", "power": 20},
            {"start_time": "12:00", "end_time": "24:00", "power": 50},
        ]


async def test_what_charging_types_become() -> None:
    """A null is sent as 0, and no slot gets one that had none (§9.3)."""
    ranges = [
        {"start_time": "00:00", "end_time": "06:00", "power": 600, "charging_type": 1},
        {"start_time": "06:00", "end_time": "18:00", "power": 100, "charging_type": None},
        {"start_time": "18:00", "end_time": "24:00", "power": 300},
    ]
    plan = SMART | {"mode_type": 3, "custom_rate_plan": [{"index": 0, "week": list(range(7)), "ranges": ranges}]}
    async with desk("A17C5") as owner:
        owner.cloud.params["6"] = plan
        told = await owner.note(METER)
        assert week(told["charge_schedule"]) == {
            "0123456": ["00:00-06:00 charge 600", "06:00-18:00 supply 100", "18:00-00:00 supply 300"]
        }
        _, sent = await owner.write_param(output_preset=200)
        assert json.loads(sent)["custom_rate_plan"][0]["ranges"] == [
            ranges[0],
            {"start_time": "06:00", "end_time": "18:00", "power": 200, "charging_type": 0},
            ranges[2],
        ]
        owner.clock.moment = datetime(2026, 6, 3, 1, tzinfo=UTC)
        assert (await owner.note(METER))["output_preset"] is None
        with pytest.raises(WriteRefused, match="charging_in_this_slot"):
            await owner.write(output_preset=200)


# Schedules of weekdays


async def test_days_that_change_leave_their_entry() -> None:
    """Monday and Tuesday get a plan of their own, a copy of the entry that had them; what stays keeps its ranges (§9.3)."""
    async with desk("A17C1") as owner:
        owner.cloud.params["6"] = MANUAL | {"mode_type": 1}
        told = await owner.note(METER)
        slots = Schedule.from_text(told["charge_schedule"]).slots
        weekend, *rest = slots
        others = [Slot(start=s.start, end=s.end, mode=s.mode, power=s.power, days=frozenset({2, 3, 4})) for s in rest]
        mine = [Slot(start=time(0), end=time(8), mode="supply", power=100, days=frozenset({0, 1}))]
        mine.append(Slot(start=time(8), end=time(0), mode="supply", power=300, days=frozenset({0, 1})))
        _, sent = await owner.write_param(charge_schedule=text(weekend, *others, *mine))
        assert json.loads(sent) == {
            "mode_type": 1,
            "custom_rate_plan": [
                MANUAL["custom_rate_plan"][0],
                MANUAL["custom_rate_plan"][1] | {"week": [3, 4, 5]},
                {
                    "index": 2,
                    "week": [1, 2],
                    "ranges": [
                        {"start_time": "00:00", "end_time": "08:00", "power": 100},
                        {"start_time": "08:00", "end_time": "24:00", "power": 300},
                    ],
                },
            ],
            "blend_plan": [],
        }


async def test_a_whole_entry_is_changed_in_place() -> None:
    async with desk("A17C1") as owner:
        owner.cloud.params["6"] = MANUAL
        told = await owner.note(METER)
        first = Schedule.from_text(told["charge_schedule"]).slots[0]
        _, sent = await owner.write_param(charge_schedule=text(first))
        assert json.loads(sent)["custom_rate_plan"] == [MANUAL["custom_rate_plan"][0]]
        _, sent = await owner.write_param(
            charge_schedule=text(Slot(start=time(10), end=time(0), mode="supply", power=50))
        )
        assert json.loads(sent)["custom_rate_plan"] == [
            {
                "index": 0,
                "week": [0, 1, 2, 3, 4, 5, 6],
                "ranges": [{"start_time": "10:00", "end_time": "24:00", "power": 50}],
            }
        ]
        assert (await owner.write_param(charge_schedule=text()))[1] == (
            '{"mode_type":3,"custom_rate_plan":[],"blend_plan":[]}'
        )


async def test_a_plan_and_a_mode_of_the_other_group_are_two_writes() -> None:
    async with desk("A17C1") as owner:
        owner.cloud.params["6"] = MANUAL
        await owner.note(METER)
        plan = text(Slot(start=time(10), end=time(0), mode="supply", power=50))
        sent = await owner.write(operating_mode="self_consumption", charge_schedule=plan)
        first, second = (json.loads(body["param_data"]) for _, body in sent)
        assert first == {"mode_type": 1, "manual_backup": {}, "use_time": []}
        assert (second["mode_type"], list(second)) == (1, ["mode_type", "custom_rate_plan", "blend_plan"])


async def test_a_second_write_that_fails_tells_what_was_written() -> None:
    async with desk("A17C1") as owner:
        owner.cloud.params["6"] = MANUAL
        owner.cloud.data["get_site_price"] = {"price": 0.3, "site_price_unit": "€"}
        await owner.note(METER)
        owner.cloud.codes["update_site_price"] = 10003
        with pytest.raises(WriteIncomplete) as caught:
            await owner.write(output_preset=100, buy_price=0.4)
        assert caught.value.parts == {"output_preset": "written", "buy_price": "not_written"}


async def test_limits_of_presets() -> None:
    """The larger one of the plan's and the model's largest option holds; the cloud's own options win (§9.3, §9.6)."""
    async with desk("A17C5") as owner:
        owner.cloud.params["6"] = SMART | {"mode_type": 3, "max_load": 800, "step": 5}
        await owner.note(METER)
        found = owner.settings()["output_preset"]
        assert not found.wears  # it is what everybody regulates with
        assert (found.minimum, found.maximum, found.step) == (0, 1200, 5)
        owner.clock.pass_time(minutes=2)
        owner.cloud.data["get_power_limit"] = {"power_limit_option": [{"limit": 350}, {"limit": 600}]}
        await owner.note(METER)
        assert owner.settings()["output_preset"].maximum == 800
        rules = owner.settings()["charge_schedule"].rules
        assert [group.key for group in rules.groups] == ["output"]
        assert rules.modes["charge"].power.maximum == 1200
        owner.clock.pass_time(minutes=2)
        owner.cloud.data["get_power_limit"] = {"ae100_info": {"device_sn": "DOCK"}, "power_limit_option": []}
        await owner.note(METER)
        assert owner.settings()["output_preset"].maximum == 4800


async def test_an_increase_waits_for_the_last_one() -> None:
    """Thirty seconds between two; a decrease goes at once (§12)."""
    async with desk("A17C1") as owner:
        owner.cloud.params["6"] = MANUAL
        await owner.note(METER)
        await owner.write(output_preset=200)
        after_first = owner.clock.now()
        await owner.write(output_preset=150)
        assert (owner.clock.now() - after_first).total_seconds() < 10
        await owner.write(output_preset=300)
        assert (owner.clock.now() - after_first).total_seconds() >= 30
        await owner.write(output_preset=100)
        owner.clock.pass_time(seconds=40)
        before = owner.clock.now()
        await owner.write(output_preset=400)
        assert (owner.clock.now() - before).total_seconds() < 10


async def test_nothing_is_sent_when_nothing_is_told() -> None:
    async with desk("A17C1") as owner:
        owner.cloud.params["6"] = MANUAL
        await owner.note(METER)
        owner.cloud.params["6"] = ""
        with pytest.raises(BadAnswer):
            await owner.write(output_preset=200)
        assert owner.cloud.sent == []


async def test_a_mode_brings_its_tariff() -> None:
    """Dynamic prices with the provider of the schedule; there is no way back to a fixed price (§12.2)."""
    async with desk("A17C5") as owner:
        owner.cloud.params["6"] = SMART
        owner.cloud.data["get_site_price"] = {"price": 0.3, "site_price_unit": "€", "price_type": "fixed"}
        told = await owner.note(SLOTS_SMART)
        assert told["tariff"] == "fixed"
        sent = await owner.write(operating_mode="dynamic_tariff")
        assert [path for path, _ in sent] == ["set_site_device_param", "update_site_price"]
        assert sent[1][1]["price_type"] == "dynamic"
        assert sent[1][1]["dynamic_price"] == {"country": "DE", "company": "Nordpool", "area": "GER"}
        found = await owner.read_back("operating_mode")
        assert (found["operating_mode"], found["tariff"]) == ("dynamic_tariff", "dynamic")
        assert [path for path, _ in await owner.write(operating_mode="manual")] == ["set_site_device_param"]


async def test_a_tariff_that_is_not_told_does_not_keep_the_mode_from_changing() -> None:
    async with desk("A17C5") as owner:
        owner.cloud.params["6"] = SMART
        owner.cloud.codes["get_site_price"] = 10000
        await owner.note(SLOTS_SMART)
        assert (await owner.write_param(operating_mode="dynamic_tariff"))[0] == "6"
