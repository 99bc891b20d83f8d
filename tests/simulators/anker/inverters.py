"""A micro-inverter that stands for itself: its power, its yields, its limit and its price (anker.md §6.4, §12.11, §12.12)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.simulators.anker.call import NOT_FOUND, WRONG_PARAMETER, Bean, Call, Refused, Route, post
from tests.simulators.anker.diary import Diary
from tests.simulators.anker.energies import NOTHING, Energies, made_up, total
from tests.simulators.anker.energy_analysis import PERIODS, parse
from tests.simulators.anker.energy_totals import CO2_PER_KWH
from tests.simulators.anker.units import grown
from tests.simulators.clock import SimClock
from tests.simulators.house import House
from tests.simulators.plant import Counters

PV: Final = "charging_pv_svc/"
LIMITS: Final = (600, 800)
PEAK_W: Final = 1_000.0
AGE: Final = timedelta(days=600)
FIVE: Final = 300
CURVE = tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in range(0, 24 * 60, 5))


@dataclass(slots=True, kw_only=True)
class Inverter:
    """An MI80 without a site. ``house`` is its roof, ``diary`` what it gave; ``price`` per kWh in ``sign``.

    ``counters`` are those of the house when the diary was written last.
    """

    serial: str
    house: House
    diary: Diary
    counters: Counters
    limit_w: int = 800
    price: float = 0.25
    sign: str = "€"
    offline: bool = False
    audit: list[int] = field(default_factory=list)
    """Every limit ever written: its memory bears few of them."""

    @classmethod
    def standing(
        cls,
        serial: str,
        *,
        clock: SimClock,
        zone: ZoneInfo,
        since: datetime,
        seed: int = 0,
        cloudiness: float = 0.0,
        solar_scale: float = 1.0,
    ) -> Inverter:
        """Return one with two years behind it, alive since ``since`` (aware)."""
        today = since.astimezone(zone).date()
        days = made_up(today - AGE, today, peak_kw=PEAK_W / 1_000, battery_kwh=0.0, seed=seed)
        house = House(
            clock,
            timezone=str(zone),
            solar_peak_w=PEAK_W * solar_scale,
            cloudiness=cloudiness,
            batteries=(),
            since=since,
            step_seconds=60.0,
            seed=seed,
        )
        inverter = cls(serial=serial, house=house, diary=Diary(zone, since, days), counters=replace(house.counters))
        house.settings = replace(house.settings, output_limit_w=float(inverter.limit_w))
        return inverter

    def advance(self, now: datetime) -> None:
        """Live until ``now`` and count every full five minutes."""
        until = self.diary.until
        while until < now:
            until = min(now, datetime.fromtimestamp((until.timestamp() // FIVE + 1) * FIVE, UTC))
            self.house.advance_to(until)
            before, self.counters = self.counters, replace(self.house.counters)
            self.diary.note(until, Energies.between(before, self.counters), level=0.0)
        if now < self.diary.until:
            self.house.advance_to(now)
            self.diary.note(now, NOTHING, level=0.0)

    @property
    def zone(self) -> ZoneInfo:
        """Return where it stands."""
        return self.diary.zone

    @property
    def power_w(self) -> float:
        """Return what it gives; nothing is told of one that is offline."""
        return 0.0 if self.offline else self.house.last_truth().solar_w

    def set_limit(self, watts: int) -> None:
        """Throttle it; every write wears its memory."""
        self.limit_w = watts
        self.audit.append(watts)
        self.house.set(output_limit_w=float(watts))


def _inverter(call: Call) -> Inverter:
    """Return the inverter that is asked for."""
    for inverter in call.world.inverters:
        if inverter.serial == call.text("sn"):
            return inverter
    raise Refused(NOT_FOUND)


def status(call: Call) -> Bean:
    """Return the power of several inverters in whole W; asleep at night they are as good as gone (status 0)."""
    asked = call.text("sns").split(",")
    watts = {inverter.serial: round(inverter.power_w) for inverter in call.world.inverters if inverter.serial in asked}
    return {"pvStatuses": [{"sn": serial, "power": power, "status": int(power > 0)} for serial, power in watts.items()]}


def totals(call: Call) -> Bean:
    """Return what it gave in its life; the unit grows, the numbers are numbers."""
    inverter = _inverter(call)
    energy = inverter.diary.lifetime_at(call.world.extras.statistics.until(call.now)).solar
    value, unit = grown(energy)
    return {
        "energy": float(value),
        "energyUnit": unit,
        "reductionCo2": round(energy * CO2_PER_KWH),
        "reductionCo2Unit": "kg",
        "saveMoney": round(energy * inverter.price, 1),
        "saveMoneyUnit": inverter.sign,
        "powerConfig": f"{inverter.limit_w}W",
        "powerPopUpFlag": 0,
    }


def _sum(inverter: Inverter, days: Iterable[date], until: datetime) -> float:
    """Return what some days gave, in kWh."""
    counted = (inverter.diary.counted(day, until) for day in days)
    return total(energies for energies in counted if energies is not None).solar


def _whole(value: float) -> float:
    """Return a number with two decimals; a whole one without any."""
    value = round(value, 2)
    return int(value) if value == int(value) else value


def statistics(call: Call) -> Bean:
    """Return yields by position: day, week, month or year (§6.4); ``end`` may be left empty but for a week."""
    inverter, kind, until = _inverter(call), call.text("type"), call.world.extras.statistics.until(call.now)
    start, end = call.text("start"), call.text("end")
    if kind == "day":
        return _day(inverter, parse(start, "%Y-%m-%d"), until)
    if kind not in PERIODS or (kind == "week" and not end):
        raise Refused(WRONG_PARAMETER)
    values = [_sum(inverter, period.days, until) for period in PERIODS[kind](start, end)]
    rows = [
        {"money": _whole(value * inverter.price), "energy": _whole(value), "index": index}
        for index, value in enumerate(values, start=1)
    ]
    return _answer(inverter, sum(values), energy=rows)


def _day(inverter: Inverter, day: date, until: datetime) -> Bean:
    """Return a day's power every five minutes; what is to come is 0 and not marked as the future."""
    watts = {slot.start.strftime("%H:%M"): round(_watts(slot.energies)) for slot in inverter.diary.slots(day, until)}
    curve = [
        {"power": watts.get(label, 0), "time": label, "valuePtr": None, "isFix": False, "isFuture": False}
        for label in CURVE
    ]
    answer = _answer(inverter, _sum(inverter, (day,), until), curve=curve)
    return {
        **answer,
        "generationTime": sum(5 for power in watts.values() if power),
        "maxPower": max(watts.values(), default=0),
    }


