"""Settings that limit: how far batteries go, what goes out and what comes in, of a site or a device (anker.md §9.6, §12.4 – §12.8, §12.11)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ...core.control import ControlKind, Setting
from ...core.model import Value
from ...core.parse import flag, number, section, sections
from ...core.quantities import Quantity
from . import battery_limits
from .battery_limits import HIGHEST, LOWEST, RESERVE, RESERVE_ON
from .model import Bean
from .offer import DOUBTFUL, NEEDS_APP, NOT_HERE, NOT_READ, TOLD, Offer, table
from .products import product
from .seen import ATTRS, CUTOFF, LIMIT, PV_TOTALS, STATION, UPGRADE, Seen

EXPORT: Final = "grid_export"
EXPORT_LIMIT: Final = "export_limit"
OUTPUT_LIMIT: Final = "output_limit_power"
AC_CHARGE: Final = "ac_charge_limit"
PV_INPUT: Final = "pv_input_limit"
AUTO_UPGRADE: Final = "auto_upgrade"

FEED_IN: Final = "feed-in_power_limit"
NO_EXPORT: Final = "switch_0w"
PV_LIMIT: Final = "pv_power_limit"

_PERCENT: Final[Mapping[str, Any]] = {
    "quantity": Quantity.RATIO,
    "config": True,
    **TOLD,
}
_WATTS: Final[Mapping[str, Any]] = {"quantity": Quantity.POWER, "config": True, **TOLD}
_INVERTER_OPTIONS: Final = (600, 800)
_PV_OPTIONS: Final = (2000, 3600)
_PV_MODELS: Final = frozenset({"A17C5"})


def only(options: tuple[int, ...]) -> Mapping[str, Any]:
    """Return the bounds of a number that has these values only."""
    return {"options": tuple(map(str, options)), "minimum": float(min(options)), "maximum": float(max(options))}


def _none(_: Seen) -> Mapping[str, Any]:
    return {}


# Batteries


def _station(seen: Seen) -> Bean:
    return section(seen.told.get(STATION))


def _row(seen: Seen) -> Bean:
    return battery_limits.selected(sections(seen.own.get(CUTOFF)))


def _station_level(key: str) -> Callable[[Seen], Value]:
    def read(seen: Seen) -> Value:
        station = _station(seen)
        if key == LOWEST and not battery_limits.is_fine(station):
            return battery_limits.row_level(battery_limits.selected(sections(station.get("soc_list"))))
        return battery_limits.read(station, key)

    return read


def _device_level(key: str) -> Callable[[Seen], Value]:
    def read(seen: Seen) -> Value:
        row = _row(seen)
        return battery_limits.read(row, key) if battery_limits.is_fine(row) else battery_limits.row_level(row)

    return read


def _levels(rows: list[Bean]) -> tuple[int, ...]:
    return tuple(sorted(int(level) for row in rows if (level := battery_limits.row_level(row)) is not None))


def _lowest(
    least: float, tells: Callable[[Seen], Bean], rows: Callable[[Seen], list[Bean]]
) -> Callable[[Seen], Mapping[str, Any]]:
    """Return the bounds of the lower limit: a range where it is fine, else one of the rows."""

    def bounds(seen: Seen) -> Mapping[str, Any]:
        if battery_limits.is_fine(tells(seen)) or not (levels := _levels(rows(seen))):
            return {"minimum": least, "maximum": 20.0, "step": 1.0}
        return only(levels)

    return bounds


def _has_station(key: str) -> Callable[[Seen], str | None]:
    def reason(seen: Seen) -> str | None:
        station = _station(seen)
        if not seen.is_station:
            return NOT_HERE
        if not station:
            return NOT_READ
        if key in (RESERVE, RESERVE_ON):
            return None if battery_limits.has_reserve(station) else NOT_HERE
        has_rows = key == LOWEST and bool(_levels(sections(station.get("soc_list"))))
        return None if battery_limits.is_fine(station) or has_rows else NOT_HERE

    return reason


def _has_cutoff(key: str) -> Callable[[Seen], str | None]:
    def reason(seen: Seen) -> str | None:
        # From the second generation on a message to the device is needed besides; a station is written as a whole.
        if seen.device is None or product(seen.device.model).generation > 1:
            return NOT_HERE if seen.is_station else NEEDS_APP
        if not _row(seen):
            return NOT_READ
        return None if key == LOWEST or battery_limits.is_fine(_row(seen)) else NOT_HERE

    return reason


def _reserve_bounds(seen: Seen) -> Mapping[str, Any]:
    station = _station(seen)
    lowest, highest = (number(battery_limits.read(station, key)) for key in (LOWEST, HIGHEST))
    return {"minimum": (lowest or 10.0) + 1, "maximum": (highest or 100.0) - 1}


# What goes out and in


def _tells(name: str, tells: Callable[[Seen], Bean | None]) -> Callable[[Seen], str | None]:
    def reason(seen: Seen) -> str | None:
        bean = tells(seen)
        return NOT_READ if bean is None else None if name in bean else NOT_HERE

    return reason


def _station_tells(name: str) -> Callable[[Seen], str | None]:
    tells = _tells(name, lambda seen: seen.told.get(STATION))

    def reason(seen: Seen) -> str | None:
        return tells(seen) if seen.is_station else NOT_HERE

    return reason


def _attrs(seen: Seen) -> Bean:
    return section(seen.own.get(ATTRS))


def _exports(tells: Callable[[Seen], Bean]) -> Callable[[Seen], Value]:
    def read(seen: Seen) -> Value:
        blocked = flag(tells(seen).get(NO_EXPORT))
        return None if blocked is None else not blocked

    return read


def _reason_output(seen: Seen) -> str | None:
    """Only docks and the third generation follow the cloud; others need a message to the device (§12.7)."""
    if not (seen.has_dock or seen.generation >= 3):
        return NEEDS_APP
    if LIMIT not in seen.told:
        return NOT_READ
    return None if seen.output_options else NOT_HERE


def _output_bounds(seen: Seen) -> Mapping[str, Any]:
    return only(seen.output_options) if seen.output_options else {}


def _reason_pv(seen: Seen) -> str | None:
    if seen.device is None or seen.device.model not in _PV_MODELS:
        return NOT_HERE
    return _tells_pv(seen)


def _reason_ac(seen: Seen) -> str | None:
    if seen.device is None or not product(seen.device.model).ac_input:
        return NOT_HERE
    return _tells_ac(seen)


def _reason_export(seen: Seen) -> str | None:
    return NOT_HERE if seen.is_station else _tells_export(seen)


_tells_pv: Final = _tells(PV_LIMIT, lambda seen: seen.own.get(ATTRS))
_tells_ac: Final = _tells("ac_input_limit", lambda seen: seen.limits if LIMIT in seen.told else None)
_tells_export: Final = _tells(NO_EXPORT, lambda seen: seen.own.get(ATTRS))

_PERCENTS: Final = {
    LOWEST: Setting(key="discharge_stop_level", kind=ControlKind.NUMBER, tolerance=0.5, **_PERCENT),
    HIGHEST: Setting(
        key="charge_stop_level",
        kind=ControlKind.NUMBER,
        minimum=80.0,
        maximum=100.0,
        step=1.0,
        tolerance=0.5,
        **_PERCENT,
    ),
    RESERVE: Setting(key="backup_reserve", kind=ControlKind.NUMBER, step=1.0, tolerance=0.5, **_PERCENT),
}
_EXPORT: Final = Setting(key="grid_export", kind=ControlKind.SWITCH, **TOLD)

STATIONS: Final = table(
    Offer(
        setting=_PERCENTS[LOWEST],
        source=STATION,
        read=_station_level(LOWEST),
        reason=_has_station(LOWEST),
        bounds=_lowest(1.0, _station, lambda seen: sections(_station(seen).get("soc_list"))),
    ),
    Offer(setting=_PERCENTS[HIGHEST], source=STATION, read=_station_level(HIGHEST), reason=_has_station(HIGHEST)),
    Offer(
        setting=_PERCENTS[RESERVE],
        source=STATION,
        read=_station_level(RESERVE),
        reason=_has_station(RESERVE),
        bounds=_reserve_bounds,
    ),
    Offer(
        setting=Setting(key="backup_reserve_active", kind=ControlKind.SWITCH, config=True, **TOLD),
        source=STATION,
        read=_station_level(RESERVE_ON),
        reason=_has_station(RESERVE_ON),
    ),
    Offer(setting=_EXPORT, source=STATION, read=_exports(_station), reason=_station_tells(NO_EXPORT)),
    Offer(
        setting=Setting(
            key="export_limit",
            kind=ControlKind.NUMBER,
            minimum=100.0,
            maximum=100_000.0,
            step=100.0,
            **_WATTS,
            **DOUBTFUL,
        ),
        source=STATION,
        read=lambda seen: number(_station(seen).get(FEED_IN)),
        reason=_station_tells(FEED_IN),
    ),
    Offer(
        setting=Setting(key="output_limit_power", kind=ControlKind.NUMBER, **_WATTS),
        source=LIMIT,
        read=lambda seen: number(section(seen.told.get(LIMIT)).get("legal_power_limit")),
        reason=_reason_output,
        bounds=_output_bounds,
    ),
)
FIRST_BATTERY: Final = table(
    *(
        Offer(
            setting=_PERCENTS[key],
            source=CUTOFF,
            read=_device_level(key),
            reason=_has_cutoff(key),
            bounds=_lowest(5.0, _row, lambda seen: sections(seen.own.get(CUTOFF))) if key == LOWEST else _none,
        )
        for key in (LOWEST, HIGHEST)
    )
)
LATER_BATTERY: Final = FIRST_BATTERY | table(
    Offer(setting=_EXPORT, source=ATTRS, read=_exports(_attrs), reason=_reason_export),
    Offer(
        setting=Setting(key="pv_input_limit", kind=ControlKind.NUMBER, **_WATTS, **DOUBTFUL),
        source=ATTRS,
        read=lambda seen: number(_attrs(seen).get(PV_LIMIT)),
        reason=_reason_pv,
        bounds=lambda _: only(_PV_OPTIONS),
    ),
    Offer(
        setting=Setting(
            key="ac_charge_limit",
            kind=ControlKind.NUMBER,
            minimum=0.0,
            maximum=1200.0,
            step=100.0,
            **_WATTS,
            **DOUBTFUL,
        ),
        source=LIMIT,
        read=lambda seen: number(seen.limits.get("ac_input_limit")),
        reason=_reason_ac,
    ),
)


# Devices that stand for themselves, and firmware


def _upgrades(seen: Seen) -> Value:
    """Both must say so (§7.5)."""
    told = section(seen.own.get(UPGRADE))
    main, own = flag(told.get("main")), flag(told.get("own"))
    return None if main is None or own is None else main and own


INVERTER: Final = table(
    Offer(
        setting=Setting(key="output_limit_power", kind=ControlKind.NUMBER, **_WATTS, **only(_INVERTER_OPTIONS)),
        source=PV_TOTALS,
        read=lambda seen: number(section(seen.own.get(PV_TOTALS)).get("powerConfig")),
        reason=_tells("powerConfig", lambda seen: seen.own.get(PV_TOTALS)),
    )
)
ANY: Final = table(
    Offer(
        setting=Setting(key="auto_upgrade", kind=ControlKind.SWITCH, config=True, **TOLD),
        source=UPGRADE,
        read=_upgrades,
        reason=lambda seen: None if UPGRADE in seen.own else NOT_HERE,
    )
)
