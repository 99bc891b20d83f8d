"""Changes of mode and reserve: done means read back from the gateway, and nothing is ever sent twice."""

import asyncio
import json
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from tests.bad_days.conftest import AddGateway
from tests.bad_days.tools import ROUND, asked, entry_of, patiently
from tests.hub import Hub
from tests.simulators.powerwall import PowerwallSimulator

OPERATION = "/api/operation"
COMMIT = "/api/config/completed"


@pytest.fixture
async def gateway(hub: Hub, add_gateway: AddGateway) -> PowerwallSimulator:
    """Return a gateway that takes the installer's changes; it has mode self_consumption and raw reserve 33.123456."""
    gateway = await add_gateway("gw2-24.44", username="installer", installer_toggle_done=True)
    gateway.house.set(reserve_percent=33.123456)
    await hub.advance(ROUND, step=20)
    gateway.requests.clear()
    return gateway


def sent(gateway: PowerwallSimulator) -> list[dict[str, Any]]:
    """Return what was posted, in order."""
    posts = [record for record in gateway.requests if (record.path, record.method) == (OPERATION, "POST")]
    return [json.loads(record.body) for record in posts]


async def set_mode(hub: Hub, gateway: PowerwallSimulator, mode: str) -> None:
    """Choose an option of the select."""
    await patiently(hub, hub.use("select", "select_option", f"{gateway.din}_operating_mode", option=mode))


async def set_reserve(hub: Hub, gateway: PowerwallSimulator, reserve: float) -> None:
    """Move the slider."""
    await patiently(hub, hub.use("number", "set_value", f"{gateway.din}_backup_reserve", value=reserve))


async def ask_reserve(hub: Hub, gateway: PowerwallSimulator, reserve: float, **fields: Any) -> dict[str, Any]:
    """Use the action and return its receipt."""
    receipt: dict[str, Any] = await patiently(
        hub, hub.act("set_backup_reserve", gateway.din, reserve=reserve, **fields)
    )
    return receipt


def mode(hub: Hub, gateway: PowerwallSimulator) -> str:
    """Return the mode that the select shows."""
    return hub.state(f"{gateway.din}_operating_mode", "select").state


def reserve(hub: Hub, gateway: PowerwallSimulator) -> float:
    """Return the reserve that the slider shows."""
    return float(hub.state(f"{gateway.din}_backup_reserve", "number").state)


def last_event(hub: Hub, gateway: PowerwallSimulator) -> dict[str, Any]:
    """Return what the event entity *Settings* told last."""
    return dict(hub.state(f"{gateway.din}_settings", "event").attributes)


# Good days


async def test_mode_through_the_select(hub: Hub, gateway: PowerwallSimulator) -> None:
    """The select shows what was read back; the reserve goes out exactly as it was."""
    await set_mode(hub, gateway, "autonomous")
    assert sent(gateway) == [{"mode": "autonomous", "backup_reserve_percent": 33.123456}]
    assert asked(gateway, COMMIT) == 1
    assert gateway.house.settings.mode == "autonomous"
    assert mode(hub, gateway) == "autonomous"
    assert last_event(hub, gateway)["event_type"] == "confirmed"


async def test_reserve_through_the_slider(hub: Hub, gateway: PowerwallSimulator) -> None:
    """The app's 20 % are 24 on the wire and read back as 20; the mode goes out as it was."""
    gateway.house.set(mode="autonomous")
    await set_reserve(hub, gateway, 20)
    assert sent(gateway) == [{"mode": "autonomous", "backup_reserve_percent": 24.0}]
    assert gateway.house.settings.reserve_percent == pytest.approx(24, abs=0.001)
    assert reserve(hub, gateway) == 20
    await hub.advance(ROUND, step=20)
    assert reserve(hub, gateway) == 20


async def test_receipts(hub: Hub, gateway: PowerwallSimulator) -> None:
    """An action answers with what was asked, sent and read back."""
    receipt = await ask_reserve(hub, gateway, 20)
    assert (receipt["outcome"], receipt["attempts"]) == ("confirmed", 1)
    assert receipt["asked"] == receipt["sent"] == {"backup_reserve": 20}
    assert receipt["read_back"]["backup_reserve"] == pytest.approx(20, abs=0.001)
    assert receipt["matched"] == {"backup_reserve": True}
    receipt = await patiently(hub, hub.act("set_operating_mode", gateway.din, mode="backup"))
    assert (receipt["outcome"], receipt["read_back"]) == ("confirmed", {"operating_mode": "backup"})


