"""Devices of a token account that come, go, fall silent or are not known (growatt.md F.1, F.11, G)."""

from dataclasses import replace
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.bad_days.conftest import AddAccount
from tests.bad_days.growatt_token_tools import Ledger, is_latest, live_on
from tests.bad_days.growatt_tools import HOUR, device_of, issues, number, states
from tests.bad_days.tools import NOTHING, entry_of, problems
from tests.conftest import StartGrowatt
from tests.hub import Hub
from tests.simulators.growatt.server import GrowattSimulator
from tests.simulators.growatt.v1 import ROUTES
from tests.simulators.growatt.v1_call import Reply

MIN = "MXH0000001"
SPH = "SPH0000001"
PLAIN = "MIN0000001"

LISTS = 6 * HOUR  # how often the lists of devices are read

pytestmark = pytest.mark.usefixtures("summer")


def devices(hub: Hub) -> set[str]:
    """Return the ids of our devices in the registry."""
    found = dr.async_entries_for_config_entry(dr.async_get(hub.hass), entry_of(hub.hass).entry_id)
    return {identifier for device in found for domain, identifier in device.identifiers if domain == DOMAIN}


async def test_device_is_added(hub: Hub, add_account: AddAccount, caplog: pytest.LogCaptureFixture) -> None:
    """An inverter that is new in the cloud is here within six hours, with its entities."""
    server = await add_account("min", "token", strict=True)
    ledger = Ledger(server)
    await live_on(hub, 600)
    serial = server.stage.add_device("mix")
    assert serial not in devices(hub)
    await live_on(hub, LISTS + 600)
    assert ledger.counted["device/list"] == 1
    assert serial in devices(hub)
    assert number(hub, f"{serial}_solar_power") == pytest.approx(device_of(server, serial).live()["ppv"], abs=1)
    assert hub.state(f"{serial}_charge_power_rate", "number").state == "100.0"
    assert not ledger.refused
    assert not problems(caplog)


async def test_device_is_removed(hub: Hub, add_account: AddAccount, caplog: pytest.LogCaptureFixture) -> None:
    """An inverter that left the account has no values any more and takes nobody with it."""
    server = await add_account("home", "token", strict=True)
    await live_on(hub, 600)
    server.stage.remove_device(SPH)
    caplog.clear()
    await live_on(hub, LISTS + 600)
    assert not states(hub.hass, SPH)
    for serial in (MIN, PLAIN):
        assert is_latest(hub, server, serial)
    assert len(problems(caplog)) <= 1  # that it could not be read, until the list said why
    sent = len(server.requests)
    await live_on(hub, HOUR)
    assert SPH.encode() not in b"".join(record.body for record in server.requests[sent:])


async def test_names_change(hub: Hub, add_account: AddAccount) -> None:
    """Names given in the app are followed; entities keep their ids."""
    server = await add_account("min", "token", strict=True)
    entity_id = hub.state(f"{MIN}_solar_power").entity_id
    plant = server.world.plants[0]
    server.stage.rename_plant(plant.id, "Barn")
    await hub.advance(23 * HOUR, step=2 * HOUR)
    await live_on(hub, 2 * HOUR)
    registry = dr.async_get(hub.hass)
    device = registry.async_get(hub.device_id(f"plant_{plant.id}"))
    assert device is not None
    assert device.name == "Barn"
    assert hub.state(f"{MIN}_solar_power").entity_id == entity_id


@pytest.mark.parametrize("options", [{}, {"logger": True}])
async def test_device_falls_silent(
    hub: Hub, add_account: AddAccount, caplog: pytest.LogCaptureFixture, options: dict[str, bool]
) -> None:
    """After half an hour nothing it measured is shown any more, its counters stay, the others go on."""
    server = await add_account("home", "token", strict=True)
    await live_on(hub, HOUR)
    before = states(hub.hass, MIN)
    caplog.clear()
    server.stage.lose_device(MIN, **options)
    await live_on(hub, 2_400)
    assert hub.state(f"{MIN}_solar_power").state in NOTHING
    assert hub.state(f"{MIN}_battery_level").state in NOTHING
    assert hub.state(f"{MIN}_reachable", "binary_sensor").state == "off"
    for counter in ("solar_energy_total", "solar_energy_today"):
        assert number(hub, f"{MIN}_{counter}") >= float(before[f"sensor {MIN}_{counter}"])
    assert is_latest(hub, server, SPH)
    server.stage.return_device(MIN)
    await live_on(hub, 900)
    assert is_latest(hub, server, MIN)
    assert states(hub.hass, MIN).keys() == before.keys()
    assert not problems(caplog)


async def test_gap_with_rows_sent_afterwards(hub: Hub, add_account: AddAccount) -> None:
    """What a logger kept while it was offline comes late (isAgain): values of the past are not shown as present."""
    server = await add_account("min", "token", strict=True)
    await live_on(hub, HOUR)
    server.stage.lose_device(MIN, logger=True, resends=True)
    await live_on(hub, 4 * HOUR)
    totals = [number(hub, f"{MIN}_home_energy_total")]
    server.stage.return_device(MIN)
    await live_on(hub, 900, each=lambda: totals.append(number(hub, f"{MIN}_home_energy_total")))
    assert totals == sorted(totals)
    assert totals[-1] > totals[0]
    assert is_latest(hub, server, MIN)
    used = server.world.truth()[MIN]["today"]["load"]
    assert number(hub, f"{MIN}_home_energy_today") == pytest.approx(used, abs=0.3)


