"""From changes to writes: what is sent in which order, and what became of each part (growatt.md A.9.1, B.6.6, B.7.4)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ...core.errors import BadAnswer, HubError, Unreachable, WriteIncomplete, WriteRefused
from ...core.model import Value
from ...core.schedule import Change, Schedule, apply, difference
from .api import Api
from .lately import Lately
from .model import Family, Listed
from .names import Names
from .offers import SCHEDULE
from .schedule import RULES, Periods, periods, periods_write, present, segment_write, with_numbers
from .settings import CLOCK, CLOCK_FORMAT, NOT_TOLD, PLACES

_WRITTEN: Final = "written"
_NOT_WRITTEN: Final = "not_written"
_MAY_HAVE_LANDED: Final = (Unreachable, BadAnswer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the device has: its settings, what we wrote since they were read, and the time of its clock."""

    bean: Names
    ours: Mapping[str, Value]
    local: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One write: the name of the part it carries out, its type and its values.

    ``values`` are the settings that it carries, by key. ``schedule`` is what the device should have of one when this
    order and those before it are done; ``place`` the segment it is about.
    """

    part: str
    kind: str
    params: tuple[str, ...]
    values: Mapping[str, Value] = field(default_factory=dict)
    schedule: Schedule | None = None
    place: int | None = None

    @property
    def carried(self) -> dict[str, Value]:
        """What the device should have afterwards, by key."""
        return dict(self.values) | ({} if self.schedule is None else {SCHEDULE: self.schedule.as_text()})


def orders(family: Family, changes: Mapping[str, Value], basis: Basis, *, legacy: bool) -> list[Order]:
    """Return the writes that carry out changes, none where the device has them.

    Raises WriteRefused where something that must go along is not told.
    """
    single = [_single(family, key, value, basis) for key, value in changes.items() if _kind(family, key)]
    return [*single, *_of_schedule(family, changes, basis, legacy=legacy)]


async def send(api: Api, device: Listed, wanted: Sequence[Order], lately: Lately) -> None:
    """Send writes one after the other; after one that fails no more is sent.

    ``lately`` takes note of each. Raises that error where it was the only one or nothing can have landed, else
    WriteIncomplete.
    """
    for number, order in enumerate(wanted):
        before = await lately.leaves(device.serial, order.carried)
        try:
            await api.write(device, order.kind, order.params)
        except HubError as err:
            if not isinstance(err, _MAY_HAVE_LANDED):
                await lately.refused(device.serial, order.carried, before)
            if len(wanted) == 1 or (number == 0 and isinstance(err, WriteRefused)):
                raise
            fates = {other.part: _WRITTEN if at < number else _NOT_WRITTEN for at, other in enumerate(wanted)}
            raise WriteIncomplete(fates) from err


def _kind(family: Family, key: str) -> str | None:
    place = PLACES[family].get(key)
    return place.kind if place else None


def _single(family: Family, key: str, value: Value, basis: Basis) -> Order:
    """Return the write of a setting that has its own."""
    place = PLACES[family][key]
    if key == CLOCK:
        return Order(
            part=key, kind=place.kind or "", params=(basis.local.strftime(CLOCK_FORMAT),) if basis.local else ()
        )
    return Order(part=key, kind=place.kind or "", params=place.spell(value, basis.bean), values={key: value})


def _of_schedule(family: Family, changes: Mapping[str, Value], basis: Basis, *, legacy: bool) -> Iterator[Order]:
    """Yield the writes of segments or periods, and of what is written together with periods."""
    groups = periods(family, legacy=legacy)
    together = {key for group in groups for key in group.settings}
    if SCHEDULE not in changes and together.isdisjoint(changes):
        return
    bean = _overlaid(family, basis, together)
    had = _schedule(family, basis, bean)
    todo: Sequence[Change] = ()
    if SCHEDULE in changes:
        todo = difference(RULES[family], had, Schedule.from_text(changes[SCHEDULE]))
    after = apply(RULES[family], had, todo)
    if family is Family.MIN:
        yield from _segments(todo, had, legacy=legacy)
        return
    own = {key: value for key, value in changes.items() if key in together}
    done: list[Change] = []
    for group in _in_order(groups, todo, own):
        done += [change for change in todo if change.group == group.group]
        kind, params = periods_write(family, group, bean, after, own, legacy=legacy)
        carried = dict(zip(filter(None, (group.power, group.stop, group.mains)), map(int, params), strict=False))
        schedule = apply(RULES[family], had, done)
        yield Order(part=group.group, kind=kind, params=params, values=carried, schedule=schedule)


def _overlaid(family: Family, basis: Basis, keys: Collection[str]) -> Names:
    """Return the settings with these as we wrote them lately."""
    ours = {PLACES[family][key].names[0]: value for key, value in basis.ours.items() if key in keys}
    return Names({**basis.bean.bean, **ours})


def _segments(todo: Sequence[Change], had: Schedule, *, legacy: bool) -> Iterator[Order]:
    for number, change in enumerate(todo, 1):
        kind, params = segment_write(change.place, change.slot, legacy=legacy)
        part, schedule = f"{change.group} {change.place}", apply(RULES[Family.MIN], had, todo[:number])
        yield Order(part=part, kind=kind, params=params, schedule=schedule, place=change.place)


def _schedule(family: Family, basis: Basis, bean: Names) -> Schedule:
    """Return the schedule the device has."""
    if SCHEDULE in basis.ours:
        return with_numbers(family, Schedule.from_text(basis.ours[SCHEDULE]), bean)
    had = present(family, bean)
    if had is None:
        raise WriteRefused(NOT_TOLD)
    return had


def _in_order(groups: Sequence[Periods], todo: Sequence[Change], own: Mapping[str, Value]) -> list[Periods]:
    """Return the groups to write, those first whose slots make room for others."""
    first = list(dict.fromkeys(change.group for change in todo))
    touched = [group for group in groups if group.group in first or not group.settings.isdisjoint(own)]
    return sorted(touched, key=lambda group: first.index(group.group) if group.group in first else len(first))
