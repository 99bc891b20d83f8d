"""What charts are made of: a device's uploads of one day and its energies of days, months and years (growatt.md A.7)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from tests.simulators.growatt.devices import Device
from tests.simulators.growatt.legacy_mix import bucket
from tests.simulators.growatt.record import Energies, Record

YEARS = 6


def rows_of(device: Device, day: date) -> list[Record]:
    """Return a device's uploads of one local day, oldest first."""
    return [record for record in device.history if record.time.date() == day]


def energies_of(device: Device, day: date) -> Energies:
    """Return the energies of one local day as far as they were uploaded."""
    if device.record is not None and device.record.time.date() == day:
        return device.record.today
    return device.days.get(day, Energies()).counted()


def total(sums: Iterable[Energies]) -> Energies:
    """Return the sum of energies."""
    result = Energies()
    for energies in sums:
        result = result.plus(energies)
    return result.counted()


def days_from(first: date, after: date) -> Iterator[date]:
    """Yield the days from ``first`` to the one before ``after``."""
    for number in range((after - first).days):
        yield first + timedelta(days=number)


def next_month(day: date) -> date:
    """Return the first day of the month after ``day``."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def between(device: Device, first: date, after: date) -> Energies:
    """Return the energies from ``first`` to the day before ``after``."""
    return total(energies_of(device, day) for day in days_from(first, after))


def month_by_day(device: Device, day: date) -> list[Energies]:
    """Return the energies of each day of a month."""
    return [energies_of(device, one) for one in days_from(day.replace(day=1), next_month(day))]


def year_by_month(device: Device, day: date) -> list[Energies]:
    """Return the energies of each month of a year."""
    months = [date(day.year, month, 1) for month in range(1, 13)]
    return [between(device, month, next_month(month)) for month in months]


def by_year(device: Device, day: date) -> list[Energies]:
    """Return the energies of the six years up to ``day``'s."""
    years = range(day.year - YEARS + 1, day.year + 1)
    return [between(device, date(year, 1, 1), date(year + 1, 1, 1)) for year in years]


BARS = {"1": month_by_day, "2": year_by_month, "3": by_year}
"""The charts of energies by their ``type`` (A.6.2)."""

POWERS = ("solar_w", "battery_w", "grid_w", "load_w", "output_w", "grid_charge_w")


def together(devices: Iterable[Device], day: date) -> list[Record]:
    """Return the uploads of several devices added up, one for every five minutes in which any of them uploaded."""
    sums: dict[str, Record] = {}
    for device in devices:
        for row in rows_of(device, day):
            key = bucket(row.time)
            sums[key] = _added(sums[key], row) if key in sums else row
    return [sums[key] for key in sorted(sums)]


def _added(first: Record, second: Record) -> Record:
    """Return a record with the powers of two."""
    return replace(first, **{name: getattr(first, name) + getattr(second, name) for name in POWERS})
