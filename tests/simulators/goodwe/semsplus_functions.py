"""The function tree of a device: what can be set by address, and how it describes itself (goodwe.md §6.2).

The tree is curated and holds more than a client may use: read-only rows, composites, gains other than 1, buttons, and
names and addresses that occur twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
import json
from typing import Any, Literal

type Menu = tuple[str, ...]
type FunctionSet = Literal["grid_tie", "dns", "hybrid", "cabinet"]

NUMBER, RADIO, SWITCH, BUTTON, DROPDOWN, STATUS, COMPOSITE, TIME, MASK = 3, 4, 8, 16, 20, 22, 19, 24, 25
BATTERY_MENU = 1
ON_OFF = (("remote_Switch_on", 1), ("remote_Switch_off", 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One row of the tree. ``key`` is the setting it holds (``settings.py``), ``menu`` where it hangs.

    ``range`` and values are raw; what is displayed and read from the cache is raw ÷ ``gain``. ``effect`` maps a raw value
    to the settings that follow where the value itself is none (a button, a choice of commands).
    """

    address: str
    translate: str
    menu: Menu
    key: str
    control: int = NUMBER
    range: str = "[0,100]"
    unit: str = "N/A"
    gain: int = 1
    rw: str = "RW"
    choices: tuple[tuple[str, int], ...] = ()
    effect: Mapping[int, Mapping[str, Any]] | None = None
    func_key: str | None = None
    related: tuple[Function, ...] = ()

    def id_of(self, model: str) -> str:
        """Return its id, which differs from model to model."""
        return str(int(sha256(f"{model} {self.address} {self.translate} {self.unit}".encode()).hexdigest()[:12], 16))

    def allows(self, raw: object) -> bool:
        """Tell whether a device takes a raw value."""
        if not isinstance(raw, int) or isinstance(raw, bool) or "W" not in self.rw:
            return False
        if self.choices:
            return raw in {value for _, value in self.choices}
        limits: list[int] = json.loads(self.range)
        return raw == limits[0] if len(limits) == 1 else limits[0] <= raw <= limits[1]

    def as_wire(self, model: str) -> dict[str, Any]:
        """Return it as the tree tells it."""
        control = [{"transKey": name, "value": str(value)} for name, value in self.choices]
        wire: dict[str, Any] = {
            "id": self.id_of(model),
            "address": self.address,
            "translateKey": self.translate,
            "funcKey": self.func_key,
            "rwType": self.rw,
            "control": self.control,
            "controlType": 2,
            "controlAttr": json.dumps(control, separators=(",", ":")) if control else "",
            "range": self.range,
            "gain": self.gain,
            "unit": self.unit,
            "type": "U16",
            "size": 1,
            "preCommand": "F7",
            "cpuType": "ARM",
        }
        if self.related:
            wire["relationFuncs"] = [function.as_wire(model) for function in self.related]
        return wire


def _switch(address: str, translate: str, menu: Menu, key: str, **others: Any) -> Function:
    """Return a switch of two values."""
    return Function(
        address=address,
        translate=translate,
        menu=menu,
        key=key,
        control=SWITCH,
        range="[0,1]",
        choices=ON_OFF,
        **others,
    )


def _button(address: str, translate: str, value: int, key: str, effect: Mapping[str, Any]) -> Function:
    """Return a button, which is written with one value."""
    return Function(
        address=address,
        translate=translate,
        menu=("power_control",),
        key=key,
        control=BUTTON,
        range=f"[{value}]",
        rw="WO",
        effect={value: effect},
    )


RUN, STOP = {"Running": 1}, {"Running": 0}
STATUS_SETTING = Function(
    address="80017",
    translate="status_setting",
    menu=("power_control",),
    key="StatusSetting",
    control=RADIO,
    range="[0,4]",
    choices=(("restart", 1), ("stop", 2), ("start_up", 4)),
    effect={1: RUN, 2: STOP, 4: RUN},
)
RUN_STOP = Function(
    address="45218",
    translate="run_stop",
    menu=("power_control",),
    key="RunStop",
    control=SWITCH,
    range="[0,1]",
    choices=ON_OFF,
    effect={1: RUN, 0: STOP},
)
LIMIT = ("grid_parameters", "power_limit")
WORK = ("work_mode",)


def _common(first: int) -> tuple[Function, ...]:
    """Return what every inverter has: things to look at, and things a client has to leave alone."""

    def row(offset: int, translate: str, **others: Any) -> Function:
        return Function(address=str(first + offset), translate=translate, key=f"Other{first + offset}", **others)

    end = row(1, "end_time", menu=("basic",), control=TIME, range="[0,2359]")
    return (
        row(0, "start_time", menu=("basic",), control=TIME, range="[0,2359]", related=(end,)),
        row(2, "safety_code", menu=("basic",), control=DROPDOWN, choices=(("poland", 5), ("germany", 7))),
        row(3, "repeat_days", menu=("basic",), control=MASK, range="[0,127]"),
        row(4, "q_u_curve", menu=("grid_parameters", "reactive"), control=COMPOSITE),
        row(5, "power_factor", menu=("grid_parameters", "reactive"), range="[-1000,1000]", gain=1000),
        row(6, "volt_upper_limit", menu=("grid_parameters", "voltage"), range="[2300,2800]", gain=10, unit="V"),
        row(7, "freq_upper_limit", menu=("grid_parameters", "frequency"), range="[5000,5500]", gain=100, unit="Hz"),
        row(8, "running_status", menu=("basic",), control=STATUS, rw="RO"),
    )