async def test_uploads_skip_now_and_then(hub: Hub, add_account: AddAccount) -> None:
    """A logger that is late or uploads every quarter of an hour: values stay until the next."""
    server = await add_account("min", "token", strict=True)
    await live_on(hub, HOUR)
    server.stage.set_uploads(MIN, seconds=900)
    shown = states(hub.hass, MIN).keys()
    missing: set[str] = set()
    await live_on(hub, 2 * HOUR, each=lambda: missing.update(shown - states(hub.hass, MIN).keys()))
    assert not missing
    assert is_latest(hub, server, MIN)


async def test_one_of_a_batch_is_missing(
    hub: Hub, start_growatt: StartGrowatt, servers: list[GrowattSimulator]
) -> None:
    """Of five at one logger, which are asked together, one is left out of the answer: only that one has no news."""
    server = await start_growatt("min5", strict=True)
    servers.append(server)
    for device in server.world.devices:
        device.logger = next(server.world.devices).logger
    await hub.add_growatt(server, "token")
    await live_on(hub, 1_200)
    gone = "MIN0000002"
    path = "/v1/device/tlx/tlxs_data"
    assert any(record.path == path for record in server.requests)
    fault = server.faults.add(path, "missing", pointer=f"/data/{gone}")
    alone = server.faults.add("/v1/device/tlx/tlx_last_data", "html")
    await live_on(hub, 2_700)
    assert hub.state(f"{gone}_solar_power").state in NOTHING
    assert hub.state(f"{gone}_solar_energy_total").state not in NOTHING
    for serial in ("MXH0000001", "MOD0000001", "MIN0000001", "MIN0000003"):
        assert is_latest(hub, server, serial)
    server.faults.remove(fault)
    server.faults.remove(alone)
    await live_on(hub, 900)
    assert is_latest(hub, server, gone)


async def test_unknown_type(hub: Hub, add_account: AddAccount, caplog: pytest.LogCaptureFixture) -> None:
    """A device of a type nobody described shows what is recognised, and leaves the others alone (growatt.md B.4)."""
    server = await add_account("all", "token", strict=True)
    await live_on(hub, 900)
    (wit,) = [device.serial for device in server.world.devices if device.model.family == "wit"]
    assert wit in devices(hub)
    assert hub.state(f"{wit}_reachable", "binary_sensor").state == "on"
    assert "device/tlx" not in {record.path for record in server.requests if wit.encode() in record.body}
    for device in server.world.devices:
        if device.serial != wit:
            assert any(name.endswith("_energy_total") for name in states(hub.hass, device.serial)), device.serial
    assert not problems(caplog)


async def test_night_and_dawn(hub: Hub, add_account: AddAccount, freezer: FrozenDateTimeFactory) -> None:
    """An inverter without a battery sleeps from dusk on: no values, no zeros, and the right day at dawn (F.6 c, d)."""
    server = await add_account("min_plain", "token", strict=True)
    server.stage.set_oddities(zero_totals=True)
    totals = [number(hub, f"{PLAIN}_output_energy_total")]
    seen: dict[str, set[str]] = {"night": set(), "dawn": set()}

    def look() -> None:
        totals.append(number(hub, f"{PLAIN}_output_energy_total"))
        local = dt_util.utcnow().hour + 2
        if 24 <= local < 26:
            seen["night"].add(hub.state(f"{PLAIN}_output_power").state)
        device = device_of(server, PLAIN)
        if device.record is not None and not device.lost and local < 12:
            seen["dawn"].add(hub.state(f"{PLAIN}_output_energy_today").state)

    await live_on(hub, 20 * HOUR, each=look)
    assert seen["night"] <= set(NOTHING)
    assert seen["night"]
    assert totals == sorted(totals)
    assert totals[-1] > totals[0]
    dawn = [float(shown) for shown in seen["dawn"] if shown not in NOTHING]
    produced = server.world.truth()[PLAIN]["today"]["output"]
    assert max(dawn) == pytest.approx(produced, abs=0.5)
    assert not issues(hub.hass)


@pytest.mark.parametrize(
    ("path", "empty", "hours"),
    [
        ("plant/list", {"count": 0, "plants": []}, 26),
        ("plant/list", {}, 26),
        ("device/list", {"count": 0, "devices": []}, 7),
    ],
)
async def test_a_list_is_empty_for_once(
    hub: Hub, add_account: AddAccount, monkeypatch: pytest.MonkeyPatch, path: str, empty: dict[str, Any], hours: int
) -> None:
    """A server that forgot everything for a moment takes nothing away, although the list is only read once in hours."""
    server = await add_account("min", "token", strict=True)
    await live_on(hub, HOUR)
    before = sum(record.path == f"/v1/{path}" for record in server.requests)
    shown = states(hub.hass, MIN).keys()
    with monkeypatch.context() as trouble:
        trouble.setitem(ROUTES, path, replace(ROUTES[path], run=lambda _: Reply(data=empty)))
        await live_on(hub, hours * HOUR)
    assert sum(record.path == f"/v1/{path}" for record in server.requests) > before
    assert states(hub.hass, MIN).keys() == shown


async def test_the_only_device_is_removed(hub: Hub, add_account: AddAccount) -> None:
    """A list that stays empty is believed."""
    server = await add_account("min", "token", strict=True)
    await live_on(hub, HOUR)
    server.stage.remove_device(MIN)
    await live_on(hub, 13 * HOUR)
    assert states(hub.hass, MIN) == {}
