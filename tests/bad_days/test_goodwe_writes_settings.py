"""Changes of settings that are refused, lost, slow or undone by somebody (goodwe.md §6, §10.13, §11)."""

from typing import Any

from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.bad_days.conftest import AddGoodWe
from tests.bad_days.goodwe_data_tools import fresh, start_on
from tests.bad_days.goodwe_tools import plant, serial, sign_ins
from tests.bad_days.goodwe_writes_tools import NAMED, sent, settings, written
from tests.bad_days.living import HOUR, MINUTE, issues, live_on, restart
from tests.bad_days.shown import Shown
from tests.bad_days.tools import NOTHING, patiently, problems
from tests.bad_days.writing import enable, is_pending, told, turn
from tests.hub import Hub
from tests.simulators.goodwe.server import GoodWeSimulator

pytestmark = pytest.mark.usefixtures("summer")


@pytest.fixture
async def server(hub: Hub, add_goodwe: AddGoodWe) -> GoodWeSimulator:
    """Return the server of a hybrid inverter that has been read for a while."""
    server = await add_goodwe("home")
    await live_on(hub, 5 * MINUTE)
    server.requests.clear()
    return server


def backup(hub: Hub, server: GoodWeSimulator) -> str:
    """Return how the switch of backup mode stands."""
    return hub.state(f"{serial(server)}_backup_mode", "switch").state


# Switched on and off: an inverter takes its time


@pytest.mark.parametrize("way", ["semsplus", "legacy"])
async def test_switch_that_seems_to_turn_back(hub: Hub, new_goodwe: AddGoodWe, way: str) -> None:
    """Start and stop take minutes until they show: the switch stays where it was put, nobody is blamed (§6.1, §11)."""
    server = await start_on(hub, new_goodwe, way, "string")
    await enable(hub, ("switch", f"{serial(server)}_inverter_on"))
    await live_on(hub, 700)
    server.requests.clear()
    switch = f"{serial(server)}_inverter_on"
    events: list[str] = []
    for to, power in (("off", False), ("on", True)):
        await turn(hub, switch, to, step=5)
        seen: set[str] = set()

        def look(seen: set[str] = seen) -> None:
            seen.add(hub.state(switch, "switch").state)
            events.append(told(hub, serial(server)))

        await live_on(hub, 1_800, each=look)
        assert seen == {to}
        assert bool(settings(server)["Running"]) is power
        assert not is_pending(hub, serial(server))
        assert told(hub, serial(server)) == "confirmed"
    assert not {"not_confirmed", "changed_elsewhere"} & set(events)
    assert sent(server) == 2
    assert not issues(hub.hass)
    await live_on(hub, 700)
    assert fresh(hub, server)


async def test_stop_that_never_happens(hub: Hub, new_goodwe: AddGoodWe) -> None:
    """Acknowledged and not done: after the time it may take it is told, and the switch shows what is."""
    server = await start_on(hub, new_goodwe, "semsplus", "string")
    await live_on(hub, 700)
    server.stage.next_write("lost")
    await turn(hub, f"{serial(server)}_inverter_on", "off", step=5)
    assert hub.state(f"{serial(server)}_inverter_on", "switch").state == "off"
    await live_on(hub, 1_800)
    assert told(hub, serial(server)) == "not_confirmed"
    assert hub.state(f"{serial(server)}_inverter_on", "switch").state == "on"
    assert "change_not_confirmed" in issues(hub.hass)
    assert sent(server) == 1


# Named settings are read back at once


async def test_confirmed(hub: Hub, server: GoodWeSimulator) -> None:
    """Sent once and read from the device."""
    await turn(hub, f"{serial(server)}_backup_mode", "on")
    assert (sent(server), settings(server)["BackupModeEnable"], backup(hub, server)) == (1, 1, "on")
    assert told(hub, serial(server)) == "confirmed"
    await live_on(hub, HOUR)
    assert backup(hub, server) == "on"
    assert told(hub, serial(server)) == "confirmed"


async def test_refused_by_the_device(hub: Hub, server: GoodWeSimulator) -> None:
    """P0215: the device refused or did not answer; told so, nothing is left pending, nothing is sent again (§1.2)."""
    server.stage.next_write("refused")
    with pytest.raises(HomeAssistantError) as refusal:
        await turn(hub, f"{serial(server)}_backup_mode", "on")
    assert "refused_by_device" in str(refusal.value.translation_key)
    assert backup(hub, server) == "off"
    assert not is_pending(hub, serial(server))
    await live_on(hub, 1_900)
    assert (backup(hub, server), sent(server)) == ("off", 1)
    assert not issues(hub.hass)


