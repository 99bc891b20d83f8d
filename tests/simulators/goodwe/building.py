"""What stands in a plant when it is set up, and what it counted before anybody looked."""

from datetime import UTC, date, datetime, time
from random import Random
from typing import TYPE_CHECKING, Any

from tests.simulators.goodwe.devices import Charger, Device, Dongle, Inverter, Meter, Storage
from tests.simulators.goodwe.energies import Energies, Ledger, past_days
from tests.simulators.goodwe.models import MODELS, Model
from tests.simulators.plant import Battery

if TYPE_CHECKING:
    from tests.simulators.goodwe.plants import Plant


def fill(plant: Plant, *, since: datetime, random: Random, seed: int) -> None:
    """Put the devices of its plan into a plant; their counters follow."""
    peak = sum(MODELS[name].solar_peak_w for name in plant.plan.models)
    for number, name in enumerate(plant.plan.models, start=1):
        model = MODELS[name]
        inverter = Inverter(
            serial=_serial(model.serial, random),
            type="ENERGY_STORAGE_INTEGRATED_CABINET" if model.kind == "cabinet" else "INVERTER",
            name=f"All-in-One {number}" if model.kind == "cabinet" else f"Inverter {number}",
            model=model.name,
            subtype={"string": "grid", "hybrid": "store", "cabinet": "RESIDENTIAL"}[model.kind],
            kind=model,
            share=model.solar_peak_w / peak,
            ledger=Ledger({}, plant.local(since).date()),
            number=number,
            **_common(plant),
        )
        inverter.packs = [_battery(model, random) for _ in range(model.packs)]
        plant.inverters.append(inverter)
        plant.devices.append(inverter)
        plant.devices += _storages(plant, inverter, random)
    plant.devices += _others(plant, random)


def _common(plant: Plant) -> dict[str, Any]:
    """Return what all devices of a plant have in common."""
    return {"plant": plant, "added": datetime.combine(plant.created, time(9, 32, 21), UTC)}


def _serial(prefix: str, random: Random) -> str:
    """Return a serial number of 16 characters."""
    return f"{prefix}{random.randrange(200, 260)}W{random.randrange(1000, 9999)}"


def _battery(model: Model, random: Random) -> Battery:
    """Return a battery pack that has lived a while."""
    return Battery(
        serial=_serial("BAT0LYNX", random),
        capacity_wh=model.pack_wh,
        energy_wh=model.pack_wh * 0.45,
        max_charge_w=model.pack_w,
        max_discharge_w=model.pack_w,
    )


def _storages(plant: Plant, inverter: Inverter, random: Random) -> list[Device]:
    """Return the batteries of an inverter as the cloud lists them: a system, or racks, dead ones too (§5.4)."""
    common = {"host": inverter, "model": "Lynx Home F", **_common(plant)}
    if inverter.kind.racks == "live":
        return [
            Storage(serial=pack.serial, type="BATTERY_RACK", name=f"Battery Rack {number}", packs=[pack], **common)
            for number, pack in enumerate(inverter.packs, start=1)
        ]
    if not inverter.packs:
        return []
    name = f"BAT{inverter.number}"
    found: list[Device] = [
        Storage(serial=_serial("VD2001KB", random), type="BAT_SYS", name=name, packs=inverter.packs, **common)
    ]
    if inverter.kind.racks == "dead":
        serial = _serial("BAT0RACK", random)
        found.append(Storage(serial=serial, type="BATTERY_RACK", name=serial, **common))
    return found


def _others(plant: Plant, random: Random) -> list[Device]:
    """Return the devices that make no power."""
    common = _common(plant)
    found: list[Device] = []
    if plant.metered:
        homekit = plant.plan.meter == "homekit"
        serial = _serial("9HK3000S" if homekit else "9GM3000M", random)
        model, name = ("HK3000", "HomeKit") if homekit else ("GM3000", "Smart Meter 1")
        found.append(Meter(serial=serial, type="SMART_METER", name=name, model=model, **common))
    if plant.plan.charger:
        serial = _serial("5011KHCA", random)
        found.append(Charger(serial=serial, type="EV_CHARGER", name="Charger 1", model="GW11K-HCA-20", **common))
    dongle = Dongle(
        serial=_serial("DNG0WIFI", random), type="DONGLE", name="Dongle 1", model="WiFi/LAN Kit-20", **common
    )
    return [*found, dongle]


def days_of(plant: Plant, since: datetime, seed: int) -> dict[date, Energies]:
    """Return the made-up days of a plant before ``since``; its batteries have carried what they tell."""
    until = plant.local(since).date()
    days = past_days(
        plant.created, until, peak_kw=plant.capacity_kw, battery_kwh=plant.battery_kwh, seed=seed + len(plant.name)
    )
    packs = [pack for inverter in plant.inverters for pack in inverter.packs]
    for pack in packs:
        pack.charged_wh = 1_000 * sum(energies.charged for energies in days.values()) / len(packs)
        pack.discharged_wh = 1_000 * sum(energies.discharged for energies in days.values()) / len(packs)
    return days
