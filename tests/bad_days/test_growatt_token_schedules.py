"""Charge schedules by token that go wrong: refused before, half-way through, or never done (growatt.md B.6.6, B.7.4)."""

from typing import Any
from urllib.parse import parse_qs

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from tests.bad_days.conftest import AddAccount
from tests.bad_days.growatt_token_tools import live_on
from tests.bad_days.growatt_tools import attributes, device_of, issues
from tests.bad_days.tools import patiently
from tests.hub import Hub
from tests.simulators.growatt.server import GrowattSimulator

MIN = "MXH0000001"
SPH = "SPH0000001"
SPA = "SPA0000001"
WRITES = ("/v1/tlxSet", "/v1/mixSet", "/v1/spaSet")

type Slot = dict[str, Any]

NIGHT: Slot = {"start": "01:30", "end": "05:00", "mode": "battery_first"}
NOON: Slot = {"start": "11:00", "end": "13:00", "mode": "load_first"}
EVENING: Slot = {"start": "17:00", "end": "21:00", "mode": "grid_first"}
CHARGE: Slot = {**NIGHT, "power": 80, "stop_level": 95}
DISCHARGE: Slot = {**EVENING, "power": 70, "stop_level": 30}

pytestmark = pytest.mark.usefixtures("summer")


@pytest.fixture
async def server(hub: Hub, add_account: AddAccount) -> GrowattSimulator:
    """Return the server of a MIN with a battery that has been read for a while."""
    server = await add_account("min", "token", strict=True)
    await live_on(hub, 2_000)
    server.requests.clear()
    return server


async def act(hub: Hub, action: str, serial: str, **fields: Any) -> dict[str, Any]:
    """Use an action and return its receipt."""
    receipt: dict[str, Any] = await patiently(hub, hub.act(action, serial, wait=120, **fields), step=5, limit=400)
    return receipt


def kinds(server: GrowattSimulator) -> list[str]:
    """Return what was sent, in order."""
    return [parse_qs(record.body.decode())["type"][0] for record in server.requests if record.path in WRITES]


def segment(server: GrowattSimulator, number: int) -> tuple[Any, ...]:
    """Return a segment as the device has it: start, end, mode and whether it is used."""
    names = ("forcedTimeStart{}", "forcedTimeStop{}", "time{}Mode", "forcedStopSwitch{}")
    return tuple(device_of(server, MIN).settings[name.format(number)] for name in names)


def pending(hub: Hub, serial: str) -> str:
    """Return what *Change pending* shows."""
    return hub.state(f"{serial}_change_pending", "binary_sensor").state


# MIN


async def test_only_what_differs_is_sent(hub: Hub, server: GrowattSimulator) -> None:
    """Each segment is a write of its own: those the device has already are left alone."""
    receipt = await act(hub, "set_schedule", MIN, slots=[NIGHT, EVENING])
    assert receipt["outcome"] == "confirmed"
    assert kinds(server) == ["time_segment1", "time_segment2"]
    assert segment(server, 1) == ("1:30", "5:0", 1, 1)
    assert segment(server, 2) == ("17:0", "21:0", 2, 1)
    server.requests.clear()
    receipt = await act(hub, "set_schedule", MIN, slots=[NIGHT, {**EVENING, "end": "20:00"}])
    assert receipt["outcome"] == "confirmed"
    assert kinds(server) == ["time_segment2"]
    server.requests.clear()
    receipt = await act(hub, "set_schedule", MIN, slots=[NIGHT, {**EVENING, "end": "20:00"}])
    assert receipt["outcome"] == "unchanged"
    assert kinds(server) == []


@pytest.mark.parametrize(
    "slots",
    [
        pytest.param([NIGHT, {**EVENING, "start": "04:00"}], id="overlapping"),
        pytest.param([NIGHT, {**NOON, "end": "10:00"}], id="over midnight, onto another"),
        pytest.param([{**NIGHT, "end": "01:30"}], id="without length"),
        pytest.param([{**NIGHT, "mode": "sell_first"}], id="unknown job"),
        pytest.param([{**NIGHT, "power": 50}], id="power of its own"),
        pytest.param(
            [{**NIGHT, "start": f"{hour:02}:00", "end": f"{hour:02}:30"} for hour in range(10)], id="too many"
        ),
    ],
)
async def test_refused_before_anything_is_sent(hub: Hub, server: GrowattSimulator, slots: list[Slot]) -> None:
    """What the device cannot hold never leaves the house."""
    with pytest.raises(ServiceValidationError):
        await act(hub, "set_schedule", MIN, slots=slots)
    assert kinds(server) == []
    assert pending(hub, MIN) == "off"
    assert hub.state(f"{MIN}_charge_schedule", "select").state == "off"