async def test_lost(hub: Hub, server: GoodWeSimulator) -> None:
    """Acknowledged and not done: the caller is told, the switch shows what the device has."""
    server.stage.next_write("lost")
    with pytest.raises(HomeAssistantError) as told_so:
        await turn(hub, f"{serial(server)}_backup_mode", "on")
    assert told_so.value.translation_key == "not_confirmed"
    assert (backup(hub, server), sent(server)) == ("off", 1)
    assert told(hub, serial(server)) == "not_confirmed"


async def test_answer_that_takes_half_a_minute(hub: Hub, server: GoodWeSimulator) -> None:
    """It is waited for, and values go on meanwhile (§6: answers block for up to 30 s)."""
    server.stage.next_write("applied", blocks=30.0)
    switch = hub.hass.async_create_task(hub.use("switch", "turn_on", f"{serial(server)}_backup_mode"))
    flows = len([record for record in server.requests if record.path.endswith("/flow")])
    power = Shown(hub, [f"{plant(server)}_solar_power"])
    for _ in range(28):
        await hub.advance(1, hanging=True)
        power.look()
    assert not switch.done()
    assert not power.missing(f"{plant(server)}_solar_power")
    await patiently(hub, _until(switch))
    await live_on(hub, 2 * MINUTE)
    assert len([record for record in server.requests if record.path.endswith("/flow")]) > flows
    assert (sent(server), backup(hub, server)) == (1, "on")
    assert fresh(hub, server, 150)


async def _until(task: Any) -> None:
    await task


@pytest.mark.parametrize("kind", ["answer_lost", "html", "empty", "cut_json", "bad_gateway"])
async def test_answer_is_lost(hub: Hub, server: GoodWeSimulator, kind: str) -> None:
    """What may have landed is never sent again; the device is asked (§6)."""
    arrives = kind != "bad_gateway"
    server.faults.add(NAMED, kind)
    if arrives:
        await turn(hub, f"{serial(server)}_backup_mode", "on")
    else:
        with pytest.raises(HomeAssistantError):
            await turn(hub, f"{serial(server)}_backup_mode", "on")
    assert sent(server) == 1
    assert len(written(server)) == arrives
    assert backup(hub, server) == ("on" if arrives else "off")
    server.faults.clear()
    await live_on(hub, 1_900)
    assert sent(server) == 1
    assert backup(hub, server) == ("on" if arrives else "off")


async def test_changed_in_the_app(hub: Hub, server: GoodWeSimulator) -> None:
    """It shows with the next reading of the settings, and an automation hears of it."""
    server.stage.set_settings(serial(server), BackupModeEnable=1)
    await live_on(hub, 1_900)
    assert backup(hub, server) == "on"
    assert told(hub, serial(server)) == "changed_elsewhere"
    assert sent(server) == 0


async def test_changed_in_the_app_while_ours_is_pending(hub: Hub, new_goodwe: AddGoodWe) -> None:
    """Whoever came last decides: ours is not sent again over it."""
    server = await start_on(hub, new_goodwe, "semsplus", "home")
    await enable(hub, ("number", f"{serial(server)}_export_limit"))
    await live_on(hub, 5 * MINUTE)
    server.requests.clear()
    limit = f"{serial(server)}_export_limit"
    await patiently(hub, hub.use("number", "set_value", limit, value=3_000), step=5)
    assert is_pending(hub, serial(server))
    server.stage.set_settings(serial(server), PWLimitThr=7_000)
    await live_on(hub, 1_200)
    assert not is_pending(hub, serial(server))
    assert float(hub.state(limit, "number").state) == 7_000
    assert told(hub, serial(server)) in {"not_confirmed", "changed_elsewhere"}
    assert sent(server) == 1


# Settings by address are told by a copy that lags


