"""The gateway's answers as typed data: what was said, not yet what it means here.

Every field is optional: missing or unreadable is ``None``, whatever the firmware left out
or added. Only an answer of the wrong overall shape raises BadAnswer. Units are the
gateway's own: W, Wh, V, A, Hz, percent on the raw scale.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
import json
from typing import Any, Self

from ...core.parse import (
    duration,
    flag,
    items,
    mapping,
    moment,
    number,
    sections,
    text,
)

_NEVER = "0001-01-01"  # Go's zero time: no meter has ever answered (§5)
_NANOSECONDS = 1e9

type Version = tuple[int, ...]
type Aggregates = Mapping[str, Location]


@cache
def parse_version(said: str | None) -> Version | None:
    """Return ``(23, 44, 3)`` for ``"23.44.3-msa 193a3259"``; ``None`` for anything unreadable (§1)."""
    parts = said.split()[:1] if said else []
    try:
        return tuple(int(part) for part in parts[0].split("-")[0].split(".")) if parts else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """``/api/status`` (§12)."""

    din: str | None
    version: str | None
    start_time: str | None
    up_time: float | None
    device_type: str | None

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Read the answer."""
        said = mapping(data)
        return cls(
            din=text(said.get("din")),
            version=text(said.get("version")),
            start_time=text(said.get("start_time")),
            up_time=duration(said.get("up_time_seconds")),
            device_type=text(said.get("device_type")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """One location of ``/api/meters/aggregates`` (§5): W, Wh, V, A, Hz; ``timeout`` in seconds."""

    fitted: bool
    measured_at: datetime | None
    timeout: float | None
    power: float | None
    reactive_power: float | None
    apparent_power: float | None
    frequency: float | None
    voltage: float | None
    current: float | None
    exported: float | None
    imported: float | None

    @classmethod
    def parse(cls, said: Mapping[str, object]) -> Self:
        """Read one location."""
        last = text(said.get("last_communication_time"))
        timeout = number(said.get("timeout"))
        return cls(
            fitted=not (last or "").startswith(_NEVER) and said.get("num_meters_aggregated") != 0,
            measured_at=moment(last),
            timeout=None if timeout is None else timeout / _NANOSECONDS,
            power=number(said.get("instant_power")),
            reactive_power=number(said.get("instant_reactive_power")),
            apparent_power=number(said.get("instant_apparent_power")),
            frequency=number(said.get("frequency")),
            voltage=number(said.get("instant_average_voltage")),
            current=number(said.get("instant_total_current")),
            exported=number(said.get("energy_exported")),
            imported=number(said.get("energy_imported")),
        )


def parse_aggregates(data: Any) -> Aggregates:
    """Read ``/api/meters/aggregates`` (§5); unknown locations come along and hurt nobody."""
    return {name: Location.parse(said) for name, said in mapping(data).items() if isinstance(said, Mapping)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """``/api/system_status/soe`` (§6): percent on the raw scale."""

    percentage: float | None

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Read the answer."""
        return cls(percentage=number(mapping(data).get("percentage")))


@dataclass(frozen=True, slots=True, kw_only=True)
class GridStatus:
    """``/api/system_status/grid_status`` (§7)."""

    state: str | None
    services: bool | None

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Read the answer."""
        said = mapping(data)
        return cls(state=text(said.get("grid_status")), services=flag(said.get("grid_services_active")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One grid fault (§11). ``raw`` goes beyond 2^53, hence text; ``timestamp`` is ms of 1970."""

    timestamp: str
    name: str
    is_fault: bool
    serial: str | None
    part: str | None
    raw: str | None
    details: Mapping[str, str | float | None]

    @classmethod
    def parse(cls, said: Mapping[str, object]) -> Self | None:
        """Read one entry; ``None`` without the two things that tell it from others."""
        timestamp, name = text(said.get("timestamp")), text(said.get("alert_name"))
        if timestamp is None or name is None:
            return None
        return cls(
            timestamp=timestamp,
            name=name,
            is_fault=flag(said.get("alert_is_fault")) or False,
            serial=text(said.get("ecu_package_serial_number")),
            part=text(said.get("ecu_package_part_number")),
            raw=text(said.get("alert_raw")),
            details=_decode(said.get("decoded_alert")),
        )


def _decode(said: object) -> dict[str, str | float | None]:
    """Read the JSON that a fault carries inside a string: a list of name, value, units."""
    try:
        decoded = json.loads(said) if isinstance(said, str) else said
    except ValueError:
        return {}
    return {
        name: value if isinstance(value := part.get("value"), int | float) else text(value)
        for part in sections(decoded)
        if (name := text(part.get("name")))
    }


def parse_faults(data: Any) -> tuple[Fault, ...]:
    """Read ``/api/system_status/grid_faults`` (§11)."""
    return _faults(items(data))


def _faults(said: object) -> tuple[Fault, ...]:
    return tuple(fault for part in sections(said) if (fault := Fault.parse(part)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One battery of ``/api/system_status`` (§8)."""

    serial: str
    part: str | None
    disabled_reasons: tuple[str, ...]
    remaining: float | None
    full: float | None
    power: float | None
    voltage: float | None
    frequency: float | None
    current: float | None
    charged: float | None
    discharged: float | None
    off_grid: bool | None
    clamped: bool | None
    backup_ready: bool | None
    version: str | None

    @classmethod
    def parse(cls, said: Mapping[str, object]) -> Self | None:
        """Read one block; ``None`` without a serial number, which is its identity."""
        serial = text(said.get("PackageSerialNumber"))
        if serial is None:
            return None
        return cls(
            serial=serial,
            part=text(said.get("PackagePartNumber")),
            disabled_reasons=texts(said.get("disabled_reasons")),
            remaining=number(said.get("nominal_energy_remaining")),
            full=number(said.get("nominal_full_pack_energy")),
            power=number(said.get("p_out")),
            voltage=number(said.get("v_out")),
            frequency=number(said.get("f_out")),
            current=number(said.get("i_out")),
            charged=number(said.get("energy_charged")),
            discharged=number(said.get("energy_discharged")),
            off_grid=flag(said.get("off_grid")),
            clamped=flag(said.get("charge_power_clamped")),
            backup_ready=flag(said.get("backup_ready")),
            version=text(said.get("version")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemStatus:
    """``/api/system_status`` (§8): W and Wh; ``blocks`` in no stable order, ``None`` if untold."""

    remaining: float | None
    full: float | None
    target_power: float | None
    services_power: float | None
    max_charge_power: float | None
    max_discharge_power: float | None
    instant_max_charge_power: float | None
    instant_max_discharge_power: float | None
    blocks: tuple[Block, ...] | None
    faults: tuple[Fault, ...]

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Read the answer."""
        said = mapping(data)
        blocks = said.get("battery_blocks")
        return cls(
            remaining=number(said.get("nominal_energy_remaining")),
            full=number(said.get("nominal_full_pack_energy")),
            target_power=number(said.get("battery_target_power")),
            services_power=number(said.get("grid_services_power")),
            max_charge_power=number(said.get("max_charge_power")),
            max_discharge_power=number(said.get("max_discharge_power")),
            instant_max_charge_power=number(said.get("instantaneous_max_charge_power")),
            instant_max_discharge_power=number(said.get("instantaneous_max_discharge_power")),
            blocks=_blocks(blocks) if isinstance(blocks, list) else None,
            faults=_faults(said.get("grid_faults")),
        )


def _blocks(said: object) -> tuple[Block, ...]:
    return tuple(block for part in sections(said) if (block := Block.parse(part)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """``/api/operation`` (§9.1); the reserve in percent on the raw scale."""

    mode: str | None
    reserve: float | None

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Read the answer: ``real_mode``, on old firmware ``mode``."""
        said = mapping(data)
        return cls(
            mode=text(said.get("real_mode")) or text(said.get("mode")),
            reserve=number(said.get("backup_reserve_percent")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemaster:
    """``/api/sitemaster`` (§10)."""

    running: bool | None
    connected: bool | None

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Read the answer."""
        said = mapping(data)
        return cls(running=flag(said.get("running")), connected=flag(said.get("connected_to_tesla")))


def texts(said: object) -> tuple[str, ...]:
    """Return the texts of a list that is part of an answer, empty for anything else."""
    return tuple(part for each in (said if isinstance(said, list) else ()) if (part := text(each)))
