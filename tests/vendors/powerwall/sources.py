"""Which field of an answer each reading comes from, written down once more, apart from the code under test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.vendors.powerwall import fact_readings, readings
from custom_components.solar_battery_hub.vendors.powerwall.readings import Values

GATEWAY = "gateway"

type Path = tuple[str | int, ...]
type Convert = Callable[[float], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a reading comes from: its own field, what that becomes, and what else decides about it."""

    field: Path
    convert: Convert
    others: tuple[Path, ...] = ()

    def touched_by(self, place: Path) -> bool:
        """Tell whether a change at this place may change the reading."""
        return any(_related(place, path) for path in (self.field, *self.others))


def _related(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def same(number: float) -> float:
    """Return the number itself."""
    return number


def kilo(number: float) -> float:
    """Watt-hours as kilowatt-hours."""
    return number / 1000


def negated(number: float) -> float:
    """Return the number with the other sign."""
    return -number


def app(number: float) -> float:
    """Return a raw percentage in the app's scale."""
    return min(max((number - 5) / 0.95, 0), 100)


def without_noise(number: float) -> float:
    """Return a power that cannot be negative."""
    return 0 if -100 <= number < 0 else number


_MEASURED: dict[str, tuple[str, Convert]] = {
    "power": ("instant_power", same),
    "reactive_power": ("instant_reactive_power", same),
    "apparent_power": ("instant_apparent_power", same),
    "frequency": ("frequency", same),
    "current": ("instant_total_current", same),
    "voltage": ("instant_average_voltage", same),
}
_COUNTED = {
    ("grid_import_energy_total", "site", "energy_imported"),
    ("grid_export_energy_total", "site", "energy_exported"),
    ("home_energy_total", "load", "energy_imported"),
    ("solar_energy_total", "solar", "energy_exported"),
    ("battery_charge_energy_total", "battery", "energy_imported"),
    ("battery_discharge_energy_total", "battery", "energy_exported"),
}


def aggregates(data: Any) -> Iterator[tuple[Ref, Source]]:
    """Yield the sources of the meters' readings."""
    special: dict[str, Convert] = {
        "battery_current": negated,
        "solar_power": without_noise,
        "home_power": without_noise,
    }
    for location, prefix in (("site", "grid"), ("load", "home"), ("solar", "solar"), ("battery", "battery")):
        fitted = ((location, "last_communication_time"), (location, "num_meters_aggregated"))
        for key, (field, convert) in _MEASURED.items():
            reading = f"{prefix}_{key}"
            used = special.get(reading, convert)
            yield Ref(GATEWAY, reading), Source(field=(location, field), convert=used, others=fitted)
        for reading, place, field in _COUNTED:
            if place == location:
                yield Ref(GATEWAY, reading), Source(field=(location, field), convert=kilo, others=fitted)


_SYSTEM: dict[str, tuple[str, Convert]] = {
    "battery_energy": ("nominal_energy_remaining", kilo),
    "battery_capacity": ("nominal_full_pack_energy", kilo),
    "battery_target_power": ("battery_target_power", same),
    "grid_services_power": ("grid_services_power", same),
    "charge_power_limit": ("max_charge_power", same),
    "discharge_power_limit": ("max_discharge_power", same),
    "charge_power_available": ("instantaneous_max_charge_power", same),
    "discharge_power_available": ("instantaneous_max_discharge_power", same),
}
_BLOCK: dict[str, tuple[str, Convert]] = {
    "battery_power": ("p_out", same),
    "battery_energy": ("nominal_energy_remaining", kilo),
    "battery_capacity": ("nominal_full_pack_energy", kilo),
    "battery_voltage": ("v_out", same),
    "battery_current": ("i_out", negated),
    "battery_frequency": ("f_out", same),
    "battery_charge_energy_total": ("energy_charged", kilo),
    "battery_discharge_energy_total": ("energy_discharged", kilo),
}


def system_status(data: Any) -> Iterator[tuple[Ref, Source]]:
    """Yield the sources of the batteries' readings."""
    for key, (field, convert) in _SYSTEM.items():
        yield Ref(GATEWAY, key), Source(field=(field,), convert=convert)
    for index, block in enumerate(data["battery_blocks"]):
        place = ("battery_blocks", index)
        decides = ((*place, "PackageSerialNumber"), (*place, "disabled_reasons"))
        for key, (field, convert) in _BLOCK.items():
            ref = Ref(block["PackageSerialNumber"], key)
            yield ref, Source(field=(*place, field), convert=convert, others=decides)


def charge(data: Any) -> Iterator[tuple[Ref, Source]]:
    """Yield the sources of the charge."""
    yield Ref(GATEWAY, "battery_level"), Source(field=("percentage",), convert=app)
    yield Ref(GATEWAY, "battery_level_raw"), Source(field=("percentage",), convert=same)


def operation(data: Any) -> Iterator[tuple[Ref, Source]]:
    """Yield the source of the reserve."""
    yield Ref(GATEWAY, "backup_reserve"), Source(field=("backup_reserve_percent",), convert=app)


def site_meters(data: Any) -> Iterator[tuple[Ref, Source]]:
    """Yield the sources of the phases; voltage and power decide together whether a phase is there."""
    for number, letter in ((1, "a"), (2, "b")):
        for key, field in (("phase_voltage", f"v_l{number}n"), ("phase_power", f"real_power_{letter}")):
            place = (0, "Cached_readings", field)
            yield Ref(GATEWAY, f"{key}_{number}"), Source(field=place, convert=same)


def nothing(data: Any) -> Iterator[tuple[Ref, Source]]:
    """Yield nothing: this answer has no numbers that become readings."""
    return iter(())


# How the answer of each endpoint becomes readings, and where those come from.
READ: dict[str, tuple[Callable[[Any], Values], Callable[[Any], Iterator[tuple[Ref, Source]]]]] = {
    "/api/meters/aggregates": (lambda said: readings.aggregates_values(GATEWAY, said, readings.Grid()), aggregates),
    "/api/system_status/soe": (lambda said: readings.charge_values(GATEWAY, said), charge),
    "/api/system_status/grid_status": (lambda said: readings.grid_values(GATEWAY, said), nothing),
    "/api/system_status": (lambda said: readings.system_values(GATEWAY, said), system_status),
    "/api/operation": (lambda said: readings.operation_values(GATEWAY, said), operation),
    "/api/sitemaster": (lambda said: readings.sitemaster_values(GATEWAY, said), nothing),
    "/api/meters/site": (lambda said: readings.phase_values(GATEWAY, said), site_meters),
    "/api/site_info": (lambda said: fact_readings.site_values(GATEWAY, said), nothing),
    "/api/solars": (lambda said: fact_readings.solar_values(GATEWAY, said), nothing),
    "/api/networks": (lambda said: fact_readings.network_values(GATEWAY, said), nothing),
    "/api/meters": (fact_readings.meter_values, nothing),
    "/api/system/update/status": (lambda said: fact_readings.update_values(GATEWAY, said), nothing),
}
