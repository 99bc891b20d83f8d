"""Every call of the token API: path, fields, and how often it may be made (growatt.md B.3-B.8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .model import Family

# The server's five minutes, and room for its clock and the way there; feeds ask every 305 s (E).
USUAL: Final = 303.0
_SHORT: Final = 12.0  # for the ten seconds of some
_CAPPED: Final = 10  # a day
PER_PAGE: Final = 100  # the most there is (B.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One read; a GET has its fields in the query, a POST in a form. ``per_day`` is the endpoint's daily cap."""

    method: str
    path: str
    gap: float = USUAL
    per_day: int | None = None


def _get(path: str, gap: float = USUAL, per_day: int | None = None) -> Call:
    return Call(method="GET", path=path, gap=gap, per_day=per_day)


def _post(path: str, gap: float = USUAL) -> Call:
    return Call(method="POST", path=path, gap=gap)


# Plants (B.5) and what a serial number stands for (B.4)
PLANTS: Final = _get("plant/list", per_day=_CAPPED)
PLANT_DETAILS: Final = _get("plant/details")
PLANT_DATA: Final = _get("plant/data")
PLANT_POWER: Final = _get("plant/power")
PLANT_ENERGY: Final = _get("plant/energy", per_day=_CAPPED)
DEVICES: Final = _get("device/list")
CHECK: Final = _get("device/check/sn")


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyCalls:
    """The calls of one family; ``serial_field`` names the device in all of them but ``facts``, ``settings`` and ``read``.

    ``batch`` asks for several, named in ``batch_field``. ``settings`` is ``None`` where ``facts`` brings
    them. ``write`` takes ``params`` values in fields named ``param_field``; ``kind_field`` says of what.
    """

    serial_field: str
    facts: Call
    live: Call
    settings: Call | None = None
    batch: Call | None = None
    batch_field: str = ""
    history: Call | None = None
    alarms: Call | None = None
    read: str
    write: str
    params: int
    kind_field: str = "type"
    param_field: str = "param{}"


FACTS_FIELD: Final = "device_sn"

# SPA, storage and MAX: histories and alarms are called as their sisters' names in B.6 and B.7 suggest.
FAMILIES: Final[Mapping[Family, FamilyCalls]] = {
    Family.MIN: FamilyCalls(  # B.6
        serial_field="tlx_sn",
        facts=_get("device/tlx/tlx_data_info"),
        settings=_get("device/tlx/tlx_set_info"),
        live=_post("device/tlx/tlx_last_data"),
        batch=_post("device/tlx/tlxs_data"),
        batch_field="tlxs",
        history=_post("device/tlx/tlx_data", _SHORT),
        alarms=_post("device/tlx/alarm_data"),
        read="readMinParam",
        write="tlxSet",
        params=19,
    ),
    Family.SPH: FamilyCalls(  # B.7
        serial_field="mix_sn",
        facts=_get("device/mix/mix_data_info"),
        live=_post("device/mix/mix_last_data"),
        batch=_post("device/mix/mixs_data"),
        batch_field="mixs",
        history=_post("device/mix/mix_data"),
        alarms=_post("device/mix/alarm_data"),
        read="readMixParam",
        write="mixSet",
        params=18,
    ),
    Family.SPA: FamilyCalls(  # B.8
        serial_field="spa_sn",
        facts=_get("device/spa/spa_data_info"),
        live=_post("device/spa/spa_last_data", _SHORT),
        batch=_post("device/spa/spas_data", _SHORT),
        batch_field="spas",
        history=_post("device/spa/spa_data", _SHORT),
        alarms=_post("device/spa/alarm_data", _SHORT),
        read="readSpaParam",
        write="spaSet",
        params=18,
    ),
    Family.STORAGE: FamilyCalls(  # B.8
        serial_field="storage_sn",
        facts=_get("device/storage/storage_data_info", _SHORT),
        live=_post("device/storage/storage_last_data", _SHORT),
        history=_post("device/storage/storage_data", _SHORT),
        alarms=_post("device/storage/alarm_data", _SHORT),
        read="readStorageParam",
        write="storageSet",
        params=4,
    ),
    Family.INVERTER: FamilyCalls(  # B.8
        serial_field="device_sn",
        facts=_get("device/inverter/inv_data_info"),
        live=_get("device/inverter/last_new_data"),
        batch=_post("device/inverter/invs_data"),
        batch_field="inverters",
        read="readInverterParam",
        write="inverterSet",
        params=2,
        kind_field="paramId",
        param_field="command_{}",
    ),
    Family.MAX: FamilyCalls(  # B.8
        serial_field="max_sn",
        facts=_get("device/max/max_data_info"),
        live=_post("device/max/max_last_data"),
        batch=_post("device/max/maxs_data"),
        batch_field="maxs",
        history=_post("device/max/max_data"),
        alarms=_post("device/max/alarm_data"),
        read="readMaxParam",
        write="maxSet",
        params=19,
    ),
}
