"""What the legacy app API says of a whole plant (goodwe.md §4.2, §4.3, §4.5): powers, night, silence, energies, money."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.solar_battery_hub.core.model import Gone
from custom_components.solar_battery_hub.vendors.goodwe.readings import currency_of

from .reading_desk import HYBRID, NOW, PLANT, ROOF, SITE, by_key, monitor, readings, row


def plant(**data: Any) -> dict[str, Any]:
    """Return what the monitor call says about a plant with one hybrid."""
    return by_key(monitor({"inverter": [row(**HYBRID)], **data}).values, SITE)


def test_the_powers_of_a_plant() -> None:
    flow = {"pv": "4000(W)", "load": "1.1(kW)", "grid": "70(W)", "bettery": "2970(W)", "soc": 63}
    found = plant(powerflow=flow, kpi={"pac": 1030.0})
    keys = ("solar_power", "home_power", "grid_power", "battery_power", "battery_level", "output_power")
    assert [found[key] for key in keys] == [4000, 1100, 70, -2970, 63, 1030]


def test_a_plant_of_sleepers_gives_nothing() -> None:
    desk, flow = readings(), {"pv": "1500(W)", "load": "500(W)", "grid": "1000(W)", "bettery": "0(W)"}
    day = {"inverter": [row(**ROOF, pmeter=1000.0)], "powerflow": flow, "kpi": {"pac": 1500.0}}
    found = by_key(monitor(day, desk=desk).values, SITE)
    assert (found["solar_power"], found["grid_power"]) == (1500, -1000)
    night = {
        "inverter": [row(**ROOF | {"status": -1})],
        "powerflow": dict.fromkeys(flow, ""),
        "kpi": {"pac": 1500.0},
    }
    found = by_key(monitor(night, desk=desk).values, SITE)
    assert (found["solar_power"], found["output_power"]) == (0, 0)
    assert (found["home_power"], found["grid_power"]) == (None, None)
    assert "battery_power" not in found


def test_a_plant_without_a_meter_gives_what_its_inverters_give() -> None:
    one, two = row(**ROOF), row(**ROOF | {"pac": 900.0, "sn": "OTHER"}) | {"sn": "OTHER"}
    assert by_key(monitor({"inverter": [one, two], "powerflow": None}).values, SITE)["solar_power"] == 2400
    dark = row(**ROOF | {"status": -1})
    assert by_key(monitor({"inverter": [dark, two]}).values, SITE)["solar_power"] == 900
    unknown = row(**ROOF | {"pac": None})
    assert "solar_power" not in by_key(monitor({"inverter": [unknown, two]}).values, SITE)
    points = [{**told["invert_full"], "out_pac": told["invert_full"]["pac"]} for told in (one, two)]
    found = readings().points(PLANT, points, now=NOW, zone=None)
    assert by_key(found.values, SITE) == {"solar_power": 2400}


def test_what_a_plant_without_a_meter_has_made() -> None:
    kpi = {"power": 30.3, "total_power": 16851.1}
    found = by_key(readings().detail(PLANT, {"kpi": kpi}), SITE)
    assert found == {"solar_energy_today": 30.3, "solar_energy_total": 16851.1}
    charts = {"hasEnergeStatisticsCharts": True, "energeStatisticsCharts": {"sum": 30.1}, "kpi": kpi}
    assert by_key(monitor({"inverter": [], **charts}).values, SITE) == {"solar_energy_today": 30.1}


def test_a_plant_that_fell_silent() -> None:
    desk = readings()
    flow = {"pv": "4000(W)", "load": "1.1(kW)", "grid": "70(W)", "bettery": "2970(W)", "soc": 63}
    data = {"inverter": [row(**HYBRID)], "powerflow": flow, "info": {"capacity": 10.0}}
    found = by_key(monitor(data, desk=desk, now=NOW + timedelta(hours=1)).values, SITE)
    assert found["grid_power"] is found["solar_power"] is found["battery_level"] is Gone.GONE
    assert found["solar_rated_power"] == 10_000


def test_energies_only_with_a_meter() -> None:
    charts = {
        "sum": 30.3,
        "buy": 5.12,
        "sell": 23.22,
        "selfUseOfPv": 7.08,
        "consumptionOfLoad": 12.2,
        "selfUseRate": 0.2337,
    }
    told = {"energeStatisticsCharts": charts, "energeStatisticsTotals": charts | {"sum": 900.0, "charge": 40.0}}
    assert "home_energy_today" not in plant(hasEnergeStatisticsCharts=False, **told)
    found = plant(hasEnergeStatisticsCharts=True, **told)
    assert (found["home_energy_today"], found["grid_import_energy_today"]) == (12.2, 5.12)
    assert (found["solar_energy_today"], found["solar_energy_total"]) == (30.3, 900)
    assert found["battery_charge_energy_total"] == 40
    assert "self_consumption" not in found  # every plant's is worked out alike


def test_money_and_carbon() -> None:
    kpi = {"pac": 5.0, "month_generation": 594.8, "day_income": 1.52, "total_income": 842.56, "currency": "AUD"}
    data = {"info": {"capacity": 10.12, "status": 1}, "kpi": kpi, "hjgx": {"co2": 16.8}}
    found = by_key(readings().detail(PLANT, data), SITE)
    assert found == {
        "output_power": 5,
        "solar_rated_power": 10_120,
        "solar_energy_month": 594.8,
        "co2_saved": 16_800,
        "device_status": "normal",
        "savings_today": 1.52,
        "savings_total": 842.56,
    }
    assert "savings_today" not in by_key(readings().detail(PLANT, data | {"kpi": kpi | {"currency": None}}), SITE)


@pytest.mark.parametrize(
    ("told", "code"), [("AUD", "AUD"), ("eur", "EUR"), ("RMB", "CNY"), ("€", None), ("", None), (None, None), (5, None)]
)
def test_currencies(told: object, code: str | None) -> None:
    assert currency_of({"currency": told}) == code
    assert currency_of({"kpi": {"currency": told}}) == code
