"""The exact requests of every call, and what is made of its answer (anker.md §2, §3.2, §6, §12)."""

from typing import Any

import pytest

from tests.vendors.anker.client_desk import EU, PS, body_of
from tests.vendors.anker.request_desk import DAY, LATER, NOON, SIGNED, SITE, SN, Ask, exchange

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

# Path, body, call, data of the answer, what the caller gets.
READS: tuple[tuple[str, dict[str, Any], Ask, Any, Any], ...] = (
    (f"{PS}/site/get_site_list", {}, lambda c: c.site_list(), {"site_list": [{"site_id": SITE}]}, [{"site_id": SITE}]),
    (f"{PS}/site/get_scen_info", {"site_id": SITE}, lambda c: c.scene(SITE), {"home_info": {}}, {"home_info": {}}),
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
    (f"{EU}/charging_hes_svc/get_wifi_info", {"sn": SN}, lambda c: c.hes_wifi(SN), {"ssid": "x"}, {"ssid": "x"}),
)

GETS: tuple[tuple[str, Ask, Any, Any], ...] = (
    (f"{PS}/get_message_unread", lambda c: c.unread(), {"has_unread_msg": True}, {"has_unread_msg": True}),
    (f"{PS}/product_categories", lambda c: c.products(), [{"name": "Solarbank"}], [{"name": "Solarbank"}]),
)


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
