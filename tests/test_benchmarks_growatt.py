"""The arithmetic and the tools of Growatt's benchmark. What it measures depends on the machine and is asserted nowhere."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
import sys
import threading
from typing import Any

from growattServer import GrowattApi, OpenApiV1, base_api as library
from homeassistant.components.growatt_server.const import SERVER_URLS_NAMES
import pytest

from tests.benchmarks import skipped_time
from tests.benchmarks.ages import TOLERANCE_W, ages
from tests.benchmarks.figures import Row
from tests.benchmarks.growatt.figures import Figures
from tests.benchmarks.growatt.report import report
from tests.benchmarks.growatt.runs import Collected, Measured
from tests.benchmarks.growatt.server import UPLOAD_SECONDS
from tests.benchmarks.growatt.subjects import ACCOUNTS, OURS, OURS_FAST, REGION, RIVAL, point_core_at, reads
from tests.benchmarks.jumping_sun import JumpingSun
from tests.benchmarks.measures import StoredFiles
from tests.benchmarks.relay import Relay
from tests.benchmarks.tables import verdict
from tests.benchmarks.threads import WatchedThreads

UPLOADS = [(0.0, 1000.0), (300.0, 1500.0), (600.0, 1200.0), (900.0, 1700.0)]


def start(**figures: float) -> dict[str, Any]:
    """Return what a start costs."""
    return {
        "requests": 9,
        "logins": 0,
        "values_after": 0.0,
        "seconds": 0.5,
        "cpu_ms": 50.0,
        "hold_cpu_ms": 7.0,
        "entities": 30,
        **figures,
    }


def measured(*, requests: int, cpu_ms: float, delays: list[float], logins: int = 0) -> Measured:
    """Return what a measured process says of two hours."""
    day = {
        "hours": 2.0,
        "requests": requests,
        "logins": logins,
        "reads": 20,
        "refused": 0,
        "sent": 10_000,
        "received": 100_000,
        "connections": 24,
        "cpu_ms": cpu_ms,
        "loop_ms": cpu_ms / 2,
        "recorder_ms": cpu_ms / 4,
        "changed": 300,
        "reported": 100,
        "rows": 300,
        "files": 5,
    }
    seen = {"uploads": 4, "delays": delays, "age_seconds": 200_000.0, "shown_seconds": 1_000.0}
    holds = {"hold_wall_ms": 5.0, "hold_cpu_ms": 2.0}
    return Measured(
        added={"requests": 12, "logins": 1},
        lived={"day": day, "jumps": {"ages": [seen, seen], **holds}},
        soon=start(),
        later={"start": start(), "hang": {"blocked_seconds": 0.01, "blocked_threads": 0, **holds}},
    )


@pytest.fixture
def collected() -> Collected:
    """One account, measured with both, and what nobody needs."""
    nothing = {"hours": 1.0, "cpu_ms": 50.0, "loop_ms": 20.0, "recorder_ms": 10.0, "files": 2}
    both = {
        OURS.name: measured(requests=60, cpu_ms=500.0, delays=[40.0, 50.0]),
        RIVAL.name: measured(requests=200, cpu_ms=900.0, delays=[100.0, 200.0, 150.0, 150.0], logins=48),
    }
    return Collected(measured={"an account": both}, nobody={"day": nothing})


def row_named(collected: Collected, name: str) -> Row:
    rows = Figures(collected, "an account").rows()
    return next(row for row in rows if row.name == name)


def test_a_part_of_a_day_stands_for_a_day(collected: Collected) -> None:
    row = row_named(collected, "Requests per day")
    assert (row.ours, row.core) == (60 * 12, 200 * 12)
    assert verdict(row) == "≤ 0.5 × core: met"
    logins = row_named(collected, "Logins per day")
    assert (logins.ours, logins.core) == (0, 48 * 12)


def test_cpu_is_without_what_nobody_needs(collected: Collected) -> None:
    assert row_named(collected, "CPU per live reading").ours == pytest.approx((500 - 2 * 50) / 20)
    bare = row_named(collected, "… without the recorder's")
    assert bare.ours == pytest.approx(((500 - 2 * 50) - (125 - 2 * 10)) / 20)
    assert row_named(collected, "CPU per day").core == pytest.approx((900 - 2 * 50) * 12 / 1000)


def test_files_are_without_what_nobody_needs(collected: Collected) -> None:
    assert row_named(collected, "Stores written to the disk per day").ours == (5 - 2 * 2) * 12


def test_ages_are_summed_up_over_devices_and_positions(collected: Collected) -> None:
    row = row_named(collected, "From upload to state, mean")
    assert (row.ours, row.core) == (45, 150)
    assert row_named(collected, "Age of what is shown, mean").ours == pytest.approx(200)
    missed = row_named(collected, "Uploads that were never shown")
    assert (missed.ours, missed.core) == (50, 0)


def test_a_setting_that_was_not_measured_stays_empty(collected: Collected) -> None:
    assert row_named(collected, "Requests per day").variant is None
    collected.measured["an account"][OURS_FAST.name] = measured(requests=110, cpu_ms=1.0, delays=[])
    assert row_named(collected, "Requests per day").variant == 110 * 12
    assert row_named(collected, "From upload to state, mean").variant is None


def test_report_has_a_table_for_every_account(collected: Collected) -> None:
    collected.measured["another"] = collected.measured["an account"]
    assert report(collected).count("\n| ---") == 2


def test_age_of_what_is_shown() -> None:
    # the first value is shown already, the second upload 50 s after it came, the third never
    found = ages(UPLOADS, [(100.0, 1000.0), (350.0, 1503.0), (1000.0, 1699.0)], 1100.0)
    assert found.uploads == 3
    assert found.delays == [50, 100]
    assert found.shown_seconds == 1000
    assert found.age_seconds == pytest.approx(250 * 225 + 650 * (50 + 700) / 2 + 100 * (100 + 200) / 2)


def test_what_nobody_uploaded_is_not_shown() -> None:
    found = ages(UPLOADS, [(0.0, 1000.0), (350.0, None), (450.0, 777.0), (500.0, 1500.0)], 600.0)
    assert found.shown_seconds == 350 + 100
    assert found.delays == [200]


def test_a_value_that_comes_back_is_the_latest_upload_that_had_it() -> None:
    found = ages([*UPLOADS, (1200.0, 1000.0)], [(950.0, 1700.0), (1250.0, 1000.0)], 1300.0)
    assert found.delays == [50]


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/newMixApi.do?op=getSystemStatus_KW&mixId=SPH0000001&plantId=1", 1),
        ("/newMixApi.do?op=getMixInfo&mixId=SPH0000001", 0),
        ("/v1/device/tlx/tlx_last_data", 1),
        ("/v1/device/tlx/tlxs_data", 5),
        ("/v1/device/mix/mix_data_info?device_sn=SPH0000001", 0),
    ],
)
def test_live_readings_are_known_by_their_path(path: str, count: int) -> None:
    assert reads(path, 5) == count


def test_sun_jumps_with_every_upload() -> None:
    sun = JumpingSun(peak_w=1.0, latitude=48.0, cloudiness=0.0, seed=0, every=UPLOAD_SECONDS)
    begin = datetime(2026, 6, 15, 8, tzinfo=UTC)
    watts = [sun.watts(begin + timedelta(minutes=5 * number)) for number in range(36)]
    assert min(watts) > 0
    assert len(set(watts)) == len(watts)
    assert all(abs(one - other) > 2 * TOLERANCE_W for one in watts for other in watts if one != other)


def test_accounts_are_those_of_the_comparison() -> None:
    assert [(account.profile, account.by_token) for account in ACCOUNTS] == [
        ("mix", False),
        ("mix5", False),
        ("min", True),
        ("sph", True),
        ("min5", True),
    ]


def test_core_finds_the_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    # everything that is changed is put back afterwards
    monkeypatch.setitem(SERVER_URLS_NAMES, REGION, SERVER_URLS_NAMES[REGION])
    monkeypatch.setattr(GrowattApi, "server_url", GrowattApi.server_url)
    monkeypatch.setattr(library, "datetime", vars(library)["datetime"])
    point_core_at({"url": "http://127.0.0.1:1"})
    assert SERVER_URLS_NAMES[REGION] == "http://127.0.0.1:1/"
    assert OpenApiV1("a token").get_url("plant/list") == "http://127.0.0.1:1/v1/plant/list"
    present = vars(library)["datetime"].datetime.now(UTC)
    assert abs(present - skipped_time.now()) < timedelta(seconds=10)


@pytest.mark.usefixtures("socket_enabled")
async def test_relay_counts_what_the_client_sees() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(5)
        writer.write(b"an answer")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    relay = Relay()
    await relay.start(server.sockets[0].getsockname()[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    writer.write(b"hello")
    assert await reader.read() == b"an answer"
    writer.close()
    assert (relay.sent, relay.received, relay.connections) == (5, 9, 1)
    await relay.stop()
    server.close()


def test_blocked_threads_are_timed_also_while_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skipped_time, "_skipped", 0.0)
    threads = WatchedThreads()
    begun, end = threading.Event(), threading.Event()

    def block() -> str:
        begun.set()
        end.wait(10)
        return "done"

    job = threads.submit(block)
    assert begun.wait(10)
    assert (threads.busy, threads.seconds) == (0, 0)
    skipped_time.skip_to(skipped_time.monotonic() + 60)
    assert threads.busy == 1
    assert 60 <= threads.seconds < 70
    end.set()
    assert job.result(10) == "done"
    threads.shutdown()
    assert threads.busy == 0
    assert 60 <= threads.seconds < 80


def test_work_of_a_moment_blocks_nobody() -> None:
    threads = WatchedThreads()
    assert threads.submit(str, 1).result(10) == "1"
    threads.shutdown()
    assert (threads.busy, threads.seconds) == (0, 0)


def test_stored_files_are_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hooks: list[Any] = []
    monkeypatch.setattr(sys, "addaudithook", hooks.append)
    files = StoredFiles()
    (hook,) = hooks
    hook("os.rename", (str(tmp_path / "tmp"), str(tmp_path / ".storage" / "a_store"), -1, -1))
    hook("os.rename", (str(tmp_path / "tmp"), str(tmp_path / "elsewhere" / "a_file"), -1, -1))
    hook("open", (str(tmp_path / ".storage" / "a_store"), "r", 0))
    assert files.count == 1
