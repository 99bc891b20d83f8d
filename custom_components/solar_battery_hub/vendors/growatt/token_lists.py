"""The lists of the token API: plants, their devices, and whose they are (growatt.md B.4, B.5)."""

from collections.abc import Iterable, Mapping, Sequence
import re
from typing import Final

from ...core.parse import flag, measured, number, text
from .model import FAMILY_OF_TYPE, Bean, Family, Listed, Plant

NO_FAMILY: Final = "3"  # loggers, meters, and devices that the list has no number for (B.4)

# ``deviceType`` of ``device/check/sn`` for what has calls of its own; ``obj`` 3 is a logger.
_FAMILY_OF_CHECK: Final[Mapping[str, Family]] = {
    "16": Family.INVERTER,
    "17": Family.SPH,
    "18": Family.MAX,
    "19": Family.SPA,
    "22": Family.MIN,
    "96": Family.STORAGE,
}
_CHECK_OTHERS: Final = frozenset({"81", "82", "83", "218", "260", "1000"})

_ZONE: Final = re.compile(r"(?:GMT|UTC)?\s*(?P<sign>[+-]?)(?P<hours>\d{1,2})(?::(?P<minutes>\d{2}))?", re.IGNORECASE)


def plants_in(beans: Iterable[Bean]) -> tuple[Plant, ...]:
    """Return the plants of ``plant/list``."""
    return tuple(
        Plant(
            id=plant,
            name=text(bean.get("name")) or plant,
            rated_power=measured(bean.get("peak_power"), "kW", "W", absent=(0.0,)),
        )
        for bean in beans
        if (plant := text(bean.get("plant_id"))) is not None
    )


def owner_in(beans: Iterable[Bean]) -> str | None:
    """Return the number of the user whose plants these are; ``None`` when there are several or it is not told."""
    owners = {text(bean.get("user_id")) for bean in beans}
    return owners.pop() if len(owners) == 1 else None


def with_details(plant: Plant, bean: Bean) -> Plant:
    """Return a plant with what ``plant/details`` adds."""
    return Plant(
        id=plant.id,
        name=text(bean.get("name")) or plant.name,
        offset=offset_in(bean.get("timezone")),
        rated_power=measured(bean.get("peak_power"), "kW", "W", absent=(0.0,)),
        currency=text(bean.get("currency")),
    )


def offset_in(zone: object) -> float | None:
    """Return how many hours ``GMT+8``, ``GMT+5:30`` or a bare number are ahead of UTC."""
    if (hours := number(zone)) is not None:
        return hours
    match = _ZONE.fullmatch(text(zone) or "")
    if match is None:
        return None
    hours = int(match["hours"]) + int(match["minutes"] or 0) / 60
    return -hours if match["sign"] == "-" else hours


def devices_in(plant: str, beans: Iterable[Bean], families: Mapping[str, str]) -> tuple[Listed, ...]:
    """Return the devices of ``device/list``, loggers included as OTHER.

    ``families`` by serial number knows better than the list, whose ``type`` is 3 for what has none (B.4);
    empty for what is no device.
    """
    return tuple(device for bean in beans if (device := _listed(plant, bean, families)) is not None)


def _listed(plant: str, bean: Bean, families: Mapping[str, str]) -> Listed | None:
    serial = text(bean.get("device_sn"))
    word = text(bean.get("type")) or text(bean.get("device_type"))
    if serial is None or word is None:
        return None
    known = families.get(serial)
    family = FAMILY_OF_TYPE.get(int(word), Family.OTHER) if word.isdecimal() else Family.OTHER
    return Listed(
        serial=serial,
        family=Family(known) if known else family,
        word=word,
        plant=plant,
        logger=text(bean.get("datalogger_sn")),
        model=text(bean.get("model")),
        lost=flag(bean.get("lost")),
        bean=bean,
    )


def checked_family(bean: Bean) -> Family | None:
    """Return what ``device/check/sn`` says a serial number is; ``None`` for a logger or meter."""
    kind = text(bean.get("deviceType")) or text(bean.get("device_type")) or ""
    if (family := _FAMILY_OF_CHECK.get(kind)) is not None:
        return family
    return Family.OTHER if kind in _CHECK_OTHERS or text(bean.get("obj")) in {"1", "2"} else None


def first_identity(owner: str | None, plants: Sequence[Plant]) -> str:
    """Return what an account is known by for ever: its user, or its oldest plant; empty without any."""
    if owner is not None:
        return f"user_{owner}"
    ids = sorted((plant.id for plant in plants), key=lambda plant: (len(plant), plant))
    return f"plant_{ids[0]}" if ids else ""
