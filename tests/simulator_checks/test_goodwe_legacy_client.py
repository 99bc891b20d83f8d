"""The published client pygoodwe 0.1.10, unmodified, reads the legacy app API (goodwe.md §10.18)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pygoodwe
import pytest

from tests.simulators.clock import SimClock
from tests.simulators.goodwe import GoodWeSimulator
from tests.simulators.goodwe.world import Plant, Record

from .goodwe_host import running

pytestmark = pytest.mark.usefixtures("socket_enabled")

MONITOR = "/api/v2/PowerStation/GetMonitorDetailByPowerstationId"
LOGIN = "/api/v2/Common/CrossLogin"


class Published:
    """The published client in a thread: ``await published("getPVFlow")`` calls ``getPVFlow()``."""

    def __init__(self, simulator: GoodWeSimulator, kind: type[pygoodwe.API], pool: ThreadPoolExecutor) -> None:
        """Point it at a server."""
        account = simulator.world.account
        self.simulator = simulator
        self._pool = pool
        self.api = kind(self.plant.id, account.email, account.password, api_url=f"{simulator.url}/api/", skipload=True)

    @property
    def plant(self) -> Plant:
        """Return the plant it reads."""
        return self.simulator.world.plants[0]

    @property
    def upload(self) -> Record:
        """Return the plant's last upload."""
        assert self.plant.upload is not None
        return self.plant.upload

    async def __call__(self, method: str, *args: Any, **options: Any) -> Any:
        """Call a method of the client."""
        call: Callable[..., Any] = getattr(self.api, method)
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: call(*args, **options))


@asynccontextmanager
async def published(
    clock: SimClock, profile: str = "home", kind: type[pygoodwe.API] = pygoodwe.SingleInverter
) -> AsyncIterator[Published]:
    """Run a server and let the published client read it."""
    async with running(clock, profile) as simulator:
        with ThreadPoolExecutor(1) as pool:
            client = Published(simulator, kind, pool)
            assert await client("get_current_readings")
            yield client


def test_it_is_the_published_client() -> None:
    assert version("pygoodwe") == "0.1.10"


async def test_it_signs_in_when_it_must(clock: SimClock) -> None:
    """It asks first, signs in after the refusal and asks again; then only after it was displaced."""
    async with published(clock) as client:
        paths = [record.path for record in client.simulator.requests]
        assert paths == [MONITOR, LOGIN, MONITOR]
        assert client.api.base_url == f"{client.simulator.url}/api/"
        await client("get_current_readings")
        assert len(client.simulator.requests) == 4
        client.simulator.stage.other_client_signs_in("legacy")
        await client("get_current_readings")
        assert [record.path for record in client.simulator.requests][4:] == [MONITOR, LOGIN, MONITOR]


async def test_values(clock: SimClock) -> None:
    async with published(clock) as client:
        record, lead = client.upload, client.plant.lead
        assert await client("getPVFlow") == record.solar_w > 1_000
        assert await client("getLoadFlow") == record.load_w
        assert await client("getPmeter") == -record.grid_w
        assert await client("get_batteries_soc") == record.level
        assert await client("getVoltage") == lead.phases(record)[0].volts
        assert await client("get_inverter_temperature") == lead.temperature(record)


async def test_values_while_importing(clock: SimClock) -> None:
    clock.set(datetime(2026, 6, 21, 20, 30, tzinfo=UTC))
    async with published(clock) as client:
        client.plant.house.set_level(10)
        client.plant.house.set(home_w=2_337.0)
        clock.advance(600)
        await client("get_current_readings")
        assert await client("getPVFlow") == 0
        assert await client("getPmeter") == -client.upload.grid_w < 0
        assert client.api.data["powerflow"]["grid"] == f"{client.upload.grid_w:.0f}(W)"


async def test_upload_elsewhere(clock: SimClock) -> None:
    """What it makes of a reading for another service, its date strictly parsed."""
    async with published(clock) as client:
        found = await client("getDataPvoutput")
        assert (found["d"], found["t"]) == ("20260621", "12:30")
        assert found["v2"] == client.upload.solar_w
        energy = client.api.data["kpi"]["power"]
        assert energy == pytest.approx(client.upload.counted.today.solar, abs=0.06)


@pytest.mark.parametrize("profile", ["two_inverters", "parallel"])
async def test_several_inverters(clock: SimClock, profile: str) -> None:
    async with published(clock, profile, pygoodwe.API) as client:
        voltages, levels = await client("getVoltage"), await client("get_batteries_soc")
        assert len(voltages) == len(levels) == 2
        assert all(220 < volts < 240 for volts in voltages)
        assert sum(entry["invert_full"]["pmeter"] for entry in client.api.data["inverter"]) == -client.upload.grid_w


async def test_excel(clock: SimClock, tmp_path: Path) -> None:
    async with published(clock) as client:
        file = tmp_path / "day.xls"
        assert await client("getDayDetailedReadingsExcel", date(2026, 6, 21), filename=str(file))
        rows = file.read_text(encoding="utf-8").count("<tr>")
        assert rows == 1 + len(client.plant.lead.uploads)
