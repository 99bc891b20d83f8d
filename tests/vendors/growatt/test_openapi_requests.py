"""The token API's exact requests: method, address, fields and header (growatt.md B.1, B.5-B.8)."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.errors import NotSupported, TooSoon
from custom_components.solar_battery_hub.vendors.growatt.model import Family, Listed
from custom_components.solar_battery_hub.vendors.growatt.openapi import OpenApi
from tests.mock_http import MockHttp
from tests.vendors.growatt.openapi_desk import TOKEN, V1, device, failed, form_of, ok, open_desk

type Ask = Callable[[OpenApi], Awaitable[Any]]

MIN, SPH, SPA = device(Family.MIN), device(Family.SPH), device(Family.SPA)
STORAGE, INVERTER, MAX = device(Family.STORAGE), device(Family.INVERTER), device(Family.MAX)
DAY, LATER = date(2026, 6, 1), date(2026, 6, 6)

GETS: dict[str, tuple[Ask, Any]] = {
    "plant/list?page=1&perpage=100": (lambda api: api.plants(), {"plants": []}),
    "plant/details?plant_id=7": (lambda api: api.plant_details("7"), {}),
    "plant/data?plant_id=7": (lambda api: api.plant_data("7"), {}),
    "plant/power?plant_id=7&date=2026-06-01": (lambda api: api.plant_power("7", DAY), {"powers": []}),
    "plant/energy?plant_id=7&start_date=2026-06-01&end_date=2026-06-06&time_unit=day&page=1&perpage=100": (
        lambda api: api.plant_energy("7", DAY, LATER, "day"),
        {"energys": []},
    ),
    "device/list?plant_id=7&page=1&perpage=100": (lambda api: api.devices("7"), {"devices": []}),
    "device/tlx/tlx_data_info?device_sn=SN1": (lambda api: api.facts(MIN), {}),
    "device/tlx/tlx_set_info?device_sn=SN1": (lambda api: api.settings(MIN, fresh=True), {}),
    "device/mix/mix_data_info?device_sn=SN1": (lambda api: api.facts(SPH), {}),
    "device/spa/spa_data_info?device_sn=SN1": (lambda api: api.settings(SPA, fresh=True), {}),
    "device/storage/storage_data_info?device_sn=SN1": (lambda api: api.facts(STORAGE), {}),
    "device/inverter/inv_data_info?device_sn=SN1": (lambda api: api.facts(INVERTER), {}),
    "device/inverter/last_new_data?device_sn=SN1": (lambda api: api.live(INVERTER), {}),
    "device/max/max_data_info?device_sn=SN1": (lambda api: api.facts(MAX), {}),
}

PAST = "start_date=2026-06-01&end_date=2026-06-06&page=2&perpage=100"
POSTS: dict[tuple[str, str], tuple[Ask, Any]] = {
    ("device/tlx/tlx_last_data", "tlx_sn=SN1"): (lambda api: api.live(MIN), {}),
    ("device/tlx/tlxs_data", "tlxs=SN1%2CSN2&pageNum=1"): (
        lambda api: api.live_of([MIN, device(Family.MIN, "SN2")]),
        {},
    ),
    ("device/tlx/tlx_data", f"tlx_sn=SN1&{PAST}"): (lambda api: api.history(MIN, DAY, LATER, 2), {}),
    ("device/tlx/alarm_data", "tlx_sn=SN1&date=2026-06-01&page=1&perpage=100"): (lambda api: api.alarms(MIN, DAY), {}),
    ("readMinParam", "device_sn=SN1&paramId=charge_power&startAddr=0&endAddr=0"): (
        lambda api: api.live_read(MIN, "charge_power"),
        "95",
    ),
    ("readMinParam", "device_sn=SN1&paramId=set_any_reg&startAddr=30&endAddr=32"): (
        lambda api: api.read_parameter(MIN, "set_any_reg", 30, 32),
        "1-2-3",
    ),
    ("readMixParam", "device_sn=SN1&paramId=set_any_reg&startAddr=30&endAddr=30"): (
        lambda api: api.read_parameter(SPH, "set_any_reg", 30),
        1,
    ),
    ("device/mix/mix_last_data", "mix_sn=SN1"): (lambda api: api.live(SPH), {}),
    ("device/mix/mixs_data", "mixs=SN1&pageNum=1"): (lambda api: api.live_of([SPH]), {}),
    ("device/mix/mix_data", f"mix_sn=SN1&{PAST}"): (lambda api: api.history(SPH, DAY, LATER, 2), {}),
    ("device/mix/alarm_data", "mix_sn=SN1&date=2026-06-01&page=1&perpage=100"): (lambda api: api.alarms(SPH, DAY), {}),
    ("device/spa/spa_last_data", "spa_sn=SN1"): (lambda api: api.live(SPA), {}),
    ("device/spa/spas_data", "spas=SN1&pageNum=1"): (lambda api: api.live_of([SPA]), {}),
    ("readSpaParam", "device_sn=SN1&paramId=pv_on_off&startAddr=0&endAddr=0"): (
        lambda api: api.read_parameter(SPA, "pv_on_off"),
        "1",
    ),
    ("device/storage/storage_last_data", "storage_sn=SN1"): (lambda api: api.live(STORAGE), {}),
    ("readStorageParam", "device_sn=SN1&paramId=storage_cmd_mode&startAddr=0&endAddr=0"): (
        lambda api: api.read_parameter(STORAGE, "storage_cmd_mode"),
        "0",
    ),
    ("device/inverter/invs_data", "inverters=SN1&pageNum=1"): (lambda api: api.live_of([INVERTER]), {}),
    ("device/max/max_last_data", "max_sn=SN1"): (lambda api: api.live(MAX), {}),
    ("device/max/maxs_data", "maxs=SN1&pageNum=1"): (lambda api: api.live_of([MAX]), {}),
}


# Device, path and serial field, type, what is given, and the form's values in order: filled up to what the call wants,
# but the periods of an SPH, which go exactly as they are (B.6.6, B.7.4, B.8).
WRITES = (
    (MIN, "tlxSet", "tlx_sn", "time_segment2", "1 1 30 5 0 1", 19),
    (MIN, "tlxSet", "tlx_sn", "charge_power", "80", 19),
    (SPH, "mixSet", "mix_sn", "mix_ac_charge_time_period", "80 95 1 1 30 5 0 1 0 0 0 0 0 0 0 0 0 0", 18),
    (SPH, "mixSet", "mix_sn", "mix_ac_discharge_time_period", "80 10 17 0 21 0 1 0 0 0 0 0 0 0 0 0 0", 17),
    (SPH, "mixSet", "mix_sn", "pv_on_off", "0001", 18),
    (SPA, "spaSet", "spa_sn", "spa_ac_discharge_time_period", "80 10 17 0 21 0 1 0 0 0 0 0 0 0 0 0 0", 17),
    (SPA, "spaSet", "spa_sn", "pv_active_p_rate", "60", 18),
    (STORAGE, "storageSet", "storage_sn", "storage_cmd_mode", "1", 4),
    (MAX, "maxSet", "max_sn", "max_cmd_on_off", "0001", 19),
)


@pytest.mark.parametrize("url", GETS)
async def test_gets(url: str) -> None:
    ask, data = GETS[url]
    async with open_desk() as desk:
        with MockHttp() as http:
            http.get(f"{V1}/{url}", payload=ok(data))
            await ask(desk.open())
    (sent,) = http.sent
    assert (sent.method, sent.url) == ("GET", f"{V1}/{url}")
    assert sent.options.get("data") is None
    assert sent.headers == {"token": TOKEN, "User-Agent": "SolarBatteryHub (Home Assistant)"}
    assert sent.options["allow_redirects"] is False


@pytest.mark.parametrize(("path", "form"), POSTS)
async def test_posts(path: str, form: str) -> None:
    ask, data = POSTS[path, form]
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(f"{V1}/{path}", payload=ok(data))
            await ask(desk.open())
    (sent,) = http.sent
    assert (sent.method, sent.url) == ("POST", f"{V1}/{path}")
    assert form_of(sent) == form
    assert sent.headers["token"] == TOKEN


@pytest.mark.parametrize(("asked", "path", "field", "kind", "given", "count"), WRITES)
async def test_writes(asked: Listed, path: str, field: str, kind: str, given: str, count: int) -> None:
    values = given.split()
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(f"{V1}/{path}", payload=ok())
            await desk.open().write(asked, kind, values)
    (sent,) = http.sent
    params = "&".join(f"param{at}={values[at - 1] if at <= len(values) else ''}" for at in range(1, count + 1))
    assert form_of(sent) == f"{field}=SN1&type={kind}&{params}"


async def test_a_classic_inverter_has_commands() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(f"{V1}/inverterSet", payload=ok())
            await desk.open().write(INVERTER, "pv_active_p_rate", ["60"])
    (sent,) = http.sent
    assert form_of(sent) == "device_sn=SN1&paramId=pv_active_p_rate&command_1=60&command_2="


async def test_a_serial_number_is_looked_up_without_an_envelope() -> None:
    answer = {"result": 1, "obj": 1, "msg": "inverter", "deviceType": 22, "model": "NEO 800M-X"}
    async with open_desk() as desk:
        with MockHttp() as http:
            http.get(f"{V1}/device/check/sn?dataloggerSn=SN1", payload=answer)
            found = await desk.open().check_serial("SN1")
    assert found["deviceType"] == 22


async def test_the_way_out_is_always_the_chosen_host() -> None:
    """Nothing decides on a host but what the user chose (0.1)."""
    async with open_desk() as desk:
        with MockHttp() as http:
            http.get(f"{V1}/plant/data?plant_id=7", status=302, headers={"Location": "https://openapi.growatt.com/"})
            with pytest.raises(Exception, match="login page"):
                await desk.open().plant_data("7")
    assert len(http.sent) == 1


async def test_equal_calls_are_apart_also_over_a_restart() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(f"{V1}/device/tlx/tlx_last_data", payload=ok({}), repeat=True)
            await desk.open().live(MIN)
            desk.clock.pass_time(seconds=300)
            with pytest.raises(TooSoon):
                await desk.open().live(MIN)
            await desk.open().live(device(Family.MIN, "SN2"))
            desk.clock.pass_time(seconds=5)
            await desk.open().live(MIN)
    assert [form_of(sent) for sent in http.sent] == ["tlx_sn=SN1", "tlx_sn=SN2", "tlx_sn=SN1"]


async def test_orders_to_one_logger_are_five_seconds_apart() -> None:
    async with open_desk() as desk:
        api = desk.open()
        with MockHttp() as http:
            http.post(f"{V1}/tlxSet", payload=ok(), repeat=True)
            http.post(f"{V1}/readMinParam", payload=ok("95"), repeat=True)
            await api.write(MIN, "charge_power", ["95"])
            await api.live_read(MIN, "charge_power")
            assert desk.clock.monotonic() == 5
            await api.write(device(Family.MIN, "SN2", "LOG2"), "charge_power", ["95"])
            assert desk.clock.monotonic() == 5


async def test_only_a_min_is_read_live() -> None:
    async with open_desk() as desk:
        api = desk.open()
        with MockHttp() as http:
            assert api.reads_live(Family.MIN)
            assert not api.reads_live(Family.SPH)
            assert await api.live_read(SPH, "pv_on_off") is None
    assert http.sent == []


async def test_settings_are_used_again_for_five_minutes() -> None:
    async with open_desk() as desk:
        api = desk.open()
        with MockHttp() as http:
            http.get(f"{V1}/device/mix/mix_data_info?device_sn=SN1", payload=ok({"acChargeEnable": 1}), repeat=True)
            assert await api.settings(SPH, fresh=True) == {"acChargeEnable": 1}
            desk.clock.pass_time(seconds=310)
            assert await api.settings(SPH, fresh=False) == {"acChargeEnable": 1}
            assert len(http.sent) == 1
            desk.clock.pass_time(seconds=1)
            await api.settings(SPH, fresh=False)
    assert len(http.sent) == 2


async def test_fresh_settings_come_only_so_often() -> None:
    async with open_desk() as desk:
        api = desk.open()
        with MockHttp() as http:
            http.get(f"{V1}/device/mix/mix_data_info?device_sn=SN1", payload=ok({"acChargeEnable": 1}), repeat=True)
            await api.settings(SPH, fresh=True)
            desk.clock.pass_time(seconds=100)
            with pytest.raises(TooSoon):
                await api.settings(SPH, fresh=True)
            allowed = api.settings_allowed_at(SPH)
            desk.clock.pass_time(seconds=(allowed - desk.clock.now()).total_seconds())
            await api.settings(SPH, fresh=True)
    assert len(http.sent) == 2


async def test_a_batch_is_taken_apart() -> None:
    answer = ok({"SN1": {"SN1": {"ppv": 1.5}, "dataloggerSn": "LOG1"}, "SN2": {"dataloggerSn": "LOG2"}}, tlxs=["SN1"])
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(f"{V1}/device/tlx/tlxs_data", payload=answer)
            found = await desk.open().live_of([MIN, device(Family.MIN, "SN2")])
    assert found == {"SN1": {"ppv": 1.5}}


@pytest.mark.parametrize("family", [Family.OTHER, Family.BATTERY])
async def test_other_families_have_no_calls(family: Family) -> None:
    async with open_desk() as desk:
        with MockHttp() as http, pytest.raises(NotSupported):
            await desk.open().live(device(family))
    assert http.sent == []


async def test_what_is_refused_is_asked_ever_more_rarely() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(f"{V1}/device/max/max_last_data", payload=failed(10002), repeat=True)
            asked = []
            for _ in range(24):
                with pytest.raises(NotSupported):
                    await desk.open().live(MAX)
                asked.append(len(http.sent))
                desk.clock.pass_time(hours=1)
    assert asked[0] == 1
    assert asked[-1] <= 6


async def test_what_answered_before_is_asked_again() -> None:
    async with open_desk() as desk:
        with MockHttp() as http:
            http.post(f"{V1}/device/max/max_last_data", payload=ok({}))
            http.post(f"{V1}/device/max/max_last_data", payload=failed(10002), repeat=True)
            await desk.open().live(MAX)
            for _ in range(2):
                desk.clock.pass_time(seconds=305)
                with pytest.raises(NotSupported):
                    await desk.open().live(MAX)
    assert len(http.sent) == 3
