"""What may be set, and how it is written (powerwall.md §9.2, §9.3, §10, §13)."""

from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import AuthFailed, BadAnswer, Locked, WriteRefused
from custom_components.solar_battery_hub.core.model import Value
from custom_components.solar_battery_hub.vendors.powerwall.account import PowerwallAccount
from custom_components.solar_battery_hub.vendors.powerwall.actions import ACTIONS

from .conftest import IDENTITY, Bench, StartBench, fetch, posted, values


def keys(account: PowerwallAccount) -> set[str]:
    """Return the settings that can be written."""
    return {control.setting.key for control in account.controls(IDENTITY)}


def reasons(account: PowerwallAccount) -> dict[str, str | None]:
    """Return why each setting cannot be written."""
    return {capability.setting: capability.reason for capability in account.capabilities(IDENTITY)}


async def read(account: PowerwallAccount, *settings: str) -> dict[str, Value]:
    """Read settings from the gateway."""
    return dict(await account.read_back(IDENTITY, frozenset(settings)))


async def test_one_setting_changes_and_the_other_stays(installer: Bench) -> None:
    account = installer.open(username="installer")
    installer.gateway.house.set(mode="autonomous", reserve_percent=33.123456)
    await account.write(IDENTITY, {"backup_reserve": 20})
    assert await read(account, "operating_mode", "backup_reserve") == {
        "operating_mode": "autonomous",
        "backup_reserve": pytest.approx(20, abs=0.0001),
    }
    installer.gateway.house.set(reserve_percent=33.123456)
    await account.write(IDENTITY, {"operating_mode": "backup"})
    assert posted(installer) == [
        {"mode": "autonomous", "backup_reserve_percent": 24.0},
        {"mode": "backup", "backup_reserve_percent": 33.123456},
    ]
    assert installer.gateway.logins == 1


async def test_both_settings_are_one_write(installer: Bench) -> None:
    account = installer.open(username="installer")
    await account.write(IDENTITY, {"operating_mode": "autonomous", "backup_reserve": 80})
    assert posted(installer) == [{"mode": "autonomous", "backup_reserve_percent": 81.0}]


async def test_what_is_read_back_is_the_gateways_truth(installer: Bench) -> None:
    """Accepted is not applied: without the commit, or with a gateway that forgets, the old values show."""
    account = installer.open(username="installer")
    await account.write(IDENTITY, {"backup_reserve": 50})
    installer.gateway.write_behaviour("not_applied")
    await account.write(IDENTITY, {"backup_reserve": 70})
    assert await read(account, "backup_reserve") == {"backup_reserve": pytest.approx(50, abs=0.0001)}
    installer.gateway.write_behaviour("partly")
    await account.write(IDENTITY, {"operating_mode": "backup", "backup_reserve": 70})
    assert await read(account, "operating_mode", "backup_reserve") == {
        "operating_mode": "backup",
        "backup_reserve": pytest.approx(50, abs=0.0001),
    }


async def test_reading_back_never_comes_from_memory(installer: Bench) -> None:
    account = installer.open(username="installer")
    before = installer.asked
    for _ in range(2):
        await read(account, "operating_mode", "backup_reserve")
    assert installer.paths(before)[-2:] == ["operation", "operation"]


async def test_a_value_the_gateway_refuses(installer: Bench) -> None:
    account = installer.open(username="installer")
    installer.gateway.faults.add("/api/operation", "status", code=400, method="POST")
    with pytest.raises(WriteRefused) as told:
        await account.write(IDENTITY, {"backup_reserve": 20})
    assert told.value.reason == "refused_by_gateway"


async def test_a_failure_that_may_have_landed_is_not_a_refusal(installer: Bench) -> None:
    account = installer.open(username="installer")
    installer.gateway.faults.add("/api/config/completed", "status", code=500)
    with pytest.raises(BadAnswer):
        await account.write(IDENTITY, {"backup_reserve": 20})


