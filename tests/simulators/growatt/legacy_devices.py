"""The device calls of the password API: which operation answers what about which type (growatt.md A.6, A.10)."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.simulators.growatt import legacy_mix, legacy_storage, legacy_tlx
from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.inventory import INVERTER_LIVE, MIN_DETAIL, MIN_LIVE, STORAGE_DETAIL, blank
from tests.simulators.growatt.legacy_call import NOT_AVAILABLE, SERVER_ERROR, WRONG_TYPE, Call, TurnedAway
from tests.simulators.growatt.legacy_charts import BARS, energies_of, rows_of, total
from tests.simulators.growatt.legacy_facts import facts, packs_of, settings_of, wide
from tests.simulators.growatt.legacy_sessions import html_answer
from tests.simulators.growatt.legacy_values import as_text, kilowatts, obj_answer, text
from tests.simulators.growatt.record import PackRecord
from tests.simulators.growatt.v1_details import battery_facts
from tests.simulators.growatt.values import clock_text, widened
from tests.simulators.wire import Answer, json_answer

type Handler = Callable[[Call], Answer]


def _clock(call: Call, device: Device) -> str:
    """Return what a device's clock shows, as text."""
    return clock_text(device.local(call.now))


# --- inverter and MAX ------------------------------------------------------------------------------------------------


def _inverter_bean(call: Call) -> Mapping[str, Any]:
    """Return a classic inverter's values; for an unknown serial number they are all zero (A.6.1)."""
    device = call.find("inverterId", "inverter", otherwise=SERVER_ERROR)
    return device.live() if device is not None else blank(INVERTER_LIVE)


def _inverter_data(call: Call) -> Answer:
    """Answer ``getInverterData``."""
    device = call.device("id", "inverter", "max", otherwise=WRONG_TYPE)
    rows = rows_of(device, call.day(device.plant))
    series = legacy_storage.power_series(rows, call.param("type"))
    return json_answer({"invPacData": series, "success": True})


def _max_bean(call: Call) -> Mapping[str, Any]:
    """Return a MAX's values."""
    return call.device("inverterId", "max", otherwise=SERVER_ERROR).live()


def _max_params(call: Call) -> Answer:
    """Answer ``getInverterParams_max``."""
    device = call.device("maxId", "max", otherwise=SERVER_ERROR)
    return json_answer({"inverterType": device.model.name, "region": "", "newBean": facts(device)})


def _max_settings(call: Call) -> Answer:
    """Answer ``getMaxSetData``."""
    device = call.device("serialNum" if call.param("serialNum") else "maxId", "max")
    return obj_answer({"maxSetBean": settings_of(call, device)})


# --- tlx -------------------------------------------------------------------------------------------------------------


def _tlx_detail(call: Call) -> Answer:
    """Answer ``getTlxDetailData``; what nobody knows is all zero, lost and has no serial number."""
    device = call.find("id", "tlx", otherwise=SERVER_ERROR)
    bean = blank(MIN_LIVE) | {"serialNum": None, "lost": True} if device is None else device.live()
    return json_answer({"data": wide(call, bean), "parameterName": legacy_tlx.PARAMETER_NAMES})


def _tlx(call: Call) -> Device:
    """Return the MIN a call names."""
    return call.device("id", "tlx", otherwise=SERVER_ERROR)


def _tlx_status(call: Call) -> Answer:
    """Answer the MIN's ``getSystemStatus_KW``."""
    device = _tlx(call)
    priority = device.settings_copy()["priorityChoose"]
    return obj_answer(legacy_tlx.status(device.live(), device.model.pmax, priority))


def _tlx_chart(call: Call) -> Answer:
    """Answer the MIN's ``getEnergyProdAndCons_KW``."""
    device = _tlx(call)
    day = call.day(device.plant)
    discharged = device.record.total.discharged if device.record is not None else 0.0
    if bars := BARS.get(call.param("type")):
        sums = bars(device, day)
        return obj_answer(legacy_tlx.charts(legacy_tlx.bar_chart(day, sums), total(sums), discharged))
    chart = legacy_tlx.day_chart(rows_of(device, day))
    return obj_answer(legacy_tlx.charts(chart, energies_of(device, day), discharged))


TLX_SERIES: dict[str, str] = {"2": "vpv1", "3": "ipv1", "4": "vpv2", "5": "ipv2", "6": "pac"}
"""What ``getTlxData`` draws by its ``type``; any other is the power of the panels."""


def _tlx_data(call: Call) -> Answer:
    """Answer ``getTlxData``."""
    device = _tlx(call)
    day = call.day(device.plant)
    field = TLX_SERIES.get(call.param("type"), "ppv")
    record = device.record
    return json_answer(
        {
            "date": day.isoformat(),
            "eToday": text(record.today.output if record is not None else 0),
            "eTotal": text(record.total.output if record is not None else 0),
            "power": text(record.output_w if record is not None and not device.lost else 0),
            "nominalPower": text(device.model.pmax),
            "exportLimit": device.settings_copy()["exportLimit"],
            "exportLimitPower": "0",
            "exportLimitPower2": "0",
            "dryContactStatus": 0,
            "invPacData": {f"{row.time:%Y-%m-%d %H:%M}": device.row(row)[field] for row in rows_of(device, day)},
        }
    )


