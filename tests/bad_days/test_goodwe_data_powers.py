"""Powers on bad days: which way they go, whether they add up, and how often they are asked (goodwe.md §4.5, §5.3, §11)."""

from itertools import pairwise
from typing import Any

from homeassistant.setup import async_setup_component
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.diagnostics import async_get_config_entry_diagnostics
from tests.bad_days.conftest import AddGoodWe
from tests.bad_days.goodwe_data_tools import WAYS, add_by, fresh, start_on
from tests.bad_days.goodwe_tools import plant, serial
from tests.bad_days.living import MINUTE, issues, lifetimes, live_on, number
from tests.bad_days.shown import Shown
from tests.bad_days.tools import NOTHING, entry_of, problems
from tests.hub import Hub
from tests.simulators.goodwe.server import GoodWeSimulator

FLOW = "/web/sems/sems-plant/api/stations/flow"
MONITOR = "/api/v3/PowerStation/GetMonitorDetailByPowerstationId"

# What the house does, and the signs it must show: + is import from the grid, + is discharging.
SCENES: dict[str, tuple[dict[str, float], str, str]] = {
    "exporting a full battery's sun": ({"solar_w": 6_000.0, "home_w": 500.0, "level": 100.0}, "-", "0"),
    "importing with an empty battery": ({"solar_w": 0.0, "home_w": 3_000.0, "level": 5.0}, "+", "0"),
    "charging by the sun": ({"solar_w": 3_000.0, "home_w": 500.0, "level": 40.0}, "?", "-"),
    "discharging into the house": ({"solar_w": 0.0, "home_w": 2_000.0, "level": 80.0}, "?", "+"),
}

pytestmark = pytest.mark.usefixtures("summer")


def sign(value: float) -> str:
    """Return which way a power goes; a little is none."""
    return "0" if abs(value) < 60 else "+" if value > 0 else "-"


def check_signs(hub: Hub, server: GoodWeSimulator, grid: str, battery: str) -> None:
    """Compare what is shown with what the house does, in size and direction."""
    record = server.world.plants[0].minute
    assert record is not None
    site = plant(server)
    assert number(hub, f"{site}_grid_power") == pytest.approx(record.grid_w, abs=100)
    assert number(hub, f"{site}_battery_power") == pytest.approx(record.battery_w, abs=100)
    assert number(hub, f"{site}_home_power") == pytest.approx(record.load_w, abs=100)
    if grid != "?":
        assert sign(number(hub, f"{site}_grid_power")) == grid
    assert sign(number(hub, f"{site}_battery_power")) == battery


@pytest.mark.parametrize("shape", ["flows", "magnitudes", "without_flows", "legacy"])
async def test_directions(hub: Hub, new_goodwe: AddGoodWe, shape: str) -> None:
    """Whatever tells the direction, arrows, signs or meters: the Energy dashboard gets it right (§11)."""
    server = await new_goodwe("home")
    if shape in ("magnitudes", "without_flows"):
        server.semsplus.set_semsplus(**{shape: True})
    await add_by(hub, server, "legacy" if shape == "legacy" else "semsplus")
    for house, grid, battery in SCENES.values():
        server.stage.set_house(**house)  # type: ignore[arg-type]
        await live_on(hub, 660 if shape == "legacy" else 130)
        server.catch_up()
        check_signs(hub, server, grid, battery)
    for key in ("grid_import", "grid_export", "battery_charge", "battery_discharge", "solar"):
        state = hub.state(f"{plant(server)}_{key}_energy_total")
        assert state.attributes["state_class"] == "total_increasing"
        assert state.attributes["device_class"] == "energy"


async def remarks(hub: Hub) -> list[str]:
    """Return what the diagnostics say about powers that do not add up."""
    report = await async_get_config_entry_diagnostics(hub.hass, entry_of(hub.hass))
    return [remark for remark in report["remarks"] if "add up" in remark]


async def test_flow_that_does_not_add_up(hub: Hub, add_goodwe: AddGoodWe, caplog: pytest.LogCaptureFixture) -> None:
    """It is told in the diagnostics and shown as it is: nothing is corrected in silence (§5.3)."""
    server = await add_goodwe("home")
    await live_on(hub, 5 * MINUTE)
    assert not await remarks(hub)
    server.semsplus.set_semsplus(unbalanced_kw=1.5)
    await live_on(hub, 5 * MINUTE)
    record = server.world.plants[0].minute
    assert record is not None
    assert number(hub, f"{plant(server)}_home_power") == pytest.approx(record.load_w + 1_500, abs=100)
    assert number(hub, f"{plant(server)}_grid_power") == pytest.approx(record.grid_w, abs=100)
    (remark,) = await remarks(hub)
    assert "1500 W" in remark
    assert not problems(caplog)
    assert not issues(hub.hass)


