"""A vendor that exists in tests only: no network, and readings, settings and failures as the test wants them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import override

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.core.catalogue import CATALOGUE
from custom_components.solar_battery_hub.core.clock import Clock
from custom_components.solar_battery_hub.core.control import Control, Setting
from custom_components.solar_battery_hub.core.errors import HubError, NotSupported
from custom_components.solar_battery_hub.core.feed import Feed
from custom_components.solar_battery_hub.core.model import (
    Device,
    DeviceKind,
    Happening,
    Notice,
    Ref,
    Reported,
    Snapshot,
    Value,
)
from custom_components.solar_battery_hub.vendors import VENDORS
from custom_components.solar_battery_hub.vendors.base import Account, Action, Capability, Settings, Vendor, Wanted

KEY = "made_up"
SITE = "MADE1"
PART = "MADE2"
INVERTER = Device(id=PART, kind=DeviceKind.INVERTER, name="Made-up inverter", manufacturer="Nobody", parent=SITE)


class MadeUpAccount(Account):
    """One site whose single feed brings ``values`` and ``happenings``, or raises ``error``.

    ``settings`` can be written; ``stored`` is what the device has of them. A write raises ``write_error``, changes
    ``stored`` only while ``obeys``, and is noted in ``written``. ``read_error`` is raised by reading back. The feed tells
    what is ``stored`` of the catalogue's readings, or while that is given what is ``shown``. ``unwritable`` maps settings
    that cannot be written to the reason. ``rows`` is the history of the site, ``None`` while it has none; what was asked
    of it is noted in ``asked_history``.
    """

    identity = SITE

    def __init__(self, *settings: Setting) -> None:
        """Start with a site that tells its power."""
        self.values: dict[Ref, Reported] = {Ref(SITE, "solar_power"): 1000.0}
        self.happenings: tuple[Happening, ...] = ()
        self.streams: tuple[Ref, ...] = ()
        self.error: HubError | None = None
        self.settings = settings
        self.stored: dict[str, Value] = {}
        self.shown: dict[str, Value] | None = None
        self.written: list[Mapping[str, Value]] = []
        self.obeys = True
        self.write_error: HubError | None = None
        self.read_error: HubError | None = None
        self.unwritable: Mapping[str, str] = {}
        self.rows: Sequence[Mapping[str, Value]] | None = None
        self.asked_history: list[tuple[datetime, datetime, str]] = []
        self.told: Sequence[Notice] = ()
        self.parts = [Device(id=SITE, kind=DeviceKind.SITE, name="Made-up home", manufacturer="Nobody")]
        self.clock: Clock | None = None

    def open(self, settings: Settings, door: object, store: object, clock: Clock) -> Account:
        """Be opened: every entry gets this one account."""
        self.clock = clock
        return self

    @property
    @override
    def devices(self) -> Sequence[Device]:
        return tuple(self.parts)

    @property
    @override
    def feeds(self) -> Sequence[Feed]:
        return (Feed(key="live", interval=10.0, floor=5.0),)

    @property
    @override
    def notices(self) -> Sequence[Notice]:
        return self.told

    @property
    @override
    def remarks(self) -> Sequence[str]:
        return ()

    @override
    def restore(self, devices: Sequence[Device]) -> None:
        """Nothing to take back: the account outlives its entry."""

    @override
    async def fetch(self, feed: Feed, wanted: Wanted) -> Snapshot:
        if self.error is not None:
            raise self.error
        assert self.clock is not None
        settings = self.stored if self.shown is None else self.shown
        told = {Ref(SITE, key): value for key, value in settings.items() if key in CATALOGUE}
        return Snapshot(
            measured_at=self.clock.now(),
            values={**self.values, **told},
            devices=tuple(self.parts),
            streams=self.streams,
            happenings=self.happenings,
        )

    @override
    def controls(self, device: str) -> Sequence[Control]:
        return [Control(device=SITE, setting=setting) for setting in self.settings] if device == SITE else ()

    @override
    def capabilities(self, device: str) -> Sequence[Capability]:
        writable = [Capability(setting=control.setting.key, writable=True) for control in self.controls(device)]
        known = self.unwritable if device == SITE else {}
        return writable + [Capability(setting=key, writable=False, reason=reason) for key, reason in known.items()]

    @override
    async def write(self, device: str, changes: Mapping[str, Value]) -> None:
        if self.write_error is not None:
            raise self.write_error
        self.written.append(dict(changes))
        if self.obeys:
            self.stored |= changes

    @override
    async def read_back(self, device: str, settings: frozenset[str]) -> Mapping[str, Value]:
        if self.read_error is not None:
            raise self.read_error
        return {key: value for key, value in self.stored.items() if key in settings}

    @override
    async def history(self, device: str, start: datetime, end: datetime, period: str) -> Sequence[Mapping[str, Value]]:
        if self.rows is None or device != SITE:
            raise NotSupported("No history")
        self.asked_history.append((start, end, period))
        return self.rows

    @override
    async def close(self, *, forget: bool) -> None:
        """Nothing is held open."""


async def add_made_up(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    account: MadeUpAccount,
    *actions: Action,
    until_done: bool = True,
) -> MockConfigEntry:
    """Register the vendor, with actions of its own, for this test and set an entry of it up.

    What goes on in the background after that is waited for, unless ``until_done`` is false.
    """
    vendor = Vendor(
        key=KEY,
        name="Made up",
        open=account.open,
        address=lambda settings: settings["host"],
        credentials=("password",),
        actions=actions,
    )
    monkeypatch.setitem(VENDORS, KEY, vendor)
    data = {"vendor": KEY, "identity": SITE, "host": "made.up", "password": "CANARY-made-up"}
    entry = MockConfigEntry(domain=DOMAIN, data=data, unique_id=f"{KEY}_{SITE}", title="Made-up home")
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    if until_done:
        await hass.async_block_till_done(wait_background_tasks=True)
    return entry
