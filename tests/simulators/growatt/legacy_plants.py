"""The plant calls of the password API: lists, sums and charts (growatt.md A.4, A.7.6, D.0)."""

from calendar import timegm
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.simulators.growatt import legacy_mix
from tests.simulators.growatt.account import Plant
from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.legacy_call import Call
from tests.simulators.growatt.legacy_charts import (
    between,
    energies_of,
    month_by_day,
    next_month,
    together,
    total,
    year_by_month as months_of_year,
)
from tests.simulators.growatt.legacy_plant_settings import CO2_PER_KWH, COAL_PER_KWH, settings
from tests.simulators.growatt.legacy_values import energy, power, text, weight, with_unit
from tests.simulators.growatt.record import Energies, Record
from tests.simulators.wire import Answer, json_answer

KWH_PER_TREE = 18.3


# --- sums ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What a plant produced, in kWh, and gives now, in W."""

    today: float
    total: float
    power: float

    @classmethod
    def of(cls, plant: Plant) -> Sums:
        """Return the sums of the last uploads. A hybrid's power is not among them, a MAX shows 0 or 1 (A.5)."""
        uploads = [(device, device.record) for device in plant.devices if device.record is not None]
        return cls(
            today=sum(_produced(device, record.today) for device, record in uploads),
            total=sum(_produced(device, record.total) for device, record in uploads),
            power=sum(_shown_power(device, record) for device, record in uploads if not device.lost),
        )


def _produced(device: Device, energies: Energies) -> float:
    """Return what counts as a device's production."""
    kind = device.family.production
    return float(getattr(energies, kind)) if kind else 0.0


def _shown_power(device: Device, record: Record) -> float:
    """Return what a device adds to the plant's power."""
    match device.model.family:
        case "max":
            return float(record.output_w > 0)
        case "inverter":
            return record.output_w
        case "tlx" if not device.model.has_battery:
            return record.output_w
        case _:
            return 0.0


def with_storage(plant: Plant) -> list[Device]:
    """Return the devices whose battery the plant's sums show."""
    return [device for device in plant.devices if device.model.family in ("mix", "storage", "spa")]


# --- lists -----------------------------------------------------------------------------------------------------------


def plant_list(call: Call) -> Answer:
    """Answer ``PlantListAPI.do``: units inside the text, scaled."""
    plants = call.world.plants if call.param("userId") == str(call.world.user.id) else []
    sums = [Sums.of(plant) for plant in plants]
    rows = [
        {
            "plantId": str(plant.id),
            "plantName": plant.name,
            "currentPower": power(one.power),
            "todayEnergy": energy(one.today),
            "totalEnergy": energy(one.total),
            "plantMoneyText": f"{text(one.today * plant.money_per_kwh)} ({plant.currency})",
            "isHaveStorage": "true" if with_storage(plant) else "false",
        }
        for plant, one in zip(plants, sums, strict=True)
    ]
    lifetime = sum(one.total for one in sums)
    totals = {
        "currentPowerSum": power(sum(one.power for one in sums)),
        "todayEnergySum": energy(sum(one.today for one in sums)),
        "totalEnergySum": energy(lifetime),
        "CO2Sum": weight(lifetime * CO2_PER_KWH),
        "eTotalMoneyText": "0.0 ",
        "isHaveStorage": "false",
    }
    return json_answer({"back": {"success": True, "data": rows, "totalData": totals}})


def plant_list_two(call: Call) -> Answer:
    """Answer ``getAllPlantListTwo``: the settings of each plant and its sums, ids as numbers."""
    rows = []
    for plant in call.world.plants:
        sums = Sums.of(plant)
        rows.append(
            settings(call, plant)
            | {
                "eToday": round(sums.today, 1),
                "eTotal": round(sums.total, 1),
                "currentPac": round(sums.power, 1),
                "currentPacStr": with_unit(sums.power / 1_000, "kW", digits=2),
                "status": 0 if all(device.lost for device in plant.devices) else 1,
                "alarmValue": 0,
                "deviceCount": len(plant.devices),
            }
        )
    return json_answer({"PlantList": rows})


# --- energy ----------------------------------------------------------------------------------------------------------


def _month(plant: Plant, day: date) -> float:
    """Return what a plant produced in a month, in kWh."""
    first = day.replace(day=1)
    return sum(_produced(device, between(device, first, next_month(day))) for device in plant.devices)


def _energy_values(call: Call, plants: list[Plant]) -> dict[str, Any]:
    """Return what the energy tab shows: numbers in text as ``Value``, for people as ``Str``; a year is always 0."""
    sums = [Sums.of(plant) for plant in plants]
    today, lifetime = sum(one.today for one in sums), sum(one.total for one in sums)
    month = sum(_month(plant, plant.local(call.now).date()) for plant in plants)
    watts, size = sum(one.power for one in sums), sum(plant.peak_w for plant in plants)
    return {
        "powerValue": f"{watts:.1f}",
        "powerValueStr": with_unit(watts / 1_000, "kW"),
        "todayValue": f"{today:.1f}",
        "todayStr": with_unit(today, "kWh"),
        "totalValue": f"{lifetime:.1f}",
        "totalStr": with_unit(lifetime, "kWh"),
        "monthValue": f"{month:.1f}",
        "monthStr": with_unit(month, "kWh"),
        "yearValue": "0.0",
        "yearStr": "0kWh",
        "plantNumber": len(plants),
        "nominalPowerStr": with_unit(size / 1_000, "kWp"),
        "nominalPowerValue": f"{size:.1f}",
        "formulaCo2Str": with_unit(lifetime * CO2_PER_KWH, "kg"),
        "formulaCo2Vlue": f"{lifetime * CO2_PER_KWH:.1f}",
        "formulaCoalStr": with_unit(lifetime * COAL_PER_KWH, "kg"),
        "formulaCoalValue": f"{lifetime * COAL_PER_KWH:.1f}",
        "treeStr": text(lifetime / KWH_PER_TREE, 0),
        "treeValue": f"{lifetime / KWH_PER_TREE:.1f}",
        "eventMessBeanList": [],
        "alarmValue": 0,
    }