def _tlx_params(call: Call) -> Answer:
    """Answer ``getTlxParams``."""
    device = _tlx(call)
    bean = blank(MIN_DETAIL) | facts(device) | battery_facts(device) | {"tlxSetbean": None}
    return json_answer({"inverterType": device.model.name, "region": "", "newBean": widened(bean)})


def _tlx_settings(call: Call) -> Answer:
    """Answer ``getTlxSetData``."""
    device = call.device("serialNum", "tlx", otherwise=json_answer({"result": 0, "obj": {}, "msg": "504"}))
    return obj_answer({"tlxSetBean": settings_of(call, device)})


TLX_ENABLED = (
    *("ac_charge", "charge_power", "charge_stop_soc", "discharge_power", "discharge_stop_soc", "pf_sys_year"),
    *("pv_active_p_rate", "pv_grid_voltage_high", "pv_grid_voltage_low", "backflow_setting"),
    *(f"time_segment{number}" for number in range(1, 10)),
)


def _set_password(call: Call) -> Answer:
    """Answer ``getSetPass``: what the app lets its user change."""
    device = call.device("deviceSn", "tlx")
    with_battery = "1" if device.model.has_battery else "0"
    enable = dict.fromkeys(TLX_ENABLED, with_battery) | {"pv_active_p_rate": "1", "tlx_on_off": "0"}
    password = f"growatt{device.local(call.now):%Y%m%d}"
    return obj_answer({"haveAfci": False, "switch": True, "enable": enable}, msg=password)


def _pack(call: Call, name: str) -> tuple[PackRecord, bool]:
    """Return a battery pack and whether it is lost."""
    for device in call.world.devices:
        if device.model.family == "tlx":
            for pack, lost in packs_of(device):
                if pack.serial == call.param(name):
                    return pack, lost
    raise TurnedAway(NOT_AVAILABLE)


def _pack_info(call: Call) -> Answer:
    """Answer ``getBatInfo``."""
    pack, lost = _pack(call, "serialNum")
    return obj_answer(legacy_tlx.pack_info(pack, lost=lost))


def _pack_detail(call: Call) -> Answer:
    """Answer ``getBatDetailData``."""
    pack, lost = _pack(call, "id")
    return json_answer({"data": legacy_tlx.pack_detail(pack, lost=lost), "parameterName": ""})


# --- mix -------------------------------------------------------------------------------------------------------------


def _mix(call: Call) -> Device:
    """Return the SPH a call names."""
    return call.device("mixId", "mix")


def _mix_live(device: Device) -> dict[str, Any]:
    """Return an SPH's values with what only its settings tell."""
    return device.live() | {"priorityChoose": device.settings_copy()["priorityChoose"]}


def _mix_totals(call: Call) -> Answer:
    """Answer the SPH's ``getEnergyOverview``."""
    device = _mix(call)
    return obj_answer(legacy_mix.totals(device.live(), device.plant.currency))


def _mix_status(call: Call) -> Answer:
    """Answer the SPH's ``getSystemStatus_KW``."""
    device = _mix(call)
    odd = call.world.oddities.odd_values
    return obj_answer(legacy_mix.status(_mix_live(device), device.model.pmax, odd=odd))


def _mix_chart(call: Call) -> Answer:
    """Answer the SPH's ``getEnergyProdAndCons_KW``: a day up to the last upload, or bars."""
    device = _mix(call)
    day = call.day(device.plant)
    discharged = device.record.total.discharged if device.record is not None else 0.0
    if bars := BARS.get(call.param("type")):
        sums = bars(device, day)
        return obj_answer(legacy_tlx.charts(legacy_tlx.bar_chart(day, sums), total(sums), discharged))
    return obj_answer(legacy_mix.day(rows_of(device, day), energies_of(device, day), discharged))


def _mix_settings(call: Call) -> Answer:
    """Answer ``getMixSetParams``."""
    device = call.device("serialNum", "mix")
    head: dict[str, Any] = {
        "deviceType": 0,
        "dtc": device.family.dtc,
        "haveMeter": 0,
        "normalPower": device.model.pmax,
        "model": "",
    }
    return obj_answer({"mixBean": settings_of(call, device)}, **head)


# --- storage and SPA -------------------------------------------------------------------------------------------------


def _storage(call: Call) -> Device:
    """Return the SPF a call names."""
    return call.device("storageId" if call.param("storageId") else "storageSn", "storage")


def _storage_params(call: Call) -> Answer:
    """Answer ``getStorageParams``: what it is and what it measures."""
    device = _storage(call)
    static = blank(STORAGE_DETAIL) | dict(device.settings_copy()) | facts(device)
    return json_answer({"storageBean": widened(static), "storageDetailBean": wide(call, device.live())})


