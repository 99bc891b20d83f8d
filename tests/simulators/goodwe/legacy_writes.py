"""Route B's writes: start, stop and the power limit of an inverter (goodwe.md §6.1)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.simulators.goodwe.legacy_call import INNER, NO_RIGHT, ApiError, Call

if TYPE_CHECKING:
    from tests.simulators.goodwe.world import Inverter

STATUS = {"2": 0, "4": 1}
MARK = "1"
FAILED = "P0215"


def values_of(args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings a body asks for: only those whose mark is "1"; raise for what no inverter takes."""
    values: dict[str, Any] = {}
    if str(args.get("inverterstatussettingmark")) == MARK:
        status = str(args.get("inverterstatus"))
        if status not in STATUS:
            raise ApiError(INNER)
        values["Running"] = STATUS[status]
    if str(args.get("activepowerlimitsettingmark")) == MARK:
        limit = str(args.get("activepowerlimit"))
        if not limit.isdecimal() or int(limit) > 100:
            raise ApiError(INNER)
        values["ActivePowerLimit"] = int(limit)
    return values


async def save_remote_control(call: Call) -> bool:
    """Change one inverter; a command to one that is offline is lost without a word."""
    return await _write(call, call.inverter("InverterSN"))


async def save_remote_control_all(call: Call) -> bool:
    """Change all inverters of a plant."""
    if (plant := call.plant("powerStationId", "stationId", "pw_id")) is None:
        raise ApiError(NO_RIGHT)
    for inverter in plant.inverters:
        await _write(call, inverter)
    return True


async def _write(call: Call, inverter: Inverter) -> bool:
    """Let a write reach an inverter."""
    values = values_of(call.args)
    offline = not inverter.reachable
    code = await call.world.write(inverter, values, way="legacy", log=call.args)
    if code == NO_RIGHT or (code == FAILED and not offline):
        raise ApiError(code)
    return True
