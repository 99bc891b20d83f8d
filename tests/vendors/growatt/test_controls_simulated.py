"""The same changes with either key to the account, on devices that obey, obey late, or do not."""

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
from custom_components.solar_battery_hub.core.schedule import Slot
from custom_components.solar_battery_hub.vendors.base import CONF_DIALOG, Wanted
from custom_components.solar_battery_hub.vendors.growatt.account import GrowattAccount
from tests.vendors.tools import HandClock

from . import password_bench, token_bench
from .controls_desk import text

MIN, SPH, SPA = "MOD0000001", "SPH0000001", "SPA0000001"
NIGHT = Slot(start=time(1, 30), end=time(5), mode="battery_first")
EVENING = Slot(start=time(17), end=time(21), mode="grid_first")


@dataclass(slots=True, kw_only=True)
class Scene:
    """An account whose settings were read, on a server with a device of every kind."""

    account: GrowattAccount
    bench: Any
    clock: HandClock
    told: list[tuple[str, bool]] = field(default_factory=list)
    desk: ControlDesk = field(init=False)

    def __post_init__(self) -> None:
        """Carry changes out as Home Assistant does."""
        self.desk = ControlDesk(
            self.account,
            self.clock,
            lambda _: None,
            on_change=lambda: None,
            on_outcome=lambda _, outcome, details: self.told.append((outcome, details["late"])),
        )

    async def change(self, device: str, **changes: Value) -> Receipt:
        """Change settings and wait a minute at most."""
        return await self.desk.apply(device, changes, wait=60)

    def settings(self, device: str) -> dict[str, Any]:
        """Return what a device really does."""
        self.bench.server.catch_up()
        return dict(self.bench.server.world.device(device).settings)


@asynccontextmanager
async def scene(key: str) -> AsyncGenerator[Scene]:
    """Open the account by ``token`` or by ``password`` and read all settings."""
    async with (token_bench if key == "token" else password_bench).open_bench("all") as bench:
        if key == "password":
            await bench.open(**{CONF_DIALOG: True}).identify()
            bench.clock.pass_time(minutes=6)
        account = bench.open()
        done: set[str] = set()
        while waiting := [feed for feed in account.feeds if feed.key not in done]:
            done.add(waiting[0].key)
            await account.fetch(waiting[0], Wanted())
        bench.clock.pass_time(minutes=6)
        yield Scene(account=account, bench=bench, clock=bench.clock)


pytestmark = pytest.mark.usefixtures("socket_enabled")

KEYS = pytest.mark.parametrize("key", ["token", "password"])


@KEYS
async def test_the_same_settings_with_either_key(key: str) -> None:
    async with scene(key) as stage:
        offered = {
            device: {control.setting.key for control in stage.account.controls(device)} for device in (MIN, SPH, SPA)
        }
        hybrid = {
            *("charge_power_rate", "charge_stop_level", "discharge_power_rate", "discharge_stop_level"),
            *("output_limit", "inverter_on", "set_clock", "charge_schedule"),
        }
        assert offered[SPH] == hybrid | {"grid_charging", "export_limit_mode"}
        assert offered[MIN] == offered[SPH] | {"off_grid_stop_level"}
        assert offered[SPA] - {"grid_charging"} == hybrid


@KEYS
async def test_a_min_confirms(key: str) -> None:
    async with scene(key) as stage:
        receipt = await stage.change(MIN, charge_power_rate=42, export_limit_mode="ct", grid_charging=True)
        assert receipt.outcome is Outcome.CONFIRMED
        found = stage.settings(MIN)
        assert (found["chargePowerCommand"], found["exportLimit"], found["acChargeEnable"]) == (42, 2, 1)


@KEYS
async def test_a_min_takes_a_schedule(key: str) -> None:
    async with scene(key) as stage:
        receipt = await stage.change(MIN, charge_schedule=text(NIGHT, EVENING))
        assert receipt.outcome is Outcome.CONFIRMED
        found = stage.settings(MIN)
        assert [found[name] for name in ("forcedTimeStart1", "forcedTimeStop1", "time1Mode", "forcedStopSwitch1")] == [
            *("1:30", "5:0", 1, 1)
        ]
        assert [found[name] for name in ("forcedTimeStart2", "forcedTimeStop2", "time2Mode", "forcedStopSwitch2")] == [
            *("17:0", "21:0", 2, 1)
        ]
        stage.clock.pass_time(minutes=6)
        assert (await stage.change(MIN, charge_schedule=text())).outcome is Outcome.CONFIRMED
        assert stage.settings(MIN)["forcedStopSwitch2"] == 0
        assert stage.settings(MIN)["forcedTimeStop2"] == "0:0"


@KEYS
@pytest.mark.parametrize("device", [SPH, SPA])
async def test_hybrids_take_both_kinds_of_periods(key: str, device: str) -> None:
    async with scene(key) as stage:
        before = stage.settings(device)
        receipt = await stage.change(device, charge_schedule=text(NIGHT, EVENING), charge_power_rate=42)
        if receipt.outcome is Outcome.ACCEPTED:
            assert key == "token"
            stage.clock.pass_time(minutes=10)
            await stage.desk.verify_due()
            assert stage.told == [("confirmed", True)]
        else:
            assert receipt.outcome is Outcome.CONFIRMED
        found = stage.settings(device)
        changed = {name: value for name, value in found.items() if before[name] != value}
        switches = ("forced{}StopSwitch1",) * 2 if device == SPH else ("batFirstSwitch1", "gridFirstSwitch1")
        assert changed == {
            "chargePowerCommand": 42,
            "forcedChargeTimeStart1": "1:30",
            "forcedChargeTimeStop1": "5:0",
            switches[0].format("Charge"): 1,
            "forcedDischargeTimeStart1": "17:0",
            "forcedDischargeTimeStop1": "21:0",
            switches[1].format("Discharge"): 1,
        }


@KEYS
async def test_a_change_that_is_acknowledged_but_not_applied(key: str) -> None:
    """A stop level below 10 % stays at 10 (A.9.1)."""
    async with scene(key) as stage:
        receipt = await stage.change(MIN, off_grid_stop_level=4)
        assert receipt.outcome is Outcome.NOT_CONFIRMED
        assert receipt.read_back == {"off_grid_stop_level": 10}


@KEYS
async def test_a_clock_is_set_to_the_plants_time(key: str) -> None:
    async with scene(key) as stage:
        assert (await stage.change(MIN, set_clock=True)).outcome is Outcome.CONFIRMED


@KEYS
async def test_an_offline_device_refuses(key: str) -> None:
    async with scene(key) as stage:
        stage.bench.server.world.device(MIN).go_silent()
        stage.clock.pass_time(minutes=40)
        with pytest.raises(WriteRefused) as told:
            await stage.change(MIN, charge_power_rate=42)
        assert told.value.reason == "device_offline"