@pytest.mark.parametrize(
    ("fault", "pointer", "change", "reason"),
    [
        ("missing", "/backup_reserve_percent", {"operating_mode": "backup"}, "incomplete_settings"),
        # A mode that only the grid operator sets would have to be sent back (§9.1).
        ("override", "/real_mode", {"backup_reserve": 20}, "mode_set_elsewhere"),
    ],
)
async def test_nothing_is_written_beside_what_cannot_be_sent_back(
    installer: Bench, fault: str, pointer: str, change: dict[str, Value], reason: str
) -> None:
    account = installer.open(username="installer")
    value: dict[str, Any] = {"value": "scheduler"} if fault == "override" else {}
    installer.gateway.faults.add("/api/operation", fault, pointer=pointer, method="GET", **value)
    with pytest.raises(WriteRefused) as told:
        await account.write(IDENTITY, change)
    assert told.value.reason == reason
    assert posted(installer) == []


# Permission


async def test_a_customer_has_no_mode_and_no_reserve(bench: Bench) -> None:
    account = bench.open()
    await fetch(account, "power")
    assert keys(account) == {"off_grid", "site_name", "start"}
    assert reasons(account)["operating_mode"] == reasons(account)["backup_reserve"] == "needs_installer"
    assert not account.notices


async def test_refused_write_costs_no_login_and_is_remembered(bench: Bench) -> None:
    account = bench.open(try_control=True)
    await fetch(account, "status")
    bench.clock.pass_time(hours=1)
    assert {"operating_mode", "backup_reserve"} <= keys(account)
    with pytest.raises(WriteRefused) as told:
        await account.write(IDENTITY, {"operating_mode": "backup"})
    assert told.value.reason == "writes_not_permitted"
    assert bench.gateway.logins == 1
    for known in (account, bench.open(try_control=True)):
        assert not {"operating_mode", "backup_reserve"} & keys(known)
        assert reasons(known)["operating_mode"] == "writes_not_permitted"
        (notice,) = known.notices
        assert (notice.key, notice.device) == ("writes_not_permitted", IDENTITY)
        assert notice.placeholders == {"firmware": bench.gateway.gateway.version}
    before = bench.asked
    with pytest.raises(WriteRefused):
        await account.write(IDENTITY, {"operating_mode": "backup"})
    assert bench.paths(before) == ["operation"]
    assert values(await fetch(account, "system"))["operating_mode"] == "self_consumption"
    assert not bench.open().notices  # who does not want to control need not know


async def test_new_firmware_may_be_asked_again(bench: Bench) -> None:
    account = bench.open(try_control=True)
    with pytest.raises(WriteRefused):
        await account.write(IDENTITY, {"operating_mode": "backup"})
    bench.clock.pass_time(hours=1)
    bench.gateway.set_version("25.10.1 11223344")
    await fetch(account, "status")
    assert "operating_mode" in keys(account)


async def test_other_credentials_may_be_asked_again(start_bench: StartBench) -> None:
    bench = await start_bench(installer_toggle_done=True)
    account = bench.open(try_control=True)
    with pytest.raises(WriteRefused):
        await account.write(IDENTITY, {"operating_mode": "backup"})
    bench.store.session = {}
    bench.clock.pass_time(minutes=2)
    account = bench.open(username="installer")
    assert "operating_mode" in keys(account)
    await account.write(IDENTITY, {"operating_mode": "backup"})
    assert await read(account, "operating_mode") == {"operating_mode": "backup"}


async def test_capabilities_say_what_may_be_asked(installer: Bench) -> None:
    account = installer.open(username="installer")
    await fetch(account, "power")
    details = {capability.setting: capability.detail for capability in account.capabilities(IDENTITY)}
    assert details["operating_mode"]["options"] == ["self_consumption", "autonomous", "backup"]
    assert details["backup_reserve"] == {"kind": "number", "minimum": 0.0, "maximum": 100.0, "step": 1.0}
    assert account.controls("somebody else") == ()
    assert account.capabilities("somebody else") == ()


async def test_restricted_gateway_can_do_nothing(start_bench: StartBench) -> None:
    bench = await start_bench("pw3-26.x")
    account = bench.open(try_control=True)
    await fetch(account, "facts")
    assert keys(account) == set()
    assert set(reasons(account).values()) == {"restricted_gateway"}


# The other settings


async def test_off_grid_and_back(bench: Bench) -> None:
    account = bench.open()
    assert values(await fetch(account, "power"))["off_grid"] is False
    await account.write(IDENTITY, {"off_grid": True})
    assert await read(account, "off_grid") == {"off_grid": True}
    await account.write(IDENTITY, {"off_grid": False})
    assert await read(account, "off_grid") == {"off_grid": False}
    power = values(await fetch(account, "power"))
    assert (power["grid_status"], power["on_grid"], power["off_grid"]) == ("reconnecting", False, False)