async def test_what_is_so_already_is_not_sent(hub: Hub, gateway: PowerwallSimulator) -> None:
    """The gateway has it: no request at all."""
    await ask_reserve(hub, gateway, 20)
    gateway.requests.clear()
    assert (await ask_reserve(hub, gateway, 20))["outcome"] == "unchanged"
    receipt = await patiently(hub, hub.act("set_operating_mode", gateway.din, mode="self_consumption"))
    assert receipt["outcome"] == "unchanged"
    assert gateway.requests == []


# The gateway does something else


async def test_accepted_but_not_applied(hub: Hub, gateway: PowerwallSimulator) -> None:
    """A gateway that forgets is found out; the slider shows what the gateway has."""
    gateway.write_behaviour("not_applied")
    with pytest.raises(HomeAssistantError) as told:
        await set_reserve(hub, gateway, 80)
    assert told.value.translation_key == "not_confirmed"
    places = told.value.translation_placeholders or {}
    assert "80" in places["asked"]
    assert "29.6" in places["found"]  # (33.123456 − 5) / 0.95
    assert reserve(hub, gateway) == 30
    assert last_event(hub, gateway)["event_type"] == "not_confirmed"
    assert len(sent(gateway)) == 1


async def test_applied_late(hub: Hub, gateway: PowerwallSimulator) -> None:
    """A slow gateway is waited for, by reading and not by sending again."""
    gateway.write_behaviour("late", seconds=12)
    receipt = await ask_reserve(hub, gateway, 80)
    assert receipt["outcome"] == "confirmed"
    assert receipt["attempts"] > 1
    assert 12 <= receipt["seconds"] < 20
    assert len(sent(gateway)) == 1
    assert reserve(hub, gateway) == 80


async def test_applied_too_late(hub: Hub, gateway: PowerwallSimulator) -> None:
    """Later than the caller waits: an error first, and the truth as soon as it shows."""
    gateway.write_behaviour("late", seconds=90)
    with pytest.raises(HomeAssistantError) as told:
        await ask_reserve(hub, gateway, 80, wait=5)
    assert told.value.translation_key == "not_confirmed"
    assert reserve(hub, gateway) == 30
    await hub.advance(120, step=20)
    assert reserve(hub, gateway) == 80
    event = last_event(hub, gateway)
    assert (event["event_type"], event["late"]) == ("confirmed", True)
    assert len(sent(gateway)) == 1


async def test_applied_partly(hub: Hub, gateway: PowerwallSimulator) -> None:
    """Only the part that was asked for and is there counts as done."""
    gateway.write_behaviour("partly")
    await set_mode(hub, gateway, "backup")
    assert mode(hub, gateway) == "backup"
    with pytest.raises(HomeAssistantError) as told:
        await ask_reserve(hub, gateway, 80, wait=10)
    assert told.value.translation_key == "not_confirmed"
    assert (mode(hub, gateway), reserve(hub, gateway)) == ("backup", 30)


async def test_answer_lost_after_it_was_applied(hub: Hub, gateway: PowerwallSimulator) -> None:
    """The line breaks at the worst moment: the gateway is asked, and it has it."""
    gateway.write_behaviour("answer_lost", times=1)
    commits = gateway.gateway.commission_count
    receipt = await ask_reserve(hub, gateway, 80)
    assert receipt["outcome"] == "confirmed"
    assert len(sent(gateway)) == 1
    assert gateway.gateway.commission_count == commits + 1
    assert reserve(hub, gateway) == 80


async def test_answer_lost_before_anything_was_applied(hub: Hub, gateway: PowerwallSimulator) -> None:
    """Half a write is no write: the old reserve is read, and nothing is sent again."""
    gateway.faults.add(OPERATION, "reset", method="POST")
    with pytest.raises(HomeAssistantError) as told:
        await ask_reserve(hub, gateway, 80, wait=10)
    assert told.value.translation_key == "not_confirmed"
    assert asked(gateway, OPERATION, "POST") == 1
    assert reserve(hub, gateway) == 30


async def test_no_answer_during_an_outage(hub: Hub, gateway: PowerwallSimulator) -> None:
    """A clear error now, and no surprise later."""
    gateway.refuse_connections()
    with pytest.raises(HomeAssistantError) as told:
        await ask_reserve(hub, gateway, 80)
    assert told.value.translation_key == "cannot_connect"
    await hub.advance(120, step=20)
    await gateway.accept_connections()
    await hub.advance(120, step=20)
    assert sent(gateway) == []
    assert reserve(hub, gateway) == 30


