"""Powers of systems that tell none of the moment: means of five minutes (anker.md §10.4, §10.5)."""

from collections.abc import Mapping
from typing import Final

from ...core.model import Reported
from ...core.parse import measured, number, sections, text
from .inventory import site_id
from .model import Bean, Site
from .reader import Reader, Values, plausible

_MINUTES: Final = 60
_SHORTEST: Final = 5  # minutes between two points


def last_point(hes: Bean) -> str | None:
    """Return when (``"HH:MM"`` by the site's clock) the last five minutes ended of which anything is known, by the battery's level."""
    times = [
        at for row in sections(hes.get("chargeLevel")) if number(row.get("value")) and (at := _clock(row)) is not None
    ]
    return max(times, default=None)


class Averages:
    """Reads the last points of the ``day`` answers, and works out what went to the grid from what was counted."""

    def __init__(self, reader: Reader) -> None:
        """Remember nothing of any site."""
        self._reader = reader
        self._exports: dict[str, tuple[int, float, float | None]] = {}  # minute, kWh counted, W since the one before

    def read(self, site: Site, answers: Mapping[str, Bean], clock: str) -> Values:
        """Return the powers of a site at a point of the day; ``answers`` by source (hes, solar, home, grid, evCharger)."""
        hes, grid = answers.get("hes", {}), answers.get("grid", {})
        found: dict[str, Reported] = {
            "battery_level": plausible("battery_level", _level(hes, clock)),
            "battery_power": _battery(_at(hes, clock)),
            "solar_power": plausible("solar_power", _first(answers.get("solar", {}), clock)),
            "home_power": plausible("home_power", _first(answers.get("home", {}), clock)),
            "grid_power": self._grid(site, grid, clock),
            "ev_charging_power": plausible("ev_charging_power", _first(answers.get("evCharger", {}), clock)),
            "power_basis": "five_minutes",
        }
        return self._reader.keep(site_id(site.id), "averages", found)

    def _grid(self, site: Site, grid: Bean, clock: str) -> float | None:
        """Return the grid's power, + import. Only what came from it has points; what went there is counted."""
        powers = _at(grid, clock)
        if not powers:
            return None
        if len(powers) > 1:
            return abs(powers[0]) - abs(powers[1])
        exported = self._exported(site, grid, clock)
        if powers[0]:
            return abs(powers[0])
        return None if exported is None else -exported

    def _exported(self, site: Site, grid: Bean, clock: str) -> float | None:
        """Return the mean of what went to the grid since the last look, in W; nothing on the first look of a day."""
        counted = measured(grid.get("totalExportedEnergy"), text(grid.get("totalExportedEnergyUnit")) or "kWh", "kWh")
        if counted is None:
            return None
        minute = _minute(clock)
        before = self._exports.get(site.id)
        power = None
        if before is not None and minute - before[0] >= _SHORTEST and counted >= before[1]:
            power = round(1000 * (counted - before[1]) * _MINUTES / (minute - before[0]), 1)
        elif before is not None and minute == before[0]:
            return before[2]
        self._exports[site.id] = (minute, counted, power)
        return power


def _at(bean: Bean, clock: str) -> list[float]:
    """Return the powers in W of the last point that is not later."""
    unit = text(bean.get("powerUnit")) or "kW"
    rows = {at: row for row in sections(bean.get("power")) if (at := _clock(row)) is not None and at <= clock}
    if not rows:
        return []
    told = [measured(info.get("value"), unit, "W") for info in sections(rows[max(rows)].get("powerInfos"))]
    return [power for power in told if power is not None]


def _first(bean: Bean, clock: str) -> float | None:
    return next(iter(_at(bean, clock)), None)


def _battery(powers: list[float]) -> float | None:
    """Return a battery's power, + discharging: first what goes in, then what comes out (§10.4)."""
    return abs(powers[1]) - abs(powers[0]) if len(powers) > 1 else None


def _level(hes: Bean, clock: str) -> float | None:
    rows = {at: row for row in sections(hes.get("chargeLevel")) if (at := _clock(row)) is not None and at <= clock}
    return number(rows[max(rows)].get("value")) if rows else None


def _clock(row: Bean) -> str | None:
    at = text(row.get("time"))
    return at if at is not None and len(at) == 5 and at[:2].isdigit() and at[3:].isdigit() else None


def _minute(clock: str) -> int:
    return int(clock[:2]) * _MINUTES + int(clock[3:])
