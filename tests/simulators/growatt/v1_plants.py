"""The token API's plant and list calls (growatt.md B.4, B.5, D.0)."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.simulators.growatt.account import Plant
from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.record import Energies, Record
from tests.simulators.growatt.v1_call import ApiError, Call, Reply, Route
from tests.simulators.growatt.v1_limits import CAPPED, LONG, Window
from tests.simulators.growatt.values import calendar, clock_text, tenth
from tests.simulators.wire import Answer, json_answer

LIFE_YEARS = 20
CARBON_PER_KWH = 0.4
CONTACTS = ("designer", "financier", "installer", "jurisdiction", "offtaker", "operator", "owner")
EMPTY_DETAILS = (
    *(f"{contact}{what}" for contact in CONTACTS for what in ("contact", "organization")),
    *("address1", "address2", "description", "elevation", "fixed_azimuth", "fixed_tilt", "grid_type"),
    *("installed_ac_capacity", "installed_dc_capacity", "installed_panel_area", "irradiationsensor_type"),
    *("notes", "plant_type", "postal", "state", "status", "tracker_type", "weather_type"),
    *("weathersensor_man", "weathersensor_md", "weathersensor_num"),
)
"""What ``plant/details`` has a key for and nobody fills in."""


def produced(device: Device, energies: Energies) -> float:
    """Return which of the energies the plant counts as produced by a device, in kWh."""
    return float(getattr(energies, device.family.production)) if device.family.production else 0.0


def today_energy(plant: Plant) -> float:
    """Return what the plant's devices uploaded as produced today, in kWh."""
    return tenth(sum(produced(device, device.record.today) for device in plant.devices if device.record is not None))


def total_energy(plant: Plant) -> float:
    """Return what the plant's devices uploaded as produced in their lives, in kWh."""
    return tenth(sum(produced(device, device.record.total) for device in plant.devices if device.record is not None))


def current_power(plant: Plant) -> float:
    """Return the power of all devices that are not lost, in W."""
    powers = [_output(device, device.record) for device in plant.devices if device.record and not device.lost]
    return tenth(sum(powers))


def _output(device: Device, record: Record) -> float:
    """Return a device's part of the plant's power."""
    return record.output_w if device.family.production else 0.0


def lived_days(plant: Plant) -> dict[date, float]:
    """Return what the plant produced on each day of its recorded life, today included."""
    days: defaultdict[date, float] = defaultdict(float)
    for device in plant.devices:
        for day, energies in device.days.items():
            days[day] += produced(device, energies)
        if device.record is not None and device.record.time.date() not in device.days:
            days[device.record.time.date()] += produced(device, device.record.today)
    return {day: tenth(days[day]) for day in sorted(days)}


# --- calls -----------------------------------------------------------------------------------------------------------


def _plant_list(call: Call) -> Reply:
    """List the account's plants; the power is text in W or empty."""
    plants, _ = call.page(call.world.plants)
    return Reply(data={"count": len(call.world.plants), "plants": [_listed(call, plant) for plant in plants]})


def _listed(call: Call, plant: Plant) -> dict[str, Any]:
    """Return a plant's entry in the list."""
    power = current_power(plant)
    return {
        "plant_id": plant.id,
        "name": plant.name,
        "status": 1,
        "locale": "en-US",
        "country": plant.country,
        "city": plant.city,
        "operator": "0",
        "installer": "0",
        "current_power": f"{power}" if power else "",
        "total_energy": total_energy(plant),
        "peak_power": plant.peak_w / 1000,
        "create_date": plant.created,
        "image_url": None,
        "user_id": call.world.user.id,
        "longitude": str(plant.longitude),
        "latitude": str(plant.latitude),
        "latitude_d": None,
        "latitude_f": None,
    }


def _details(call: Call) -> Reply:
    """Tell what a plant is; its zone is written without summer time."""
    plant = call.plant(empty=10003, missing=10002)
    count = len(plant.devices)
    return Reply(
        data=dict.fromkeys(EMPTY_DETAILS, "")
        | {
            "name": plant.name,
            "country": plant.country,
            "city": plant.city,
            "timezone": plant.timezone,
            "latitude": plant.latitude,
            "longitude": plant.longitude,
            "peak_power": plant.peak_w / 1000,
            "currency": plant.currency,
            "create_date": plant.created,
            "user_id": call.world.user.id,
            "locale": "en_US",
            "image_url": None,
            "inverters": [{"inverter_man": "Growatt", "inverter_md": "", "inverter_num": count}],
            "dataloggers": [{"datalogger_man": "Growatt", "datalogger_md": "", "datalogger_num": count}],
            "arrays": [{"module_man": "", "module_md": "", "num_modules": 0}],
            "maxs": [],
        }
    )


def _overview(call: Call) -> Reply:
    """Tell a plant's energies; the power is a number in kW."""
    plant = call.plant(empty=10003, missing=10002)
    days = lived_days(plant)
    today = plant.local(call.world.clock.now())
    month = sum(energy for day, energy in days.items() if (day.year, day.month) == (today.year, today.month))
    uploads = [device.record.time for device in plant.devices if device.record is not None]
    return Reply(
        data={
            "current_power": 0 if call.world.oddities.idle_plants else current_power(plant) / 1000,
            "today_energy": f"{today_energy(plant)}",
            "monthly_energy": f"{tenth(month)}",
            "yearly_energy": f"{tenth(sum(energy for day, energy in days.items() if day.year == today.year))}",
            "total_energy": f"{total_energy(plant)}",
            "peak_power_actual": plant.peak_w / 1000,
            "efficiency": "",
            "carbon_offset": f"{tenth(total_energy(plant) * CARBON_PER_KWH)}",
            "timezone": plant.timezone,
            "last_update_time": clock_text(max(uploads)) if uploads else "",
        }
    )


