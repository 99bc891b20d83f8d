"""Growatt's own actions: parameters, alarms and plants (growatt.md A.8, A.9.1, B.6)."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
import voluptuous as vol

from custom_components.solar_battery_hub.core.errors import NotSupported, TooSoon, Unreachable, WriteRefused
from custom_components.solar_battery_hub.core.refusal import ChangeRefused
from custom_components.solar_battery_hub.vendors.growatt.account import GrowattAccount
from custom_components.solar_battery_hub.vendors.growatt.actions import ACTIONS
from custom_components.solar_battery_hub.vendors.growatt.model import Family
from custom_components.solar_battery_hub.vendors.growatt.openapi import OpenApi
from custom_components.solar_battery_hub.vendors.growatt.parameters import PARAMETERS, check
from custom_components.solar_battery_hub.vendors.growatt.token import TokenAccount
from tests.vendors.growatt.token_bench import Bench, open_bench
from tests.vendors.reading import fetch

pytestmark = pytest.mark.usefixtures("socket_enabled")

MXH, SPH, WIT = "MXH0000001", "SPH0000001", "WIT0000001"
RUN = {action.name: action for action in ACTIONS}


async def opened(bench: Bench) -> TokenAccount:
    account = bench.open()
    await fetch(account, "plants")
    await fetch(account, "devices")
    bench.forget_requests()
    return account


async def run(name: str, account: GrowattAccount, device: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Run an action with fields as a user gives them."""
    return await RUN[name].run(account, device, vol.Schema(dict(RUN[name].fields))(dict(fields)))


def write(parameter: str, *values: Any) -> dict[str, Any]:
    return {"parameter": parameter, "values": list(values), "confirm": True}


# Which values a parameter takes


@pytest.mark.parametrize(
    ("family", "kind", "values"),
    [
        (Family.MIN, "charge_power", ["100"]),
        (Family.MIN, "time_segment9", ["1", "01", "30", "5", "0", "1"]),
        (Family.MIN, "tlx_on_off", ["0001"]),
        (Family.MIN, "pv_power_factor", ["-0.85"]),
        (Family.MIN, "pf_sys_year", ["2026-06-01 12:00:00"]),
        (Family.SPH, "mix_ac_charge_time_period", ["80", "95", "1", *["0"] * 15]),
        (Family.SPH, "mix_ac_discharge_time_period", ["80", "10", *["0"] * 15]),
        (Family.SPH, "backflow_setting", ["1", "50"]),
        (Family.SPA, "spa_load_flast", ["0"] * 15),
        (Family.STORAGE, "storage_spf5000_bulk_charge_voltage", ["56.4"]),
        (Family.INVERTER, "pv_reactive_p_rate", ["50", "over"]),
        (Family.MAX, "max_cmd_on_off", ["0101"]),
    ],
)
def test_documented_values(family: Family, kind: str, values: list[str]) -> None:
    check(family, kind, values, legacy=False)


@pytest.mark.parametrize(
    ("family", "kind", "values", "reason"),
    [
        (Family.MIN, "set_any_reg", ["30", "100"], "parameter_not_documented"),
        (Family.MIN, "time_segment10", ["1"] * 6, "parameter_not_documented"),
        (Family.MIN, "mix_single_export", ["1"], "parameter_not_documented"),
        (Family.OTHER, "charge_power", ["1"], "parameter_not_documented"),
        (Family.MIN, "charge_power", [], "parameter_count"),
        (Family.MIN, "charge_power", ["1", "2"], "parameter_count"),
        (Family.MIN, "charge_power", ["101"], "parameter_value"),
        (Family.MIN, "charge_power", ["-1"], "parameter_value"),
        (Family.MIN, "charge_power", ["80.0"], "parameter_value"),
        (Family.MIN, "charge_power", ["True"], "parameter_value"),
        (Family.MIN, "charge_power", [""], "parameter_value"),
        (Family.MIN, "time_segment1", ["3", "1", "30", "5", "0", "1"], "parameter_value"),
        (Family.MIN, "time_segment1", ["1", "24", "0", "5", "0", "1"], "parameter_value"),
        (Family.MIN, "tlx_on_off", ["1"], "parameter_value"),
        (Family.MIN, "pv_power_factor", ["0.5"], "parameter_value"),
        (Family.MIN, "pf_sys_year", ["1.6.2026"], "parameter_value"),
        (Family.MIN, "pv_grid_voltage_high", ["9999"], "parameter_value"),
        (Family.SPH, "mix_ac_charge_time_period", ["80", "95", "2", *["0"] * 15], "parameter_value"),
        (Family.STORAGE, "storage_spf5000_bulk_charge_voltage", ["60"], "parameter_value"),
    ],
)
def test_other_values(family: Family, kind: str, values: list[str], reason: str) -> None:
    with pytest.raises(ChangeRefused) as caught:
        check(family, kind, values, legacy=False)
    assert caught.value.reason == reason
    assert caught.value.placeholders["parameter"] == kind


