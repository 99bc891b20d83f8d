"""What devices see of their house at a moment, and what part of its energies each inverter counts."""

from datetime import date
from typing import TYPE_CHECKING

from tests.simulators.goodwe.devices import Inverter
from tests.simulators.goodwe.energies import Energies
from tests.simulators.goodwe.record import Pack, Record
from tests.simulators.goodwe.settings import work_mode

if TYPE_CHECKING:
    from tests.simulators.goodwe.plants import Plant

WH = 1_000.0


def weights(plant: Plant) -> list[float]:
    """Return what part of the sun each inverter has at this moment."""
    yields = [plant.yield_of(inverter, plant.light_w) for inverter in plant.inverters]
    total = sum(yields)
    return [one / total if total else inverter.share for one, inverter in zip(yields, plant.inverters, strict=True)]


def _pack_share(plant: Plant, inverter: Inverter) -> float:
    """Return what part of all batteries hangs on an inverter."""
    count = sum(len(one.packs) for one in plant.inverters)
    return len(inverter.packs) / count if count else 0.0


def part(plant: Plant, inverter: Inverter, added: Energies, weight: float) -> Energies:
    """Return what an inverter counts of its plant's energies; the meter is the lead's."""
    packs = _pack_share(plant, inverter)
    metered = 1.0 if inverter.metered else 0.0
    charged, discharged = added.charged * packs, added.discharged * packs
    return Energies(
        solar=added.solar * weight,
        output=added.output * (packs if plant.has_battery else weight),
        charged=charged,
        discharged=discharged,
        imported=added.imported * metered,
        exported=added.exported * metered,
        load=added.load * metered,
    )


def share_of(plant: Plant, inverter: Inverter) -> dict[date, Energies]:
    """Return what an inverter counted on the days before it was looked at."""
    return {day: part(plant, inverter, energies, inverter.share) for day, energies in plant.ledger.days.items()}


def _watts(plant: Plant) -> tuple[list[float], list[float], float]:
    """Return sun and battery of each inverter and the grid, in whole W."""
    truth = plant.house.last_truth()
    solar = [float(round(truth.solar_w * weight)) for weight in weights(plant)]
    battery = [float(round(sum(pack.power_w for pack in inverter.packs))) for inverter in plant.inverters]
    return solar, battery, float(round(truth.grid_w))


def _packs(inverter: Inverter) -> tuple[Pack, ...]:
    """Return what the batteries of an inverter tell."""
    return tuple(
        Pack(
            serial=pack.serial,
            power_w=float(round(pack.power_w)),
            level=float(round(pack.level)),
            charged=pack.charged_wh / WH,
            discharged=pack.discharged_wh / WH,
        )
        for pack in inverter.packs
    )


def inverter_record(plant: Plant, inverter: Inverter) -> Record:
    """Return what an inverter measures now."""
    solar, battery, grid = _watts(plant)
    number = plant.inverters.index(inverter)
    metered = inverter.metered
    return Record(
        instant=plant.now,
        time=plant.local(plant.now).replace(tzinfo=None),
        solar_w=solar[number],
        battery_w=battery[number],
        grid_w=grid if metered else 0.0,
        load_w=sum(solar) + sum(battery) + grid if metered else 0.0,
        output_w=solar[number] + battery[number],
        level=_level(inverter),
        charger_w=0.0,
        counted=plant.counted(inverter.ledger),
        running=inverter.running,
        mode=work_mode(inverter.settings),
        packs=_packs(inverter),
    )


def plant_record(plant: Plant) -> Record:
    """Return what the plant's devices tell together now."""
    solar, battery, grid = _watts(plant)
    return Record(
        instant=plant.now,
        time=plant.local(plant.now).replace(tzinfo=None),
        solar_w=sum(solar),
        battery_w=sum(battery),
        grid_w=grid,
        load_w=sum(solar) + sum(battery) + grid,
        output_w=sum(solar) + sum(battery),
        level=float(round(plant.house.level())),
        charger_w=plant.charger.power_w if plant.charger is not None else 0.0,
        counted=plant.counted(plant.ledger),
        running=any(inverter.running for inverter in plant.inverters),
        mode=work_mode(plant.lead.settings),
        packs=tuple(pack for inverter in plant.inverters for pack in _packs(inverter)),
    )


def _level(inverter: Inverter) -> float:
    """Return the level of an inverter's batteries in %."""
    capacity = sum(pack.capacity_wh for pack in inverter.packs)
    return float(round(100 * sum(pack.energy_wh for pack in inverter.packs) / capacity)) if capacity else 0.0
