"""Changes by token: read back at once from a MIN, accepted and verified later from SPH and SPA (growatt.md B.6.5, F.8)."""

from typing import Any

from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.bad_days.conftest import AddAccount
from tests.bad_days.growatt_token_tools import Ledger, live_on
from tests.bad_days.growatt_tools import HOUR, attributes, device_of, issues, number, restart
from tests.bad_days.tools import entry_of, patiently
from tests.hub import Hub
from tests.simulators.growatt.server import GrowattSimulator

MIN = "MXH0000001"
SPH = "SPH0000001"
SPA = "SPA0000001"
WRITES = ("/v1/tlxSet", "/v1/mixSet", "/v1/spaSet")
READ = "/v1/readMinParam"
UNREADABLE = "9-x"

LATER = [pytest.param("sph", SPH, "/v1/mixSet", id="SPH"), pytest.param("spa", SPA, "/v1/spaSet", id="SPA")]

pytestmark = pytest.mark.usefixtures("summer")


@pytest.fixture
async def server(hub: Hub, add_account: AddAccount) -> GrowattSimulator:
    """Return the server of a MIN with a battery that has been read for a while."""
    server = await add_account("min", "token", strict=True)
    await live_on(hub, 2_000)
    server.requests.clear()
    return server


def sent(server: GrowattSimulator) -> int:
    """Return how many changes were sent."""
    return sum(record.path in WRITES for record in server.requests)


async def set_number(hub: Hub, serial: str, key: str, value: float) -> None:
    """Move a slider."""
    await patiently(hub, hub.use("number", "set_value", f"{serial}_{key}", value=value), step=5)


def shown(hub: Hub, serial: str, key: str = "charge_power_rate") -> float:
    """Return where a slider stands."""
    return float(hub.state(f"{serial}_{key}", "number").state)


def is_pending(hub: Hub, serial: str) -> bool:
    """Tell whether *Change pending* is on."""
    return hub.state(f"{serial}_change_pending", "binary_sensor").state == "on"


def settings(server: GrowattSimulator, serial: str) -> dict[str, Any]:
    """Return what a device is really set to."""
    return dict(device_of(server, serial).settings)


# A MIN is read back at once


async def test_confirmed(hub: Hub, server: GrowattSimulator) -> None:
    """Sent once, read from the device five seconds later."""
    await set_number(hub, MIN, "charge_power_rate", 40)
    assert (sent(server), settings(server, MIN)["chargePowerCommand"]) == (1, 40)
    assert sum(record.path == READ for record in server.requests) == 1
    assert shown(hub, MIN) == 40
    assert attributes(hub, MIN)["event_type"] == "confirmed"
    assert not is_pending(hub, MIN)
    await live_on(hub, 2_400)
    assert shown(hub, MIN) == 40
    assert attributes(hub, MIN)["event_type"] == "confirmed"


async def test_what_is_so_already_is_not_sent(hub: Hub, server: GrowattSimulator) -> None:
    """The second of two equal changes goes nowhere."""
    await set_number(hub, MIN, "charge_power_rate", 40)
    await set_number(hub, MIN, "charge_power_rate", 40)
    assert sent(server) == 1


@pytest.mark.parametrize("seconds", [0, 30, 300])
async def test_slow_copy(hub: Hub, server: GrowattSimulator, seconds: float) -> None:
    """The server's copy that follows late does not undo what the device was seen to have."""
    server.stage.set_copy_delay(seconds)
    await set_number(hub, MIN, "charge_power_rate", 40)
    seen: set[float] = set()
    await live_on(hub, 2_400, each=lambda: seen.add(shown(hub, MIN)))
    assert seen == {40}
    assert attributes(hub, MIN)["event_type"] == "confirmed"


async def test_ignored(hub: Hub, server: GrowattSimulator) -> None:
    """Acknowledged and not done: the caller is told, the slider shows what the device has."""
    server.stage.next_write("ignored")
    with pytest.raises(HomeAssistantError) as told:
        await set_number(hub, MIN, "charge_power_rate", 40)
    assert told.value.translation_key == "not_confirmed"
    assert shown(hub, MIN) == 100
    assert attributes(hub, MIN)["event_type"] == "not_confirmed"
    assert sent(server) == 1


async def test_clamped(hub: Hub, server: GrowattSimulator) -> None:
    """Hardware that keeps its battery above a level is found out (growatt.md A.9.1)."""
    server.stage.set_soc_floor(25)
    with pytest.raises(HomeAssistantError) as told:
        await set_number(hub, MIN, "discharge_stop_level", 15)
    assert told.value.translation_key == "not_confirmed"
    assert "25" in (told.value.translation_placeholders or {})["found"]
    assert shown(hub, MIN, "discharge_stop_level") == 25