def plant_energy(call: Call) -> Answer:
    """Answer ``getUserCenterEnertyDataByPlantid``."""
    plant = call.plant
    bean = {name: None if value == "" else value for name, value in settings(call, plant).items()}
    bean["createDate"] = timegm(date.fromisoformat(plant.created).timetuple()) * 1_000
    more = {"isHaveTigo": 0, "optimezerMap": {"isHaveOptimezer": 0}, "weatherMap": {}, "plantBean": bean}
    return json_answer(_energy_values(call, [plant]) | more)


def user_energy(call: Call) -> Answer:
    """Answer ``getUserCenterEnertyData`` and its newer twin ``…DataTwo``: all plants of the user."""
    plants = call.world.plants
    devices = [device for plant in plants for device in plant.devices]
    lost = sum(device.lost for device in devices)
    values = _energy_values(call, plants)
    kinds = {"STORAGE": "storage", "TLXH": "tlx", "MIX": "mix", "SPA": "spa"}
    today = sum(Sums.of(plant).today * plant.money_per_kwh for plant in plants)
    return json_answer(
        values
        | {
            "todayUnit": "kWh",
            "todayProfitStr": f"{plants[0].currency}{text(today)}" if plants else "0",
            "plantId": plants[0].id if plants else 0,
            "plantType": 0,
            "plantStatus": int(lost < len(devices)),
            "isHaveFormulaMoney": True,
            "deviceDetail": {},
            "deviceTypeMap": {
                name: sum(device.model.family == family for device in devices) for name, family in kinds.items()
            },
            "statusMap": {"onlineNum": len(devices) - lost, "offline": lost, "faultNum": 0},
        }
    )


# --- charts ----------------------------------------------------------------------------------------------------------


def _points(call: Call, plant: Plant, minutes: int) -> dict[str, str]:
    """Return what a plant gives over a day, in W; a key for every ``minutes`` in which something was uploaded."""
    points: dict[str, float] = {}
    for row in together(plant.devices, call.day(plant)):
        points[f"{row.time.hour:02}:{row.time.minute // minutes * minutes:02}"] = row.output_w
    return {time: text(watts) for time, watts in points.items() if watts}


def _bars(plant: Plant, bars: Callable[[Device], list[Energies]], first: int) -> dict[str, str]:
    """Return production in kWh by two-digit number, in text."""
    columns = zip(*(bars(device) for device in plant.devices), strict=True)
    sums = [
        sum(_produced(device, one) for device, one in zip(plant.devices, column, strict=True)) for column in columns
    ]
    return {f"{number:02}": text(kwh) for number, kwh in enumerate(sums, start=first) if kwh}


def _years(call: Call, plant: Plant) -> dict[str, str]:
    """Return production in kWh by year."""
    year = plant.local(call.now).year
    sums = {
        str(one): sum(
            _produced(device, between(device, date(one, 1, 1), date(one + 1, 1, 1))) for device in plant.devices
        )
        for one in range(year - 5, year + 1)
    }
    return {one: text(kwh) for one, kwh in sums.items() if kwh}


def plant_detail(minutes: int) -> Callable[[Call], Answer]:
    """Return what answers ``PlantDetailAPI.do`` (a day by half hours) or its newer twin (by five minutes)."""

    def answer(call: Call) -> Answer:
        plant = call.plant
        day = call.day(plant)
        charts: dict[str, Callable[[], dict[str, str]]] = {
            "2": lambda: _bars(plant, lambda device: month_by_day(device, day), 1),
            "3": lambda: _bars(plant, lambda device: months_of_year(device, day), 1),
            "4": lambda: _years(call, plant),
        }
        data = charts.get(call.param("type"), lambda: _points(call, plant, minutes))()
        today = sum(_produced(device, energies_of(device, day)) for device in plant.devices)
        head = {
            "plantName": plant.name,
            "plantId": str(plant.id),
            "currentEnergy": energy(today),
            "plantMoneyText": f"{text(today * plant.money_per_kwh)} ",
        }
        return json_answer({"back": {"success": True, "plantData": head, "data": data}})

    return answer


def dashboard(call: Call) -> Answer:
    """Answer ``getEnergyStorageData``: of use for plants with storage, all zero for others."""
    plant = call.plant
    day = call.day(plant)
    devices = with_storage(plant)
    call.notes.dashboards += 1
    dips = call.world.oddities.dashboard_dips
    dip = (0.0, 0.2, 0.0, 0.1)[call.notes.dashboards % 4] if dips else 0.0
    discharged = sum(device.record.total.discharged for device in devices if device.record is not None)
    energies = total(energies_of(device, day) for device in devices)
    return json_answer(legacy_mix.dashboard(together(devices, day), energies, discharged, dip))