def test_the_mains_of_an_spa() -> None:
    """The two APIs do not agree on the charge periods of an SPA (B.8)."""
    check(Family.SPA, "spa_ac_charge_time_period", ["0"] * 18, legacy=False)
    check(Family.SPA, "spa_ac_charge_time_period", ["0"] * 17, legacy=True)
    for count, legacy in ((17, False), (18, True)):
        with pytest.raises(ChangeRefused):
            check(Family.SPA, "spa_ac_charge_time_period", ["0"] * count, legacy=legacy)


def test_no_family_has_raw_registers() -> None:
    assert all("set_any_reg" not in kinds for kinds in PARAMETERS.values())


# Writing


async def test_a_parameter_is_written_and_read_back() -> None:
    async with open_bench("min") as bench:
        account = await opened(bench)
        receipt = await run("write_parameter", account, MXH, write("charge_power", 80))
        assert receipt == {"outcome": "confirmed", "parameter": "charge_power", "values": ["80"], "read_back": "80"}
        assert bench.server.world.device(MXH).settings["chargePowerCommand"] == 80  # type: ignore[union-attr]
        assert bench.paths == ["tlxSet", "readMinParam"]


async def test_what_reads_back_otherwise_is_told() -> None:
    async with open_bench("min") as bench:
        account = await opened(bench)
        bench.act("set_soc_floor", 10)
        receipt = await run("write_parameter", account, MXH, write("discharge_stop_soc", "5"))
        assert (receipt["outcome"], receipt["read_back"]) == ("not_confirmed", "10")


async def test_what_cannot_be_read_is_accepted() -> None:
    async with open_bench("sph") as bench:
        account = await opened(bench)
        receipt = await run("write_parameter", account, SPH, write("mix_single_export", True))
        assert (receipt["outcome"], receipt["values"], receipt["read_back"]) == ("accepted", ["1"], None)


async def test_several_values_are_not_compared() -> None:
    async with open_bench("min") as bench:
        account = await opened(bench)
        receipt = await run("write_parameter", account, MXH, write("time_segment1", 1, 1, 30, 5, 0, 1))
        assert (receipt["outcome"], receipt["read_back"]) == ("accepted", "41246-1280-")  # A.10


async def test_settings_read_before_are_not_used_again() -> None:
    async with open_bench("sph") as bench:
        account = await opened(bench)
        await fetch(account, f"settings_{SPH}")
        await run("write_parameter", account, SPH, write("pv_active_p_rate", 60))
        assert isinstance(account._api, OpenApi)
        with pytest.raises(TooSoon):
            await account._api.settings(account.listed(SPH), fresh=False)


async def test_nothing_is_sent_without_a_yes_or_with_a_wrong_value() -> None:
    async with open_bench("min") as bench:
        account = await opened(bench)
        with pytest.raises(vol.Invalid):
            await run("write_parameter", account, MXH, {**write("charge_power", 80), "confirm": False})
        with pytest.raises(ChangeRefused):
            await run("write_parameter", account, MXH, write("charge_power", 180))
        assert bench.paths == []


async def test_refusals_are_told() -> None:
    async with open_bench("min") as bench:
        account = await opened(bench)
        bench.act("lose_device", MXH)
        bench.clock.pass_time(minutes=40)
        with pytest.raises(WriteRefused):
            await run("write_parameter", account, MXH, write("charge_power", 80))


# Reading


async def test_a_parameter_is_read_from_the_device() -> None:
    async with open_bench("min") as bench:
        account = await opened(bench)
        answer = await run("read_parameter", account, f"{MXH}_battery_1", {"parameter": "charge_power"})
        assert answer == {"parameter": "charge_power", "value": "100"}


