"""The exact requests of every call, and what is made of its answer (anker.md §2, §3.2, §6, §12)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta, timezone
import json
from typing import Any
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric import ec
import pytest

from custom_components.solar_battery_hub.core.errors import BadAnswer, WriteRefused
from custom_components.solar_battery_hub.vendors.anker import crypto
from custom_components.solar_battery_hub.vendors.anker.client import Client
from custom_components.solar_battery_hub.vendors.anker.wire_json import parse
from tests.mock_http import MockHttp
from tests.vendors.anker.client_desk import EU, GTOKEN, LOGIN, PS, SCENE, TOKEN, body_of, no, ok, open_desk, welcome

type Ask = Callable[[Client], Awaitable[Any]]

SITE, SN = "5d9c0000-1111-2222-3333-444455556666", "APCTEST000000001"
DAY, LATER = date(2026, 1, 31), date(2026, 2, 3)
NOON = datetime(2026, 1, 1, 12, 0, 0, 900_000, tzinfo=UTC)
PANEL_ENERGY = {
    "siteId": SITE,
    "sourceType": "grid",
    "dateType": "week",
    "start": "2026-01-31",
    "end": "2026-02-03",
    "global": False,
    "productCode": "",
}
HES_ENERGY = {key: value for key, value in PANEL_ENERGY.items() if key not in ("global", "productCode")}
CAR = {"vehicle_name": "Red", "brand": "Fiat", "model": "500e", "productive_year": 2023}

# Path, body, call, data of the answer, what the caller gets.
READS: tuple[tuple[str, dict[str, Any], Ask, Any, Any], ...] = (
    (f"{PS}/site/get_site_list", {}, lambda c: c.site_list(), {"site_list": [{"site_id": SITE}]}, [{"site_id": SITE}]),
    (f"{PS}/site/get_scen_info", {"site_id": SITE}, lambda c: c.scene(SITE), {"home_info": {}}, {"home_info": {}}),
    (
        f"{PS}/site/get_site_detail",
        {"site_id": SITE},
        lambda c: c.site_detail(SITE),
        {"site_info": 1},
        {"site_info": 1},
    ),
    (
        f"{PS}/app/get_relate_and_bind_devices",
        {},
        lambda c: c.bind_devices(),
        {"data": [{"device_sn": SN}, None]},
        [{"device_sn": SN}],
    ),
    (f"{PS}/site/get_wifi_info_list", {"site_id": SITE}, lambda c: c.wifi(SITE), {"wifi_info_list": None}, []),
    (f"{PS}/app/get_auto_upgrade", {}, lambda c: c.auto_upgrade(), {"main_switch": True}, {"main_switch": True}),
    (
        f"{EU}/app/ota/batch/check_update",
        {"device_list": [{"device_sn": SN, "version": ""}, {"device_sn": "B", "version": ""}]},
        lambda c: c.updates([SN, "B"]),
        {"update_infos": [{"device_sn": SN}]},
        [{"device_sn": SN}],
    ),
    (f"{PS}/currency/get_list", {}, lambda c: c.currencies(), {"default_currency": "€"}, {"default_currency": "€"}),
    (
        f"{PS}/app/get_relate_device_fittings",
        {"site_id": SITE, "device_sn": SN},
        lambda c: c.fittings(SITE, SN),
        {"data": [{"product_code": "A17Y0"}]},
        [{"product_code": "A17Y0"}],
    ),
    (
        f"{PS}/site/get_site_device_param",
        {"site_id": SITE, "param_type": "6"},
        lambda c: c.param(SITE, "6"),
        {"param_data": '{"mode_type":3,"blend_plan":null}'},
        {"mode_type": 3, "blend_plan": None},
    ),
    (
        f"{PS}/site/get_site_device_param",
        {"site_id": SITE, "param_type": "1"},
        lambda c: c.param(SITE, "1"),
        {"param_data": ""},
        None,
    ),
    (
        f"{PS}/site/get_site_device_param",
        {"site_id": SITE, "param_type": "7"},
        lambda c: c.param(SITE, "7"),
        {"param_data": {"install_mode": 3}},
        {"install_mode": 3},
    ),
    (
        f"{PS}/app/device/get_device_home_load",
        {"site_id": SITE, "device_sn": SN},
        lambda c: c.home_load(SITE, SN),
        {"home_load_data": '{"ranges":[]}', "current_home_load": "300W"},
        {"home_load_data": {"ranges": []}, "current_home_load": "300W"},
    ),
    (
        f"{PS}/app/device/get_device_home_load",
        {"site_id": SITE, "device_sn": SN},
        lambda c: c.home_load(SITE, SN),
        {"home_load_data": ""},
        {"home_load_data": {}},
    ),
    (
        f"{PS}/app/device/get_device_attrs",
        {"device_sn": SN, "attributes": ["rssi", "switch_0w"]},
        lambda c: c.attrs(SN, ("rssi", "switch_0w")),
        {"device_sn": SN, "attributes": {"rssi": "-60"}},
        {"rssi": "-60"},
    ),
    (
        f"{PS}/app/compatible/get_power_cutoff",
        {"site_id": "", "device_sn": SN},
        lambda c: c.cutoff(SN),
        {"power_cutoff_data": [{"id": 1}]},
        [{"id": 1}],
    ),
    (
        f"{PS}/app/compatible/get_power_cutoff",
        {"site_id": SITE, "device_sn": SN},
        lambda c: c.cutoff(SN, SITE),
        {"power_cutoff_data": []},
        [],
    ),
    (
        f"{PS}/site/get_power_limit",
        {"site_id": SITE},
        lambda c: c.power_limit(SITE),
        {"legal_power_limit": 800},
        {"legal_power_limit": 800},
    ),
    (
        f"{PS}/site/get_site_price",
        {"site_id": SITE, "accuracy": 5},
        lambda c: c.price(SITE),
        {"price": 0.4},
        {"price": 0.4},
    ),
    (
        f"{PS}/app/compatible/get_compatible_solar_info",
        {"solarbank_sn": SN},
        lambda c: c.solar_info(SN),
        {"brand_id": "3a9930f5"},
        {"brand_id": "3a9930f5"},
    ),
    (
        f"{PS}/site/energy_analysis",
        {
            "site_id": SITE,
            "device_sn": "",
            "device_type": "grid",
            "type": "week",
            "start_time": "2026-01-31",
            "end_time": "2026-02-03",
        },
        lambda c: c.energy(SITE, "grid", "week", DAY, LATER),
        {"power": []},
        {"power": []},
    ),
    (
        f"{PS}/site/energy_analysis",
        {
            "site_id": SITE,
            "device_sn": SN,
            "device_type": "solar_production",
            "type": "month",
            "start_time": "2026-01",
            "end_time": "2026-01",
        },
        lambda c: c.energy(SITE, "solar_production", "month", DAY, DAY, SN),
        None,
        {},
    ),
    (
        f"{PS}/site/energy_analysis",
        {
            "site_id": SITE,
            "device_sn": "",
            "device_type": "pps",
            "type": "year",
            "start_time": "2026",
            "end_time": "2026",
        },
        lambda c: c.energy(SITE, "pps", "year", DAY, LATER),
        {},
        {},
    ),
    (f"{PS}/site/co2_ranking", {"site_id": SITE}, lambda c: c.co2(SITE), {"co2": "198.01"}, {"co2": "198.01"}),
    (f"{PS}/ai_ems/get_status", {"site_id": SITE}, lambda c: c.ai_status(SITE), {"status": 1}, {"status": 1}),
    (
        f"{PS}/dynamic_price/support_option",
        {"device_pn": "A17C5"},
        lambda c: c.price_providers("A17C5"),
        {"country_info": [{"country": "DE"}]},
        [{"country": "DE"}],
    ),
    (
        f"{PS}/dynamic_price/price_detail",
        {"company": "Nordpool", "area": "GER", "date": "1767268800", "device_sn": ""},
        lambda c: c.price_detail("Nordpool", "GER", NOON),
        {"currency": "EUR"},
        {"currency": "EUR"},
    ),
    (
        f"{PS}/app/order/get_charge_order_stats",
        {"device_sn": SN, "date_type": "all", "start_date": "", "end_date": ""},
        lambda c: c.charge_stats(SN),
        {"total_stats": {}},
        {"total_stats": {}},
    ),
    (
        f"{PS}/app/order/get_charge_order_stats",
        {"device_sn": SN, "date_type": "week", "start_date": "2026-01-31", "end_date": "2026-02-03"},
        lambda c: c.charge_stats(SN, "week", DAY, LATER),
        {},
        {},
    ),
    (
        f"{PS}/app/vehicle/get_vehicle_list",
        {},
        lambda c: c.vehicles(),
        {"vehicle_list": [{"vehicle_id": "v"}]},
        [{"vehicle_id": "v"}],
    ),
    (
        f"{PS}/app/vehicle/get_vehicle_detail",
        {"vehicle_id": "v"},
        lambda c: c.vehicle("v"),
        {"brand": "Fiat"},
        {"brand": "Fiat"},
    ),
    (f"{PS}/app/get_brand_list", {}, lambda c: c.brands(), {"brand_list": ["Fiat", 3, None, ""]}, ["Fiat", "3"]),
    (f"{PS}/app/get_models", {"brand_name": "Fiat"}, lambda c: c.models("Fiat"), {"model_list": ["500e"]}, ["500e"]),
    (
        f"{PS}/app/get_model_years",
        {"brand_name": "Fiat", "model_name": "500e"},
        lambda c: c.years("Fiat", "500e"),
        {"year_list": [2022, "2023", None]},
        [2022, 2023],
    ),
    (
        f"{PS}/app/get_model_list",
        {"brand_name": "Fiat", "model_name": "500e", "productive_year": 2023},
        lambda c: c.model_list("Fiat", "500e", 2023),
        {"car_model_list": [{"id": 1}]},
        [{"id": 1}],
    ),
    (
        f"{EU}/charging_pv_svc/getPvStatus",
        {"sns": "A,B"},
        lambda c: c.pv_status(["A", "B"]),
        {"pvStatuses": [{"sn": "A"}]},
        [{"sn": "A"}],
    ),
    (
        f"{EU}/charging_pv_svc/getPvTotalStatistics",
        {"sn": SN},
        lambda c: c.pv_totals(SN),
        {"energy": 66.15},
        {"energy": 66.15},
    ),
    (
        f"{EU}/charging_pv_svc/statisticsPv",
        {"sn": SN, "type": "week", "start": "2026-01-31", "end": "2026-02-03", "version": "1"},
        lambda c: c.pv_energy(SN, "week", DAY, LATER),
        {"energy": []},
        {"energy": []},
    ),
    (
        f"{EU}/charging_pv_svc/statisticsPv",
        {"sn": SN, "type": "month", "start": "2026-01", "end": "2026-01", "version": "1"},
        lambda c: c.pv_energy(SN, "month", DAY, DAY),
        {},
        {},
    ),
    (
        f"{EU}/charging_pv_svc/selectUserTieredElecPrice",
        {"sn": SN},
        lambda c: c.pv_price(SN),
        {"currencyUnit": "€"},
        {"currencyUnit": "€"},
    ),
    (
        f"{EU}/charging_energy_service/get_system_running_info",
        {"siteId": SITE},
        lambda c: c.panel_running(SITE),
        {"connected": True},
        {"connected": True},
    ),
    (
        f"{EU}/charging_energy_service/energy_statistics",
        PANEL_ENERGY,
        lambda c: c.panel_energy(SITE, "grid", "week", DAY, LATER),
        {"totalEnergy": "1"},
        {"totalEnergy": "1"},
    ),
    (
        f"{EU}/charging_energy_service/get_wifi_info",
        {"sn": SN},
        lambda c: c.panel_wifi(SN),
        {"rssi": 100},
        {"rssi": 100},
    ),
    (
        f"{EU}/charging_energy_service/get_utility_rate_plan",
        {"siteId": SITE, "sn": SN},
        lambda c: c.rate_plan(SITE, SN),
        {"rule": ""},
        {"rule": ""},
    ),
    (
        f"{EU}/charging_disaster_prepared/get_site_device_disaster",
        {"identifier_id": SITE, "type": 2},
        lambda c: c.disaster(SITE),
        {"auto_disaster_switch": False},
        {"auto_disaster_switch": False},
    ),
    (
        f"{EU}/charging_disaster_prepared/get_site_device_disaster_status",
        {"identifier_id": SITE, "type": 2},
        lambda c: c.disaster_status(SITE),
        {"manual_disaster_status": 2},
        {"manual_disaster_status": 2},
    ),
    (
        f"{EU}/charging_hes_svc/get_system_running_info",
        {"siteId": SITE},
        lambda c: c.hes_running(SITE),
        {"mainSn": SN},
        {"mainSn": SN},
    ),
    (
        f"{EU}/charging_hes_svc/get_hes_dev_info",
        {"siteId": SITE},
        lambda c: c.hes_devices(SITE),
        {"results": []},
        {"results": []},
    ),
    (
        f"{EU}/charging_hes_svc/get_energy_statistics",
        HES_ENERGY,
        lambda c: c.hes_energy(SITE, "grid", "week", DAY, LATER),
        {"energy": []},
        {"energy": []},
    ),
    (
        f"{EU}/charging_hes_svc/get_system_profit_detail",
        {"siteId": SITE, "dateType": "month", "start": "2026-01", "end": ""},
        lambda c: c.hes_profit(SITE, "month", DAY),
        {"savings": []},
        {"savings": []},
    ),
    (f"{EU}/charging_hes_svc/get_wifi_info", {"sn": SN}, lambda c: c.hes_wifi(SN), {"ssid": "x"}, {"ssid": "x"}),
)

GETS: tuple[tuple[str, Ask, Any, Any], ...] = (
    (f"{PS}/get_message_unread", lambda c: c.unread(), {"has_unread_msg": True}, {"has_unread_msg": True}),
    (f"{PS}/product_categories", lambda c: c.products(), [{"name": "Solarbank"}], [{"name": "Solarbank"}]),
)

WRITES: tuple[tuple[str, dict[str, Any], Ask], ...] = (
    (
        f"{PS}/app/set_auto_upgrade",
        {"main_switch": True, "device_list": [{"device_sn": SN, "auto_upgrade": False}]},
        lambda c: c.set_auto_upgrade(True, {SN: False}),
    ),
    (
        f"{PS}/site/set_site_device_param",
        {"site_id": SITE, "param_type": "18", "cmd": 17, "param_data": '{"b":[1,2.50],"a":{"ü":null}}'},
        lambda c: c.set_param(SITE, "18", {"b": [1, parse("2.50")], "a": {"ü": None}}),
    ),
    (
        f"{PS}/app/device/set_device_attrs",
        {"device_sn": SN, "attributes": {"switch_0w": 1}},
        lambda c: c.set_attrs(SN, {"switch_0w": 1}),
    ),
    (
        f"{PS}/app/compatible/set_power_cutoff",
        {"device_sn": SN, "cutoff_data_id": 2},
        lambda c: c.set_cutoff(SN, cutoff_data_id=2),
    ),
    (
        f"{PS}/site/update_site_price",
        {"price": 0.31, "site_id": SITE},
        lambda c: c.update_price({"price": 0.31, "site_id": SITE}),
    ),
    (f"{PS}/app/vehicle/add_vehicle", {"user_vehicle_info": [CAR]}, lambda c: c.add_vehicle(CAR)),
    (
        f"{PS}/app/vehicle/update_vehicle",
        {"vehicle_id": "v", "productive_year": 2024},
        lambda c: c.update_vehicle("v", {"productive_year": 2024}),
    ),
    (f"{PS}/app/vehicle/delete_vehicle", {"vehicle_id": "v"}, lambda c: c.delete_vehicle("v")),
    (f"{PS}/app/vehicle/set_default", {"vehicle_id": "v"}, lambda c: c.default_vehicle("v")),
    (
        f"{EU}/charging_pv_svc/updateUserTieredElecPrice",
        {"currencyUnit": "€", "tieredElecPrices": [{"from": "00:00", "to": "23:59", "price": 0.4}], "sn": SN},
        lambda c: c.set_pv_price(SN, "€", 0.4),
    ),
    (f"{EU}/charging_pv_svc/set_aps_power", {"sn": SN, "power": 600}, lambda c: c.set_pv_power(SN, 600)),
    (
        f"{EU}/charging_disaster_prepared/set_site_device_disaster",
        {
            "identifier_id": SITE,
            "type": 2,
            "manual_disaster_switch": True,
            "manual_disaster_detail": {"disaster_type": 1, "start_time": 1767268800, "end_time": 1767279600},
        },
        lambda c: c.set_disaster(SITE, (NOON, NOON + timedelta(hours=3))),
    ),
    (
        f"{EU}/charging_disaster_prepared/set_site_device_disaster",
        {"identifier_id": SITE, "type": 2, "manual_disaster_switch": False},
        lambda c: c.set_disaster(SITE, None),
    ),
)


HEADERS = {
    "model-type": "DESKTOP",
    "app-name": "anker_power",
    "os-type": "android",
    "country": "DE",
    "timezone": "GMT+00:00",
}
SIGNED = {**HEADERS, "x-auth-token": TOKEN, "gtoken": GTOKEN}


async def exchange(method: str, url: str, ask: Ask, data: Any) -> tuple[Any, Any]:
    """Return the one request a call makes besides the sign-in, and what the caller gets."""
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LOGIN, payload=welcome())
            http.add(url, method, payload=ok(data))
            found = await ask(desk.open())
        login, sent = http.sent
        assert login.url == LOGIN
        return sent, found


@pytest.mark.parametrize(("url", "body", "ask", "data", "expected"), READS)
async def test_questions(url: str, body: dict[str, Any], ask: Ask, data: Any, expected: Any) -> None:
    sent, found = await exchange("POST", url, ask, data)
    assert (sent.method, sent.url, body_of(sent), sent.headers) == ("POST", url, body, SIGNED)
    assert found == expected


@pytest.mark.parametrize(("url", "ask", "data", "expected"), GETS)
async def test_questions_that_are_got(url: str, ask: Ask, data: Any, expected: Any) -> None:
    sent, found = await exchange("GET", url, ask, data)
    assert (sent.method, sent.url, body_of(sent), sent.headers) == ("GET", url, {}, SIGNED)
    assert found == expected


@pytest.mark.parametrize(("url", "body", "ask"), WRITES)
async def test_orders(url: str, body: dict[str, Any], ask: Ask) -> None:
    sent, found = await exchange("POST", url, ask, None)
    assert (sent.method, sent.url, body_of(sent), sent.headers) == ("POST", url, body, SIGNED)
    assert list(body_of(sent)) == list(body)
    assert found is None


async def test_a_tariff_plan_goes_out_with_the_rule_the_server_made_of_it() -> None:
    plan = {"siteId": SITE, "sn": SN, "peak_sessions": [{"id": 1}], "fixed_price": None}
    service = f"{EU}/charging_energy_service"
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LOGIN, payload=welcome())
            http.post(f"{service}/preprocess_utility_rate_plan", payload=ok({"rule": '[{"Sea":{}}]'}))
            http.post(f"{service}/ack_utility_rate_plan", payload=ok())
            await desk.open().set_rate_plan(SITE, SN, [{"id": 1}], None)
    assert [body_of(sent) for sent in http.sent[1:]] == [plan, {**plan, "rule": '[{"Sea":{}}]'}]


async def test_a_tariff_plan_without_a_rule_is_not_written() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LOGIN, payload=welcome())
            http.post(f"{EU}/charging_energy_service/preprocess_utility_rate_plan", payload=ok({}))
            with pytest.raises(BadAnswer):
                await desk.open().set_rate_plan(SITE, SN, [{"id": 1}], None)
    assert len(http.sent) == 2


@pytest.mark.parametrize(
    ("code", "reason"), [(31001, "already_exists"), (31003, "limit_reached"), (-1, "refused_by_server")]
)
async def test_orders_are_refused_with_a_reason(code: int, reason: str) -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LOGIN, payload=welcome())
            http.post(f"{PS}/app/vehicle/add_vehicle", payload=no(code))
            with pytest.raises(WriteRefused) as caught:
                await desk.open().add_vehicle(CAR)
    assert caught.value.reason == reason


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


# Signing in


@pytest.mark.parametrize(
    ("zone", "milliseconds", "name"),
    [
        (timezone(timedelta(hours=1)), 3_600_000, "GMT+01:00"),
        (timezone(timedelta(hours=-5)), -18_000_000, "GMT-05:00"),
        (timezone(timedelta(hours=-3, minutes=-30)), -12_600_000, "GMT-03:30"),
        (timezone(timedelta(hours=5, minutes=45)), 20_700_000, "GMT+05:45"),
    ],
)
async def test_the_sign_in(zone: timezone, milliseconds: int, name: str) -> None:
    """The worked example of §3.3, and other zones."""
    private = int.from_bytes(bytes(range(31, -1, -1)))
    key = ec.derive_private_key(private, ec.SECP256R1())
    async with open_desk() as desk:
        desk.clock.zone = zone
        desk.clock.pass_time(milliseconds=123)
        with MockHttp() as http, patch.object(crypto.ec, "generate_private_key", return_value=key):
            http.post(LOGIN, payload=welcome())
            http.post(SCENE, payload=ok({}))
            await desk.open(username=" user@example.com ").scene(SITE)
    login, scene = http.sent
    assert body_of(login) == {
        "ab": "DE",
        "client_secret_info": {
            "public_key": "04984225585d2285c138033d6140e3cef8b91859704e53c313f8b636ba4f9676499734144f46fd19a767a545287c4396"
            "b97b69dd38faaea8981adc1a4fed9b401e"
        },
        "enc": 0,
        "email": "user@example.com",
        "password": "wNPrtxWaym+cT9r4H2bBGg==",
        "time_zone": milliseconds,
        "transaction": "1767225600123",
    }
    assert login.headers == {**HEADERS, "timezone": name}
    assert scene.headers["timezone"] == name


async def test_the_body_of_a_sign_in_stays_out_of_diagnostics() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(LOGIN, payload=welcome())
            http.post(SCENE, payload=ok({"home_info": {}}))
            await desk.open().scene(SITE)
        assert TOKEN not in json.dumps(desk.store.shared)
        assert [exchange.body is None for exchange in desk.doors[0].trace] == [True, False]
