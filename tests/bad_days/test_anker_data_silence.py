"""A cloud that has nothing to tell, tells no time, or tells the same again and again (anker.md §7.2, §10.5, §13, §20)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.util import dt as dt_util
import pytest

from tests.bad_days.anker_data_tools import BERLIN, ROUND, sensors, spoil_scene, truth
from tests.bad_days.anker_tools import bank, is_fresh, is_live, site
from tests.bad_days.conftest import AddAnker
from tests.bad_days.living import HOUR, MINUTE, Watch, lifetimes, live_on, number
from tests.bad_days.mutations import tracebacks
from tests.bad_days.shown import Shown
from tests.bad_days.tools import NOTHING
from tests.hub import Hub

pytestmark = pytest.mark.usefixtures("summer")

STEP = 120.0
MEASURED = ("solar_power", "battery_power", "battery_level", "output_power", "home_power", "grid_power")


@pytest.mark.parametrize("profile", ["solarbank2", "solarbank3"])
async def test_an_hour_without_values(
    hub: Hub, new_anker: AddAnker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, profile: str
) -> None:
    """All values of such a scene are zeros that mean nothing: none of them shows, and counters stand or go on."""
    server = await new_anker(profile)
    world = server.world.sites[0]
    server.actions["add_lifetime"](kwh=2_000.0 if profile == "solarbank3" else 0.0)  # told in MWh
    server.actions["set_house"]()
    await hub.add_anker(server)
    await live_on(hub, 2 * ROUND, step=STEP)
    watch = Watch(hub)
    before, counted = dict(watch.shown), lifetimes(hub)
    today = {unique_id: number(hub, unique_id) for unique_id in sensors(hub, server, "today")}
    measured = [f"{site(server)}_{key}" for key in MEASURED] + [f"{bank(server)}_solar_power"]
    shown = [unique_id for unique_id in measured if f"sensor {unique_id}" in before]
    assert len(shown) >= 5
    server.actions["set_invalid"](world.id)

    def empty(scene: dict[str, Any]) -> None:
        for row in scene["statistics"]:
            row["total"] = "0.00"

    with monkeypatch.context() as patched:
        if profile == "solarbank3":
            spoil_scene(server, patched, empty)
        for seconds in (2 * MINUTE, HOUR):
            await live_on(hub, seconds, each=watch, step=STEP / 2)
            assert {hub.state(unique_id).state for unique_id in shown} <= set(NOTHING)
    assert not watch.zeros
    assert not watch.fallen
    assert lifetimes(hub).keys() == counted.keys()
    for unique_id, name in sensors(hub, server, "today").items():
        assert number(hub, unique_id) >= today[unique_id], unique_id
        assert number(hub, unique_id) == pytest.approx(
            getattr(truth(server, world.local(server.clock.now()).date()), name), abs=0.5
        ), unique_id
    server.actions["set_invalid"](world.id, on=False)
    await live_on(hub, 6 * MINUTE, each=watch)
    assert is_fresh(hub, server)
    assert not before.keys() - watch.shown.keys()
    assert not watch.fallen
    assert number(hub, f"{site(server)}_solar_energy_total") == pytest.approx(world.diary.lifetime.solar, abs=10.1)
    assert not tracebacks(caplog)


TIMES: tuple[Callable[[datetime], Any], ...] = (
    lambda _: "1970-01-01 00:00:00",
    lambda _: "01-01-0001 00:00:00",
    lambda _: "0001-01-01 00:00:00",
    lambda _: "2027-06-31 24:61:00",
    lambda _: "",
    lambda _: None,
    lambda now: f"{now - timedelta(days=9_000):%Y-%m-%d %H:%M:%S}",
    lambda now: f"{now + timedelta(days=9_000):%Y-%m-%d %H:%M:%S}",
)
"""What may stand where the time of a scene is told, by the site's clock: placeholders, no date, and clocks that are lost."""


