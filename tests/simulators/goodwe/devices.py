"""The devices of a plant: what they are, what they last uploaded, how they are.

``status`` is in the numbers of goodwe.md §5.4 (0 offline, 1 online, 2 fault, 3 standby, 5 running, 6 charging,
7 discharging, 8 available). Every device has ``serial``, ``type`` (the wire's), ``name``, ``model``, ``subtype``,
``added`` (UTC), ``plant``, ``host`` (of a battery: its inverter) and ``firmware``.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, override

from tests.simulators.goodwe.energies import Ledger
from tests.simulators.goodwe.models import Model
from tests.simulators.goodwe.record import Record
from tests.simulators.goodwe.settings import factory, known_to_cloud, upload
from tests.simulators.plant import Battery

if TYPE_CHECKING:
    from tests.simulators.goodwe.plants import Plant

OFFLINE_AFTER = timedelta(minutes=15)
OFFLINE, ONLINE, FAULT, STANDBY, RUNNING, CHARGING, DISCHARGING, AVAILABLE = 0, 1, 2, 3, 5, 6, 7, 8
KEPT_UPLOADS = 3 * 288
KEPT_MINUTES = 3 * 1_440
STRING_SHARES = {1: (1.0,), 2: (0.55, 0.45), 3: (0.4, 0.35, 0.25)}
STRING_VOLTS = (338.0, 351.5, 322.4)
PACK_VOLTS = 331.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A pair of wires: a string of the roof, a phase of the grid."""

    power_w: float
    volts: float
    amps: float


@dataclass(kw_only=True, eq=False)
class Device:
    """Any device: these have nothing to measure of their own."""

    serial: str
    type: str
    name: str
    model: str
    plant: Plant
    added: datetime
    subtype: str | None = None
    host: Inverter | None = None
    firmware: str = "V1.08.08"
    minute: Record | None = None
    """The latest record of route C (every minute)."""

    @property
    def status(self) -> int:
        """Return how it is, in the numbers of §5.4."""
        return ONLINE if self.plant.online else OFFLINE


@dataclass(kw_only=True, eq=False)
class Dongle(Device):
    """The communication stick. ``offline``: nothing of the plant reaches the cloud, although the plant lives on."""

    offline: bool = False
    communication: str = "WiFi"
    signal: int = 78


class Meter(Device):
    """A meter: that of the inverter, or one of the whole plant ("HomeKit", §4.5)."""


@dataclass(kw_only=True, eq=False)
class Charger(Device):
    """A wallbox. ``mode``: 0 fast, 1 sun first, 2 sun and battery (§6.6)."""

    plugged: bool = True
    charging: bool = False
    mode: int = 0
    set_kw: float = 11.0
    least_kw: float = 4.2
    most_kw: float = 11.0
    session_kwh: float = 0.0
    full_kwh: float = 40.0
    power_w: float = 0.0

    def steer(self, solar_w: float) -> None:
        """Decide what it draws while the sun gives so much."""
        wanted = self.set_kw * 1000 if self.mode == 0 else min(self.most_kw * 1000, solar_w)
        active = self.plugged and self.charging and self.session_kwh < self.full_kwh
        self.power_w = float(round(wanted)) if active and wanted >= (0 if self.mode == 0 else 1380) else 0.0

    def count(self, hours: float) -> None:
        """Count what it drew."""
        self.session_kwh += self.power_w * hours / 1000

    @property
    @override
    def status(self) -> int:
        if not self.plant.online:
            return OFFLINE
        return CHARGING if self.power_w else AVAILABLE


@dataclass(kw_only=True, eq=False)
class Storage(Device):
    """A battery: BAT_SYS with all packs of its inverter, or BATTERY_RACK with one of them; a dead rack has none.

    ``number`` is ``no`` and ``code`` ``translateCode`` of the related devices (§5.4).
    """

    packs: list[Battery] = field(default_factory=list)
    number: str = "1"
    code: str = "mppt1_battery"

    @property
    def alive(self) -> bool:
        """Tell whether it has anything to tell."""
        return bool(self.packs) and self.minute is not None

    @property
    def power_w(self) -> float:
        """Return its last power in W, + = discharging."""
        serials = {pack.serial for pack in self.packs}
        packs = self.minute.packs if self.minute is not None else ()
        return float(sum(pack.power_w for pack in packs if pack.serial in serials))

    @property
    def level(self) -> float:
        """Return its last level in %."""
        serials = {pack.serial for pack in self.packs}
        levels = [
            pack.level for pack in (self.minute.packs if self.minute is not None else ()) if pack.serial in serials
        ]
        return float(round(sum(levels) / len(levels))) if levels else 0.0

    @property
    def volts(self) -> float:
        """Return its voltage, which rises a little with its level."""
        return round(PACK_VOLTS - 12 + 0.24 * self.level, 1) if self.alive else 0.0

    @property
    def amps(self) -> float:
        """Return its current, + = discharging."""
        return round(self.power_w / self.volts, 1) if self.alive else 0.0

    @property
    @override
    def status(self) -> int:
        if not self.alive or self.host is None or not self.host.status:
            return OFFLINE
        power = self.power_w
        return CHARGING if power < 0 else DISCHARGING if power > 0 else RUNNING


