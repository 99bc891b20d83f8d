"""Whole-site values where the vendor has none: sums of parts (design §3, "Site level")."""

from collections.abc import Callable, Iterable, Mapping, Sequence
import math

from .model import Device, DeviceKind, Ref, Value

_NOISE = 100.0  # W; solar meters show as much below zero at night
_DECIMALS = 6  # kept of a sum; the rest is binary rounding

# Which kind of part has the reading: the first kind of which any device reports it.
_SOLAR = (DeviceKind.INVERTER, DeviceKind.BATTERY)
_BATTERY = (DeviceKind.BATTERY, DeviceKind.INVERTER)
_METERED = (DeviceKind.METER, DeviceKind.INVERTER)
_SUMS: dict[str, tuple[DeviceKind, ...]] = {
    key: kinds
    for keys, kinds in (
        ("solar_power solar_energy_today solar_energy_total savings_today savings_total co2_saved", _SOLAR),
        ("battery_power battery_energy battery_capacity", _BATTERY),
        ("battery_charge_energy_today battery_charge_energy_total", _BATTERY),
        ("battery_discharge_energy_today battery_discharge_energy_total", _BATTERY),
        ("grid_power grid_import_energy_today grid_import_energy_total", _METERED),
        ("grid_export_energy_today grid_export_energy_total", _METERED),
        ("home_power home_energy_today home_energy_total", _METERED),
        ("output_power output_energy_today output_energy_total", (DeviceKind.INVERTER,)),
    )
    for key in keys.split()
}
# Who reports one of these has a part in the energy, too; who takes from the grid need not be able to give.
_SIGNS_OF = {
    "solar_energy": ("solar_power",),
    "output_energy": ("output_power",),
    "home_energy": ("home_power",),
    "grid_import_energy": ("grid_power",),
    "grid_export_energy": (),
    "battery_charge_energy": ("battery_power",),
    "battery_discharge_energy": ("battery_power",),
}


def sites(devices: Iterable[Device]) -> dict[str, list[Device]]:
    """Return each site's id with its parts, itself included; without any the root is one, with all devices.

    ``devices`` come parents before their children.
    """
    found: dict[str, list[Device]] = {}
    site_of: dict[str, str] = {}
    known = list(devices)
    for device in known:
        site = device.id if device.kind is DeviceKind.SITE else site_of.get(device.parent or "")
        if site is not None:
            site_of[device.id] = site
            found.setdefault(site, []).append(device)
    return found or ({known[0].id: known} if known else {})


def site_values(
    values: Mapping[Ref, Value], parts: Mapping[str, str], site: str, parents: Mapping[str, str] | None = None
) -> dict[Ref, float | None]:
    """Return the site's readings that the vendor does not give itself.

    ``values`` holds every reading that exists, in catalogue units, with ``None`` for one
    that has no value now (stale, refused …); ``parts`` maps device ids to kinds and may
    hold the site; ``parents`` tells which part hangs on which. Batteries that hang on one
    inverter say nothing about the battery of another, which speaks for itself then. A
    reading of the site that is in ``values`` is the vendor's own and never replaced, not
    even while it is ``None``.

    ``None`` in the answer: a part is missing, there is no partial sum. A part of the right
    kind of which nothing at all is known yet is missing, too. A key is left out when no
    part reports it, as is an energy that a part never tells although it has a share in it
    (the sum would not be whole), and the level of several batteries of which no capacity is ever told.
    Sums of counters jump when a part comes or goes: the caller guards them like any counter.
    """
    groups = _by_kind(parts, site)
    tree = parents or {}
    found: dict[str, float | None] = {}
    own = {ref.key: _number(value) for ref, value in values.items() if ref.device == site}
    for key, kinds in _SUMS.items():
        if key not in own and (devices := _devices_with(key, kinds, values, groups, tree)):
            found[key] = _sum(_numbers(values, devices, key))
    if "battery_level" not in own and (devices := _devices_with("battery_level", _BATTERY, values, groups, tree)):
        levels, capacities = (_numbers(values, devices, key) for key in ("battery_level", "battery_capacity"))
        if len(devices) == 1 or any(Ref(device, "battery_capacity") in values for device in devices):
            found["battery_level"] = _weighted(levels, capacities)
    known = {**found, **own}
    for key, (needed, derive) in _DERIVED.items():
        if key not in known and all(term in known for term in needed):
            terms = _complete(known[term] for term in needed)
            found[key] = derive(*terms) if terms else None
    return {Ref(site, key): value for key, value in found.items()}


