"""Any call of the cloud, for the owner of the account (anker.md §19): what goes out, what only asks, what never leaves."""

import json
from typing import Any

import pytest
import voluptuous as vol

from custom_components.solar_battery_hub.core.refusal import ChangeRefused
from custom_components.solar_battery_hub.vendors.anker import paths
from custom_components.solar_battery_hub.vendors.anker.raw_call import ACTIONS, is_read, without_secrets
from tests.simulators.anker.server import AnkerSimulator
from tests.vendors.anker.bench import Bench, open_bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

WRITES = {
    paths.LOGIN,
    paths.SET_AUTO_UPGRADE,
    paths.SET_PARAM,
    paths.SET_ATTRS,
    paths.SET_CUTOFF,
    paths.UPDATE_PRICE,
    paths.ADD_VEHICLE,
    paths.UPDATE_VEHICLE,
    paths.DELETE_VEHICLE,
    paths.DEFAULT_VEHICLE,
    paths.SET_PV_PRICE,
    paths.SET_PV_POWER,
    paths.PREPARE_RATE_PLAN,
    paths.SET_RATE_PLAN,
    paths.SET_DISASTER,
}
PATHS = {value for name, value in vars(paths).items() if name.isupper() and name[0] != "_" and isinstance(value, str)}


async def call(bench: Bench, **fields: Any) -> dict[str, Any]:
    """Call as the action does."""
    (action,) = ACTIONS
    given = vol.Schema(dict(action.fields))(fields)
    return await action.run(bench.open(), "the-account", given)


def asked(server: AnkerSimulator) -> list[tuple[str, str, Any]]:
    """Return what went out besides the sign-in."""
    found = [(request.method, request.path, json.loads(request.body)) for request in server.requests]
    return [one for one in found if not one[1].endswith("login")]


def test_what_only_asks_is_known() -> None:
    assert {path for path in PATHS if is_read(path)} == PATHS - WRITES


@pytest.mark.parametrize(
    "name",
    [
        *("set_user", "update_site", "add_site", "delete_site", "remove_device", "bind_device", "unbind", "modify_x"),
        *("create_site", "report_device_data", "restart", "getter_reset", "listen", "checkout", "selection", "settle"),
        *("gets", "quit_site", "upgrade", "do_get_site_list", "profits", "delete_list", "set_option", "add_detail"),
    ],
)
def test_what_is_not_known_to_ask_may_write(name: str) -> None:
    assert not is_read(f"power_service/v1/site/{name}")


async def test_a_question_goes_out_as_it_is_given() -> None:
    async with open_bench() as bench:
        site = bench.sites[0]
        answer = await call(bench, path="/power_service/v1/site/get_scen_info ", body={"site_id": site})
        assert (answer["code"], answer["data"]["home_info"]["home_name"] is not None) == (0, True)
        assert asked(bench.server) == [("POST", "/power_service/v1/site/get_scen_info", {"site_id": site})]


async def test_a_refusal_is_an_answer() -> None:
    async with open_bench() as bench:
        answer = await call(bench, path=paths.SCENE, body={"site_id": "nobody's"})
        assert answer["code"] == 10004


async def test_what_has_to_be_got_is_got() -> None:
    async with open_bench() as bench:
        await call(bench, path=paths.UNREAD)
        await call(bench, path=paths.UNREAD, method="GET")
        assert [method for method, _, _ in asked(bench.server)] == ["GET", "GET"]


async def test_an_order_needs_to_be_meant() -> None:
    async with open_bench() as bench:
        serial = next(serial for serial, model in bench.server.source.serials.items() if model == "A17C5")
        order = {
            "path": paths.SET_AUTO_UPGRADE,
            "body": {"main_switch": True, "device_list": [{"device_sn": serial, "auto_upgrade": True}]},
        }
        with pytest.raises(ChangeRefused) as caught:
            await call(bench, **order)
        assert (caught.value.reason, caught.value.placeholders) == (
            "api_call_may_write",
            {"path": paths.SET_AUTO_UPGRADE},
        )
        assert bench.names == []
        assert (await call(bench, **order, confirm=True))["code"] == 0
        told = await call(bench, path=paths.AUTO_UPGRADE)
        assert told["data"]["main_switch"] is True


@pytest.mark.parametrize(
    "path",
    [
        *(
            "",
            "/",
            "site",
            "https://example.com/x",
            "//example.com/get_x",
            "a/../passport/login",
            "a/get_x?b=1",
            "a b/get_x",
        ),
        *(
            "a/get_x#",
            "a@b/get_x",
            "a/ge\nt_x",
            "a/" * 9 + "get_x",
            "a/get_" + "x" * 300,
            "a//get_x",
            "ä/get_x",
            "a%2f/get_x",
        ),
    ],
)
async def test_a_path_is_nothing_but_a_path(path: str) -> None:
    async with open_bench() as bench:
        with pytest.raises(ChangeRefused) as caught:
            await call(bench, path=path, confirm=True)
        assert caught.value.reason == "api_path_malformed"
        assert bench.names == []


@pytest.mark.parametrize(
    "path",
    [paths.LOGIN, "passport/get_x", "app/devicemanage/get_user_mqtt_info", "power_service/v1/app/get_token_by_userid"],
)
async def test_nobody_signs_in_here_or_asks_for_keys(path: str) -> None:
    async with open_bench() as bench:
        with pytest.raises(ChangeRefused) as caught:
            await call(bench, path=path, confirm=True)
        assert caught.value.reason == "api_call_not_allowed"
        assert bench.names == []


def test_what_signs_somebody_in_never_leaves() -> None:
    told = {
        "data": [
            {"auth_token": "x", "Token": "y", "private_key": "", "token_id": 5, "a": {"password": None, "secret": "s"}}
        ]
    }
    assert without_secrets(told) == {
        "data": [
            {
                "auth_token": "**secret**",
                "Token": "**secret**",
                "private_key": "",
                "token_id": 5,
                "a": {"password": None, "secret": "**secret**"},
            }
        ]
    }


async def test_answers_to_it_stay_out_of_diagnostics() -> None:
    async with open_bench() as bench:
        (action,) = ACTIONS
        account = bench.open()
        fields = vol.Schema(dict(action.fields))({"path": paths.SITE_LIST})
        await action.run(account, "the-account", fields)
        wire = account.client.login.wire
        assert [exchange.body for exchange in wire._door.trace] == [None, None]
