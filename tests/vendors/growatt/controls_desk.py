"""A device that only knows settings, behind either API: what the controls are tried on."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, override

from custom_components.solar_battery_hub.core.errors import HubError, TooSoon
from custom_components.solar_battery_hub.core.model import Value
from custom_components.solar_battery_hub.core.schedule import Schedule, Slot
from custom_components.solar_battery_hub.vendors.growatt.api import Api
from custom_components.solar_battery_hub.vendors.growatt.controls import Controls
from custom_components.solar_battery_hub.vendors.growatt.model import Bean, Family, Listed
from tests.vendors.tools import HandClock, MemoryStore

SERIAL = "ABC0000001"
START = datetime(2026, 6, 1, 12, tzinfo=UTC)


class FakeApi(Api):
    """Keeps one settings object; ``gap`` seconds must be between two fresh reads of it, ``live`` answers live reads."""

    def __init__(self, clock: HandClock, bean: dict[str, Any], *, legacy: bool, gap: float) -> None:
        """Start with settings nobody has read."""
        self.legacy = legacy
        self.bean = bean
        self.gap = gap
        self.writes: list[tuple[str, str]] = []
        self.live: dict[str, str | HubError] = {}
        self.asked: list[str] = []
        self.failures: dict[int, HubError] = {}
        self._clock = clock
        self._read: tuple[float, dict[str, Any]] | None = None

    @override
    async def write(self, device: Listed, kind: str, params: Sequence[str]) -> None:
        if (failure := self.failures.pop(len(self.writes), None)) is not None:
            raise failure
        self.writes.append((kind, " ".join(params)))

    @override
    async def settings(self, device: Listed, *, fresh: bool) -> Bean:
        now = self._clock.monotonic()
        if self._read is not None and now - self._read[0] < self.gap:
            if fresh:
                raise TooSoon(self._read[0] + self.gap - now)
            return self._read[1]
        self._read = (now, dict(self.bean))
        self.asked.append("settings")
        return self._read[1]

    @override
    def reads_live(self, family: Family) -> bool:
        return family is Family.MIN and not self.legacy

    @override
    async def live_read(self, device: Listed, kind: str) -> str | None:
        self.asked.append(kind)
        said = self.live[kind]
        if isinstance(said, HubError):
            raise said
        return said


class Desk:
    """Controls of one device on that API."""

    def __init__(
        self, family: Family, bean: Mapping[str, Any], *, legacy: bool = False, offset: float | None = 2.0
    ) -> None:
        """Begin before its settings were read; a battery was seen."""
        self.clock = HandClock(START)
        self.device = Listed(serial=SERIAL, family=family, word=family.value, plant="1")
        self.api = FakeApi(self.clock, dict(bean), legacy=legacy, gap=0.0 if legacy else 310.0)
        self.store = MemoryStore(shared={"fitted": {SERIAL: {"groups": ["battery"]}}})
        self.controls = Controls(self.api, self.store, self.clock, lambda _: offset)

    def note(self, **changes: Any) -> dict[str, Any]:
        """Let the settings be read by a feed; return what is told, by key."""
        self.api.bean |= changes
        return {ref.key: value for ref, value in self.controls.note_settings(self.device, self.api.bean).items()}

    async def write(self, **changes: Value) -> list[tuple[str, str]]:
        """Write changes; return what was sent: types, with the values joined by blanks."""
        before = len(self.api.writes)
        await self.controls.write(self.device, changes)
        return self.api.writes[before:]

    async def read_back(self, *keys: str) -> dict[str, Value]:
        """Read settings as after a write."""
        return dict(await self.controls.read_back(self.device, frozenset(keys)))

    @property
    def offered(self) -> set[str]:
        """The settings that can be written now."""
        return {control.setting.key for control in self.controls.offered(self.device)}

    @property
    def reasons(self) -> dict[str, str | None]:
        """Why each setting cannot be written."""
        return {found.setting: found.reason for found in self.controls.capabilities(self.device)}


def text(*slots: Slot) -> str:
    """Return a schedule as the value of its setting."""
    return Schedule(slots=slots).as_text()


def running(value: Value) -> list[tuple[str, str, str]]:
    """Return the slots of a schedule that are on: start, end, mode."""
    return [
        (f"{slot.start:%H:%M}", f"{slot.end:%H:%M}", slot.mode)
        for slot in Schedule.from_text(value).slots
        if slot.enabled
    ]
