"""SEMS+: one request per call of plants, devices, statistics and alarms (goodwe.md §5)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from ...core.errors import BadAnswer, NotSupported
from ...core.parse import items, number, section, sections, text
from .codes import filled, optional
from .login import Login
from .model import Bean, DeviceType, Factor, Factors, Listed, Way
from .semsplus_settings import SemsPlusSettings
from .semsplus_wire import SemsPlusWire

_PLANT: Final = "sems-plant/api"
_REMOTE: Final = "sems-remote/api"
_ALARM: Final = "sems-alarm/api"

_PLANTS_PER_PAGE: Final = 100
_LIGHT_PLANTS_PER_PAGE: Final = 50
_DEVICES_PER_PAGE: Final = 100
_MOST_PAGES: Final = 20  # installers see hundreds of plants
_LISTS: Final = ("dataList", "list", "records")  # §5.2: what clients found the rows under
_INCOME_ITEMS: Final = (
    "proConsumStats",
    "proGridStats",
    "proPurchaseStats",
    "profitGridStats",
    "profitProStats",
    "proSystemTotalStats",
)
_LAST_SECOND: Final = time(23, 59, 59)


class SemsPlus:
    """The calls of SEMS+ for one account. Every call raises the error family.

    ``plant`` is a plant's id. Powers are kW, energies kWh and times the plant's, as the wire has them.
    """

    def __init__(self, login: Login) -> None:
        """Prepare; nothing is sent."""
        self._login = login
        self._wire = SemsPlusWire(login)
        self.settings = SemsPlusSettings(self._wire)

    async def sign_in(self) -> None:
        """Sign in, unless a session is there. Raises AuthFailed, TermsNotAccepted, LoginRefused or RateLimited."""
        await self._login.sign_in(Way.SEMSPLUS)

    # Plants (§5.2, §5.3)

    async def plants(self) -> list[Bean]:
        """Return all plants: ``id``, ``name``, ``timeZone`` …; the light list, of one's own plants, where that is refused."""
        try:
            return await self._pages(f"{_PLANT}/portal/stations/page", ("current", "size"), _PLANTS_PER_PAGE)
        except BadAnswer, NotSupported:
            light = f"{_PLANT}/stations/simple-query"
            return await self._pages(light, ("pageIndex", "pageSize"), _LIGHT_PLANTS_PER_PAGE)

    async def plant_info(self, plant: str) -> Bean:
        """Return what is known about a plant, such as ``permissions`` and ``zoneId``."""
        path = f"{_PLANT}/portal/stations/basic/info"
        return filled(await self._wire.post(path, {}, query={"stationId": plant}, about=plant), path)

    async def flow(self, plant: str) -> Bean:
        """Return the powers of a plant now; may be empty, as of a plant that sleeps."""
        return optional(await self._wire.get(f"{_PLANT}/stations/flow", {"stationId": plant}))

    # Devices (§5.4)

    async def device_status(self, plant: str) -> list[Bean]:
        """Return all devices of a plant, each with ``sn``, ``deviceType`` and ``status`` (a whole number or ``None``).

        May be empty although the plant works.
        """
        path = f"{_PLANT}/stations/device/all-status"
        found = filled(await self._wire.get(path, {"stationId": plant}), path)
        return [
            {
                "deviceType": kind.get("deviceType"),
                **device,
                "sn": text(device.get("sn")) or serial,
                "status": _whole(device.get("status", group.get("status"))),
            }
            for kind in sections(found.get("deviceDetailList"))
            for group in sections(kind.get("statusDetailList"))
            for serial, device in _objects(group.get("detailMap"))
        ]

    async def device_page(self, plant: str) -> list[Bean]:
        """Return all devices of a plant with what rarely changes: ``model``, ``brand``, ``wirelessSignalStrength``."""
        path = f"{_PLANT}/web/device/station/page"
        return await self._pages(path, ("current", "size"), _DEVICES_PER_PAGE, stationId=plant)

    async def telemetry(self, device: Listed) -> Factors:
        """Return the live numbers of a device; may be empty."""
        return await self._factors(device, "telemetry")

    async def telecounting(self, device: Listed) -> Factors:
        """Return the energy counters of a device; may be empty."""
        return await self._factors(device, "telecounting")

    async def information(self, device: Listed) -> Factors:
        """Return what rarely changes about a device; may be empty."""
        return await self._factors(device, "information")

    async def batteries(self, inverter: Listed) -> list[Bean]:
        """Return the batteries behind an inverter: ``sn``, ``no``, ``translateCode``, ``soc``, ``pbat`` …; may be empty."""
        query = {
            "sn": inverter.serial,
            "deviceType": DeviceType.CABINET.value,  # whatever the inverter itself is listed as
            "pwId": inverter.plant,
        }
        return _rows(await self._wire.get(f"{_PLANT}/equipments/{{}}/relatedDevices", query, part=inverter.serial))

    async def charger(self, serial: str) -> Bean:
        """Return state and settings of an EV charger (§6.6)."""
        path = f"{_REMOTE}/ev-charger/detail"
        return filled(await self._wire.post(path, {"sn": serial}, about=serial), path)

    async def last_charge(self, serial: str) -> Bean:
        """Return the last charge of an EV charger: ``chargeLog``, may be empty (§6.6)."""
        return optional(await self._wire.post(f"{_PLANT}/v1/chargePile/getLastCharge", {"sn": serial}, about=serial))

    async def upgrades(self, plant: str, serial: str) -> list[Bean]:
        """Return the firmware that waits for a device: ``verType``, ``ver``, ``status``; empty when it is new (§6.5)."""
        body = {"plantId": plant, "deviceSn": serial}
        path = f"{_REMOTE}/v1/firmware-management/device-upgrade-list"
        return _rows(await self._wire.post(path, body, about=serial))

    # Statistics and alarms (§5.5, §5.6)

    async def statistics(self, plant: str, items: Sequence[str], dimension: str, start: date, end: date) -> Bean:
        """Return totals and a series per item over days of the plant, both ends included.

        ``dimension`` (day, month, year) is the size of one point; ``year`` bears one calendar year per request.
        """
        path = f"{_PLANT}/stations/statistics"
        return filled(await self._wire.post(path, _span(plant, items, dimension, start, end), about=plant), path)

    async def production(self, plant: str, day: date) -> Bean:
        """Return energies and income of a day of the plant, with the ``currency``."""
        path = f"{_PLANT}/stations/production"
        return filled(await self._wire.post(path, _span(plant, _INCOME_ITEMS, "day", day, day), about=plant), path)

    async def power_curve(
        self, plant: str, items: Sequence[str], start: datetime, end: datetime, offset_hours: float
    ) -> list[Bean]:
        """Return powers by the minute: per ``item`` a list ``powerData`` of ``tp`` (plant time) and ``power`` (kW, %).

        ``start`` and ``end`` are plant time; ``offset_hours`` is the plant's offset from UTC.
        """
        body = {
            "stationId": plant,
            "items": list(items),
            "timeScale": 1,
            "timeZone": int(offset_hours) if offset_hours == int(offset_hours) else offset_hours,
            "startTime": f"{start:%Y-%m-%d %H:%M:%S}",
            "endTime": f"{end:%Y-%m-%d %H:%M:%S}",
        }
        return _rows(await self._wire.post(f"{_PLANT}/v1/hems/power/{{}}", body, part=plant))

    async def alarms(self, plant: str, *, size: int = 20) -> list[Bean]:
        """Return the newest alarms of a plant, those that are over as well (``status`` 1)."""
        body = {"pageIndex": 1, "pageSize": size, "stationIds": [plant]}
        return _rows(await self._wire.post(f"{_ALARM}/v2/alarm/page", body, about=plant))

    # The way out

    async def _factors(self, device: Listed, what: str) -> Factors:
        if device.type is DeviceType.OTHER:
            raise NotSupported("A device of an unknown kind cannot be asked")
        query = {"deviceType": device.type.value, "pwId": device.plant}
        found = await self._wire.get(f"{_PLANT}/equipments/{{}}/{what}", query, part=device.serial)
        return _factors([] if found is None else items(found))

    async def _pages(self, path: str, names: tuple[str, str], size: int, **body: Any) -> list[Bean]:
        """Return the rows of all pages of a list; ``names`` are those of the page's number and size."""
        number_name, size_name = names
        found: list[Bean] = []
        for page in range(1, _MOST_PAGES + 1):
            answer = await self._wire.post(path, {**body, number_name: page, size_name: size})
            rows = _rows(answer)
            found += rows
            total = number(section(answer).get("total"))
            if not rows or (len(found) >= total if total else len(rows) < size):
                break
        return found