GRID_TIE: tuple[Function, ...] = (
    _switch("40327", "grid-tie_power_limit", LIMIT, "PWLimitEnable", func_key="PWLimitEnable"),
    Function(
        address="40328",
        translate="limit_setting",
        menu=LIMIT,
        key="PWLimitThr",
        range="[0,50000]",
        unit="W",
        func_key="PWLimitThr",
    ),
    Function(
        address="40336",
        translate="limit_setting",
        menu=LIMIT,
        key="PWLimitPercent",
        range="[0,100]",
        unit="%Pn",
        func_key="PWLimitThr",
    ),
    *_common(41_400),
)
DNS: tuple[Function, ...] = (
    _button("40330", "start_up", 0, "StatusSetting", RUN),
    _button("40331", "shutdown", 0, "StatusSetting", STOP),
    _button("40332", "restart", 0, "StatusSetting", RUN),
    *GRID_TIE,
)
HYBRID: tuple[Function, ...] = (
    RUN_STOP,
    _button("45221", "restart", 361, "RunStop", RUN),
    _switch("47509", "grid-tie_power_limit", LIMIT, "PWLimitEnable", func_key="PWLimitEnable"),
    Function(
        address="47510",
        translate="limit_setting",
        menu=LIMIT,
        key="PWLimitThr",
        range="[0,30000]",
        unit="W",
        func_key="PWLimitThr",
    ),
    *_common(45_400),
)
CABINET: tuple[Function, ...] = (
    *HYBRID,
    Function(
        address="47880",
        translate="limit_setting",
        menu=("generator",),
        key="OtherGenerator",
        range="[0,30000]",
        unit="W",
        func_key="PWLimitThr",
    ),
)
MODES: tuple[Function, ...] = (
    _switch("47511", "self_use", WORK, "SelfConsumption", func_key="selfUseMode", rw="RO"),
    _switch("47605", "backup_mode", WORK, "BackupModeEnable", func_key="backupMode"),
    _switch("47870", "gird_pur_charge", WORK, "BackupChargeModelEnable"),
    Function(address="47606", translate="charge_pw", menu=WORK, key="BackupPChargeP", unit="%"),
    _switch("47612", "tou_mode_enable", WORK, "TOUModeEnable", func_key="TOUMode"),
    _switch("47038", "off_grid_mode", WORK, "OffGridEnable", func_key="offGridMode"),
    _switch("47609", "delayed_charge", WORK, "DelayedChargeEnable", func_key="delayMode"),
)
IMMEDIATE = ("battery_function", "immediate_charge")
BATTERY: tuple[Function, ...] = (
    Function(
        address="47545",
        translate="immediate_charge",
        menu=IMMEDIATE,
        key="ImmediateCharge",
        control=BUTTON,
        range="[1]",
    ),
    Function(
        address="47545",
        translate="stop_charging",
        menu=IMMEDIATE,
        key="ImmediateCharge",
        control=BUTTON,
        range="[0]",
    ),
    Function(
        address="47546", translate="end_charge_soc", menu=IMMEDIATE, key="EndChargeSoc", range="[10,100]", unit="%"
    ),
    Function(
        address="47603",
        translate="bat_immediate_charge_power",
        menu=IMMEDIATE,
        key="ImmediatePower",
        range="[0,100]",
        unit="%",
    ),
    Function(
        address="45356",
        translate="discharge_depth",
        menu=("battery_function",),
        key="DisChargeDepth",
        range="[0,90]",
        unit="%",
    ),
    Function(
        address="45358",
        translate="bat_max_charge_cur",
        menu=("battery_function",),
        key="OtherChargeCurrent",
        range="[0,500]",
        gain=10,
        unit="A",
    ),
)
INVERTERS: dict[FunctionSet, tuple[Function, ...]] = {
    "grid_tie": (STATUS_SETTING, *GRID_TIE),
    "dns": DNS,
    "hybrid": HYBRID,
    "cabinet": CABINET,
}


def work_modes(settings: Mapping[str, Any]) -> tuple[Function, ...]:
    """Return the mode functions a device has settings for."""
    return tuple(function for function in MODES if function.key in settings)


def menus(functions: Iterable[Function], model: str) -> dict[str, Any]:
    """Return functions as the tree of their menus."""
    root: dict[str, Any] = {"translateKey": "general_functions", "children": [], "functions": []}
    for function in functions:
        node = root
        for name in function.menu:
            found = next((child for child in node["children"] if child["translateKey"] == name), None)
            if found is None:
                found = {"menuId": f"m_{name}", "translateKey": name, "children": [], "functions": []}
                node["children"].append(found)
            node = found
        node["functions"].append(function.as_wire(model))
    return root


def cards(functions: Iterable[Function], model: str) -> dict[str, Any]:
    """Return mode functions as the cards of the work mode page; ``visible`` 0 means it exists (§6.2)."""
    children = [
        {
            "translateKey": function.translate,
            "funcKey": function.func_key,
            "visible": 0,
            "children": [],
            "functions": [function.as_wire(model)],
        }
        for function in functions
        if function.func_key
    ]
    return {"translateKey": "work_mode", "children": children, "functions": []}