async def test_off_grid_needs_a_battery_that_can(bench: Bench) -> None:
    account = bench.open()
    bench.gateway.faults.add("/api/system_status/soe", "override", pointer="/percentage", value=4.9)
    with pytest.raises(WriteRefused) as empty:
        await account.write(IDENTITY, {"off_grid": True})
    assert empty.value.reason == "battery_empty"
    bench.gateway.faults.add("/api/system_status", "override", pointer="/battery_blocks/0/backup_ready", value=False)
    with pytest.raises(WriteRefused) as not_ready:
        await account.write(IDENTITY, {"off_grid": True})
    assert not_ready.value.reason == "battery_not_ready"
    bench.gateway.stop_sitemaster()
    with pytest.raises(WriteRefused) as stopped:
        await account.write(IDENTITY, {"off_grid": True})
    assert stopped.value.reason == "system_stopped"
    assert await read(account, "off_grid") == {}
    assert "v2/islanding/mode" not in bench.paths()


async def test_off_grid_where_it_is_blocked(start_bench: StartBench) -> None:
    bench = await start_bench("gw2-24.44")
    account = bench.open()
    power = values(await fetch(account, "power"))
    assert "off_grid" not in power
    assert "off_grid" not in keys(account)
    assert reasons(account)["off_grid"] == "not_on_this_firmware"
    trying = bench.open(try_control=True)
    assert "off_grid" in keys(trying)
    with pytest.raises(WriteRefused) as told:
        await trying.write(IDENTITY, {"off_grid": True})
    assert told.value.reason == "writes_not_permitted"
    assert "off_grid" not in keys(trying)
    assert "operating_mode" in keys(trying)


async def test_off_grid_where_there_is_no_such_thing(start_bench: StartBench) -> None:
    bench = await start_bench("gw2-20.49")
    account = bench.open()
    await fetch(account, "power")
    with pytest.raises(WriteRefused) as told:
        await account.write(IDENTITY, {"off_grid": True})
    assert told.value.reason == "not_on_this_firmware"
    assert "off_grid" not in keys(account)
    older = (await start_bench("gw1-1.50")).open()
    await fetch(older, "power")
    assert reasons(older)["off_grid"] == "not_on_this_firmware"


async def test_site_name(bench: Bench) -> None:
    account = bench.open()
    await account.write(IDENTITY, {"site_name": "Sunny Side"})
    assert await read(account, "site_name") == {"site_name": "Sunny Side"}


async def test_start_button(bench: Bench) -> None:
    account = bench.open()
    bench.gateway.stop_sitemaster()
    assert await read(account, "start") == {"start": False}
    await account.write(IDENTITY, {"start": True})
    bench.clock.pass_time(seconds=10)
    assert await read(account, "start") == {"start": True}


async def test_actions_start_and_stop(bench: Bench) -> None:
    account = bench.open()
    run = {action.name: action.run for action in ACTIONS}
    stopped = await run["stop_gateway"](account, IDENTITY, {"confirm": True})
    assert stopped == {"outcome": "confirmed", "running": False}
    assert values(await fetch(account, "system"))["running"] is False
    assert await run["start_gateway"](account, IDENTITY, {}) == {"outcome": "confirmed", "running": True}
    bench.gateway.gateway.sitemaster.refuses_stop = True
    with pytest.raises(WriteRefused) as told:
        await run["stop_gateway"](account, IDENTITY, {"confirm": True})
    assert told.value.reason == "cannot_stop_now"


async def test_action_that_is_not_seen_to_work(bench: Bench) -> None:
    account = bench.open()
    bench.gateway.stop_sitemaster()
    bench.gateway.gateway.sitemaster.start_seconds = 120
    with pytest.raises(WriteRefused) as told:
        await ACTIONS[0].run(account, IDENTITY, {})
    assert told.value.reason == "not_started"


# Before 1.50