async def test_arrows_against_signs(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """The arrows win, as the specification says; that it does not add up then is a remark, not a correction."""
    server = await add_goodwe("home")
    server.stage.set_house(solar_w=6_000.0, home_w=500.0, level=100.0)
    server.faults.add(FLOW, "override", pointer="/data/flows", value={"pSystem": ["pConsum"], "pGrid": ["pConsum"]})
    await live_on(hub, 5 * MINUTE)
    record = server.world.plants[0].minute
    assert record is not None
    assert record.grid_w < -1_000
    assert number(hub, f"{plant(server)}_grid_power") == pytest.approx(-record.grid_w, abs=100)
    assert number(hub, f"{plant(server)}_solar_power") == pytest.approx(record.solar_w, abs=100)
    assert await remarks(hub)
    server.faults.clear()
    await live_on(hub, 3 * MINUTE)
    assert number(hub, f"{plant(server)}_grid_power") < -1_000


async def test_texts_of_the_older_way(hub: Hub, new_goodwe: AddGoodWe) -> None:
    """Powers in kW instead of W are read by their unit (§1.3.3)."""
    server = await start_on(hub, new_goodwe, "legacy", "home")
    server.stage.set_switches(kilowatts=True)
    await live_on(hub, 700)
    assert fresh(hub, server)
    assert 100 < number(hub, f"{plant(server)}_home_power") < 10_000


@pytest.mark.parametrize("blank", [None, "", "--"], ids=["null", "empty", "dashes"])
async def test_blank_powerflow(hub: Hub, new_goodwe: AddGoodWe, caplog: pytest.LogCaptureFixture, blank: Any) -> None:
    """Blank is unknown and not 0; what is told elsewhere in the answer stays, and counters do (§1.3.3, §4.5)."""
    server = await start_on(hub, new_goodwe, "legacy", "home")
    await live_on(hub, 700)
    before = lifetimes(hub)
    caplog.clear()
    if blank is None:
        server.faults.add(MONITOR, "override", pointer="/data/powerflow", value=None)
    else:
        for name in ("pv", "bettery", "load", "grid"):
            server.faults.add(MONITOR, "override", pointer=f"/data/powerflow/{name}", value=blank)
    watch = Shown(hub, [f"{plant(server)}_home_power", f"{plant(server)}_solar_power", f"{serial(server)}_solar_power"])
    await live_on(hub, 2_700, each=watch.look)
    assert hub.state(f"{plant(server)}_home_power").state in NOTHING
    for unique_id in watch.states:
        assert 0.0 not in watch.numbers(unique_id), unique_id
    assert not watch.missing(f"{serial(server)}_solar_power")
    assert all(lifetimes(hub)[unique_id] >= value for unique_id, value in before.items())
    server.faults.clear()
    await live_on(hub, 900)
    assert fresh(hub, server)
    assert hub.state(f"{plant(server)}_home_power").state not in NOTHING
    assert not problems(caplog)


async def test_flow_without_some_members(hub: Hub, add_goodwe: AddGoodWe) -> None:
    """A missing power is unknown, never 0; the others go on (§5.3)."""
    server = await add_goodwe("home")
    await live_on(hub, 3 * MINUTE)
    server.faults.add(FLOW, "missing", pointer="/data/pConsum")
    server.faults.add(FLOW, "override", pointer="/data/soc", value="--")
    watch = Shown(hub, [f"{plant(server)}_home_power", f"{plant(server)}_battery_level"])
    await live_on(hub, 20 * MINUTE, each=watch.look)
    assert 0.0 not in watch.numbers(f"{plant(server)}_home_power")
    assert 0.0 not in watch.numbers(f"{plant(server)}_battery_level")
    assert hub.state(f"{plant(server)}_home_power").state in NOTHING
    assert number(hub, f"{plant(server)}_solar_power") > 0
    assert number(hub, f"{plant(server)}_grid_power") < 0


# How often


@pytest.mark.parametrize("way", WAYS)
async def test_hammered_by_an_automation(hub: Hub, new_goodwe: AddGoodWe, way: str) -> None:
    """Refreshing every few seconds asks no more often than data can change (§1.5; §11: it took the app offline)."""
    server = await start_on(hub, new_goodwe, way, "home")
    await live_on(hub, 900)
    await async_setup_component(hub.hass, "homeassistant", {})
    entity = hub.state(f"{plant(server)}_solar_power").entity_id
    main = FLOW if way == "semsplus" else MONITOR
    device = hub.device_id(plant(server))
    server.requests.clear()
    floor, minutes = (55.0, 15) if way == "semsplus" else (240.0, 15)
    for _ in range(minutes * 12):
        await hub.hass.services.async_call("homeassistant", "update_entity", {"entity_id": [entity]}, blocking=True)
        await hub.hass.services.async_call(DOMAIN, "refresh", {"device_id": device}, blocking=True)
        await hub.advance(5, step=5)
    times = [record.time for record in server.requests if record.path == main]
    gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert len(times) >= 2
    assert min(gaps) >= floor, gaps
    assert len(server.requests) <= minutes * 12, "as many as refreshes would be"
    assert fresh(hub, server)
