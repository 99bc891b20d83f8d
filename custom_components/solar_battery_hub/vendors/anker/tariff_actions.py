"""Actions for tariffs by time of use and for the provider of dynamic prices (anker.md §12.3, §12.6, §12.9)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import voluptuous as vol

from ...core.control import Outcome
from ...core.errors import NotSupported, WriteRefused
from ...core.parse import section, sections, text
from ...core.refusal import ChangeRefused
from ..base import Account, Action
from . import plans, prices, rate_plan, use_time
from .account import AnkerAccount
from .inventory import site_id
from .model import Category, Listed, SiteKind
from .offer import MEMBER
from .offers import offers_of
from .offers_plans import MODE
from .offers_prices import TARIFF, price
from .orders import plan_order, price_order
from .products import kind_of, product
from .seen import PLAN, PRICE, Seen
from .use_time import Season

_HOUR: Final = vol.All(vol.Coerce(int), vol.Range(min=0, max=24))
_MONTH: Final = vol.All(vol.Coerce(int), vol.Range(min=1, max=12))
_NAME: Final = vol.All(str, vol.Length(min=1, max=100))
_PROVIDER: Final = ("country", "company", "area")
_DYNAMIC_FROM: Final = 3  # generation of a solarbank


def _forward(period: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take a period that ends after it starts. Raises vol.Invalid."""
    if period["end"] <= period["start"]:
        raise vol.Invalid("a period must end after it starts")
    return period


_PERIOD: Final = vol.All(
    vol.Schema(
        {
            vol.Required("start"): _HOUR,
            vol.Required("end"): _HOUR,
            vol.Required("tariff"): vol.In(tuple(use_time.TARIFFS.values())),
            vol.Optional("price"): vol.Any(None, vol.All(vol.Coerce(float), vol.Range(min=0, max=1000))),
        }
    ),
    _forward,
)
_PERIODS: Final = vol.All([_PERIOD], vol.Length(min=1, max=24))
_SEASON: Final = vol.Schema(
    {
        vol.Required("start_month"): _MONTH,
        vol.Required("end_month"): _MONTH,
        vol.Required("weekday"): _PERIODS,
        vol.Optional("weekend"): vol.Any(None, _PERIODS),
        vol.Optional("currency"): vol.Any(None, _NAME),
    }
)


async def _get(account: Account, device: str, _: Mapping[str, Any]) -> dict[str, Any]:
    """Return the seasons of a tariff, in the form in which they are set."""
    anker = cast("AnkerAccount", account)
    found = await _seasons(anker, _site(anker, device))
    return {"seasons": [season.as_dict() for season in found]}


