"""What a scene tells of large power stations with panels, meters and a house behind them (anker.md §7.2, F3000)."""

from collections.abc import Iterator
import math
from typing import Final

from ...core.model import Reported
from ...core.parse import section, sections, text
from .charging import pps_status
from .model import Bean
from .products import product
from .reader import Reader, Values, is_online, of, plausible, rows, unreachable, watts

_STATION: Final = rows(solar_power="pv_power", home_power="home_load_power", battery_level="battery_power")


def stations_of(bean: Bean) -> dict[str, Reported]:
    """Return what the stations of a site do together: W, ``battery_power`` + discharging, ``grid_power`` + import."""
    info = section(bean.get("solarbank_pps_info"))
    stations = list(_stations(info))
    if not stations:
        return {}
    clamps = [power for row in sections(info.get("grid")) if (power := watts(row, "power")) is not None]
    parts = [_battery(row) for row in stations]
    told = [power for power in parts if power is not None]
    return {
        "solar_power": plausible("solar_power", watts(info, "total_pv_input_power")),
        "home_power": plausible("home_power", watts(info, "total_home_load_power")),
        "output_power": plausible("output_power", watts(info, "total_output_power")),
        "battery_power": math.fsum(told) if len(told) == len(parts) else None,
        "grid_power": math.fsum(clamps) if clamps else None,
    }


def read_stations(reader: Reader, bean: Bean) -> Values:
    """Return the readings of each of them."""
    values: Values = {}
    for row in _stations(section(bean.get("solarbank_pps_info"))):
        serial, model, online = text(row.get("device_sn")) or "", text(row.get("device_pn")) or "", is_online(row)
        found = reader.numbers(serial, _STATION, row) | {"battery_power": _battery(row)}
        level, capacity = found["battery_level"], product(model).capacity / 1000
        if capacity and isinstance(level, float):
            found["battery_energy"] = round(capacity * level / 100, 3)
        found["charging_status"] = pps_status(row.get("charging_status"))
        read = reader.keep(serial, "scene", found)
        values |= (unreachable(read) if online is False else read) | of(
            serial, {"reachable": online, "battery_capacity": capacity or None}
        )
    return values


def _battery(row: Bean) -> float | None:
    charging, discharging = watts(row, "charging_power"), watts(row, "discharging_power")
    return None if charging is None or discharging is None else discharging - charging


def _stations(info: Bean) -> Iterator[Bean]:
    yield from (row for row in sections(info.get("pps_list")) if text(row.get("device_sn")) is not None)