async def test_registers_are_read() -> None:
    async with open_bench("min") as bench:
        account = await opened(bench)
        fields = {"parameter": "set_any_reg", "start": 30, "end": 32}
        answer = await run("read_parameter", account, MXH, fields)
        assert len(answer["value"].strip("-").split("-")) == 3
        with pytest.raises(ChangeRefused):
            await run("read_parameter", account, MXH, {**fields, "parameter": "charge_power"})


@pytest.mark.parametrize("fields", [{"parameter": "a b"}, {"parameter": "x" * 61}, {"parameter": "a", "start": 5001}])
async def test_no_other_names_and_addresses(fields: Mapping[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        vol.Schema(dict(RUN["read_parameter"].fields))(dict(fields))


async def test_an_offline_device_does_not_answer() -> None:
    async with open_bench("min") as bench:
        account = await opened(bench)
        bench.act("lose_device", MXH)
        bench.clock.pass_time(minutes=40)
        with pytest.raises(Unreachable):
            await run("read_parameter", account, MXH, {"parameter": "charge_power"})


async def test_only_inverters_have_parameters() -> None:
    async with open_bench("all") as bench:
        account = await opened(bench)
        plant = bench.server.world.plants[0].id
        for device in (f"plant_{plant}", "the-account", WIT):
            with pytest.raises(NotSupported):
                await run("read_parameter", account, device, {"parameter": "charge_power"})


# Alarms


async def test_todays_alarms() -> None:
    async with open_bench("min") as bench:
        account = await opened(bench)
        bench.act("add_alarm", MXH)
        answer = await run("get_alarms", account, MXH, {})
        assert answer == {
            "alarms": [
                {
                    "code": 25,
                    "message": "No utility.",
                    "status": 1,
                    "start": "2026-06-01T14:00:00+01:00",  # the device keeps summer time, its plant's zone does not
                    "end": "2026-06-01T14:00:00+01:00",
                }
            ],
            "complete": True,
            "read_from": "2026-06-01",
        }


async def test_days_that_have_to_wait_are_named() -> None:
    async with open_bench("min") as bench:
        account = await opened(bench)
        span = {"start": "2026-05-30", "end": date(2026, 6, 1)}
        answer = await run("get_alarms", account, MXH, span)
        assert (answer["complete"], answer["read_from"], answer["retry_after"]) == (False, "2026-06-01", 303)
        with pytest.raises(TooSoon):
            await run("get_alarms", account, MXH, span)


@pytest.mark.parametrize("span", [{"start": "2026-06-02"}, {"start": "2026-01-01"}])
async def test_no_such_days(span: Mapping[str, Any]) -> None:
    async with open_bench("min") as bench:
        with pytest.raises(ChangeRefused) as caught:
            await run("get_alarms", await opened(bench), MXH, span)
        assert caught.value.reason == "alarm_days"


# Plants


async def test_plants_can_only_be_changed_by_password() -> None:
    async with open_bench("min") as bench:
        account = await opened(bench)
        with pytest.raises(NotSupported):
            await run("update_plant_settings", account, MXH, {"name": "Roof", "confirm": True})
        with pytest.raises(ChangeRefused):
            await run("update_plant_settings", account, MXH, {"confirm": True})


@pytest.mark.parametrize(
    ("found", "outcome"), [("0.30", "confirmed"), ("0.25", "not_confirmed"), (None, "not_confirmed")]
)
async def test_plant_settings_in_the_parts_of_the_wire(found: str | None, outcome: str) -> None:
    async with open_bench("min") as bench:
        account = await opened(bench)
        day = date(2024, 5, 1)
        fields = {"energy_price": 0.3, "rated_power": 4600, "installation_date": day, "confirm": True}
        told = {"plantIncome": found, "plantPower": "4600", "plantDate": "2024-05-01", "plantName": "Roof"}
        with patch.object(GrowattAccount, "update_plant", autospec=True, return_value=told) as update:
            answer = await run("update_plant_settings", account, MXH, fields)
        sent = {"plantIncome": "0.3", "plantPower": "4600", "plantDate": "2024-05-01"}
        update.assert_awaited_once_with(account, str(bench.server.world.plants[0].id), sent)
        settings = {"energy_price": found, "rated_power": "4600", "installation_date": "2024-05-01"}
        assert answer == {"outcome": outcome, "settings": settings}
