"""The mix (SPH) calls of the password API: info, totals, status, charts and the dashboard (growatt.md A.6.3, A.7, D.3).

The calls do not agree with each other, as in life: a name may mean W in one and kW in the next, ``eChargeToday`` and
``etouser`` of the chart are not what their names say elsewhere, and the dashboard counts its own way.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.simulators.growatt.legacy_values import kilowatts, text, with_unit
from tests.simulators.growatt.record import Energies, Record

type Bean = Mapping[str, Any]
type Form = Callable[[Any], Any]
type Fields = Mapping[str, tuple[str, Form]]
"""By the name in the answer: the name in the device's live bean (D.4) and how it is written."""

BUCKET_MINUTES = 5
TARIFF = 0.3


def percent(value: float) -> str:
    """Return a percentage: ``45%``."""
    return with_unit(value, "%")


INFO: Fields = {
    "acChargeEnergyToday": ("acChargeEnergyToday", text),
    "acChargeEnergyTotal": ("acChargeEnergyTotal", text),
    "acChargePower": ("acChargePower", text),
    "capacity": ("soc", text),
    "eBatChargeToday": ("echarge1Today", text),
    "eBatChargeTotal": ("echarge1Total", text),
    "eBatDisChargeToday": ("edischarge1Today", text),
    "eBatDisChargeTotal": ("edischarge1Total", text),
    "epvToday": ("epvtoday", text),
    "epvTotal": ("epvTotal", text),
    "pCharge1": ("pcharge1", text),
    "pDischarge1": ("pdischarge1", text),
    "soc": ("soc", percent),
    "upsPac1": ("upsPac1", text),
    "upsPac2": ("upsPac2", text),
    "upsPac3": ("upsPac3", text),
    "vbat": ("vbat", text),
    "vbatdsp": ("vBatDsp", text),
    "vpv1": ("vpv1", text),
    "vpv2": ("vpv2", text),
}
TOTALS: Fields = {
    "echargetoday": ("echarge1Today", text),
    "echargetotal": ("echarge1Total", text),
    "edischarge1Today": ("edischarge1Today", text),
    "edischarge1Total": ("edischarge1Total", text),
    "elocalLoadToday": ("elocalLoadToday", text),
    "elocalLoadTotal": ("elocalLoadTotal", text),
    "epvToday": ("epvtoday", text),
    "epvTotal": ("epvTotal", text),
    "etoGridToday": ("etoGridToday", text),
    "etogridTotal": ("etogridTotal", text),
}
STATUS: Fields = {
    "SOC": ("soc", text),
    "chargePower": ("pcharge1", kilowatts),
    "fAc": ("fac", lambda value: text(value, 2)),
    "pLocalLoad": ("plocalLoadTotal", kilowatts),
    "pPv1": ("ppv1", kilowatts),
    "pPv2": ("ppv2", kilowatts),
    "pactogrid": ("pacToGridTotal", kilowatts),
    "pactouser": ("pacToUserTotal", kilowatts),
    "pdisCharge1": ("pdischarge1", kilowatts),
    "ppv": ("ppv", kilowatts),
    "priorityChoose": ("priorityChoose", text),
    "status": ("status", text),
    "upsFac": ("upsFac", text),
    "upsVac1": ("upsVac1", text),
    "uwSysWorkMode": ("uwSysWorkMode", text),
    "vAc1": ("vac1", text),
    "vBat": ("vbat", text),
    "vPv1": ("vpv1", text),
    "vPv2": ("vpv2", text),
    "vac1": ("vac1", text),
    "wBatteryType": ("batteryType", text),
}


def pick(fields: Fields, bean: Bean) -> dict[str, Any]:
    """Return the fields of an answer from a live bean."""
    return {name: form(bean[source]) for name, (source, form) in fields.items()}


def info(bean: Bean) -> dict[str, Any]:
    """Return ``getMixInfo``: powers in W."""
    return pick(INFO, bean) | {"isMasterOne": 0}


def totals(bean: Bean, currency: str) -> dict[str, Any]:
    """Return ``getEnergyOverview``."""
    return pick(TOTALS, bean) | {
        "photovoltaicRevenueToday": text(bean["epvtoday"] * TARIFF),
        "photovoltaicRevenueTotal": text(bean["epvTotal"] * TARIFF),
        "unit": currency,
    }


STATUS_IN_WATTS: Fields = {"pPv1": ("ppv1", text), "pPv2": ("ppv2", text)}
"""What some say ``getSystemStatus_KW`` has in W in spite of its name and its ``unit`` (D.3)."""


