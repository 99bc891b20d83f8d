"""Changes on a simulated cloud that obeys, obeys late, in part, or not at all (anker.md §12, §18.12)."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

import pytest

from custom_components.solar_battery_hub.core.control import Outcome
from custom_components.solar_battery_hub.core.errors import WriteRefused
from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.core.schedule import Schedule, Slot
from custom_components.solar_battery_hub.vendors.anker.model import Category
from custom_components.solar_battery_hub.vendors.anker.products import product
from tests.vendors.anker.controls_desk import text
from tests.vendors.anker.settings_bench import Owner, another, owner_of

pytestmark = pytest.mark.usefixtures("socket_enabled")

PLAN: Final = {"operating_mode", "output_preset", "charge_schedule"}
MONEY: Final = {"tariff", "buy_price", "sell_price"}
BATTERY: Final = {"discharge_stop_level", "charge_stop_level", "backup_reserve", "backup_reserve_active"}
STATION: Final = {*BATTERY, "grid_export", "export_limit", "output_limit_power"}
FIRST: Final = {"output_preset", "charge_schedule", "allow_export", "charge_priority", "discharge_priority"}
LATER_BANK: Final = {"grid_export", "auto_upgrade"}
STATION_BANK: Final = {"pv_input_limit", "ac_charge_limit", "auto_upgrade"}
DAY: Final = Slot(start=time(10), end=time(0), mode="supply", power=300)

MORNING: Final = datetime(2026, 6, 2, 5, 15, tzinfo=UTC)  # before the slot of eight o'clock in the summer of Berlin

# By profile the settings of its first site and of its first solarbank (or inverter).
OFFERED: Final[dict[str, tuple[set[str], set[str]]]] = {
    "solarbank3": ({*PLAN, *MONEY, *STATION, "backup_charge"}, STATION_BANK),
    "multisystem": ({*PLAN, *MONEY, *STATION, "backup_charge"}, STATION_BANK),
    "solarbank2": ({*PLAN, *MONEY}, LATER_BANK),
    "solarbank2_plus": ({*PLAN, *MONEY}, LATER_BANK),
    "solarbank2_ac": ({*PLAN, *MONEY, "backup_charge"}, {*LATER_BANK, "ac_charge_limit"}),
    "plugs": ({*PLAN, *MONEY}, LATER_BANK),
    "cascade": ({*PLAN, *MONEY}, LATER_BANK),
    "solarbank1": ({*FIRST, *MONEY}, {"discharge_stop_level", "auto_upgrade"}),
    "solarbank1_dual": ({*FIRST, *MONEY}, {"output_preset", "discharge_stop_level", "auto_upgrade"}),
    "power_panel": ({"backup_charge", *MONEY}, set()),
    "hes": (MONEY, set()),
}


def bank(owner: Owner) -> str | None:
    """Return the first solarbank of the first site."""
    devices = owner.account.inventory.devices_of(owner.bench.sites[0])
    banks = (device.serial for device in devices if product(device.model).category is Category.SOLARBANK)
    return next(banks, None)


@pytest.mark.parametrize("profile", OFFERED)
async def test_whatever_is_offered_works(profile: str) -> None:
    """Each setting of every kind of system takes another value, and it is read back."""
    async with owner_of(profile) as owner:
        site, device = OFFERED[profile]
        assert set(owner.settings()) == site
        first = bank(owner)
        assert (set(owner.settings(first)) if first else set()) == device
        for place in filter(None, (owner.site, first)):
            for key in owner.settings(place):
                await _change(owner, place, key)


async def _change(owner: Owner, device: str, key: str) -> None:
    """Give a setting another value where it can have one now."""
    capabilities = {found.setting: found.writable for found in owner.account.capabilities(device)}
    value = another(owner.settings(device)[key], owner.pace.values.get(Ref(device, key)))
    if value is None or not capabilities[key]:
        return
    receipt = await owner.desk.apply(device, {key: value}, wait=60)
    assert receipt.outcome is Outcome.CONFIRMED, (key, receipt)
    owner.bench.clock.pass_time(minutes=2)


async def test_an_inverter_by_itself_obeys() -> None:
    async with owner_of("inverter") as owner:
        (inverter,) = (device.id for device in owner.account.devices if owner.account.controls(device.id))
        assert set(owner.settings(inverter)) == {"output_limit_power", "buy_price"}
        assert (await owner.change(inverter, output_limit_power=600)).outcome is Outcome.CONFIRMED
        assert (await owner.change(inverter, buy_price=0.4)).outcome is Outcome.CONFIRMED


async def test_members_have_nothing_to_set() -> None:
    async with owner_of("member") as owner:
        assert [control for device in owner.account.devices for control in owner.account.controls(device.id)] == []


async def test_a_schedule_reaches_the_device() -> None:
    """And nothing else changes on the way."""
    async with owner_of() as owner:
        before = owner.plan
        receipt = await owner.change(charge_schedule=text(DAY))
        assert receipt.outcome is Outcome.CONFIRMED
        changed = {key for key, value in owner.plan.items() if (value or None) != (before[key] or None)}
        assert changed == {"custom_rate_plan"}
        assert owner.plan["custom_rate_plan"][0]["week"] == [0, 1, 2, 3, 4, 5, 6]


async def test_mode_and_plan_of_two_groups_both_arrive() -> None:
    async with owner_of() as owner:
        await owner.change(operating_mode="manual")
        receipt = await owner.change(operating_mode="self_consumption", charge_schedule=text(DAY))
        assert receipt.outcome is Outcome.CONFIRMED
        assert owner.plan["mode_type"] == 1
        assert owner.plan["custom_rate_plan"][0]["ranges"][0]["power"] == 300


async def test_a_write_that_is_lost_is_not_confirmed() -> None:
    async with owner_of() as owner:
        owner.next_write("lost")
        receipt = await owner.change(operating_mode="manual", wait=30)
        assert receipt.outcome is Outcome.NOT_CONFIRMED
        assert receipt.read_back["operating_mode"] == "self_consumption"
        assert owner.writes == 1  # never sent twice


async def test_a_late_write_is_waited_for() -> None:
    async with owner_of() as owner:
        owner.next_write("late", seconds=20)
        receipt = await owner.change(operating_mode="manual")
        assert receipt.outcome is Outcome.CONFIRMED
        assert receipt.attempts > 1
        assert owner.writes == 1


async def test_a_write_later_than_anybody_waits_turns_up() -> None:
    async with owner_of() as owner:
        owner.next_write("late", seconds=90)
        receipt = await owner.change(operating_mode="manual", wait=20)
        assert receipt.outcome is Outcome.NOT_CONFIRMED
        await owner.pace.run(minutes=15)
        found = {ref.key: value for ref, value in owner.pace.values.items() if ref.device == owner.site}
        owner.desk.observe(owner.site, {"operating_mode": str(found["operating_mode"])})
        assert [outcome for _, outcome, _ in owner.told] == ["not_confirmed", "confirmed"]
        assert owner.told[-1][2]["late"] is True


async def test_a_part_that_arrives_is_seen() -> None:
    """Of a schedule's group only the mode arrives; the plan beside it is gone and shows so."""
    async with owner_of() as owner:
        owner.next_write("partial")
        receipt = await owner.change(charge_schedule=text(DAY), wait=20)
        assert receipt.outcome is Outcome.NOT_CONFIRMED


