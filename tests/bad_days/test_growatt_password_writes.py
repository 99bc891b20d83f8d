"""Changes of settings and schedules with a password: what comes of them is read back, and told (growatt.md A.9, A.10, F.8)."""

from datetime import datetime
from typing import Any, NamedTuple

from freezegun.api import FrozenDateTimeFactory
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from tests.bad_days.conftest import AddAccount
from tests.bad_days.growatt_tools import CYCLE, HOUR, STEP, attributes, calls, device_of, issues, logins
from tests.bad_days.tools import patiently
from tests.hub import Hub
from tests.simulators.growatt.server import GrowattSimulator

NOON = "2027-06-10T10:00:00+00:00"
WRITE = "/newTcpsetAPI.do"
NIGHT = {"start": "01:00", "end": "05:00", "mode": "battery_first"}
EVENING = {"start": "17:00", "end": "21:00", "mode": "grid_first"}


class Kind(NamedTuple):
    """A kind of device: its profile, serial number, a setting of it as key and as the device calls it."""

    profile: str
    serial: str
    key: str
    name: str


MIN = Kind("min", "MXH0000001", "discharge_stop_level", "onGridDischargeStopSOC")
SPH = Kind("mix", "SPH0000001", "discharge_stop_level", "wdisChargeSOCLowLimit2")
SPA = Kind("spa", "SPA0000001", "discharge_stop_level", "wdisChargeSOCLowLimit2")
KINDS = (MIN, SPH, SPA)


class Bench:
    """An account with a device whose settings are known."""

    def __init__(self, hub: Hub, server: GrowattSimulator, kind: Kind) -> None:
        """Take what was started."""
        self.hub = hub
        self.server = server
        self.kind = kind

    @property
    def number(self) -> str:
        """The unique id of the setting's entity."""
        return f"{self.kind.serial}_{self.kind.key}"

    @property
    def shown(self) -> float:
        """What the slider shows."""
        return float(self.hub.state(self.number, "number").state)

    @property
    def there(self) -> Any:
        """What the device does."""
        return device_of(self.server, self.kind.serial).settings[self.kind.name]

    @property
    def sent(self) -> int:
        """How many changes were sent."""
        return sum(record.path == WRITE for record in self.server.requests)

    async def slide(self, value: float) -> None:
        """Move the slider."""
        await patiently(self.hub, self.hub.use("number", "set_value", self.number, value=value))

    async def act(self, action: str, **fields: Any) -> dict[str, Any]:
        """Use an action and return its receipt."""
        receipt: dict[str, Any] = await patiently(self.hub, self.hub.act(action, self.kind.serial, **fields))
        return receipt

    async def slots(self) -> list[tuple[str, str, str]]:
        """Return the slots in use."""
        answer = await self.hub.act("get_schedule", self.kind.serial)
        return [(slot["start"], slot["end"], slot["mode"]) for slot in answer["slots"] if slot["enabled"]]

    @property
    def told(self) -> dict[str, Any]:
        """What the event entity *Settings* told last."""
        return attributes(self.hub, self.kind.serial)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.serial[:3])
async def bench(
    request: pytest.FixtureRequest, freezer: FrozenDateTimeFactory, hub: Hub, add_account: AddAccount
) -> Bench:
    """Return an account of each kind, an hour old."""
    freezer.move_to(datetime.fromisoformat(NOON))
    server = await add_account(request.param.profile, copy_delay=10.0)
    await hub.advance(CYCLE, step=STEP)
    return Bench(hub, server, request.param)


only_min = pytest.mark.parametrize("bench", [MIN], indirect=True, ids=["MIN"])


# One setting


