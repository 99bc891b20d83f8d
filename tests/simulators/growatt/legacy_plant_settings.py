"""The settings of a plant: read by name, written whole as a form of 18 parts (growatt.md A.8)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from tests.simulators.growatt.account import Plant
from tests.simulators.growatt.legacy_call import Call
from tests.simulators.growatt.legacy_values import with_unit
from tests.simulators.growatt.values import calendar
from tests.simulators.wire import Answer, json_answer

CO2_PER_KWH, COAL_PER_KWH, SO2_PER_KWH = 0.4, 0.4, 0.03
CURRENCIES = {"RMB": "rmb", "DOLLAR": "dollar", "EURO": "euro", "POUND": "gbp"}
CURRENCY_SIGNS = {"euro": "€", "gbp": "£", "dollar": "$", "rmb": "￥"}
CURRENCY_IDS = {sign: name for name, sign in CURRENCY_SIGNS.items()}

PARTS = {
    "plantCoal": "formulaCoal",
    "plantSo2": "formulaSo2",
    "accountName": "userAccount",
    "plantID": "id",
    "plantFirm": "plantFirm",
    "plantCountry": "country",
    "plantType": "plantType",
    "plantIncome": "formulaMoneyStr",
    "plantAddress": "plantAddress",
    "plantTimezone": "timezone",
    "plantLng": "plant_lng",
    "plantLat": "plant_lat",
    "plantCity": "city",
    "plantCo2": "formulaCo2",
    "plantMoney": "formulaMoneyUnitId",
    "plantPower": "nominalPower",
    "plantDate": "createDateText",
    "plantName": "plantName",
}
"""The 18 parts of the form that changes a plant, and the field of its settings each of them ends up in (A.8)."""
FIXED_PARTS = frozenset({"plantID", "accountName", "plantFirm"})
NUMBERS: dict[str, Callable[[str], Any]] = {
    "plantType": int,
    "timezone": float,
    "nominalPower": float,
    "formulaCo2": float,
    "formulaCoal": float,
    "formulaSo2": float,
    "formulaMoneyStr": float,
    "plant_lat": float,
    "plant_lng": float,
}
"""The parts that have to be numbers; the others are text."""
SHOWN_BY_BOTH = {
    "plantName": "name",
    "country": "country",
    "city": "city",
    "plantAddress": "address",
    "plant_lat": "latitude",
    "plant_lng": "longitude",
    "formulaMoneyStr": "money_per_kwh",
    "createDateText": "created",
}
"""What the other API shows of these settings, too: it lives in the world's plant, the rest in our notes."""


def _zone_value(hours: float) -> str:
    """Return a zone as ``+1:00``."""
    whole, minutes = divmod(round(abs(hours) * 60), 60)
    return f"{'-' if hours < 0 else '+'}{whole}:{minutes:02}"


def settings(call: Call, plant: Plant) -> dict[str, Any]:
    """Return the settings of a plant (A.8): what the user changed over what it was created with."""
    created = datetime.fromisoformat(plant.created)
    bean: dict[str, Any] = {
        "id": plant.id,
        "plantName": plant.name,
        "userAccount": call.world.user.name,
        "country": plant.country,
        "city": plant.city,
        "plantAddress": plant.address,
        "timezone": plant.hours,
        "plant_lat": str(plant.latitude),
        "plant_lng": str(plant.longitude),
        "plantType": 0,
        "nominalPower": plant.peak_w,
        "createDateText": plant.created,
        "createDate": calendar(created),
        "formulaMoneyStr": str(plant.money_per_kwh),
        "formulaMoneyUnitId": CURRENCY_IDS.get(plant.currency, plant.currency),
        "formulaCo2": CO2_PER_KWH,
        "formulaCoal": COAL_PER_KWH,
        "formulaSo2": SO2_PER_KWH,
        "fixedPowerPrice": 0.0,
        "flatPeriodPrice": 0.0,
        "peakPeriodPrice": 0.0,
        "valleyPeriodPrice": 0.0,
        "unitMap": CURRENCIES,
    }
    bean |= call.notes.plants.get(plant.id, {})
    hours = float(bean["timezone"])
    return bean | {
        "timezone": int(hours) if hours.is_integer() else hours,
        "timezoneText": f"GMT{_zone_value(hours).replace(':00', '')}",
        "timezoneValue": _zone_value(hours),
        "moneyUnitText": CURRENCY_SIGNS.get(str(bean["formulaMoneyUnitId"]), str(bean["formulaMoneyUnitId"])),
        "nominalPowerStr": with_unit(float(bean["nominalPower"]) / 1_000, "kWp"),
    }


def read_settings(call: Call) -> Answer:
    """Answer ``getPlant``."""
    return json_answer(settings(call, call.plant))


def update(call: Call) -> Answer:
    """Answer ``updatePlant``: all 18 parts, or nothing is changed."""
    plant = call.world.plant(call.param("plantID"))
    missing = [part for part in PARTS if part not in call.params]
    if plant is None or missing or not call.param("plantName"):
        return json_answer({"success": False, "msg": f"missing: {', '.join(missing)}" if missing else "501"})
    try:
        values = {
            name: NUMBERS.get(name, str)(call.param(part)) for part, name in PARTS.items() if part not in FIXED_PARTS
        }
        date.fromisoformat(str(values["createDateText"]))
    except ValueError:
        return json_answer({"success": False, "msg": "501"})
    for name in SHOWN_BY_BOTH.keys() & values.keys():
        setattr(plant, SHOWN_BY_BOTH[name], values.pop(name))
    plant.currency = CURRENCY_SIGNS.get(unit := values.pop("formulaMoneyUnitId"), unit)
    call.notes.plants[plant.id] = values
    return json_answer({"success": True, "msg": ""})
