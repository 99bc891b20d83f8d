"""An account whose cloud falls silent on one way: its entities go on by the other one, and come back."""

from collections import Counter

from homeassistant.const import STATE_UNAVAILABLE
import pytest

from tests.conftest import StartGoodWe
from tests.hub import Hub

pytestmark = pytest.mark.usefixtures("noon")

MINUTE = 60.0


async def test_entities_go_on_by_the_other_way_and_come_back(hub: Hub, start_goodwe: StartGoodWe) -> None:
    server = await start_goodwe("home")
    await hub.add_goodwe(server)
    serial = next(server.world.inverters).serial
    power, total = f"{serial}_solar_power", f"{serial}_solar_energy_total"
    before = float(hub.state(total).state)
    for way, path in (("legacy", "GetMonitorDetailByPowerstationId"), ("semsplus", "telemetry")):
        server.stage.set_switches(semsplus="empty" if way == "legacy" else "full")
        await hub.advance(45 * MINUTE, step=20)
        server.requests.clear()
        shown = []
        for _ in range(4):
            await hub.advance(6 * MINUTE, step=20)
            shown.append(hub.state(power).state)
        assert STATE_UNAVAILABLE not in shown, way
        assert len(set(shown)) > 1, f"{way}: there are new values"
        asked = Counter(request.path.rpartition("/")[2] for request in server.requests)
        assert asked[path] >= 4, f"{way}: it is asked because somebody looks"
        assert before <= float(hub.state(total).state) < before + 20