async def test_confirmed(bench: Bench) -> None:
    """Sent once, read back from the server's copy, shown; no other setting moves."""
    before = dict(device_of(bench.server, bench.kind.serial).settings)
    await bench.slide(40)
    assert (bench.sent, bench.there, bench.shown) == (1, 40, 40)
    assert bench.told["event_type"] == "confirmed"
    after = device_of(bench.server, bench.kind.serial).settings
    assert {name for name in before if before[name] != after[name]} == {bench.kind.name}
    assert logins(bench.server) == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [(10003, "device_offline"), (10005, "logger_offline"), (10008, "value_outside_range"), (10011, "no_permission")],
)
@only_min
async def test_refused(bench: Bench, code: int, reason: str) -> None:
    """The server's reason in words, at once; nothing is taken for changed, nothing is sent again."""
    before = bench.there
    bench.server.stage.next_write("refused", code=code)
    with pytest.raises(HomeAssistantError) as told:
        await bench.slide(40)
    assert told.value.translation_key == reason
    assert (bench.sent, bench.there, bench.shown) == (1, before, before)


async def test_clamped(bench: Bench) -> None:
    """The hardware keeps its own lowest level: the user is told what it is."""
    bench.server.stage.set_soc_floor(30)
    with pytest.raises(HomeAssistantError) as told:
        await bench.slide(15)
    assert told.value.translation_key == "not_confirmed"
    assert "30" in (told.value.translation_placeholders or {})["found"]
    assert (bench.sent, bench.there, bench.shown) == (1, 30, 30)
    assert bench.told["event_type"] == "not_confirmed"


async def test_not_applied(bench: Bench) -> None:
    """Acknowledged and forgotten: found out by reading."""
    before = bench.there
    bench.server.stage.next_write("ignored")
    with pytest.raises(HomeAssistantError) as told:
        await bench.slide(40)
    assert told.value.translation_key == "not_confirmed"
    await bench.hub.advance(HOUR, step=STEP)
    assert (bench.sent, bench.there, bench.shown) == (1, before, before)


@only_min
async def test_applied_although_the_server_says_no(bench: Bench) -> None:
    """A system error says nothing: the device is asked, and it has it."""
    bench.server.stage.next_write("applied_with_error")
    await bench.slide(40)
    assert (bench.sent, bench.there, bench.shown) == (1, 40, 40)
    assert bench.told["event_type"] == "confirmed"


async def test_late(bench: Bench) -> None:
    """Later than anybody waits: an error first, then the truth some minutes later, not only with the hourly reading."""
    before = bench.there
    bench.server.stage.next_write("delayed", seconds=200)
    with pytest.raises(HomeAssistantError) as told:
        await bench.slide(40)
    assert told.value.translation_key == "not_confirmed"
    assert bench.shown == before
    await bench.hub.advance(0.2 * HOUR, step=STEP)
    assert (bench.sent, bench.there, bench.shown) == (1, 40, 40)
    assert (bench.told["event_type"], bench.told.get("late")) == ("confirmed", True)
    assert "change_not_confirmed" not in issues(bench.hub.hass)


async def test_answer_is_lost(bench: Bench) -> None:
    """The line breaks after the change was made: it is read back, not sent again."""
    bench.server.faults.add(WRITE, "cut_connection", times=1)
    await bench.slide(40)
    assert (bench.sent, bench.there, bench.shown) == (1, 40, 40)


@only_min
async def test_answer_never_comes(bench: Bench) -> None:
    """A write may take a minute; then the device is asked."""
    before = bench.there
    bench.server.faults.add(WRITE, "slow", times=1)
    with pytest.raises(HomeAssistantError) as told:
        await bench.slide(40)
    assert told.value.translation_key in {"not_confirmed", "cannot_connect"}
    assert (bench.sent, bench.there, bench.shown) == (1, before, before)


@pytest.mark.parametrize("logger", [False, True])
async def test_offline(bench: Bench, logger: bool) -> None:
    """A device that is not there takes nothing: a clear error, and no surprise when it is back."""
    before = bench.there
    bench.server.stage.lose_device(bench.kind.serial, logger=logger)
    with pytest.raises(HomeAssistantError) as told:
        await bench.slide(40)
    assert told.value.translation_key == ("logger_offline" if logger else "device_offline")
    bench.server.stage.return_device(bench.kind.serial)
    await bench.hub.advance(HOUR, step=STEP)
    assert (bench.sent, bench.there, bench.shown) == (1, before, before)


