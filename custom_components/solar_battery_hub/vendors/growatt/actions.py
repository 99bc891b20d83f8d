"""Actions that only Growatt has: parameters by their wire names, alarms, and what the server keeps about a plant."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final, cast

import voluptuous as vol

from ...core.errors import HubError, RateLimited
from ...core.parse import number, text
from ...core.refusal import ChangeRefused
from ..base import Account, Action
from .account import GrowattAccount
from .parameters import check

_MOST_DAYS: Final = 31
_REGISTERS: Final = "set_any_reg"
_NAME: Final = vol.Match(r"^[A-Za-z0-9_]{1,60}$")
_ADDRESS: Final = vol.All(vol.Coerce(int), vol.Range(min=0, max=5000))
_CONFIRM: Final = {vol.Required("confirm"): vol.All(bool, True)}

# What may be changed about a plant, by our words, and the parts of the wire (A.8).
_PLANT_PARTS: Final[Mapping[str, str]] = {
    "name": "plantName",
    "country": "plantCountry",
    "city": "plantCity",
    "address": "plantAddress",
    "latitude": "plantLat",
    "longitude": "plantLng",
    "time_zone_offset": "plantTimezone",
    "installation_date": "plantDate",
    "rated_power": "plantPower",
    "energy_price": "plantIncome",
    "currency": "plantMoney",
    "co2_factor": "plantCo2",
    "coal_factor": "plantCoal",
    "so2_factor": "plantSo2",
    "plant_type": "plantType",
    "owner": "accountName",
}
_TEXT: Final = vol.All(str, vol.Length(min=1, max=200))


def _day(value: Any) -> date:
    """Take a date, also as text; raises ValueError."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _number(low: float, high: float) -> Any:
    return vol.All(vol.Coerce(float), vol.Range(min=low, max=high))


def _account(account: Account) -> GrowattAccount:
    return cast("GrowattAccount", account)


def _spelled(value: Any) -> str:
    """Return a value as it goes over the wire: whole numbers without a point, switches as 1 or 0."""
    if isinstance(value, bool):
        return str(int(value))
    return f"{value:g}" if isinstance(value, float) else str(value).strip()


