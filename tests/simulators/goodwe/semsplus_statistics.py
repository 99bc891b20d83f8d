"""Energies of a plant over days, months and years, income, and its power minute by minute (goodwe.md §5.5)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulators.goodwe.energies import NOTHING, Energies, total
from tests.simulators.goodwe.semsplus_call import BAD_DIMENSION, MISSING, ApiError, Call, Route, post
from tests.simulators.goodwe.semsplus_flow import kilowatts

if TYPE_CHECKING:
    from tests.simulators.goodwe.plants import Plant

DIMENSIONS = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
MOMENT = "%Y-%m-%d %H:%M:%S"
ITEMS: dict[str, Callable[[Energies], float]] = {
    "proSystemTotalStats": lambda energies: energies.solar,
    "proConsumStats": lambda energies: energies.load,
    "proGridStats": lambda energies: energies.exported,
    "proPurchaseStats": lambda energies: energies.imported,
    "proSelfConsumStats": lambda energies: energies.self_used,
    "proCharStats": lambda energies: energies.charged,
    "proDischarStats": lambda energies: energies.discharged,
}


def rounded(value: float) -> float:
    """Return an energy, money or percentage as the wire has it: two decimals."""
    return round(value, 2) + 0.0


def share(part: float, whole: float) -> float:
    """Return ``part`` of ``whole`` in percent; of nothing: 0."""
    return rounded(100 * part / whole) if whole else 0.0


def moment(body: Mapping[str, Any], name: str) -> datetime:
    """Return a local time of the body; raise P0214 for anything else."""
    try:
        return datetime.strptime(str(body.get(name)), MOMENT)  # noqa: DTZ007 - plant time has no zone
    except ValueError:
        raise ApiError(MISSING) from None


def _days(first: date, last: date) -> Iterable[date]:
    """Yield the days between two, both included."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _energies(plant: Plant, day: date, *, dimension: str) -> Energies:
    """Return what the server has for a day; soon after midnight today's is yesterday's, but months hold it once (§10.9)."""
    late = day == plant.ledger.now.day and plant.counted(plant.ledger).day != day
    known = NOTHING if late and dimension != "day" else plant.energies(day)
    return known if plant.metered else unmetered(known)


def unmetered(energies: Energies) -> Energies:
    """Return what a cloud makes of a plant without a meter: all is used on site (§4.3)."""
    return Energies(solar=energies.solar, output=energies.output, load=energies.output)


def _series(call: Call) -> tuple[dict[str, Energies], Energies]:
    """Return the energies of each period that is asked for, and all together. Several years at once are zeros (§5.5)."""
    plant, dimension = call.plant(), call.body.get("dimension")
    if dimension not in DIMENSIONS:
        raise ApiError(BAD_DIMENSION)
    first, last = moment(call.body, "startTime").date(), moment(call.body, "endTime").date()
    blind = dimension == "year" and first.year != last.year
    periods: dict[str, list[Energies]] = {}
    for day in _days(first, last):
        known = NOTHING if blind else _energies(plant, day, dimension=dimension)
        periods.setdefault(day.strftime(DIMENSIONS[dimension]), []).append(known)
    series = {period: total(energies) for period, energies in periods.items()}
    return series, total(series.values())


def statistics(call: Call) -> dict[str, Any]:
    """Return flat totals and one series for each item; without a list of items or a JSON boolean there is no series."""
    series, whole = _series(call)
    exported, own = rounded(whole.exported), rounded(whole.self_used)
    production = rounded(own + exported)
    load, bought = rounded(whole.load), rounded(whole.imported)
    items = call.body.get("items")
    asked = items if isinstance(items, list) and isinstance(call.body.get("isReport"), bool) else ()
    return {
        "proSelfConsum": own,
        "proSelfConsumRate": share(own, production),
        "production": production,
        "proGrid": exported,
        "proGridRate": share(exported, production),
        "proConsum": load,
        "contributionRate": share(own, load),
        "proPurchase": bought,
        "proPurchaseRate": share(bought, load),
        "proPvStoreContribution": own,
        "proAcTotal": production,
        "dataList": [
            {
                "item": item,
                "unit": "kWh",
                "statisticsList": [
                    {"date": period, "val": rounded(ITEMS[item](energies))} for period, energies in series.items()
                ],
            }
            for item in asked
            if item in ITEMS
        ],
        "hasProfit": False,
    }


def production(call: Call) -> dict[str, Any]:
    """Return energies and money without a series."""
    _, whole = _series(call)
    plant = call.plant()
    return {
        "proSystemTotalStats": rounded(whole.solar),
        "proGridStats": rounded(whole.exported),
        "proPurchaseStats": rounded(whole.imported),
        "proConsumStats": rounded(whole.load),
        "profitProStats": rounded(whole.solar * plant.yield_rate),
        "profitGridStats": rounded(whole.exported * plant.yield_rate),
        "currency": plant.currency,
    }


# --- power over a day ------------------------------------------------------------------------------------------------


def _curves(call: Call, plant: Plant, points: str, *, extra: Iterable[str] = ()) -> dict[str, Any]:
    """Return the power of each minute between two local times; ``timeZone`` hours decide what ``tp`` shows."""
    items = call.body.get("items")
    if not isinstance(items, list) or not items:
        raise ApiError(MISSING)
    start, end = moment(call.body, "startTime"), moment(call.body, "endTime")
    hours = call.body.get("timeZone")
    if not isinstance(hours, (int, float)):
        raise ApiError(MISSING)
    hours = -hours if call.oddities.negated_zone else hours
    rows: dict[str, list[dict[str, Any]]] = {item: [] for item in (*items, *extra)}
    for record in plant.minutes:
        if not start <= record.time <= end:
            continue
        told = {**kilowatts(record), "soc": round(record.level), "sell": 0.0, "buy": 0.0, "charge": 0.0}
        tp = (record.instant.replace(tzinfo=None) + timedelta(hours=hours)).strftime(MOMENT)
        for item, values in rows.items():
            if item in told:
                values.append({"tp": tp, "power": told[item]})
    return {"dataList": [{"item": item, points: values} for item, values in rows.items()]}


def power(call: Call) -> dict[str, Any]:
    """Return power curves of the plant named in the path."""
    return _curves(call, call.plant("stationId"), "powerData")


def power_v2(call: Call) -> dict[str, Any]:
    """Return them the other way, with items nobody asked for (§5.5)."""
    return _curves(call, call.plant(), "statisticsList", extra=("sell", "buy", "charge"))


ROUTES: tuple[Route, ...] = (
    post("/sems-plant/api/stations/statistics", statistics),
    post("/sems-plant/api/stations/production", production),
    post("/sems-plant/api/v1/hems/power/statisticsAndPreV2", power_v2),
    post("/sems-plant/api/v1/hems/power/{stationId}", power),
)
