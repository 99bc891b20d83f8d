"""Limits of batteries, stations, output and input, prices, firmware and inverters: what is sent (anker.md §12.4 – §12.12)."""

from collections.abc import Mapping
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.control import check
from custom_components.solar_battery_hub.core.errors import WriteRefused
from custom_components.solar_battery_hub.core.refusal import ChangeRefused
from custom_components.solar_battery_hub.vendors.anker.model import Listed
from custom_components.solar_battery_hub.vendors.anker.wire_json import parse
from tests.vendors.anker.controls_desk import ABOUT, METER, SITE, START, Desk, desk, told_of

PLAN = {"mode_type": 1, "custom_rate_plan": [], "max_load": 1200}
ROWS = [
    {"id": 1, "is_selected": 1, "output_cutoff_data": 10, "lowpower_input_data": 5, "input_cutoff_data": 10},
    {"id": 2, "is_selected": 0, "output_cutoff_data": 5, "lowpower_input_data": 4, "input_cutoff_data": 5},
]
OLD_STATION = {
    "soc_list": [{"id": 1, "is_selected": 1, "soc": 10}, {"id": 2, "is_selected": 0, "soc": 5}],
    "switch_0w": 0,
    "enable_0w": 0,
    "enable_0w_change": False,
}
STATION = OLD_STATION | {
    "feed-in_power_limit": 0,
    "feed_times": None,
    "charge_upper_limit": 100,
    "discharge_lower_limit": 10,
    "backup_reserve": 50,
    "backup_reserve_switch": 0,
    "cmd_type": 0,
}
PRICE = {"site_id": SITE, "price": 0.34, "site_co2": 0, "site_price_unit": "€"}
DYNAMIC = {"country": "DE", "company": "Nordpool", "area": "GER", "pct": None}


async def station(owner: Desk, told: Mapping[str, Any]) -> dict[str, Any]:
    """Let a site be a station that tells this; return what is told of it."""
    owner.cloud.params |= {"6": PLAN, "18": dict(told)}
    return await owner.note(METER)


# One solarbank (§12.4)


async def first(owner: Desk, rows: list[dict[str, Any]]) -> str:
    """Let a first solarbank tell its limits; return its id."""
    device = owner.devices[0]
    owner.cloud.data["get_power_cutoff"] = {"power_cutoff_data": rows}
    told = owner.controls.note_cutoff(device, await owner.client.cutoff(device.serial))
    assert told_of(told, device.serial)["discharge_stop_level"] == rows[0].get("discharge_lower_limit", 10)
    return device.serial


async def test_lowest_level_is_one_of_two_rows() -> None:
    async with desk("A17C0", type_=2) as owner:
        serial = await first(owner, ROWS)
        setting = owner.settings(serial)["discharge_stop_level"]
        assert setting.options == ("5", "10")
        assert "charge_stop_level" not in owner.settings(serial)
        with pytest.raises(ChangeRefused, match="option_not_available"):
            check(owner.controls.offered(serial), {"discharge_stop_level": 7})
        sent = await owner.write(serial, discharge_stop_level=5)
        assert sent == [("set_power_cutoff", {"device_sn": serial, "cutoff_data_id": 2})]


async def test_finer_levels_go_together() -> None:
    row = ROWS[0] | {"charge_upper_limit": 95, "discharge_lower_limit": 12, "backup_reserve": 50}
    async with desk("A17C0", type_=2) as owner:
        serial = await first(owner, [row])
        sent = await owner.write(serial, charge_stop_level=90)
        assert sent == [
            (
                "set_power_cutoff",
                {
                    "device_sn": serial,
                    "cutoff_data_id": 1,
                    "discharge_lower_limit": 12,
                    "charge_upper_limit": 90,
                    "backup_reserve": 0,
                    "backup_reserve_switch": 0,
                    "cmd_type": 1,
                },
            )
        ]


async def test_a_later_solarbank_needs_its_app() -> None:
    async with desk("A17C1") as owner:
        owner.cloud.params["6"] = PLAN
        await owner.note(METER)
        serial = owner.devices[0].serial
        assert owner.reasons(serial)["discharge_stop_level"] == "needs_app_connection"
        assert owner.reasons()["output_limit_power"] == "needs_app_connection"
        assert "discharge_stop_level" not in owner.settings(serial)


# Stations (§12.5)


async def test_a_row_of_a_station() -> None:
    async with desk("A17C5") as owner:
        told = await station(owner, OLD_STATION)
        assert (told["discharge_stop_level"], told["grid_export"]) == (10, True)
        assert "charge_stop_level" not in told
        assert await owner.write_param(discharge_stop_level=5) == ("18", '{"id":2}')
        assert await owner.read_back("discharge_stop_level") == {"discharge_stop_level": 5}


