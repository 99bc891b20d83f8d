"""Answers of the living Anker cloud hold every key the real one was recorded with, and values of the same kind."""

from collections.abc import Iterator
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulator_checks.anker_host import BIND, PARAM, PS, RECORDINGS, SCENE, SITE_LIST, app, needs_recordings
from tests.simulators.clock import SimClock

pytestmark = [needs_recordings, pytest.mark.usefixtures("socket_enabled")]

NOON = datetime(2026, 6, 15, 10, 2, tzinfo=UTC)
SINGLE = {"scene": SCENE, "site_detail": PS + "site/get_site_detail", "wifi_list": PS + "site/get_wifi_info_list"}
PAIRS = [
    ("SB1_Dual_NoEnergy", "solarbank1_dual"),
    ("SB1_Dual_Old_schedule_NoEnergy", "solarbank1_dual"),
    ("Mqtt_SB1_C1000", "solarbank1"),
    ("SB2_SM_ManMode_Schedule", "solarbank2"),
    ("SB2_AC_UseTime", "solarbank2_ac"),
    ("SB2_SP_SpMode_Schedule", "plugs"),
    ("SB2_SB1_Bypass", "cascade"),
    ("SB3_SM_Smart", "solarbank3"),
    ("SB3_Multisystem", "multisystem"),
]
OPEN = {"feature_switch", "smart_plug_info.smartplug_list.tag_img"}
"""What differs from firmware to firmware, or is only a picture."""


def recorded(folder: str, pattern: str) -> list[Any]:
    """Return the data of recorded successes whose file names fit."""
    found = []
    for path in sorted((RECORDINGS / folder).glob(pattern)):
        if "modified" not in path.name:
            body = json.loads(Path(path).read_text(encoding="utf-8"))
            if body.get("code") == 0:
                found.append(body["data"])
    return found


def kind(value: Any) -> str:
    """Return what kind of JSON a value is; a whole number and one with decimals are the same."""
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else type(value).__name__


def absent(key: str, real: Any, ours: Any) -> bool:
    """Tell whether a key is missing in ours that tells something in the recorded object."""
    return key not in ours and key not in OPEN and real[key] is not None


def differences(real: Any, ours: Any, path: str = "") -> Iterator[str]:
    """Yield what of a recorded value is missing in ours, or of another kind; ``null`` and empty lists tell nothing."""
    name = path.rsplit(".", 1)[-1]
    if name in OPEN or path in OPEN or real in (None, [], {}) or ours in (None, [], {}):
        return
    if kind(real) != kind(ours):
        yield f"{path}: {kind(real)} is {kind(ours)}"
    elif isinstance(real, dict):
        yield from (f"{path}.{key} is missing" for key in sorted(real) if absent(key, real, ours))
        for key in real.keys() & ours.keys():
            yield from differences(real[key], ours[key], f"{path}.{key}".lstrip("."))
    elif isinstance(real, list):
        keys: dict[str, Any] = {}
        for one in real:
            keys |= one if isinstance(one, dict) else {}
        if keys:
            yield from differences(keys, ours[0], path)


def complain(real: list[Any], ours: Any) -> None:
    """Fail with everything a recorded answer has that ours has not."""
    assert real, "nothing is recorded"
    assert [found for one in real for found in differences(one, ours)] == []


@pytest.mark.parametrize(("folder", "profile"), PAIRS)
async def test_sites_have_the_recorded_keys(folder: str, profile: str) -> None:
    async with app(SimClock(lambda: NOON), profile) as client:
        for file, path in SINGLE.items():
            if real := recorded(folder, f"{file}_*.json"):
                complain(real, await client.data(path, {"site_id": client.site_id}))
        complain(recorded(folder, "site_list.json"), await client.data(SITE_LIST))
        complain(recorded(folder, "bind_devices.json"), await client.data(BIND))


ACCOUNT = {
    "homepage": PS + "site/get_site_homepage",
    "user_devices": PS + "site/list_user_devices",
    "charging_devices": PS + "site/get_charging_device",
    "auto_upgrade": PS + "app/get_auto_upgrade",
}


@pytest.mark.parametrize(("folder", "profile"), PAIRS)
async def test_account_answers_have_the_recorded_keys(folder: str, profile: str) -> None:
    async with app(SimClock(lambda: NOON), profile) as client:
        for file, path in ACCOUNT.items():
            if real := recorded(folder, f"{file}.json"):
                complain(real, await client.data(path))
        serials = [{"device_sn": device.serial, "version": ""} for device in client.world.own_devices]
        if real := recorded(folder, "ota_batch.json"):
            complain(real, await client.data("app/ota/batch/check_update", {"device_list": serials}))


@pytest.mark.parametrize(("folder", "profile"), PAIRS)
async def test_parameters_have_the_recorded_keys(folder: str, profile: str) -> None:
    async with app(SimClock(lambda: NOON), profile) as client:
        for param in ("4", "6", "12", "13", "16", "18"):
            real = [json.loads(one["param_data"] or "{}") for one in recorded(folder, f"device_parm_{param}_*.json")]
            told = await client.send(PARAM, {"site_id": client.site_id, "param_type": param})
            ours = json.loads(told.body["data"]["param_data"] or "{}") if told.code == 0 else {}
            assert [found for one in real for found in differences(one, ours)] == []


DEVICES = {
    "device_load": (PS + "app/device/get_device_home_load", "device_sn"),
    "power_cutoff": (PS + "app/compatible/get_power_cutoff", "device_sn"),
    "device_fittings": (PS + "app/get_relate_device_fittings", "device_sn"),
    "solar_info": (PS + "app/compatible/get_compatible_solar_info", "solarbank_sn"),
    "compatible_process": (PS + "app/compatible/get_compatible_process", "solarbank_sn"),
}


@pytest.mark.parametrize(("folder", "profile"), PAIRS)
async def test_devices_have_the_recorded_keys(folder: str, profile: str) -> None:
    async with app(SimClock(lambda: NOON), profile) as client:
        serial = next(device.serial for device in client.world.devices if device.kind == "solarbank")
        oldest = client.world.sites[0].solarbanks[-1].serial
        for file, (path, key) in DEVICES.items():
            named = oldest if file == "device_load" else serial
            told = await client.send(path, {"site_id": client.site_id, key: named})
            if told.code == 0:
                real = recorded(folder, f"{file}_*.json")
                assert [found for one in real for found in differences(one, told.body["data"])] == []
        if real := recorded(folder, "power_limit_*.json"):
            complain(real, await client.data(PS + "site/get_power_limit", {"site_id": client.site_id}))
