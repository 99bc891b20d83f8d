"""How far batteries may be charged and discharged, of one solarbank or of a whole station (anker.md §12.4, §12.5)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...core.errors import WriteRefused
from ...core.model import Value
from ...core.parse import number, sections
from .model import Bean
from .plans import NOT_TOLD

LOWEST, HIGHEST, RESERVE, RESERVE_ON = (
    "discharge_stop_level",
    "charge_stop_level",
    "backup_reserve",
    "backup_reserve_active",
)
KEYS: Final = frozenset({LOWEST, HIGHEST, RESERVE, RESERVE_ON})

_LOWER, _UPPER = "discharge_lower_limit", "charge_upper_limit"
_SWITCH: Final = "backup_reserve_switch"
_NAMES: Final[Mapping[str, str]] = {LOWEST: _LOWER, HIGHEST: _UPPER, RESERVE: RESERVE}
_USUAL: Final[Mapping[str, int]] = {LOWEST: 10, HIGHEST: 100}  # what is meant where a limit has no value (§12.5)
_USUAL_RESERVE: Final = 50


def is_fine(bean: Bean) -> bool:
    """Tell whether limits are told in percent, rather than as one of two rows."""
    return _LOWER in bean or _UPPER in bean


def selected(rows: Sequence[Bean]) -> Bean:
    """Return the row that holds of a list of rows."""
    return next((row for row in rows if number(row.get("is_selected")) == 1), rows[0] if rows else {})


def row_level(row: Bean) -> float | None:
    """Return how low a row lets a battery go in %."""
    return number(row.get("output_cutoff_data", row.get("soc")))


def read(bean: Bean, key: str) -> Value:
    """Return a limit in %, or whether there is a reserve, of what tells them finely."""
    if key == RESERVE_ON:
        said = number(bean.get(_SWITCH))
        return None if said is None else said == 1
    return number(bean.get(_NAMES[key]))


def has_reserve(bean: Bean) -> bool:
    """Tell whether a reserve can be kept at all; one of 0 cannot (§12.5)."""
    return bool(number(bean.get(RESERVE))) and _SWITCH in bean


def row_of(rows: Sequence[Bean], level: float) -> int:
    """Return the id of the row with a level. Raises WriteRefused."""
    found = next((number(row.get("id")) for row in rows if row_level(row) == level), None)
    if found is None:
        raise WriteRefused(NOT_TOLD)
    return int(found)


def device_keys(rows: Sequence[Bean], changes: Mapping[str, Value]) -> dict[str, int]:
    """Return what one solarbank is sent, besides its serial number (§12.4)."""
    row = selected(rows)
    if not is_fine(row):
        return {"cutoff_data_id": row_of(rows, _level(changes[LOWEST]))}
    return {
        "cutoff_data_id": int(number(row.get("id")) or 1),
        _LOWER: _limit(row, changes, LOWEST),
        _UPPER: _limit(row, changes, HIGHEST),
        "backup_reserve": 0,
        _SWITCH: 0,
        "cmd_type": 1,
    }


def station_block(station: Bean, changes: Mapping[str, Value]) -> dict[str, Any]:
    """Return what a station is sent: one of its rows, or all its limits together (§12.5)."""
    if not is_fine(station):
        return {"id": row_of(sections(station.get("soc_list")), _level(changes[LOWEST]))}
    limits = {key: _limit(station, changes, key) for key in (LOWEST, HIGHEST)}
    block: dict[str, Any] = {_NAMES[key]: level for key, level in limits.items() if _NAMES[key] in station}
    on, reserve = _reserve(station, changes, limits)
    block |= {name: said for name, said in ((_SWITCH, on), (RESERVE, reserve)) if name in station}
    return block | {"cmd_type": 1}


def _reserve(station: Bean, changes: Mapping[str, Value], limits: Mapping[str, int]) -> tuple[int, int]:
    """Return the switch and the level of the reserve that go along with limits."""
    if not has_reserve(station):
        return 0, 0
    had, asked = int(number(station.get(RESERVE)) or 0), changes.get(RESERVE)
    was_on = number(station.get(_SWITCH)) == 1
    on = changes.get(RESERVE_ON, True if asked is not None else was_on)
    if not on:
        return 0, _USUAL_RESERVE
    if asked is None and RESERVE_ON in changes and not was_on:
        level = _USUAL_RESERVE
    else:
        level = had if asked is None else _level(asked)
    return 1, min(max(level, limits[LOWEST] + 1), limits[HIGHEST] - 1)


def _limit(bean: Bean, changes: Mapping[str, Value], key: str) -> int:
    if key in changes:
        return _level(changes[key])
    told = number(bean.get(_NAMES[key]))
    return _USUAL[key] if told is None else int(told)


def _level(value: Value) -> int:
    if not isinstance(value, int | float):
        raise WriteRefused(NOT_TOLD)
    return round(value)
