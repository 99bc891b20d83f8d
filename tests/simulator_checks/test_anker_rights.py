"""What Anker's living cloud serves at all, and to whom: owners, members, nobody in particular (anker.md §5.3, §6, §18.9)."""

from typing import Any

import pytest

from tests.simulators.anker.profiles import PROFILES
from tests.simulators.anker.recorded import FILES
from tests.simulators.anker.recorded_writes import WRITES
from tests.simulators.anker.source import TABLE
from tests.simulators.clock import SimClock

from .anker_host import BIND, ENERGY, PARAM, PS, SITE_LIST, App, app

pytestmark = pytest.mark.usefixtures("socket_enabled")

GETS = ("get_message_unread", "product_categories", "product_accessories")
REFUSED_TO_MEMBERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("site/get_site_price", {"accuracy": 5}),
    ("site/update_site_price", {"price": 0.3}),
    ("site/get_power_limit", {}),
    ("site/get_wifi_info_list", {}),
    ("site/get_site_device_param", {"param_type": "6"}),
    ("site/set_site_device_param", {"param_type": "6", "cmd": 17, "param_data": '{"mode_type":1}'}),
    ("app/compatible/get_power_cutoff", {}),
    ("app/compatible/set_power_cutoff", {"cutoff_data_id": 2}),
    ("app/device/get_device_home_load", {}),
    ("app/device/set_device_attrs", {"attributes": {"switch_0w": 1}}),
    ("app/get_relate_device_fittings", {}),
)
"""§5.3's last row."""


async def _first(client: App) -> dict[str, Any]:
    """Return a body that names the first site and its first solarbank."""
    scene = await client.scene()
    return {"site_id": client.site_id, "device_sn": scene["solarbank_info"]["solarbank_list"][0]["device_sn"]}


def test_everything_the_document_names_is_served() -> None:
    """§6: whatever a recording can hold, a living account answers or refuses."""
    asked = {("GET" if path.removeprefix(PS) in GETS else "POST", path) for path in {*FILES, *WRITES}}
    assert asked <= set(TABLE)


@pytest.mark.parametrize("profile", sorted(PROFILES))
async def test_every_account_can_be_looked_at(clock: SimClock, profile: str) -> None:
    """Lists, account-wide questions and scenes of every profile."""
    async with app(clock, profile) as client:
        for path in ("app/get_auto_upgrade", "currency/get_list", "app/vehicle/get_vehicle_list"):
            await client.data(PS + path)
        for path in GETS:
            await client.data(PS + path, method="GET")
        bound = (await client.data(BIND))["data"]
        sites = (await client.data(SITE_LIST))["site_list"]
        assert {site["site_id"] for site in sites} == set(client.simulator.source.sites)
        assert {row["device_sn"] for row in bound} <= set(client.simulator.source.serials)
        for site in sites:
            await client.scene(site["site_id"])


@pytest.mark.parametrize(("path", "more"), REFUSED_TO_MEMBERS, ids=[path for path, _ in REFUSED_TO_MEMBERS])
async def test_members_are_refused(clock: SimClock, path: str, more: dict[str, Any]) -> None:
    """A member gets 10000, whoever owns the site does not."""
    async with app(clock, "member") as client:
        site = client.world.sites[0]
        assert await client.code(PS + path, await _first(client) | more) == 10000
        site.ms_type = 1
        assert await client.code(PS + path, await _first(client) | more) != 10000


async def test_members_see_what_is_measured(clock: SimClock) -> None:
    """§5.3: scene, statistics and the like; lists of devices are empty, attributes too or refused."""
    async with app(clock, "member") as client:
        body = await _first(client)
        (site,) = (await client.data(SITE_LIST))["site_list"]
        assert site["ms_type"] == 2
        assert site["site_device_list"]
        assert (await client.data(BIND))["data"] == []
        upgrade = await client.data(PS + "app/get_auto_upgrade")
        assert (upgrade["main_switch"], upgrade["device_list"]) == (False, None)
        question = {"device_sn": "", "device_type": "solarbank", "type": "week"}
        day = {"start_time": "2026-06-21", "end_time": "2026-06-21"}
        assert await client.code(ENERGY, {"site_id": client.site_id} | question | day) == 0
        assert await client.code(PS + "site/co2_ranking", body) == 0
        reply = await client.send(PS + "app/device/get_device_attrs", body | {"attributes": ["rssi"]})
        assert reply.code == -1 or reply.body["data"]["attributes"] == {}


async def test_owner_becomes_member(clock: SimClock) -> None:
    async with app(clock) as client:
        assert await client.param("6")
        client.world.sites[0].ms_type = 2
        assert await client.code(PARAM, {"site_id": client.site_id, "param_type": "6"}) == 10000
        assert (await client.data(SITE_LIST))["site_list"][0]["ms_type"] == 2


async def test_nobody_else(clock: SimClock) -> None:
    """§4: 10004 for a site or a device that is not the account's."""
    async with app(clock) as client:
        assert await client.code(PARAM, {"site_id": "0eb4cdb4-eade-bbf2-bb0c-b387cee001f0", "param_type": "6"}) == 10004
        body = {"site_id": "", "device_sn": "NOBODYSERIAL0001"}
        assert await client.code(PS + "app/compatible/set_power_cutoff", body | {"cutoff_data_id": 1}) == 10004


REFUSED_BY_KIND: tuple[tuple[str, str, dict[str, Any], int], ...] = (
    ("solarbank3", "charging_hes_svc/get_hes_dev_info", {}, -1),
    ("solarbank3", "charging_hes_svc/get_mi_layout", {}, -1),
    ("solarbank3", "charging_hes_svc/get_energy_statistics", {"sourceType": "hes", "dateType": "week"}, 10000),
    ("solarbank3", "charging_hes_svc/get_system_running_time", {}, 10000),
    ("solarbank3", "charging_hes_svc/get_installer_info", {}, 10000),
    ("solarbank3", "charging_hes_svc/report_device_data", {}, 200104),
    ("solarbank3", PS + "app/device/get_device_home_load", {}, 10004),
    ("solarbank3", PS + "app/compatible/get_ota_update", {"insert_sn": ""}, -1),
    ("solarbank3", PARAM, {"param_type": "4"}, 10004),
    ("solarbank1", PARAM, {"param_type": "4"}, 0),
    ("solarbank1", PS + "app/device/get_device_home_load", {}, 0),
    ("solarbank3", PS + "dynamic_price/price_detail", {"company": "Nobody", "area": "X", "date": "1782000000"}, -1),
)
"""Profile, path, body and code: questions that do not fit what is there (§4)."""


@pytest.mark.parametrize(("profile", "path", "more", "code"), REFUSED_BY_KIND)
async def test_refusals_by_kind(clock: SimClock, profile: str, path: str, more: dict[str, Any], code: int) -> None:
    async with app(clock, profile) as client:
        body = await _first(client)
        day = {"start": "2026-06-21", "end": "2026-06-21"}
        assert await client.code(path, body | {"siteId": client.site_id, "sn": body["device_sn"]} | day | more) == code
