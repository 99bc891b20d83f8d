"""The golden list: unique ids that users' entities, histories and automations hang on."""

from collections.abc import Mapping
import difflib
import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.conftest import StartAnker, StartGoodWe, StartGrowatt, StartPowerwall
from tests.hub import Hub
from tests.simulators.anker.server import AnkerSimulator
from tests.simulators.powerwall import PowerwallSimulator

LIST = Path(__file__).with_name("unique_ids.json")
WARNING = (
    f"These ids are not those of {LIST.name}. What users named, placed and automated hangs on them: an id that"
    " changes or goes leaves their entities behind, with settings and history. Give the old one back, or migrate it."
    " Only what is new may be added to the list."
)


def golden() -> dict[str, Any]:
    """Return the list: per case the entry's unique id, the device ids and the entities' ids by platform.

    ``{gateway}`` stands for the DIN, ``{battery n}`` for a serial number, ``{meter}`` for what the two synchrometers'
    begin with; ``{user}``, ``{site n}``, ``{A17C5 n}`` (a device, by its model) and ``{car n}`` for what an account has. A cloud
    account's case is the simulator's profile and the key that opens it, or the way it is read.
    """
    listed: dict[str, Any] = json.loads(LIST.read_text(encoding="utf-8"))
    return listed


def names_of(gateway: PowerwallSimulator) -> dict[str, str]:
    """Return what stands for the numbers of a gateway."""
    serials = [battery.serial for battery in gateway.house.batteries]
    return {
        gateway.din: "{gateway}",
        **{serial: f"{{battery {number}}}" for number, serial in enumerate(serials, start=1)},
        gateway.gateway.serial[:10]: "{meter}",
    }


def names_of_account(server: AnkerSimulator) -> dict[str, str]:
    """Return what stands for the numbers of an account."""
    world = server.world
    models: dict[str, list[str]] = {}
    for device in world.devices:
        models.setdefault(device.model, []).append(device.serial)
    return {
        server.door.account.user_id: "{user}",
        **{site.id: f"{{site {number}}}" for number, site in enumerate(world.sites, start=1)},
        **{car.id: f"{{car {number}}}" for number, car in enumerate(world.extras.garage.vehicles, start=1)},
        **{
            serial: f"{{{model} {number}}}"
            for model, serials in models.items()
            for number, serial in enumerate(serials, start=1)
        },
    }


def found(hass: HomeAssistant, entry: ConfigEntry, names: Mapping[str, str]) -> dict[str, Any]:
    """Return what is registered, in the form of the list."""

    def placed(text: str) -> str:
        for number, name in names.items():
            text = text.replace(number, name)
        return text

    entities: dict[str, list[str]] = {}
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        entities.setdefault(entity.domain, []).append(placed(entity.unique_id))
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return {
        "entry": placed(entry.unique_id or ""),
        "devices": sorted(placed(id_) for device in devices for domain, id_ in device.identifiers if domain == DOMAIN),
        "entities": {platform: sorted(entities[platform]) for platform in sorted(entities)},
    }