async def test_late(hub: Hub, server: GrowattSimulator) -> None:
    """A device that needs some seconds is waited for."""
    server.stage.next_write("delayed", seconds=9)
    await set_number(hub, MIN, "charge_power_rate", 40)
    assert sent(server) == 1
    assert shown(hub, MIN) == 40


@pytest.mark.parametrize("seconds", [60, 300])
async def test_later_than_anybody_waits(hub: Hub, server: GrowattSimulator, seconds: float) -> None:
    """First an error, and the truth as soon as it shows; nothing is sent again."""
    server.stage.next_write("delayed", seconds=seconds)
    with pytest.raises(HomeAssistantError) as told:
        await set_number(hub, MIN, "charge_power_rate", 40)
    assert told.value.translation_key == "not_confirmed"
    assert shown(hub, MIN) == 100
    await live_on(hub, 3_600)
    assert shown(hub, MIN) == 40
    assert attributes(hub, MIN)["event_type"] == "confirmed"
    assert sent(server) == 1
    assert not issues(hub.hass)


async def test_error_although_applied(hub: Hub, server: GrowattSimulator) -> None:
    """A system error says nothing: the device is asked (growatt.md B.2)."""
    server.stage.next_write("applied_with_error")
    await set_number(hub, MIN, "charge_power_rate", 40)
    assert shown(hub, MIN) == 40
    assert attributes(hub, MIN)["event_type"] == "confirmed"
    assert sent(server) == 1


@pytest.mark.parametrize(
    ("path", "kind", "takes"), [(WRITES[0], "answer_lost", True), (WRITES[0], "hang", False), (WRITES[0], "html", True)]
)
async def test_answer_gets_lost(hub: Hub, server: GrowattSimulator, path: str, kind: str, takes: bool) -> None:
    """What may have landed is never sent again; the device tells."""
    server.faults.add(path, kind)
    if takes:
        await set_number(hub, MIN, "charge_power_rate", 40)
    else:
        with pytest.raises(HomeAssistantError):
            await set_number(hub, MIN, "charge_power_rate", 40)
    assert shown(hub, MIN) == settings(server, MIN)["chargePowerCommand"] == (40 if takes else 100)
    assert sent(server) == 1


@pytest.mark.parametrize(("code", "reason"), [(10003, "offline"), (10008, "range"), (10012, "too_soon")])
async def test_refused(hub: Hub, server: GrowattSimulator, code: int, reason: str) -> None:
    """The server's reason is told; nothing is left pending and nothing is read back."""
    server.stage.next_write("refused", code=code)
    with pytest.raises(HomeAssistantError) as told:
        await set_number(hub, MIN, "charge_power_rate", 40)
    assert reason in (told.value.translation_key or "")
    assert shown(hub, MIN) == 100
    assert not is_pending(hub, MIN)
    assert sum(record.path == READ for record in server.requests) == 0
    await live_on(hub, 2_400)
    assert shown(hub, MIN) == 100
    assert not issues(hub.hass)


async def test_offline(hub: Hub, server: GrowattSimulator) -> None:
    """A device that is silent cannot be told anything, and says so."""
    server.stage.lose_device(MIN)
    with pytest.raises(HomeAssistantError) as told:
        await set_number(hub, MIN, "charge_power_rate", 40)
    assert "offline" in (told.value.translation_key or "")
    assert settings(server, MIN)["chargePowerCommand"] == 100


@pytest.mark.parametrize("applied", [True, False])
async def test_answer_that_cannot_be_understood(hub: Hub, server: GrowattSimulator, applied: bool) -> None:
    """Then the change waits for the server's copy, also over a restart, and is confirmed or made a repair."""
    server.faults.add(READ, "override", pointer="/data", value=UNREADABLE)
    server.stage.next_write("applied" if applied else "ignored")
    await set_number(hub, MIN, "charge_power_rate", 40)
    assert is_pending(hub, MIN)
    assert shown(hub, MIN) == 40
    await restart(hub)
    assert is_pending(hub, MIN)
    assert shown(hub, MIN) == 40
    await live_on(hub, 900, most=60)
    assert not is_pending(hub, MIN)
    assert shown(hub, MIN) == (40 if applied else 100)
    assert attributes(hub, MIN)["event_type"] == ("confirmed" if applied else "not_confirmed")
    assert ("change_not_confirmed" in issues(hub.hass)) is not applied
    assert sent(server) == 1


async def test_switch_and_select(hub: Hub, server: GrowattSimulator) -> None:
    """The other kinds of settings go the same way."""
    await patiently(hub, hub.use("switch", "turn_on", f"{MIN}_grid_charging"), step=5)
    await patiently(hub, hub.use("select", "select_option", f"{MIN}_export_limit_mode", option="meter"), step=5)
    assert (settings(server, MIN)["acChargeEnable"], settings(server, MIN)["exportLimit"]) == (1, 1)
    server.stage.next_write("ignored")
    with pytest.raises(HomeAssistantError):
        await patiently(hub, hub.use("switch", "turn_off", f"{MIN}_inverter_on"), step=5)
    assert hub.state(f"{MIN}_inverter_on", "switch").state == "on"


