"""What kinds of devices there are: a table of families (what the API calls them) and of models one can own."""

from dataclasses import dataclass
from typing import Literal

type FamilyName = Literal["inverter", "storage", "max", "mix", "spa", "tlx", "wit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A family: ``v1_type`` in V1's device list (growatt.md B.4), ``name`` is ``deviceType`` of the password API (A.5).

    ``check_type`` and ``check_kind`` are ``deviceType`` and ``obj`` of ``device/check/sn``; ``production`` is which energy
    the plant counts as produced by it; ``standby``, ``running`` and ``fault`` are codes of ``status`` in the device list.
    """

    name: FamilyName
    v1_type: int
    check_type: int
    check_kind: int
    production: Literal["output", "solar", ""]
    dtc: int
    running: int = 1
    standby: int = 0
    offline: int = -1


FAMILIES: dict[FamilyName, Family] = {
    family.name: family
    for family in (
        Family(
            name="inverter", v1_type=1, check_type=16, check_kind=1, production="output", dtc=1, offline=0, standby=2
        ),
        Family(name="storage", v1_type=2, check_type=96, check_kind=2, production="solar", dtc=20304),
        Family(name="max", v1_type=4, check_type=18, check_kind=1, production="output", dtc=5501),
        Family(name="mix", v1_type=5, check_type=17, check_kind=1, production="solar", dtc=3501, running=5),
        Family(name="spa", v1_type=6, check_type=19, check_kind=1, production="", dtc=3735, running=6),
        Family(name="tlx", v1_type=7, check_type=22, check_kind=1, production="output", dtc=5203, offline=0, standby=2),
        Family(name="wit", v1_type=3, check_type=218, check_kind=4, production="solar", dtc=5601),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A device one can buy: powers in W, ``packs`` battery packs of ``pack_wh`` and ``pack_w`` each."""

    family: FamilyName
    name: str
    serial: str
    pmax: int
    solar_peak_w: float
    load_scale: float = 1.0
    packs: int = 0
    pack_wh: float = 10_000.0
    pack_w: float = 3_000.0
    phases: int = 1

    @property
    def has_battery(self) -> bool:
        """Tell whether battery packs belong to it; without, it sleeps at night (F.6)."""
        return self.packs > 0


MODELS: dict[str, Model] = {
    "inverter": Model(family="inverter", name="3000-S", serial="INV", pmax=3_000, solar_peak_w=3_000),
    "min": Model(family="tlx", name="MIN 5000TL-X", serial="MIN", pmax=5_000, solar_peak_w=5_000),
    "min_xh": Model(family="tlx", name="MIN 4600TL-XH", serial="MXH", pmax=4_600, solar_peak_w=5_500, packs=1),
    "min_xh2": Model(
        family="tlx", name="MOD 10KTL3-XH", serial="MOD", pmax=10_000, solar_peak_w=9_000, packs=2, phases=3
    ),
    "mix": Model(
        family="mix", name="SPH 10000TL3 BH-UP", serial="SPH", pmax=10_000, solar_peak_w=8_000, packs=1, phases=3
    ),
    "spa": Model(family="spa", name="SPA 3000TL BL", serial="SPA", pmax=3_000, solar_peak_w=3_000, packs=1),
    "storage": Model(family="storage", name="SPF 5000 ES", serial="SPF", pmax=5_000, solar_peak_w=4_000, packs=1),
    "max": Model(family="max", name="MAX 50KTL3 LV", serial="MAX", pmax=50_000, solar_peak_w=45_000, phases=3),
    "wit": Model(family="wit", name="WIT 50K-HU", serial="WIT", pmax=50_000, solar_peak_w=30_000, packs=1, phases=3),
}

PROFILES: dict[str, tuple[tuple[str, ...], ...]] = {
    "home": (("min_xh", "mix"), ("min",)),
    "min": (("min_xh",),),
    "min_plain": (("min",),),
    "min5": (("min_xh", "min_xh2", "min", "min", "min"),),
    "sph": (("mix",),),
    "mix": (("mix",),),
    "spa": (("spa",),),
    "mix5": (("mix",) * 5,),
    "all": (("inverter", "min", "min_xh2", "mix", "spa", "storage", "max", "wit"), ("min_xh",)),
}
"""The plants of an account by profile: the models of each."""
