"""From the schedule a device has to the one wanted: which of its places to write, and in which order."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, count, islice

from .rules import Off, ScheduleRules
from .schedule import Schedule
from .slot import MIDNIGHT, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One place of a group to be written; without a slot it becomes *off* as the rules say.

    ``place`` counts from 1 in what the device had before: a list closes up after all changes.
    """

    group: str
    place: int
    slot: Slot | None


type Places = dict[str, list[Slot | None]]


def difference(rules: ScheduleRules, present: Schedule, wanted: Schedule) -> tuple[Change, ...]:
    """Return the writes that turn what the device has into what is wanted, none if it does that already.

    ``present`` is what was read, with its disabled slots, so that the n-th slot of a group
    is its place n. Slots that stay the same keep their place, and another one gets the place
    that it has in ``wanted`` where no more must be written for that (lists have none). Written one by one in this
    order, no two slots overlap in between; a place may be turned off first for that.
    Raises ScheduleError when the device cannot hold ``wanted``.
    """
    slots = rules.fit(wanted, present).slots
    if rules.same(present, wanted):
        return ()
    places, meant = places_of(rules, present), places_of(rules, wanted)
    changes = [
        change
        for group in rules.groups
        for change in _assign(
            rules,
            group.key,
            places[group.key],
            {slot: _place_in(meant[group.key], slot, rules) for slot in slots if rules.group_of(slot) is group},
        )
    ]
    return tuple(_in_safe_order(rules, places, changes))


def apply(rules: ScheduleRules, present: Schedule, changes: Iterable[Change]) -> Schedule:
    """Return what the device should have after the changes, place by place as ``present``."""
    places = places_of(rules, present)
    for change in changes:
        _put(rules, places, change)
    return Schedule(slots=tuple(slot for held in places.values() for slot in held if slot is not None))


def places_of(rules: ScheduleRules, schedule: Schedule) -> Places:
    """Return what each place of each group holds; a list has as many as there are slots."""
    places: Places = {}
    for group in rules.groups:
        held: list[Slot | None] = [slot for slot in schedule.slots if rules.group_of(slot) is group]
        places[group.key] = held + [None] * ((group.slots or 0) - len(held))
    return places


def _place_in(meant: list[Slot | None], slot: Slot, rules: ScheduleRules) -> int:
    """Return the place that a slot in the device's form was meant to have; 0 for none: a part of one, or in a list."""
    if rules.off is Off.REMOVE:
        return 0
    ends = (slot.end, MIDNIGHT) if slot.end == rules.last_end else (slot.end,)
    for place, it in enumerate(meant, 1):
        if it is not None and it.enabled and it.end in ends:
            if replace(it, end=slot.end, power=slot.power, stop_level=slot.stop_level) == slot:
                return place
    return 0


def _assign(rules: ScheduleRules, group: str, held: list[Slot | None], wanted: Mapping[Slot, int]) -> Iterator[Change]:
    """Yield the changes of one group, whose slots are ``wanted`` at a place; those written anyway are reused first.

    A slot that says the same in other words stays: one over midnight, or to 00:00 where 23:59 would be written.
    """
    left = list(wanted)
    freed, spare = [], []
    for place, slot in enumerate(held, 1):
        if slot is None or not slot.enabled:
            spare.append(place)
        elif (pieces := (slot,) if slot in left else rules.pieces(slot)) and all(piece in left for piece in pieces):
            left = [piece for piece in left if piece not in pieces]
        else:
            freed.append(place)
    more = dict.fromkeys([*(wanted[slot] for slot in left if wanted[slot] in spare), *spare])
    free = [*freed, *islice(chain(more, count(len(held) + 1)), max(0, len(left) - len(freed)))]
    taken = {slot: wanted[slot] for slot in left if wanted[slot] in free}
    rest = (place for place in free if place not in set(taken.values()))
    places = {slot: taken[slot] if slot in taken else next(rest) for slot in left}
    for slot, place in places.items():
        yield Change(group=group, place=place, slot=slot)
    for place in freed:
        if place not in places.values():
            yield Change(group=group, place=place, slot=None)


def _in_safe_order(rules: ScheduleRules, places: Places, changes: list[Change]) -> Iterator[Change]:
    """Yield the changes so that nothing overlaps in between, with a place turned off first where none can begin."""
    while changes:
        change = next((change for change in changes if not _blockers(rules, places, change)), None)
        if change is None:
            change = _blockers(rules, places, changes[0])[0]
        else:
            changes.remove(change)
        _put(rules, places, change)
        yield change


def _blockers(rules: ScheduleRules, places: Places, change: Change) -> list[Change]:
    """Return the writes of *off* that must come before the change."""
    asked = change.slot
    if asked is None:
        return []
    return [
        Change(group=group, place=place, slot=None)
        for group, held in places.items()
        for place, slot in enumerate(held, 1)
        if slot is not None
        and (group, place) != (change.group, change.place)
        and (slot.enabled or (rules.disabled_block and slot.start != slot.end))
        and rules.exclusive(slot, asked)
        and slot.overlaps(asked)
    ]


def _put(rules: ScheduleRules, places: Places, change: Change) -> None:
    """Carry out one change."""
    held = places[change.group]
    held += [None] * (change.place - len(held))
    held[change.place - 1] = change.slot or _turned_off(rules, held[change.place - 1])


def _turned_off(rules: ScheduleRules, slot: Slot | None) -> Slot | None:
    """Return what *off* leaves of a slot."""
    if slot is None or rules.off is Off.REMOVE:
        return None
    if rules.off is Off.CLEAR:
        return replace(slot, start=MIDNIGHT, end=MIDNIGHT, enabled=False)
    return replace(slot, enabled=False)
