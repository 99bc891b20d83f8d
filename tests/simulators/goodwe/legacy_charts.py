"""Route B's charts (goodwe.md §4.1, §4.7): powers every five minutes, energies by day, month and year."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulators.goodwe.devices import Inverter
from tests.simulators.goodwe.energies import Energies, total
from tests.simulators.goodwe.legacy_call import INNER, ApiError, Call
from tests.simulators.goodwe.legacy_inverter import lines
from tests.simulators.goodwe.legacy_monitor import balance
from tests.simulators.goodwe.legacy_values import tenth
from tests.simulators.goodwe.record import Record

if TYPE_CHECKING:
    from tests.simulators.goodwe.world import Plant

type Value = Callable[[Record], float]

STEP_MINUTES = 5
WINDOW_DAYS = 31
DAY, MONTH, YEAR, LIFETIME = range(1, 5)
GENERATION, BALANCE, ENERGIES = "3", "7", "8"

LINES: tuple[tuple[str, str, Value], ...] = (
    ("PCurve_Power_PV", "W", lambda record: record.solar_w),
    ("PCurve_Power_Battery", "W", lambda record: record.battery_w),
    ("PCurve_Power_Meter", "W", lambda record: -record.grid_w + 0.0),
    ("PCurve_Power_Load", "W", lambda record: record.load_w),
    ("PCurve_Power_SOC", "%", lambda record: record.level),
)
"""Battery + = discharging, meter + = exporting as ``pmeter`` (§4.7)."""


def _day(text: str) -> date:
    """Return a date, written either way (§4.1)."""
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return date.strptime(text.split(" ", maxsplit=1)[0], form)
        except ValueError:
            continue
    raise ApiError(INNER)


def _asked(call: Call) -> tuple[Plant | None, date]:
    """Return plant and date of a chart."""
    return call.plant("id", "pw_id", "powerstation_id"), _day(call.text("date"))


# --- powers ----------------------------------------------------------------------------------------------------------


def power_chart(call: Call) -> dict[str, Any] | None:
    """Return ``GetPlantPowerChart``: the powers of a day; what is not yet known is ``null``."""
    plant, day = _asked(call)
    if plant is None:
        return None
    samples = {record.time: record for record in plant.minutes if record.time.date() == day}
    times = [datetime.combine(day, datetime.min.time()) + timedelta(minutes=STEP_MINUTES * n) for n in range(288)]
    used = LINES if plant.metered else LINES[:1]
    energies = plant.energies(day)
    return {
        "generateData": [{"key": "Generation", "value": tenth(energies.solar)}],
        "lines": [
            {
                "label": key,
                "key": key,
                "name": key.rpartition("_")[2],
                "unit": unit,
                "color": "#000000",
                "xy": [
                    {"x": f"{time:%H:%M}", "y": value(samples[time]) if time in samples else None, "z": None}
                    for time in times
                ],
            }
            for key, unit, value in used
            if plant.has_battery or key not in ("PCurve_Power_Battery", "PCurve_Power_SOC")
        ],
    }


def pac_by_day(_call: Call) -> dict[str, Any]:
    """Return nothing: this one is empty now (§4.1)."""
    return {"pacs": []}


def column(call: Call) -> dict[str, Any]:
    """Return ``GetInverterDataByColumn``: the uploads of a day, one value each."""
    inverter, day, name = call.inverter("id"), _day(call.text("date")), call.text("column")
    rows = [
        {
            "sn": inverter.serial,
            "date": f"{record.time:%m/%d/%Y %H:%M:%S}",
            "column": _column_value(inverter, record, name),
        }
        for record in inverter.uploads
        if record.time.date() == day
    ]
    return {"column1": rows}


def _column_value(inverter: Inverter, record: Record, name: str) -> Any:
    """Return what a record has under the name of a column, whatever its case; "" for what it has not."""
    special: dict[str, float] = {
        "pac": record.output_w,
        "cbattery1": record.level,
        "eday": tenth(record.counted.today.solar),
        "htotal": inverter.hours(record),
        "workmode": inverter.kind.workmodes[1 if record.running else 0],
    }
    measured = {key.lower(): value for key, value in lines(inverter, record).items()}
    return (measured | special).get(name.lower(), "")


# --- energies --------------------------------------------------------------------------------------------------------


def power_and_income(call: Call) -> list[dict[str, Any]] | None:
    """Return energy and income by day; only today has a value (§4.1)."""
    plant, last = _asked(call)
    if plant is None:
        return None
    today = plant.local(call.now).date()
    days = [last - timedelta(days=number) for number in range(max(1, call.number("count", 1)))]
    values = {day: tenth(plant.energies(day).solar) if day == today else 0.0 for day in days}
    return [
        {"d": f"{day:%m/%d/%Y}", "p": value, "i": round(value * plant.yield_rate, 2)} for day, value in values.items()
    ]


def chart(call: Call) -> dict[str, Any] | None:
    """Return ``GetChartByPlant``: the balance of a period (index 7), or its parts one by one (3 and 8)."""
    plant, day = _asked(call)
    if plant is None:
        return None
    span = call.number("range", MONTH)
    periods = list(_periods(plant, day, span))
    index = call.text("chartIndexId", default=GENERATION)
    if index == BALANCE:
        return {"modelData": _model(plant, _whole(plant, day, span)), "lines": []}
    if index not in (GENERATION, ENERGIES):
        raise ApiError(INNER)
    parts = [_line(name, unit, periods, value) for name, unit, value in _parts(plant, index)]
    return {"modelData": _model(plant, _whole(plant, day, span)), "lines": parts}


def _days(plant: Plant, first: date, last: date) -> Iterator[date]:
    """Yield the days of a plant's life within a span."""
    first, last = max(first, plant.created), min(last, plant.local(plant.now).date())
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _sum(plant: Plant, first: date, last: date) -> Energies:
    """Return the energies of a span of days."""
    return total(plant.energies(day) for day in _days(plant, first, last))


