"""Every read of the password API: path, parameters and where its content lies (growatt.md A.4-A.10, F.1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ...core.parse import section
from .model import Bean, Family


def _whole(answer: Bean) -> object:
    return answer


def _part(name: str) -> Callable[[Bean], object]:
    return lambda answer: answer.get(name)


def _part_or_whole(answer: Bean) -> object:
    return section(answer.get("obj")) or answer


def _facts(answer: Bean) -> object:
    """Find the static object; what kind of inverter it is stands beside it (A.6.2)."""
    facts = answer.get("newBean")
    return {**facts, "inverterType": answer.get("inverterType")} if isinstance(facts, Mapping) else None


def _settings(answer: Bean) -> object:
    """Find the settings: the first key in ``obj`` that ends in "bean", in any case (A.6.3)."""
    found = (part for name, part in section(answer.get("obj")).items() if name.casefold().endswith("bean"))
    return next(found, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One read. ``query`` and ``form`` may name the words plant, serial, user, date, kind and page in braces.

    ``take`` finds the content in an answer. A ``page`` call answers with HTML that holds the content.
    """

    key: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    take: Callable[[Bean], object] = _whole
    page: bool = False

    @property
    def of_device(self) -> bool:
        """Whether it is about one device, not its plant or the user."""
        return any("{serial}" in value for value in (*self.query.values(), *(self.form or {}).values()))


def _get(key: str, path: str, take: Callable[[Bean], object] = _whole, **query: str) -> Call:
    return Call(key=key, method="GET", path=path, query=query, take=take)


def _post(
    key: str, path: str, take: Callable[[Bean], object] = _whole, form: Mapping[str, str] | None = None, **query: str
) -> Call:
    return Call(key=key, method="POST", path=path, query=query, form=form, take=take)


_PLANT: Final = "newPlantAPI.do"
_PLANT_TWO: Final = "newTwoPlantAPI.do"
_INVERTER: Final = "newInverterAPI.do"
_TLX: Final = "newTlxApi.do"
_MIX: Final = "newMixApi.do"
_SPA: Final = "newSpaApi.do"
_MAX: Final = "newMaxApi.do"
_STORAGE: Final = "newStorageAPI.do"
_OBJ: Final = _part("obj")
_DATA: Final = _part("data")
_BACK: Final = _part("back")

# Plants (A.4, A.5, A.8)
PLANTS = _get("plants", "PlantListAPI.do", _BACK, userId="{user}")
PLANTS_TWO = _post(
    "plants_two",
    _PLANT_TWO,
    form={
        "language": "1",
        "nominalPower": "",
        "order": "1",
        "pageSize": "15",
        "plantName": "",
        "plantStatus": "",
        "toPageNum": "{page}",
    },
    op="getAllPlantListTwo",
)
PLANT_CHART = _get("plant_chart", "PlantDetailAPI.do", _BACK, plantId="{plant}", type="{kind}", date="{date}")
PLANT_POINTS = _get("plant_points", "newPlantDetailAPI.do", _BACK, plantId="{plant}", type="{kind}", date="{date}")
PLANT_INFO = _get("plant_info", _PLANT_TWO, op="getAllDeviceListTwo", plantId="{plant}", pageNum="1", pageSize="1")
DEVICES = _get("devices", _PLANT_TWO, op="getAllDeviceList", plantId="{plant}", language="1")
PLANT_ENERGY = _post(
    "plant_energy",
    _PLANT_TWO,
    form={"language": "1", "plantId": "{plant}"},
    op="getUserCenterEnertyDataByPlantid",
)
USER_ENERGY = _post("user_energy", _PLANT, form={"language": "1"}, action="getUserCenterEnertyData")
USER_ENERGY_TWO = _post("user_energy_two", _PLANT, form={"language": "1"}, action="getUserCenterEnertyDataTwo")
PLANT_SETTINGS = _get("plant_settings", _PLANT, op="getPlant", plantId="{plant}")
DASHBOARD = _post("dashboard", _PLANT, action="getEnergyStorageData", date="{date}", type="{kind}", plantId="{plant}")

