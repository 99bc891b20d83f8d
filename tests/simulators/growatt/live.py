"""The live values of each family under their wire names, as plain numbers (growatt.md D.1, D.2, D.4–D.6).

Both APIs call a classic inverter's, a MIN's, an SPF's and a MAX's values the same; SPH and SPA have these names on V1.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.simulators.growatt import inventory
from tests.simulators.growatt.families import FamilyName, Model
from tests.simulators.growatt.inventory import blank
from tests.simulators.growatt.record import Energies, Record
from tests.simulators.growatt.values import tenth

STRING_SHARES = (0.55, 0.45)
STRING_VOLTS = 360.0
PACK_VOLTS = 52.0
LIFE_SECONDS = 20_000_000.0


def _pair(name: str, value: str, record: Record, *, today: str = "Today", total: str = "Total") -> dict[str, float]:
    """Return today's and the lifetime's energy of one kind."""
    return {name + today: getattr(record.today, value), name + total: getattr(record.total, value)}


def _split(value: float) -> list[float]:
    """Return what each string has of a value, in steps that add up."""
    first = tenth(value * STRING_SHARES[0])
    return [first, tenth(value - first)]


def _strings(record: Record, *, amperes: bool = True) -> dict[str, Any]:
    """Return the solar inputs."""
    fields: dict[str, Any] = {"ppv": record.solar_w, "epvTotal": record.total.solar}
    powers, todays, totals = (_split(value) for value in (record.solar_w, record.today.solar, record.total.solar))
    for number, (power, today, total) in enumerate(zip(powers, todays, totals, strict=True), start=1):
        fields |= {f"ppv{number}": power, f"epv{number}Today": today, f"epv{number}Total": total}
        fields[f"vpv{number}"] = STRING_VOLTS if power else 0.0
        if amperes:
            fields[f"ipv{number}"] = tenth(power / STRING_VOLTS)
    return fields


def _phases(
    model: Model, record: Record, volts: tuple[str, ...], amperes: tuple[str, ...], powers: tuple[str, ...]
) -> dict[str, Any]:
    """Return voltage, current and power of each phase under these names."""
    grid_volts = tenth(231.0 - record.grid_w / 3_000)
    share = tenth(record.output_w / model.phases)
    used = slice(model.phases)
    return (
        {"fac": 50.02}
        | dict.fromkeys(volts[used], grid_volts)
        | dict.fromkeys(amperes[used], tenth(share / grid_volts))
        | dict.fromkeys(powers[used], share)
    )


def _inverter(model: Model, record: Record) -> dict[str, Any]:
    """Return a classic inverter's values; ``powerToday`` and ``powerTotal`` are energies (D.1)."""
    return (
        blank(inventory.INVERTER_LIVE)
        | _numbered("currentString", 16)
        | _numbered("vString", 16)
        | _strings(record)
        | _phases(model, record, ("vacr", "vacs", "vact"), ("iacr", "iacs", "iact"), ("pacr", "pacs", "pact"))
        | _pair("power", "output", record)
        | {
            "pac": record.output_w,
            "temperature": tenth(25 + record.output_w / model.pmax * 25),
            "ipmTemperature": tenth(25 + record.output_w / model.pmax * 20),
            "timeTotal": 1083.5,
            "timeTotalText": "1083.5",
            "pf": 1.0,
            "realOPPercent": tenth(100 * record.output_w / model.pmax),
            "status": 1,
            "statusText": "Normal",
        }
    )


def _max(model: Model, record: Record) -> dict[str, Any]:
    """Return a MAX's values: a classic inverter's and a few more (D.6)."""
    extra = {"timeTotal": LIFE_SECONDS, "deratingMode": 0} | _pair("eac", "output", record)
    own = _without(_inverter(model, record), "inverterId", "timeTotalText")
    return blank(inventory.MAX_LIVE) | _numbered("currentString", 32) | _numbered("vString", 32) | own | extra


def _numbered(name: str, last: int, value: float = 0.0) -> dict[str, float]:
    """Return a family of fields the inventory leaves out; ``{}`` in the name is the number, else it comes last."""
    return {name.format(number) if "{}" in name else f"{name}{number}": value for number in range(1, last + 1)}


def _without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return an object without some fields."""
    return {name: value for name, value in fields.items() if name not in names}


def _tlx(model: Model, record: Record) -> dict[str, Any]:
    """Return a MIN's values (D.2); without a battery and its meter those are 0."""
    fields = (
        blank(inventory.MIN_LIVE)
        | _strings(record)
        | _phases(model, record, ("vac1", "vac2", "vac3"), ("iac1", "iac2", "iac3"), ("pac1", "pac2", "pac3"))
        | _pair("eac", "output", record)
        | dict.fromkeys(("eex1Today", "eex1Total", "eex2Today", "eex2Total", "pex1", "pex2"), -0.1)
        | {
            "pac": record.output_w,
            "temp1": tenth(25 + record.output_w / model.pmax * 25),
            "temp5": tenth(28 + record.output_w / model.pmax * 25),
            "timeTotal": LIFE_SECONDS,
            "pf": 1.0,
            "epsPf": -1.0,
            "realOPPercent": tenth(100 * record.output_w / model.pmax),
            "opFullwatt": float(model.pmax),
            "errorText": "Unknown",
            "warnText": "Unknown",
            "status": 1,
            "statusText": "Normal",
        }
    )
    fields["vacRs"] = fields["vacrs"] = fields["vac1"]
    return fields | _metered(record) | _packs(record) if model.has_battery else fields