@pytest.mark.parametrize("kind", ["refused", "ignored"])
async def test_fails_half_way(hub: Hub, server: GrowattSimulator, kind: str) -> None:
    """The error names what the device has and what it has not; the next attempt sends only that."""
    server.stage.next_write("applied")
    server.stage.next_write(kind, code=10008)  # type: ignore[arg-type]
    with pytest.raises(HomeAssistantError) as told:
        await act(hub, "set_schedule", MIN, slots=[NIGHT, NOON, EVENING])
    places = told.value.translation_placeholders or {}
    if kind == "refused":
        assert told.value.translation_key == "not_confirmed_in_parts"
        assert (places["written"], places["missing"]) == ("segments 1", "segments 2, segments 3")
        assert kinds(server) == ["time_segment1", "time_segment2"]
    else:
        assert told.value.translation_key == "not_confirmed"
        assert kinds(server) == ["time_segment1", "time_segment2", "time_segment3"]
    assert segment(server, 1) == ("1:30", "5:0", 1, 1)
    assert segment(server, 2)[:2] == ("0:0", "0:0")
    assert attributes(hub, MIN)["event_type"] == "not_confirmed"
    answer = await patiently(hub, hub.act("get_schedule", MIN))
    assert "01:30" in str(answer["slots"])
    assert "11:00" not in str(answer["slots"])
    server.requests.clear()
    receipt = await act(hub, "set_schedule", MIN, slots=[NIGHT, NOON, EVENING])
    assert receipt["outcome"] == "confirmed"
    assert kinds(server) == {"refused": ["time_segment2", "time_segment3"], "ignored": ["time_segment2"]}[kind]
    assert segment(server, 3) == ("17:0", "21:0", 2, 1)


async def test_error_although_applied(hub: Hub, server: GrowattSimulator) -> None:
    """A system error in the middle: the device tells which segments it has."""
    server.stage.next_write("applied_with_error")
    receipt = await act(hub, "set_schedule", MIN, slots=[NIGHT])
    assert receipt["outcome"] == "confirmed"
    assert kinds(server) == ["time_segment1"]


async def test_offline(hub: Hub, server: GrowattSimulator) -> None:
    """Nothing of the schedule is sent after the first refusal."""
    server.stage.lose_device(MIN, logger=True)
    with pytest.raises(HomeAssistantError):
        await act(hub, "set_schedule", MIN, slots=[NIGHT, EVENING])
    assert kinds(server) == ["time_segment1"]
    assert hub.state(f"{MIN}_charge_schedule", "select").state == "off"


async def test_segments_change_places(hub: Hub, server: GrowattSimulator) -> None:
    """Two segments that swap their times block each other on the way (growatt.md A.9.1): room is made first."""
    await act(hub, "set_schedule", MIN, slots=[NIGHT, EVENING])
    swapped = [{**EVENING, "start": "04:00", "end": "06:00"}, {**NIGHT, "end": "03:00"}]
    receipt = await act(hub, "set_schedule", MIN, slots=swapped)
    assert receipt["outcome"] == "confirmed"
    used = {segment(server, number)[:3] for number in range(1, 10) if segment(server, number)[3]}
    assert used == {("4:0", "6:0", 2), ("1:30", "3:0", 1)}


async def test_cleared(hub: Hub, server: GrowattSimulator) -> None:
    """Off means that no segment is used."""
    await act(hub, "set_schedule", MIN, slots=[NIGHT, EVENING])
    receipt = await act(hub, "clear_schedule", MIN)
    assert receipt["outcome"] == "confirmed"
    assert not any(segment(server, number)[3] for number in range(1, 10))


# SPH and SPA


