"""Recorded accounts, set up like any other: what entities show against what the recording client made of the answers.

Where the two differ on purpose is listed, with reasons, here and beside the reader's own comparison (test_recordings).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from tests.conftest import StartAnker
from tests.hub import Hub
from tests.simulators.anker.constellation import Constellation
from tests.vendors.anker.recordings import FOLDER, each_folder, load, needs_recordings
from tests.vendors.anker.test_recordings import ON_PURPOSE, of_device

pytestmark = needs_recordings

UNKNOWN_MOMENT: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
ALL_FEEDS: Final = 1_200  # seconds in which each of them has its turn
VALUES: Final[Mapping[str, bool | None]] = {
    STATE_ON: True,
    STATE_OFF: False,
    STATE_UNKNOWN: None,
    STATE_UNAVAILABLE: None,
}
MODES: Final = {
    1: "self_consumption",
    2: "smart_plugs",
    3: "manual",
    5: "time_of_use",
    7: "smart",
    8: "dynamic_tariff",
}

# What the recording client told of a preset while another plan, or none, was in force (anker.md §9.3).
PLUGS: Final = "while plugs are followed the base load is the preset, not the power of the manual plan"
AUTOMATIC: Final = "modes that find the power by themselves have no preset"
WHEN: Final = "at which hour of the plan it was recorded is not known"
PRESETS_ON_PURPOSE: Final[Mapping[str, str]] = {
    "SB1_0Wswitch_PPSc1000_NoEnergy": WHEN,
    "SB2_AC_UseTime": AUTOMATIC,
    "SB2_SM_AiMode_EmptySchedule": AUTOMATIC,
    "SB2_SM_ManMode_Schedule": WHEN,
    "SB2_SP_SpMode_Schedule": PLUGS,
}


def value_of(state: State) -> float | str | bool | None:
    """Return what an entity shows: yes or no, a number, a word, or nothing."""
    if state.domain == "update":
        return str(state.attributes["latest_version"])
    if state.state in VALUES:
        return VALUES[state.state]
    try:
        return float(state.state)
    except ValueError:
        return state.state


def shown(hass: HomeAssistant, entry: ConfigEntry[Any]) -> dict[str, dict[str, float | str | bool | None]]:
    """Return by our id of each device what its entities show, by the names of readings and settings."""
    registry = dr.async_get(hass)
    ids = {
        device.id: identifier
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
        for domain, identifier in device.identifiers
        if domain == DOMAIN
    }
    found: dict[str, dict[str, float | str | bool | None]] = {device: {} for device in ids.values()}
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        if entity.device_id is not None and (state := hass.states.get(entity.entity_id)):
            device = ids[entity.device_id]
            found[device][entity.unique_id.removeprefix(f"{device}_")] = value_of(state)
    return found


async def set_up(hub: Hub, start: StartAnker, freezer: FrozenDateTimeFactory, folder: str) -> ConfigEntry[Any]:
    """Add a recorded account at the moment it was recorded, and let every feed have its turn."""
    await hub.hass.config.async_set_time_zone("Europe/Berlin")  # where nearly all of them were recorded
    freezer.move_to(Constellation(FOLDER / folder).moment or UNKNOWN_MOMENT)
    entry = await hub.add_anker(await start(constellation=FOLDER / folder))
    await hub.advance(ALL_FEEDS, step=15)
    return entry


@each_folder
async def test_recorded_account(
    hub: Hub,
    start_anker: StartAnker,
    freezer: FrozenDateTimeFactory,
    folder: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = await set_up(hub, start_anker, freezer, folder)
    ours = shown(hub.hass, entry)
    assert len(ours) > 1
    wrong = [*differences(folder, ours), *settings_that_differ(folder, ours), *sites_that_differ(folder, ours)]
    assert wrong == []
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


def differences(folder: str, ours: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield what a device's sensors show otherwise than the recorder had it; those that are off show nothing."""
    for serial, made in (load(folder, "api_devices") or {}).items():
        yield from () if serial in ours else (f"{serial} is missing",)
        for field, (theirs, our) in of_device(made, ours.get(serial, {})).items():
            if our is not None and (folder, serial, field) not in ON_PURPOSE and theirs != pytest.approx(our):
                yield f"{serial} {field}: {theirs!r}, ours {our!r}"


def settings_that_differ(folder: str, ours: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the settings that the recorder read otherwise."""
    for serial, made in (load(folder, "api_devices") or {}).items():
        of_it = {**ours.get(f"site_{made.get('site_id')}", {}), **ours.get(serial, {})}
        for key, theirs in told_settings(made).items():
            on_purpose = key == "output_preset" and folder in PRESETS_ON_PURPOSE
            if key in of_it and (of_it[key] != theirs) is not on_purpose:
                yield f"{serial} {key}: {theirs!r}, ours {of_it[key]!r}"


def told_settings(made: Mapping[str, Any]) -> dict[str, float | str | bool]:
    """Return what the recorder tells of a device's settings, in our words."""
    found: dict[str, float | str | bool | None] = {
        "operating_mode": MODES.get(made.get("preset_usage_mode", 0)),
        "discharge_stop_level": made.get("power_cutoff"),
        "charge_priority": made.get("preset_charge_priority"),
        "allow_export": made.get("preset_allow_export"),
        "grid_export": made.get("allow_grid_export"),
        "auto_upgrade": made.get("auto_upgrade"),
        "pv_input_limit": made.get("pv_power_limit"),
        "output_preset": made.get("preset_device_output_power", made.get("preset_system_output_power")),
    }
    return {key: value for key, value in found.items() if value is not None}


def sites_that_differ(folder: str, ours: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the sums of a lifetime that the recorder read otherwise."""
    totals = {"1": "solar_energy_total", "2": "co2_saved", "3": "savings_total"}
    for site, made in (load(folder, "api_sites") or {}).items():
        of_it = ours.get(f"site_{site}")
        yield from () if of_it is not None else (f"{site} is missing",)
        for row in made.get("statistics", ()):
            theirs, our = float(row["total"]), (of_it or {}).get(totals[str(row["type"])])
            theirs *= 1_000 if row["unit"].casefold() in ("mwh", "t") else 1
            if our is not None and our != pytest.approx(theirs, abs=0.01):
                yield f"{site} {row}: ours {our!r}"


def test_there_is_much_to_compare() -> None:
    """Most folders tell of devices with settings; else the comparisons above would compare nothing."""
    folders = [path.name for path in FOLDER.iterdir() if path.is_dir()]
    devices = [made for folder in folders for made in (load(folder, "api_devices") or {}).values()]
    assert sum(len(told_settings(made)) for made in devices) > 60
    assert sum(len(of_device(made, {})) for made in devices) > 200
