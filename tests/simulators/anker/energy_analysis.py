"""``site/energy_analysis``: energies by day, month and year, and the power over a day (anker.md §10.1–§10.3).

The answers are late by ``world.extras.statistics.lag`` and a day ends at the site's own midnight.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulators.anker.call import PS, WRONG_PARAMETER, Bean, Call, Refused, Route, post
from tests.simulators.anker.energies import NOTHING, Energies, total
from tests.simulators.anker.energy_totals import BLANK, MICRO, PVS, QUESTIONS, Known, Question, point, two
from tests.simulators.anker.forecast import forecast

if TYPE_CHECKING:
    from tests.simulators.anker.site import Site

DAY, MONTH, YEAR = "%Y-%m-%d", "%Y-%m", "%Y"
ONE_DAY = timedelta(days=1)
SLOT_MINUTES = 20
SLOTS = tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in range(0, 24 * 60 + 1, SLOT_MINUTES))
"""The 73 labels of a day; the last one never has a value."""
LONGEST = 1_000
INPUTS_SINCE, SILENT_SINCE = "2025-01", "2025-07"
"""The months from which on single inputs repeat the totals of all, and ``statistics`` is null."""
AC_MODELS = frozenset(("A17C2", "A17C5", "AE103", "A17E2"))
"""Solarbanks that charge from the grid (§9.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One element of an answer: its label and the days it sums up."""

    label: str
    days: tuple[date, ...]


def parse(text: str, form: str) -> date:
    """Return the date a text tells; refuse anything else."""
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 - a site's day has no zone
    except ValueError:
        raise Refused(WRONG_PARAMETER) from None


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days of a range, both ends included; refuse one that runs backwards or is absurdly long."""
    if not 0 <= (last - first).days < LONGEST:
        raise Refused(WRONG_PARAMETER)
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _week(start: str, end: str) -> list[Period]:
    return [
        Period(label=day.strftime(DAY), days=(day,))
        for day in days_between(parse(start, DAY), parse(end or start, DAY))
    ]


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - ONE_DAY


def _month(start: str, _end: str) -> list[Period]:
    first = parse(start, MONTH)
    return _week(first.strftime(DAY), _last_of_month(first).strftime(DAY))


def _year(start: str, _end: str) -> list[Period]:
    months = (parse(start, YEAR).replace(month=month) for month in range(1, 13))
    return [
        Period(label=month.strftime(MONTH), days=tuple(days_between(month, _last_of_month(month)))) for month in months
    ]


PERIODS: dict[str, Callable[[str, str], list[Period]]] = {"week": _week, "month": _month, "year": _year}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """One question: what is asked of which site, and until when the cloud has counted."""

    site: Site
    device_type: str
    serial: str
    until: datetime

    @property
    def question(self) -> Question:
        """Return what belongs to its ``device_type``."""
        return QUESTIONS[self.device_type]

    @property
    def present(self) -> bool:
        """Tell whether the site has what is asked for; an input it lacks is answered "0"."""
        if self.device_type in PVS:
            return PVS.index(self.device_type) < len(self.site.inputs)
        return self.device_type != MICRO or bool(self.site.micro)

    @property
    def part(self) -> float:
        """Return what part of the yield one input has; 1 for any other question."""
        if self.device_type in PVS:
            return self.site.inputs[PVS.index(self.device_type)] if self.present else 0.0
        return self.site.micro if self.device_type == MICRO else 1.0

    def known(self, energies: Energies) -> Known:
        """Return what the cloud makes of energies: without a meter it knows no grid, a unit has its share (§10.1)."""
        site = self.site
        seen = energies if site.has_meter else energies.unmetered()
        return Known(
            energies=seen.times(site.parts.get(self.serial, 1.0)) if self.serial else seen,
            generation=site.generation,
            ac_input=any(device.model in AC_MODELS for device in site.devices),
            price=site.tariff.price,
            sign=site.tariff.unit,
            plugs=site.plugs,
        )

    def counted(self, days: tuple[date, ...]) -> Energies | None:
        """Return what some days have counted; ``None`` when nothing was counted on any of them."""
        known = [energies for day in days if (energies := self.site.diary.counted(day, self.until)) is not None]
        return total(known) if known else None

    def totals(self, energies: Energies) -> Bean:
        """Return the totals of the whole range."""
        return self.question.totals(self.known(energies))


def _elements(inquiry: Inquiry, periods: list[Period], value: Callable[[Known], float]) -> list[Bean]:
    """Return one element for each period; nothing counted, or an input that is not there: "0"."""
    elements = []
    for period in periods:
        energies = inquiry.counted(period.days) if inquiry.present else None
        text = "0" if energies is None else two(value(inquiry.known(energies)) * inquiry.part)
        elements.append(point(period.label, text, rods(energies) if inquiry.device_type == "pps" else None))
    return elements


def rods(energies: Energies | None) -> list[dict[str, str]]:
    """Return where the charge of a ``pps`` question came from (§10.2)."""
    if energies is None:
        return []
    split = {"on-board-solar": energies.solar_to_battery, "grid": energies.grid_to_battery}
    rows, start = [], 0.0
    for name, energy in split.items():
        rows.append({"source_type": name, "from": two(start), "to": two(start + energy)})
        start += energy
    return rows


def _early(inquiry: Inquiry, periods: list[Period], after_midnight: str) -> list[Period]:
    """Return the periods that are answered soon after midnight, when the cloud has not begun the day (§10.3).

    ``zero``: as asked; ``missing``: without today; ``stale``: the newest day is still yesterday, also when only today
    was asked for.
    """
    newest = inquiry.site.diary.local(inquiry.until).date()
    begun = [period for period in periods if period.days[0] <= newest]
    if after_midnight == "zero" or len(begun) == len(periods):
        return periods
    if begun or after_midnight == "missing" or periods[0].days[0] > newest + ONE_DAY:
        return begun
    return [Period(label=newest.strftime(DAY), days=(newest,))]


def ranged(inquiry: Inquiry, periods: list[Period]) -> Bean:
    """Return the answer to week, month and year: an element for each period, totals over all of them."""
    question = inquiry.question
    energies = inquiry.counted(tuple(day for period in periods for day in period.days))
    answer = {**BLANK, **inquiry.totals(energies or NOTHING)}
    answer["power"] = _elements(inquiry, periods, question.power)
    if question.trend is not None:
        answer["charge_trend"] = _elements(inquiry, periods, question.trend)
    return answer


# --- the power over a day --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Mean:
    """What flowed in one 20-minute slot, for how many hours, and the charge at its end."""

    energies: Energies = NOTHING
    hours: float = 0.0
    level: float = 0.0


def _means(inquiry: Inquiry, day: date) -> dict[str, Mean]:
    """Return the slots of a day that have a value."""
    means: dict[str, Mean] = {}
    for slot in inquiry.site.diary.slots(day, inquiry.until):
        minute = slot.start.minute // SLOT_MINUTES * SLOT_MINUTES
        mean = means.setdefault(f"{slot.start.hour:02}:{minute:02}", Mean())
        mean.energies += slot.energies
        mean.hours += 1 / 12
        mean.level = slot.level
    return means


def _curve(inquiry: Inquiry, means: dict[str, Mean], value: Callable[[Known], float]) -> list[Bean]:
    """Return mean W for each slot; "0" where nothing flowed or is known."""
    curve = []
    for label in SLOTS:
        mean = means.get(label)
        watts = 1_000 * value(inquiry.known(mean.energies)) * inquiry.part / mean.hours if mean else 0.0
        curve.append(point(label, two(watts) if round(watts, 2) else "0"))
    return curve


def curves(inquiry: Inquiry, day: date, now: datetime) -> Bean:
    """Return the answer to ``day``: mean W for every 20 minutes, totals of that day, the site's clock (§10.2)."""
    question, means = inquiry.question, _means(inquiry, day)
    answer = {**BLANK, **inquiry.totals(inquiry.counted((day,)) or NOTHING), "trend_unit": "w"}
    answer["local_time"] = inquiry.site.diary.local(now).strftime("%Y-%m-%d %H:%M")
    answer["power"] = _curve(inquiry, means, question.power)
    if (trend := question.trend or question.day_trend) is not None:
        answer["charge_trend"] = _curve(inquiry, means, trend)
    if inquiry.device_type == "solarbank":
        answer["charge_level"] = [point(label, two(means[label].level) if label in means else "0") for label in SLOTS]
    if inquiry.device_type == "solar_production":
        answer |= forecast(inquiry.site, day, now)
    return answer


def energy_analysis(call: Call) -> Bean:
    """Answer a question about the energies of a site (§10.1); members may ask too."""
    site, device_type, kind = call.site(), call.text("device_type"), call.text("type")
    start, end, serial = call.text("start_time"), call.text("end_time"), call.text("device_sn")
    if device_type not in QUESTIONS or (kind != "day" and kind not in PERIODS):
        raise Refused(WRONG_PARAMETER)
    statistics = call.world.extras.statistics
    inquiry = Inquiry(site=site, device_type=device_type, serial=serial, until=statistics.until(call.now))
    if kind == "day":
        answer = curves(inquiry, parse(start, DAY), call.now)
    else:
        answer = ranged(inquiry, _early(inquiry, PERIODS[kind](start, end), statistics.after_midnight))
    return _as_told(answer, device_type, call.world.era)


def _as_told(answer: Bean, device_type: str, era: str) -> Bean:
    """Return what a month told: statistics until the middle of 2025; of single inputs no totals but one before 2025."""
    if era >= SILENT_SINCE and device_type != "pps":
        answer["statistics"] = None
    if era < INPUTS_SINCE and device_type in (*PVS, MICRO):
        answer |= {name: "" for name in answer if name.endswith("_total") and name != "solar_total"}
    return answer


ROUTES: tuple[Route, ...] = (post(PS + "site/energy_analysis", energy_analysis),)