def _metered(record: Record) -> dict[str, Any]:
    """Return what a MIN with battery and meter knows of the house."""
    self_used = record.today.load - record.today.imported + record.today.grid_charge
    self_total = record.total.load - record.total.imported + record.total.grid_charge
    return (
        _pair("echarge", "charged", record)
        | _pair("edischarge", "discharged", record)
        | _pair("eacCharge", "grid_charge", record)
        | _pair("etoGrid", "exported", record)
        | _pair("etoUser", "imported", record)
        | _pair("elocalLoad", "load", record)
        | _pair("esystem", "output", record)
        | {
            "bMerterConnectFlag": 1,
            "eselfToday": tenth(self_used),
            "eselfTotal": tenth(self_total),
            "pself": tenth(record.load_w - max(0.0, record.grid_w) + record.grid_charge_w),
            "psystem": record.output_w,
            "pacToGridTotal": tenth(max(0.0, -record.grid_w)),
            "pacToUserTotal": tenth(max(0.0, record.grid_w)),
            "pacToLocalLoad": record.load_w,
        }
    )


def _packs(record: Record) -> dict[str, Any]:
    """Return a MIN's battery and the up to two packs behind it."""
    fields: dict[str, Any] = {
        "bmsSoc": record.soc,
        "bmsSoh": 98.0,
        "bmsVbat": PACK_VOLTS,
        "bmsIbat": tenth(record.battery_w / PACK_VOLTS),
        "bmsTemp1Bat": 24.5,
        "bdcStatus": 1,
        "batSn": record.packs[0].serial,
        "batteryNo": len(record.packs),
    }
    for number, pack in enumerate(record.packs[:2], start=1):
        fields |= {
            f"bdc{number}ChargePower": tenth(max(0.0, -pack.power_w)),
            f"bdc{number}DischargePower": tenth(max(0.0, pack.power_w)),
            f"bdc{number}ChargeTotal": pack.charged,
            f"bdc{number}DischargeTotal": pack.discharged,
            f"bdc{number}Soc": pack.soc,
            f"bdc{number}Vbat": PACK_VOLTS,
            f"bdc{number}Ibat": tenth(pack.power_w / PACK_VOLTS),
            f"bdc{number}Temp1": 24.5,
            f"bdc{number}Status": 1,
            f"bdc{number}Mode": 1,
            f"soc{number}": pack.soc,
        }
    return fields


def _hybrid(record: Record, online: tuple[int, str]) -> dict[str, Any]:
    """Return what SPH and SPA have in common (D.4); mind the small t and g of some names."""
    status, text = online
    return (
        _pair("echarge1", "charged", record)
        | _pair("acChargeEnergy", "grid_charge", record)
        | _pair("etoUser", "imported", record)
        | _pair("elocalLoad", "load", record)
        | {
            "etoGridToday": record.today.exported,
            "etogridTotal": record.total.exported,
            "acChargePower": record.grid_charge_w,
            "soc": record.soc,
            "socText": f"{record.soc:.0f}%",
            "bmsSOC": int(record.soc),
            "bmsSOH": 97,
            "bmsCycleCnt": 412,
            "vbat": PACK_VOLTS,
            "bmsBatteryVolt": PACK_VOLTS,
            "bmsBatteryCurr": tenth(record.battery_w / PACK_VOLTS),
            "bmsBatteryTemp": 24.0,
            "batteryTemperature": 24.0,
            "pcharge1": tenth(max(0.0, -record.battery_w)),
            "pdischarge1": tenth(max(0.0, record.battery_w)),
            "pacToGridR": tenth(max(0.0, -record.grid_w)),
            "pacToGridTotal": tenth(max(0.0, -record.grid_w)),
            "pacToUserR": tenth(max(0.0, record.grid_w)),
            "pacToUserTotal": tenth(max(0.0, record.grid_w)),
            "plocalLoadR": record.load_w,
            "plocalLoadTotal": record.load_w,
            "errorText": "Unknown",
            "warnText": "Unknown",
            "timeTotal": LIFE_SECONDS,
            "status": status,
            "uwSysWorkMode": status,
            "statusText": text,
        }
    )


