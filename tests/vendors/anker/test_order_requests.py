"""The exact requests of orders and of the sign-in (anker.md §3.2, §12)."""

from datetime import timedelta, timezone
import json
from typing import Any
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric import ec
import pytest

from custom_components.solar_battery_hub.core.errors import BadAnswer, WriteRefused
from custom_components.solar_battery_hub.vendors.anker.wire_json import parse
from tests.mock_http import MockHttp
from tests.vendors.anker.client_desk import EU, LOGIN, PS, SCENE, TOKEN, body_of, no, ok, open_desk, welcome
from tests.vendors.anker.request_desk import HEADERS, NOON, SIGNED, SITE, SN, Ask, exchange

CAR = {"vehicle_name": "Red", "brand": "Fiat", "model": "500e", "productive_year": 2023}

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
        with (
            MockHttp() as http,
            patch("cryptography.hazmat.primitives.asymmetric.ec.generate_private_key", return_value=key),
        ):
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
