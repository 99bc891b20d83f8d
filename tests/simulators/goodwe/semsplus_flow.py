"""The power flow of a plant at its last minute: signs, arrows and odd gaps (goodwe.md §5.3)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.simulators.goodwe.record import Record
from tests.simulators.goodwe.semsplus_call import Call, Route, get

if TYPE_CHECKING:
    from tests.simulators.goodwe.plants import Plant
    from tests.simulators.goodwe.semsplus_odd import Oddities

STANDBY_KW = 0.006
"""What inverters draw at night, in a flow that tells it as a little negative sun."""


def kilo(watts: float) -> float:
    """Return W in kW with the five decimals of the wire."""
    return round(watts / 1000, 5) + 0.0


def kilowatts(record: Record, *, standby: float = 0.0) -> dict[str, float]:
    """Return the powers of a plant; battery + = discharging, grid + = exporting; the identities of §10.11 are exact."""
    solar, battery, grid = kilo(record.solar_w) - standby, kilo(record.battery_w), kilo(-record.grid_w)
    return {
        "pSystem": solar,
        "pAc": round(solar + battery, 5) + 0.0,
        "pBat": battery,
        "pGrid": grid,
        "pConsum": round(solar + battery - grid, 5) + 0.0,
    }


def arrows(powers: Mapping[str, float]) -> dict[str, list[str]]:
    """Return who feeds whom: sun first the house, then battery and grid; what lacks comes from battery and grid."""
    sinks = [name for name in ("pConsum",) if powers[name] > 0]
    charging = ["pBat"] if powers["pBat"] < 0 else []
    exporting = ["pGrid"] if powers["pGrid"] > 0 else []
    flows = {
        "pSystem": [*sinks, *charging, *exporting] if powers["pSystem"] > 0 else [],
        "pBat": [*sinks, *exporting] if powers["pBat"] > 0 else [],
        "pGrid": [*sinks, *charging] if powers["pGrid"] < 0 else [],
    }
    return {source: fed for source, fed in flows.items() if fed}


def flow_of(plant: Plant, odd: Oddities) -> dict[str, Any]:
    """Return what the plant's last minute looks like; before the first one nothing."""
    record = plant.minute
    if record is None or (odd.empty_at_night and all(inverter.asleep for inverter in plant.inverters)):
        return {}
    beside = {"id": plant.id, "name": plant.name, "status": str(plant.status), "isGoodweInverter": True}
    time = record.time.isoformat(timespec="seconds")
    dark = record.solar_w <= 0
    powers = kilowatts(record, standby=STANDBY_KW if odd.negative_night and dark else 0.0)
    if not plant.metered:
        solar = powers["pSystem"]
        return {**beside, "pSystem": solar, "pAc": solar, "consumFlag": False, "refreshTime": time}
    flows = arrows(powers)
    if dark and powers["pGrid"] < 0 and not odd.negative_night:
        powers = {name: value for name, value in powers.items() if name not in ("pSystem", "pAc")}
    if not plant.has_battery:
        powers.pop("pBat")
    if plant.charger is not None:
        powers["pEvChar"] = kilo(record.charger_w)
    powers["pConsum"] = round(powers["pConsum"] + odd.unbalanced_kw, 5)
    if odd.magnitudes:
        powers = {name: abs(value) for name, value in powers.items()}
    told: dict[str, Any] = {**beside, "consumFlag": True, **powers, "refreshTime": time}
    if not odd.without_flows:
        told["flows"] = flows
    return told | ({"soc": round(record.level)} if plant.has_battery else {})


def flow(call: Call) -> dict[str, Any]:
    """Return the flow of the plant that is asked for."""
    return flow_of(call.plant(), call.oddities)


ROUTES: tuple[Route, ...] = (get("/sems-plant/api/stations/flow", flow),)
