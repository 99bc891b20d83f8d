"""The published client iobroker.ankersolix2 2.4.1, unmodified, works on the simulated cloud (anker.md §18).

It encrypts for the real server's key, so the cloud takes any well-formed login. ``docs/simulators.md`` tells how to install it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
import json
import os
from pathlib import Path
import shutil
from typing import Any

import pytest

from tests.simulators.anker import AnkerSimulator
from tests.simulators.clock import SimClock

from .anker_host import RECORDINGS, needs_recordings, running

PACKAGE = "iobroker.ankersolix2"
FOLDER = Path(os.environ.get("IOBROKER_ANKERSOLIX2") or Path(__file__).parents[2] / ".cache/iobroker")
"""Where ``npm install`` has put it."""
MANIFEST = FOLDER / "node_modules" / PACKAGE / "package.json"
NODE = shutil.which("node")
SCRIPT = Path(__file__).with_name("iobroker_adapter.cjs")

pytestmark = [
    pytest.mark.usefixtures("socket_enabled"),
    pytest.mark.skipif(NODE is None, reason="node is not here"),
    pytest.mark.skipif(not MANIFEST.is_file(), reason=f"{PACKAGE} is not installed in {FOLDER}"),
]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the adapter made of the cloud: its states by id, and what it complained about."""

    states: dict[str, Any]
    errors: list[str]


@asynccontextmanager
async def cloud(clock: SimClock, profile: str = "solarbank3", **options: Any) -> AsyncIterator[AnkerSimulator]:
    """Serve an account the adapter can sign in to; it reads days by the computer's own date."""
    clock.set(datetime.now(UTC).replace(hour=11, minute=30))
    async with running(clock, profile, strict=False, **options) as simulator:
        yield simulator


async def look(simulator: AnkerSimulator, **more: Any) -> Seen:
    """Let the adapter look once."""
    account = simulator.door.account
    options = {
        "server": simulator.url,
        "username": account.email,
        "password": account.password,
        "country": account.country,
        "site": next(iter(simulator.source.sites)),
        **more,
    }
    process = await asyncio.create_subprocess_exec(
        str(NODE),
        str(SCRIPT),
        str(FOLDER),
        json.dumps(options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "TZ": "UTC"},
    )
    output, complaint = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, complaint.decode()
    return Seen(**json.loads(output))


def test_it_is_the_published_client() -> None:
    assert json.loads(MANIFEST.read_text(encoding="utf-8"))["version"] == "2.4.1"


async def test_it_signs_in_and_reads(clock: SimClock) -> None:
    """One login, one look at everything; what it shows is what the scene tells."""
    async with cloud(clock) as simulator:
        seen = await look(simulator)
        site = simulator.world.sites[0]
        bank = next(device for device in site.devices if device.model == "A17C5")
        truth = site.report
        told = f"{site.id}.solarbank_info"
        assert seen.errors == []
        assert seen.states["info.apiconnection"] is True
        assert simulator.door.logins == 1
        assert seen.states[f"{told}.total_photovoltaic_power"] == pytest.approx(truth.solar_w, abs=1)
        assert seen.states[f"{told}.total_battery_power"] == pytest.approx(truth.level, abs=1.5)
        assert seen.states[f"{told}.solarbank_list.{bank.serial}.is_admin"] is True
        assert seen.states[f"{site.id}.home_load_power"] == pytest.approx(truth.home_w, abs=1)


async def test_it_reads_statistics(clock: SimClock) -> None:
    """What it shows of a day is what the house has done by then (three minutes late, two decimals)."""
    async with cloud(clock, past_days=1) as simulator:
        seen = await look(simulator)
        site = simulator.world.sites[0]
        (meter,) = [device for device in site.devices if device.model == "SHEMP3"]
        today = site.diary.days[site.local(clock.now()).date()]
        told = f"{site.id}.energyanalysis"
        assert today.solar > 0.5
        assert float(seen.states[f"{told}.solar_production.day.solar_total"]) == pytest.approx(today.solar, abs=0.1)
        assert float(seen.states[f"{told}.grid.day.solar_to_grid_total"]) == pytest.approx(today.exported, abs=0.1)
        home = f"{told}.home_usage.{meter.serial}.day"
        assert float(seen.states[f"{home}.home_usage_total"]) == pytest.approx(today.home, abs=0.1)
        assert f"{told}.solar_production.week.power_unit" in seen.states
        assert {record.status for record in simulator.requests} == {200}


async def test_it_writes_a_preset(clock: SimClock) -> None:
    """Its control mode replaces the plan by one slot with the power that was asked for."""
    async with cloud(clock) as simulator:
        site = simulator.world.sites[0]
        seen = await look(simulator, preset=350)
        assert seen.errors == []
        plan = site.settings["6"]
        assert plan["mode_type"] == 3
        ranges = [{"start_time": "00:00", "end_time": "24:00", "power": 350}]
        assert [entry["ranges"] for entry in plan["custom_rate_plan"]] == [ranges]


@needs_recordings
@pytest.mark.parametrize("folder", ["SB3_SM_Smart", "SB2_SM_ManMode_Schedule", "SB1_Dual_NoEnergy", "SB2_SB1_Bypass"])
async def test_it_reads_recordings(clock: SimClock, folder: str) -> None:
    async with cloud(clock, constellation=RECORDINGS / folder) as simulator:
        seen = await look(simulator)
        assert seen.errors == []
        site_id = next(iter(simulator.source.sites))
        scene = json.loads((RECORDINGS / folder / f"scene_{site_id}.json").read_text(encoding="utf-8"))["data"]
        for row in scene["solarbank_info"]["solarbank_list"]:
            told = f"{site_id}.solarbank_info.solarbank_list.{row['device_sn']}"
            assert seen.states[f"{told}.battery_power"] == float(row["battery_power"])
            assert seen.states[f"{told}.output_power"] == float(row["output_power"])
