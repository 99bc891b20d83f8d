"""The weather beside a plant (goodwe.md §3.5, §4.2): always the same fine days."""

from datetime import datetime, timedelta
from typing import Any

NOWHERE: dict[str, Any] = {
    "basic": dict.fromkeys(("cid", "location", "parent_city", "admin_area", "cnty", "lat", "lon", "tz")),
    "update": {"loc": None, "utc": None},
    "status": "ok",
}
NOW = {
    "cloud": "17",
    "cond_code": "100",
    "cond_txt": "Sunny",
    "fl": "16",
    "hum": "61",
    "pcpn": "0.0",
    "pres": "1019",
    "tmp": "17",
    "vis": "24",
    "wind_deg": "225",
    "wind_dir": "SW",
    "wind_sc": "1-3",
    "wind_spd": "8",
}
DAY = {
    "cond_code_d": "100",
    "cond_code_n": "150",
    "cond_txt_d": "Sunny",
    "cond_txt_n": "Clear",
    "hum": "61",
    "pcpn": "0.0",
    "pop": "0",
    "pres": "1019",
    "tmp_max": "23",
    "tmp_min": "11",
    "uv_index": "5",
    "vis": "24",
    "wind_deg": "225",
    "wind_dir": "SW",
    "wind_sc": "1-3",
    "wind_spd": "8",
}


def current() -> dict[str, Any]:
    """Return the weather of now."""
    return {"HeWeather6": [{**NOWHERE, "now": NOW}]}


def forecast(local: datetime) -> dict[str, Any]:
    """Return the weather of a week."""
    days = [{**DAY, "date": f"{local + timedelta(days=number):%Y-%m-%d}"} for number in range(7)]
    return {"HeWeather6": [{**NOWHERE, "daily_forecast": days}]}