def _balance(grid: float, solar: float, battery: float) -> float | None:
    """Return what the house draws; no value where the parts were not measured together."""
    home = round(grid + solar + battery, _DECIMALS)
    return None if home < -_NOISE else max(0.0, home)


def _share_without(total: float, part: float) -> float | None:
    """Return how much of a total is left without this part, in %; there is none of nothing."""
    return round(100 * min(1.0, max(0.0, 1 - part / total)), 1) if total > 0 else None


_DERIVED: dict[str, tuple[tuple[str, ...], Callable[..., float | None]]] = {
    "home_power": (("grid_power", "solar_power", "battery_power"), _balance),
    "self_consumption": (("solar_energy_today", "grid_export_energy_today"), _share_without),
    "autarky": (("home_energy_today", "grid_import_energy_today"), _share_without),
}


def terms_of(key: str) -> tuple[str, ...]:
    """Return the readings of site and parts that a site's value may be computed from."""
    if key == "battery_level":
        return (key, "battery_capacity")
    return (key, *_DERIVED[key][0]) if key in _DERIVED else (key,)


def _by_kind(parts: Mapping[str, str], site: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for device, kind in parts.items():
        if device != site:
            groups.setdefault(kind, []).append(device)
    return groups


def _devices_with(
    key: str,
    kinds: Sequence[str],
    values: Mapping[Ref, Value],
    groups: Mapping[str, Sequence[str]],
    parents: Mapping[str, str],
) -> list[str]:
    """Return the devices a sum must hold: of one kind, all that report it or nothing at all yet.

    Where these hang on devices of another of the kinds, those of that kind without any count as well.
    There are none where one of them has a part in it that it never tells.
    """
    heard = {ref.device for ref in values}
    signs = _signs_of(key)
    for kind in kinds:
        devices = groups.get(kind, ())
        if not any(Ref(device, key) in values for device in devices):
            continue
        carriers = {parents.get(device) for device in devices if Ref(device, key) in values}
        hosts = [device for other in kinds if other != kind for device in groups.get(other, ())]
        asked = [*devices, *(() if carriers.isdisjoint(hosts) else (host for host in hosts if host not in carriers))]
        chosen = [device for device in asked if device not in heard or Ref(device, key) in values]
        left_out = (device for device in asked if device not in chosen)
        return [] if any(Ref(device, sign) in values for device in left_out for sign in signs) else chosen
    return []


def _signs_of(key: str) -> tuple[str, ...]:
    """Return the readings that show that a device has a part in a sum: powers, and the same energy of the other span."""
    energy = key.rpartition("_")[0]
    return (*_SIGNS_OF[energy], f"{energy}_today", f"{energy}_total") if energy in _SIGNS_OF else ()


def _number(value: Value) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _numbers(values: Mapping[Ref, Value], devices: Iterable[str], key: str) -> list[float | None]:
    return [_number(values.get(Ref(device, key))) for device in devices]


def _complete(values: Iterable[float | None]) -> list[float] | None:
    """Return the values if none is missing."""
    complete = []
    for value in values:
        if value is None:
            return None
        complete.append(value)
    return complete


def _sum(values: Iterable[float | None]) -> float | None:
    complete = _complete(values)
    return None if complete is None else round(sum(complete), _DECIMALS)


def _weighted(levels: list[float | None], capacities: list[float | None]) -> float | None:
    """Return the mean level of batteries of these capacities; of a single one its own."""
    if len(levels) == 1:
        return levels[0]
    charges, whole = _complete(levels), _complete(capacities)
    if charges is None or whole is None or sum(whole) <= 0:
        return None
    return round(math.sumprod(charges, whole) / sum(whole), 1)