def _power(call: Call) -> Reply:
    """Tell a plant's power over a day in steps of five minutes, newest first; null where nothing was uploaded."""
    plant = call.plant(empty=10003, missing=10002)
    day = call.day("date", wrong=10003)
    series = [_day_series(device, day) for device in plant.devices]
    last = max((step for steps in series for step in steps), default=-1)
    powers = [
        {"time": f"{day} {5 * step // 60:02d}:{5 * step % 60:02d}", "power": _sum_of_step(series, step)}
        for step in range(last, -1, -1)
    ]
    return Reply(data={"count": len(powers), "powers": powers})


def _day_series(device: Device, day: date) -> dict[int, float]:
    """Return a device's power in each step of five minutes of a day."""
    return {
        (record.time.hour * 60 + record.time.minute) // 5: _output(device, record)
        for record in device.history
        if record.time.date() == day
    }


def _sum_of_step(series: list[dict[int, float]], step: int) -> float | None:
    """Return all devices' power in a step; one that has not uploaded in it yet counts with the step before."""
    if not any(step in steps for steps in series):
        return None
    return tenth(sum(steps.get(step, steps.get(step - 1, 0.0)) for steps in series))


def _energy(call: Call) -> Reply:
    """Tell a plant's energies per day (≤ 7), month or year (≤ 20); "energys" is the wire's spelling."""
    plant = call.plant(empty=10003, missing=10002)
    start, end = call.day("start_date", wrong=10004), call.day("end_date", wrong=10004)
    unit = call.fields.get("time_unit", "")
    too_long = {
        "day": end - start > timedelta(days=7),
        "month": end.year - start.year > 1,
        "year": end.year - start.year > LIFE_YEARS,
    }
    if too_long.get(unit, True):
        raise ApiError(10004)
    form = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[unit]
    sums: defaultdict[str, float] = defaultdict(float)
    for day, energy in lived_days(plant).items():
        if start.strftime(form) <= day.strftime(form) <= end.strftime(form):
            sums[day.strftime(form)] += energy
    rows, _ = call.page([{"date": day, "energy": f"{tenth(energy)}"} for day, energy in sums.items()])
    return Reply(data={"count": len(sums), "time_unit": unit, "energys": rows})


def _device_list(call: Call) -> Reply:
    """List a plant's devices; the type's key is ``type``."""
    plant = call.plant(empty=10002, missing=10003)
    devices, _ = call.page(plant.devices)
    listed = [_listed_device(device) for device in devices]
    if call.world.oddities.odd_values:
        for entry, device in zip(listed, devices, strict=True):
            entry["last_update_time"] = calendar(device.record.time) if device.record is not None else None
    return Reply(data={"count": len(plant.devices), "devices": listed})


def _listed_device(device: Device) -> dict[str, Any]:
    """Return a device's entry in the list."""
    return {
        "device_sn": device.serial,
        "device_id": device.device_id,
        "datalogger_sn": device.logger.serial,
        "type": device.family.v1_type,
        "status": device.status,
        "lost": device.lost,
        "model": device.model.name,
        "manufacturer": "Growatt",
        "last_update_time": clock_text(device.record.time) if device.record is not None else "",
    }


def _logger_list(call: Call) -> Reply:
    """List a plant's data loggers."""
    plant = call.plant(empty=10002, missing=10003)
    devices, _ = call.page(plant.devices)
    loggers = [
        {"sn": device.logger.serial, "model": "ShineWiFi-X", "type": 3, "lost": device.lost, "manufacturer": "Growatt"}
        for device in devices
    ]
    return Reply(data={"count": len(plant.devices), "dataloggers": loggers})


def _plant_of(call: Call) -> Reply:
    """Tell which plant a device belongs to."""
    device = call.device(call.fields.get("device_sn", ""), None, missing=10002)
    return Reply(data={"plant": {"plant_id": device.plant.id, "plant_name": device.plant.name}})


def _check(call: Call) -> Answer:
    """Tell what kind of device a serial number is: the one answer without an envelope (B.4)."""
    serial = call.fields.get("dataloggerSn", "")
    if any(device.logger.serial == serial for device in call.world.devices):
        return json_answer({"result": 1, "obj": 3, "msg": "datalog", "deviceType": 0, "inSystem": True})
    device = call.world.device(serial)
    if device is None:
        return json_answer({"result": 0, "obj": 4, "msg": "other", "deviceType": 0, "inSystem": False})
    kind = device.family.check_kind
    return json_answer(
        {
            "result": 1,
            "obj": kind,
            "msg": {1: "inverter", 2: "storage"}.get(kind, "other"),
            "deviceType": device.family.check_type,
            "dtc": device.family.dtc,
            "model": device.model.name,
            "normalPower": device.model.pmax,
            "haveMeter": int(device.model.has_battery),
            "inSystem": True,
        }
    )


def _get(run: Callable[[Call], Reply | Answer], *, key: str = "plant_id", window: Window = LONG) -> Route:
    """Return a route of GET that counts by plant."""
    return Route(method="GET", run=run, key=key, window=window)


ROUTES: dict[str, Route] = {
    "plant/list": _get(_plant_list, key="", window=CAPPED),
    "plant/details": _get(_details),
    "plant/data": _get(_overview),
    "plant/power": _get(_power),
    "plant/energy": _get(_energy, window=CAPPED),
    "plant/sn_plant": Route(method="POST", run=_plant_of, key="device_sn"),
    "device/list": _get(_device_list),
    "device/datalogger/list": _get(_logger_list),
    "device/check/sn": _get(_check, key="dataloggerSn"),
}
