"""The accounts a simulator can serve: which sites there are, what stands in them, and what stands alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

type SiteFamily = Literal["solarbank", "power_panel", "hes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A device of a plan: ``packs`` are expansion batteries, ``load`` what a plug's appliance draws of the household."""

    model: str
    alias: str = ""
    packs: int = 0
    load: float = 0.0
    room: str = ""
    zero_switch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlan:
    """A site: ``type`` is ``power_site_type``, ``mode`` the mode it begins with.

    ``member``: the account only looks on. ``untimed``: its devices never tell when they reported (§7.2). ``station``:
    ``param_type`` 18 answers (§7.11). ``tariff``: it has a use-time plan. ``timezone`` where it is not the world's.
    """

    name: str
    type: int
    units: tuple[Unit, ...]
    family: SiteFamily = "solarbank"
    mode: int = 0
    member: bool = False
    untimed: bool = False
    station: bool = False
    tariff: bool = False
    timezone: str | None = None
    load_scale: float = 0.7
    age_days: int = 400
    currency: str = "€"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An account's content: sites, and devices that belong to none (an A5143 is a standalone inverter)."""

    sites: tuple[SitePlan, ...] = ()
    standalone: tuple[Unit, ...] = ()
    vehicles: int = 0
    tags: frozenset[str] = field(default_factory=frozenset)


METER = Unit(model="A17X7", alias="Smart Meter")
SHELLY = Unit(model="SHEMP3", alias="Grid Meter")

SOLARBANK3 = SitePlan(
    name="Balcony",
    type=12,
    units=(Unit(model="A17C5", alias="Solarbank 3", packs=1), SHELLY),
    mode=1,
    station=True,
    tariff=True,
    age_days=40,
)
SOLARBANK2 = SitePlan(
    name="Terrace", type=5, units=(Unit(model="A17C1", alias="Solarbank 2", packs=1), METER), mode=3, untimed=True
)
SOLARBANK2_AC = SitePlan(
    name="Garage",
    type=11,
    units=(Unit(model="A17C2", alias="Solarbank AC", packs=2), SHELLY),
    mode=5,
    tariff=True,
)
SOLARBANK1 = SitePlan(name="Home", type=2, units=(Unit(model="A17C0", alias="Solarbank E1600", zero_switch=True),))

PROFILES: Mapping[str, Profile] = {
    "empty": Profile(),
    "solarbank3": Profile(sites=(SOLARBANK3,)),
    "solarbank1": Profile(sites=(SOLARBANK1,), standalone=(Unit(model="A1761", alias="C1000"),)),
    "solarbank1_dual": Profile(
        sites=(
            SitePlan(
                name="Home",
                type=2,
                units=(
                    Unit(model="A17C0", alias="PV Right"),
                    Unit(model="A17C0", alias="PV Left"),
                    Unit(model="A5143", alias="Microinverter"),
                ),
            ),
        )
    ),
    "solarbank2": Profile(sites=(SOLARBANK2,)),
    "solarbank2_plus": Profile(
        sites=(SitePlan(name="Roof", type=10, units=(Unit(model="A17C3", alias="Solarbank Plus"), METER), mode=1),)
    ),
    "solarbank2_ac": Profile(sites=(SOLARBANK2_AC,)),
    "plugs": Profile(
        sites=(
            SitePlan(
                name="Sonnendeck",
                type=5,
                units=(
                    Unit(model="A17C1", alias="Solarbank 2"),
                    Unit(model="A17X8", alias="Basement", load=0.22, room="Dining Room"),
                    Unit(model="A17X8", alias="Flex Plug", load=0.3, room="Garage"),
                ),
                mode=2,
            ),
        )
    ),
    "solarbank3_plugs": Profile(
        sites=(
            SitePlan(
                name="Loft",
                type=12,
                units=(
                    Unit(model="A17C5", alias="Solarbank 3"),
                    METER,
                    Unit(model="A17X8", alias="Basement", load=0.22, room="Basement"),
                    Unit(model="A17X8", alias="Flex Plug", load=0.3, room="Garage"),
                ),
                mode=2,
                station=True,
                tariff=True,
            ),
        )
    ),
    "cascade": Profile(
        sites=(
            SitePlan(
                name="Cascade",
                type=5,
                units=(
                    Unit(model="A17C1", alias="Solarbank 2"),
                    Unit(model="A17C0", alias="Solarbank Wohnzimmer"),
                    Unit(model="A17C0", alias="Solarbank Wintergarten"),
                    SHELLY,
                ),
                mode=1,
            ),
        )
    ),
    "multisystem": Profile(
        sites=(
            SitePlan(
                name="Multi",
                type=12,
                units=(
                    *(Unit(model="A17C5", alias=f"Solarbank {number}", packs=2) for number in (1, 2, 3)),
                    Unit(model="AE100", alias="Power Dock"),
                    METER,
                ),
                mode=1,
                station=True,
                load_scale=1.5,
            ),
        )
    ),
    "inverter": Profile(standalone=(Unit(model="A5143", alias="MI80 Microinverter"),)),
    "power_panel": Profile(
        sites=(
            SitePlan(
                name="House",
                type=4,
                family="power_panel",
                units=(Unit(model="A17B1", alias="Home Power Panel", packs=1),),
                timezone="America/Chicago",
                load_scale=1.5,
                currency="$",
            ),
        )
    ),
    "hes": Profile(
        sites=(
            SitePlan(
                name="X1",
                type=9,
                family="hes",
                units=(Unit(model="A5103", alias="X1"), Unit(model="A5220"), Unit(model="A5220")),
                load_scale=1.2,
            ),
        )
    ),
    "charger": Profile(
        sites=(
            SitePlan(
                name="Balcony",
                type=12,
                units=(
                    Unit(model="A17C5", alias="Solarbank 3"),
                    SHELLY,
                    Unit(model="A5191", alias="Wallbox"),
                ),
                mode=1,
                station=True,
            ),
        ),
        vehicles=2,
    ),
    "three_sites": Profile(
        sites=(SOLARBANK3, SOLARBANK2_AC, SOLARBANK1), standalone=(Unit(model="A1761", alias="C1000"),)
    ),
    "member": Profile(
        sites=(
            SitePlan(
                name="Parents",
                type=12,
                units=(Unit(model="A17C5", alias="Solarbank 3"), METER),
                mode=1,
                station=True,
                member=True,
            ),
        )
    ),
}
