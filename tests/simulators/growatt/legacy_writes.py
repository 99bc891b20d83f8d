"""Setting and reading a device through its logger by password (growatt.md A.9, A.10)."""

from collections.abc import Callable, Mapping
import re
from typing import Any

from tests.simulators.growatt import reading
from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.families import FamilyName
from tests.simulators.growatt.legacy_call import Call
from tests.simulators.growatt.legacy_facts import facts
from tests.simulators.growatt.legacy_settings import EXPORT_POWER, export_power, positions, settings_bean, write_name
from tests.simulators.growatt.parameters import DEVICE_OFFLINE, LOGGER_OFFLINE, NO_SUCH_DEVICE, SERIAL_EMPTY
from tests.simulators.growatt.values import clock_text
from tests.simulators.growatt.world import Verdict
from tests.simulators.wire import Answer, json_answer

type Handler = Callable[[Call], Answer]

TOKEN_API, PASSWORD_API = 10_000, 500
STORAGE_CODES = {SERIAL_EMPTY: 503, DEVICE_OFFLINE: 504}
"""Where a storage's codes differ from 500 + n (A.9)."""
SET_MESSAGE: dict[FamilyName, str] = {"tlx": "inv_set_success"}
MIN_TYPE = "8"
OFFLINE, NO_ANSWER = "501", "500"
"""What the app's live read says of a device that is not there and of one that does not answer (A.10)."""
REGISTER_ID = "set_any_reg"
REGISTERS_PER_CALL = 50
UNSET_SEGMENT = "0-0-"


def _code(code: int, family: FamilyName | None) -> str:
    """Return V1's code as the password API says it."""
    if family == "storage" and code in STORAGE_CODES:
        return str(STORAGE_CODES[code])
    return str(code - TOKEN_API + PASSWORD_API)


def _refused(code: int, family: FamilyName | None = None) -> Answer:
    """Return a refusal."""
    return json_answer({"success": False, "msg": _code(code, family)})


def _parameters(params: Mapping[str, str]) -> dict[int, str]:
    """Return ``param1`` … by position."""
    return {int(found[1]): value for name, value in params.items() if (found := re.fullmatch(r"param(\d+)", name))}


def _set(call: Call, family: FamilyName, kind: str, params: Mapping[int, str]) -> Answer:
    """Let a setting be written to a device of one family."""
    if not call.param("serialNum"):
        return _refused(SERIAL_EMPTY, family)
    device = call.world.device(call.param("serialNum"))
    if device is None or device.model.family != family:
        return _refused(NO_SUCH_DEVICE, family)
    verdict = call.world.write(device, kind, params, token_api=False)
    if verdict.code:
        return _refused(verdict.code, family)
    return json_answer({"success": True, "msg": SET_MESSAGE.get(family, "200")})


def _by_type(family: FamilyName) -> Handler:
    """Return what answers a write of ``type`` with ``param1`` …."""
    return lambda call: _set(call, family, call.param("type"), _parameters(call.params))


def _inverter_set(call: Call) -> Answer:
    """Answer a write to a classic inverter: ``paramId`` and two commands."""
    return _set(call, "inverter", call.param("paramId"), {1: call.param("command_1"), 2: call.param("command_2")})


# --- live reads ------------------------------------------------------------------------------------------------------


def _value(call: Call, device: Device, param: str) -> Verdict:
    """Read one parameter from the device itself."""
    verdict = call.world.read_parameter(device, write_name(param))
    if param == EXPORT_POWER and "exportLimitPowerRate" in device.settings:
        reachable = call.world.read_parameter(device, "backflow_setting")
        return Verdict(code=reachable.code, text=export_power(device.settings))
    return verdict


def _read(family: FamilyName) -> Handler:
    """Return what answers the web portal's live read of a family (A.10)."""

    def answer(call: Call) -> Answer:
        device = call.world.device(call.param("serialNum"))
        if device is None or device.model.family != family:
            return _refused(NO_SUCH_DEVICE, family)
        verdict = _value(call, device, call.param("paramId"))
        if verdict.code:
            return _refused(verdict.code, family)
        # A segment that was never set is no success, although nothing is wrong.
        return json_answer({"msg": verdict.text, "success": verdict.text != UNSET_SEGMENT})

    return answer


def _read_all(call: Call) -> Answer:
    """Answer ``readAllMinParam``: everything a MIN has, in text, from the device itself."""
    device = call.world.device(call.param("serialNum"))
    if device is None or device.model.family != "tlx":
        return _refused(NO_SUCH_DEVICE, "tlx")
    if not device.reachable:
        return _refused(LOGGER_OFFLINE if device.logger.offline else DEVICE_OFFLINE, "tlx")
    more = facts(device) | {"deviceModel": device.model.name, "nominalPower": device.model.pmax}
    bean = settings_bean("tlx", device.settings, clock_text(device.local(call.now)), more)
    return json_answer({"msg": bean | {"onOff": str(device.settings["onOff"])}, "success": True})


def _app_refused(msg: str) -> Answer:
    """Return a refusal of the app's live read."""
    return json_answer({"result": 0, "msg": msg, "obj": None})


def _read_device(call: Call) -> Answer:
    """Answer ``readDeviceParam``: one setting position by position, or registers joined by dashes."""
    device = call.world.device(call.param("serialNum"))
    if device is None or device.model.family != "tlx" or call.param("deviceTypeStr") != MIN_TYPE:
        return _app_refused(NO_ANSWER)
    if not device.reachable:
        return _app_refused(OFFLINE)
    if call.param("paramId") == REGISTER_ID:
        return _registers(call, device)
    kind = write_name(call.param("paramId"))
    verdict = call.world.read_parameter(device, kind)
    if verdict.code:
        return _app_refused(NO_ANSWER)
    values = positions(device.model.family, device.settings, kind) or [verdict.text]
    return _app_values(values)


def _app_values(values: list[str]) -> Answer:
    """Return what the app's live read found."""
    obj: dict[str, Any] = {f"param{number}": value for number, value in enumerate(values, start=1)}
    return json_answer({"result": 1, "msg": "", "obj": obj})


def _registers(call: Call, device: Device) -> Answer:
    """Return the registers a call asks for, each followed by a dash."""
    try:
        first, last = int(call.param("startAddr")), int(call.param("endAddr"))
    except ValueError:
        return _app_refused(NO_ANSWER)
    if not 0 <= first <= last < reading.ADDRESSES or last - first >= REGISTERS_PER_CALL:
        return _app_refused(NO_ANSWER)
    return _app_values([f"{reading.registers(device, first, last).removesuffix('-')}-"])


APP: dict[str, Handler] = {
    "mixSetApiNew": _by_type("mix"),
    "mixSetApi": _by_type("mix"),
    "spaSetApi": _by_type("spa"),
    "tlxSet": _by_type("tlx"),
    "maxSetApi": _by_type("max"),
    "storageSPF5000Set": _by_type("storage"),
    "storageSet": _by_type("storage"),
    "inverterSet": _inverter_set,
    "readDeviceParam": _read_device,
}
PORTAL: dict[str, Handler] = {
    "inverterSet": _inverter_set,
    "storageSPF5000Set": _by_type("storage"),
    "readMixParam": _read("mix"),
    "readMinParam": _read("tlx"),
    "readMaxParam": _read("max"),
    "readSpaParam": _read("spa"),
    "readStorageParam": _read("storage"),
    "readAllMinParam": _read_all,
}
ROUTES: dict[str, dict[str, Handler]] = {"newTcpsetAPI.do": APP, "tcpSet.do": PORTAL}
