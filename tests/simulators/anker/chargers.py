"""The EV charger of a site: what it does and what it has charged (anker.md §6.7, §7.2)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.simulators.anker.call import NOT_FOUND, PS, WRONG_PARAMETER, Bean, Call, Refused, Route, post
from tests.simulators.anker.energy_totals import CO2_PER_KWH
from tests.simulators.surroundings import noise

if TYPE_CHECKING:
    from tests.simulators.anker.site import Site

KM_PER_KWH = 5.9
SAVING_PER_KWH = 0.21
"""What a kWh from the own roof spares compared with a public charger."""


class State(IntEnum):
    """``operating_state`` (§7.2)."""

    STANDBY = 0
    PREPARING = 1
    CHARGING = 2
    PAUSED_BY_CHARGER = 3
    PAUSED_BY_VEHICLE = 4
    COMPLETED = 5
    RESERVING = 6
    DISABLED = 7
    ERROR = 8


@dataclass(slots=True, kw_only=True)
class Order:
    """One charge: when it began, how long it took (s), how much (kWh)."""

    start: datetime
    seconds: float = 0.0
    energy: float = 0.0


@dataclass(slots=True, kw_only=True)
class Charger:
    """A charger. It begins idle; ``plug_in`` starts an order, ``unplug`` ends it.

    ``count(hours)`` lets its power flow and returns the kWh; call it for every step of the house.
    """

    serial: str
    state: State = State.STANDBY
    watts: float = 7_400.0
    orders: list[Order] = field(default_factory=list)

    @property
    def power_w(self) -> float:
        """Return what it draws."""
        return self.watts if self.state is State.CHARGING else 0.0

    def plug_in(self, now: datetime, *, watts: float | None = None) -> None:
        """Let a car come and charge."""
        self.watts = self.watts if watts is None else watts
        self.state = State.CHARGING
        self.orders.append(Order(start=now))

    def unplug(self) -> None:
        """Let the car go."""
        self.state = State.STANDBY

    def count(self, hours: float) -> float:
        """Count what flows in so many hours, in kWh."""
        energy = self.power_w * hours / 1_000
        if energy:
            self.orders[-1].energy += energy
            self.orders[-1].seconds += hours * 3_600
        return energy

    def remember(self, now: datetime, *, orders: int, seed: int = 0) -> None:
        """Give it a past: one order every third day."""
        for number in range(orders, 0, -1):
            energy = 6 + 30 * noise(seed, number)
            start = now - timedelta(days=3 * number)
            self.orders.append(Order(start=start, energy=energy, seconds=energy / 7.4 * 3_600))


FORMS = {"week": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y", "all": ""}


def _chosen(call: Call, charger: Charger, zone: ZoneInfo) -> list[Order]:
    """Return the orders of the range that is asked for; "all" asks for everything with empty dates."""
    kind, first, last = call.text("date_type"), call.text("start_date"), call.text("end_date")
    if kind not in FORMS or (kind != "all" and not first):
        raise Refused(WRONG_PARAMETER)
    if kind == "all":
        return charger.orders

    def label(order: Order) -> str:
        return order.start.astimezone(zone).strftime(FORMS[kind])

    width = len(label(Order(start=call.now)))
    return [order for order in charger.orders if first[:width] <= label(order) <= (last or first)[:width]]


def _asked(call: Call) -> tuple[Site, Charger]:
    """Return the charger that is asked for, and its site."""
    device = call.device()
    site = device.site
    if site is None or site.charger is None or site.charger.serial != device.serial:
        raise Refused(NOT_FOUND)
    return site, site.charger


def order_stats(call: Call) -> Bean:
    """Return what was charged in a range of time; numbers are numbers here."""
    site, charger = _asked(call)
    orders = [order for order in _chosen(call, charger, site.zone) if order.energy]
    energy = sum(order.energy for order in orders)
    stats: dict[str, Any] = {
        "charge_unit": "kWh",
        "charge_total": round(energy, 3),
        "charge_time": int(sum(order.seconds for order in orders)),
        "charge_count": len(orders),
        "cost": round(energy * site.tariff.price, 3),
        "cost_unit": site.tariff.unit,
        "cost_saving": round(energy * SAVING_PER_KWH, 3),
        "co2_saving": round(energy * CO2_PER_KWH, 3),
        "co2_saveing_unit": "kg",
        "mile_age": round(energy * KM_PER_KWH, 3),
    }
    return {"total_stats": stats, "date_list": []}


ROUTES: tuple[Route, ...] = (post(PS + "app/order/get_charge_order_stats", order_stats),)