def _storage_status(call: Call) -> Answer:
    """Answer the storage's ``getSystemStatusData``."""
    return obj_answer(legacy_storage.storage_summary(_storage(call).live()))


def _day_obj(find: Callable[[Call], Device]) -> Handler:
    """Return what answers the day's chart of a device with a battery."""

    def answer(call: Call) -> Answer:
        device = find(call)
        day = call.day(device.plant)
        discharged = device.record.total.discharged if device.record is not None else 0.0
        return obj_answer(legacy_mix.day(rows_of(device, day), energies_of(device, day), discharged))

    return answer


def _spa(call: Call) -> Device:
    """Return the SPA a call names."""
    return call.device("spaId", "spa")


def _spa_status(call: Call) -> Answer:
    """Answer the SPA's ``getSystemStatus``."""
    device = _spa(call)
    live = _mix_live(device)
    return obj_answer(legacy_storage.spa_status(live) | {"pmax": kilowatts(device.model.pmax)})


def _inverter_page(call: Call) -> Answer:
    """Answer the settings page of a classic inverter: everything text (A.9.1)."""
    device = call.device("invSn", "inverter")
    settings = device.settings_copy()
    values = {
        "sn": device.serial,
        "alias": device.alias,
        "datalogSn": device.logger.serial,
        "plantId": device.plant.id,
        "location": "",
        "model": "0",
        "deviceModel": device.model.name,
        "fwVersion": "AH1.0",
        "nominalPower": device.model.pmax,
        "workingFrequencyMin": 47.53,
        "workingFrequencyMax": 51.5,
        "lost": device.lost,
        "status": device.status,
        "sysTime": _clock(call, device),
        "lastUpdateTime": facts(device)["lastUpdateTimeText"],
        **{
            key: settings[key]
            for key in ("onOff", "activeRate", "reactiveRate", "voltageHighLimit", "voltageLowLimit", "pf")
        },
    }
    return html_answer(legacy_storage.inverter_page({name: str(as_text(value)) for name, value in values.items()}))


INVERTER: dict[str, Handler] = {
    "getInverterDetailData": lambda call: json_answer(wide(call, _inverter_bean(call))),
    "getInverterDetailData_two": lambda call: json_answer(widened(legacy_storage.inverter_two(_inverter_bean(call)))),
    "getInverterData": _inverter_data,
    "getInverterDetailData_max": lambda call: json_answer(wide(call, _max_bean(call))),
    "getInverterDetailData_max_two": lambda call: json_answer(widened(legacy_storage.inverter_two(_max_bean(call)))),
    "getInverterParams_max": _max_params,
}
TLX: dict[str, Handler] = {
    "getTlxDetailData": _tlx_detail,
    "getSystemStatus_KW": _tlx_status,
    "getEnergyOverview": lambda call: obj_answer(legacy_tlx.overview(_tlx(call).live())),
    "getEnergyProdAndCons_KW": _tlx_chart,
    "getTlxData": _tlx_data,
    "getTlxParams": _tlx_params,
    "getTlxSetData": _tlx_settings,
    "getBatInfo": _pack_info,
    "getBatDetailData": _pack_detail,
}
MIX: dict[str, Handler] = {
    "getMixInfo": lambda call: obj_answer(legacy_mix.info(_mix(call).live())),
    "getEnergyOverview": _mix_totals,
    "getSystemStatus_KW": _mix_status,
    "getEnergyProdAndCons_KW": _mix_chart,
    "getMixSetParams": _mix_settings,
}
STORAGE: dict[str, Handler] = {
    "getStorageInfo": lambda call: json_answer(legacy_storage.storage_summary(_storage(call).live())),
    "getStorageParams": _storage_params,
    "getEnergyOverviewData": lambda call: obj_answer(legacy_storage.storage_overview(_storage(call).live())),
    "getSystemStatusData": _storage_status,
    "getStorageEnergyData": _day_obj(_storage),
    "getEnergyProdAndConsData": _day_obj(_storage),
}
SPA: dict[str, Handler] = {
    "getSystemStatus": _spa_status,
    "getEnergyOverview": lambda call: obj_answer(legacy_storage.spa_overview(_spa(call).live())),
    "getSpaEnergy": _day_obj(_spa),
    "getEnergyProdAndConsData": _day_obj(_spa),
    "getSpaSetParams": lambda call: obj_answer({"spaBean": settings_of(call, _spa(call))}),
}
ROUTES: dict[str, dict[str, Handler]] = {
    "newInverterAPI.do": INVERTER,
    "newTlxApi.do": TLX,
    "newMixApi.do": MIX,
    "newStorageAPI.do": STORAGE | {f"{op}_sacolar": handler for op, handler in STORAGE.items()},
    "newSpaApi.do": SPA,
    "newMaxApi.do": {"getMaxSetData": _max_settings},
    "newLoginAPI.do": {"getSetPass": _set_password},
    "commonDeviceSetC/setInverter": {"": _inverter_page},
}
