"""A device that only knows settings, on either way: what the controls are tried on (goodwe.md §6)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
import json
from typing import Any, cast, override
from zoneinfo import ZoneInfo

from custom_components.solar_battery_hub.core.errors import HubError
from custom_components.solar_battery_hub.core.model import Value
from custom_components.solar_battery_hub.core.schedule import Schedule, Slot
from custom_components.solar_battery_hub.vendors.base import Wanted
from custom_components.solar_battery_hub.vendors.goodwe.controls import Controls
from custom_components.solar_battery_hub.vendors.goodwe.inventory import Inventory
from custom_components.solar_battery_hub.vendors.goodwe.legacy import Legacy
from custom_components.solar_battery_hub.vendors.goodwe.model import Bean, DeviceType, Listed, Plant, Way
from custom_components.solar_battery_hub.vendors.goodwe.semsplus import SemsPlus
from custom_components.solar_battery_hub.vendors.goodwe.semsplus_settings import SemsPlusSettings
from tests.vendors.tools import HandClock, MemoryStore

SERIAL = "GW0000SN000TEST1"
BATTERY = "VD0000SN000TEST1"
START = datetime(2026, 6, 1, 12, tzinfo=UTC)
MAY_WRITE = frozenset({"STATION_VIEW", "INVERTER_REMOTE_READ", "INVERTER_REMOTE"})

INVERTER = Listed(serial=SERIAL, plant="p1", type=DeviceType.CABINET, name="All-in-One 1", status=5)
STORAGE = Listed(
    serial=BATTERY, plant="p1", type=DeviceType.BATTERY, name="BAT1", host=SERIAL, number="1", code="mppt1_battery"
)

RUN = {"restart": 1, "stop": 2, "start_up": 4}


def function(
    address: str, key: str, control: int, *, path: Sequence[str] = ("menu",), **members: Any
) -> dict[str, Any]:
    """Return a row of the tree as the client hands it on; the id is the address with an i."""
    values = members.pop("values", {})
    choices = [{"transKey": word, "value": str(value)} for word, value in values.items()]
    return {
        "address": address,
        "id": f"i{address}",
        "translateKey": key,
        "funcKey": None,
        "rwType": "RW",
        "control": control,
        "controlAttr": json.dumps(choices) if choices else "",
        "range": "[0,100]",
        "gain": 1,
        "unit": "N/A",
        "path": tuple(path),
        **members,
    }


STATUS_SETTING = function("80017", "status_setting", 4, values=RUN)
LIMITS = (
    function("40327", "grid-tie_power_limit", 8, path=("power",)),
    function("40328", "limit_setting", 3, path=("power",), unit="W", range="[0,6000]"),
    function("40336", "limit_setting", 3, path=("power",), unit="%Pn"),
)
GRID_CHARGE = function("47870", "gird_pur_charge", 8)
BATTERY_ROWS = (
    function("47545", "immediate_charge", 16, range="[1]"),
    function("47545", "stop_charging", 16, range="[0]", id="stop"),
    function("47546", "end_charge_soc", 3, unit="%", range="[10,100]"),
    function("47603", "bat_immediate_charge_power", 3, unit="%"),
)


def slot_bean(place: int, generation: int = 3, **members: Any) -> dict[str, Any]:
    """Return a slot nobody ever used, but for ``members`` (named without their number)."""
    bean: dict[str, Any] = {
        "TOUStart": "00:00",
        "TOUEnd": "00:00",
        "TOUWeekEnable": 0,
        "TOUWeek": [],
        "ChargeDischargePW": 0,
    }
    if generation > 1:
        bean |= {"ChargeCutOffSet": 0, "TOUMonth": []}
    return {f"{name}{place}": value for name, value in (bean | members).items()}


def named_of(generation: int = 3) -> dict[str, Any]:
    """Return what a device of a generation tells by name as it comes; the answer lists twelve slots whatever it has."""
    named: dict[str, Any] = {f"TOU{place}": slot_bean(place, generation) for place in range(1, 13)}
    if generation == 1:
        modes = ("SelfUseMode", "OffGridMode", "BackupMode", "TOUMode")
        return named | {"INVCurrentWorkMode": {"INVCurrentWorkMode": 1}} | {mode: {mode: 0} for mode in modes}
    named |= {
        "INVCurrentWorkMode": {"INVCurrentWorkMode": 1},
        "TOUModeEnable": {"TOUModeEnable": 0},
        "Backup": {"BackupModeEnable": 0, "BackupPChargeP": 20},
        "DelayedChargeEnable": {"DelayedChargeEnable": 0},
        "DemandOrDelayed1": {"DemandOrDelayedWeekEnable1": 3, "DemandOrDelayedWeek1": [1, 2]},
        "DemandOrDelayed2": {"DemandOrDelayedWeekEnable2": 5, "DemandOrDelayedWeek2": []},
    }
    if generation == 3:
        named |= {"OffGridEnable": {"OffGridEnable": 0}, "ARMFunction4": {"ARMFunction4": 4108}}
    return named


class FakeSettings(SemsPlusSettings):
    """Keeps settings as a device does; ``obeys`` off: what is written changes nothing."""

    def __init__(self, generation: int | None, rows: Sequence[Bean], battery: Sequence[Bean]) -> None:
        """Start with settings nobody has read."""
        self.generation_told = generation
        self.rows = rows
        self.battery_rows = battery
        self.values: dict[str, Any] = {} if generation is None else named_of(generation)
        self.copy: dict[str, object] = {}
        self.sent: list[tuple[Any, ...]] = []
        self.asked: list[str] = []
        self.failures: dict[int, HubError] = {}
        self.read_error: HubError | None = None
        self.obeys = True

    def _asking(self, what: str) -> None:
        self.asked.append(what)
        if self.read_error is not None:
            raise self.read_error

    @override
    async def generation(self, serial: str) -> Bean:
        self._asking(f"generation {serial}")
        return {} if self.generation_told is None else {"workMode": f"{self.generation_told}.0", "arm": "745"}

    @override
    async def functions(self, serial: str, menu_code: int, battery: str = "") -> list[Bean]:
        self._asking(f"functions {serial} {menu_code} {battery}".rstrip())
        return list(self.battery_rows if menu_code == 1 else self.rows)

    @override
    async def parameters(self, serial: str, ids: Mapping[str, str]) -> Mapping[str, object]:
        self._asking(f"parameters {serial}")
        return {address: self.copy[address] for address in ids if address in self.copy}

    @override
    async def named(self, serial: str, names: Sequence[str]) -> Mapping[str, Bean]:
        self._asking(f"named {serial}")
        return {name: dict(self.values[name]) for name in names if self.values.get(name)}

    @override
    async def set_parameters(
        self, device: Listed, values: Mapping[str, int], ids: Mapping[str, str], log: Mapping[str, object]
    ) -> None:
        self._sending((device.serial, dict(values), dict(ids), dict(log)))
        if self.obeys:
            self.copy |= values

    @override
    async def set_named(self, device: Listed, name: str, data: Mapping[str, object], log: Mapping[str, object]) -> None:
        self._sending((name, dict(data), dict(log)))
        if self.obeys:
            told = {key: value for key, value in data.items() if key != "BackupChargeModelEnable"}
            self.values[name] = self.values.get(name, {}) | told

    def _sending(self, what: tuple[Any, ...]) -> None:
        if (failure := self.failures.pop(len(self.sent), None)) is not None:
            raise failure
        self.sent.append(what)


class FakeSemsPlus:
    """The part of SEMS+ that the controls need."""

    def __init__(self, settings: FakeSettings) -> None:
        """Tell that the inverter runs."""
        self.settings = settings
        self.status: int | None = 5

    async def device_status(self, plant: str) -> list[Bean]:
        """Return the one inverter."""
        assert plant == "p1"
        return [{"sn": SERIAL, "deviceType": "INVERTER", "status": self.status}]


class FakeLegacy:
    """The part of the legacy API that the controls need."""

    def __init__(self) -> None:
        """Tell that the inverter runs."""
        self.sent: list[Mapping[str, str]] = []
        self.status = 1
        self.remote: Bean = {}

    async def remote_control(self, body: Mapping[str, str]) -> None:
        """Take a command."""
        self.sent.append(body)

    async def inverter_points(self, plant: str) -> list[Bean]:
        """Return the one inverter."""
        assert plant == "p1"
        return [{"sn": SERIAL, "name": "Inverter", "status": self.status}]

    async def remote_parameters(self, serial: str) -> Bean:
        """Return what was asked for."""
        assert serial == SERIAL
        return self.remote


class Desk:
    """Controls of one inverter and its battery; settings were not read yet."""

    def __init__(
        self,
        generation: int | None = 3,
        rows: Sequence[Bean] = (STATUS_SETTING, *LIMITS, GRID_CHARGE),
        *,
        permissions: frozenset[str] | None = MAY_WRITE,
        way: Way = Way.SEMSPLUS,
        store: MemoryStore | None = None,
    ) -> None:
        """Begin before anything was read."""
        self.clock = HandClock(START)
        self.clock.zone = ZoneInfo("Europe/Berlin")
        self.settings = FakeSettings(generation, rows, BATTERY_ROWS)
        self.semsplus = FakeSemsPlus(self.settings)
        self.legacy = FakeLegacy()
        self.store = store or MemoryStore()
        self.inventory = Inventory(self.store)
        self.inventory.note_plants([Plant(id="p1", name="Home", permissions=permissions)])
        self.way = way
        self.device = INVERTER
        self.controls = Controls(
            cast(SemsPlus, self.semsplus),
            cast(Legacy, self.legacy),
            self.inventory,
            self.store,
            self.clock,
            lambda: self.way,
        )

    async def note(self) -> dict[str, Any]:
        """Let the settings be read by their feed; return what is told, by key."""
        found = await self.controls.note(self.device, Wanted())
        assert {ref.device for ref in found} <= {self.device.serial}
        return {ref.key: value for ref, value in found.items()}

    async def write(self, **changes: Value) -> list[tuple[Any, ...]]:
        """Write changes; return what was sent."""
        before = len(self.settings.sent)
        await self.controls.write(self.device, changes)
        return self.settings.sent[before:]

    async def read_back(self, *keys: str) -> dict[str, Value]:
        """Read settings as after a write."""
        return dict(await self.controls.read_back(self.device, frozenset(keys)))

    def listed(self, **changes: Any) -> None:
        """Have the device listed otherwise."""
        self.device = replace(self.device, **changes)

    @property
    def offered(self) -> set[str]:
        """The settings that are offered."""
        return {control.setting.key for control in self.controls.offered(self.device)}

    @property
    def reasons(self) -> dict[str, str | None]:
        """Why each setting cannot be written."""
        return {found.setting: found.reason for found in self.controls.capabilities(self.device)}


def text(*slots: Slot) -> str:
    """Return a schedule as the value of its setting."""
    return Schedule(slots=slots).as_text()


async def ready(*args: Any, **options: Any) -> Desk:
    """Return a desk whose settings were read."""
    desk = Desk(*args, **options)
    await desk.note()
    return desk
