"""What an account has besides its sites: vehicles, messages, currencies; and side questions about a site (anker.md §6).

``world.extras`` is an :class:`Extras`.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from tests.simulators.anker.call import PS, Bean, Call, Route, get, post
from tests.simulators.anker.disaster import Disaster
from tests.simulators.anker.energy_totals import CO2_PER_KWH, two
from tests.simulators.anker.rate_plan import RatePlan
from tests.simulators.anker.vehicles import Garage

if TYPE_CHECKING:
    from tests.simulators.anker.world import World

type AfterMidnight = Literal["zero", "missing", "stale"]
KG_PER_TREE = 21.0
CURRENCIES = {
    "$": "AUD, CAD, USD",
    "€": "EUR",
    "£": "GBP",
    "Fr": "CHF",
    "¥": "JPY",
    "kr": "DKK, NOK, SEK",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "лв": "BGN",
    "Lei": "RON",
}
"""Signs and the currencies that share them."""


@dataclass(slots=True, kw_only=True)
class Statistics:
    """How the cloud counts: how late, and what it answers for a day it has not begun (§10.3, see ``energy_analysis``).

    ``watt_hours``: power panels and HES tell totals below 1 kWh in Wh (§10.4).
    """

    lag: timedelta = timedelta(minutes=3)
    after_midnight: AfterMidnight = "zero"
    watt_hours: bool = False

    def until(self, now: datetime) -> datetime:
        """Return until when the cloud has counted."""
        return now - self.lag


@dataclass(slots=True, kw_only=True)
class Smart:
    """The cloud's own planner: ``learning_until``, else trained (§6.3 ``ai_ems/get_status``)."""

    learning_until: datetime | None = None
    failed: bool = False


@dataclass(slots=True, kw_only=True)
class Extras:
    """What the cloud keeps besides the world's sites; every part is a knob.

    ``unread``: which kinds of messages (``system``, ``device``) nobody has read; ``price_outage``: dynamic prices answer
    10000 (§4); ``co2_hidden``: the ranking is not shown (§6.3).
    """

    world: World
    garage: Garage = field(default_factory=Garage)
    statistics: Statistics = field(default_factory=Statistics)
    smart: Smart = field(default_factory=Smart)
    unread: set[str] = field(default_factory=set)
    price_outage: bool = False
    co2_hidden: bool = False
    rate_plans: dict[str, RatePlan] = field(default_factory=dict)
    disasters: dict[str, Disaster] = field(default_factory=dict)

    def rate_plan(self, site_id: str) -> RatePlan:
        """Return the tariff plan of a power panel's site."""
        return self.rate_plans.setdefault(site_id, RatePlan())

    def disaster(self, site_id: str) -> Disaster:
        """Return the manual backup of a power panel's site."""
        return self.disasters.setdefault(site_id, Disaster())


def unread(call: Call) -> Bean:
    """Return what nobody has read yet."""
    kinds = call.world.extras.unread
    return {"has_unread_msg": bool(kinds), "system_msg": "system" in kinds, "device_msg": "device" in kinds}


def currencies(_call: Call) -> Bean:
    """Return the currencies and the account's own."""
    return {
        "currency_list": [{"symbol": symbol, "name": names} for symbol, names in CURRENCIES.items()],
        "default_currency": {"symbol": "€", "name": "EUR"},
    }


def co2_ranking(call: Call) -> Bean:
    """Return what the site spared the air, in kg, as text; nothing but empty texts when it is not shown."""
    site, extras = call.site(), call.world.extras
    if extras.co2_hidden:
        return {"show": False, "ranking": "", "co2": "", "tree": "", "content": "", "level": None}
    spared = site.diary.lifetime_at(extras.statistics.until(call.now)).solar * CO2_PER_KWH
    return {
        "show": True,
        "ranking": "999+",
        "co2": two(spared),
        "tree": f"{spared / KG_PER_TREE:.1f}",
        "content": "Every bit counts",
        "level": {"tree": min(9, int(spared / 50)), "bubble": 4},
    }


def ai_status(call: Call) -> Bean:
    """Return how the planner is: it runs only in smart mode; ``left_time`` below zero means it has learned enough."""
    site, smart = call.site(), call.world.extras.smart
    learned = smart.learning_until or datetime(2025, 5, 20, tzinfo=UTC)
    status = 2 if smart.failed else 1 if site.smart else 0
    return {"status": status, "result": "fail", "left_time": int((learned - call.now).total_seconds())}


def schedule(call: Call) -> Bean:
    """Return when a schedule was last sent to the devices; nothing else is ever told."""
    local = call.site().diary.local(call.now)
    return {
        "status": 0,
        "remain_energy": None,
        "negative_price": None,
        "push_time": local.strftime("%d/%m/%Y %H:%M:%S"),
    }


def income(call: Call) -> dict[str, Any]:
    """Return an income that is never told, in dollars."""
    call.device()
    return {"income_curve": None, "total_income": "0.0", "history_income": "0.0", "curve_unit": "$"}


def home_load_chart(call: Call) -> list[Bean]:
    """Return a chart nobody ever saw a point in."""
    call.site()
    return []


ROUTES: tuple[Route, ...] = (
    get(PS + "get_message_unread", unread),
    post(PS + "currency/get_list", currencies),
    post(PS + "site/co2_ranking", co2_ranking),
    post(PS + "ai_ems/get_status", ai_status),
    post(PS + "site/get_schedule", schedule),
    post(PS + "site/get_home_load_chart", home_load_chart, owner=True),
    post(PS + "app/device/get_device_income", income),
)
