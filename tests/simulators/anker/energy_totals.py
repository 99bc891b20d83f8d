"""The totals of an ``energy_analysis`` answer: which of them each question tells, and what they hold (anker.md §10.2)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.anker.energies import Energies

CO2_PER_KWH = 0.997
PVS = tuple(f"solar_production_pv{number}" for number in range(1, 5))
MICRO = "solar_production_microinverter"

BLANK: Mapping[str, Any] = {
    "power": None,
    "charge_trend": None,
    "charge_level": None,
    "forecast_trend": None,
    "power_unit": "wh",  # a lie: kWh per day, or W (§10.2)
    "charge_total": "",
    "charge_unit": "kwh",
    "discharge_total": "",
    "discharge_unit": "kwh",
    "charging_pre": "",
    "electricity_pre": "",
    "others_pre": "",
    "statistics": None,
    "battery_discharging_total": "",
    "solar_to_grid_total": "",
    "grid_to_home_total": "",
    "ac_out_put_total": "",
    "home_usage_total": "",
    "solar_total": "",
    "trend_unit": "kwh",
    "battery_to_home_total": "",
    "smart_plug_info": None,
    "local_time": "",
    "grid_to_battery_total": "",
    "grid_imported_total": "",
    "solar_to_battery_total": "",
    "solar_to_home_total": "",
    "forecast_total": "",
    "sop_grid_to_battery_total": "",
    "third_solar_to_battery_total": "",
    "pps_list": None,
    "total_energy_unit": "",
    "third_party_pv_to_bat": "",
    "third_party_pv_to_grid": "",
    "grid_exported_total": "",
    "device_energy_info": None,
}
"""Every key of an answer; what does not apply to a question is left as it is here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the cloud knows of a range: energies, and the site's ways of telling them.

    ``generation`` of its solarbanks, ``ac_input``: they charge from the grid; ``price`` per kWh with its ``sign``;
    ``plugs`` are the smart plugs by serial with their share.
    """

    energies: Energies
    generation: int = 3
    ac_input: bool = True
    price: float = 0.0
    sign: str = "€"
    plugs: Mapping[str, float] = field(default_factory=dict)

    @property
    def splits_solar(self) -> bool:
        """Tell whether the sun's way is told: only from the third generation on, else zeros (§10.2)."""
        return self.generation >= 3

    @property
    def used(self) -> float:
        """Return what ``discharge_total`` holds: the consumption; of a first generation its output (§10.2)."""
        return self.energies.home if self.generation >= 2 else self.energies.output


def two(value: float) -> str:
    """Return a number with two decimals, as text."""
    return f"{round(value, 2) + 0.0:.2f}"


def share(part: float, whole: float) -> str:
    """Return a share as the wire has it: at most two decimals, "0" of nothing."""
    return f"{round(part / whole, 2):g}" if whole else "0"


def statistics(known: Known) -> list[dict[str, str]]:
    """Return yield, CO2 and money of the range; told only in early answers."""
    solar = known.energies.solar
    return [
        {"type": "1", "total": two(solar), "unit": "kwh"},
        {"type": "2", "total": two(solar * CO2_PER_KWH), "unit": "kg"},
        {"type": "3", "total": two(solar * known.price), "unit": known.sign},
    ]


def _sun(known: Known) -> dict[str, Any]:
    energies = known.energies
    return {
        "charge_total": two(energies.charged),
        "solar_total": two(energies.solar),
        "solar_to_grid_total": two(energies.solar_to_grid),
        "solar_to_battery_total": two(energies.solar_to_battery if known.splits_solar else 0.0),
        "solar_to_home_total": two(energies.solar_to_home if known.splits_solar else 0.0),
    }


def _solar_production(known: Known) -> dict[str, Any]:
    charged, solar = known.energies.charged, known.energies.solar
    return {
        **_sun(known),
        "charge_level": [],
        "forecast_trend": [],
        "discharge_total": two(known.used),
        "charging_pre": share(charged, solar),
        "electricity_pre": share(solar - charged, solar),
        "others_pre": "0",
        "statistics": statistics(known),
    }


