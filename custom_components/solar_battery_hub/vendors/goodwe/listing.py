"""From the answers of both ways to plants and devices (goodwe.md §3.5, §4.3, §4.4, §5.2, §5.4)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, timedelta, timezone
import re
from typing import Final

from ...core.parse import flag, moment, number, section, sections, text
from ...core.zones import zone_name
from .model import Bean, DeviceType, Listed, Plant

_CHINA: Final = timezone(timedelta(hours=8))
_OFFSET: Final = re.compile(r"(?:UTC|GMT)?\s*(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?")
_LEGACY_TIME: Final = "%m/%d/%Y %H:%M:%S"
_STORES: Final[Mapping[str, bool]] = {"store": True, "grid": False}

# Types of which is known that nothing of theirs is shown, and so not worth a remark.
_SILENT: Final = frozenset({"SWITCH_CAB", "DATA_LOGGER", "BAT_BUSBAR"})

# §4.4 in the numbers of §5.4.
_LEGACY_STATUS: Final[Mapping[str, int]] = {"-1": 0, "0": 3, "1": 5, "2": 2}

_PLANT_IDS: Final = ("id", "stationId", "powerstation_id", "powerStationId", "pw_id")
_PLANT_NAMES: Final = ("name", "stationname", "pw_name")


def plant_in(bean: Bean) -> Plant | None:
    """Return the plant of an entry of a list of either way; ``None`` where it has no id."""
    identity = _first(bean, _PLANT_IDS)
    if identity is None:
        return None
    return Plant(
        id=identity,
        name=_first(bean, _PLANT_NAMES) or identity,
        zone=_zone(bean),
        created=_created(bean),
        capacity=_known(number(bean.get("pvInstallP")), number(bean.get("installedPower"))),
    )


def with_info(plant: Plant, bean: Bean) -> Plant:
    """Return a plant with what SEMS+ tells about it (``basic/info``, §5.2)."""
    permissions = bean.get("permissions")
    return replace(
        plant,
        name=text(bean.get("name")) or plant.name,
        zone=_zone(bean) or plant.zone,
        created=_created(bean) or plant.created,
        capacity=_known(number(bean.get("pvCapacity")), number(bean.get("installedPower")), plant.capacity),
        battery_capacity=_known(number(bean.get("batteryCapacity")), plant.battery_capacity),
        # Who reads a plant has the right to at least that: an empty list tells nothing of rights.
        permissions=frozenset(map(str, permissions))
        if isinstance(permissions, list) and permissions
        else plant.permissions,
    )


def with_legacy_info(plant: Plant, info: Bean) -> Plant:
    """Return a plant with the ``info`` of the legacy way (§4.3); its ``time_span`` is negated (§1.4)."""
    span = number(info.get("time_span"))
    created = moment(info.get("create_time"), _CHINA, _LEGACY_TIME)
    return replace(
        plant,
        name=text(info.get("stationname")) or plant.name,
        zone=zone_name(None if span is None else -span) or plant.zone,
        created=plant.created or (created and created.astimezone(_CHINA).date()),
        capacity=_known(number(info.get("capacity")), plant.capacity),
        battery_capacity=_known(number(info.get("battery_capacity")), plant.battery_capacity),
    )


def devices_in(plant: str, beans: Iterable[Bean]) -> list[Listed]:
    """Return the devices of ``all-status`` (flattened) or of the device page; both may be missing something (§5.4)."""
    return list(_devices(plant, beans))


def _devices(plant: str, beans: Iterable[Bean]) -> Iterator[Listed]:
    for bean in beans:
        serial, kind = text(bean.get("sn")), device_type(bean)
        if serial is None or kind is DeviceType.OTHER:
            continue
        yield Listed(
            serial=serial,
            plant=plant,
            type=kind,
            name=text(bean.get("name")) or serial,
            model=text(bean.get("model")),
            status=_whole(bean.get("status")),
            stores=_stores(bean, kind),
        )


def device_type(bean: Bean) -> DeviceType:
    """Return what a device is; ``OTHER`` where nobody here knows."""
    word = text(bean.get("deviceType") or bean.get("type")) or ""
    return DeviceType(word) if word in DeviceType else DeviceType.OTHER


def unknown_types(beans: Iterable[Bean]) -> set[str]:
    """Return the types that nobody here knows, as the wire names them."""
    words = {text(bean.get("deviceType")) for bean in beans if device_type(bean) is DeviceType.OTHER}
    return {word for word in words if word is not None} - _SILENT


def batteries_in(inverter: Listed, beans: Iterable[Bean]) -> list[Listed]:
    """Return the batteries behind an inverter (``relatedDevices``, §5.4); a free place is none."""
    return [
        Listed(
            serial=serial,
            plant=inverter.plant,
            type=kind,
            name=text(bean.get("name")) or serial,
            status=_whole(bean.get("status")),
            host=inverter.serial,
            number=text(bean.get("no")),
            code=text(bean.get("translateCode")),
        )
        for bean in beans
        if (serial := text(bean.get("sn"))) is not None
        and (kind := device_type(bean)) in (DeviceType.BATTERY, DeviceType.BATTERY_RACK)
        and flag(bean.get("isConnected")) is not False
    ]


def legacy_devices_in(plant: str, beans: Iterable[Bean]) -> list[Listed]:
    """Return the inverters of the monitor call, or of ``inverterPoints`` (§4.4, §4.6)."""
    return [
        Listed(
            serial=serial,
            plant=plant,
            type=DeviceType.INVERTER,
            name=text(bean.get("name")) or serial,
            model=_first(section(bean.get("invert_full")), ("model_type",)) or _first(bean, ("type",)) or _row(bean),
            status=_LEGACY_STATUS.get(text(bean.get("status")) or ""),
            stores=_legacy_stores(bean),
            firmware=_firmware(bean),
        )
        for bean in beans
        if (serial := text(bean.get("sn"))) is not None
    ]


def _legacy_stores(bean: Bean) -> bool | None:
    """Tell whether an inverter has battery terminals; either name may be the one that says so."""
    full = section(bean.get("invert_full"))
    said = [flag(full.get("isbuettey")), flag(bean.get("is_stored"))]
    return True if True in said else next((word for word in said if word is not None), None)


def _firmware(bean: Bean) -> str | None:
    """Return the firmware, a number on the wire, as a text: a fraction would break the device's page (§4.4)."""
    found = number(bean.get("firmware_version"))
    return None if not found else f"{found:g}"