async def test_a_refusal_is_said() -> None:
    async with owner_of() as owner:
        owner.next_write("refused", code=10003)
        with pytest.raises(WriteRefused, match="refused_by_server"):
            await owner.change(operating_mode="manual")


async def test_a_lost_answer_is_no_lost_write() -> None:
    """It is looked for before anybody says that it failed."""
    async with owner_of() as owner:
        owner.bench.server.faults.add("/power_service/v1/site/set_site_device_param", "cut_connection", times=5)
        receipt = await owner.change(operating_mode="manual")
        assert receipt.outcome is Outcome.CONFIRMED


async def test_a_preset_of_another_hour_was_not_changed_elsewhere() -> None:
    """What the plan says for the next slot is no news, what somebody sets in the app is (§9.3)."""
    async with owner_of("solarbank2", at=MORNING) as owner:
        seen = set()
        for _ in range(5):
            await owner.pace.run(minutes=30)
            value = owner.value("output_preset")
            assert isinstance(value, float)
            seen.add(value)
            owner.desk.observe(owner.site, {"output_preset": value})
        assert len(seen) > 1
        assert owner.told == []
        owner.bench.act("set_param", kind="6", mode_type=1)
        await owner.pace.run(minutes=15)
        assert owner.value("operating_mode") == "self_consumption"


async def test_first_plans_are_never_a_single_slot() -> None:
    """The trap of §9.2: a device left at 0 W by a single slot of a whole day."""
    async with owner_of("solarbank1") as owner:
        owner.bench.act("set_single_slot_bug", on=True)
        whole = Slot(start=time(0), end=time(0), mode="supply", power=300)
        receipt = await owner.change(charge_schedule=text(whole))
        assert receipt.outcome is Outcome.CONFIRMED
        site = owner.bench.server.world.sites[0]
        assert len(site.settings["4"]["ranges"]) == 2
        assert site.stuck is False


async def test_cascaded_solarbanks_follow_the_main_one() -> None:
    async with owner_of("cascade") as owner:
        first = next(
            device.serial
            for device in owner.account.inventory.devices_of(owner.bench.sites[0])
            if product(device.model).generation == 1
        )
        assert (await owner.change(first, output_preset=120)).outcome is Outcome.CONFIRMED
        await owner.change(operating_mode="manual")
        with pytest.raises(WriteRefused, match="controlled_by_main_device"):
            await owner.change(first, output_preset=200)


async def test_what_is_offered_stands_over_a_restart() -> None:
    async with owner_of() as owner:
        before = owner.settings()
        account = owner.bench.restart()
        assert {control.setting.key: control.setting for control in account.controls(owner.site)} == before


async def test_settings_are_asked_within_limits() -> None:
    """A change of every minute for an hour, and nobody is ever turned away (§15)."""
    async with owner_of() as owner:
        for number in range(30):
            mode = ("manual", "self_consumption")[number % 2]
            assert (await owner.change(operating_mode=mode)).outcome is Outcome.CONFIRMED
            await owner.pace.run(minutes=2)
        assert 429 not in {request.status for request in owner.bench.server.requests}


async def test_schedules_are_told_in_site_time() -> None:
    """The plan of the cloud is in local time, so is ours."""
    async with owner_of() as owner:
        told = Schedule.from_text(owner.value("charge_schedule"))
        ranges = [bean for entry in owner.plan["custom_rate_plan"] for bean in entry["ranges"]]
        assert sorted({f"{slot.start:%H:%M}" for slot in told.slots}) == sorted({bean["start_time"] for bean in ranges})


async def test_backup_charge_ends_by_itself() -> None:
    async with owner_of() as owner:
        assert (await owner.change(backup_charge=True)).outcome is Outcome.CONFIRMED
        await owner.pace.run(minutes=2)
        assert owner.value("backup_charge") is True
        start, end = (owner.value(f"backup_charge_{edge}") for edge in ("start", "end"))
        assert end - start == timedelta(hours=3)  # type: ignore[operator]
        owner.bench.clock.pass_time(hours=3)
        await owner.pace.run(minutes=2)
        assert owner.value("backup_charge") is False