def _solarbank(known: Known) -> dict[str, Any]:
    energies = known.energies
    return {
        "charge_total": two(energies.charged),
        "discharge_total": two(known.used),
        "charging_pre": "0",
        "electricity_pre": "0",
        "others_pre": "0",
        "battery_discharging_total": two(energies.discharged),
        "battery_to_home_total": two(energies.battery_to_home),
        "ac_out_put_total": two(energies.socket),
        "grid_to_battery_total": two(energies.grid_to_battery),
        "solar_to_battery_total": two(energies.solar_to_battery if known.splits_solar else 0.0),
        "third_party_pv_to_bat": two(energies.third_to_battery),
    }


def _plug(serial: str, energy: float) -> dict[str, Any]:
    """Return a smart plug as ``home_usage`` tells it: everything but its energy is empty."""
    texts = (
        "device_name",
        "device_img",
        "current_power",
        "tag",
        "tag_img",
        "bind_site_status",
        "status",
        "wireless_type",
    )
    return {
        "device_pn": "",
        "device_sn": serial,
        **dict.fromkeys(texts, ""),
        "create_time": 0,
        "total_power": two(energy),
        "err_code": 0,
    }


def _home_usage(known: Known) -> dict[str, Any]:
    energies = known.energies
    plugs = [_plug(serial, energies.plugs * part) for serial, part in known.plugs.items()]
    return {
        "statistics": [{**statistics(known)[0], "unit": "kWh"}, *statistics(known)[1:]],
        "battery_discharging_total": two(energies.discharged),
        "grid_to_home_total": two(energies.grid_to_home),
        "home_usage_total": two(energies.home),
        "battery_to_home_total": two(energies.battery_to_home),
        "solar_to_home_total": two(energies.solar_to_home if known.splits_solar else 0.0),
        "smart_plug_info": {"smartplug_list": plugs, "total_power": two(energies.plugs)},
    }


def _grid(known: Known) -> dict[str, Any]:
    energies = known.energies
    return {
        "solar_to_grid_total": two(energies.exported),
        "grid_to_home_total": two(energies.grid_to_home),
        "grid_to_battery_total": two(energies.grid_to_battery),
        "grid_imported_total": two(energies.imported if known.ac_input else 0.0),  # a trap: use charge_trend (§10.2)
        "third_party_pv_to_grid": two(energies.third_to_grid),
    }


def _pps(known: Known) -> dict[str, Any]:
    return {"statistics": statistics(known)}


def _nothing(_known: Known) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Question:
    """A ``device_type``: its totals, what stands in ``power`` and in ``charge_trend`` (kWh or W of :class:`Energies`).

    A trend that is told by the day only (what goes into the battery, negative) is ``day_trend``.
    """

    totals: Callable[[Known], dict[str, Any]]
    power: Callable[[Known], float]
    trend: Callable[[Known], float] | None = None
    day_trend: Callable[[Known], float] | None = None


def _given(known: Known) -> float:
    """Return what ``solarbank`` shows: what the battery gave; of a first generation the output (§10.2)."""
    return known.energies.discharged if known.generation >= 2 else known.energies.output


QUESTIONS: Mapping[str, Question] = {
    "solar_production": Question(_solar_production, lambda known: known.energies.solar),
    **{name: Question(_sun, lambda known: known.energies.solar) for name in (*PVS, MICRO)},
    "solarbank": Question(_solarbank, _given, day_trend=lambda known: -known.energies.charged),
    "home_usage": Question(_home_usage, lambda known: known.energies.home),
    "grid": Question(_grid, lambda known: -known.energies.exported, trend=lambda known: known.energies.imported),
    "pps": Question(_pps, lambda known: known.energies.charged),
    "ev_charger": Question(_nothing, lambda known: known.energies.charger),
}


def point(time: str, value: str, rods: Iterable[dict[str, str]] | None = None) -> dict[str, Any]:
    """Return one element of a list."""
    return {"time": time, "value": value, "rods": None if rods is None else list(rods)}
