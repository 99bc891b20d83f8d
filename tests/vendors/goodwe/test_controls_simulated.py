"""Changes on a server with devices that obey, obey late, refuse or take their time (goodwe.md §6, §10.13)."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import time
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.control import Outcome, Receipt
from custom_components.solar_battery_hub.core.desk import ControlDesk
from custom_components.solar_battery_hub.core.errors import WriteRefused
from custom_components.solar_battery_hub.core.model import Value
from custom_components.solar_battery_hub.core.refusal import ChangeRefused
from custom_components.solar_battery_hub.core.schedule import Schedule, Slot
from custom_components.solar_battery_hub.vendors.goodwe.account import GoodWeAccount
from tests.vendors.reading import fetch, values
from tests.vendors.tools import NOON

from .bench import Bench, open_bench
from .controls_desk import text
from .test_tou import DATA, LOG

NIGHT = Slot(start=time(2), end=time(5), mode="charge", power=50, stop_level=90)
EVENING = Slot(start=time(18), end=time(21), mode="discharge", power=32, stop_level=20)
NOW = Slot(start=time(13), end=time(18), mode="discharge", power=30, stop_level=20)  # it is 14 o'clock there
NEEDED = ("plants", "devices_", "facts_", "flow_", "plant_", "settings_")

pytestmark = pytest.mark.usefixtures("socket_enabled")


@dataclass(slots=True, kw_only=True)
class Scene:
    """An account whose settings were read, on a server with one inverter to try things on."""

    account: GoodWeAccount
    bench: Bench
    told: list[tuple[str, bool]] = field(default_factory=list)
    desk: ControlDesk = field(init=False)

    def __post_init__(self) -> None:
        """Carry changes out as Home Assistant does."""
        self.desk = ControlDesk(
            self.account,
            self.bench.clock,
            lambda _: None,
            on_change=lambda: None,
            on_outcome=lambda _, outcome, details: self.told.append((outcome, details["late"])),
        )

    @property
    def serial(self) -> str:
        """The inverter."""
        return self.bench.serial()

    @property
    def battery(self) -> str:
        """Its first battery."""
        listed = [device.id for device in self.account.devices if self.account.controls(device.id)]
        return next(device for device in listed if device != self.serial)

    @property
    def settings(self) -> dict[str, Any]:
        """What the inverter is really set to."""
        self.bench.server.catch_up()
        return next(self.bench.server.world.inverters).settings

    async def change(self, device: str = "", *, wait: float = 60, **changes: Value) -> Receipt:
        """Change settings, of the inverter unless said otherwise."""
        return await self.desk.apply(device or self.serial, changes, wait=wait)

    async def later(self) -> None:
        """Verify all that is pending, each when it is due."""
        while (at := self.desk.next_verification) is not None:
            await self.bench.clock.sleep_until(at)
            self.bench.server.catch_up()
            await self.desk.verify_due()


@asynccontextmanager
async def scene(profile: str = "all_in_one", shared: dict[str, Any] | None = None) -> AsyncGenerator[Scene]:
    """Open an account and read once what it has and how that is set."""
    async with open_bench(profile, at=NOON) as bench:
        bench.store.shared |= shared or {}
        account = bench.open()
        done: set[str] = set()
        while waiting := [feed.key for feed in account.feeds if feed.key not in done and feed.key.startswith(NEEDED)]:
            done.add(waiting[0])
            await fetch(account, waiting[0])
        yield Scene(account=account, bench=bench)


def running(value: Value) -> set[tuple[str, str, str]]:
    """Return the slots of a schedule that are on: start, end, mode."""
    return {
        (f"{slot.start:%H:%M}", f"{slot.end:%H:%M}", slot.mode)
        for slot in Schedule.from_text(value).slots
        if slot.enabled
    }


def offered(scene: Scene, device: str = "") -> set[str]:
    """Return what is offered."""
    return {control.setting.key for control in scene.account.controls(device or scene.serial)}


BACKUP = {"backup_mode", "backup_grid_charging", "backup_charge_power"}
BY_NAME = {*BACKUP, "time_of_use", "peak_shaving", "delayed_charge", "charge_schedule"}
LIMIT = {"export_limit_mode", "export_limit"}


@pytest.mark.parametrize(
    ("profile", "keys"),
    [
        ("home", BY_NAME | LIMIT),
        ("all_in_one", BY_NAME | LIMIT | {"off_grid_mode"}),
        ("first_generation", LIMIT | {"operating_mode", "charge_schedule"}),
        ("string", LIMIT | {"export_limit_rate"}),
        ("two_inverters", LIMIT | {"export_limit_rate"}),
    ],
)
async def test_what_each_kind_of_inverter_offers(profile: str, keys: set[str]) -> None:
    async with scene(profile) as it:
        assert offered(it) == keys | {"inverter_on"}


async def test_a_visitor_is_offered_nothing() -> None:
    async with scene("visitor") as it:
        assert offered(it) == set()
        with pytest.raises(ChangeRefused):
            await it.change(backup_mode=True)
        with pytest.raises(WriteRefused, match="no_permission"):
            await it.account.write(it.serial, {"backup_mode": True})
        assert it.bench.server.world.audit == []


async def test_rights_that_were_taken_away_meanwhile() -> None:
    async with scene() as it:
        plant = it.bench.server.world.plants[0]
        plant.permissions = tuple(right for right in plant.permissions if right != "INVERTER_REMOTE")
        for _ in range(2):
            with pytest.raises(WriteRefused, match="no_permission"):
                await it.change(backup_mode=True)
        assert len(it.bench.server.world.audit) <= 1


# By name


@pytest.mark.parametrize("profile", ["home", "all_in_one"])
@pytest.mark.parametrize(
    ("key", "member"),
    [("backup_mode", "BackupModeEnable"), ("time_of_use", "TOUModeEnable"), ("delayed_charge", "DelayedChargeEnable")],
)
async def test_switches(profile: str, key: str, member: str) -> None:
    async with scene(profile) as it:
        for on in (True, False):
            changes: dict[str, Any] = {key: on}
            assert (await it.change(**changes)).outcome is Outcome.CONFIRMED
            assert it.settings[member] == int(on)


async def test_peak_shaving() -> None:
    async with scene() as it:
        assert (await it.change(peak_shaving=True)).outcome is Outcome.CONFIRMED
        assert it.settings["DemandOrDelayedWeekEnable1"] == 252
        with pytest.raises(WriteRefused, match="not_with_peak_shaving"):
            await it.change(backup_mode=True)
        assert len(it.bench.server.world.audit) == 1
        assert (await it.change(peak_shaving=False, backup_mode=True)).outcome is Outcome.CONFIRMED


async def test_the_mode_of_a_first_generation() -> None:
    async with scene("first_generation") as it:
        for mode, number in (("backup", 2), ("time_of_use", 3), ("self_consumption", 0)):
            assert (await it.change(operating_mode=mode)).outcome is Outcome.CONFIRMED
            assert it.settings["Mode"] == number


async def test_charging_from_the_grid_in_backup_mode() -> None:
    async with scene("home") as it:
        with pytest.raises(WriteRefused, match="grid_charging_off"):
            await it.change(backup_charge_power=35.0)
        assert (await it.change(backup_grid_charging=True, backup_charge_power=40.0)).outcome is Outcome.ACCEPTED
        await it.later()
        assert (it.settings["BackupChargeModelEnable"], it.settings["BackupPChargeP"]) == (1, 40)
        assert (await it.change(backup_charge_power=35.0)).outcome is Outcome.CONFIRMED
        await it.change(backup_grid_charging=False)
        await it.later()
        assert (it.settings["BackupChargeModelEnable"], it.settings["BackupPChargeP"]) == (0, 35)
        assert it.told == [("confirmed", True), ("confirmed", False), ("confirmed", True)]


# Schedules


@pytest.mark.parametrize("profile", ["home", "all_in_one"])
async def test_a_schedule_is_written_read_back_and_obeyed(profile: str) -> None:
    async with scene(profile) as it:
        it.bench.act("set_house", level=80)
        receipt = await it.change(charge_schedule=text(NIGHT, NOW))
        assert receipt.outcome is Outcome.CONFIRMED
        wanted = {("02:00", "05:00", "charge"), ("13:00", "18:00", "discharge")}
        assert running(receipt.read_back["charge_schedule"]) == wanted
        assert it.settings["TOUModeEnable"] == 1
        it.bench.clock.pass_time(minutes=3)
        it.bench.server.catch_up()
        inverter = next(it.bench.server.world.inverters)
        record = it.bench.server.world.plants[0].minute
        assert record is not None
        assert record.battery_w == pytest.approx(0.3 * inverter.rated_w, rel=0.05)
        assert (await it.change(charge_schedule=text())).outcome is Outcome.CONFIRMED
        assert [it.settings[f"TOUWeekEnable{place}"] for place in (1, 2)] == [6, 6]
        assert (await it.change(charge_schedule=text(EVENING))).outcome is Outcome.CONFIRMED


async def test_a_schedule_on_a_first_generation() -> None:
    async with scene("first_generation") as it:
        slot = Slot(start=time(2), end=time(5), mode="charge", power=50, days=frozenset({0, 6}))
        assert (await it.change(charge_schedule=text(slot))).outcome is Outcome.CONFIRMED
        assert it.settings["Mode"] == 3
        assert it.settings["TOUWeek1"] == [0, 1]
        assert it.settings["ChargeDischargePW1"] == -50


async def test_a_limit_of_export_by_schedule() -> None:
    async with scene() as it:
        slot = Slot(start=time(18), end=time(21), mode="export", power=32, stop_level=20, months=frozenset({6}))
        assert (await it.change(charge_schedule=text(slot))).outcome is Outcome.CONFIRMED
        assert it.settings["TOUMonth1"] == [5, 12]


async def test_the_device_refuses_in_the_middle() -> None:
    async with scene() as it:
        it.bench.act("next_write")
        it.bench.act("next_write", "refused")
        receipt = await it.change(charge_schedule=text(NIGHT, EVENING))
        assert receipt.outcome is Outcome.NOT_CONFIRMED
        assert receipt.parts == {"slots 1": "written", "slots 2": "not_written", "time_of_use": "not_written"}


async def test_the_published_example_byte_by_byte() -> None:
    async with scene() as it:
        it.bench.forget_requests()
        await it.change(charge_schedule=text(NIGHT))
        sent = [request.body.decode() for request in it.bench.server.requests if request.path.endswith("remote/set")]
        to = (
            f'"sn":"{it.serial}","plantId":"{it.bench.plants[0]}","deviceName":"All-in-One 1","virtualSn":"{it.serial}"'
        )
        first, second = sent
        assert first == f'{{"functionName":"TOU1",{to},"data":{DATA},"waitingForDevice":true,"controlItemLogs":{LOG}}}'
        assert second == (
            f'{{"functionName":"TOUModeEnable",{to},"data":{{"TOUModeEnable":1}},"waitingForDevice":true,'
            '"controlItemLogs":{"TOU":"remote_Switch_on"}}'
        )


# By address


async def test_a_limit_of_export() -> None:
    async with scene() as it:
        assert (await it.change(export_limit=4200.0, export_limit_mode="on")).outcome is Outcome.ACCEPTED
        assert (it.settings["PWLimitThr"], it.settings["PWLimitEnable"]) == (4200, 1)
        await it.later()
        assert it.told == [("confirmed", True)]


async def test_immediate_charging() -> None:
    async with scene("home") as it:
        changes: dict[str, Any] = {"immediate_charge_level": 80.0, "immediate_charge": True}
        assert offered(it, it.battery) == {*changes, "immediate_charge_power"}
        assert (await it.change(it.battery, **changes)).outcome is Outcome.ACCEPTED
        assert (it.settings["ImmediateCharge"], it.settings["EndChargeSoc"]) == (1, 80)
        await it.later()
        await it.change(it.battery, immediate_charge=False)
        await it.later()
        assert it.told == [("confirmed", True)] * 2
        assert it.settings["ImmediateCharge"] == 0


@pytest.mark.parametrize("profile", ["string", "all_in_one", "home"])
async def test_stop_and_start(profile: str) -> None:
    async with scene(profile) as it:
        for on in (False, True):
            assert (await it.change(inverter_on=on)).outcome is Outcome.ACCEPTED
            await it.later()
            assert next(it.bench.server.world.inverters).running is on
        assert it.told == [("confirmed", True)] * 2


# What goes wrong


async def test_a_write_that_takes_half_a_minute() -> None:
    async with scene() as it:
        it.bench.server.world.clock.sleep = _wait(it.bench)  # type: ignore[method-assign]
        it.bench.act("next_write", blocks=30)
        receipt = await it.change(backup_mode=True)
        assert receipt.outcome is Outcome.CONFIRMED
        assert 30 < receipt.seconds < 40


def _wait(bench: Bench) -> Any:
    async def sleep(seconds: float) -> None:
        bench.clock.pass_time(seconds=seconds)

    return sleep


async def test_the_device_says_no() -> None:
    async with scene() as it:
        it.bench.act("next_write", "refused")
        with pytest.raises(WriteRefused, match="refused_by_device"):
            await it.change(backup_mode=True)
        assert it.settings["BackupModeEnable"] == 0
        assert (await it.change(backup_mode=True)).outcome is Outcome.CONFIRMED


async def test_taken_and_lost() -> None:
    async with scene() as it:
        it.bench.act("next_write", "lost", times=2)
        assert (await it.change(backup_mode=True)).outcome is Outcome.NOT_CONFIRMED
        await it.change(export_limit=4200.0)
        await it.later()
        assert it.told == [("not_confirmed", False), ("not_confirmed", True)]


async def test_an_effect_that_comes_late() -> None:
    async with scene() as it:
        it.bench.act("next_write", "late", seconds=20)
        receipt = await it.change(backup_mode=True)
        assert receipt.outcome is Outcome.CONFIRMED
        assert receipt.seconds >= 20
        it.bench.act("next_write", "late", seconds=90)
        await it.change(export_limit=4200.0)
        await it.later()
        assert it.told == [("confirmed", False), ("confirmed", True)]


async def test_what_is_told_by_the_feed_is_what_was_written() -> None:
    async with scene() as it:
        await it.change(charge_schedule=text(NIGHT))
        await it.change(export_limit=4200.0)
        await it.later()
        await fetch(it.account, next(feed.key for feed in it.account.feeds if feed.key.startswith("devices_")))
        told = values(await fetch(it.account, f"settings_{it.serial}"), it.serial)
        assert running(told["charge_schedule"]) == {("02:00", "05:00", "charge")}  # type: ignore[arg-type]
        assert (told["export_limit"], told["time_of_use"], told["inverter_on"]) == (4200, True, True)


async def test_the_owner_s_log_tells_what_was_done() -> None:
    async with scene("string") as it:
        await it.change(inverter_on=False)
        (entry,) = it.bench.server.world.audit
        assert (entry.log, entry.code) == ({"status_setting": "stop"}, "ok")


# The older service


async def test_start_and_stop_by_the_older_service() -> None:
    async with scene("string", shared={"way": "legacy"}) as it:
        assert offered(it) == {"inverter_on", "output_limit"}
        for on in (False, True):
            assert (await it.change(inverter_on=on)).outcome is Outcome.ACCEPTED
            await it.later()
            assert next(it.bench.server.world.inverters).running is on
        assert it.told == [("confirmed", True)] * 2


async def test_a_limit_by_the_older_service() -> None:
    async with scene("string", shared={"way": "legacy"}) as it:
        assert (await it.change(output_limit=50.0)).outcome is Outcome.ACCEPTED
        assert it.settings["ActivePowerLimit"] == 50
        await it.later()
        assert it.told == [("confirmed", True)]