async def test_times_that_cannot_be(
    hub: Hub, add_anker: AddAnker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Values go on, and the site's clock stays what it was known to be."""
    server = await add_anker()
    await live_on(hub, ROUND, step=STEP)
    began = dt_util.utcnow()
    for at, told in enumerate(TIMES):
        server.actions["set_house"](solar_w=300.0 + 150.0 * at)
        with monkeypatch.context() as patched:

            def change(scene: dict[str, Any], told: Callable[[datetime], Any] = told) -> None:
                scene["solarbank_info"]["updated_time"] = told(datetime.now(BERLIN))

            spoil_scene(server, patched, change)
            await live_on(hub, 16 * MINUTE, step=STEP)
            assert is_fresh(hub, server), told(began)
    assert number(hub, f"{site(server)}_home_energy_today") == pytest.approx(
        truth(server, dt_util.utcnow().astimezone(BERLIN).date()).home, abs=0.4
    )
    assert not tracebacks(caplog)


async def test_devices_cut_off_for_hours(hub: Hub, add_anker: AddAnker) -> None:
    """The cloud repeats what it heard last; that is not what is going on, so it goes, never as a zero."""
    server = await add_anker()
    await live_on(hub, ROUND, step=STEP)
    watch = Watch(hub)
    before = dict(watch.shown)
    server.actions["set_reports"](on=False)
    await live_on(hub, 3 * HOUR, each=watch, step=300.0)
    assert not is_live(hub, server)
    assert hub.state(f"{bank(server)}_solar_power").state in NOTHING
    assert not watch.zeros
    assert not watch.fallen
    assert number(hub, f"{site(server)}_home_energy_today") > 0
    server.actions["set_reports"](on=True)
    await live_on(hub, 8 * MINUTE, each=watch, step=60.0)
    assert is_fresh(hub, server)
    assert not before.keys() - watch.shown.keys()


STATISTICS = {
    "power_panel": "/charging_energy_service/energy_statistics",
    "hes": "/charging_hes_svc/get_energy_statistics",
}


@pytest.mark.parametrize("profile", STATISTICS)
async def test_averages_that_do_not_move(
    hub: Hub, add_anker: AddAnker, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    """The same last five minutes for an hour say nothing of now; energies and totals stand."""
    server = await add_anker(profile)
    await live_on(hub, 2 * ROUND, step=STEP)
    watch = Watch(hub)
    before = dict(watch.shown)
    measured = [f"{site(server)}_{key}" for key in MEASURED if f"sensor {site(server)}_{key}" in before]
    assert len(measured) >= 3
    kept: dict[str, Any] = {}
    answer = server.answer

    async def stuck(request: Any, record: Any) -> Any:
        body = json.loads(record.body or b"{}")
        if request.path != STATISTICS[profile] or body.get("dateType", body.get("type")) != "day":
            return await answer(request, record)
        name = json.dumps(body, sort_keys=True)
        if name not in kept:
            kept[name] = await answer(request, record)
        return kept[name]

    with monkeypatch.context() as patched:
        patched.setattr(server, "answer", stuck)
        await live_on(hub, HOUR, each=watch, step=STEP)
        for unique_id in measured:
            assert hub.state(unique_id).state in NOTHING, unique_id
    assert kept
    assert not watch.zeros
    assert not watch.fallen
    await live_on(hub, ROUND, each=watch, step=STEP)
    for unique_id in measured:
        assert hub.state(unique_id).state not in NOTHING, unique_id
    assert not before.keys() - watch.shown.keys()


async def test_an_inverter_at_night(hub: Hub, add_anker: AddAnker, freezer: FrozenDateTimeFactory) -> None:
    """It sleeps, and is cut off besides: what it gave that day stands until midnight, what it gave in its life for ever."""
    await hub.hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(datetime(2027, 6, 10, 20, 0, tzinfo=BERLIN))
    server = await add_anker("inverter")
    await live_on(hub, ROUND, step=STEP)
    inverter = server.world.inverters[0]
    today, total = f"{inverter.serial}_solar_energy_today", f"{inverter.serial}_solar_energy_total"
    shown = Shown(hub, [today, total])
    await live_on(hub, 3 * HOUR, each=shown.look, step=900.0)
    server.actions["set_inverter"](offline=True)
    await live_on(hub, 3 * HOUR, each=shown.look, step=300.0)
    assert hub.state(f"{inverter.serial}_solar_power").state in (*NOTHING, "0.0", "0")
    server.actions["set_inverter"](offline=False)
    await live_on(hub, 8 * HOUR, each=shown.look, step=1_800.0)
    await live_on(hub, ROUND, each=shown.look, step=STEP)
    server.catch_up()
    days = inverter.diary.days
    first, second = days[date(2027, 6, 10)].solar, days[date(2027, 6, 11)].solar
    (fall,) = shown.falls(today)
    assert fall.astimezone(BERLIN).date().day == 11
    assert fall.astimezone(BERLIN).hour == 0
    assert not shown.missing(today)
    assert max(value for at, value in shown.told(today) if at < fall) == pytest.approx(first, abs=0.05)
    assert shown.numbers(today)[-1] == pytest.approx(second, abs=0.3)
    assert second > 0.1
    assert not shown.falls(total)
    assert not shown.missing(total)


@pytest.mark.parametrize("share", [0.1, 0.0])
async def test_what_is_told_of_the_sun_is_never_mended(
    hub: Hub, add_anker: AddAnker, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    """Firmware that told a tenth of the sun, or nothing (§9.5): it shows as told, and the energies are not touched."""
    server = await add_anker()
    await live_on(hub, ROUND, step=STEP)
    assert is_fresh(hub, server)
    told: list[float] = []

    def change(scene: dict[str, Any]) -> None:
        info = scene["solarbank_info"]
        row = info["solarbank_list"][0]
        for part, names in (
            (info, ("total_photovoltaic_power", *(f"solar_power_{input_}" for input_ in range(1, 5)))),
            (row, ("photovoltaic_power",)),
            (row["pv_power"], ("pv1", "pv2", "pv3", "pv4", "total")),
        ):
            part |= {name: str(round(float(part[name]) * share, 2)) for name in names}
        told.append(float(info["total_photovoltaic_power"]))

    spoil_scene(server, monkeypatch, change)
    await live_on(hub, 5 * MINUTE)
    assert number(hub, f"{site(server)}_solar_power") == told[-1]
    assert number(hub, f"{bank(server)}_solar_power") == told[-1]
    await live_on(hub, ROUND, step=STEP)
    real = truth(server, dt_util.utcnow().astimezone(BERLIN).date()).solar
    assert number(hub, f"{site(server)}_solar_energy_today") == pytest.approx(real, abs=0.5)