def _watts(energies: Energies) -> float:
    """Return the mean power of five minutes."""
    return energies.solar * 12 * 1_000


def _answer(inverter: Inverter, kwh: float, **lists: Any) -> Bean:
    """Return the shape of every answer; ``lists`` are its ``curve`` or its ``energy``."""
    return {
        "curve": [],
        "energy": [],
        **lists,
        "energyUnit": "kWh",
        "solarGeneraion": _whole(kwh),
        "money": _whole(kwh * inverter.price),
        "moneyUnit": inverter.sign,
        "loadPercent": "",
        "ppsPercent": "",
        "generationTime": 0,
        "maxPower": 0,
    }


def price(call: Call) -> Bean:
    """Return the price, which is one tier over the whole day."""
    inverter = _inverter(call)
    tier = {"from": "00:00", "to": "23:59", "price": inverter.price}
    return {"currencyUnit": inverter.sign, "tieredElecPrices": [tier]}


def update_price(call: Call) -> Any:
    """Take the first tier's price for the whole day; a price is a number."""
    inverter, tiers, sign = _inverter(call), call.body.get("tieredElecPrices"), call.text("currencyUnit")
    first = tiers[0] if isinstance(tiers, list) and tiers and isinstance(tiers[0], dict) else {}
    value = first.get("price")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(WRONG_PARAMETER)

    def apply() -> None:
        inverter.price, inverter.sign = float(value), sign

    return call.world.write(call, apply)


def set_limit(call: Call) -> Any:
    """Throttle the inverter; the limit is a whole number of W and one of two."""
    inverter, watts = _inverter(call), call.body.get("power")
    if watts not in LIMITS or isinstance(watts, float):
        raise Refused(WRONG_PARAMETER)
    return call.world.write(call, lambda: inverter.set_limit(watts))


ROUTES: tuple[Route, ...] = (
    post(PV + "getPvStatus", status),
    post(PV + "getPvTotalStatistics", totals, owner=True),
    post(PV + "statisticsPv", statistics, owner=True),
    post(PV + "selectUserTieredElecPrice", price, owner=True),
    post(PV + "updateUserTieredElecPrice", update_price, owner=True),
    post(PV + "set_aps_power", set_limit, owner=True),
)
