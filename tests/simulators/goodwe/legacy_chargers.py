"""The wallbox on route B (goodwe.md §6.6)."""

from typing import Any

from tests.simulators.goodwe.legacy_call import INNER, NO_RIGHT, ApiError, Call
from tests.simulators.goodwe.world import Charger

WAITING = "EVDetail_Status_Waiting_Stat"
UNPLUGGED, CONNECTED, FINISHED = "00", "01", "02"
PHASES, VOLTS = 3, 230.0


def _charger(call: Call) -> Charger:
    """Return the wallbox that is asked for."""
    device = call.world.device(call.text("sn"))
    if not isinstance(device, Charger):
        raise ApiError(NO_RIGHT)
    return device


def _ordered(call: Call) -> Charger:
    """Return the wallbox that is to be changed."""
    charger = _charger(call)
    if "INVERTER_REMOTE" not in charger.plant.permissions:
        raise ApiError(NO_RIGHT)
    return charger


def count(call: Call) -> int | None:
    """Return how many wallboxes a plant has."""
    plant = call.plant()
    return None if plant is None else int(plant.charger is not None)


def current(call: Call) -> dict[str, Any]:
    """Return what the wallbox does."""
    charger = _charger(call)
    full = charger.session_kwh >= charger.full_kwh
    waiting = UNPLUGGED if not charger.plugged else FINISHED if full else CONNECTED
    charging = charger.power_w > 0
    return {
        "sn": charger.serial,
        "name": charger.name,
        "power": charger.power_w / 1000,
        "current": round(charger.power_w / VOLTS / PHASES, 1),
        "chargeEnergy": round(charger.session_kwh, 2),
        "status": f"EVDetail_Status_Title_{'Charging' if charging else 'Waiting'}",
        "workstate": "" if charging else WAITING + waiting,
        "chargeMode": charger.mode,
        "set_charge_power": charger.set_kw,
        "max_charge_power": charger.most_kw,
        "min_charge_power": charger.least_kw,
        "startStatus": charger.charging,
    }


def charge(call: Call) -> bool:
    """Start or stop charging."""
    charger, order = _ordered(call), call.text("status")
    if order not in ("1", "2"):
        raise ApiError(INNER)
    charger.charging = order == "1"
    return True


def set_mode(call: Call) -> bool:
    """Set the way of charging; the power goes with the fast one only."""
    charger, mode = _ordered(call), call.number("type", 0)
    if mode not in range(3):
        raise ApiError(INNER)
    if mode == 0:
        power = float(call.text("charge_power", default=str(charger.set_kw)))
        if not charger.least_kw <= power <= charger.most_kw:
            raise ApiError(INNER)
        charger.set_kw = power
    charger.mode = mode
    return True
