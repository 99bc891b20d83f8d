"""How the password API writes values: text with and without units, kilowatts, settings in text (growatt.md 0.2, F.2)."""

from datetime import datetime
import json
from typing import Any

from tests.simulators.wire import Answer, json_answer

type Number = float | int

KILO = 1_000
DAY_FORMAT = "%Y-%m-%d"
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"


def text(value: Number, digits: int = 1) -> str:
    """Return a number as text without trailing zeros: ``9.3``, ``0``, ``-399.5``."""
    rounded = f"{value:.{digits}f}"
    short = rounded.rstrip("0").rstrip(".") if "." in rounded else rounded
    return "0" if short == "-0" else short


def kilowatts(watts: Number) -> str:
    """Return watts as a number of kilowatts in text: ``0.93``."""
    return text(watts / KILO, 2)


def with_unit(value: Number, unit: str, *, space: str = "", digits: int = 1) -> str:
    """Return a number with its unit glued on: ``20.5kWh``."""
    return f"{text(value, digits)}{space}{unit}"


def power(watts: Number) -> str:
    """Return a power for people: ``0 W``."""
    return with_unit(watts, "W", space=" ")


def energy(kwh: Number) -> str:
    """Return an energy for people, scaled as the server likes it: ``9.3 kWh``, ``2.56 MWh``."""
    if kwh >= KILO:
        return with_unit(kwh / KILO, "MWh", space=" ", digits=2)
    return with_unit(kwh, "kWh", space=" ")


def weight(kilograms: Number) -> str:
    """Return a weight as the plant list writes it: a thousand kilograms are a ``KT`` there (A.4)."""
    if kilograms >= KILO:
        return with_unit(kilograms / KILO, "KT", space=" ", digits=2)
    return with_unit(kilograms, "KG", space=" ", digits=2)


def text_bean(bean: dict[str, Any]) -> dict[str, str | None]:
    """Return a settings bean as the password API does: every value text or null, flags ``true``/``false`` (A.6.3)."""
    return {key: as_text(value) for key, value in bean.items()}


def as_text(value: Any) -> str | None:
    """Return one value as text."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return text(value, 3) if value % 1 else f"{value:.1f}"
        case datetime():
            return value.strftime(TIME_FORMAT)
        case _:
            return json.dumps(value)


def obj_answer(obj: Any, *, msg: str = "", **more: Any) -> Answer:
    """Return the envelope most calls have."""
    return json_answer({"result": 1, "msg": msg, "obj": obj} | more)
