"""An inverter as route B tells of it: ``invert_full`` (goodwe.md §4.4)."""

from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from tests.simulators.goodwe import legacy_fields
from tests.simulators.goodwe.devices import Inverter, epoch_ms
from tests.simulators.goodwe.energies import NOTHING, Counted, Energies
from tests.simulators.goodwe.legacy_fields import blank
from tests.simulators.goodwe.legacy_values import (
    NO_HERTZ,
    NO_LOAD,
    NO_VOLTS,
    tenth,
)
from tests.simulators.goodwe.record import Pack, Record

GARBAGE_LEVEL = 45.0
"""What the level's register reads as where there is no battery (§4.4)."""
FLOATING_VOLTS = 281.2
"""An unused string input may show a voltage (§4.4)."""
BATTERY = (
    "pbattery",
    "vbattery",
    "ibattery",
    "soc",
    "soh",
    "bms_temperature",
    "bms_charge_i_max",
    "bms_discharge_i_max",
)
"""What is told of each battery; an empty bay is one with zeros (§4.4)."""
STANDBY, DISCHARGING, CHARGING = 1, 2, 3
GERMAN_GRID = 3.0


def relation(inverter: Inverter) -> str:
    """Return the id of the tie between plant and inverter."""
    return str(uuid5(NAMESPACE_OID, inverter.serial))


def counted(inverter: Inverter) -> Counted:
    """Return what its counters told last; before the first upload those of its past."""
    if inverter.upload is not None:
        return inverter.upload.counted
    now = inverter.ledger.now
    return Counted(day=now.day, today=NOTHING, week=now.week, month=now.month, year=now.year, total=now.total)


def power(inverter: Inverter, *, frozen: bool) -> float:
    """Return its AC power; ``frozen``: after a stop it stays at the last value of before (§10.8)."""
    if frozen and inverter.legacy_status != 1:
        last = next((one for one in reversed(inverter.uploads) if one.running and one.output_w), inverter.upload)
        return last.output_w if last is not None else 0.0
    return inverter.upload.output_w if inverter.upload is not None else 0.0


def energies(inverter: Inverter) -> dict[str, float]:
    """Return its counters of generated energy in kWh: lifetime = end of last month + this month + today (§4.4)."""
    known = counted(inverter)
    total, today, month = (tenth(value.solar) for value in (known.total, known.today, known.month))
    return {
        "eday": today,
        "thismonthetotle": month,
        "etotal": tenth(inverter.lifetime(total)),
        "lastmonthetotle": tenth(total - month - today),
    }


def invert_full(inverter: Inverter, *, frozen: bool) -> dict[str, Any]:
    """Return every field of ``invert_full``, of the last upload."""
    record = inverter.upload
    fields = blank(legacy_fields.FULL) | {"stat_info": blank(legacy_fields.MICRO_GRID)}
    fields |= _identity(inverter) | _counters(inverter)
    if record is None:
        return fields
    ac_power = power(inverter, frozen=frozen)
    fields |= _sentinels(inverter) | _meter(inverter, record) | _battery(inverter, record)
    fields |= {
        "status": inverter.legacy_status,
        "last_time": epoch_ms(record.instant),
        "pac": ac_power,
        "outputpower": ac_power,
        "workmode": inverter.kind.workmodes[1 if inverter.legacy_status == 1 else 0],
        "hour_total": inverter.hours(record),
        "fault_messge": inverter.fault,
        "errors": _errors(inverter),
        "pf": 1.0 if ac_power else -0.001,
    }
    return fields | (lines(inverter, record) if inverter.legacy_status != -1 else _dark(inverter))


def _identity(inverter: Inverter) -> dict[str, Any]:
    """Return who it is."""
    plant = inverter.plant
    many = plant.plan.parallel
    return {
        "relation_id": relation(inverter),
        "sn": inverter.serial,
        "check_code": inverter.check_code,
        "powerstation_id": plant.id,
        "name": inverter.name,
        "model_type": inverter.model,
        "capacity": inverter.rated_w / 1000,
        "status": inverter.legacy_status,
        "turnon_time": epoch_ms(inverter.added),
        "last_time": epoch_ms(inverter.added),
        "ram": 5.0,
        "firmwareversion": 10.0,
        "safetyConutry": GERMAN_GRID,
        "isbuettey": inverter.kind.kind != "string",
        "master": (1 if inverter is plant.lead else 0) if many else None,
        "parallel_code": f"P{plant.id[:8]}" if many else None,
        "parallelSnList": [one.serial for one in plant.inverters] if many else None,
        "grid_conn_status": "1" if inverter.has_battery else "",
    }


def _counters(inverter: Inverter) -> dict[str, Any]:
    """Return energies and what they are worth."""
    known, made = counted(inverter), energies(inverter)
    rate = inverter.plant.yield_rate
    output_total = tenth(inverter.lifetime(known.total.output))
    own: dict[str, Any] = {
        **made,
        "iday": made["eday"] * rate,
        "itotal": made["etotal"] * rate,
        "all_eday": made["eday"],
        "output_eday": tenth(known.today.output),
        "output_etotal": output_total,
        "output_yeasterdayTotal": tenth(output_total - tenth(known.today.output)),
    }
    return own | _bought(inverter, known.today, known.total)


