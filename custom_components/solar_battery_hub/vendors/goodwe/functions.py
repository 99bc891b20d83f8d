"""What a device lets one set by address: found in its function tree, read from the cloud's copy, written (goodwe.md §6.2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
import json
from typing import Any, Final

from ...core.model import Value
from ...core.parse import number, sections, text
from .model import Bean

# Names of functions that carry out a setting; where one is enough it has the setting's own key.
RUN_CHOICE, RUN_SWITCH, RUN_START, RUN_STOP = "run_choice", "run_switch", "run_start", "run_stop"
STOP_CHARGING: Final = "stop_charging"

_CHOICE, _SWITCH = frozenset({4, 20}), frozenset({4, 8})
_NUMBER: Final = frozenset({3})
_BUTTON: Final = frozenset({8, 16})
_PERCENT: Final = frozenset({"%", "%Pn"})
_REGISTER: Final = range(-0x8000, 0x10000)  # what U16 and S16 hold


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """How to recognise a function: ids and addresses differ per model, and no single mark is unique.

    ``beside``: where several look alike it is the one in the same menu as that function.
    """

    translate_key: str
    controls: frozenset[int]
    units: frozenset[str] | None = None
    beside: str | None = None


_LIMIT_SWITCH: Final = "grid-tie_power_limit"
_INVERTER: Final[Mapping[str, _Wish]] = {
    RUN_CHOICE: _Wish(translate_key="status_setting", controls=_CHOICE),
    RUN_SWITCH: _Wish(translate_key="run_stop", controls=_SWITCH),
    RUN_START: _Wish(translate_key="start_up", controls=_BUTTON),
    RUN_STOP: _Wish(translate_key="shutdown", controls=_BUTTON),
    "export_limit_mode": _Wish(translate_key=_LIMIT_SWITCH, controls=_SWITCH),
    "export_limit": _Wish(
        translate_key="limit_setting", controls=_NUMBER, units=frozenset({"W"}), beside=_LIMIT_SWITCH
    ),
    "export_limit_rate": _Wish(translate_key="limit_setting", controls=_NUMBER, units=_PERCENT, beside=_LIMIT_SWITCH),
    "backup_grid_charging": _Wish(translate_key="gird_pur_charge", controls=_SWITCH),
}
_BATTERY: Final[Mapping[str, _Wish]] = {
    "immediate_charge": _Wish(translate_key="immediate_charge", controls=_BUTTON),
    STOP_CHARGING: _Wish(translate_key="stop_charging", controls=_BUTTON),
    "immediate_charge_level": _Wish(translate_key="end_charge_soc", controls=_NUMBER, units=_PERCENT),
    "immediate_charge_power": _Wish(translate_key="bat_immediate_charge_power", controls=_NUMBER, units=_PERCENT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One row of the tree. ``values`` are those of a choice, by their words; ``minimum`` and ``maximum`` of a number."""

    address: str
    id: str
    translate_key: str
    control: int
    path: tuple[str, ...] = ()
    unit: str | None = None
    readable: bool = True
    values: Mapping[str, int] = field(default_factory=dict)
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionWrite:
    """Values by address, the function each belongs to, and the entry in the owner's log."""

    values: Mapping[str, int]
    ids: Mapping[str, str]
    log: Mapping[str, Any]


def known_functions(rows: Iterable[Bean], *, battery: bool) -> dict[str, Function]:
    """Return what we know of a device's functions, by our own names."""
    functions = [found for row in rows if (found := parse_function(row)) is not None]
    wishes = _BATTERY if battery else _INVERTER
    return {name: found for name, wish in wishes.items() if (found := _match(wish, functions)) is not None}


def parse_function(row: Bean) -> Function | None:
    """Return a row of the tree that can be written; a number only with its range and where raw is what is shown."""
    address, id_, key = (text(row.get(name)) for name in ("address", "id", "translateKey"))
    control = number(row.get("control"))
    access = text(row.get("rwType")) or ""
    if address is None or id_ is None or key is None or control is None or "W" not in access:
        return None
    minimum, maximum = _range(row.get("range"))
    if control in _NUMBER and (number(row.get("gain")) != 1 or minimum is None):
        return None  # in which unit others are written nobody has seen
    path = row.get("path")
    return Function(
        address=address,
        id=id_,
        translate_key=key,
        control=int(control),
        path=tuple(map(str, path)) if isinstance(path, list | tuple) else (),
        unit=text(row.get("unit")),
        readable="R" in access,
        values=_values(row.get("controlAttr")),
        minimum=minimum,
        maximum=maximum,
    )


def _match(wish: _Wish, functions: Sequence[Function]) -> Function | None:
    """Return the one function that is meant; ``None`` where there is none, or no telling which."""
    found = [
        function
        for function in functions
        if function.translate_key == wish.translate_key
        and function.control in wish.controls
        and (wish.units is None or function.unit in wish.units)
    ]
    if len(found) > 1 and wish.beside is not None:
        menus = {function.path for function in functions if function.translate_key == wish.beside}
        found = [function for function in found if function.path in menus]
    return found[0] if len({function.address for function in found}) == 1 else None


