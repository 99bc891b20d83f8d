"""What one can own: models of inverters, and the plants of each profile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

type Kind = Literal["string", "hybrid", "cabinet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """An inverter one can buy: powers in W; ``packs`` batteries of ``pack_wh`` and ``pack_w`` each.

    ``generation`` is the settings' of goodwe.md §6.3 (V1, V2, V3); ``workmodes`` are the raw registers for waiting and
    for running (§4.4). ``racks``: whether BATTERY_RACK devices are listed and alive (§5.4).
    """

    kind: Kind
    name: str
    serial: str
    rated_w: int
    solar_peak_w: float
    strings: int
    phases: int = 1
    packs: int = 0
    pack_wh: float = 5_120.0
    pack_w: float = 2_500.0
    generation: int = 2
    workmodes: tuple[int, int] = (0, 1)
    racks: Literal["none", "dead", "live"] = "none"

    @property
    def has_battery(self) -> bool:
        """Tell whether batteries belong to it; without, it sleeps at night."""
        return self.packs > 0


MODELS: dict[str, Model] = {
    "ms": Model(kind="string", name="GW8500-MS-30", serial="58500MSC", rated_w=8_500, solar_peak_w=9_000, strings=3),
    "dns": Model(kind="string", name="GW3000D-NS", serial="53000DNS", rated_w=3_000, solar_peak_w=3_200, strings=2),
    "dt": Model(
        kind="string", name="GW10KT-DT", serial="5010KDTS", rated_w=10_000, solar_peak_w=9_500, strings=2, phases=3
    ),
    "et": Model(
        kind="hybrid",
        name="GW10K-ET",
        serial="9010KETU",
        rated_w=10_000,
        solar_peak_w=8_000,
        strings=2,
        phases=3,
        packs=2,
        racks="dead",
    ),
    "et_bare": Model(
        kind="hybrid",
        name="GW10K-ET",
        serial="9010KETU",
        rated_w=10_000,
        solar_peak_w=8_000,
        strings=2,
        phases=3,
    ),
    "es": Model(
        kind="hybrid",
        name="GW5048-ES",
        serial="95048ESU",
        rated_w=5_000,
        solar_peak_w=4_600,
        strings=2,
        packs=1,
        generation=1,
        workmodes=(1, 2),
    ),
    "eha": Model(
        kind="cabinet",
        name="GW6000-EHA-G20",
        serial="56000EHA",
        rated_w=6_000,
        solar_peak_w=6_000,
        strings=2,
        packs=2,
        pack_wh=8_000.0,
        generation=3,
        racks="live",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plant as it is set up: its inverters' models; the other members as ``Plant`` has them.

    ``meter``: the meter of the inverter, of the whole plant ("HomeKit", §4.5), or none.
    """

    name: str
    models: tuple[str, ...]
    meter: Literal["none", "inverter", "homekit"] = "inverter"
    charger: bool = False
    parallel: bool = False
    rights: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)


HOME = Plan(name="Home", models=("et",))
STRING = Plan(name="Garage", models=("ms",), meter="none")
PROFILES: dict[str, tuple[Plan, ...]] = {
    "home": (HOME,),
    "string": (STRING,),
    "two_inverters": (Plan(name="Two roofs", models=("dt", "dns")),),
    "parallel": (Plan(name="Parallel", models=("et", "et"), parallel=True),),
    "charger": (Plan(name="Home", models=("et",), charger=True),),
    "several": (
        HOME,
        Plan(
            name="Cottage", models=("ms",), meter="none", options={"timezone": "Australia/Brisbane", "currency": "AUD"}
        ),
        Plan(name="Barn", models=("dns",), meter="homekit", options={"timezone": "Europe/Lisbon"}),
    ),
    "all_in_one": (Plan(name="Cabinet", models=("eha",)),),
    "first_generation": (Plan(name="Older", models=("es",)),),
    "empty_bay": (Plan(name="No battery yet", models=("et_bare",)),),
    "visitor": (Plan(name="Home", models=("et",), rights=False),),
}
"""The plants of an account by profile."""