def _month_end(day: date) -> date:
    """Return the last day of a month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _whole(plant: Plant, day: date, span: int) -> Energies:
    """Return the energies of the day, month or year of a date, or of the whole life."""
    spans = {
        DAY: (day, day),
        MONTH: (day.replace(day=1), _month_end(day)),
        YEAR: (day.replace(month=1, day=1), day.replace(month=12, day=31)),
        LIFETIME: (plant.created, plant.local(plant.now).date()),
    }
    if span not in spans:
        raise ApiError(INNER)
    return _sum(plant, *spans[span])


def _periods(plant: Plant, day: date, span: int) -> Iterator[tuple[str, Energies]]:
    """Yield the days of a window, the last twelve months or the years, oldest first (§4.7)."""
    if span in (DAY, MONTH):
        first = day if span == DAY else day - timedelta(days=WINDOW_DAYS - 1)
        for one in _days(plant, first, day):
            yield f"{one:%Y-%m-%d}", plant.energies(one)
    elif span == YEAR:
        for back in reversed(range(12)):
            year, month = divmod(day.year * 12 + day.month - 1 - back, 12)
            first = date(year, month + 1, 1)
            yield f"{first:%Y-%m}", _sum(plant, first, _month_end(first))
    else:
        for year in range(plant.created.year, day.year + 1):
            yield str(year), _sum(plant, date(year, 1, 1), date(year, 12, 31))


def _parts(plant: Plant, index: str) -> tuple[tuple[str, str, Callable[[Energies], float]], ...]:
    """Return the lines of a chart: name, unit and value."""
    if index == GENERATION:
        return (
            ("PVGeneration", "kWh", lambda energies: energies.solar),
            ("Income", plant.currency, lambda energies: energies.solar * plant.yield_rate),
        )
    return (
        ("SelfUse", "kWh", lambda energies: balance(plant, energies)["selfUseOfPv"]),
        ("SelfUseRatio", "%", lambda energies: 100 * balance(plant, energies)["selfUseRate"]),
        ("Sell", "kWh", lambda energies: balance(plant, energies)["sell"]),
        ("Consumption", "kWh", lambda energies: balance(plant, energies)["consumptionOfLoad"]),
        ("Buy", "kWh", lambda energies: balance(plant, energies)["buy"]),
        ("ContributionRatio", "%", lambda energies: 100 * balance(plant, energies)["contributingRate"]),
        ("Charge", "kWh", lambda energies: energies.charged),
        ("DisCharge", "kWh", lambda energies: energies.discharged),
    )


def _line(
    name: str, unit: str, periods: list[tuple[str, Energies]], value: Callable[[Energies], float]
) -> dict[str, Any]:
    """Return a line of a chart; its label is for people."""
    return {
        "label": f"{name} ({unit})",
        "name": name,
        "unit": unit,
        "xy": [{"x": x, "y": round(value(energies), 2), "z": None} for x, energies in periods],
    }


def _model(plant: Plant, energies: Energies) -> dict[str, Any]:
    """Return ``modelData``: the balance under names of its own; ratios in % (§4.7)."""
    found = balance(plant, energies)
    return {
        "sum": found["sum"],
        "buy": found["buy"],
        "buyPercent": found["buyPercent"],
        "sell": found["sell"],
        "sellPercent": found["sellPercent"],
        "selfUseOfPv": found["selfUseOfPv"],
        "selfUseRatio": round(100 * found["selfUseRate"], 2),
        "consumptionOfLoad": found["consumptionOfLoad"],
        "contributionRatio": round(100 * found["contributingRate"], 2),
        "in_House": found["selfUseOfPv"],
        "charge": found["charge"],
        "disCharge": found["disCharge"],
    }
