"""The gateway's answers about what it is made of, as typed data (powerwall.md §10, §12).

As in ``answers``: every field is optional, only a wrong overall shape raises BadAnswer.
"""

from dataclasses import dataclass
from typing import Any, Self

from ...core.parse import flag, items, mapping, number, section, sections, text
from .answers import texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One battery as ``/api/powerwalls`` lists it (§12)."""

    serial: str
    part: str | None
    type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Powerwalls:
    """``/api/powerwalls`` (§12)."""

    gateway_din: str | None
    packs: tuple[Pack, ...] | None

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Read the answer; the diagnostics in it are meaningless while the system runs."""
        said = mapping(data)
        packs = said.get("powerwalls")
        return cls(
            gateway_din=text(said.get("gateway_din")),
            packs=tuple(
                Pack(serial=serial, part=text(part.get("PackagePartNumber")), type=text(part.get("type")))
                for part in sections(packs)
                if (serial := text(part.get("PackageSerialNumber")))
            )
            if isinstance(packs, list)
            else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteInfo:
    """``/api/site_info`` (§12): kWh, kW, V."""

    name: str | None
    timezone: str | None
    rated_energy: float | None
    rated_power: float | None
    grid_voltage: float | None
    grid_phase: str | None
    grid_code: str | None

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Read the answer, whose grid keys are flat on ≤ 1.50 and in ``grid_code`` after it."""
        said = mapping(data)
        grid = section(said.get("grid_code")) or said
        return cls(
            name=text(said.get("site_name")),
            timezone=text(said.get("timezone")),
            rated_energy=number(said.get("nominal_system_energy_kWh")),
            rated_power=number(said.get("nominal_system_power_kW")),
            grid_voltage=number(grid.get("grid_voltage_setting")),
            grid_phase=text(grid.get("grid_phase_setting")),
            grid_code=text(grid.get("grid_code")),
        )


def parse_site_name(data: Any) -> str | None:
    """Read ``/api/site_info/site_name`` (§12)."""
    return text(mapping(data).get("site_name"))


def parse_config(data: Any) -> str | None:
    """Read the DIN that ``/api/config`` calls ``vin`` (§10)."""
    return text(mapping(data).get("vin"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Solar:
    """One inverter of ``/api/solars`` (§12), as the installer typed it; W."""

    brand: str | None
    model: str | None
    rating: float | None


def parse_solars(data: Any) -> tuple[Solar, ...]:
    """Read ``/api/solars`` (§12)."""
    return tuple(
        Solar(
            brand=text(part.get("brand")),
            model=text(part.get("model")),
            rating=number(part.get("power_rating_watts")),
        )
        for part in sections(items(data))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One network of ``/api/networks`` (§12); signal 0–100 %."""

    interface: str | None
    active: bool | None
    primary: bool | None
    signal: float | None
    mac: str | None


def parse_networks(data: Any) -> tuple[Network, ...]:
    """Read ``/api/networks``: ``interface`` on new firmware, ``name`` (``wifi0``) on 1.15 (§12)."""
    return tuple(
        Network(
            interface=text(part.get("interface")) or text(part.get("name")),
            active=flag(part.get("active", part.get("connected"))),
            primary=flag(part.get("primary")),
            signal=number(section(part.get("iface_network_info")).get("signal_strength")),
            mac=text(section(part.get("iface_network_info")).get("hw_address")),
        )
        for part in sections(items(data))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """One meter of ``/api/meters`` (§12); ``locations`` are what its current clamps measure."""

    serial: str
    type: str | None
    connected: bool | None
    mac: str | None
    locations: tuple[str, ...]


def parse_meters(data: Any) -> tuple[Meter, ...]:
    """Read ``/api/meters`` (§12), whose order varies."""
    return tuple(
        Meter(
            serial=serial,
            type=text(part.get("type")),
            connected=flag(part.get("connected")),
            mac=text(part.get("mac")),
            locations=_locations(part.get("cts")),
        )
        for part in sections(items(data))
        if (serial := text(part.get("serial")))
    )


def _locations(said: object) -> tuple[str, ...]:
    """Return what the clamps in use measure; a clamp is in use where ``valid`` has a true."""
    used = {text(part.get("type")) for part in sections(said) if _has_true(part.get("valid"))}
    return tuple(sorted(location for location in used if location))


def _has_true(said: object) -> bool:
    return isinstance(said, list) and True in said


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase at the grid connection: V and W (+ import)."""

    number: int
    voltage: float | None
    power: float | None


def parse_site_meters(data: Any) -> tuple[Phase, ...]:
    """Read the phases of ``/api/meters/site`` (§12); only connected ones have keys."""
    for part in sections(items(data)):
        said = section(part.get("Cached_readings"))
        phases = (
            Phase(
                number=at,
                voltage=number(said.get(f"v_l{at}n")),
                power=number(said.get(f"real_power_{letter}")),
            )
            for at, letter in enumerate("abc", start=1)
            if f"v_l{at}n" in said or f"real_power_{letter}" in said
        )
        return tuple(phases)
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateStatus:
    """``/api/system/update/status`` (§10)."""

    state: str | None
    info: tuple[str, ...]

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Read the answer."""
        said = mapping(data)
        return cls(state=text(said.get("state")), info=texts(section(said.get("info")).get("status")))