def status(bean: Bean, rated_w: float, *, odd: bool = False) -> dict[str, Any]:
    """Return ``getSystemStatus_KW``: powers in kW, the state in words; on odd days the strings' powers are in W."""
    state = "mix.status.lost" if bean["lost"] else "mix.status.normal"
    fields = pick({**STATUS, **STATUS_IN_WATTS} if odd else STATUS, bean)
    return fields | {"lost": state, "pmax": kilowatts(rated_w), "unit": "kW"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Where the load of a day came from, in kWh."""

    solar: float
    battery: float
    grid: float

    @classmethod
    def of(cls, energies: Energies) -> Shares:
        """Return the shares: the grid's without what charged the battery, then the battery's, the rest is the sun's."""
        grid = max(0.0, energies.imported - energies.grid_charge)
        battery = min(energies.discharged, max(0.0, energies.load - grid))
        return cls(solar=max(0.0, energies.load - grid - battery), battery=battery, grid=grid)

    @property
    def own(self) -> float:
        """Return what did not come from the grid."""
        return self.solar + self.battery


def _ratio(part: float, whole: float) -> float:
    """Return a share in %."""
    return 100 * part / whole if whole > 0 else 0.0


def day_sums(energies: Energies) -> dict[str, str]:
    """Return the sums of a chart (A.7.5): what they are called says little about what they count."""
    shares = Shares.of(energies)
    production = shares.own + energies.exported
    ratios = (
        _ratio(shares.own, production),
        _ratio(energies.exported, production),
        _ratio(shares.own, energies.load),
        _ratio(shares.grid, energies.load),
        _ratio(shares.solar, shares.own),
        _ratio(shares.battery, shares.own),
    )
    return {
        "eAcCharge": text(energies.exported),
        "eCharge": text(production),
        "eChargeToday": text(shares.solar),
        "eChargeToday1": text(shares.own),
        "eChargeToday2": text(shares.own),
        "echarge1": text(shares.battery),
        "elocalLoad": text(energies.load),
        "etouser": text(shares.grid),
        "photovoltaic": text(shares.solar),
        **{f"ratio{number}": percent(ratio) for number, ratio in enumerate(ratios, start=1)},
    }


def bucket(moment: datetime) -> str:
    """Return the five minutes of a chart a moment belongs to: ``00:05``."""
    return f"{moment.hour:02}:{moment.minute // BUCKET_MINUTES * BUCKET_MINUTES:02}"


def chart(rows: Sequence[Record]) -> dict[str, dict[str, str]]:
    """Return a day's chart in kW, up to the last upload: its last key is how old the data is."""
    return {
        bucket(row.time): {
            "pacToGrid": kilowatts(max(0.0, -row.grid_w)),
            "pacToUser": kilowatts(max(0.0, row.grid_w)),
            "pdischarge": kilowatts(max(0.0, row.battery_w)),
            "ppv": kilowatts(row.solar_w),
            "sysOut": kilowatts(row.load_w),
        }
        for row in rows
    }


def day(rows: Sequence[Record], energies: Energies, discharged_total: float) -> dict[str, Any]:
    """Return ``getEnergyProdAndCons_KW`` of one day."""
    return day_sums(energies) | {
        "chartData": chart(rows),
        "echargeToat": text(discharged_total),
        "unit": "kWh",
        "unit2": "kW",
    }


def dashboard(rows: Sequence[Record], energies: Energies, discharged_total: float, dip: float) -> dict[str, Any]:
    """Return ``getEnergyStorageData``: ``etouser`` is all that was bought, now and then ``dip`` kWh short (A.7.6, F.6)."""
    sums = day_sums(energies)
    glued = {name: value if value.endswith("%") else f"{value}kWh" for name, value in sums.items()}
    del glued["eChargeToday"]
    return glued | {
        "chartData": {
            bucket(row.time): {
                "pacToUser": kilowatts(max(0.0, row.battery_w)),
                "ppv": kilowatts(row.solar_w),
                "sysOut": kilowatts(row.load_w),
                "userLoad": kilowatts(max(0.0, -row.grid_w)),
            }
            for row in rows
        },
        "chartDataUnit": "kW",
        "eChargeToday2Echarge1": with_unit(Shares.of(energies).solar, "kWh"),
        "echargeToat": with_unit(discharged_total, "kWh"),
        "etouser": with_unit(max(0.0, energies.imported - dip), "kWh"),
        "keyNames": ["Solar", "Load Consumption", "Export To Grid", "From Battery"],
    }
