"""From changes to writes: what is sent in which order, and what became of each part (goodwe.md §6.2, §6.3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...core.errors import NOT_WRITTEN, WRITTEN, BadAnswer, HubError, Unreachable, WriteIncomplete, WriteRefused
from ...core.model import Value
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
    if SCHEDULE in changes and plan is None:
        raise WriteRefused(NOT_HERE)
    begins = plan is not None and _has_to_begin(plan, changes, named)
    starter: dict[str, Value] = {}
    if begins and plan is not None:
        starter = {"operating_mode": "time_of_use"} if plan.generation == 1 else {"time_of_use": True}
    check_exclusions({**changes, **starter}, named)
    found = [Order(part=key, write=write) for key, write in named_writes(changes, named)]
    if not changes.keys().isdisjoint(GRID_CHARGING):
        found.append(Order(part=GRID_CHARGING[0], write=grid_charging_write(changes, basis.known)))
    found += _by_function(abilities, changes)
    if plan is not None and SCHEDULE in changes:
        found += _slots(plan, changes[SCHEDULE], named)
    return [*found, *(Order(part=key, write=write) for key, write in named_writes(starter, named))]


async def send(api: SemsPlusSettings, device: Listed, wanted: Sequence[Order]) -> None:
    """Send writes one after the other; after one that fails no more is sent.

    Raises that error where it was the only one or nothing can have landed, else WriteIncomplete.
    """
    for number, order in enumerate(wanted):
        try:
            await _send(api, device, order.write)
        except HubError as err:
            if len(wanted) == 1 or (number == 0 and not isinstance(err, Unreachable | BadAnswer)):
                raise
            fates = {other.part: WRITTEN if at < number else NOT_WRITTEN for at, other in enumerate(wanted)}
            raise WriteIncomplete(fates) from err


async def _send(api: SemsPlusSettings, device: Listed, write: NamedWrite | FunctionWrite) -> None:
    if isinstance(write, NamedWrite):
        await api.set_named(device, write.name, write.data, write.log)
    else:
        await api.set_parameters(device, write.values, write.ids, write.log)


def _by_function(abilities: Abilities, changes: Mapping[str, Value]) -> Iterator[Order]:
    for key, value in changes.items():
        if key not in BY_FUNCTION:
            continue
        if not can_write(abilities.functions, key):
            raise WriteRefused(NOT_HERE)
        yield Order(part=key, write=function_write(abilities.functions, key, value))


def _has_to_begin(plan: Plan, changes: Mapping[str, Value], named: Mapping[str, Bean]) -> bool:
    """Tell whether slots are wanted that do not act as things are, and nobody says otherwise."""
    if SCHEDULE not in changes or not changes.keys().isdisjoint(("time_of_use", "operating_mode")):
        return False
    wanted = Schedule.from_text(changes[SCHEDULE])
    return any(slot.enabled for slot in wanted.slots) and not is_acting(plan.generation, named)


def _slots(plan: Plan, value: Value, named: Mapping[str, Bean]) -> Iterator[Order]:
    """Yield the writes of the slots that differ.

    While slots do not act, those that are on are looked at all the same, for they would act with the first one wanted.
    """
    wanted = Schedule.from_text(value)
    if not any(slot.enabled for slot in wanted.slots) and not is_acting(plan.generation, named):
        return
    had = present(plan, named, acting=True)
    if had is None:
        raise WriteRefused(NOT_TOLD)
    for change in difference(plan.rules, had, wanted):
        name = slot_name(change.place)
        data, log = slot_write(plan, change.place, change.slot, named[name])
        yield Order(part=f"{GROUP} {change.place}", write=NamedWrite(name=name, data=data, log=log))