async def test_export_of_a_station() -> None:
    async with desk("A17C5") as owner:
        await station(owner, OLD_STATION)
        assert await owner.write_param(grid_export=False) == ("18", '{"switch_0w":1}')
        assert await owner.read_back("grid_export") == {"grid_export": False}
        assert await owner.write_param(grid_export=True) == ("18", '{"switch_0w":0}')
        assert owner.reasons()["export_limit"] == "not_on_this_device"


async def test_export_limit_of_a_station() -> None:
    async with desk("A17C5") as owner:
        await station(owner, STATION)
        assert owner.settings()["export_limit"].proven is False
        assert await owner.write_param(export_limit=800) == ("18", '{"feed-in_power_limit":800}')


BLOCKS: tuple[tuple[dict[str, Any], dict[str, Any], str], ...] = (
    # The worked example.
    ({}, {"charge_stop_level": 95}, '10,"charge_upper_limit":95,"backup_reserve_switch":0,"backup_reserve":50'),
    ({}, {"discharge_stop_level": 5}, '5,"charge_upper_limit":100,"backup_reserve_switch":0,"backup_reserve":50'),
    (
        {"backup_reserve": 30},
        {"charge_stop_level": 90},
        '10,"charge_upper_limit":90,"backup_reserve_switch":0,"backup_reserve":50',
    ),
    ({}, {"backup_reserve": 30}, '10,"charge_upper_limit":100,"backup_reserve_switch":1,"backup_reserve":30'),
    ({}, {"backup_reserve_active": True}, '10,"charge_upper_limit":100,"backup_reserve_switch":1,"backup_reserve":50'),
    (
        {"backup_reserve": 40, "backup_reserve_switch": 1},
        {"backup_reserve_active": False},
        '10,"charge_upper_limit":100,"backup_reserve_switch":0,"backup_reserve":50',
    ),
    (
        {"backup_reserve": 98, "backup_reserve_switch": 1},
        {"charge_stop_level": 90},
        '10,"charge_upper_limit":90,"backup_reserve_switch":1,"backup_reserve":89',
    ),
    (
        {"backup_reserve": 12, "backup_reserve_switch": 1},
        {"discharge_stop_level": 15},
        '15,"charge_upper_limit":100,"backup_reserve_switch":1,"backup_reserve":16',
    ),
    (
        {"backup_reserve": 0},
        {"charge_stop_level": 90},
        '10,"charge_upper_limit":90,"backup_reserve_switch":0,"backup_reserve":0',
    ),
    (
        {"discharge_lower_limit": None, "charge_upper_limit": None},
        {"backup_reserve": 20},
        '10,"charge_upper_limit":100,"backup_reserve_switch":1,"backup_reserve":20',
    ),
)


@pytest.mark.parametrize(("had", "changes", "sent"), BLOCKS)
async def test_levels_of_a_station_go_together(had: dict[str, Any], changes: dict[str, Any], sent: str) -> None:
    async with desk("A17C5") as owner:
        await station(owner, STATION | had)
        kind, written = await owner.write_param(**changes)
        assert (kind, written) == ("18", f'{{"discharge_lower_limit":{sent},"cmd_type":1}}')


async def test_what_a_station_does_not_tell_is_not_sent() -> None:
    told = {key: value for key, value in STATION.items() if not key.startswith("backup")}
    async with desk("A17C5") as owner:
        await station(owner, told)
        _, sent = await owner.write_param(charge_stop_level=90)
        assert sent == '{"discharge_lower_limit":10,"charge_upper_limit":90,"cmd_type":1}'
        assert owner.reasons()["backup_reserve"] == "not_on_this_device"


async def test_a_dock_is_told_twice() -> None:
    async with desk("A17C5", "A17C5", "AE100") as owner:
        await station(owner, STATION)
        sent = await owner.write(charge_stop_level=95)
        assert [parse(body["param_data"])["cmd_type"] for _, body in sent] == [1, 2]
        assert await owner.write_param(grid_export=False) == ("18", '{"switch_0w":1}')


async def test_reserve_stays_between_the_limits() -> None:
    async with desk("A17C5") as owner:
        await station(owner, STATION | {"charge_upper_limit": 90})
        setting = owner.settings()["backup_reserve"]
        assert (setting.minimum, setting.maximum) == (11, 89)


# Output and input (§12.7)


async def test_output_limit_of_the_third_generation() -> None:
    async with desk("A17C5") as owner:
        owner.cloud.params["6"] = PLAN
        owner.cloud.data["get_power_limit"] = {"legal_power_limit": 800, "power_limit_option": None}
        assert (await owner.note(METER))["output_limit_power"] == 800
        assert owner.settings()["output_limit_power"].options == ("350", "600", "800", "1200")
        sent = await owner.write_param(output_limit_power=1200)
        assert sent == ("19", '{"power_limit":{"limit":1200,"limit_real":1200}}')
        assert await owner.read_back("output_limit_power") == {"output_limit_power": 1200}