@pytest.mark.parametrize("profile", ["gw1-1.15", "gw1-1.40"])
async def test_old_firmware_reads_without_login(start_bench: StartBench, profile: str) -> None:
    bench = await start_bench(profile)
    account = bench.open()
    power = values(await fetch(account, "power"))
    assert power["battery_level"] is not None
    for _ in range(5):
        for key in ("power", "system", "status", "facts"):
            await fetch(account, key)
        bench.clock.pass_time(hours=5)
    assert bench.gateway.logins == 0
    assert bench.paths().count("operation") == 1
    assert keys(account) == set()
    assert reasons(account)["start"] == "needs_installer"


@pytest.mark.parametrize("profile", ["gw1-1.15", "gw1-1.40"])
async def test_old_firmware_writes_and_is_running_afterwards(start_bench: StartBench, profile: str) -> None:
    """The login stops the battery; it must not stay that way (§1.1, §9.2)."""
    bench = await start_bench(profile)
    account = bench.open(username="installer")
    await fetch(account, "power")
    await fetch(account, "system")
    await account.write(IDENTITY, {"backup_reserve": 20})
    assert bench.paths()[-6:] == [
        "login/Basic",
        "operation",
        "operation",
        "config/completed",
        "sitemaster",
        "sitemaster/run",
    ]
    bench.clock.pass_time(seconds=10)
    assert bench.gateway.gateway.running
    assert posted(bench) == [{"mode": "self_consumption", "backup_reserve_percent": 24.0}]
    system = values(await fetch(account, "system"))
    assert system["backup_reserve"] == pytest.approx(20, abs=0.0001)
    await account.write(IDENTITY, {"operating_mode": "backup"})
    assert bench.gateway.logins == 1


async def test_old_firmware_after_the_session_died(start_bench: StartBench) -> None:
    bench = await start_bench("gw1-1.40")
    account = bench.open(username="installer")
    await account.write(IDENTITY, {"backup_reserve": 20})
    bench.clock.pass_time(hours=2)
    bench.gateway.kill_sessions()
    assert "operating_mode" not in values(await fetch(account, "system"))
    assert bench.gateway.logins == 1
    await account.write(IDENTITY, {"backup_reserve": 40})
    bench.clock.pass_time(minutes=2)
    bench.gateway.kill_sessions()
    await account.write(IDENTITY, {"backup_reserve": 50})  # nothing read in between
    assert bench.gateway.logins == 3
    assert values(await fetch(account, "system"))["backup_reserve"] == pytest.approx(50, abs=0.0001)


async def test_old_firmware_is_mended_by_the_next_poll(start_bench: StartBench) -> None:
    """Home Assistant, or the connection, may die between the login and the restart of the system."""
    bench = await start_bench("gw1-1.40")
    account = bench.open(username="installer")
    await fetch(account, "power")
    for path in ("operation", "sitemaster"):
        bench.gateway.faults.add(f"/api/{path}", "html", method="GET")
    with pytest.raises(BadAnswer):
        await account.write(IDENTITY, {"backup_reserve": 20})
    assert not bench.gateway.gateway.running
    bench.gateway.faults.clear()
    again = bench.open(username="installer")
    await fetch(again, "system")
    bench.clock.pass_time(seconds=10)
    assert bench.gateway.gateway.running
    before = bench.asked
    await fetch(again, "system")
    assert "sitemaster/run" not in bench.paths(before)


async def test_old_firmware_with_a_wrong_password(start_bench: StartBench) -> None:
    bench = await start_bench("gw1-1.40")
    account = bench.open(username="installer", password="wrong")
    await fetch(account, "power")
    for _ in range(4):
        with pytest.raises(AuthFailed):
            await account.write(IDENTITY, {"backup_reserve": 20})
        bench.clock.pass_time(minutes=20)
    assert bench.gateway.logins == 2
    assert bench.gateway.gateway.running


async def test_stopped_on_purpose_stays_stopped(start_bench: StartBench) -> None:
    bench = await start_bench("gw1-1.40")
    account = bench.open(username="installer")
    assert await account.stop()
    await fetch(account, "system")
    assert not bench.gateway.gateway.running


async def test_no_write_leaves_during_a_pause(installer: Bench) -> None:
    account = installer.open(username="installer")
    await fetch(account, "power")
    installer.gateway.faults.add("/api/operation", "status", code=429)
    with pytest.raises(Locked):
        await account.write(IDENTITY, {"backup_reserve": 20})
    before = installer.asked
    with pytest.raises(Locked):
        await account.write(IDENTITY, {"backup_reserve": 20})
    assert installer.asked == before