# SPH and SPA are verified later


@pytest.mark.parametrize(("profile", "serial", "path"), LATER)
@pytest.mark.parametrize("kind", ["applied", "ignored", "applied_with_error"])
async def test_verified_later(
    hub: Hub, add_account: AddAccount, profile: str, serial: str, path: str, kind: str
) -> None:
    """The asked value shows until the server's copy may be read; then it is confirmed, or made a repair."""
    server = await add_account(profile, "token", strict=True)
    await live_on(hub, 2_000)
    server.requests.clear()
    ledger = Ledger(server)
    before = settings(server, serial)
    server.stage.next_write(kind, serial=serial)  # type: ignore[arg-type]
    try:
        await set_number(hub, serial, "charge_stop_level", 80)
    except HomeAssistantError:
        assert kind == "applied_with_error"
    assert [record.path for record in server.requests if record.path in WRITES] == [path]
    assert is_pending(hub, serial)
    assert shown(hub, serial, "charge_stop_level") == 80
    await live_on(hub, 900, most=60)
    applied = kind != "ignored"
    assert not is_pending(hub, serial)
    assert shown(hub, serial, "charge_stop_level") == (80 if applied else 100)
    assert attributes(hub, serial)["event_type"] == ("confirmed" if applied else "not_confirmed")
    assert ("change_not_confirmed" in issues(hub.hass)) is not applied
    changed = {key for key, value in settings(server, serial).items() if value != before[key]}
    assert changed == ({"wchargeSOCLowLimit2"} if applied else set())
    assert not ledger.refused
    assert sent(server) == 1
    if not applied:
        await set_number(hub, serial, "charge_stop_level", 80)
        await live_on(hub, 900, most=60)
        assert shown(hub, serial, "charge_stop_level") == 80
        assert "change_not_confirmed" not in issues(hub.hass)


async def test_two_changes_before_the_first_is_verified(hub: Hub, add_account: AddAccount) -> None:
    """The second is written over what the first had changed, although the server's copy does not know that yet."""
    server = await add_account("sph", "token", strict=True, copy_delay=200)
    await live_on(hub, 2_000)
    await set_number(hub, SPH, "charge_power_rate", 60)
    await set_number(hub, SPH, "charge_stop_level", 90)
    await set_number(hub, SPH, "discharge_stop_level", 35)
    await live_on(hub, 1_200, most=60)
    assert not is_pending(hub, SPH)
    now = settings(server, SPH)
    assert (now["chargePowerCommand"], now["wchargeSOCLowLimit2"], now["wdisChargeSOCLowLimit2"]) == (60, 90, 35)
    assert (shown(hub, SPH), shown(hub, SPH, "charge_stop_level")) == (60, 90)
    assert not issues(hub.hass)


@pytest.mark.parametrize("key", ["wchargeSOCLowLimit2", "wdisChargeSOCLowLimit2"])
async def test_stop_level_is_not_told(hub: Hub, add_account: AddAccount, key: str) -> None:
    """Without the stop level nothing of its kind is written: a default would overwrite the user's (growatt.md B.7.3)."""
    server = await add_account("sph", "token", strict=True)
    server.faults.add("/v1/device/mix/mix_data_info", "missing", pointer=f"/data/{key}")
    await live_on(hub, 2_400)
    server.requests.clear()
    kind = "charge" if key.startswith("wcharge") else "discharge"
    assert hub.has(f"{SPH}_{kind}_stop_level", "number"), "missing once it is still offered: its entity would be lost"
    mode = {"charge": "battery_first", "discharge": "grid_first"}[kind]
    with pytest.raises(HomeAssistantError):
        await patiently(
            hub, hub.act("set_schedule", SPH, slots=[{"start": "01:00", "end": "02:00", "mode": mode}]), step=5
        )
    assert sent(server) == 0
    await live_on(hub, 4_200)
    assert not hub.has(f"{SPH}_{kind}_power_rate", "number")
    assert not hub.has(f"{SPH}_{kind}_stop_level", "number")
    server.faults.clear()
    await live_on(hub, 2_400)
    await set_number(hub, SPH, f"{kind}_power_rate", 60)
    assert sent(server) == 1


async def test_changed_elsewhere(hub: Hub, server: GrowattSimulator) -> None:
    """What somebody changes in the app is noticed with the next reading of the settings."""
    server.stage.set_settings(MIN, chargePowerCommand=55)
    await live_on(hub, 2_400)
    assert shown(hub, MIN) == 55
    assert attributes(hub, MIN)["event_type"] == "changed_elsewhere"
    assert number(hub, f"{MIN}_solar_energy_total") > 0
    assert entry_of(hub.hass).state.recoverable
    await live_on(hub, HOUR)
