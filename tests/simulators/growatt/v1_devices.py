"""The token API's device calls: live values, history, alarms, reads and writes of each family (growatt.md B.6–B.8)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from tests.simulators.growatt import reading
from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.families import FamilyName
from tests.simulators.growatt.odd import odd_live, odd_settings
from tests.simulators.growatt.parameters import NO_SUCH_DEVICE, SERIAL_EMPTY, SYSTEM_ERROR
from tests.simulators.growatt.v1_call import DENIED, ApiError, Call, Reply, Route
from tests.simulators.growatt.v1_details import DETAILS, tlx_settings
from tests.simulators.growatt.v1_limits import FREE, LONG, MIX_LIVE, SHORT, Window

MOST_DAYS = 7
MOST_IN_BATCH = 100
OLDEST_DAYS = 95


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What a family's calls are named: paths, the field of the serial number, the number of a write's parameters.

    ``least_params`` are those a client must send, used or not; ``readable`` types are all unless given.
    """

    family: FamilyName
    info: str
    last: str
    last_method: str = "POST"
    batch: str
    batch_key: str
    history: str | None
    alarms: str | None
    key: str
    write: str
    least_params: int
    read: str
    readable: tuple[str, ...] = ()
    live_window: Window = LONG
    history_window: Window = LONG


APIS = (
    Api(
        family="tlx",
        info="device/tlx/tlx_data_info",
        last="device/tlx/tlx_last_data",
        batch="device/tlx/tlxs_data",
        batch_key="tlxs",
        history="device/tlx/tlx_data",
        history_window=SHORT,
        alarms="device/tlx/alarm_data",
        key="tlx_sn",
        write="tlxSet",
        least_params=19,
        read="readMinParam",
    ),
    Api(
        family="mix",
        info="device/mix/mix_data_info",
        last="device/mix/mix_last_data",
        live_window=MIX_LIVE,
        batch="device/mix/mixs_data",
        batch_key="mixs",
        history="device/mix/mix_data",
        alarms="device/mix/alarm_data",
        key="mix_sn",
        write="mixSet",
        least_params=17,
        read="readMixParam",
        readable=("pv_on_off",),
    ),
    Api(
        family="spa",
        info="device/spa/spa_data_info",
        last="device/spa/spa_last_data",
        live_window=SHORT,
        batch="device/spa/spas_data",
        batch_key="spas",
        history="device/spa/spa_data",
        history_window=SHORT,
        alarms="device/spa/alarm_data",
        key="spa_sn",
        write="spaSet",
        least_params=17,
        read="readSpaParam",
    ),
    Api(
        family="storage",
        info="device/storage/storage_data_info",
        last="device/storage/storage_last_data",
        live_window=SHORT,
        batch="device/storage/storages_data",
        batch_key="storages",
        history="device/storage/storage_data",
        history_window=SHORT,
        alarms="device/storage/alarm_data",
        key="storage_sn",
        write="storageSet",
        least_params=4,
        read="readStorageParam",
    ),
    Api(
        family="max",
        info="device/max/max_data_info",
        last="device/max/max_last_data",
        batch="device/max/maxs_data",
        batch_key="maxs",
        history="device/max/max_data",
        alarms="device/max/alarm_data",
        key="max_sn",
        write="maxSet",
        least_params=19,
        read="readMaxParam",
    ),
    Api(
        family="inverter",
        info="device/inverter/inv_data_info",
        last="device/inverter/last_new_data",
        last_method="GET",
        batch="device/inverter/invs_data",
        batch_key="inverters",
        history=None,
        alarms=None,
        key="device_sn",
        write="inverterSet",
        least_params=0,
        read="readInverterParam",
    ),
)


# --- reading ---------------------------------------------------------------------------------------------------------


def _beside(api: Api, device: Device) -> dict[str, Any]:
    """Return what stands beside a device's data."""
    return {"dataloggerSn": device.logger.serial, api.key: device.serial}


def _live(call: Call, device: Device) -> dict[str, Any]:
    """Return a device's live values, odd ones on odd days."""
    return odd_live(device.live()) if call.world.oddities.odd_values else device.live()


def _info(api: Api, call: Call) -> Reply:
    """Tell what a device is, and for most families what it is set to."""
    device = call.device(call.fields.get("device_sn", ""), api.family, missing=SYSTEM_ERROR)
    data = DETAILS[api.family](device)
    beside = {"dataloggerSn": device.logger.serial, "device_sn": device.serial}
    return Reply(data=odd_settings(data) if call.world.oddities.odd_values else data, beside=beside)


def _settings(api: Api, call: Call) -> Reply:
    """Tell a MIN's settings."""
    device = call.device(call.fields.get("device_sn", ""), api.family, missing=SYSTEM_ERROR)
    data = tlx_settings(device)
    beside = {"dataloggerSn": device.logger.serial, "device_sn": device.serial}
    return Reply(data=odd_settings(data) if call.world.oddities.odd_values else data, beside=beside)


def _last(api: Api, call: Call) -> Reply:
    """Tell a device's live values."""
    if not (serial := call.fields.get(api.key, "")):
        raise ApiError(10003)
    device = call.device(serial, api.family, missing=10002)
    return Reply(data=_live(call, device), beside=_beside(api, device))


