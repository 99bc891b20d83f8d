"""The account's plants on route C: lists, facts and rights, the user (goodwe.md §5.2, §10.17)."""

from typing import TYPE_CHECKING, Any

from tests.simulators.goodwe.devices import epoch_ms
from tests.simulators.goodwe.semsplus_call import NO_RIGHT, ApiError, Call, Route, get, post
from tests.simulators.goodwe.semsplus_flow import kilo

if TYPE_CHECKING:
    from tests.simulators.goodwe.plants import Plant

ALWAYS: dict[str, Any] = {
    "isCollect": False,
    "safetyDays": "0",
    "isEmptyStation": False,
    "isMicro": False,
    "isMeterTips": False,
    "isMultipleEnv": False,
    "isOnlyBps": False,
    "isHems": False,
    "hemsSn": "",
    "hasGoodweInverter": True,
    "dataAuthorization": True,
    "authTimeLimit": -1,
    "isStationOwner": False,
    "aiType": "EMS",
    "hasThirdPartyDevice": False,
    "powerStationTypeUser": "HOUSEHOLD",
    "isSmartWorkshop": True,
    "googleAddress": "Sonnenweg 1",
}
"""What the facts of every plant have in common; ``isStationOwner`` is unreliable (§5.2)."""


def _row(plant: Plant) -> dict[str, Any]:
    """Return a plant as the list shows it."""
    counted, record = plant.counted(plant.ledger), plant.minute
    solar = record.solar_w if record is not None and plant.online else 0.0
    row = {
        "id": plant.id,
        "name": plant.name,
        "status": str(plant.status),
        "googleAddress": "Sonnenweg 1",
        "installedPower": plant.capacity_kw,
        "isCollected": False,
        "isShared": "STATION_EDIT" not in plant.permissions,
        "powerStationTypeWeb": 2 if plant.has_battery else 1,
        "pvInstallP": plant.capacity_kw,
        "createTime": plant.created.isoformat() + "T09:32:21",
        "remark": "",
        "productionToday": round(counted.today.solar, 2),
        "productionTotal": round(counted.total.solar, 3),
        "pSystem": kilo(solar),
        "fullHourToday": round(counted.today.solar / plant.capacity_kw, 2),
        "specificYield": round(counted.today.solar / plant.capacity_kw, 2),
        "timeZone": str(plant.zone),
    }
    if plant.has_battery:
        row |= {
            "proCharStatsToday": round(counted.today.charged, 2),
            "proCharStatsTotal": round(counted.total.charged, 2),
            "proDischarStatsToday": round(counted.today.discharged, 2),
            "proDischarStatsTotal": round(counted.total.discharged, 2),
        }
    return row


def portal_page(call: Call) -> dict[str, Any]:
    """Return the plants, page by page."""
    if call.oddities.refuse_portal:
        raise ApiError(NO_RIGHT)
    return {**call.page([_row(plant) for plant in call.world.plants]), "extras": {}}


def app_page(call: Call) -> dict[str, Any]:
    """Return the app's list: the same rows."""
    return call.page([_row(plant) for plant in call.world.plants])


def simple_query(call: Call) -> Any:
    """Return the light list of the web."""
    rows = [{"id": plant.id, "name": plant.name, "status": str(plant.status)} for plant in call.world.plants]
    page = call.page(rows, page="pageIndex", size="pageSize")
    return page["dataList"] if call.oddities.bare_list else page


def basic_info(call: Call) -> dict[str, Any]:
    """Return what a plant is, what may be done to it and which flow fields it has; the id stands in the query."""
    plant = call.plant()
    fields = ("pSystem", "soc", "pBat", "pConsum", "pGrid") if plant.has_battery else ("pSystem", "pConsum", "pGrid")
    lead = plant.lead
    info = ALWAYS | {
        "stationId": plant.id,
        "name": plant.name,
        "status": str(plant.status),
        "powerStationType": "2" if plant.has_battery else "1",
        "createTime": plant.created.isoformat() + "T09:32:21",
        "timespan": -plant.offset_hours(call.now),
        "isShared": "STATION_EDIT" not in plant.permissions,
        "permissions": list(plant.permissions),
        "chartMap": {"energy_flow": ",".join(fields if plant.metered else fields[:1])},
        "timeZone": _offset_text(plant.offset_hours(call.now)),
        "isParallel": plant.plan.parallel,
        "isAllInOne": lead.kind.kind == "cabinet",
        "installedPower": lead.rated_w / 1000,
        "batteryCapacity": plant.battery_kwh,
        "pvCapacity": plant.capacity_kw,
        "aiSn": lead.serial,
        "zoneId": str(plant.zone),
        "powerStationTypeActual": "2" if plant.has_battery else "1",
        "latitude": plant.latitude,
        "longitude": plant.longitude,
    }
    if plant.has_battery or plant.metered:
        info["gridStatus"] = "1" if plant.house.grid == "connected" else "0"
    return info


def _offset_text(hours: float) -> str:
    """Return a distance from UTC as the wire writes it: ``UTC+02:00``."""
    whole, part = divmod(round(abs(hours) * 60), 60)
    return f"UTC{'-' if hours < 0 else '+'}{whole:02d}:{part:02d}"


def user(call: Call) -> dict[str, Any]:
    """Return who the account is."""
    account = call.world.account
    return {"userId": account.uid, "account": account.email, "email": account.email, "createTime": epoch_ms(call.now)}


ROUTES: tuple[Route, ...] = (
    post("/sems-plant/api/portal/stations/page", portal_page),
    post("/sems-plant/api/app/v2/stations/page", app_page),
    post("/sems-plant/api/stations/simple-query", simple_query),
    post("/sems-plant/api/portal/stations/basic/info", basic_info),
    post("/sems-plant/api/app/v2/stations/basic/info", basic_info),
    get("/sems-user/api/v1/user/get-user", user),
)