def _mix(model: Model, record: Record) -> dict[str, Any]:
    """Return an SPH's values (D.4); of the two spellings of the discharge the recorded one, ``edischarge1…``."""
    online = (5, "PV Bat Online") if record.solar_w else (6, "Bat Online")
    return (
        _without(blank(inventory.SPH_LIVE), "edischargeToday", "edischargeTotal")
        | _numbered("bmsCell{}Volt", 16, 3.25)
        | _strings(record, amperes=False)
        | _phases(model, record, ("vac1", "vac2", "vac3"), (), ("pac1", "pac2", "pac3"))
        | _hybrid(record, online)
        | _pair("edischarge1", "discharged", record)
        | _pair("eac", "output", record)
        | _pair("eself", "load", _self_used(record))
        | {
            "epvtoday": record.today.solar,
            "esystemtoday": record.today.output,
            "pac": record.output_w,
            "ppvText": f"{record.solar_w} W",
            "temp1": tenth(25 + record.output_w / model.pmax * 25),
            "temp2": 27.0,
            "temp3": 27.0,
        }
    )


def _self_used(record: Record) -> Record:
    """Return a record whose load is what sun and battery covered of it."""

    def covered(energies: Energies) -> Energies:
        return Energies(load=tenth(energies.load - energies.imported + energies.grid_charge))

    return replace(record, today=covered(record.today), total=covered(record.total))


def _spa(model: Model, record: Record) -> dict[str, Any]:
    """Return an SPA's values (D.6): the sun belongs to another inverter, its own output is the battery's."""
    output = replace(record, output_w=tenth(max(0.0, record.battery_w)))
    return (
        blank(inventory.SPA_LIVE)
        | _phases(model, output, ("vac1",), (), ("pac1",))
        | _hybrid(record, (6, "Bat Online"))
        | _pair("edischarge", "discharged", record)
        | _pair("eac", "discharged", record)
        | _pair("epvInverter", "solar", record)
        | {"pac": output.output_w, "ppvInverter": record.solar_w, "temp1": 30.0, "temp2": 28.0}
    )


def _storage(model: Model, record: Record) -> dict[str, Any]:
    """Return an SPF's values (D.5): off-grid, what the grid does not charge it passes on to the load."""
    bypass_today = tenth(record.today.imported - record.today.grid_charge)
    bypass_total = tenth(record.total.imported - record.total.grid_charge)
    return (
        blank(inventory.STORAGE_LIVE)
        | _numbered("cellVoltage", 16)
        | _numbered("cell2Voltage", 16)
        | _pair("epv", "solar", record)
        | _pair("eCharge", "charged", record)
        | _pair("eBatDisCharge", "discharged", record)
        | _pair("eDischarge", "discharged", record)
        | _pair("eacCharge", "grid_charge", record)
        | _pair("eToUser", "imported", record)
        | _storage_battery(record)
        | {
            "eacDisChargeToday": bypass_today,
            "eacDisChargeTotal": bypass_total,
            "eopDischrToday": tenth(record.today.load - bypass_today),
            "eopDischrTotal": tenth(record.total.load - bypass_total),
            "ppv": record.solar_w,
            "ppvText": f"{record.solar_w} W",
            "vpv": 180.0 if record.solar_w else 0.0,
            "pAcInPut": tenth(max(0.0, record.grid_w)),
            "pAcCharge": record.grid_charge_w,
            "outPutPower": record.load_w,
            "rateVA": record.load_w,
            "loadPercent": tenth(100 * record.load_w / model.pmax),
            "outPutVolt": 230.0,
            "outPutCurrent": tenth(record.load_w / 230),
            "freqOutPut": 49.98,
            "vGrid": 231.2,
            "freqGrid": 50.01,
            "normalPower": model.pmax,
            "temperature": 33.0,
            "ipmTemperature": 31.5,
        }
    )


def _storage_battery(record: Record) -> dict[str, Any]:
    """Return what an SPF says of its battery."""
    charge, discharge = max(0.0, -record.battery_w), max(0.0, record.battery_w)
    return {
        "capacity": record.soc,
        "capacityText": f"{record.soc:.0f} %",
        "vBat": PACK_VOLTS,
        "batTemp": 24.0,
        "pBat": record.battery_w,
        "pCharge": tenth(charge),
        "pDischarge": tenth(discharge),
        "chgCurr": tenth(charge / PACK_VOLTS),
        "dischgCurr": tenth(discharge / PACK_VOLTS),
        "iChargePV1": tenth(min(charge, record.solar_w) / PACK_VOLTS),
        "status": 1 if charge else 2 if discharge else 0,
        "statusText": "PV Charge" if charge else "Discharge" if discharge else "Standby",
    }


LIVE: dict[FamilyName, Callable[[Model, Record], dict[str, Any]]] = {
    "inverter": _inverter,
    "max": _max,
    "tlx": _tlx,
    "mix": _mix,
    "spa": _spa,
    "storage": _storage,
    "wit": _mix,
}
EMPTY: dict[FamilyName, str] = {
    "inverter": inventory.INVERTER_LIVE,
    "max": inventory.MAX_LIVE,
    "tlx": inventory.MIN_LIVE,
    "mix": inventory.SPH_LIVE,
    "spa": inventory.SPA_LIVE,
    "storage": inventory.STORAGE_LIVE,
    "wit": inventory.SPH_LIVE,
}
