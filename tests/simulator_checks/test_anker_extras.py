"""Side questions of the Anker simulator: messages, currencies, CO2, the planner, and fields of earlier years (anker.md §6)."""

from typing import Any

import pytest

from tests.simulators.anker.eras import ERAS, NEWEST, as_of
from tests.simulators.anker.units import grown
from tests.simulators.clock import SimClock

from .anker_energy import recorded, shape
from .anker_host import PS, SCENE, App, app, needs_recordings

pytestmark = pytest.mark.usefixtures("socket_enabled")

UNREAD, CURRENCIES = PS + "get_message_unread", PS + "currency/get_list"
CO2, AI, SCHEDULE = PS + "site/co2_ranking", PS + "ai_ems/get_status", PS + "site/get_schedule"
INCOME = PS + "app/device/get_device_income"


async def ask(client: App, path: str) -> dict[str, Any]:
    """Ask about the first site."""
    told: dict[str, Any] = await client.data(path, {"site_id": client.site_id})
    return told


async def test_messages_can_be_unread(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        told = await client.data(UNREAD, method="GET")
        assert told == {"has_unread_msg": False, "system_msg": False, "device_msg": False}
        client.simulator.actions["set_unread"](["device"])
        told = await client.data(UNREAD, method="GET")
        assert told == {"has_unread_msg": True, "system_msg": False, "device_msg": True}


async def test_every_action_can_be_called_by_name(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        actions = client.simulator.actions
        assert {"set_statistics", "set_era", "set_unread", "set_tariff", "charge_car", "add_car"} <= set(actions)
        with pytest.raises(ValueError, match="no such charger"):
            actions["charge_car"]()
        with pytest.raises(ValueError, match="no such inverter"):
            actions["set_inverter"](offline=True)
        with pytest.raises(ValueError, match="no such site"):
            actions["add_lifetime"](site_id="elsewhere", kwh=1)
        with pytest.raises(ValueError, match="no such field"):
            actions["set_tariff"](colour="green")


async def test_co2_follows_the_yield_of_all_years(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        before = await ask(client, CO2)
        lifetime = client.world.sites[0].diary.lifetime.solar
        assert float(before["co2"]) == pytest.approx(lifetime * 0.997, abs=0.5)
        client.simulator.actions["add_lifetime"](kwh=100)
        assert float((await ask(client, CO2))["co2"]) == pytest.approx(float(before["co2"]) + 99.7, abs=0.02)
        client.simulator.actions["hide_co2"]()
        assert (await ask(client, CO2)) == {
            "show": False,
            "ranking": "",
            "co2": "",
            "tree": "",
            "content": "",
            "level": None,
        }


async def test_the_planner_is_idle_learns_runs_or_fails(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        idle = await ask(client, AI)
        assert idle["status"] == 0
        assert idle["left_time"] < 0  # has learned enough
        assert await client.set_param("6", {"mode_type": 7, "manual_backup": {}, "use_time": []}) == 0
        clock.advance(600)
        assert (await ask(client, AI))["status"] == 1
        client.simulator.actions["set_planner"](learning_hours=2)
        assert (await ask(client, AI))["left_time"] == 7200
        client.simulator.actions["set_planner"](failed=True)
        assert (await ask(client, AI))["status"] == 2


@needs_recordings
async def test_answers_look_as_recorded(clock: SimClock) -> None:
    async with app(clock, limits=False) as client:
        serial = client.world.sites[0].devices[0].serial
        assert {str(shape(data)) for _, data in recorded("*/ai_ems_status_*")} == {str(shape(await ask(client, AI)))}
        assert {str(shape(data)) for _, data in recorded("*/forecast_schedule_*")} == {
            str(shape(await ask(client, SCHEDULE)))
        }
        currencies = await client.data(CURRENCIES)
        assert {str(shape(data)) for _, data in recorded("*/currency_list.json")} == {str(shape(currencies))}
        income = await client.data(INCOME, {"device_sn": serial, "start_time": "00:00"})
        assert {str(shape(data)) for _, data in recorded("*/device_income_*")} == {str(shape(income))}
        unread = await client.data(UNREAD, method="GET")
        assert {str(shape(data)) for _, data in recorded("SB3*/message_unread.json")} == {str(shape(unread))}
        client.simulator.actions["set_era"]("2024-02")
        unread = await client.data(UNREAD, method="GET")
        assert {str(shape(data)) for _, data in recorded("SB1*/message_unread.json")} == {str(shape(unread))}
        client.simulator.actions["set_era"](NEWEST)
        shown = await ask(client, CO2)
        client.simulator.actions["hide_co2"]()
        assert {str(shape(data)) for _, data in recorded("*/co2_ranking_*")} == {
            str(shape(shown)),
            str(shape(await ask(client, CO2))),
        }


@pytest.mark.parametrize(
    ("kwh", "value", "unit"),
    [
        pytest.param(0.0, "0.00", "kWh", id="new"),
        pytest.param(999.99, "999.99", "kWh", id="last in kWh"),
        pytest.param(999.996, "1.00", "MWh", id="rounded up"),
        pytest.param(1004.9, "1.00", "MWh", id="steps of 10 kWh"),
        pytest.param(1005.1, "1.01", "MWh", id="next step"),
    ],
)
def test_a_yield_grows_out_of_its_unit(kwh: float, value: str, unit: str) -> None:
    assert grown(kwh) == (value, unit)


# --- fields of earlier years (§18.14) --------------------------------------------------------------------------------

SCENE_KEYS = {
    "error_code": 0,
    "home_load_power": "200",
    "switch_0w": 0,
    "third_party_pv": "0",
    "custom_charging_type": 0,
    "solarbank_info": {
        "is_display_data": True,
        "solarbank_list": [{"device_sn": "A", "bat_charge_power": "1", "pv_power": {"total": "5"}, "err_code": 0}],
    },
}


@pytest.mark.parametrize(
    ("era", "keys", "unit"),
    [
        ("2024-02", {"solarbank_info"}, {"device_sn"}),
        ("2024-10", {"solarbank_info", "error_code", "home_load_power"}, {"device_sn"}),
        ("2025-05", {"solarbank_info", "error_code", "home_load_power"}, {"device_sn", "bat_charge_power"}),
        (
            "2025-09",
            {"solarbank_info", "error_code", "home_load_power", "switch_0w", "third_party_pv"},
            {"device_sn", "bat_charge_power", "pv_power", "err_code"},
        ),
        ("2026-06", set(SCENE_KEYS), {"device_sn", "bat_charge_power", "pv_power", "err_code"}),
    ],
)
def test_a_scene_knows_the_fields_of_its_time(era: str, keys: set[str], unit: set[str]) -> None:
    assert era in ERAS
    told = as_of(era, SCENE, SCENE_KEYS)
    assert set(told) == keys
    assert set(told["solarbank_info"]["solarbank_list"][0]) == unit
    assert ("is_display_data" in told["solarbank_info"]) == (era > "2024-02")


def test_a_field_can_be_there_before_it_holds_anything() -> None:
    unit = as_of("2025-07", SCENE, SCENE_KEYS)["solarbank_info"]["solarbank_list"][0]
    assert unit["pv_power"] is None
    assert SCENE_KEYS["solarbank_info"]["solarbank_list"][0]["pv_power"] == {"total": "5"}  # type: ignore[index]


def test_the_newest_month_and_unknown_paths_change_nothing() -> None:
    assert as_of(NEWEST, SCENE, SCENE_KEYS) is SCENE_KEYS
    assert as_of("2024-02", "app/else", SCENE_KEYS) == SCENE_KEYS
    assert as_of("2024-02", SCENE, None) is None


@pytest.mark.parametrize("era", ERAS)
async def test_the_server_answers_with_the_fields_of_a_month(clock: SimClock, era: str) -> None:
    async with app(clock, limits=False) as client:
        client.simulator.actions["set_era"](era)
        scene = await client.scene()
        assert ("error_code" in scene) == (era >= "2024-07")
        assert ("switch_0w" in scene) == (era >= "2025-07")
        with pytest.raises(ValueError, match="no month"):
            client.simulator.actions["set_era"]("2024")
