"""From changes to writes: what is sent, and in which order (anker.md §12)."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from ...core.errors import WriteRefused
from ...core.model import Value
from ...core.parse import flag, number, section, sections, text
from ...core.schedule import Schedule
from . import battery_limits, plans, plans_first, prices
from .client import Client
from .model import Bean, Listed
from .offers_limits import (
    AC_CHARGE,
    AUTO_UPGRADE,
    EXPORT,
    EXPORT_LIMIT,
    FEED_IN,
    NO_EXPORT,
    OUTPUT_LIMIT,
    PV_INPUT,
    PV_LIMIT,
)
from .offers_plans import BACKUP_CHARGE, DETAILS, MODE, PRESET, SCHEDULE, has_base_load, schedule_rules, window
from .offers_prices import BUY, SELL, TARIFF
from .plans import NOT_TOLD
from .seen import CUTOFF, PLAN, PRICE, PV_PRICE, STATION, UPGRADE, Seen

FIRST_PLAN: Final = "4"  # the parameter that a plan of the first generation is written to (§12.1)
_OUTPUT: Final = "19"
_BACKUP_TIME: Final = timedelta(hours=3)

type Changes = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One write, and the name of the part of a change that it carries out."""

    part: str
    send: Callable[[Client], Awaitable[None]]


def orders(seen: Seen, changes: Changes) -> list[Order]:
    """Return the writes that carry out changes of a site or a device, by what was told just now.

    Raises WriteRefused where something that goes along is not told, ScheduleError for a schedule it cannot hold.
    """
    return list(_of_site(seen, changes) if seen.device is None else _of_device(seen, seen.device, changes))


# Sites


def _of_site(seen: Seen, changes: Changes) -> Iterator[Order]:
    site = seen.site.id if seen.site else ""
    if seen.banks(2):
        yield from plan_orders(seen, site, changes)
    elif seen.banks():
        yield from first_orders(seen, site, changes)
    elif BACKUP_CHARGE in changes:
        yield _panel_backup(seen, site, on=bool(changes[BACKUP_CHARGE]))
    yield from _station_orders(seen, site, changes)
    if found := {key: changes[key] for key in (TARIFF, BUY, SELL) if key in changes}:
        yield price_order(seen, site, next(iter(found)), prices.changed(seen, found))


def plan_orders(seen: Seen, site: str, changes: Changes) -> Iterator[Order]:
    """Yield the writes of the plans of later generations; what goes into one group is one write (§12.2)."""
    plan, writes = seen.plan, list[tuple[str, dict[str, Any]]]()
    for key, make in _PLAN_WRITERS.items():
        if key not in changes:
            continue
        sent = make(seen, plan, changes[key])
        if writes and writes[-1][1].keys() == sent.keys():
            writes[-1] = (writes[-1][0], sent)
        else:
            writes.append((key, sent))
        plan = {**plan, **sent}
    for part, sent in writes:
        yield plan_order(site, part, sent)
    if MODE in changes and (found := prices.of_mode(seen, plans.mode_of(plan), plan, section(seen.told.get(PRICE)))):
        yield price_order(seen, site, TARIFF, found)


def plan_order(site: str, part: str, sent: Bean) -> Order:
    """Return the write of one group of the plans."""
    return Order(part=part, send=lambda client: client.set_param(site, PLAN, sent))


def price_order(seen: Seen, site: str, part: str, changed: Mapping[str, Any]) -> Order:
    """Return the write of a site's prices."""
    if not (told := section(seen.told.get(PRICE))):
        raise WriteRefused(NOT_TOLD)
    sent = prices.body(site, told, changed)
    return Order(part=part, send=lambda client: client.update_price(sent))


def backup_bean(seen: Seen, *, on: bool, span: tuple[datetime, datetime] | None = None) -> dict[str, Any]:
    """Return the backup charge to send: switched on without a window to come it begins now (§12.3)."""
    had = section(seen.plan.get(plans.BACKUP))
    ranges = had.get("ranges") or []
    if on and (asked := span or coming(seen)) != window(seen):
        start, end = asked
        ranges = [{"start_time": int(start.timestamp()), "end_time": int(end.timestamp())}]
    return {**had, "ranges": ranges, "switch": on}


def coming(seen: Seen) -> tuple[datetime, datetime]:
    """Return the window that is still to come, else one that begins now."""
    span = window(seen)
    if span is not None and span[1] > seen.now:
        return span
    start = seen.now.replace(second=0, microsecond=0)
    return start, start + _BACKUP_TIME


def _mode(_: Seen, plan: Bean, value: Value) -> dict[str, Any]:
    numbers = {word: mode for mode, word in plans.MODES.items()}
    return plans.with_mode(plan, numbers[str(value)])


def _schedule(seen: Seen, plan: Bean, value: Value) -> dict[str, Any]:
    plugs = has_base_load(seen)
    wanted = schedule_rules(seen).fit(Schedule.from_text(value), plans.present(plan, plugs=plugs))
    return plans.with_schedule(plan, wanted, plugs=plugs)


def _preset(seen: Seen, plan: Bean, value: Value) -> dict[str, Any]:
    return plans.with_preset(plan, _watts(value), seen.now)


def _backup(seen: Seen, plan: Bean, value: Value) -> dict[str, Any]:
    return plans.group_two(plan, {plans.BACKUP: backup_bean(seen, on=bool(value))})


