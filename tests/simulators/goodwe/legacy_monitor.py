"""Route B's big call: everything of a plant in one answer (goodwe.md §4.2–4.5)."""

from typing import TYPE_CHECKING, Any

from tests.simulators.goodwe import legacy_fields
from tests.simulators.goodwe.devices import Inverter
from tests.simulators.goodwe.energies import Energies
from tests.simulators.goodwe.legacy_call import INNER, ApiError, Call
from tests.simulators.goodwe.legacy_fields import blank
from tests.simulators.goodwe.legacy_inverter import energies, power, relation
from tests.simulators.goodwe.legacy_outer import outer
from tests.simulators.goodwe.legacy_values import DATE_FORMAT, DATE_FORMAT_YM, american, in_china, short, tenth
from tests.simulators.goodwe.legacy_weather import forecast

if TYPE_CHECKING:
    from tests.simulators.goodwe.world import Plant

CO2_PER_KWH, TREES_PER_KWH, COAL_PER_KWH = 0.000997, 0.05465, 0.000404


def monitor(call: Call) -> dict[str, Any]:
    """Return ``GetMonitorDetailByPowerstationId``; a plant of somebody else fails inside."""
    if (plant := call.plant()) is None:
        raise ApiError(INNER)
    switches = call.world.switches
    kpi = key_figures(plant, frozen=switches.frozen_pac)
    total = kpi["total_power"]
    return {
        "info": info(plant, call),
        "kpi": kpi,
        "powercontrol_status": 0,
        "images": [],
        "weather": forecast(plant.local(call.now)),
        "inverter": [outer(inverter, frozen=switches.frozen_pac) for inverter in plant.inverters],
        "hjgx": {"co2": total * CO2_PER_KWH, "tree": total * TREES_PER_KWH, "coal": total * COAL_PER_KWH},
        "homKit": {"homeKitLimit": False, "sn": _homekit(plant)},
        "isTigo": False,
        "tigoIntervalTimeMinute": 15,
        "smuggleInfo": {"isAllSmuggle": False, "isSmuggle": False, "descriptionText": None, "sns": None},
        **flow_part(plant, kilowatts=switches.kilowatts),
        "hasMicroInverter": False,
        "hasLayout": False,
        "layout_id": "",
        "isParallelInventers": plant.plan.parallel,
        "isEvCharge": plant.charger is not None,
        "evCharge": None if plant.charger is None else {"sn": plant.charger.serial, "count": 1},
        "is3rdEms": False,
        **statistics_part(plant),
        "soc": _level(plant),
        "environmental": [],
        "equipment": [_equipment(inverter) for inverter in plant.inverters],
        "isSec1000EtPlant": False,
    }


def _homekit(plant: Plant) -> str | None:
    """Return the serial number of a meter of the whole plant."""
    return plant.meter.serial if plant.meter is not None and plant.plan.meter == "homekit" else None


def info(plant: Plant, call: Call) -> dict[str, Any]:
    """Return what the plant is (§4.3); ``time_span`` is the negative of its offset, ``time`` that of the request."""
    created = in_china(plant.lead.added)
    return {
        "powerstation_id": plant.id,
        "time": american(plant.local(call.now)),
        "date_format": DATE_FORMAT,
        "date_format_ym": DATE_FORMAT_YM,
        "stationname": plant.name,
        "address": "Sonnenweg 1, 70173 Stuttgart",
        "owner_name": call.world.account.email,
        "owner_phone": None,
        "owner_email": call.world.account.email,
        "battery_capacity": plant.battery_kwh,
        "turnon_time": american(created.replace(hour=0, minute=0, second=0)),
        "create_time": american(created),
        "capacity": plant.capacity_kw,
        "longitude": plant.longitude,
        "latitude": plant.latitude,
        "powerstation_type": "Battery Storage" if plant.has_battery else "Residential",
        "status": status(plant),
        "is_stored": plant.has_battery,
        "is_powerflow": plant.metered,
        "charts_type": 4,
        "has_pv": True,
        "has_statistics_charts": plant.metered,
        "only_bps": False,
        "only_bpu": False,
        "time_span": -plant.offset_hours(call.now),
        "pr_value": "",
        "org_code": "",
        "org_name": "",
    }


def status(plant: Plant) -> int:
    """Return the plant's: the best of its inverters'."""
    return max(inverter.legacy_status for inverter in plant.inverters)


def key_figures(plant: Plant, *, frozen: bool) -> dict[str, Any]:
    """Return ``kpi`` (§4.3): ``power`` is today's energy, ``month_generation`` includes today."""
    made = [energies(inverter) for inverter in plant.inverters]
    today, total = (tenth(sum(one[name] for one in made)) for name in ("eday", "etotal"))
    return {
        "month_generation": tenth(sum(one["thismonthetotle"] + one["eday"] for one in made)),
        "pac": float(sum(power(inverter, frozen=frozen) for inverter in plant.inverters)),
        "power": today,
        "total_power": total,
        "day_income": round(today * plant.yield_rate, 2),
        "total_income": round(total * plant.yield_rate, 2),
        "yield_rate": plant.yield_rate,
        "currency": plant.currency,
    }


# --- power flow ------------------------------------------------------------------------------------------------------