@pytest.mark.parametrize(
    "options", [[{"limit": 600, "limit_real": 600}, {"limit": 800, "limit_real": 800}], [800, 600]]
)
async def test_the_clouds_own_options_win(options: list[Any]) -> None:
    async with desk("A17C5") as owner:
        owner.cloud.params["6"] = PLAN
        owner.cloud.data["get_power_limit"] = {"legal_power_limit": 800, "power_limit_option": options}
        await owner.note(METER)
        assert owner.settings()["output_limit_power"].options == ("600", "800")


async def test_attributes_of_a_device() -> None:
    async with desk("A17C5") as owner:
        device = owner.devices[0]
        owner.cloud.params["6"] = PLAN
        owner.cloud.data["get_device_attrs"] = {"attributes": {"pv_power_limit": 3600, "switch_0w": 0}}
        owner.cloud.data["get_power_limit"] = {"device_info": [{"device_sn": device.serial, "ac_input_limit": 1200}]}
        await owner.note(METER)
        assert owner.controls.attr_names(device) == ("pv_power_limit", "switch_0w")
        told = owner.controls.note_attrs(device, await owner.client.attrs(device.serial, ["pv_power_limit"]))
        assert told_of(told, device.serial) == {"grid_export": True, "pv_input_limit": 3600}
        for key, value, attrs in (
            ("pv_input_limit", 2000, {"pv_power_limit": 2000}),
            ("grid_export", False, {"switch_0w": 1}),
            ("ac_charge_limit", 900, {"ac_power_limit": 900}),
        ):
            sent = await owner.write(device.serial, **{key: value})
            assert sent == [("set_device_attrs", {"device_sn": device.serial, "attributes": attrs})]
        assert await owner.read_back("pv_input_limit", device=device.serial) == {"pv_input_limit": 2000}
        assert not {s.proven for k, s in owner.settings(device.serial).items() if k.endswith("_limit")} & {True}


async def test_a_station_has_the_export_itself() -> None:
    async with desk("A17C5") as owner:
        await station(owner, STATION)
        device = owner.devices[0]
        owner.controls.note_attrs(device, {"pv_power_limit": 3600, "switch_0w": 1})
        assert owner.reasons(device.serial)["grid_export"] == "not_on_this_device"
        assert owner.controls.attr_names(device) == ("pv_power_limit",)
        assert owner.controls.is_station(SITE)


# Prices (§12.6)


async def test_price_is_sent_whole() -> None:
    """The worked example: what is not told and not set stays away, ``use_time`` and ``current_mode`` always."""
    told = PRICE | {"price_type": "dynamic", "current_mode": 1, "use_time": [], "dynamic_price": DYNAMIC, "accuracy": 2}
    async with desk("A17C5") as owner:
        owner.cloud.data["get_site_price"] = told
        values = await owner.note(METER)
        assert (values["buy_price"], values["sell_price"], values["tariff"]) == (0.34, None, "dynamic")
        ((path, body),) = await owner.write(buy_price=0.31)
        assert (path, list(body.items())) == (
            "update_site_price",
            [
                ("price", 0.31),
                ("sell_price", None),
                ("site_price_unit", "€"),
                ("site_co2", 0),
                ("accuracy", 5),
                ("price_type", "dynamic"),
                ("dynamic_price", DYNAMIC),
                ("site_id", SITE),
            ],
        )
        assert await owner.read_back("buy_price") == {"buy_price": 0.31}


async def test_an_older_price_stays_without_a_kind() -> None:
    async with desk("A17C0", type_=2) as owner:
        owner.cloud.home_load = {"ranges": []}
        owner.cloud.data["get_site_price"] = PRICE
        await owner.note()
        assert owner.reasons()["tariff"] == "not_on_this_device"
        ((_, body),) = await owner.write(sell_price=0.08)
        assert body == {
            "price": 0.34,
            "sell_price": 0.08,
            "site_price_unit": "€",
            "site_co2": 0,
            "accuracy": 5,
            "site_id": SITE,
        }


async def test_tariffs_to_choose_from() -> None:
    async with desk("A17C5") as owner:
        owner.cloud.params["6"] = PLAN
        owner.cloud.data["get_site_price"] = PRICE | {"price_type": "fixed", "dynamic_price": None}
        await owner.note(METER)
        assert owner.settings()["tariff"].options == ("fixed",)
        owner.cloud.params["6"] = PLAN | {"use_time": [{}], "dynamic_price": DYNAMIC}
        await owner.note(METER)
        assert owner.settings()["tariff"].options == ("fixed", "use_time", "dynamic")
        ((_, body),) = await owner.write(tariff="dynamic")
        assert (body["price_type"], body["dynamic_price"]) == (
            "dynamic",
            {"country": "DE", "company": "Nordpool", "area": "GER"},
        )