@dataclass(kw_only=True, eq=False)
class Inverter(Device):
    """An inverter, with battery terminals or without.

    ``settings`` is what it really does, ``copy`` what the cloud believes (one minute step later); ``upload`` is the last
    record of route B, ``minute`` that of route C, ``uploads`` all of B's lately. ``unpowered``: somebody switched it off.
    ``share`` is its part of the roof, ``packs`` are its batteries in the house.
    """

    kind: Model
    ledger: Ledger
    share: float = 1.0
    packs: list[Battery] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    copy: dict[str, Any] = field(default_factory=dict)
    upload: Record | None = None
    uploads: deque[Record] = field(default_factory=lambda: deque(maxlen=KEPT_UPLOADS))
    unpowered: bool = False
    fault: int = 0
    zero_lifetime: bool = False
    """Knob: lifetime counters are told as 0 (§10.9)."""
    correction_kwh: float = 0.0
    """Knob: what is taken off the lifetime counters (§10.9: about 0.04 kWh)."""
    check_code: str = "007864"
    number: int = 1

    def __post_init__(self) -> None:
        """Set it to what it comes with."""
        self.settings = factory(self.kind.generation if self.kind.has_battery else 0)
        self.copy = known_to_cloud(self.settings)

    # --- how it is ---------------------------------------------------------------------------------------------------

    @property
    def rated_w(self) -> int:
        """Return its rated power in W."""
        return self.kind.rated_w

    @property
    def has_battery(self) -> bool:
        """Tell whether batteries belong to it."""
        return self.kind.has_battery

    @property
    def metered(self) -> bool:
        """Tell whether the meter hangs on it."""
        return self.plant.lead is self and self.plant.plan.meter == "inverter"

    def change(self, values: Mapping[str, Any]) -> None:
        """Take over settings; the cloud knows of them with the next minute."""
        self.settings |= values
        for key in values:
            self.copy.setdefault(key, None)

    def publish(self) -> None:
        """Let the cloud know what it is set to."""
        upload(self.settings, self.copy)

    @property
    def running(self) -> bool:
        """Tell whether it is neither stopped nor switched off."""
        return bool(self.settings["Running"]) and not self.unpowered

    @property
    def asleep(self) -> bool:
        """Tell whether it has no power: without a battery it lives on sunlight."""
        return self.unpowered or (not self.has_battery and self.plant.light_w <= 0)

    @property
    def reachable(self) -> bool:
        """Tell whether a command would arrive."""
        return not (self.asleep or self.plant.dongle.offline)

    @property
    @override
    def status(self) -> int:
        if self.minute is None or self.plant.now - self.minute.instant > OFFLINE_AFTER:
            return OFFLINE
        if self.fault:
            return FAULT
        if not self.minute.running:
            return STANDBY
        return RUNNING if self.has_battery else ONLINE

    @property
    def legacy_status(self) -> int:
        """Return route B's: −1 offline, 0 waiting, 1 normal, 2 fault (§4.4)."""
        if self.upload is None or self.plant.now - self.upload.instant > OFFLINE_AFTER:
            return -1
        if self.fault:
            return 2
        return 1 if self.upload.running and (self.has_battery or self.upload.solar_w) else 0

    # --- what a record says in detail --------------------------------------------------------------------------------

    def strings(self, record: Record) -> tuple[Line, ...]:
        """Return its solar inputs."""
        lines = []
        for share, volts in zip(STRING_SHARES[self.kind.strings], STRING_VOLTS, strict=False):
            power = record.solar_w * share
            shown = volts if power else 0.0
            lines.append(Line(power_w=power, volts=shown, amps=round(power / volts, 1)))
        return tuple(lines)

    def phases(self, record: Record) -> tuple[Line, ...]:
        """Return its phases on the grid side."""
        power = record.output_w / self.kind.phases
        volts = [round(231.0 - record.grid_w / 3_000 + 0.6 * number, 1) for number in range(self.kind.phases)]
        return tuple(Line(power_w=power, volts=value, amps=round(abs(power) / value, 1)) for value in volts)

    def temperature(self, record: Record) -> float:
        """Return how warm it is inside, in °C."""
        return round(24.5 + 22 * abs(record.output_w) / self.rated_w, 1)

    def lifetime(self, value: float) -> float:
        """Return a lifetime counter as its knobs let it be told."""
        return 0.0 if self.zero_lifetime else value - self.correction_kwh

    def hours(self, record: Record) -> float:
        """Return its operating hours."""
        return round((record.instant - self.added) / timedelta(hours=2), 0)


def epoch_ms(moment: datetime) -> int:
    """Return an aware moment in milliseconds since 1970."""
    return round((moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))
