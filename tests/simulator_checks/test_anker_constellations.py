"""Recorded folders as accounts: every file is served where its README says, writes show in later reads (anker.md §18.7)."""

from argparse import Namespace
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.__main__ import VENDORS, parse
from tests.simulators.anker.constellation import Constellation
from tests.simulators.anker.recorded import FILES, file_of
from tests.simulators.clock import SimClock

from .anker_host import (
    BIND,
    ENERGY,
    PARAM,
    PRICE_ANSWER,
    PS,
    RECORDINGS,
    SCENE,
    SITE,
    SITE_LIST,
    app,
    needs_recordings,
    recorded_folder,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

FOLDERS = sorted(path.name for path in RECORDINGS.iterdir() if path.is_dir()) if RECORDINGS.is_dir() else []
NOT_ASKED = ("tamper_records_", "device_group_")
"""Recorded endpoints the document does not describe."""


def _recorded(folder: str, name: str) -> Any:
    """Return a recorded answer."""
    return json.loads((RECORDINGS / folder / f"{name}.json").read_text(encoding="utf-8"))


# --- recorded folders ------------------------------------------------------------------------------------------------


@needs_recordings
@pytest.mark.parametrize("folder", FOLDERS)
async def test_lists_and_scenes_are_as_recorded(clock: SimClock, folder: str) -> None:
    async with app(clock, constellation=RECORDINGS / folder, limits=False) as client:
        served = client.simulator.describe()
        if (RECORDINGS / folder / "site_list.json").exists():
            assert await client.data(SITE_LIST) == _recorded(folder, "site_list")["data"]
        if (RECORDINGS / folder / "bind_devices.json").exists():
            assert await client.data(BIND) == _recorded(folder, "bind_devices")["data"]
        for site_id in served["sites"]:
            if (RECORDINGS / folder / f"scene_{site_id}.json").exists():
                assert await client.scene(site_id) == _recorded(folder, f"scene_{site_id}")["data"]
            else:
                assert await client.code(SCENE, {"site_id": site_id}) == 10004


@needs_recordings
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_answers_a_call(folder: str) -> None:
    """No recorded answer is out of reach."""
    served = Constellation(RECORDINGS / folder)
    found = {file_of(path, body, served.files) for path in FILES for body in _every_body(served)}
    left = {name for name in served.files if name not in found and not name.startswith(NOT_ASKED)}
    assert left == set()


def _every_body(served: Constellation) -> list[dict[str, Any]]:
    """Return bodies that name everything there is in a folder, one after the other."""
    serials = {name.rpartition("_")[2] for name in served.files}
    named = [{"site_id": site, "siteId": site, "identifier_id": site} for site in served.sites]
    params = [site | {"param_type": str(kind)} for site in named for kind in range(1, 34)]
    energies = [
        site | {"device_type": what, "sourceType": source, "type": span, "dateType": span}
        for site in named
        for what, source in zip(KINDS, [*SOURCES, *SOURCES, ""], strict=True)
        for span in ("day", "week")
    ]
    devices = [
        {"device_sn": sn, "sn": sn, "sns": sn, "solarbank_sn": sn, "type": span}
        for sn in serials
        for span in ("day", "1")
    ]
    cars = [
        {"brand_name": brand, "model_name": model, "productive_year": 2025, "device_pn": "A17C5"}
        | {"company": "Nordpool", "area": "GER"}
        for brand, model in [("Porsche", "Taycan Turbo"), ("Lancia", "Ypsilon"), ("Citroën", "ë-C4 X")]
    ]
    return [*named, *params, *energies, *devices, *cars, {}]


KINDS = (
    "solarbank",
    "home_usage",
    "grid",
    "solar_production",
    "solar_production_microinverter",
    *(f"solar_production_pv{number}" for number in range(1, 5)),
)
SOURCES = ("hes", "home", "grid", "solar")


@needs_recordings
async def test_refusals_are_as_recorded(clock: SimClock) -> None:
    async with app(clock, constellation=RECORDINGS / "SB2_SP_SpMode_Schedule") as client:
        assert await client.code("charging_hes_svc/get_hes_dev_info", {"siteId": client.site_id}) == -1
        assert await client.code(PS + "ai_ems/get_status", {"site_id": client.site_id}) == 10004


@needs_recordings
async def test_kinds_of_energy_questions(clock: SimClock) -> None:
    folder = "SB3_SM_Smart"
    async with app(clock, constellation=RECORDINGS / folder) as client:
        body = {
            "site_id": client.site_id,
            "device_sn": "",
            "device_type": "solarbank",
            "start_time": "",
            "end_time": "",
        }
        week = await client.data(ENERGY, body | {"type": "week"})
        day = await client.data(ENERGY, body | {"type": "day"})
        assert [point["time"] for point in week["power"]] == ["2025-07-17", "2025-07-18"]
        assert (len(day["power"]), day["local_time"]) == (73, "2025-07-18 13:23")
        assert await client.code(ENERGY, body | {"type": "week", "device_sn": "200Z24CCLUIX9A9H9"}) == 10004


@needs_recordings
def test_moment_of_a_recording() -> None:
    """The newest time in it, in summer time of the house."""
    assert Constellation(RECORDINGS / "SB3_SM_Smart").moment == datetime(2025, 7, 18, 11, 23, tzinfo=UTC)
    assert Constellation(RECORDINGS / "SB2_AC_UseTime").moment == datetime(2025, 1, 29, 11, 0, tzinfo=UTC)


@needs_recordings
async def test_folder_without_a_site_list(clock: SimClock) -> None:
    """Its sites are those the names of its files speak of."""
    async with app(clock, constellation=RECORDINGS / "PowerPanel_ManualBackup") as client:
        (site,) = (await client.data(SITE_LIST))["site_list"]
        assert (site["site_id"], site["power_site_type"]) == ("f6a1b2c3-d4e5-6789-abcd-ef0123456789", 4)
        disaster = "charging_disaster_prepared/get_site_device_disaster"
        told = await client.data(disaster, {"identifier_id": site["site_id"], "type": 2})
        assert told["manual_disaster_switch"] is True


# --- members ---------------------------------------------------------------------------------------------------------


async def test_member_view(clock: SimClock, tmp_path: Path) -> None:
    """§18.9: 10000 for the owner's endpoints, no devices, the rest as it is."""
    folder = recorded_folder(tmp_path, **{f"price_{SITE}": PRICE_ANSWER, f"co2_ranking_{SITE}": {"show": True}})
    async with app(clock, constellation=folder, member=True) as client:
        (site,) = (await client.data(SITE_LIST))["site_list"]
        assert site["ms_type"] == 2
        assert (await client.data(BIND))["data"] == []
        assert (await client.scene())["scene_mode"] == 3
        assert await client.data(PS + "site/co2_ranking", {"site_id": SITE}) == {"show": True}
        assert await client.code(PS + "site/get_site_price", {"site_id": SITE, "accuracy": 5}) == 10000
        assert await client.code(PARAM, {"site_id": SITE, "param_type": "6"}) == 10000
        assert await client.set_param("6", {"mode_type": 1}) == 10000


@needs_recordings
async def test_recorded_member(clock: SimClock) -> None:
    async with app(clock, constellation=RECORDINGS / "SB2_SM_NoPvEnergy_Invalid") as client:
        assert (await client.data(BIND))["data"] == []
        assert await client.code(PS + "site/get_wifi_info_list", {"site_id": client.site_id}) == 10000
        attrs = PS + "app/device/get_device_attrs"
        assert (await client.data(attrs, {"device_sn": "X1OOP055244IFE3N", "attributes": ["rssi"]}))["attributes"] == {}


# --- odds and ends -----------------------------------------------------------------------------------------------------


async def test_answers_can_be_replaced(clock: SimClock, tmp_path: Path) -> None:
    async with app(clock, constellation=recorded_folder(tmp_path)) as client:
        client.simulator.actions["replace_answer"]("co2_ranking_" + SITE, code=10000)
        assert await client.code(PS + "site/co2_ranking", {"site_id": SITE}) == 10000


def test_emptyrecorded_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no recordings"):
        Constellation(tmp_path)


# --- command line ----------------------------------------------------------------------------------------------------


def test_command_line(clock: SimClock, tmp_path: Path) -> None:
    """The clock starts when the folder was recorded."""
    options: Namespace = parse(
        ["anker", "--constellation", str(recorded_folder(tmp_path)), "--strict", "--country", "US"]
    )
    simulator: Any = VENDORS["anker"].build(options, clock)
    assert simulator.describe()["sites"] == {SITE: "Home"}
    assert (simulator.door.rules.strict, simulator.limits.energy, simulator.odd.overlap) == (True, 11, True)
    assert simulator.door.account.country == "US"
    assert clock.now() == datetime(2026, 3, 1, 10, 58, tzinfo=UTC)


def test_command_line_of_a_profile(clock: SimClock) -> None:
    before = clock.now()
    options = parse(["anker", "--profile", "solarbank2", "--account-host", "com", "--era", "2024-10"])
    simulator: Any = VENDORS["anker"].build(options, clock)
    assert (simulator.profile, simulator.door.account.host) == ("solarbank2", "com")
    assert (simulator.door.rules.strict, simulator.limits.energy, simulator.world.era) == (False, None, "2024-10")
    assert clock.now() == before