@only_min
async def test_session_ends_before_a_change(bench: Bench) -> None:
    """A change signs in again like a read, and leaves once."""
    await bench.hub.advance(HOUR, step=STEP)
    bench.server.legacy.kill_sessions()
    await bench.slide(40)
    assert (bench.there, bench.shown) == (40, 40)
    assert logins(bench.server) == 2


@only_min
async def test_account_is_locked(bench: Bench) -> None:
    """Nothing is sent, and the user hears until when."""
    bench.server.legacy.lock_account(5 * HOUR)
    await bench.hub.advance(2 * CYCLE, step=STEP)
    sent = len(bench.server.requests)
    with pytest.raises(HomeAssistantError) as told:
        await bench.slide(40)
    assert told.value.translation_key == "locked"
    assert len(bench.server.requests) == sent


async def test_changed_in_the_app(bench: Bench) -> None:
    """Somebody else's change shows within the hour, with what was before."""
    before = bench.there
    bench.server.stage.set_settings(bench.kind.serial, **{bench.kind.name: 44})
    await bench.hub.advance(1.2 * HOUR, step=STEP)
    assert bench.shown == 44
    assert bench.told["event_type"] == "changed_elsewhere"
    assert bench.told["before"] == {bench.kind.key: before}
    assert bench.sent == 0


# Schedules


async def test_schedule(bench: Bench) -> None:
    """Two slots are set and read back, one is changed, all are cleared; only what differs is sent."""
    receipt = await bench.act("set_schedule", slots=[NIGHT, EVENING])
    assert receipt["outcome"] == "confirmed"
    assert await bench.slots() == [tuple(NIGHT.values()), tuple(EVENING.values())]
    sent = bench.sent
    assert sent == 2
    assert (await bench.act("set_schedule", slots=[NIGHT, EVENING]))["outcome"] == "unchanged"
    receipt = await bench.act("set_schedule_slot", slot=1, start="02:00")
    assert receipt["outcome"] == "confirmed"
    assert bench.sent == sent + 1
    assert await bench.slots() == [("02:00", "05:00", "battery_first"), tuple(EVENING.values())]
    assert (await bench.act("clear_schedule"))["outcome"] == "confirmed"
    assert await bench.slots() == []


async def test_schedule_that_ends_half_way(bench: Bench) -> None:
    """The first part is written, the second refused: both are told, and the read-back decides what is shown."""
    bench.server.stage.next_write("applied")
    bench.server.stage.next_write("refused", code=10008)
    with pytest.raises(HomeAssistantError) as told:
        await bench.act("set_schedule", slots=[NIGHT, EVENING])
    assert told.value.translation_key == "not_confirmed_in_parts"
    assert bench.sent == 2
    assert await bench.slots() in ([tuple(NIGHT.values())], [tuple(EVENING.values())])


async def test_schedule_that_is_forgotten(bench: Bench) -> None:
    """Acknowledged, not applied: an error, and what is shown is what the device has."""
    bench.server.stage.next_write("ignored", times=2)
    with pytest.raises(HomeAssistantError) as told:
        await bench.act("set_schedule", slots=[NIGHT, EVENING])
    assert str(told.value.translation_key).startswith("not_confirmed")
    assert await bench.slots() == []


@only_min
async def test_schedule_that_overlaps(bench: Bench) -> None:
    """Refused before anything is sent, with the slots' names."""
    with pytest.raises(ServiceValidationError):
        await bench.act("set_schedule", slots=[NIGHT, {**EVENING, "start": "04:00"}])
    assert bench.sent == 0
    assert calls(bench.server)["tlxSet"] == 0
