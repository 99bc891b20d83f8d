"""The alarms of a plant of GoodWe's cloud, by the action that other makers have as well."""

from datetime import timedelta

from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from tests.conftest import StartGoodWe
from tests.hub import Hub
from tests.simulators.goodwe.alarms import Alarm
from tests.simulators.goodwe.server import GoodWeSimulator

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
async def server(hub: Hub, start_goodwe: StartGoodWe) -> GoodWeSimulator:
    """Give the plant one alarm that is over and one that lasts, and another of two days ago."""
    server = await start_goodwe("home")
    now = dt_util.utcnow().replace(microsecond=0)
    plant = server.world.plants[0]
    serial = plant.inverters[0].serial
    plant.alarms += [
        Alarm(
            id="a1",
            serial=serial,
            code="E-1",
            text="Grid lost",
            level="fault",
            start=now - timedelta(days=2),
            end=now - timedelta(days=2, minutes=-5),
        ),
        Alarm(
            id="a2",
            serial=serial,
            code="E-2",
            text="Too hot",
            level="alarm",
            start=now - timedelta(hours=2),
            end=now - timedelta(hours=1),
        ),
        Alarm(id="a3", serial=serial, code="E-3", text="Dusty", level="prompt", start=now - timedelta(minutes=10)),
    ]
    await hub.add_goodwe(server)
    return server


async def test_alarms_of_today(hub: Hub, server: GoodWeSimulator) -> None:
    """Newest first, those that are over with their end; whichever device of the plant is asked."""
    plant = server.world.plants[0]
    now = dt_util.utcnow().replace(microsecond=0)
    answer = await hub.act("get_alarms", f"plant_{plant.id}")
    assert [alarm["message"] for alarm in answer["alarms"]] == ["Dusty", "Too hot"]
    dusty, hot = answer["alarms"]
    assert (dusty["code"], dusty["level"], dusty["status"], dusty["end"]) == ("E-3", "prompt", "active", None)
    assert dt_util.parse_datetime(dusty["start"]) == now - timedelta(minutes=10)
    assert (hot["level"], hot["status"], hot["device"]) == ("alarm", "recovered", plant.inverters[0].name)
    assert dt_util.parse_datetime(hot["end"]) == now - timedelta(hours=1)
    assert answer["complete"] is True
    assert answer["read_from"] == plant.local(now).date().isoformat()
    assert await hub.act("get_alarms", plant.inverters[0].serial) == answer


async def test_alarms_of_some_days(hub: Hub, server: GoodWeSimulator) -> None:
    plant = server.world.plants[0]
    day = plant.local(dt_util.utcnow()).date() - timedelta(days=2)
    answer = await hub.act("get_alarms", f"plant_{plant.id}", start=day.isoformat())
    assert [alarm["code"] for alarm in answer["alarms"]] == ["E-3", "E-2", "E-1"]
    answer = await hub.act("get_alarms", f"plant_{plant.id}", start=day, end=day + timedelta(days=1))
    assert [alarm["code"] for alarm in answer["alarms"]] == ["E-1"]
    assert answer["read_from"] == day.isoformat()


@pytest.mark.parametrize(("first", "last"), [("2026-01-02", "2026-01-01"), ("2026-01-01", "2026-03-01")])
async def test_days_that_make_no_sense(hub: Hub, server: GoodWeSimulator, first: str, last: str) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await hub.act("get_alarms", f"plant_{server.world.plants[0].id}", start=first, end=last)
    assert refused.value.translation_key == "alarm_days"


async def test_asking_is_no_reason_to_read_everything_anew(hub: Hub, server: GoodWeSimulator) -> None:
    """And what else cannot be read at the moment does not take the answer away."""
    await hub.advance(600, step=30)
    plant = server.world.plants[0]
    server.faults.add("/web/sems/sems-plant/api/stations/flow", "html")
    server.requests.clear()
    answer = await hub.act("get_alarms", f"plant_{plant.id}")
    assert [alarm["message"] for alarm in answer["alarms"]] == ["Dusty", "Too hot"]
    assert [request.path.rpartition("/api/")[2] for request in server.requests] == ["v2/alarm/page"]


async def test_actions_of_another_maker(hub: Hub, server: GoodWeSimulator) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await hub.act("read_parameter", f"plant_{server.world.plants[0].id}", parameter="any")
    assert refused.value.translation_key == "not_supported"
