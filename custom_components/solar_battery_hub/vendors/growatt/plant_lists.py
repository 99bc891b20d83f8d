"""The lists of the password API: plants, their devices, and when their loggers last uploaded (growatt.md A.4, A.5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from ...core.parse import flag, number, sections, text
from .model import FAMILY_OF_WORD, Bean, Family, Listed, Plant
from .times import local_time, measured_at
from .token_lists import offset_in

PAGE: Final = 15  # plants on one page of the list

_FURTHEST: Final = 14.0  # hours a clock on Earth can be off UTC
_OFFLINE: Final = "-1"
_NO_DEVICES: Final = frozenset({"datalogList"})
_UPLOAD: Final = timedelta(minutes=5)
_LATENESS: Final = timedelta(seconds=30)  # after an upload its values are not there at once


def plants_in(answer: Bean) -> tuple[Bean, ...]:
    """Return the beans (A.8) of ``getAllPlantListTwo``."""
    return tuple(bean for bean in sections(answer.get("PlantList")) if text(bean.get("id")) is not None)


def plant_in(bean: Bean) -> Plant | None:
    """Return the plant a bean of A.8 is about; the server's ``timezone`` is in hours ahead of UTC."""
    if (plant := text(bean.get("id"))) is None:
        return None
    offset = offset_in(bean.get("timezone"))
    return Plant(
        id=plant,
        name=text(bean.get("plantName")) or plant,
        offset=offset if offset is not None and abs(offset) <= _FURTHEST else None,
        rated_power=number(bean.get("nominalPower")),
        currency=text(bean.get("moneyUnitText")),
    )


def devices_in(plant: str, info: Bean) -> tuple[Listed, ...]:
    """Return the devices of a plant's info, each once: the main list is empty for some plants, the others are not."""
    listed = {device.serial: device for device in _all_listed(plant, info)}
    return tuple(listed.values())


def _all_listed(plant: str, info: Bean) -> Iterator[Listed]:
    """Yield every entry of every list, the main one last: what it says counts."""
    names = [name for name in info if name.endswith("List") and name not in _NO_DEVICES]
    for name in sorted(names, key=lambda name: name == "deviceList"):
        for bean in sections(info[name]):
            if (device := _listed(plant, bean)) is not None:
                yield device


def _listed(plant: str, bean: Bean) -> Listed | None:
    serial, word = text(bean.get("deviceSn")), text(bean.get("deviceType"))
    if serial is None or word is None:
        return None
    word = word.casefold()
    return Listed(
        serial=serial,
        family=FAMILY_OF_WORD.get(word, Family.OTHER),
        word=word,
        plant=plant,
        logger=text(bean.get("datalogSn")),
        name=text(bean.get("deviceAilas")) or text(bean.get("deviceAlias")),
        lost=True if text(bean.get("deviceStatus")) == _OFFLINE else flag(bean.get("lost")),
        bean=bean,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """The last upload of a logger and when that was read (aware UTC), and how far its clock is ahead of UTC now."""

    at: datetime
    seen: datetime
    ahead: timedelta
    every: timedelta = _UPLOAD

    def latest(self, now: datetime) -> datetime:
        """Return the upload that what is read now stems from, if the logger kept its rhythm."""
        behind = now - _LATENESS - self.at
        if behind < self.every or self.seen - self.at > 2 * self.every:
            return self.at
        return self.at + behind // self.every * self.every


def uploads_in(info: Bean, offset: float | None, now: datetime) -> Mapping[str, Upload]:
    """Return by logger when it last uploaded. ``offset``: hours the plant's clock is ahead of UTC without summer time."""
    found: dict[str, Upload] = {}
    for bean in sections(info.get("datalogList")):
        logger, told = text(bean.get("datalog_sn")), {"time": bean.get("update_time")}
        local, at = local_time(told), measured_at(told, offset, now, lost=True)
        if logger is None or local is None or at is None:
            continue
        minutes = number(bean.get("update_interval"))
        every = timedelta(minutes=minutes) if minutes is not None and 1 <= minutes <= 60 else _UPLOAD
        found[logger] = Upload(at=at, seen=now, ahead=local.replace(tzinfo=UTC) - at, every=every)
    return found