@pytest.mark.parametrize(("profile", "serial"), [("sph", SPH), ("spa", SPA)])
@pytest.mark.parametrize("kinds_of_write", [("applied", "applied"), ("ignored", "applied"), ("applied", "ignored")])
async def test_verified_later(
    hub: Hub, add_account: AddAccount, profile: str, serial: str, kinds_of_write: tuple[str, str]
) -> None:
    """Accepted, shown as asked, and confirmed or made a repair once the server's copy may be read."""
    server = await add_account(profile, "token", strict=True)
    await live_on(hub, 2_000)
    server.requests.clear()
    for kind in kinds_of_write:
        server.stage.next_write(kind, serial=serial)  # type: ignore[arg-type]
    receipt = await act(hub, "set_schedule", serial, slots=[CHARGE, DISCHARGE])
    assert (receipt["outcome"], pending(hub, serial)) == ("accepted", "on")
    assert receipt["verify_at"]
    assert [kind.removeprefix("mix_").removeprefix("spa_") for kind in kinds(server)] == [
        "ac_charge_time_period",
        "ac_discharge_time_period",
    ]
    await live_on(hub, 900, most=60)
    confirmed = "ignored" not in kinds_of_write
    assert pending(hub, serial) == "off"
    assert attributes(hub, serial)["event_type"] == ("confirmed" if confirmed else "not_confirmed")
    assert ("change_not_confirmed" in issues(hub.hass)) is not confirmed
    now = device_of(server, serial).settings
    assert (now["forcedChargeTimeStart1"] == "1:30") is (kinds_of_write[0] == "applied")
    assert (now["forcedDischargeTimeStart1"] == "17:0") is (kinds_of_write[1] == "applied")
    answer = await patiently(hub, hub.act("get_schedule", serial))
    shown = {slot["start"][:5] for slot in answer["slots"] if slot["enabled"]}
    kept = {"01:30": kinds_of_write[0], "17:00": kinds_of_write[1]}
    assert shown == {start for start, kind in kept.items() if kind == "applied"}


async def test_fails_half_way_on_an_sph(hub: Hub, add_account: AddAccount) -> None:
    """The charge periods went out, the discharge periods were refused: told so, and only these are sent again."""
    server = await add_account("sph", "token", strict=True)
    await live_on(hub, 2_000)
    server.requests.clear()
    server.stage.next_write("applied")
    server.stage.next_write("refused", code=10008)
    with pytest.raises(HomeAssistantError) as told:
        await act(hub, "set_schedule", SPH, slots=[CHARGE, DISCHARGE])
    assert "charge" in str((told.value.translation_placeholders or {}).get("written"))
    assert "discharge" in str((told.value.translation_placeholders or {}).get("missing"))
    await live_on(hub, 1_200, most=60)
    assert pending(hub, SPH) == "off"
    answer = await patiently(hub, hub.act("get_schedule", SPH))
    assert {slot["start"][:5] for slot in answer["slots"] if slot["enabled"]} == {"01:30"}
    server.requests.clear()
    receipt = await act(hub, "set_schedule", SPH, slots=[CHARGE, DISCHARGE])
    assert receipt["outcome"] == "accepted"
    assert kinds(server) == ["mix_ac_discharge_time_period"]
    await live_on(hub, 500, most=60)
    assert attributes(hub, SPH)["event_type"] == "confirmed"


async def test_numbers_that_went_along_are_ours(hub: Hub, add_account: AddAccount) -> None:
    """Power and stop level of the periods show as soon as the schedule is confirmed, and nobody else changed them."""
    server = await add_account("sph", "token", strict=True)
    await live_on(hub, 2_000)
    await act(hub, "set_schedule", SPH, slots=[CHARGE])
    await live_on(hub, 3_600)
    assert hub.state(f"{SPH}_charge_power_rate", "number").state == "80.0"
    assert device_of(server, SPH).settings["chargePowerCommand"] == 80
    assert attributes(hub, SPH)["event_type"] == "confirmed"


@pytest.mark.parametrize(
    "slots",
    [
        pytest.param([CHARGE, {**CHARGE, "start": "04:00", "end": "06:00"}], id="overlapping"),
        pytest.param([CHARGE, {**CHARGE, "start": "06:00", "end": "07:00", "power": 60}], id="two powers"),
        pytest.param([NOON], id="no such job"),
    ],
)
async def test_refused_for_an_sph(hub: Hub, add_account: AddAccount, slots: list[Slot]) -> None:
    """Charge periods share one power and one stop level, and load first is what it does anyway."""
    server = await add_account("sph", "token", strict=True)
    await live_on(hub, 2_000)
    server.requests.clear()
    with pytest.raises(ServiceValidationError):
        await act(hub, "set_schedule", SPH, slots=slots)
    assert kinds(server) == []
    assert pending(hub, SPH) == "off"
