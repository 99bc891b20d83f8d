"""What energy costs at a site, and what the market asks (anker.md §6.3, §11, §12.6)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
import math
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulators.anker.call import MISFIT, PS, REQUEST_FAILED, WRONG_PARAMETER, Bean, Call, Refused, Route, post
from tests.simulators.anker.energy_totals import two
from tests.simulators.surroundings import noise

PRICE_TYPES = ("fixed", "use_time", "dynamic")
PROVIDERS: dict[str, dict[str, tuple[str, ...]]] = {
    "DE": {"Nordpool": ("GER",)},
    "AT": {"Nordpool": ("AT",)},
    "SE": {"Nordpool": ("SE1", "SE2", "SE3", "SE4")},
}
"""Country → company → areas."""
PRICED_MODELS = frozenset(("A17C5", "AE103", "A17E2", "A5101", "A5102", "A5103"))
"""Devices with providers at all (§11.2)."""
MARKET_ZONE = ZoneInfo("Europe/Berlin")
RELEASE_HOUR = 13


@dataclass(slots=True, kw_only=True)
class Tariff:
    """What the owner entered: ``price`` and ``sell_price`` per kWh in ``unit`` (a sign), its ``type`` and provider.

    ``use_time`` is the plan of seasons, ``None`` when there never was one; ``co2`` is told as ``site_co2``.
    """

    price: float = 0.4
    unit: str = "€"
    sell_price: float | None = None
    type: str = "fixed"
    provider: Bean | None = None
    use_time: list[Bean] | None = None
    co2: float = 0


def site_price(call: Call) -> Bean:
    """Return the tariff of a site; ``accuracy`` asked for is not answered."""
    site = call.site()
    tariff: Tariff = site.tariff
    sell = {} if tariff.sell_price is None else {"sell_price": tariff.sell_price}
    return {
        "site_id": site.id,
        "price": tariff.price,
        "site_co2": tariff.co2,
        "site_price_unit": tariff.unit,
        **sell,
        "price_type": tariff.type,
        "current_mode": site.selected_mode,
        "use_time": tariff.use_time,
        "dynamic_price": tariff.provider,
        "accuracy": 2,
    }


def _number(body: Bean, name: str) -> float | None:
    """Return a JSON number of the body; refuse text."""
    value = body.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise Refused(WRONG_PARAMETER)
    return value


def update_price(call: Call) -> Any:
    """Replace the tariff by what is sent: a price that is not sent is lost, a type or provider that is not sent stays."""
    tariff: Tariff = call.site().tariff
    body = dict(call.body)
    price, sell = _number(body, "price"), _number(body, "sell_price")
    kind, unit = body.get("price_type", tariff.type), body.get("site_price_unit", tariff.unit)
    if kind not in PRICE_TYPES or not isinstance(unit, str) or price is None:
        raise Refused(WRONG_PARAMETER)
    provider = body.get("dynamic_price", tariff.provider)

    def apply() -> None:
        tariff.price, tariff.sell_price, tariff.unit = price, sell, unit
        tariff.type = kind
        tariff.provider = {**dict.fromkeys(("country", "company", "area", "pct")), **provider} if provider else None
        tariff.co2 = _number(body, "site_co2") or 0

    return call.world.write(call, apply)


# --- the market ------------------------------------------------------------------------------------------------------


def check_outage(call: Call) -> None:
    """Refuse while the cloud's prices are out of order (§4)."""
    if call.world.extras.price_outage:
        raise Refused(REQUEST_FAILED)


def available(call: Call) -> Bean:
    """Return the sites with dynamic prices; only the head of an id is told."""
    check_outage(call)
    ids = [site.id[:4] for site in call.world.sites if site.tariff.type == "dynamic"]
    return {"site_ids": ids[0] if ids else None}


def providers(call: Call) -> Bean:
    """Return who sells where, for a device that can use it."""
    check_outage(call)
    if call.text("device_pn") not in PRICED_MODELS:
        return {"country_info": None}
    return {
        "country_info": [
            {
                "country": country,
                "company_info": [
                    {"company": company, "area_info": [{"area": area, "area_name": area} for area in areas]}
                    for company, areas in companies.items()
                ],
            }
            for country, companies in PROVIDERS.items()
        ]
    }


def market_price(day: date, hour: int, area: str) -> float:
    """Return the price of an hour per MWh, without fee and tax: dear in the evening, cheap at noon, at times below zero."""
    shape = 85 + 40 * math.exp(-(((hour - 19) / 2.5) ** 2)) - 70 * math.exp(-(((hour - 13) / 3) ** 2))
    return round(shape + 40 * (noise(sum(map(ord, area)), day.toordinal()) - 0.5), 2)


def _trend(day: date, area: str) -> list[Bean]:
    return [{"time": f"{hour:02}:00", "price": two(market_price(day, hour, area))} for hour in range(24)]


def _average(trend: list[Bean]) -> str:
    return two(sum(float(hour["price"]) for hour in trend) / len(trend)) if trend else "0.00"


def price_detail(call: Call) -> Bean:
    """Return today's and, from 13:00 on, tomorrow's prices of an area; −1 for a wrong company or area."""
    check_outage(call)
    company, area, moment = call.text("company"), call.text("area"), call.text("date")
    if not any(area in companies.get(company, ()) for companies in PROVIDERS.values()):
        raise Refused(MISFIT)
    if not moment.isdecimal():
        raise Refused(WRONG_PARAMETER)
    day = datetime.fromtimestamp(int(moment), UTC).astimezone(MARKET_ZONE).date()
    now = call.now.astimezone(MARKET_ZONE)
    released = day < now.date() or (day == now.date() and now.hour >= RELEASE_HOUR)
    today = _trend(day, area)
    tomorrow = _trend(day + timedelta(days=1), area) if released else []
    return {
        "release_time": f"{RELEASE_HOUR}:00",
        "today_price_trend": today,
        "tomorrow_price_trend": tomorrow,
        "currency": "EUR",
        "today_avg_price": _average(today),
        "tomorrow_avg_price": _average(tomorrow),
    }


ROUTES: tuple[Route, ...] = (
    post(PS + "site/get_site_price", site_price, owner=True),
    post(PS + "site/update_site_price", update_price, owner=True),
    post(PS + "dynamic_price/check_available", available),
    post(PS + "dynamic_price/support_option", providers),
    post(PS + "dynamic_price/price_detail", price_detail),
)
