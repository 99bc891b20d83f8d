"""From changes to writes: what is sent in which order, and what became of each part (goodwe.md §6.2, §6.3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ...core.errors import WriteRefused
from ...core.model import Value
from ...core.parts import send_in_turn
from ...core.schedule import Schedule, difference
from .abilities import Abilities
from .functions import SETTINGS as BY_FUNCTION, FunctionWrite, can_write, function_write
from .model import Bean, Listed
from .offers import NOT_HERE, SCHEDULE
from .semsplus_settings import SemsPlusSettings
from .settings import (
    GRID_CHARGING,
    NamedWrite,
    check_exclusions,
    grid_charging_write,
    is_acting,
    named_writes,
)
from .tou import GROUP, NOT_TOLD, Plan, present, slot_name, slot_write


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One write, and the name of the part it carries out."""

    part: str
    write: NamedWrite | FunctionWrite


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a device has now: what it told by name, and its settings by key."""

    named: Mapping[str, Bean]
    known: Mapping[str, Value]


def orders(abilities: Abilities, changes: Mapping[str, Value], basis: Basis) -> list[Order]:
    """Return the writes that carry out changes. Raises WriteRefused with nothing sent."""
    plan, named = abilities.plan, basis.named
    last: Mapping[str, Value] = {}
    slots: list[Order] = []
    if SCHEDULE in changes:
        if plan is None:
            raise WriteRefused(NOT_HERE)
        last, slots = _plan_orders(plan, changes, named)
    check_exclusions({**changes, **last}, named)
    first = {key: value for key, value in changes.items() if key not in last}
    found = [Order(part=key, write=write) for key, write in named_writes(first, named)]
    if not changes.keys().isdisjoint(GRID_CHARGING):
        found.append(Order(part=GRID_CHARGING[0], write=grid_charging_write(changes, basis.known)))
    found += _by_function(abilities, changes)
    return [*found, *slots, *(Order(part=key, write=write) for key, write in named_writes(last, named))]


async def send(api: SemsPlusSettings, device: Listed, wanted: Sequence[Order]) -> None:
    """Send writes as ``send_in_turn`` does."""
    await send_in_turn([(order.part, partial(_send, api, device, order.write)) for order in wanted])


async def _send(api: SemsPlusSettings, device: Listed, write: NamedWrite | FunctionWrite) -> None:
    if isinstance(write, NamedWrite):
        await api.set_named(device, write.name, write.data, write.log)
    else:
        await api.set_parameters(device, write.values, write.ids, write.log)


def _by_function(abilities: Abilities, changes: Mapping[str, Value]) -> Iterator[Order]:
    """Yield the writes by address: what is switched off first, and what is switched on after the limits it works with."""
    for key, value in sorted(changes.items(), key=lambda change: _turn(change[1])):
        if key not in BY_FUNCTION:
            continue
        if not can_write(abilities.functions, key):
            raise WriteRefused(NOT_HERE)
        yield Order(part=key, write=function_write(abilities.functions, key, value))


def _turn(value: Value) -> int:
    """Return when a value is written: *off* first, *on* last."""
    if value is False or value == "off":
        return 0
    return 2 if value is True or value == "on" else 1


def _plan_orders(
    plan: Plan, changes: Mapping[str, Value], named: Mapping[str, Bean]
) -> tuple[Mapping[str, Value], list[Order]]:
    """Return what must be set so that the wanted slots act, after they are written, and the writes of those that differ.

    While slots do not act, those that are on are looked at all the same where they would act with the ones wanted.
    """
    wanted = Schedule.from_text(changes[SCHEDULE])
    is_any = any(slot.enabled for slot in wanted.slots)
    acts = is_acting(plan, named)
    if acts is None:
        raise WriteRefused(NOT_TOLD)
    key, value = plan.beginning
    begins = changes[key] == value if key in changes else is_any and not acts
    if not is_any and not begins and not acts:
        return {}, []
    return {key: value} if begins else {}, list(_slots(plan, wanted, named))


def _slots(plan: Plan, wanted: Schedule, named: Mapping[str, Bean]) -> Iterator[Order]:
    """Yield the writes of the slots that differ."""
    had = present(plan, named, acting=True)
    if had is None:
        raise WriteRefused(NOT_TOLD)
    for change in difference(plan.rules, had, wanted):
        name = slot_name(change.place)
        data, log = slot_write(plan, change.place, change.slot, named[name])
        yield Order(part=f"{GROUP} {change.place}", write=NamedWrite(name=name, data=data, log=log))
