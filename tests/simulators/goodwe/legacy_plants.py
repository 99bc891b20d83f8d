"""Route B's plants and what its smaller calls tell of them: those that still answer, too (goodwe.md §3.5, §4.1, §4.6)."""

from typing import TYPE_CHECKING, Any

from tests.simulators.goodwe.devices import Inverter, epoch_ms
from tests.simulators.goodwe.legacy_call import BAD_HEADER, ApiError, Call
from tests.simulators.goodwe.legacy_inverter import invert_full, relation
from tests.simulators.goodwe.legacy_monitor import flow_part, info, key_figures, status
from tests.simulators.goodwe.legacy_rows import dictionary, points as history_columns
from tests.simulators.goodwe.legacy_values import american
from tests.simulators.goodwe.legacy_weather import current

if TYPE_CHECKING:
    from tests.simulators.goodwe.world import Plant


def _page(call: Call, page: str, size: str) -> list[Plant]:
    """Return the page of plants that is asked for."""
    length = max(1, call.number(size, 50))
    first = (max(1, call.number(page, 1)) - 1) * length
    return call.world.plants[first : first + length]


# --- finding plants --------------------------------------------------------------------------------------------------


def id_by_owner(call: Call) -> str:
    """Return one plant's id as a bare text."""
    if not call.world.switches.owner_call:
        raise ApiError(BAD_HEADER)
    return call.world.plants[0].id


def by_history(call: Call) -> dict[str, Any]:
    """Return all plants with their inverters: the preferred list."""
    rows = [
        {
            "id": plant.id,
            "pw_name": plant.name,
            "pw_address": "Sonnenweg 1",
            "status": status(plant),
            "inverters": [
                {"sn": inverter.serial, "name": inverter.name, "status": inverter.legacy_status}
                for inverter in plant.inverters
            ],
        }
        for plant in _page(call, "page", "pagesize")
    ]
    return {"record": len(call.world.plants), "list": rows}


def query_monitor(call: Call) -> dict[str, Any]:
    """Return all plants with their powers and energies; the record number counts one that is not in the list."""
    rows = [_monitor_row(call, plant) for plant in _page(call, "page_index", "page_size")]
    return {"record": len(call.world.plants), "messageKey": None, "list": rows}


def query_for_app(_call: Call) -> dict[str, Any]:
    """Return nothing: this one is empty since the cut-off (§3.5)."""
    return {"record": 0, "messageKey": None, "list": []}


def _monitor_row(call: Call, plant: Plant) -> dict[str, Any]:
    """Return a row of ``QueryPowerStationMonitor``."""
    figures = key_figures(plant, frozen=call.world.switches.frozen_pac)
    return {
        "powerstation_id": plant.id,
        "powercontrol_status": 0,
        "stationname": plant.name,
        "first_letter": "",
        "adcode": "",
        "location": "Stuttgart",
        "status": status(plant),
        "pac": figures["pac"],
        "capacity": plant.capacity_kw,
        "eday": figures["power"],
        "emonth": figures["month_generation"],
        "eday_income": figures["day_income"],
        "etotal": figures["total_power"],
        "powerstation_type": "Hybrid/Offgrid" if plant.has_battery else "Residential",
        "pre_org_id": None,
        "org_id": None,
        "longitude": str(plant.longitude),
        "latitude": str(plant.latitude),
        "pac_kw": figures["pac"] / 1000,
        "to_hour": figures["power"] / plant.capacity_kw,
        "weather": current(),
        "currency": plant.currency,
        "yield_rate": plant.yield_rate,
        "is_stored": plant.has_battery,
        "org_code": "",
        "org_name": "",
    }


# --- one plant -------------------------------------------------------------------------------------------------------


def detail(call: Call) -> dict[str, Any] | None:
    """Return ``GetPlantDetailByPowerstationId``: a survivor (§4.1)."""
    if (plant := call.plant()) is None:
        return None
    return {"info": info(plant, call), "kpi": key_figures(plant, frozen=call.world.switches.frozen_pac)}


def points(call: Call) -> dict[str, Any] | None:
    """Return ``GetInverterAllPoint``: the other survivor (§4.6)."""
    if (plant := call.plant()) is None:
        return None
    frozen = call.world.switches.frozen_pac
    return {"inverterPoints": [_point(inverter, invert_full(inverter, frozen=frozen)) for inverter in plant.inverters]}


def _point(inverter: Inverter, full: dict[str, Any]) -> dict[str, Any]:
    """Return an inverter of ``inverterPoints[]``; its time is plant time whatever the account's format."""
    last = inverter.plant.local(inverter.upload.instant if inverter.upload is not None else inverter.added)
    return {
        "sn": inverter.serial,
        "name": inverter.name,
        "out_pac": full["pac"],
        "in_pac": full["pac"],
        "eday": full["eday"],
        "emonth": full["thismonthetotle"],
        "etotal": full["etotal"],
        "status": full["status"],
        "hTotal": full["hour_total"],
        "soc": f"{full['soc']:.0f}%",
        "last_refresh_time": american(last),
        "local_date": american(inverter.plant.local(inverter.plant.now)),
        "vbattery1": full["vbattery1"],
        "ibattery1": full["ibattery1"],
        "master": full["master"],
        "is_stored": inverter.has_battery,
        "is_showOutput": inverter.has_battery,
        "dict": dictionary(inverter, full, all_points=True),
        "points": history_columns(inverter),
    }


def powerflow(call: Call) -> dict[str, Any] | None:
    """Return ``GetPowerflow``: the power flow, or ``null`` without a meter (§4.1)."""
    if (plant := call.plant()) is None:
        return None
    return flow_part(plant, kilowatts=call.world.switches.kilowatts)


def weather(call: Call) -> dict[str, Any] | None:
    """Return the weather at a plant."""
    return {"weather": current()} if call.plant() is not None else None


def inverter_list(call: Call) -> list[dict[str, Any]] | None:
    """Return the inverters of a plant."""
    if (plant := call.plant()) is None:
        return None
    return [
        {
            "sn": inverter.serial,
            "name": inverter.name,
            "type": inverter.model,
            "status": inverter.legacy_status,
            "releation_id": relation(inverter),
        }
        for inverter in plant.inverters
    ]


LEVELS = {"prompt": 1, "alarm": 2, "fault": 3}


def warnings(call: Call) -> dict[str, Any] | None:
    """Return the alarms of a plant, newest first (§4.1; the fields are those of route C's rows, §5.6)."""
    if (plant := call.plant("pw_id", "powerStationId")) is None:
        return None
    rows = [
        {
            "warningid": alarm.id,
            "warning_code": alarm.code,
            "error_code": alarm.code,
            "warningname": alarm.text,
            "warninglevel": LEVELS[alarm.level],
            "devicesn": alarm.serial,
            "status": 0 if alarm.end is None else 1,
            "happentime": str(epoch_ms(alarm.start)),
            "recoverytime": None if alarm.end is None else str(epoch_ms(alarm.end)),
            "stationId": plant.id,
            "stationname": plant.name,
        }
        for alarm in reversed(plant.alarms)
    ]
    return {"record": len(rows), "list": rows}


def remote_parameters(call: Call) -> dict[str, Any]:
    """Return what an inverter was last set to, as the cloud knows it; only the call's name is known (§4.1)."""
    inverter = call.inverter("InverterSN", "sn", "inverterSn")
    return {
        "InverterSN": inverter.serial,
        "InverterStatus": "4" if inverter.copy["Running"] else "2",
        "ActivePowerLimit": str(inverter.copy["ActivePowerLimit"]),
    }