def _row(bean: Bean) -> str | None:
    """Return the model as the rows of the web page tell it; they may stand in either column (§4.4)."""
    rows = section(bean.get("dict"))
    both = (*sections(rows.get("left")), *sections(rows.get("right")))
    return next((text(row.get("value")) for row in both if row.get("key") == "dmDeviceType"), None)


def _stores(bean: Bean, kind: DeviceType) -> bool | None:
    """Tell whether a device of SEMS+ has a battery; a cabinet always does."""
    return True if kind is DeviceType.CABINET else _STORES.get(text(bean.get("subtype")) or "")


def _zone(bean: Bean) -> str | None:
    """Return the time zone by its name, or by how far it is from UTC (§1.4)."""
    for name in ("zoneId", "timeZone"):
        told = text(bean.get(name))
        if told is None:
            continue
        if match := _OFFSET.fullmatch(told):
            hours = int(match["hours"]) + int(match["minutes"] or 0) / 60
            return zone_name(-hours if match["sign"] == "-" else hours)
        return told
    return None


def _created(bean: Bean) -> date | None:
    """Return the day on which a plant was set up; ISO, or milliseconds as a text (§1.4)."""
    found = moment(bean.get("createTime"), UTC)
    return None if found is None else found.date()


def _known(*numbers: float | None) -> float | None:
    """Return the first number that says anything, else the first zero."""
    return next(filter(None, numbers), next((found for found in numbers if found is not None), None))


def _whole(value: object) -> int | None:
    found = number(value)
    return None if found is None else int(found)


def _first(bean: Bean, names: Iterable[str]) -> str | None:
    return next((found for name in names if (found := text(bean.get(name))) is not None), None)