def _batch(api: Api, call: Call) -> Reply:
    """Tell the live values of several devices; unknown and forbidden ones are left out."""
    asked = [serial for serial in call.fields.get(api.batch_key, "").split(",") if serial]
    if not asked or len(asked) > MOST_IN_BATCH:
        raise ApiError(10003)
    found = [(serial, call.world.device(serial)) for serial in asked if serial not in call.token.denied]
    data = {
        serial: {serial: _live(call, device), "dataloggerSn": device.logger.serial}
        for serial, device in found
        if device is not None and device.model.family == api.family
    }
    return Reply(data=data, beside={api.batch_key: asked, "pageNum": int(call.fields.get("pageNum") or 1)})


def _history(api: Api, call: Call) -> Reply:
    """Tell what a device uploaded on up to seven days, newest first."""
    if not (serial := call.fields.get(api.key, "")):
        raise ApiError(10002)
    start, end = call.day("start_date", wrong=10003), call.day("end_date", wrong=10003)
    if end - start > timedelta(days=MOST_DAYS):
        raise ApiError(10004)
    device = call.device(serial, api.family, missing=10005)
    oldest = device.local(call.world.clock.now()).date() - timedelta(days=OLDEST_DAYS)
    records = [record for record in device.history if max(start, oldest) <= record.time.date() <= end]
    rows, following = call.page(sorted(records, key=lambda record: record.time, reverse=True))
    return Reply(
        data={
            "count": len(records),
            "next_page_start_id": following,
            api.key: device.serial,
            "datalogger_sn": device.logger.serial,
            "datas": [device.row(record) for record in rows],
        }
    )


def _alarms(api: Api, call: Call) -> Reply:
    """Tell a day's alarms of a device."""
    if not (serial := call.fields.get(api.key, "")):
        raise ApiError(10002)
    day = call.day("date", wrong=10003)
    device = call.device(serial, api.family, missing=10005)
    alarms = [
        {
            "alarm_code": alarm.code,
            "status": alarm.status,
            "start_time": f"{alarm.start:%Y-%m-%d %H:%M:%S}.0",
            "end_time": f"{alarm.end:%Y-%m-%d %H:%M:%S}.0",
            "alarm_message": alarm.message,
        }
        for alarm in device.alarms
        if alarm.start.date() <= day <= alarm.end.date()
    ]
    rows, _ = call.page(alarms)
    return Reply(data={"count": len(alarms), api.key: device.serial, "alarms": rows})


# --- through the logger ----------------------------------------------------------------------------------------------


def _read(api: Api, call: Call) -> Reply:
    """Read a setting or registers from the device itself (B.6.5); a missing end is a single register."""
    if not (serial := call.fields.get("device_sn", "")):
        raise ApiError(10004)
    device = call.device(serial, api.family, missing=10002)
    kind = call.fields.get("paramId", "")
    if api.readable and kind not in (*api.readable, "set_any_reg"):
        raise ApiError(reading.UNKNOWN_PARAMETER)
    if kind == "set_any_reg":
        return Reply(data=_registers(call, device), beside={"device_sn": serial})
    verdict = call.world.read_parameter(device, kind)
    if verdict.code:
        raise ApiError(verdict.code)
    return Reply(data=verdict.text, beside={"device_sn": serial})


def _registers(call: Call, device: Device) -> str:
    """Return registers as text."""
    first, last = call.fields.get("startAddr", ""), call.fields.get("endAddr", "") or call.fields.get("startAddr", "")
    if not (first.isdigit() and last.isdigit() and int(first) <= int(last) < reading.ADDRESSES):
        raise ApiError(SYSTEM_ERROR)
    if offline := call.world.offline(device):
        raise ApiError(offline)
    return reading.registers(device, int(first), int(last))


def _write(api: Api, call: Call) -> Reply:
    """Write a setting (B.6.6, B.7.4, B.8); a client that leaves parameters out gets a system error."""
    if not (serial := call.fields.get(api.key, "")):
        raise ApiError(SERIAL_EMPTY)
    device = call.world.device(serial)
    if serial in call.token.denied:
        raise ApiError(DENIED)
    if device is None or device.model.family != api.family:
        raise ApiError(NO_SUCH_DEVICE, "error_device_not_exist")
    names: tuple[str, ...]
    if api.family == "inverter":
        kind, names = call.fields.get("paramId", ""), ("command_1", "command_2")
    else:
        kind, names = call.fields.get("type", ""), tuple(f"param{number}" for number in range(1, 20))
    if any(name not in call.fields for name in names[: api.least_params]):
        raise ApiError(SYSTEM_ERROR)
    params = {number: call.fields.get(name, "") for number, name in enumerate(names, start=1)}
    if code := call.world.write(device, kind, params).code:
        raise ApiError(code)
    return Reply(data="")


def _routes(api: Api) -> dict[str, Route]:
    """Return the routes of a family."""

    def route(method: str, run: Callable[[Api, Call], Reply], key: str, window: Window) -> Route:
        return Route(method=method, run=partial(run, api), key=key, window=window)

    routes = {
        api.info: route("GET", _info, "device_sn", SHORT if api.live_window is SHORT else LONG),
        api.last: route(api.last_method, _last, api.key, api.live_window),
        api.batch: route("POST", _batch, api.batch_key, api.live_window),
        api.read: route("POST", _read, "device_sn", FREE),
        api.write: route("POST", _write, api.key, FREE),
    }
    if api.history is not None:
        routes[api.history] = route("POST", _history, api.key, api.history_window)
    if api.alarms is not None:
        routes[api.alarms] = route("POST", _alarms, api.key, api.live_window)
    return routes


ROUTES: dict[str, Route] = {path: route for api in APIS for path, route in _routes(api).items()}
ROUTES["device/tlx/tlx_set_info"] = Route(method="GET", run=partial(_settings, APIS[0]), key="device_sn")