# Nothing is sent that must not be


@pytest.mark.parametrize("asked_for", [101, -1, 20.5])
async def test_reserve_out_of_range(hub: Hub, gateway: PowerwallSimulator, asked_for: float) -> None:
    """Below, above or between the steps: refused at once."""
    with pytest.raises((ServiceValidationError, vol.Invalid)):
        await ask_reserve(hub, gateway, asked_for)
    with pytest.raises(ServiceValidationError):
        await set_reserve(hub, gateway, asked_for)
    assert sent(gateway) == []


async def test_modes_that_cannot_be_chosen(hub: Hub, gateway: PowerwallSimulator) -> None:
    """A mode that can only be read is shown while it is there; choosing it, or nonsense, is refused."""
    gateway.house.set(mode="scheduler")
    await hub.advance(ROUND, step=20)
    gateway.requests.clear()
    select = hub.state(f"{gateway.din}_operating_mode", "select")
    assert select.state == "scheduler"
    assert select.attributes["options"] == ["self_consumption", "autonomous", "backup", "scheduler"]
    with pytest.raises(ServiceValidationError):
        await set_mode(hub, gateway, "scheduler")
    for nonsense in ("scheduler", "turbo", "other", ""):
        with pytest.raises(ServiceValidationError) as told:
            await patiently(hub, hub.act("set_operating_mode", gateway.din, mode=nonsense))
        assert told.value.translation_key == "option_not_available"
    assert sent(gateway) == []


async def test_slider_in_a_hurry(hub: Hub, gateway: PowerwallSimulator) -> None:
    """Of quick successive changes the last one wins, and what it replaced is not sent any more."""
    gateway.write_behaviour("late", seconds=4)
    receipts = await patiently(
        hub,
        _all(*(hub.act("set_backup_reserve", gateway.din, reserve=wanted) for wanted in (40, 50, 60, 70))),
    )
    outcomes = [receipt["outcome"] for receipt in receipts]
    assert outcomes[1:] == ["superseded", "superseded", "confirmed"]
    assert [body["backup_reserve_percent"] for body in sent(gateway)] == [43.0, 71.5]
    await hub.advance(ROUND, step=20)
    assert reserve(hub, gateway) == 70


async def _all(*work: Any) -> list[Any]:
    return list(await asyncio.gather(*work))


async def test_so_many_writes_a_day(hub: Hub, gateway: PowerwallSimulator) -> None:
    """Flash memory wears out: the fifty-first change of a day is refused, the first of the next is not."""
    for number in range(50):
        await ask_reserve(hub, gateway, 40 + number)
    with pytest.raises(ServiceValidationError) as told:
        await ask_reserve(hub, gateway, 20)
    assert told.value.translation_key == "daily_write_limit"
    assert len(sent(gateway)) == 50
    await hub.advance(86_400, step=7_200)
    assert (await ask_reserve(hub, gateway, 20))["outcome"] == "confirmed"


# Somebody else


async def test_changed_in_the_phone_app(hub: Hub, gateway: PowerwallSimulator) -> None:
    """The entities follow the gateway, and the event tells what was and what is."""
    gateway.house.set(mode="backup", reserve_percent=81.0)
    await hub.advance(ROUND, step=20)
    assert (mode(hub, gateway), reserve(hub, gateway)) == ("backup", 80)
    event = last_event(hub, gateway)
    assert event["event_type"] == "changed_elsewhere"
    assert event["before"]["operating_mode"] == "self_consumption"
    assert event["found"]["operating_mode"] == "backup"
    assert event["found"]["backup_reserve"] == pytest.approx(80)
    assert sent(gateway) == []


async def test_reload_while_a_change_waits_for_its_confirmation(hub: Hub, gateway: PowerwallSimulator) -> None:
    """The caller gets a clear error, not a crash; the account goes on with what the gateway has."""
    gateway.write_behaviour("not_applied")
    waiting = asyncio.ensure_future(ask_reserve(hub, gateway, 50, wait=120))
    await hub.advance(10, step=1, hanging=True)
    assert not waiting.done()
    await hub.hass.config_entries.async_reload(entry_of(hub.hass).entry_id)
    with pytest.raises(HomeAssistantError) as told:
        await waiting
    assert told.value.translation_key in {"not_confirmed", "cannot_connect"}
    await hub.advance(ROUND, step=20)
    assert reserve(hub, gateway) == pytest.approx(29.6, abs=0.5)
