"""An owner of a simulated cloud whose changes are carried out as Home Assistant does (anker.md §12, §18.12)."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from custom_components.solar_battery_hub.core.control import ControlKind, Receipt, Setting
from custom_components.solar_battery_hub.core.desk import ControlDesk
from custom_components.solar_battery_hub.core.model import Ref, Reported, Value
from custom_components.solar_battery_hub.vendors.anker.account import AnkerAccount
from custom_components.solar_battery_hub.vendors.anker.inventory import site_id
from tests.vendors.anker.bench import Bench, open_bench
from tests.vendors.reading import Pace

# What tells settings, by the first word of a feed's key; energies take long and tell nothing of them.
FEEDS = frozenset({"sites", "devices", "scene", "details", "facts", "inverters", "average"})


@dataclass(slots=True, kw_only=True)
class Owner:
    """An account that was read for a while."""

    account: AnkerAccount
    bench: Bench
    pace: Pace[AnkerAccount]
    told: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    desk: ControlDesk = field(init=False)

    def __post_init__(self) -> None:
        """Carry changes out as Home Assistant does; nothing is known, so that everything is sent."""
        self.desk = ControlDesk(
            self.account,
            self.bench.clock,
            lambda _: None,
            on_change=lambda: None,
            on_outcome=lambda device, outcome, details: self.told.append((device, outcome, details)),
        )

    @property
    def site(self) -> str:
        """The device id of the first site."""
        return site_id(self.bench.sites[0])

    @property
    def plan(self) -> dict[str, Any]:
        """What the cloud keeps of the first site's plans."""
        return dict(self.bench.server.world.sites[0].settings["6"])

    async def change(self, device: str = "", *, wait: float = 60, **changes: Value) -> Receipt:
        """Change settings, of the first site unless said otherwise."""
        return await self.desk.apply(device or self.site, changes, wait=wait)

    def settings(self, device: str = "") -> dict[str, Setting]:
        """Return the settings of a device that are offered."""
        return {control.setting.key: control.setting for control in self.account.controls(device or self.site)}

    def value(self, key: str, device: str = "") -> Reported:
        """Return what was read last."""
        return self.pace.values[Ref(device or self.site, key)]

    def next_write(self, kind: str, **options: Any) -> None:
        """Let the next write turn out otherwise."""
        self.bench.act("next_write", kind, **options)

    @property
    def writes(self) -> int:
        """How many writes of parameters arrived."""
        return self.bench.counted["set_site_device_param"]


def another(setting: Setting, value: Reported) -> Value:
    """Return a value that a setting can have, another one than it has; ``None`` where there is no other."""
    match setting.kind:
        case ControlKind.SWITCH:
            return value is not True
        case ControlKind.SELECT:
            return next((option for option in setting.options if option != value), None)
        case ControlKind.NUMBER if setting.options:
            return next((float(option) for option in setting.options if float(option) != value), None)
        case ControlKind.NUMBER:
            return setting.maximum if setting.maximum != value else setting.minimum
        case _:
            return None


@asynccontextmanager
async def owner_of(profile: str = "solarbank3", *, minutes: float = 15, **options: Any) -> AsyncGenerator[Owner]:
    """Have an owner who has looked at his account for a while."""
    async with open_bench(profile, **options) as bench:
        account = bench.open()
        pace = Pace(bench.clock, account, only=FEEDS)
        await pace.run(minutes=minutes)
        bench.forget_requests()
        yield Owner(account=account, bench=bench, pace=pace)
