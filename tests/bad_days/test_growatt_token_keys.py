"""Tokens that are refused, as a whole or for one device, and servers that want another one asked (growatt.md B.1, B.2)."""

from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.bad_days.conftest import AddAccount
from tests.bad_days.growatt_token_tools import PLANT_LIST, Ledger, live_on, most_in_a_day, root
from tests.bad_days.growatt_tools import DAY, HOUR, device_of, issues, number, reauths, restart, states
from tests.bad_days.tools import NOTHING, entry_of, patiently, problems
from tests.hub import Hub, growatt_form
from tests.simulators.growatt.server import GrowattSimulator

MIN = "MXH0000001"
SPH = "SPH0000001"
PLAIN = "MIN0000001"

pytestmark = pytest.mark.usefixtures("summer")


async def assert_silent(hub: Hub, server: GrowattSimulator) -> None:
    """Check that nothing at all is sent, but once after a restart, and the user is asked once."""
    sent = len(server.requests)
    await hub.advance(DAY, step=HOUR)
    assert len(server.requests) == sent
    await restart(hub)
    await hub.advance(2 * HOUR, step=600)
    assert len(server.requests) <= sent + 1
    assert reauths(hub.hass) == 1


async def test_token_is_revoked(hub: Hub, add_account: AddAccount, caplog: pytest.LogCaptureFixture) -> None:
    """The user is asked, nothing more is sent, counters stay; with the new token everything goes on."""
    server = await add_account("home", "token", strict=True)
    await live_on(hub, HOUR)
    caplog.clear()
    token = server.stage.new_token()
    await live_on(hub, 900)
    assert reauths(hub.hass) == 1
    assert len(problems(caplog)) == 1  # the one line that it cannot be read
    await assert_silent(hub, server)
    total = number(hub, f"{MIN}_solar_energy_total")
    assert hub.state(f"{MIN}_solar_power").state in NOTHING

    (flow,) = hub.hass.config_entries.flow.async_progress()
    flow = await hub.fill(flow, {"next_step_id": "growatt_token"})
    flow = await hub.fill(flow, growatt_form(server, token=token))
    assert flow["reason"] == "reauth_successful"
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    await live_on(hub, 700)
    assert not reauths(hub.hass)
    assert number(hub, f"{MIN}_solar_energy_total") > total
    for serial in (MIN, SPH, PLAIN):
        assert number(hub, f"{serial}_solar_power") == pytest.approx(device_of(server, serial).live()["ppv"], abs=1)


async def test_token_is_revoked_under_a_change(hub: Hub, add_account: AddAccount) -> None:
    """A change that finds the token refused says so, and the user is asked at the latest with the next reading."""
    server = await add_account("min", "token", strict=True)
    await live_on(hub, HOUR)
    server.stage.revoke_token()
    with pytest.raises(HomeAssistantError):
        await patiently(hub, hub.use("number", "set_value", f"{MIN}_charge_power_rate", value=40), step=5)
    await live_on(hub, 900)
    assert reauths(hub.hass) == 1
    assert device_of(server, MIN).settings["chargePowerCommand"] == 100


async def test_account_moved(hub: Hub, add_account: AddAccount, caplog: pytest.LogCaptureFixture) -> None:
    """The server asks for another domain (-1): the user has to choose the region, nothing more is sent."""
    server = await add_account("min", "token", strict=True)
    await live_on(hub, HOUR)
    caplog.clear()
    server.v1.move_domain()
    await live_on(hub, 900)
    assert reauths(hub.hass) == 1
    assert "region" in "".join(problems(caplog))
    await assert_silent(hub, server)
    server.v1.move_domain(moved=False)
    (flow,) = hub.hass.config_entries.flow.async_progress()
    flow = await hub.fill(flow, {"next_step_id": "growatt_token"})
    flow = await hub.fill(flow, growatt_form(server))
    assert flow["reason"] == "reauth_successful"
    await live_on(hub, 700)
    assert number(hub, f"{MIN}_solar_power") == pytest.approx(device_of(server, MIN).live()["ppv"], abs=1)


@pytest.mark.parametrize(("profile", "denied", "other"), [("home", SPH, MIN), ("home", MIN, PLAIN)])
async def test_no_right_to_one_device(
    hub: Hub, add_account: AddAccount, caplog: pytest.LogCaptureFixture, profile: str, denied: str, other: str
) -> None:
    """Only that device has no values any more; it is asked again once a day, and comes back (growatt.md B.2)."""
    server = await add_account(profile, "token", strict=True)
    await live_on(hub, HOUR)
    ledger = Ledger(server)
    shown = states(hub.hass, other).keys()
    server.stage.deny_device(denied)
    caplog.clear()
    await live_on(hub, HOUR)
    assert hub.state(f"{denied}_solar_power").state in NOTHING
    assert hub.state(f"{root(hub)}_reachable", "binary_sensor").state == "on"
    assert states(hub.hass, other).keys() == shown
    assert not reauths(hub.hass)
    asked = ledger.about(denied)
    assert asked <= 4
    server.stage.allow_device(denied)
    await hub.advance(DAY - 3 * HOUR, step=HOUR)
    assert ledger.about(denied) == asked
    await hub.advance(4 * HOUR, step=600)
    assert hub.state(f"{denied}_home_power").state not in NOTHING
    assert most_in_a_day(server, PLANT_LIST) <= 10
    assert not ledger.refused
    assert not issues(hub.hass)
    assert not problems(caplog)


async def test_unknown_device(hub: Hub, add_account: AddAccount, caplog: pytest.LogCaptureFixture) -> None:
    """10012 says *too often* when reading, and *no such device* when writing (growatt.md B.2): that is refused at once."""
    server = await add_account("home", "token", strict=True)
    await live_on(hub, HOUR)
    server.stage.remove_device(SPH)
    caplog.clear()
    with pytest.raises(HomeAssistantError) as told:
        await patiently(hub, hub.use("number", "set_value", f"{SPH}_output_limit", value=50), step=5)
    assert "device_unknown" in str(told.value.translation_placeholders) + str(told.value.translation_key)
    assert not reauths(hub.hass)
    assert entry_of(hub.hass).state.recoverable
    await live_on(hub, HOUR)
    assert number(hub, f"{MIN}_solar_power") == pytest.approx(device_of(server, MIN).live()["ppv"], abs=100)
