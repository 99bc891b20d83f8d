"""Settings that do not arrive, arrive late, in part, twice or from two people at once (anker.md §12, §20)."""

import asyncio
from datetime import timedelta
from itertools import pairwise

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from tests.bad_days.anker_tools import site
from tests.bad_days.anker_writes_tools import DETAILS, FIRST_PLAN, SET_PARAM, plan, sent_plans, start, written
from tests.bad_days.conftest import AddAnker
from tests.bad_days.living import MINUTE, issues, live_on, number, restart
from tests.bad_days.tools import NOTHING, patiently
from tests.bad_days.writing import at_once, choose, failure, give, told, turn
from tests.hub import Hub
from tests.simulators.anker.server import AnkerSimulator

pytestmark = pytest.mark.usefixtures("summer")


def now_w(server: AnkerSimulator) -> int:
    """Return what the plan of a solarbank says of this Thursday noon."""
    return int(plan(server)["custom_rate_plan"][1]["ranges"][1]["power"])


def shown(hub: Hub, server: AnkerSimulator) -> float:
    """Return the preset that the site shows."""
    return float(hub.state(f"{site(server)}_output_preset", "number").state)


def listen(hub: Hub) -> list[tuple[str, str, bool]]:
    """Return a list to which every outcome is added: the device, what it is, and whether it came late."""
    heard: list[tuple[str, str, bool]] = []

    def hear(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        entity = er.async_get(hub.hass).async_get(event.data["entity_id"])
        if state is not None and entity is not None and entity.unique_id.endswith("_settings"):
            said = state.attributes
            heard.append(
                (entity.unique_id.removesuffix("_settings"), str(said.get("event_type")), bool(said.get("late")))
            )

    hub.hass.bus.async_listen(EVENT_STATE_CHANGED, hear)
    return heard


async def test_a_preset_on_its_way(hub: Hub, add_anker: AddAnker) -> None:
    """Refused, lost, half, late, its answer lost: what is told is so, nothing is ever sent twice, and the truth shows."""
    server = await start(hub, add_anker, "solarbank2")
    device, preset = site(server), f"{site(server)}_output_preset"
    before, outcomes = plan(server), listen(hub)
    assert now_w(server) == shown(hub, server) == 120

    for kind, reason in (("refused", "refused_by_server"), ("lost", "not_confirmed"), ("partial", "not_confirmed")):
        server.actions["next_write"](kind)
        sent = len(written(server))
        assert reason in await failure(give(hub, preset, 100))
        assert len(written(server)) == sent + 1
        assert now_w(server) == shown(hub, server) == 120
        await live_on(hub, DETAILS, step=60.0)
        assert (len(written(server)), plan(server)) == (sent + 1, before), kind

    server.actions["next_write"]("late", seconds=350.0)
    sent = len(written(server))
    assert await failure(give(hub, preset, 90)) == "not_confirmed"
    assert shown(hub, server) == 120
    await live_on(hub, 6 * MINUTE + DETAILS, step=60.0)
    assert (len(written(server)), now_w(server), shown(hub, server)) == (sent + 1, 90, 90)
    assert (device, "confirmed", True) in outcomes, "late, but ours"

    for fault, watts, happens in (("answer_lost", 80, True), ("bad_gateway", 70, False), ("busy", 60, True)):
        server.faults.add(SET_PARAM, fault, times=1)
        sent, had = len(written(server)), now_w(server)
        if happens:  # it had landed, or was surely not taken and so could be asked for again
            await give(hub, preset, watts)
        else:
            await failure(give(hub, preset, watts))
        assert (len(written(server)) - sent, now_w(server)) == ((1, watts) if happens else (0, had)), fault
        assert shown(hub, server) == now_w(server)
    await give(hub, preset, 70)
    assert (now_w(server), shown(hub, server), told(hub, device)) == (70, 70, "confirmed")
    after = plan(server)
    after["custom_rate_plan"][1]["ranges"][1]["power"] = 120
    assert after == before, "the user's other slots are as they were"


async def test_presets_rise_half_a_minute_apart(hub: Hub, add_anker: AddAnker) -> None:
    """An increase waits until the last one is 30 s ago; less may be asked for at once (§12)."""
    server = await start(hub, add_anker, "solarbank2")
    preset = f"{site(server)}_output_preset"
    for watts in (200, 300, 250, 100, 350):
        await give(hub, preset, watts)
        assert now_w(server) == watts
    at = {
        sent["custom_rate_plan"][1]["ranges"][1]["power"]: audit.time
        for audit, sent in zip(written(server), sent_plans(server), strict=True)
    }
    rises = [at[watts] for watts in (200, 300, 350)]
    assert all(later - sooner >= timedelta(seconds=30) for sooner, later in pairwise(rises))
    assert at[250] - at[300] < timedelta(seconds=20)
    assert at[100] - at[250] < timedelta(seconds=20)


async def test_more_changes_than_may_be_asked_about(hub: Hub, add_anker: AddAnker) -> None:
    """The cloud bears so many questions a minute: what is sent is verified later then, what cannot be sent is told so."""
    server = await start(hub, add_anker, "solarbank2")
    preset = f"{site(server)}_output_preset"
    landed = 0
    for watts in (110, 100, 90, 80, 70, 60, 50, 40, 30, 20):
        sent = len(written(server))
        try:
            await give(hub, preset, watts)
        except HomeAssistantError:
            assert len(written(server)) == sent, watts
        else:
            landed += 1
            assert now_w(server) == shown(hub, server) == watts
    assert landed >= 4
    await patiently(hub, restart(hub))  # what is not verified yet is not forgotten
    await live_on(hub, DETAILS, step=60.0)
    assert shown(hub, server) == now_w(server)
    assert told(hub, site(server)) == "confirmed"
    assert len(written(server)) == landed
    assert not server.limits.refusals


async def test_two_changes_at_once(hub: Hub, add_anker: AddAnker) -> None:
    """Mode and preset, and presets of two solarbanks that share a plan: neither undoes the other."""
    server = await start(hub, add_anker, "solarbank3")
    device = site(server)
    before = plan(server)
    await choose(hub, f"{device}_operating_mode", "manual")
    await live_on(hub, MINUTE, step=20.0)
    found = await at_once(
        hub,
        hub.use("number", "set_value", f"{device}_output_preset", value=90),
        hub.use("select", "select_option", f"{device}_operating_mode", option="self_consumption"),
        hub.use("switch", "turn_on", f"{device}_backup_charge"),
        hub.use("number", "set_value", f"{device}_discharge_stop_level", value=15),
        hub.use("switch", "turn_off", f"{device}_grid_export"),
    )
    assert [str(error) for error in found if error is not None] == []
    after = plan(server)
    assert (after["mode_type"], after["custom_rate_plan"][1]["ranges"][1]["power"]) == (1, 90)
    assert after["manual_backup"]["switch"] is True
    assert (after["use_time"], after["blend_plan"]) == (before["use_time"], before["blend_plan"])
    station = plan(server, "18")
    assert (station["discharge_lower_limit"], station["switch_0w"]) == (15, 1)


async def test_two_devices_of_one_plan_at_once(hub: Hub, add_anker: AddAnker) -> None:
    """Two solarbanks of the first generation have one plan, and all devices one list of upgrades (§9.2, §12.8)."""
    server = await start(hub, add_anker, "solarbank1_dual")
    first, second = (device.serial for device in server.world.sites[0].devices if device.kind == "solarbank")
    found = await at_once(
        hub,
        hub.use("number", "set_value", f"{first}_output_preset", value=120),
        hub.use("number", "set_value", f"{second}_output_preset", value=100),
    )
    assert [str(error) for error in found if error is not None] == []
    slot = plan(server, FIRST_PLAN)["ranges"][1]
    assert {load["device_sn"]: load["power"] for load in slot["device_power_loads"]} == {first: 120, second: 100}
    assert slot["appliance_loads"][0]["power"] == 220
    await turn(hub, f"{first}_auto_upgrade", "off")
    await turn(hub, f"{second}_auto_upgrade", "off")
    await at_once(
        hub,
        hub.use("switch", "turn_on", f"{first}_auto_upgrade"),
        hub.use("switch", "turn_on", f"{second}_auto_upgrade"),
    )
    upgrades = {device.serial: device.auto_upgrade for device in server.world.sites[0].devices}
    assert upgrades[first]
    assert upgrades[second]


async def test_a_restart_while_a_change_waits(hub: Hub, add_anker: AddAnker) -> None:
    """An increase that waits for its turn is sent before the entry goes, once; after the start the truth shows."""
    server = await start(hub, add_anker, "solarbank2")
    preset = f"{site(server)}_output_preset"
    await give(hub, preset, 200)
    rise = hub.hass.async_create_task(hub.use("number", "set_value", preset, value=300))
    await hub.advance(5, step=1.0, hanging=True)
    sent = len(written(server))
    await patiently(hub, restart(hub))
    await hub.advance(60, step=5.0)
    await patiently(hub, _ended(rise))
    assert len(written(server)) == sent + 1
    await live_on(hub, DETAILS, step=60.0)
    assert len(written(server)) == sent + 1
    assert shown(hub, server) == now_w(server) == 300
    await give(hub, preset, 150)
    assert now_w(server) == 150


async def _ended(task: asyncio.Future[None]) -> None:
    """Wait for somebody whose change may have failed."""
    await asyncio.gather(task, return_exceptions=True)


async def test_owner_becomes_member_in_the_middle(
    hub: Hub, add_anker: AddAnker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading and writing the rights are gone: it is told, nothing is tried again, and nothing can be set any more."""
    server = await start(hub, add_anker, "solarbank2")
    device = site(server)
    before = plan(server)
    answer = server.answer

    async def taken_away(request: object, record: object) -> object:
        whole = await answer(request, record)  # type: ignore[arg-type]
        if getattr(request, "path", "").endswith("get_site_device_param"):
            server.actions["set_member"]()
        return whole

    with monkeypatch.context() as patched:
        patched.setattr(server, "answer", taken_away)
        assert "refused" in await failure(give(hub, f"{device}_output_preset", 200))
    assert plan(server) == before
    assert len([record for record in server.requests if record.path == SET_PARAM]) == 1
    await live_on(hub, DETAILS, step=60.0)
    assert "member_site" in issues(hub.hass)
    assert len([record for record in server.requests if record.path == SET_PARAM]) == 1
    assert (
        not hub.has(f"{device}_output_preset", "number")
        or hub.state(f"{device}_output_preset", "number").state in NOTHING
    )
    assert number(hub, f"{device}_output_preset") == 120 if hub.has(f"{device}_output_preset") else True
    server.actions["set_member"](member=False)
    await live_on(hub, 2 * DETAILS, step=60.0)
    assert "member_site" not in issues(hub.hass)
    await give(hub, f"{device}_output_preset", 100)
    assert plan(server)["custom_rate_plan"][1]["ranges"][1]["power"] == 100


async def test_half_of_a_station(hub: Hub, add_anker: AddAnker) -> None:
    """Limits of the batteries are one block: half of it arrives, or none; told so, and the next attempt sends it all (§12.5)."""
    server = await start(hub, add_anker, "solarbank3")
    level = f"{site(server)}_discharge_stop_level"
    for kind in ("lost", "refused"):
        server.actions["next_write"](kind)
        await failure(give(hub, level, 15))
        assert plan(server, "18")["discharge_lower_limit"] == 10
        assert float(hub.state(level, "number").state) == 10
    server.actions["next_write"]("partial")
    await give(hub, level, 15)
    assert plan(server, "18")["discharge_lower_limit"] == 15
    await give(hub, f"{site(server)}_charge_stop_level", 95)
    assert sent_plans(server, "18")[-1] == {
        "discharge_lower_limit": 15,
        "charge_upper_limit": 95,
        "backup_reserve_switch": 0,
        "backup_reserve": 50,
        "cmd_type": 1,
    }