_PLAN_WRITERS: Final[Mapping[str, Callable[[Seen, Bean, Value], dict[str, Any]]]] = {
    MODE: _mode,
    SCHEDULE: _schedule,
    PRESET: _preset,
    BACKUP_CHARGE: _backup,
}


def first_orders(seen: Seen, site: str, changes: Changes) -> Iterator[Order]:
    """Yield the one write of the plan of the first generation, whole as it was read (§12.1)."""
    plan, parts = seen.first_plan, []
    if SCHEDULE in changes:
        rules = plans_first.rules(plans_first.system_power(plan, len(seen.banks(1, 1))))
        wanted = rules.fit(Schedule.from_text(changes[SCHEDULE]), plans_first.present(plan))
        plan, parts = plans_first.with_schedule(plan, wanted), [SCHEDULE]
    if PRESET in changes:
        plan, parts = _first_preset(seen, plan, _watts(changes[PRESET])), [*parts, PRESET]
    for key in DETAILS.keys() & changes.keys():
        plan, parts = plans_first.with_detail(plan, DETAILS[key], changes[key], seen.now), [*parts, key]
    if parts:
        yield Order(part=parts[0], send=lambda client: client.set_param(site, FIRST_PLAN, plan))


def _first_preset(seen: Seen, plan: Bean, watts: float) -> dict[str, Any]:
    if seen.device is None:
        return plans_first.with_preset(plan, watts, seen.now)
    return plans_first.with_unit_preset(plan, seen.device.serial, watts, seen.now)


def _panel_backup(seen: Seen, site: str, *, on: bool) -> Order:
    span = coming(seen) if on else None
    return Order(part=BACKUP_CHARGE, send=lambda client: client.set_disaster(site, span))


def _station_orders(seen: Seen, site: str, changes: Changes) -> Iterator[Order]:
    station = section(seen.told.get(STATION))
    if found := {key: changes[key] for key in battery_limits.KEYS if key in changes}:
        block = battery_limits.station_block(station, found)
        yield _station_order(site, next(iter(found)), block)
        if seen.has_dock and "cmd_type" in block:
            yield _station_order(site, "dock", block | {"cmd_type": 2})
    if EXPORT in changes:
        yield _station_order(site, EXPORT, {NO_EXPORT: _blocked(changes[EXPORT])})
    if EXPORT_LIMIT in changes:
        yield _station_order(site, EXPORT_LIMIT, {FEED_IN: _watts(changes[EXPORT_LIMIT])})
    if OUTPUT_LIMIT in changes:
        limit = _watts(changes[OUTPUT_LIMIT])
        sent = {"power_limit": {"limit": limit, "limit_real": limit}}
        yield Order(part=OUTPUT_LIMIT, send=lambda client: client.set_param(site, _OUTPUT, sent))


def _station_order(site: str, part: str, sent: Bean) -> Order:
    return Order(part=part, send=lambda client: client.set_param(site, STATION, sent))


# Devices


def _of_device(seen: Seen, device: Listed, changes: Changes) -> Iterator[Order]:
    if PRESET in changes:
        yield from first_orders(seen, seen.site.id if seen.site else "", {PRESET: changes[PRESET]})
    if found := {key: changes[key] for key in battery_limits.KEYS if key in changes}:
        keys = battery_limits.device_keys(sections(seen.own.get(CUTOFF)), found)
        yield Order(part=next(iter(found)), send=lambda client: client.set_cutoff(device.serial, **keys))
    for key, (name, spell) in _ATTRS.items():
        if key in changes:
            attrs = {name: spell(changes[key])}
            yield Order(part=key, send=partial(_set_attrs, serial=device.serial, attrs=attrs))
    if AUTO_UPGRADE in changes:
        yield _upgrade(seen, device, on=bool(changes[AUTO_UPGRADE]))
    if OUTPUT_LIMIT in changes:
        power = int(_watts(changes[OUTPUT_LIMIT]))
        yield Order(part=OUTPUT_LIMIT, send=lambda client: client.set_pv_power(device.serial, power))
    if BUY in changes:
        yield _inverter_price(seen, device, changes[BUY])


async def _set_attrs(client: Client, serial: str, attrs: Bean) -> None:
    await client.set_attrs(serial, attrs)


def _upgrade(seen: Seen, device: Listed, *, on: bool) -> Order:
    """Return the write of the one device; what holds for all follows when it is switched on (§12.8)."""
    main = on or flag(section(seen.own.get(UPGRADE)).get("main")) is True
    return Order(part=AUTO_UPGRADE, send=lambda client: client.set_auto_upgrade(main, {device.serial: on}))


def _inverter_price(seen: Seen, device: Listed, value: Value) -> Order:
    unit = text(section(seen.own.get(PV_PRICE)).get("currencyUnit"))
    if unit is None or not isinstance(value, int | float):
        raise WriteRefused(NOT_TOLD)
    return Order(part=BUY, send=lambda client: client.set_pv_price(device.serial, unit, value))


def _watts(value: Value) -> int:
    if (found := number(value)) is None:
        raise WriteRefused(NOT_TOLD)
    return round(found)


def _blocked(value: Value) -> int:
    return 0 if value else 1


_ATTRS: Final[Mapping[str, tuple[str, Callable[[Value], int]]]] = {
    AC_CHARGE: ("ac_power_limit", _watts),
    PV_INPUT: (PV_LIMIT, _watts),
    EXPORT: (NO_EXPORT, _blocked),
}