def _span(plant: str, items: Sequence[str], dimension: str, start: date, end: date) -> Bean:
    return {
        "stationId": plant,
        "isReport": False,
        "items": list(items),
        "dimension": dimension,
        "startTime": f"{start.isoformat()} 00:00:00",
        "endTime": f"{end.isoformat()} {_LAST_SECOND}",
    }


def _rows(found: object) -> list[Bean]:
    """Return the objects of a list, bare or in one of the members that lists are found in (§5.2); none for ``null``."""
    if isinstance(found, Mapping):
        found = next((found[name] for name in _LISTS if isinstance(found.get(name), list)), None)
        if found is None:
            raise BadAnswer("A page without rows")
    return [] if found is None else [row for row in items(found) if isinstance(row, Mapping)]


def _objects(found: object) -> list[tuple[str, Bean]]:
    return [(name, part) for name, part in section(found).items() if isinstance(part, Mapping)]


def _whole(value: object) -> int | None:
    """Return an enumeration that is written as a number here and as a text there (§1.3)."""
    found = number(value)
    return None if found is None else int(found)


def _factors(found: Sequence[object]) -> Factors:
    """Return factors by code, from groups of them or from a flat list (§5.4); of two the first with a value."""
    factors: dict[str, Factor] = {}
    for part in sections(list(found)):
        for factor in sections(part["factors"]) if "factors" in part else [part]:
            code = text(factor.get("code"))
            if code is not None and (code not in factors or factors[code].data is None):
                factors[code] = Factor(data=factor.get("data"), unit=text(factor.get("unit")))
    return factors
