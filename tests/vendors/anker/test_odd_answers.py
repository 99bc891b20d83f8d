"""Answers of another shape than expected, and questions of any kind (anker.md §2)."""

from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import BadAnswer
from tests.mock_http import MockHttp
from tests.vendors.anker.client_desk import LOGIN, PS, SCENE, body_of, no, open_desk, welcome
from tests.vendors.anker.request_desk import SITE, exchange


@pytest.mark.parametrize("data", [[], "text", 5])
async def test_an_answer_of_another_shape_tells_nothing(data: Any) -> None:
    _, found = await exchange("POST", SCENE, lambda c: c.scene(SITE), data)
    assert found == {}


@pytest.mark.parametrize("text", ["{", "[1]", "5"])
async def test_a_parameter_that_is_no_object_is_a_bad_answer(text: str) -> None:
    with pytest.raises(BadAnswer):
        await exchange("POST", f"{PS}/site/get_site_device_param", lambda c: c.param(SITE, "6"), {"param_data": text})


@pytest.mark.parametrize("code", [0, 10004])
async def test_any_question_may_be_asked_as_it_is(code: int) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LOGIN, payload=welcome())
            http.add(f"{PS}/ocpp/x", "GET", payload=no(code))
            assert (await desk.open().raw("GET", "power_service/v1/ocpp/x", {"a": 1}))["code"] == code
    assert (http.sent[1].method, body_of(http.sent[1])) == ("GET", {"a": 1})


@pytest.mark.parametrize("data", [None, {}, [], 5, {"site_list": {}}, {"site_list": "x"}, {"site_list": [None, 5]}])
async def test_a_list_of_sites_that_is_none_is_a_bad_answer(data: Any) -> None:
    with pytest.raises(BadAnswer):
        await exchange("POST", f"{PS}/site/get_site_list", lambda c: c.site_list(), data)


@pytest.mark.parametrize("data", [None, {}, {"data": 5}, {"data": ["x"]}])
async def test_a_list_of_devices_that_is_none_is_a_bad_answer(data: Any) -> None:
    with pytest.raises(BadAnswer):
        await exchange("POST", f"{PS}/app/get_relate_and_bind_devices", lambda c: c.bind_devices(), data)


@pytest.mark.parametrize("listed", [None, []])
async def test_lists_may_be_empty(listed: Any) -> None:
    for url, ask, name in (
        (f"{PS}/site/get_site_list", lambda c: c.site_list(), "site_list"),
        (f"{PS}/app/get_relate_and_bind_devices", lambda c: c.bind_devices(), "data"),
    ):
        assert (await exchange("POST", url, ask, {name: listed}))[1] == []
