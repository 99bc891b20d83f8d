"""What stands in a site or for itself: solarbanks, meters, plugs, inverters and the rest (anker.md §5.2, §9.6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Literal

from tests.simulators.plant import Battery

if TYPE_CHECKING:
    from tests.simulators.anker.site import Site

type Bean = dict[str, Any]
type Kind = Literal[
    "solarbank", "meter", "plug", "inverter", "dock", "power_panel", "hes", "pack", "charger", "station"
]

LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CUTOFF_ROWS: tuple[Bean, ...] = (
    {"id": 1, "is_selected": 1, "output_cutoff_data": 10, "lowpower_input_data": 5, "input_cutoff_data": 10},
    {"id": 2, "is_selected": 0, "output_cutoff_data": 5, "lowpower_input_data": 4, "input_cutoff_data": 5},
)
"""What ``get_power_cutoff`` answers for any serial (§7.8)."""

NEWER_CUTOFF: Mapping[str, int] = {
    "charge_upper_limit": 100,
    "discharge_lower_limit": 10,
    "backup_reserve": 0,
    "backup_reserve_switch": 0,
    "cmd_type": 0,
}
"""What newer firmware tells besides (§7.8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A model: ``type_number`` as in ``device_type_list``, powers in W, ``capacity_wh`` of one unit.

    ``channels`` are the shares of the PV inputs in its sun, ``micro`` that of an external micro-inverter, ``ac_input_w`` how fast it charges from the grid at most.
    """

    model: str
    name: str
    kind: Kind
    type_number: int = 0
    generation: int = 0
    capacity_wh: float = 0.0
    channels: tuple[float, ...] = ()
    micro: float = 0.0
    peak_w: float = 0.0
    charge_w: float = 0.0
    output_w: float = 0.0
    options: tuple[int, ...] = ()
    ac_input_w: float = 0.0
    firmware: str = ""
    serial_length: int = 16


def _solarbank(model: str, name: str, generation: int, **facts: Any) -> Product:
    """Return a solarbank."""
    return Product(model=model, name=name, kind="solarbank", type_number=3, generation=generation, **facts)


PRODUCTS: Mapping[str, Product] = {
    product.model: product
    for product in (
        _solarbank(
            "A17C0",
            "Solarbank E1600",
            1,
            capacity_wh=1600,
            channels=(1.0,),
            peak_w=820,
            charge_w=800,
            output_w=800,
            firmware="v1.6.3",
        ),
        _solarbank(
            "A17C1",
            "Solarbank 2 E1600 Pro",
            2,
            capacity_wh=1600,
            channels=(0.3, 0.26, 0.24, 0.2),
            peak_w=1_700,
            charge_w=1_600,
            output_w=1_000,
            options=(350, 600, 800, 1000),
            firmware="v1.0.6.2",
        ),
        _solarbank(
            "A17C2",
            "Solarbank 2 E1600 AC",
            2,
            capacity_wh=1600,
            channels=(0.45, 0.35),
            micro=0.2,
            peak_w=900,
            charge_w=1_200,
            output_w=1_000,
            options=(350, 600, 800, 1000),
            ac_input_w=1_200,
            firmware="v1.0.4.6",
        ),
        _solarbank(
            "A17C3",
            "Solarbank 2 E1600 Plus",
            2,
            capacity_wh=1600,
            channels=(0.5, 0.5),
            peak_w=900,
            charge_w=1_200,
            output_w=1_000,
            options=(350, 600, 800, 1000),
            firmware="v1.0.6.2",
        ),
        _solarbank(
            "A17C5",
            "Solarbank 3 E2700 Pro",
            3,
            capacity_wh=2688,
            channels=(0.3, 0.28, 0.24, 0.18),
            peak_w=2_000,
            charge_w=2_400,
            output_w=1_200,
            options=(350, 600, 800, 1200),
            ac_input_w=1_200,
            firmware="v1.0.7.1",
            serial_length=17,
        ),
        Product(model="AE100", name="Power Dock", kind="dock", type_number=12, firmware="v1.0.1.2", serial_length=17),
        Product(
            model="A5143",
            name="MI80 Microinverter(BLE)",
            kind="inverter",
            type_number=1,
            peak_w=800,
            output_w=800,
            options=(600, 800),
            firmware="V1.0.0",
            serial_length=12,
        ),
        Product(model="A17X7", name="Smart Meter", kind="meter", type_number=6, firmware="v0.0.0.40"),
        Product(model="SHEMP3", name="Shelly Pro 3EM", kind="meter", type_number=6, serial_length=14),
        Product(model="A17X8", name="Smart Plug", kind="plug", type_number=7, firmware="v0.0.2.7"),
        Product(
            model="A17B1",
            name="Home Power Panel",
            kind="power_panel",
            type_number=4,
            capacity_wh=3_840,
            peak_w=3_200,
            charge_w=2_400,
            output_w=6_000,
            firmware="v1.0.3.4",
        ),
        Product(
            model="A5103",
            name="X1 P6K",
            kind="hes",
            type_number=9,
            peak_w=7_000,
            charge_w=5_000,
            output_w=6_000,
            firmware="v1.1.0.2",
        ),
        Product(
            model="A5220", name="X1 Battery Module", kind="pack", capacity_wh=5_000, charge_w=2_500, output_w=3_000
        ),
        Product(model="A5191", name="SOLIX V1 EV Charger", kind="charger", type_number=11, firmware="v1.0.0.6"),
        Product(
            model="A1761", name="SOLIX C1000", kind="station", type_number=2, capacity_wh=1_056, firmware="v1.0.5.2"
        ),
    )
}
"""Names, generations, capacities and limit options as in anker.md §5.2 and §9.6; roofs and charge powers are made up."""


@dataclass(slots=True, kw_only=True, eq=False)
class Device:
    """One device. ``share``: its part of the site's sun; ``battery``: what it stores in, all its packs together.

    ``cutoff`` and ``attributes`` are what the cloud knows; ``floor_percent`` is where the device really stops, which the
    cloud alone cannot change on a solarbank of the second generation (§12.4). ``cascaded``: an older solarbank whose
    output goes into a newer one. ``powered``: it is on; without, the cloud shows it offline.
    """

    serial: str
    product: Product
    alias: str
    linked: int
    mac: str
    owner: bool = True
    site: Site | None = None
    main: str | None = None
    packs: int = 0
    share: float = 0.0
    battery: Battery | None = None
    cascaded: bool = False
    room: str = ""
    fittings: list[Bean] = field(default_factory=list)
    firmware: str = ""
    newest: str = ""
    rssi: int = -58
    powered: bool = True
    auto_upgrade: bool = True
    error_code: int = 0
    cutoff: Bean = field(default_factory=dict)
    attributes: Bean = field(default_factory=dict)
    ac_limit_w: int = 0
    floor_percent: float = 10.0
    ceiling_percent: float = 100.0

    @property
    def model(self) -> str:
        """Return its product code."""
        return self.product.model

    @property
    def kind(self) -> Kind:
        """Return what it is."""
        return self.product.kind

    @property
    def generation(self) -> int:
        """Return a solarbank's generation; 0 for everything else."""
        return self.product.generation

    @property
    def is_owner(self) -> bool:
        """Tell whether the account owns it; a device follows its site (§5)."""
        return self.site.is_owner if self.site is not None else self.owner

    @property
    def level(self) -> float:
        """Return its charge in %."""
        return self.battery.level if self.battery is not None else 0.0


def new_device(model: str, alias: str, *, random: Random, linked: int, packs: int = 0, share: float = 0.0) -> Device:
    """Return a device with its battery, as it comes out of the box."""
    product = PRODUCTS[model]
    serial = new_serial(product, random)
    device = Device(
        serial=serial,
        product=product,
        alias=alias or product.name,
        linked=linked,
        mac=f"{random.getrandbits(48):012X}",
        packs=packs,
        share=share,
        firmware=product.firmware,
        newest=product.firmware,
        rssi=-random.randrange(45, 75),
        ac_limit_w=int(product.ac_input_w),
        cutoff={"power_cutoff_data": [dict(row) for row in CUTOFF_ROWS]},
    )
    device.attributes = _attributes(device)
    if model == "A17C2":
        device.cutoff |= NEWER_CUTOFF
    if product.capacity_wh:
        capacity = product.capacity_wh * (1 + packs)
        device.battery = Battery(
            serial=serial,
            capacity_wh=capacity,
            energy_wh=capacity * 0.45,
            max_charge_w=product.charge_w,
            max_discharge_w=product.output_w,
        )
    return device


def _attributes(device: Device) -> Bean:
    """Return what ``get_device_attrs`` knows of any device; the limits mean something on solarbanks only (§7.7)."""
    return {
        "pv_power_limit": 3_600,
        "legal_power_limit": 0,
        "power_limit_option": [350, 600, 800],
        "power_limit_option_real": [350, 600, 800],
        "switch_0w": 0 if device.kind == "solarbank" else 1,
    }


def new_serial(product: Product, random: Random) -> str:
    """Return a serial number; from the fourth character on it holds the product code where it is long enough (§5.2)."""
    length = product.serial_length
    middle = {16: product.model[2:5], 17: product.model[1:5]}.get(length, "")
    letters = "".join(random.choice(LETTERS) for _ in range(length - len(middle)))
    return letters[:3] + middle + letters[3:]