# Classic inverters and MAX (A.6, A.6.1, A.9.1)
INVERTER_DETAIL = _get("inverter_detail", _INVERTER, op="getInverterDetailData", inverterId="{serial}")
INVERTER_DETAIL_TWO = _get(
    "inverter_detail_two", _INVERTER, _DATA, op="getInverterDetailData_two", inverterId="{serial}"
)
INVERTER_CHART = _get("inverter_chart", _INVERTER, op="getInverterData", id="{serial}", type="{kind}", date="{date}")
INVERTER_SETTINGS = Call(
    key="inverter_settings",
    method="GET",
    path="commonDeviceSetC/setInverter",
    query={"type": "server", "invSn": "{serial}"},
    page=True,
)
MAX_DETAIL = _get("max_detail", _INVERTER, op="getInverterDetailData_max", inverterId="{serial}")
MAX_DETAIL_TWO = _get("max_detail_two", _INVERTER, op="getInverterDetailData_max_two", inverterId="{serial}")
MAX_FACTS = _get("max_facts", _INVERTER, _facts, op="getInverterParams_max", maxId="{serial}")
MAX_SETTINGS = _post("max_settings", _MAX, _settings, {"serialNum": "{serial}"}, op="getMaxSetData")

# MIN, MIC, MOD and their packs (A.6.2)
_TLX_FORM: Final = {"plantId": "{plant}", "id": "{serial}"}
TLX_DETAIL = _get("tlx_detail", _TLX, _DATA, op="getTlxDetailData", id="{serial}")
TLX_STATUS = _post("tlx_status", _TLX, _OBJ, _TLX_FORM, op="getSystemStatus_KW")
TLX_OVERVIEW = _post("tlx_overview", _TLX, _OBJ, _TLX_FORM, op="getEnergyOverview")
TLX_CHART = _post(
    "tlx_chart",
    _TLX,
    _OBJ,
    {"date": "{date}", "plantId": "{plant}", "language": "1", "id": "{serial}", "type": "{kind}"},
    op="getEnergyProdAndCons_KW",
)
TLX_DATA = _get("tlx_data", _TLX, op="getTlxData", id="{serial}", type="{kind}", date="{date}")
TLX_FACTS = _get("tlx_facts", _TLX, _facts, op="getTlxParams", id="{serial}")
TLX_SETTINGS = _post("tlx_settings", _TLX, _settings, {"serialNum": "{serial}"}, op="getTlxSetData")
TLX_ENABLED = _post(
    "tlx_enabled",
    "newLoginAPI.do",
    _OBJ,
    {"deviceSn": "{serial}", "stringTime": "{date}", "type": "{kind}"},
    op="getSetPass",
)
BATTERY_INFO = _post("battery_info", _TLX, _OBJ, {"lan": "1", "serialNum": "{serial}"}, op="getBatInfo")
BATTERY_DETAIL = _post(
    "battery_detail", _TLX, _DATA, {"lan": "1", "plantId": "{plant}", "id": "{serial}"}, op="getBatDetailData"
)

# SPH (A.6.3, A.7.5)
MIX_INFO = _get("mix_info", _MIX, _OBJ, op="getMixInfo", mixId="{serial}", plantId="{plant}")
MIX_TOTALS = _post("mix_totals", _MIX, _OBJ, op="getEnergyOverview", mixId="{serial}", plantId="{plant}")
MIX_STATUS = _post("mix_status", _MIX, _OBJ, op="getSystemStatus_KW", mixId="{serial}", plantId="{plant}")
MIX_CHART = _post(
    "mix_chart",
    _MIX,
    _OBJ,
    op="getEnergyProdAndCons_KW",
    plantId="{plant}",
    mixId="{serial}",
    type="{kind}",
    date="{date}",
)
MIX_SETTINGS = _get("mix_settings", _MIX, _settings, op="getMixSetParams", serialNum="{serial}", kind="0")

# SPA (A.6: one old client)
_SPA_FORM: Final = {"plantId": "{plant}", "spaId": "{serial}"}
SPA_STATUS = _post("spa_status", _SPA, _OBJ, _SPA_FORM, op="getSystemStatus")
SPA_OVERVIEW = _post("spa_overview", _SPA, _OBJ, _SPA_FORM, op="getEnergyOverview")
SPA_ENERGY = _post("spa_energy", _SPA, _OBJ, _SPA_FORM | {"date": "{date}"}, op="getSpaEnergy")
SPA_CHART = _post(
    "spa_chart", _SPA, _OBJ, _SPA_FORM | {"date": "{date}", "type": "{kind}"}, op="getEnergyProdAndConsData"
)
SPA_SETTINGS = _get("spa_settings", _SPA, _settings, op="getSpaSetParams", kind="0", spaId="{serial}")

