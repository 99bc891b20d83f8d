"""Alarms and the wallbox on route C (goodwe.md §5.6, §6.6)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulators.goodwe.devices import Charger, epoch_ms
from tests.simulators.goodwe.semsplus_call import MISSING, NO_RIGHT, ApiError, Call, Route, get, post

if TYPE_CHECKING:
    from tests.simulators.goodwe.alarms import Alarm
    from tests.simulators.goodwe.plants import Plant

LEVELS = {"prompt": "Total_FaultLevel_Prompt", "alarm": "Total_FaultLevel_alarm", "fault": "Total_FaultLevel_Fault"}
ACTIVE, RECOVERED = 0, 1
KINDS = {"INVERTER": "inverter", "SMART_METER": "meter"}
ALWAYS: dict[str, Any] = {
    "error_code": "4096",
    "warninglevel": 0,
    "faultClassification": ["Total_FaultType_Protect"],
    "recoverytime": None,
    "recoverytimes": None,
    "duration": None,
    "confirmed": False,
    "starStatus": False,
    "attention": 0,
    "adcode": "016300110064",
    "is_show": True,
    "is_add_task": 2,
    "date_format": "MM.dd.yyyy",
    "date_format_ym": "MM.yyyy",
}
"""What stands in every row, until the alarm has recovered."""
OFFLINE, CHARGING, AVAILABLE = 0, 6, 8


def _plants(call: Call) -> list[Plant]:
    """Return the plants that are asked for; without a list P0214, with a foreign one 100025."""
    ids = call.body.get("stationIds")
    if not isinstance(ids, list) or not ids:
        raise ApiError(MISSING)
    found = [plant for one in ids if (plant := call.world.plant(str(one))) is not None]
    if len(found) < len(ids):
        raise ApiError(NO_RIGHT)
    return found


def alarm_counts(call: Call) -> dict[str, str]:
    """Return how many alarms there are, as texts; ``happened`` are those active now."""
    alarms = [alarm for plant in _plants(call) for alarm in plant.alarms]
    active = sum(alarm.end is None for alarm in alarms)
    return {"total": str(len(alarms)), "happened": str(active), "recovery": str(len(alarms) - active)}


def alarm_page(call: Call) -> dict[str, Any]:
    """Return alarms page by page, latest first; ``status`` filters."""
    wanted = call.body.get("status")
    rows = [_alarm(call, plant, alarm) for plant in _plants(call) for alarm in plant.alarms]
    rows = [row for row in rows if wanted in (None, "", row["status"], str(row["status"]))]
    rows.sort(key=lambda row: int(row["happentime"]), reverse=True)
    return call.page(rows, page="pageIndex", size="pageSize")


def _alarm(call: Call, plant: Plant, alarm: Alarm) -> dict[str, Any]:
    """Return an alarm as a row."""
    device = call.world.device(alarm.serial)

    def local(moment: datetime) -> str:
        return plant.local(moment).strftime("%Y-%m-%d %H:%M:%S")

    row = ALWAYS | {
        "warningid": alarm.id,
        "warning_code": alarm.code,
        "warningNameEn": alarm.text,
        "warningNameZh": alarm.text,
        "warningname": f"{alarm.code}_warning",
        "cause": f"{alarm.code}_reason",
        "solution": f"{alarm.code}_solution",
        "alarmLevel": LEVELS[alarm.level],
        "status": ACTIVE if alarm.end is None else RECOVERED,
        "deviceName": device.name if device is not None else "",
        "devicesn": alarm.serial,
        "deviceType": f"Total_DeviceType_{KINDS.get(device.type, 'inverter') if device is not None else 'inverter'}",
        "stationId": plant.id,
        "stationname": plant.name,
        "warningStationName": plant.name,
        "happentime": str(epoch_ms(alarm.start)),
        "happentimes": local(alarm.start),
        "stationTimeSpan": -plant.offset_hours(alarm.start),
        "current_user_id": call.world.account.uid,
    }
    if alarm.end is not None:
        row |= {
            "recoverytime": str(epoch_ms(alarm.end)),
            "recoverytimes": local(alarm.end),
            "duration": _duration(alarm.end - alarm.start),
        }
    return row


def _duration(length: timedelta) -> str:
    """Return a time span as ready-made text: ``1m 6s``."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    return f"{minutes}m {seconds}s"


# --- wallbox ---------------------------------------------------------------------------------------------------------


def _charger(call: Call) -> Charger:
    """Return the wallbox that is asked for."""
    device = call.device()
    if not isinstance(device, Charger):
        raise ApiError(NO_RIGHT)
    return device


def charger_detail(call: Call) -> dict[str, Any]:
    """Return how a wallbox is and what it is set to."""
    charger = _charger(call)
    status = "offline" if not charger.status else "charging" if charger.power_w else "available"
    state = (
        "charging" if charger.power_w else "available_gun_insered" if charger.plugged else "available_gun_no_insered"
    )
    return {
        "currentLimit": 0,
        "dynamicLoad": 0,
        "chargeMode": charger.mode,
        "chargePower": charger.power_w / 1000 if charger.power_w else charger.most_kw,
        "scheduleChargeMode": 0,
        "scheduleMode": 0,
        "scheduleTime": call.world.clock.now().astimezone(charger.plant.zone).strftime("%Y-%m-%d %H:%M:%S"),
        "scheduleTotalMinute": 480,
        "status": status,
        "workState": state,
        "chargePowerSetted": charger.set_kw,
        "startStatus": charger.charging,
        "unit": 0,
        "mileage": 5.0,
    }


def last_charge(call: Call) -> dict[str, Any]:
    """Return the latest charge of a wallbox."""
    charger = _charger(call)
    state = OFFLINE if not charger.status else CHARGING if charger.power_w else AVAILABLE
    log = {"sn": charger.serial, "workStu": state, "status": int(charger.plugged)}
    return {"chargeLog": {**log, "chargeEnergy": round(charger.session_kwh, 2), "power": charger.power_w / 1000}}


DETAIL, LAST = "/sems-remote/api/ev-charger/detail", "/sems-plant/api/v1/chargePile/getLastCharge"
ROUTES: tuple[Route, ...] = (
    post("/sems-alarm/api/alarm/statistics", alarm_counts),
    post("/sems-alarm/api/v2/alarm/page", alarm_page),
    get(DETAIL, charger_detail),
    post(DETAIL, charger_detail),
    get(LAST, last_charge),
    post(LAST, last_charge),
)
