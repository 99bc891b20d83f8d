"""The recordings: how each is read, and where some of its readings come from."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.core.parse import section, sections
from custom_components.solar_battery_hub.vendors.goodwe.model import DeviceType, Factor
from custom_components.solar_battery_hub.vendors.goodwe.readings import Readings, Values, batteries_of, firmware_of
from custom_components.solar_battery_hub.vendors.goodwe.times import newest, refreshed_at

from .reading_desk import NOW, PLANT, SERIAL, SITE, battery_id, device
from .recordings import FOLDER, load

SYDNEY: Final = ZoneInfo("Australia/Sydney")
EVENING: Final = datetime(2025, 6, 22, 7, 6, 27, tzinfo=UTC)

type Path = tuple[str | int, ...]
type Read = Callable[[Readings, Any], Values]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A recording, how it is read, and where some readings come from: a path and a factor."""

    file: str
    read: Read
    sources: Mapping[Ref, tuple[Path, float]]
    within: Path = ("data",)

    def load(self) -> Any:
        """Return what the recording holds of an answer's payload."""
        return at(load(self.file), self.within)


def at(data: Any, path: Path) -> Any:
    """Return what is at a path."""
    for step in path:
        data = data[step]
    return data


def monitored(desk: Readings, data: Any) -> Values:
    """Read a monitor call, and all else that looks at its inverters."""
    found = desk.monitor(PLANT, section(data), now=EVENING, zone=SYDNEY, battery_id=battery_id)
    newest(sections(section(data).get("inverter")), SYDNEY, EVENING)
    for row in sections(section(data).get("inverter")):
        batteries_of(row)
        firmware_of(row)
    return found.values


def seeded(desk: Readings, full: Any) -> Values:
    """Read an ``invert_full`` as the monitor call of its plant would bring it."""
    row = {"sn": SERIAL, "invert_full": full}
    now = datetime(2022, 4, 6, 8, 46, tzinfo=UTC)
    return desk.monitor(PLANT, {"inverter": [row]}, now=now, zone=None, battery_id=battery_id).values


def flowing(desk: Readings, bean: Any) -> Values:
    """Read a flow and its time."""
    refreshed_at(section(bean), SYDNEY, NOW)
    return desk.flow(PLANT, section(bean), at=NOW).values


def telemetry(kind: DeviceType) -> Read:
    """Return how the telemetry of a kind of device is read."""
    return lambda desk, data: desk.live(device(kind), tolerant(data))


def telecounting(kind: DeviceType) -> Read:
    """Return how the counters of a kind of device are read."""
    return lambda desk, data: desk.energy(device(kind), tolerant(data))


def tolerant(data: Any) -> Mapping[str, Factor]:
    """Return the factors of an answer of which anything may be spoilt."""
    groups = [section(group) for group in data] if isinstance(data, list) else []
    told = [factor for group in groups for factor in sections(group.get("factors"))]
    return {
        str(factor.get("code")): Factor(
            data=factor.get("data"), unit=unit if isinstance(unit := factor.get("unit"), str) else None
        )
        for factor in told
    }


def of(owner: str, **sources: tuple[Path, float] | str) -> dict[Ref, tuple[Path, float]]:
    """Return the sources of one device's readings; a name alone is at the top, as it is."""
    return {Ref(owner, key): ((source,), 1.0) if isinstance(source, str) else source for key, source in sources.items()}


def factor_at(file: str, code: str) -> Path:
    """Return where a factor's data are in a recording."""
    for number, group in enumerate(load(file)["data"]):
        for place, factor in enumerate(group["factors"]):
            if factor["code"] == code:
                return (number, "factors", place, "data")
    raise KeyError(code)


def counted(file: str, **codes: tuple[str, float]) -> dict[Ref, tuple[Path, float]]:
    """Return the sources of a device's readings among its factors."""
    return {Ref(SERIAL, key): (factor_at(file, code), factor) for key, (code, factor) in codes.items()}


def flow_samples() -> Iterator[Told]:
    """Yield the four flows with every direction."""
    for number, keys in enumerate(
        ("pBat pGrid pConsum", "pBat pGrid pConsum", "pGrid pConsum", "pSystem pBat pGrid pConsum")
    ):
        names = {"pSystem": ("solar_power", 1000), "pBat": ("battery_power", 1000), "pGrid": ("grid_power", -1000)}
        names["pConsum"] = ("home_power", 1000)
        yield Told(
            file="semsplus_station_flow_battery_directions",
            within=("samples", number, "flow"),
            read=flowing,
            sources={Ref(SITE, names[key][0]): ((key,), names[key][1]) for key in keys.split()},
        )