# Storage: SPF with the suffix, SP2000 and SP3000 without (A.6.4)
_STORAGE_FORM: Final = {"plantId": "{plant}", "storageSn": "{serial}"}
STORAGE_SUMMARY = _get("storage_summary", _STORAGE, _part_or_whole, op="getStorageInfo_sacolar", storageId="{serial}")
STORAGE_DETAIL = _get("storage_detail", _STORAGE, op="getStorageParams_sacolar", storageId="{serial}")
STORAGE_OVERVIEW = _post(
    "storage_overview",
    _STORAGE,
    _OBJ,
    op="getEnergyOverviewData_sacolar",
    plantId="{plant}",
    storageSn="{serial}",
)
SP_DETAIL = _post("sp_detail", _STORAGE, form=_STORAGE_FORM, op="getStorageParams")
SP_OVERVIEW = _post("sp_overview", _STORAGE, _OBJ, _STORAGE_FORM, op="getEnergyOverviewData")
SP_STATUS = _post("sp_status", _STORAGE, _OBJ, _STORAGE_FORM, op="getSystemStatusData")

SETTINGS: Final[Mapping[Family, Call]] = {
    Family.INVERTER: INVERTER_SETTINGS,
    Family.MAX: MAX_SETTINGS,
    Family.MIN: TLX_SETTINGS,
    Family.SPH: MIX_SETTINGS,
    Family.SPA: SPA_SETTINGS,
}
"""Where the server's copy of the settings of a family is read (A.10)."""

CHARTS: Final[Mapping[Family, Call]] = {
    Family.INVERTER: INVERTER_CHART,
    Family.MIN: TLX_CHART,
    Family.SPH: MIX_CHART,
    Family.SPA: SPA_CHART,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How a family is told a setting: ``query`` goes with it, ``kind`` and the values under the names that follow.

    ``least`` values are always sent, empty where unused. ``in_form``: as the app does, else all in the query (A.9).
    """

    path: str
    query: Mapping[str, str]
    kind: str = "type"
    value: str = "param{}"
    least: int = 1
    in_form: bool = True


_SET: Final = "newTcpsetAPI.do"
_CLASSIC_SET: Final = "tcpSet.do"

ORDERS: Final[Mapping[Family, Order]] = {
    Family.INVERTER: Order(
        path=_CLASSIC_SET,
        query={"action": "inverterSet"},
        kind="paramId",
        value="command_{}",
        least=2,
        in_form=False,
    ),
    Family.MAX: Order(path=_SET, query={"op": "maxSetApi"}, least=4),
    Family.MIN: Order(path=_SET, query={"op": "tlxSet"}),
    Family.SPH: Order(path=_SET, query={"op": "mixSetApiNew"}),
    Family.SPA: Order(path=_SET, query={"op": "spaSetApi"}),
    Family.STORAGE: Order(path=_SET, query={"op": "storageSPF5000Set"}, least=4),
}
"""How each family is told a setting (A.9)."""

SP_ORDER: Final = Order(path=_SET, query={"op": "storageSet"}, least=4)
"""How an SP2000 or SP3000 is told one."""

LIVE_READS: Final[Mapping[Family, str]] = {
    Family.MAX: "readMaxParam",
    Family.SPH: "readMixParam",
    Family.SPA: "readSpaParam",
    Family.STORAGE: "readStorageParam",
}
"""The ``action`` of ``tcpSet.do`` that reads one parameter through the logger (A.9.2, A.10); MIN has a call of the app."""

PLANT_PARTS: Final[Mapping[str, str]] = {
    "plantCoal": "formulaCoal",
    "plantSo2": "formulaSo2",
    "accountName": "userAccount",
    "plantID": "id",
    "plantFirm": "",
    "plantCountry": "country",
    "plantType": "plantType",
    "plantIncome": "formulaMoneyStr",
    "plantAddress": "plantAddress",
    "plantTimezone": "timezone",
    "plantLng": "plant_lng",
    "plantCity": "city",
    "plantCo2": "formulaCo2",
    "plantMoney": "formulaMoneyUnitId",
    "plantPower": "nominalPower",
    "plantLat": "plant_lat",
    "plantDate": "createDateText",
    "plantName": "plantName",
}
"""The parts of a plant's settings and the field each is read from (A.8); the one without a field is always "0"."""
