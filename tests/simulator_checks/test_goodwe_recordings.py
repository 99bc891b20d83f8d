"""The legacy app API's answers have every member, of the same type, that the real server's had."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulators.clock import SimClock

from .goodwe_host import LOGIN, MONITOR, NOBODY, app, needs_recordings, recording

pytestmark = [pytest.mark.usefixtures("socket_enabled"), needs_recordings]

RECORDED = "legacy_monitor_detail_ms30_evening_import"


def differences(real: Any, ours: Any, path: str = "") -> Iterator[str]:
    """Yield what of the real answer is missing in ours or of another type; ``null`` may stand for any."""
    if real is None or ours is None:
        return
    if type(real) is not type(ours):
        yield f"{path} is {type(ours).__name__}, not {type(real).__name__}"
    elif isinstance(real, dict):
        for name, value in real.items():
            if name in ours:
                yield from differences(value, ours[name], f"{path}/{name}")
            else:
                yield f"{path}/{name} is missing"
    elif isinstance(real, list) and real and ours:
        yield from differences(real[0], ours[0], f"{path}/0")


def test_differences_are_found() -> None:
    assert list(differences({"a": 1, "b": [{"c": ""}]}, {"a": 1.0, "b": [{}]})) == [
        "/a is float, not int",
        "/b/0/c is missing",
    ]


@pytest.mark.parametrize("profile", ["home", "string", "two_inverters", "parallel", "charger"])
async def test_monitor(clock: SimClock, profile: str) -> None:
    async with app(clock, profile) as client:
        data = await client.data(MONITOR)
        real = recording(RECORDED)
        assert list(differences(real, data)) == []
        for entry in data["inverter"]:
            assert list(differences(real["inverter"][0], entry)) == []


async def test_battery_inverter(clock: SimClock) -> None:
    async with app(clock) as client:
        assert list(differences(recording("legacy_invert_full_bp_battery_charging"), await client.full())) == []


async def test_rows_have_the_recorded_keys(clock: SimClock) -> None:
    """Each key of the localised rows stands on the side it was recorded on."""
    async with app(clock, "string") as client:
        ours = (await client.data(MONITOR))["inverter"][0]["dict"]
        real = recording(RECORDED)["inverter"][0]["dict"]
        for side in ("left", "right"):
            assert {row["key"] for row in real[side]} <= {row["key"] for row in ours[side]}


async def test_login(clock: SimClock) -> None:
    async with app(clock) as client:
        assert list(differences(recording("legacy_crosslogin_ok_2023"), await client.sign_in())) == []


async def test_errors(clock: SimClock) -> None:
    real = recording("legacy_errors")
    async with app(clock) as client:
        wrong = await client.send(LOGIN, json={"account": "owner@example.com", "pwd": "wrong"}, token=NOBODY)
        assert list(differences(real["wrong_password_100005"], wrong)) == []
        assert list(differences(real["bad_version_header_100000"], await client.send(MONITOR, token="nonsense"))) == []
        refused = await client.send(MONITOR, token=NOBODY, data={"powerStationId": client.plant.id})
        older = real["not_logged_in_100001_2019"] | {"code": "100001"}
        assert list(differences(older, refused)) == []


async def test_plants_of_the_account(clock: SimClock) -> None:
    async with app(clock, "several") as client:
        ours = await client.send("PowerStationMonitor/QueryPowerStationMonitor", json={"page_index": 1})
        real = recording("legacy_query_power_station_monitor_multi") | {"code": "0"}
        assert list(differences(real, ours)) == []


async def test_after_the_cut_off(clock: SimClock) -> None:
    async with app(clock) as client:
        client.simulator.stage.set_switches(monitor="empty")
        ours = await client.send(MONITOR, data={"powerStationId": client.plant.id})
        real = recording("legacy_monitor_empty_after_cutoff")
        assert list(differences(real, ours)) == []
        assert (ours["code"], ours["data"]) == (real["code"], real["data"])