# Firmware and inverters (§12.8, §12.11, §12.12)


@pytest.mark.parametrize(
    ("main", "own", "value", "sent"),
    [(False, False, True, True), (True, True, False, True), (True, False, True, True), (False, True, False, False)],
)
async def test_one_device_upgrades_itself(main: bool, own: bool, value: bool, sent: bool) -> None:
    async with desk("A17C5") as owner:
        serial = owner.devices[0].serial
        told = {"main_switch": main, "device_list": [{"device_sn": serial, "auto_upgrade": own}, {"device_sn": "X"}]}
        owner.cloud.data["get_auto_upgrade"] = told
        found = owner.controls.note_auto_upgrade(told)
        assert told_of(found, serial) == {"auto_upgrade": main and own}
        assert len(found) == 1
        body = {"main_switch": sent, "device_list": [{"device_sn": serial, "auto_upgrade": value}]}
        assert await owner.write(serial, auto_upgrade=value) == [("set_auto_upgrade", body)]


async def test_an_inverter_by_itself() -> None:
    async with desk() as owner:
        inverter = Listed(serial="APCA5143000001", model="A5143", name="MI80")
        owner.inventory.note_bound([inverter])
        owner.cloud.data["getPvTotalStatistics"] = {"energy": 66.15, "powerConfig": "800W"}
        owner.cloud.data["selectUserTieredElecPrice"] = {
            "currencyUnit": "€",
            "tieredElecPrices": [{"from": "00:00", "to": "23:59", "price": 0.25}],
        }
        told = owner.controls.note_pv_totals(inverter, owner.cloud.data["getPvTotalStatistics"])
        told |= owner.controls.note_pv_price(inverter, owner.cloud.data["selectUserTieredElecPrice"])
        assert told_of(told, inverter.serial) == {"output_limit_power": 800, "buy_price": 0.25}
        assert owner.settings(inverter.serial)["output_limit_power"].options == ("600", "800")
        assert await owner.write(inverter.serial, output_limit_power=600) == [
            ("set_aps_power", {"sn": inverter.serial, "power": 600})
        ]
        assert await owner.write(inverter.serial, buy_price=0.4) == [
            (
                "updateUserTieredElecPrice",
                {
                    "sn": inverter.serial,
                    "currencyUnit": "€",
                    "tieredElecPrices": [{"from": "00:00", "to": "23:59", "price": 0.4}],
                },
            )
        ]


# Power panels (§12.10)


async def test_backup_window_of_a_panel() -> None:
    async with desk("A17B1", type_=4) as owner:
        told = {"auto_disaster_switch": False, "manual_disaster_switch": False, "disaster_details": []}
        owner.cloud.data["get_site_device_disaster"] = told
        found = owner.controls.note_disaster(owner.site, told)
        assert told_of(found, ABOUT)["backup_charge"] is False
        start = int(START.timestamp())
        detail = {"disaster_type": 1, "start_time": start, "end_time": start + 3 * 3600}
        on = {"identifier_id": SITE, "type": 2, "manual_disaster_switch": True, "manual_disaster_detail": detail}
        assert await owner.write(backup_charge=True) == [("set_site_device_disaster", on)]
        off = {"identifier_id": SITE, "type": 2, "manual_disaster_switch": False}
        assert await owner.write(backup_charge=False) == [("set_site_device_disaster", off)]
        row = {"uuid": "1", "start_time": start - 7200, "end_time": start - 3600}
        over = told | {"manual_disaster_switch": True, "disaster_details": [row]}
        assert told_of(owner.controls.note_disaster(owner.site, over), ABOUT)["backup_charge"] is False


async def test_what_is_refused_is_said() -> None:
    """For an hour, and until a change is taken again; nobody is kept from asking."""
    async with desk("A17C5") as owner:
        await station(owner, STATION)
        owner.cloud.codes["set_site_device_param"] = 160003
        with pytest.raises(WriteRefused, match="refused_by_server"):
            await owner.write(grid_export=False)
        assert owner.reasons()["grid_export"] == "refused_by_server"
        assert "grid_export" in owner.settings()
        owner.clock.pass_time(hours=1)
        assert owner.reasons()["grid_export"] is None
        with pytest.raises(WriteRefused):
            await owner.write(grid_export=False)
        del owner.cloud.codes["set_site_device_param"]
        await owner.write(export_limit=500)
        assert owner.reasons()["grid_export"] is None
