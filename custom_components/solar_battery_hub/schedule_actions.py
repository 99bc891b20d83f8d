"""The actions about charge schedules, the same for every vendor."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from .core.control import Receipt
from .core.refusal import ChangeRefused
from .core.schedule import Schedule, ScheduleRules, Slot
from .messages import refused
from .schedules import KEY, Schedules, schedule_from
from .targets import ATTR_WAIT, DEVICE, WAIT, Target, owner_of, target_of

ATTR_NAME, ATTR_SLOTS, ATTR_SLOT = "name", "slots", "slot"

NUMBER = vol.Any(None, vol.Coerce(float))
LIST = vol.Any(None, vol.All(cv.ensure_list, list))
MONTHS = vol.Any(None, vol.All(cv.ensure_list, [vol.Coerce(int)]))
# What the fields of a slot take; what they mean is checked by the schedule, whose errors name the slot.
SLOT_FIELDS: Final[Mapping[str, Any]] = {
    "start": vol.Any(str, cv.time),
    "end": vol.Any(str, cv.time),
    "mode": cv.string,
    "power": NUMBER,
    "stop_level": NUMBER,
    "enabled": cv.boolean,
    "days": LIST,
    "months": MONTHS,
}
SLOT = vol.Schema({vol.Optional(field): takes for field, takes in SLOT_FIELDS.items()}, extra=vol.ALLOW_EXTRA)
SLOTS = vol.All(cv.ensure_list, [SLOT])


class _Asked(NamedTuple):
    """What a call is about: the device that has the schedule, and all schedules of its account."""

    schedules: Schedules
    device: str
    data: Mapping[str, Any]
    target: Target


type Run = Callable[[_Asked], Awaitable[dict[str, Any]]]


class _Action(NamedTuple):
    """What an action does, which fields it has beside the device, and whether it only answers."""

    run: Run
    fields: Mapping[Any, Any]
    only_answers: bool = False


@callback
def async_setup_schedule_actions(hass: HomeAssistant, domain: str) -> None:
    """Register the actions of this file."""
    register = hass.services.async_register
    for name, action in ACTIONS.items():
        answers = SupportsResponse.ONLY if action.only_answers else SupportsResponse.OPTIONAL
        schema = vol.Schema({**DEVICE, **action.fields})
        register(domain, name, partial(_async_run, action.run), schema, supports_response=answers)


async def _async_run(run: Run, call: ServiceCall) -> ServiceResponse:
    """Run an action on the device that has the schedule."""
    target = target_of(call)
    asked = _Asked(target.runtime.schedules, owner_of(target, KEY), call.data, target)
    try:
        return await run(asked)
    except ChangeRefused as err:
        raise refused(err) from err


async def _async_get(asked: _Asked) -> dict[str, Any]:
    """Answer what the device has, slot by slot, and what is saved."""
    schedules, device, _, target = asked
    schedules.required(device)
    return {
        "schedule": schedules.state(device),
        "slots": _listed(schedules.slots(device)),
        "pending": KEY in target.runtime.changes.desk.pending(device),
        "saved": {name: _listed(saved.slots) for name, saved in schedules.saved.items()},
    }


async def _async_set(asked: _Asked) -> dict[str, Any]:
    """Make the device have a saved schedule or the given slots."""
    schedules, device, data, _ = asked
    if (ATTR_NAME in data) == (ATTR_SLOTS in data):
        raise ChangeRefused("schedule_name_or_slots")
    if ATTR_NAME in data:
        return _answer(await schedules.async_choose(device, data[ATTR_NAME], wait=data[ATTR_WAIT]))
    wanted = _given(data)
    return _answer(await schedules.async_apply(device, wanted, wait=data[ATTR_WAIT]))


async def _async_set_slot(asked: _Asked) -> dict[str, Any]:
    """Change one slot; what is not given stays as it is."""
    schedules, device, data, _ = asked

    def wanted() -> Schedule:
        schedules.required(device)
        number = data[ATTR_SLOT]
        slots = schedules.slots(device)
        held = slots[number - 1] if number <= len(slots) else None
        return schedules.with_slots(device, {number: _changed(schedules.rules(device), held, data)})

    return _answer(await schedules.async_change(device, wanted, wait=data[ATTR_WAIT]))


def _changed(rules: ScheduleRules, held: Slot | None, data: Mapping[str, Any]) -> Slot | None:
    """Return a slot with the given fields; what has times keeps its others, and is used unless turned off."""
    given = {field: data[field] for field in SLOT_FIELDS if field in data}
    has_times = held is not None and (held.enabled or held.start != held.end)
    if not has_times and given.get("enabled") is False:
        return held
    before = {**rules.without_shared(held).as_dict(), "enabled": True} if held is not None and has_times else {}
    return Slot.from_dict({**before, **given}, number=data[ATTR_SLOT])


async def _async_clear(asked: _Asked) -> dict[str, Any]:
    """Turn every slot off."""
    return _answer(await asked.schedules.async_apply(asked.device, Schedule(), wait=asked.data[ATTR_WAIT]))


async def _async_save(asked: _Asked) -> dict[str, Any]:
    """Save the given slots under a name, or without any what the device has."""
    schedules, device, data, _ = asked
    schedule = _given(data) if ATTR_SLOTS in data else schedules.required(device)
    name = await schedules.async_save(device, data[ATTR_NAME], schedule)
    return {"name": name, "slots": _listed(schedules.saved[name].slots)}


async def _async_delete(asked: _Asked) -> dict[str, Any]:
    """Delete a saved schedule; the device keeps what it has."""
    return {"name": await asked.schedules.async_delete(asked.data[ATTR_NAME])}


def _answer(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt with its schedules as lists of slots."""
    answer = receipt.as_dict()
    return answer | {what: _spelled(answer[what]) for what in ("asked", "sent", "read_back")}


def _spelled(values: Mapping[str, Any]) -> dict[str, Any]:
    schedules = {key: schedule_from(value) for key, value in values.items()}
    return {key: None if schedule is None else _listed(schedule.slots) for key, schedule in schedules.items()}


def _listed(slots: Iterable[Slot | None]) -> list[dict[str, Any]]:
    """Return the slots there are in JSON types, each with its number."""
    return [{ATTR_SLOT: number, **slot.as_dict()} for number, slot in enumerate(slots, 1) if slot is not None]


def _given(data: Mapping[str, Any]) -> Schedule:
    """Return the slots of a call, in the form of an answer too: then their order tells more than their numbers."""
    slots = [{field: value for field, value in slot.items() if field != ATTR_SLOT} for slot in data[ATTR_SLOTS]]
    return Schedule.from_dict({ATTR_SLOTS: slots})


NAME = {vol.Required(ATTR_NAME): cv.string}
SLOT_NUMBER = {vol.Required(ATTR_SLOT): vol.All(vol.Coerce(int), vol.Range(min=1))}
ACTIONS: Final[Mapping[str, _Action]] = {
    "get_schedule": _Action(_async_get, {}, only_answers=True),
    "set_schedule": _Action(_async_set, {vol.Optional(ATTR_NAME): cv.string, vol.Optional(ATTR_SLOTS): SLOTS, **WAIT}),
    "set_schedule_slot": _Action(_async_set_slot, {**SLOT_NUMBER, **SLOT.schema, **WAIT}),
    "clear_schedule": _Action(_async_clear, WAIT),
    "save_schedule": _Action(_async_save, {**NAME, vol.Optional(ATTR_SLOTS): SLOTS}),
    "delete_schedule": _Action(_async_delete, NAME),
}