def legacy_told() -> list[Told]:
    """Return the recordings of the legacy app API."""
    full: Path = ("inverter", 0, "invert_full")
    serial = "TESTSN0000000001"
    return [
        Told(
            file="legacy_monitor_detail_ms30_evening_import",
            within=(),
            read=monitored,
            sources={
                **of(
                    serial,
                    temperature=((*full, "tempperature"), 1),
                    running_time=((*full, "hour_total"), 3600),
                    solar_energy_today=((*full, "eday"), 1),
                    solar_energy_total=((*full, "etotal"), 1),
                    solar_energy_at_month_start=((*full, "lastmonthetotle"), 1),
                    phase_voltage_1=((*full, "vac1"), 1),
                    grid_power=((*full, "pmeter"), -1),
                    grid_export_energy_total=((*full, "total_sell"), 1),
                ),
                **of(
                    SITE,
                    home_power=(("powerflow", "load"), 1),
                    home_energy_today=(("energeStatisticsCharts", "consumptionOfLoad"), 1),
                    grid_import_energy_total=(("energeStatisticsTotals", "buy"), 1),
                    co2_saved=(("hjgx", "co2"), 1000),
                    savings_total=(("kpi", "total_income"), 1),
                    grid_export_energy_today=(("energeStatisticsCharts", "sell"), 1),
                ),
            },
        ),
    ]


def seed_told() -> list[Told]:
    """Return the recording of the old portal."""
    return [
        Told(
            file="legacy_invert_full_bp_battery_charging",
            within=(),
            read=seeded,
            sources={
                **of(
                    SERIAL, solar_power="pac", pv_voltage_1="vpv1", grid_frequency="fac1", grid_power=(("pmeter",), -1)
                ),
                **of(
                    battery_id(SERIAL, 1), battery_level="soc", battery_voltage="vbattery1", battery_current="ibattery1"
                ),
            },
        ),
    ]


def plants_told() -> list[Told]:
    """Return the recordings of SEMS+ about plants."""
    return [
        *flow_samples(),
        Told(
            file="semsplus_station_flow_pv_only_day",
            read=flowing,
            sources=of(SITE, solar_power=(("pSystem",), 1000), output_power=(("pAc",), 1000)),
        ),
        Told(
            file="semsplus_statistics_day_hybrid",
            read=lambda desk, bean: desk.day(PLANT, section(bean)),
            sources=of(
                SITE,
                solar_energy_today=(("dataList", 0, "statisticsList", 0, "val"), 1),
                output_energy_today="proAcTotal",
            ),
        ),
        Told(
            file="semsplus_production_day",
            within=(),
            read=lambda desk, bean: desk.income(PLANT, section(bean)),
            sources=of(SITE, savings_today="profitProStats", export_income_today="profitGridStats"),
        ),
        Told(
            file="semsplus_basic_info_all_in_one",
            within=(),
            read=lambda desk, bean: desk.plant_info(PLANT, section(bean)),
            sources=of(SITE, battery_capacity="batteryCapacity", rated_power=(("installedPower",), 1000)),
        ),
    ]


def measured_told() -> list[Told]:
    """Return the recordings of what devices measure."""
    roof, battery = "semsplus_telemetry_inverter_pv_only", "semsplus_telemetry_bat_sys"
    return [
        Told(
            file=roof,
            read=telemetry(DeviceType.INVERTER),
            sources=counted(
                roof,
                output_power=("pAc", 1000),
                temperature=("Temperature", 1),
                grid_frequency=("Fac", 1),
                pv_power_1=("MPPT-1:Ppv", 1000),
                pv_voltage_1=("MPPT-1:Vpv", 1),
                running_time=("hTotal", 3600),
            ),
        ),
        Told(
            file=battery,
            read=telemetry(DeviceType.BATTERY),
            sources=counted(
                battery,
                battery_level=("soc", 1),
                battery_power=("pBat", 1000),
                battery_current=("a", 1),
                discharge_current_limit=("aMaxDischar", 1),
            ),
        ),
    ]


def counted_told() -> list[Told]:
    """Return the recordings of what devices count, and of those with answers of their own."""
    return [
        Told(
            file="semsplus_telecounting_inverter_pv_only",
            read=telecounting(DeviceType.INVERTER),
            sources=counted(
                "semsplus_telecounting_inverter_pv_only",
                solar_energy_today=("proPvStatsToday", 1),
                solar_energy_total=("proPvStatsTotal", 1),
            ),
        ),
        Told(
            file="semsplus_telecounting_smart_meter",
            read=telecounting(DeviceType.METER),
            sources=counted(
                "semsplus_telecounting_smart_meter",
                grid_export_energy_today=("proGridStatsToday", 1),
                grid_import_energy_total=("proPurchaseStatsTotal", 1),
            ),
        ),
        Told(
            file="semsplus_ev_charger_detail",
            read=lambda desk, bean: desk.charger(SERIAL, section(bean)),
            sources=of(SERIAL, ev_charging_power_limit=(("chargePowerSetted",), 1000)),
        ),
        Told(
            file="semsplus_related_devices_bat_sys",
            within=("data", 0),
            read=lambda desk, bean: desk.battery_row(device(DeviceType.BATTERY), section(bean)),
            sources=of(SERIAL, battery_level="soc", battery_power=(("pbat",), 1000)),
        ),
    ]


def all_told() -> list[Told]:
    """Return every recording that readings come from."""
    return [*legacy_told(), *seed_told(), *plants_told(), *measured_told(), *counted_told()]


TOLD: Final = all_told() if FOLDER.is_dir() else []