def _bought(inverter: Inverter, today: Energies, total: Energies) -> dict[str, Any]:
    """Return what its meter counted; nothing without one."""
    if not inverter.metered:
        return {}
    buy, sell = round(today.imported, 3), round(today.exported, 3)
    total_buy = round(inverter.lifetime(total.imported), 3)
    total_sell = round(inverter.lifetime(total.exported), 3)
    fields: dict[str, Any] = {
        "buy": buy,
        "seller": sell,
        "total_buy": total_buy,
        "total_sell": total_sell,
        "yesterdaybuytotal": round(total_buy - buy, 3),
        "yesterdaysellertotal": round(total_sell - sell, 3),
    }
    if inverter.has_battery:
        fields |= {
            "eDayBuy": tenth(today.imported),
            "eTotalBuy": tenth(inverter.lifetime(total.imported)),
            "eChargeDay": tenth(today.charged),
            "eDischargeDay": tenth(today.discharged),
            "eBatteryCharge": tenth(inverter.lifetime(total.charged)),
            "eBatteryDischarge": tenth(inverter.lifetime(total.discharged)),
        }
    return fields


def _sentinels(inverter: Inverter) -> dict[str, Any]:
    """Return what registers read as that are not there (§1.3); a parallel slave has more of them."""
    fields: dict[str, Any] = {"iload": NO_LOAD, "yesterdayetotalload": NO_VOLTS, "soh": -0.1, "soc": GARBAGE_LEVEL}
    for number in range(inverter.kind.phases + 1, 4):
        fields |= {f"vac{number}": NO_VOLTS, f"iac{number}": NO_VOLTS, f"fac{number}": NO_HERTZ}
    if inverter.plant.plan.parallel and inverter is not inverter.plant.lead:
        fields |= {"battStrings": NO_VOLTS, "vload": NO_VOLTS, "backUpVload_S": NO_VOLTS, "backUpVload_T": NO_VOLTS}
    return fields


def _meter(inverter: Inverter, record: Record) -> dict[str, Any]:
    """Return the meter's power, + = export; a unit without backup port mirrors it there (§4.4)."""
    export = -record.grid_w + 0.0
    if not inverter.has_battery:
        return {"pmeter": export, "pbackup": export}
    share = round(export / inverter.kind.phases, 1)
    return {
        "pmeter": export,
        "hasmeter": inverter.metered,
        "meterConnectStatus": 1 if inverter.metered else 0,
        "pbackup": 0.0,
        "mtActivepowerR": share,
        "mtActivepowerS": share if inverter.kind.phases > 1 else 0.0,
        "mtActivepowerT": share if inverter.kind.phases > 1 else 0.0,
    }


def _battery(inverter: Inverter, record: Record) -> dict[str, Any]:
    """Return its batteries; a current below 0 charges (§4.4)."""
    if inverter.kind.kind == "string":
        return {"bms_charge_i_max": 1.0}
    if not inverter.has_battery:
        return {"battery_count": 1, "more_batterys": [dict.fromkeys(BATTERY, 0.0)]}
    volts = tenth(300.0 + 0.3 * record.level)
    mode = CHARGING if record.battery_w < 0 else DISCHARGING if record.battery_w > 0 else STANDBY
    batteries = [_one_battery(packs, volts) for packs in _systems(inverter, record)]
    return {
        "vbattery1": volts,
        "ibattery1": tenth(record.battery_w / volts),
        "total_pbattery": record.battery_w,
        "battery_count": len(batteries),
        "soc": record.level,
        "soh": 98.0,
        "bms_charge_i_max": 25.0,
        "bms_discharge_i_max": 25.0,
        "bms_alarm": 0,
        "battary_work_mode": mode,
        "more_batterys": batteries,
    }


def _systems(inverter: Inverter, record: Record) -> Iterator[list[Pack]]:
    """Yield the packs of each battery of an inverter; a system of several packs is one battery."""
    for storage in inverter.plant.storages:
        serials = {pack.serial for pack in storage.packs}
        if storage.host is inverter and serials:
            yield [pack for pack in record.packs if pack.serial in serials]


def _one_battery(packs: list[Pack], volts: float) -> dict[str, float]:
    """Return an entry of ``more_batterys``."""
    power = sum(pack.power_w for pack in packs)
    level = float(round(sum(pack.level for pack in packs) / len(packs)))
    values = (power, volts, tenth(power / volts), level, 98.0, 24.5, 25.0, 25.0)
    return dict(zip(BATTERY, values, strict=True))


def lines(inverter: Inverter, record: Record) -> dict[str, Any]:
    """Return strings, phases and temperature; the input next to the last used one floats (§4.4)."""
    fields: dict[str, Any] = {"tempperature": inverter.temperature(record)}
    strings = inverter.strings(record)
    for number, line in enumerate(strings, start=1):
        fields |= {f"vpv{number}": line.volts, f"ipv{number}": line.amps}
    fields[f"vpv{len(strings) + 1}"] = FLOATING_VOLTS
    for number, line in enumerate(inverter.phases(record), start=1):
        fields |= {f"vac{number}": line.volts, f"iac{number}": line.amps, f"fac{number}": 50.01}
    if not inverter.has_battery:
        fields |= {"istr1": strings[0].amps, "istr3": 934.9}
    return fields


def _dark(inverter: Inverter) -> dict[str, Any]:
    """Return what remains of them while nothing comes in: zeros (§4.4)."""
    names = (f"{kind}ac{number}" for kind in "vif" for number in range(1, inverter.kind.phases + 1))
    return dict.fromkeys(names, 0.0)


def _errors(inverter: Inverter) -> list[dict[str, Any]]:
    """Return its alarms, the old ones too (§4.4)."""
    return [
        {
            "error_code": alarm.code,
            "error_id": 0,
            "error_type": None,
            "show": True,
            "time": epoch_ms(alarm.start),
            "index": None,
        }
        for alarm in inverter.plant.alarms
        if alarm.serial == inverter.serial
    ]