async def _set(account: Account, device: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the seasons of a tariff, and look whether that worked."""
    anker = cast("AnkerAccount", account)
    seen = _site(anker, device)
    panel = _panel(anker, seen)
    wanted = use_time.seasons_of(fields["seasons"], rate_plan.RULES if panel else use_time.RULES)
    async with anker.room_controls.turn:
        if panel is None:
            await _write_plan(anker, seen, wanted)
        else:
            await _write_panel_plan(anker, seen, panel, wanted)
    found = await _seasons(anker, seen)
    return {"outcome": _outcome(agrees=use_time.same(wanted, found)), "seasons": [season.as_dict() for season in found]}


async def _write_plan(anker: AnkerAccount, seen: Seen, wanted: Sequence[Season]) -> None:
    """Send a tariff with the mode it is for: without one another mode takes its place, and prices follow it (§12.2, §12.3)."""
    device = _id(seen)
    controls = anker.room_controls
    seen = await controls.fresh(device, {PLAN, PRICE})
    if not seen.plan or not seen.charges_from_ac:
        raise NotSupported("Only systems that charge from the grid have a tariff by time of use")
    list_ = use_time.written(wanted, seen.plan.get(plans.USE_TIME), price(seen).get("site_price_unit"))
    mode = _other_mode(seen) if not wanted and plans.mode_of(seen.plan) == plans.TIME_OF_USE else None
    sent = plans.group_two(seen.plan, {plans.USE_TIME: list_}, mode)
    site = seen.site.id if seen.site else ""
    orders = [plan_order(site, "use_time_plan", sent)]
    if found := prices.of_mode(seen, plans.mode_of(sent), sent, price(seen)):
        orders.append(price_order(seen, site, TARIFF, found))
    await controls.send(seen, orders)
    await controls.read_back(device, frozenset({MODE}))


async def _write_panel_plan(anker: AnkerAccount, seen: Seen, panel: Listed, wanted: Sequence[Season]) -> None:
    """Send the tariff of a power panel; without a plan its fixed price holds, which has to be there then (§12.9)."""
    client, site = anker.client.urgent, panel.site or ""
    had = await client.rate_plan(site, panel.serial)
    fixed = None if wanted else section(had.get("fixed_price")) or None
    if not wanted and fixed is None:
        raise ChangeRefused("seasons_incomplete")
    await client.set_rate_plan(site, panel.serial, rate_plan.written(wanted, had, seen.now.year), fixed)


def _other_mode(seen: Seen) -> int:
    """Return the mode that takes the place of a tariff that is deleted."""
    if seen.has_meter:
        return plans.SELF_CONSUMPTION
    return plans.SMART_PLUGS if seen.has_plugs else plans.MANUAL


async def _seasons(anker: AnkerAccount, seen: Seen) -> tuple[Season, ...]:
    if (panel := _panel(anker, seen)) is not None:
        return rate_plan.read(await anker.client.urgent.rate_plan(panel.site or "", panel.serial))
    found = await anker.room_controls.fresh(_id(seen), {PLAN})
    return use_time.read(sections(found.plan.get(plans.USE_TIME)))


async def _set_provider(account: Account, device: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Choose the provider of dynamic prices, which makes the tariff a dynamic one."""
    anker = cast("AnkerAccount", account)
    seen = _site(anker, device)
    controls = anker.room_controls
    async with controls.turn:
        seen = await controls.fresh(_id(seen), {PRICE})
        if (reason := offers_of(seen)[TARIFF].reason(seen)) is not None:
            raise WriteRefused(reason)
        changed = prices.with_provider(fields)
        await controls.send(seen, [price_order(seen, seen.site.id if seen.site else "", TARIFF, changed)])
    found = section(price(await controls.fresh(_id(seen), {PRICE})).get("dynamic_price"))
    chosen = {name: found.get(name) for name in fields}
    return {"outcome": _outcome(agrees=chosen == dict(fields)), **chosen}


async def _get_providers(account: Account, device: str, _: Mapping[str, Any]) -> dict[str, Any]:
    """Return every provider of dynamic prices that a site can have, in the form in which one is chosen (§11.2)."""
    anker = cast("AnkerAccount", account)
    models = {listed.model for listed in _site(anker, device).devices if _has_dynamic_prices(listed)}
    if not models:
        raise NotSupported("Nothing here goes by dynamic prices")
    countries = [bean for model in sorted(models) for bean in await anker.client.urgent.price_providers(model)]
    found = {
        (text(country.get("country")), text(company.get("company")), text(area.get("area")))
        for country in countries
        for company in sections(country.get("company_info"))
        for area in sections(company.get("area_info"))
    }
    told = sorted((country, company, area) for country, company, area in found if country and company and area)
    return {"providers": [dict(zip(_PROVIDER, provider, strict=True)) for provider in told]}


def _has_dynamic_prices(listed: Listed) -> bool:
    known = product(listed.model)
    return known.generation >= _DYNAMIC_FROM or (known.category is Category.HES and not known.capacity)


def _site(anker: AnkerAccount, device: str) -> Seen:
    """Return what is known of the site of a device. Raises NotSupported without one, WriteRefused for a member."""
    site = anker.site_of(device)
    seen = anker.room_controls.seen(site_id(site.id)) if site else None
    if site is None or seen is None:
        raise NotSupported("Only a site can be asked this")
    if not site.owner:
        raise WriteRefused(MEMBER)
    return seen


def _id(seen: Seen) -> str:
    return site_id(seen.site.id if seen.site else "")


def _panel(anker: AnkerAccount, seen: Seen) -> Listed | None:
    """Return the power panel of a site that is built around one."""
    if seen.site is None or kind_of(seen.site.type) is not SiteKind.POWER_PANEL:
        return None
    return next(iter(anker.inventory.of(seen.site.id, Category.POWER_PANEL)), None)


def _outcome(*, agrees: bool) -> str:
    return (Outcome.CONFIRMED if agrees else Outcome.NOT_CONFIRMED).value


ACTIONS: Sequence[Action] = (
    Action(name="get_use_time_plan", fields={}, run=_get, changes=False),
    Action(
        name="set_use_time_plan",
        fields={vol.Required("seasons"): vol.All([_SEASON], vol.Length(max=12))},
        run=_set,
    ),
    Action(name="get_price_providers", fields={}, run=_get_providers, changes=False),
    Action(name="set_price_provider", fields={vol.Required(name): _NAME for name in _PROVIDER}, run=_set_provider),
)
