"""Energies of a site by where they came from and where they went, as the cloud's statistics tell them (anker.md §10.2)."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
import math

from tests.simulators.house import Counters
from tests.simulators.surroundings import noise

WH = 1_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Energies:
    """Energies in kWh, all ≥ 0.

    ``socket`` left through the solarbank's AC socket, ``third_party`` is what panels of another maker gave, of which
    ``third_to_battery`` and ``third_to_grid``; ``plugs`` and ``charger`` are parts of ``home``.
    """

    solar_to_home: float = 0.0
    solar_to_battery: float = 0.0
    solar_to_grid: float = 0.0
    battery_to_home: float = 0.0
    battery_to_grid: float = 0.0
    grid_to_home: float = 0.0
    grid_to_battery: float = 0.0
    socket: float = 0.0
    third_party: float = 0.0
    third_to_battery: float = 0.0
    third_to_grid: float = 0.0
    plugs: float = 0.0
    charger: float = 0.0

    @classmethod
    def between(cls, before: Counters, after: Counters, **more: float) -> Energies:
        """Return what flowed while a house's counters went from ``before`` to ``after``; ``more`` as named above.

        The sun serves the battery before the grid, and what the grid gave the battery is counted by the house.
        """
        change = {part.name: getattr(after, part.name) - getattr(before, part.name) for part in fields(Counters)}
        charged, solar = change["battery_charge_wh"], change["solar_wh"]
        grid_to_battery = min(change["grid_charge_wh"], charged)
        left = solar - (charged - grid_to_battery)
        solar_to_grid = min(change["grid_export_wh"], max(0.0, left))
        battery_to_grid = change["grid_export_wh"] - solar_to_grid
        flows = {
            "solar_to_home": left - solar_to_grid,
            "solar_to_battery": charged - grid_to_battery,
            "solar_to_grid": solar_to_grid,
            "battery_to_home": change["battery_discharge_wh"] - battery_to_grid,
            "battery_to_grid": battery_to_grid,
            "grid_to_home": change["grid_import_wh"] - grid_to_battery,
            "grid_to_battery": grid_to_battery,
        }
        return cls(**{name: max(0.0, wh) / WH for name, wh in flows.items()}, **more)

    def __add__(self, other: Energies) -> Energies:
        """Return the sum of both."""
        return Energies(**{name: getattr(self, name) + getattr(other, name) for name in NAMES})

    def __sub__(self, other: Energies) -> Energies:
        """Return what is left without ``other``."""
        return Energies(**{name: max(0.0, getattr(self, name) - getattr(other, name)) for name in NAMES})

    def times(self, factor: float) -> Energies:
        """Return a part of it."""
        return Energies(**{name: getattr(self, name) * factor for name in NAMES})

    def unmetered(self) -> Energies:
        """Return what is known of it without a meter at the grid: only what the solarbank itself gave and took (§10.2)."""
        given = self.solar_to_home + self.solar_to_grid
        out = self.battery_to_home + self.battery_to_grid
        return replace(
            self, solar_to_home=given, solar_to_grid=0.0, battery_to_home=out, battery_to_grid=0.0, grid_to_home=0.0
        )

    @property
    def solar(self) -> float:
        """Return the yield of the panels."""
        return self.solar_to_home + self.solar_to_battery + self.solar_to_grid

    @property
    def charged(self) -> float:
        """Return what went into the battery, from wherever (§10.2 ``charge_total``)."""
        return self.solar_to_battery + self.grid_to_battery + self.third_to_battery

    @property
    def discharged(self) -> float:
        """Return what came out of the battery."""
        return self.battery_to_home + self.battery_to_grid

    @property
    def home(self) -> float:
        """Return the consumption of the house."""
        return self.solar_to_home + self.battery_to_home + self.grid_to_home

    @property
    def imported(self) -> float:
        """Return what came from the grid."""
        return self.grid_to_home + self.grid_to_battery

    @property
    def exported(self) -> float:
        """Return what went to the grid."""
        return self.solar_to_grid + self.battery_to_grid

    @property
    def output(self) -> float:
        """Return what left the solarbanks on the AC side."""
        return self.solar_to_home + self.solar_to_grid + self.discharged


NAMES = tuple(part.name for part in fields(Energies))
NOTHING = Energies()


def total(energies: Iterable[Energies]) -> Energies:
    """Return the sum of many."""
    return sum(energies, start=NOTHING)


def made_up(
    first: date, until: date, *, peak_kw: float, battery_kwh: float, home_kwh: float = 8.0, seed: int = 0
) -> dict[date, Energies]:
    """Return made-up energies of the days from ``first`` until the day before ``until``; seasons and weather included."""
    days: dict[date, Energies] = {}
    for number in range((until - first).days):
        day = first + timedelta(days=number)
        season = 0.5 - 0.42 * math.cos(math.tau * (day.timetuple().tm_yday + 10) / 365.25)
        solar = peak_kw * 6.2 * season * (0.4 + 0.6 * noise(seed, number))
        home = home_kwh * (0.8 + 0.4 * noise(seed + 7, number))
        to_battery = min(battery_kwh * 0.8, solar * 0.5)
        to_home = min(solar - to_battery, home * 0.45)
        from_battery = min(to_battery * 0.93, home - to_home)
        days[day] = Energies(
            solar_to_home=to_home,
            solar_to_battery=to_battery,
            solar_to_grid=solar - to_battery - to_home,
            battery_to_home=from_battery,
            grid_to_home=home - to_home - from_battery,
        )
    return days