async def _read_parameter(account: Account, device: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Read a parameter, or registers, from the device itself (B.6.5, A.10)."""
    growatt = _account(account)
    if "start" in fields and fields["parameter"] != _REGISTERS:
        raise ChangeRefused("registers_of_parameter", parameter=fields["parameter"])
    found = await growatt.read_parameter(
        growatt.listed(device), fields["parameter"], fields.get("start"), fields.get("end")
    )
    return {"parameter": fields["parameter"], "value": dict(found)[fields["parameter"]]}


async def _write_parameter(account: Account, device: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Write a documented parameter and read it back where the device can be asked."""
    growatt = _account(account)
    listed, kind = growatt.listed(device), fields["parameter"]
    values = [_spelled(value) for value in fields["values"]]
    check(listed.family, kind, values, legacy=growatt.legacy)
    await growatt.write_parameter(listed, kind, values)
    try:
        found = text(dict(await growatt.read_parameter(listed, kind))[kind])
    except HubError:
        found = None  # it cannot be read, or not now: the server took the order, and that is all we know
    return {"outcome": _outcome(values, found), "parameter": kind, "values": values, "read_back": found}


def _outcome(values: Sequence[str], found: str | None) -> str:
    """Compare what one value reads back as; how several are packed into one answer is not documented for all (A.10)."""
    if found is None or len(values) != 1:
        return "accepted"
    return "confirmed" if _is_same(values[0], found) else "not_confirmed"


def _is_same(asked: str, found: str | None) -> bool:
    """Compare texts, as numbers where both are."""
    ours, theirs = number(asked), number(found)
    return asked == found if ours is None or theirs is None else ours == theirs


async def _get_alarms(account: Account, device: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the alarms of a span of days, newest day first; the server tells one day at a time."""
    growatt = _account(account)
    listed = growatt.listed(device)
    offset = growatt.offset(listed)
    today = growatt.today(listed)
    last = min(fields.get("end") or today, today)
    first = fields.get("start") or last
    if first > last or (last - first).days >= _MOST_DAYS:
        raise ChangeRefused("alarm_days", days=str(_MOST_DAYS))
    rows: list[dict[str, Any]] = []
    for at in range((last - first).days + 1):
        day = last - timedelta(days=at)
        try:
            rows += [_alarm(bean, offset) for bean in await growatt.alarms(listed, day)]
        except RateLimited as err:
            if at == 0:
                raise
            return {
                "alarms": rows,
                "complete": False,
                "read_from": _next_day(day),
                "retry_after": round(err.retry_after),
            }
    return {"alarms": rows, "complete": True, "read_from": first.isoformat()}


def _next_day(day: date) -> str:
    return (day + timedelta(days=1)).isoformat()


def _alarm(bean: Mapping[str, Any], offset: float | None) -> dict[str, Any]:
    return {
        "code": bean.get("alarm_code"),
        "message": text(bean.get("alarm_message")),
        "status": bean.get("status"),
        "start": _time(bean.get("start_time"), offset),
        "end": _time(bean.get("end_time"), offset),
    }


def _time(value: object, offset: float | None) -> str | None:
    """Return a time of the device's clock, with its distance from UTC where that is known."""
    if (told := text(value)) is None:
        return None
    try:
        at = datetime.fromisoformat(told)
    except ValueError:
        return told
    at = at.replace(microsecond=0)
    return at.isoformat() if offset is None else at.replace(tzinfo=timezone(timedelta(hours=offset))).isoformat()


async def _update_plant_settings(account: Account, device: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Change what the server keeps about a plant; all the rest goes back as it was read."""
    growatt = _account(account)
    changes = {_PLANT_PARTS[key]: _spelled(value) for key, value in fields.items() if key in _PLANT_PARTS}
    if not changes:
        raise ChangeRefused("nothing_to_change")
    present = await growatt.update_plant(growatt.plant_of(device).id, changes)
    agrees = all(_is_same(asked, present.get(part)) for part, asked in changes.items())
    found = {key: present.get(part) for key, part in _PLANT_PARTS.items() if part in changes}
    return {"outcome": "confirmed" if agrees else "not_confirmed", "settings": found}


_PLANT_FIELDS: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("name", "country", "city", "address", "currency", "owner"), _TEXT),
    **dict.fromkeys(("energy_price", "co2_factor", "coal_factor", "so2_factor"), _number(0, 1000)),
    "latitude": _number(-90, 90),
    "longitude": _number(-180, 180),
    "time_zone_offset": _number(-12, 14),
    "installation_date": _day,
    "rated_power": _number(0, 10_000_000),
    "plant_type": vol.All(vol.Coerce(int), vol.Range(min=0, max=20)),
}

ACTIONS: Sequence[Action] = (
    Action(
        name="read_parameter",
        fields={
            vol.Required("parameter"): _NAME,
            vol.Optional("start"): _ADDRESS,
            vol.Optional("end"): _ADDRESS,
        },
        run=_read_parameter,
        changes=False,
    ),
    Action(
        name="write_parameter",
        fields={
            vol.Required("parameter"): _NAME,
            vol.Required("values"): vol.All([vol.Any(bool, int, float, str)], vol.Length(min=1, max=19)),
            **_CONFIRM,
        },
        run=_write_parameter,
    ),
    Action(
        name="get_alarms",
        fields={vol.Optional("start"): _day, vol.Optional("end"): _day},
        run=_get_alarms,
        changes=False,
    ),
    Action(
        name="update_plant_settings",
        fields={**{vol.Optional(key): takes for key, takes in _PLANT_FIELDS.items()}, **_CONFIRM},
        run=_update_plant_settings,
    ),
)