def _range(said: object) -> tuple[float | None, float | None]:
    """Return both ends of ``"[0,100]"``."""
    ends = _json(said)
    if isinstance(ends, list) and len(ends) == 2:
        low, high = map(number, ends)
        if low is not None and high is not None and low < high:
            return low, high
    return None, None


def _values(said: object) -> dict[str, int]:
    """Return the values of a choice by their words: ``[{"transKey": "stop", "value": "2"}]``, as a text."""
    pairs = ((text(row.get("transKey")), number(row.get("value"))) for row in sections(_json(said)))
    return {word: int(value) for word, value in pairs if word is not None and value is not None and value in _REGISTER}


def _json(said: object) -> object:
    try:
        return json.loads(said) if isinstance(said, str) and said else said
    except ValueError, RecursionError:
        return None


# Reading


def addresses(functions: Mapping[str, Function]) -> dict[str, str]:
    """Return what to ask the cloud's copy for: id by address, each address once."""
    return {
        function.address: function.id
        for name, function in reversed(list(functions.items()))
        if function.readable and name != STOP_CHARGING
    }


def read_functions(functions: Mapping[str, Function], told: Mapping[str, object]) -> dict[str, Value]:
    """Return the settings that the cloud's copy tells (address to value), but for whether the inverter runs."""
    found = {
        name: said for name, function in functions.items() if (said := number(told.get(function.address))) is not None
    }
    values: dict[str, Value] = {key: found[key] for key in NUMBERS if key in found}
    values |= {key: found[key] == 1 for key in ("backup_grid_charging", "immediate_charge") if found.get(key) in (0, 1)}
    if found.get("export_limit_mode") in (0, 1):
        values["export_limit_mode"] = "on" if found["export_limit_mode"] else "off"
    return values


def run_command(functions: Mapping[str, Function], told: Mapping[str, object]) -> bool | None:
    """Return whether the inverter was last told to run; ``None`` where that is not told."""
    if (switch := functions.get(RUN_SWITCH)) is not None:
        said = number(told.get(switch.address))
        return bool(said) if said in (0, 1) else None
    if (choice := _run_choice(functions)) is None:
        return None
    said = number(told.get(choice.address))
    return said != choice.values["stop"] if said in choice.values.values() else None


# Writing

NUMBERS: Final = ("export_limit", "export_limit_rate", "immediate_charge_level", "immediate_charge_power")
SETTINGS: Final = ("inverter_on", "export_limit_mode", "immediate_charge", *NUMBERS)
"""The settings that are written by address."""


def can_write(functions: Mapping[str, Function], key: str) -> bool:
    """Tell whether a device has what a setting needs."""
    match key:
        case "inverter_on":
            by_one = _run_choice(functions) is not None or RUN_SWITCH in functions
            return by_one or {RUN_START, RUN_STOP} <= functions.keys()
        case "immediate_charge":
            return {"immediate_charge", STOP_CHARGING} <= functions.keys()
        case _:
            return key in functions


def function_write(functions: Mapping[str, Function], key: str, value: Value) -> FunctionWrite:
    """Return the write of a setting that ``can_write`` allows."""
    match key:
        case "inverter_on":
            return _run(functions, on=bool(value))
        case "immediate_charge":
            if value:
                return _write(functions["immediate_charge"], 1, "on")
            return _write(functions[STOP_CHARGING], 0, "remote_Switch_off")
        case "export_limit_mode":
            return _switched(functions[key], on=value == "on")
        case _:
            whole = round(value) if isinstance(value, int | float) else 0
            return _write(functions[key], whole, whole)


def is_seen_working(functions: Mapping[str, Function], key: str) -> bool:
    """Tell whether somebody saw this write work on a device: only that of a choice of start and stop (recorded)."""
    return key == "inverter_on" and _run_choice(functions) is not None


def _run_choice(functions: Mapping[str, Function]) -> Function | None:
    """Return the function of a string inverter that is set to one of several commands."""
    choice = functions.get(RUN_CHOICE)
    return choice if choice is not None and {"start_up", "stop"} <= choice.values.keys() else None


def _run(functions: Mapping[str, Function], *, on: bool) -> FunctionWrite:
    """Return the write that starts or stops an inverter, by the function its model has for it."""
    if (choice := _run_choice(functions)) is not None:
        word = "start_up" if on else "stop"
        return _write(choice, choice.values[word], word)
    if (switch := functions.get(RUN_SWITCH)) is not None:
        return _switched(switch, on=on)
    button = functions[RUN_START if on else RUN_STOP]
    return _write(button, 0, button.translate_key)


def _switched(function: Function, *, on: bool) -> FunctionWrite:
    return _write(function, 1 if on else 0, "remote_Switch_on" if on else "remote_Switch_off")


def _write(function: Function, value: int, label: object) -> FunctionWrite:
    return FunctionWrite(
        values={function.address: value},
        ids={function.address: function.id},
        log={function.translate_key: label},
    )