@pytest.mark.parametrize(("kind", "restarts"), [("applied", True), ("lost", True), ("late", False)])
async def test_verified_by_the_copy(hub: Hub, new_goodwe: AddGoodWe, kind: str, restarts: bool) -> None:
    """The asked value shows until the cloud's copy may be read, also over a restart (§10.13)."""
    server = await start_on(hub, new_goodwe, "semsplus", "home")
    await enable(hub, ("number", f"{serial(server)}_export_limit"))
    await live_on(hub, 5 * MINUTE)
    server.requests.clear()
    server.stage.next_write(kind, seconds=50)  # type: ignore[arg-type]
    limit = f"{serial(server)}_export_limit"
    await patiently(hub, hub.use("number", "set_value", limit, value=3_000), step=5)
    assert is_pending(hub, serial(server))
    if restarts:
        await restart(hub)
        assert is_pending(hub, serial(server))
    assert float(hub.state(limit, "number").state) == 3_000
    await live_on(hub, 900)
    lands = kind != "lost"
    assert not is_pending(hub, serial(server))
    assert float(hub.state(limit, "number").state) == settings(server)["PWLimitThr"] == (3_000 if lands else 10_000)
    assert told(hub, serial(server)) == ("confirmed" if lands else "not_confirmed")
    assert ("change_not_confirmed" in issues(hub.hass)) is not lands
    assert sent(server) == 1


# What must not be together


async def test_exclusion_is_refused_before_anything_is_sent(hub: Hub, new_goodwe: AddGoodWe) -> None:
    """Peak shaving and backup mode never go together (§6.3): said so, and nothing leaves the house."""
    server = await start_on(hub, new_goodwe, "semsplus", "home")
    await enable(hub, ("switch", f"{serial(server)}_peak_shaving"))
    await live_on(hub, 5 * MINUTE)
    await turn(hub, f"{serial(server)}_backup_mode", "on")
    server.requests.clear()
    with pytest.raises(HomeAssistantError) as refusal:
        await turn(hub, f"{serial(server)}_peak_shaving", "on")
    assert refusal.value.translation_key
    assert sent(server) == 0
    assert hub.state(f"{serial(server)}_peak_shaving", "switch").state == "off"
    assert not is_pending(hub, serial(server))


async def test_right_is_taken_away(hub: Hub, server: GoodWeSimulator, caplog: pytest.LogCaptureFixture) -> None:
    """100025 on a write: told so once, and not tried again within the hour (§1.2)."""
    server.stage.set_rights(rights=["STATION_VIEW", "INVERTER_REMOTE_READ"])
    for _ in range(3):
        with pytest.raises(HomeAssistantError) as refusal:
            await turn(hub, f"{serial(server)}_backup_mode", "on")
        assert "no_permission" in str(refusal.value.translation_key)
    assert sent(server) == 1
    assert backup(hub, server) in ("off", *NOTHING)
    server.stage.set_rights(rights=["STATION_VIEW", "INVERTER_REMOTE_READ", "INVERTER_REMOTE"])
    await live_on(hub, 1.2 * HOUR)
    await turn(hub, f"{serial(server)}_backup_mode", "on")
    assert backup(hub, server) == "on"
    assert not problems(caplog)


@pytest.mark.parametrize("way", ["semsplus", "legacy"])
async def test_inverter_out_of_reach(hub: Hub, new_goodwe: AddGoodWe, way: str) -> None:
    """SEMS+ refuses, the older service accepts and loses it (§6.1): either way nothing is claimed that is not so."""
    server = await start_on(hub, new_goodwe, way, "string")
    await enable(hub, ("switch", f"{serial(server)}_inverter_on"))
    await live_on(hub, 700)
    server.stage.set_dongle(offline=True)
    server.requests.clear()
    off = turn(hub, f"{serial(server)}_inverter_on", "off", step=5)
    if way == "semsplus":
        with pytest.raises(HomeAssistantError) as refusal:
            await off
        assert "refused_by_device" in str(refusal.value.translation_key)
        assert not is_pending(hub, serial(server))
    else:
        await off
    await live_on(hub, 2 * HOUR)
    assert hub.state(f"{serial(server)}_inverter_on", "switch").state != "off"
    assert told(hub, serial(server)) != "confirmed"
    assert sent(server) == 1
    assert settings(server)["Running"] == 1


async def test_token_is_displaced_before_a_write(hub: Hub, server: GoodWeSimulator) -> None:
    """One sign-in, and the change is made once."""
    server.stage.other_client_signs_in()
    await turn(hub, f"{serial(server)}_backup_mode", "on")
    assert backup(hub, server) == "on"
    assert len(sign_ins(server)) == 1
    assert [audit.code for audit in written(server)] == ["ok"]