def difference(listed: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    """Return the lines that differ: ``-`` is in the list only, ``+`` is registered only."""
    was, is_now = (json.dumps(ids, indent=1).splitlines() for ids in (listed, shown))
    return "\n".join(line for line in difflib.ndiff(was, is_now) if line.startswith(("-", "+")))


def compare(case: str, shown: Mapping[str, Any]) -> None:
    """Fail unless what is shown is what is listed."""
    if (listed := golden()[case]) != shown:
        pytest.fail(f"{WARNING}\n{difference(listed, shown)}", pytrace=False)


@pytest.mark.parametrize("case", [case for case in golden() if " as " in case])
async def test_unique_ids_of_a_gateway(hub: Hub, start_powerwall: StartPowerwall, case: str) -> None:
    """As they were, down to the letter, with the platform each belongs to."""
    profile, username = case.split(" as ")
    gateway = await start_powerwall(profile, batteries=2, installer_toggle_done=True)
    entry = await hub.add_powerwall(gateway, username=username)
    await hub.advance(300, step=30)
    compare(case, found(hub.hass, entry, names_of(gateway)))


@pytest.mark.parametrize("case", [case for case in golden() if " by " in case])
@pytest.mark.usefixtures("noon")
async def test_unique_ids_of_a_cloud_account(hub: Hub, start_growatt: StartGrowatt, case: str) -> None:
    """One device of every kind; the simulator's numbers are always the same."""
    profile, key = case.split(" by ")
    entry = await hub.add_growatt(await start_growatt(profile), key)
    await hub.advance(700, step=20)
    compare(case, found(hub.hass, entry, {}))


@pytest.mark.parametrize("case", [case for case in golden() if " through " in case])
@pytest.mark.usefixtures("noon")
async def test_unique_ids_of_a_cloud_account_with_two_ways(hub: Hub, start_goodwe: StartGoodWe, case: str) -> None:
    """A house with everything, and one with a cabinet; the simulator's numbers are always the same."""
    profile, way = case.split(" through ")
    server = await start_goodwe(profile)
    if way == "legacy":
        server.stage.refuse_sign_in("semsplus", "C0602")
    entry = await hub.add_goodwe(server)
    await hub.advance(1900, step=30)
    compare(case, found(hub.hass, entry, {}))


@pytest.mark.parametrize("case", [case for case in golden() if " for " in case])
@pytest.mark.usefixtures("noon")
async def test_unique_ids_of_systems(hub: Hub, start_anker: StartAnker, case: str) -> None:
    """One system of each kind, and what somebody sees who may only look on."""
    profile = case.partition(" for ")[0]
    server = await start_anker(profile)
    entry = await hub.add_anker(server)
    await hub.advance(1900, step=30)
    compare(case, found(hub.hass, entry, names_of_account(server)))


def test_both_ways_lead_to_the_same_ids() -> None:
    """What both ways tell has one id, on one platform: entities stay when the one gives way to the other."""
    ways = [
        {id_: platform for platform, ids in golden()[f"charger through {way}"]["entities"].items() for id_ in ids}
        for way in ("semsplus", "legacy")
    ]
    shared = ways[0].keys() & ways[1].keys()
    assert len(shared) > 0.5 * min(map(len, ways))
    assert {id_ for id_ in shared if ways[0][id_] != ways[1][id_]} == set()


def test_both_keys_lead_to_the_same_ids() -> None:
    """What both APIs tell has one id, on one platform: entities stay when the key is changed."""
    placed = [
        {id_: platform for platform, ids in golden()[f"all by {key}"]["entities"].items() for id_ in ids}
        for key in ("token", "password")
    ]
    shared = placed[0].keys() & placed[1].keys()
    assert len(shared) > 0.8 * min(map(len, placed))
    # An SPA tells whether it charges from the grid, but only by token that can be changed (growatt.md B.8).
    assert {id_ for id_ in shared if placed[0][id_] != placed[1][id_]} <= {"SPA0000001_grid_charging"}


async def test_ids_stay_over_a_restart(hub: Hub, start_powerwall: StartPowerwall) -> None:
    """Setting up again adds and removes nothing."""
    gateway = await start_powerwall(batteries=2)
    entry = await hub.add_powerwall(gateway)
    await hub.advance(60, step=30)
    before = found(hub.hass, entry, names_of(gateway))
    await hub.hass.config_entries.async_reload(entry.entry_id)
    await hub.advance(60, step=30)
    assert found(hub.hass, entry, names_of(gateway)) == before


def test_changed_id_is_named() -> None:
    """The message shows what was and what is instead."""
    listed = {"entities": {"sensor": ["{gateway}_grid_power", "{gateway}_home_power"]}}
    shown = {"entities": {"sensor": ["{gateway}_grid", "{gateway}_home_power"]}}
    lines = [line.replace(" ", "") for line in difference(listed, shown).splitlines()]
    assert '-"{gateway}_grid_power",' in lines
    assert '+"{gateway}_grid",' in lines