def flow_part(plant: Plant, *, kilowatts: bool) -> dict[str, Any]:
    """Return the power flow and what says whether there is one: ``null`` without a meter (§4.5)."""
    return {
        "hasPowerflow": plant.metered,
        "hasGenset": False,
        "hasMicroGrid": False,
        "powerflow": powerflow(plant, kilowatts=kilowatts) if plant.metered else None,
        "hasGridLoad": plant.metered,
        "isShowBattery": plant.has_battery,
    }


def powerflow(plant: Plant, *, kilowatts: bool) -> dict[str, Any]:
    """Return magnitudes with arrows that are no signs (§4.5); blanks while the plant is asleep."""
    record = plant.upload
    asleep = record is None or status(plant) == -1
    solar, battery, load, grid = (
        (record.solar_w, record.battery_w, record.load_w, record.grid_w) if record is not None else (0.0,) * 4
    )

    def text(watts: float) -> str:
        if asleep:
            return ""
        return f"{abs(watts) / 1000:.2f}(kW)" if kilowatts else f"{abs(watts):.0f}(W)"

    level = record.level if record is not None and plant.has_battery else 0.0
    return {
        "pv": text(solar),
        "pvStatus": -1 if solar else 0,
        "bettery": text(battery),
        "betteryStatus": -1 if battery < 0 else 1 if battery > 0 else 0,
        "betteryStatusStr": None,
        "load": text(load),
        "loadStatus": 1 if grid > 0 else -1,
        "grid": text(grid),
        "soc": round(level),
        "socText": f"{level:.0f}%",
        "hasEquipment": True,
        "gridStatus": _grid_arrow(plant, grid),
        "isHomKit": _homekit(plant) is not None,
        "isBpuAndInverterNoBattery": False,
        "isMoreBettery": True,
        "genset": text(0.0),
        "gensetStatus": 1,
        "gridGensetStatus": 0,
        "microGrid": text(0.0),
        "microGridStatus": 0,
    }


def _grid_arrow(plant: Plant, grid_w: float) -> int:
    """Return the grid's arrow: 1 while exporting, but importing is drawn either way (§4.5)."""
    if grid_w <= 0:
        return 1 if grid_w else 0
    return 1 if plant.upload is not None and plant.upload.time.minute // 5 % 2 else -1


def _level(plant: Plant) -> dict[str, Any]:
    """Return the battery's level: zeros without one (§4.3)."""
    if not plant.has_battery or plant.upload is None:
        return {"power": 0, "status": 0}
    return {"power": round(plant.upload.level), "status": -1 if plant.upload.battery_w < 0 else 1}


# --- statistics ------------------------------------------------------------------------------------------------------


def statistics_part(plant: Plant) -> dict[str, Any]:
    """Return the balances of today and of the whole life (§4.3)."""
    counted = plant.upload.counted if plant.upload is not None else plant.ledger.now
    return {
        "hasEnergeStatisticsCharts": plant.metered,
        "energeStatisticsCharts": balance(plant, counted.today),
        "energeStatisticsTotals": balance(plant, counted.total),
    }


def balance(plant: Plant, counted: Energies) -> dict[str, Any]:
    """Return an energy balance; without a meter it degenerates: all is used on site.

    Self-use without a battery is sun − export (§4.3). With one nothing is recorded; here it is what route C calls so:
    the output that was not exported (§5.5).
    """
    solar = round(counted.solar, 2)
    buy, sell = (round(counted.imported, 2), round(counted.exported, 2)) if plant.metered else (0.0, 0.0)
    own = round(counted.self_used if plant.has_battery else max(0.0, solar - sell), 2)
    load = round(counted.load, 2) if plant.has_battery else round(own + buy, 2)
    return {
        "contributingRate": round(min(1.0, own / load), 4) if load else 0.0,
        "selfUseRate": round(own / solar, 4) if solar else 0.0,
        "sum": solar,
        "buy": buy,
        "buyPercent": round(min(100.0, 100 * buy / load), 1) if load else 0.0,
        "sell": sell,
        "sellPercent": round(min(100.0, 100 * sell / solar), 1) if solar else 0.0,
        "selfUseOfPv": own,
        "consumptionOfLoad": load,
        "chartsType": 4,
        "hasPv": True,
        "hasCharge": plant.has_battery,
        "charge": round(counted.charged, 2),
        "disCharge": round(counted.discharged, 2),
        "gensetGen": 0.0,
        "hasGenset": False,
        "isStored": plant.has_battery,
        "hasMicroGrid": False,
        "microGridGen": 0.0,
    }


def _equipment(inverter: Inverter) -> dict[str, Any]:
    """Return an entry of ``equipment[]``."""
    made = energies(inverter)
    return blank(legacy_fields.EQUIPMENT) | {
        "type": "5",
        "title": inverter.name,
        "status": inverter.legacy_status,
        "powerGeneration": f"Power: {short(power(inverter, frozen=False) / 1000)}kW",
        "eday": f"Generation Today: {short(made['eday'])}kWh",
        "isStored": inverter.has_battery,
        "soc": f"SOC: {inverter.upload.level if inverter.upload is not None else 0:.0f}%",
        "relationId": relation(inverter),
        "sn": inverter.serial,
        "master": -1,
    }
