"""Reading what a device is set to, and what it can be set to (goodwe.md §6.2, §6.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from ...core.clock import Clock
from ...core.errors import NotSupported
from ...core.model import Value
from ...core.parse import number
from ..base import PrivateStore
from .abilities import Abilities
from .codes import NoPermission, NothingInIt
from .functions import RUN_SWITCH, addresses, known_functions, read_functions, run_command
from .model import Bean, DeviceType, Listed
from .offers import SCHEDULE
from .running import is_on, seen_running
from .semsplus import SemsPlus
from .settings import GRID_CHARGING, SETTINGS as BY_NAME, is_acting, limits_export, names, read_settings
from .tou import DIALECTS, plan_of, present

_INVERTER_MENU, _BATTERY_MENU = 0, 1
_ABILITIES_AGE: Final = timedelta(days=1)
_TOLD_BY_NAME: Final = BY_NAME - {GRID_CHARGING[0]} | {SCHEDULE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a device is set to: what it told by name, and its settings by key."""

    named: Mapping[str, Bean]
    values: Mapping[str, Value]


class ToldSettings:
    """Settings as SEMS+ tells them; what a device can do is asked once a day and kept in the shared store."""

    def __init__(self, semsplus: SemsPlus, store: PrivateStore, clock: Clock) -> None:
        """Go on from what is remembered."""
        self._semsplus = semsplus
        self._store = store
        self._clock = clock
        self._stored: dict[str, dict[str, Any]] = store.shared.setdefault("abilities", {})
        self._known = {
            serial: known for serial, state in self._stored.items() if (known := Abilities.from_dict(state)) is not None
        }
        # By serial number whether an inverter was last told to run, as far as that is known.
        self._commands: dict[str, bool] = store.shared.setdefault("run_commands", {})

    def abilities(self, device: Listed) -> Abilities:
        """Return what a device is known to be able to do."""
        return self._known.get(device.serial, Abilities())

    def commanded(self, device: Listed) -> bool | None:
        """Return whether an inverter was last told to run; ``None`` when it was never told anything."""
        return self._commands.get(device.serial)

    def note_command(self, device: Listed, *, on: bool | None) -> None:
        """Remember what an inverter was told."""
        if on is not None and self._commands.get(device.serial) != on:
            self._commands[device.serial] = on
            self._store.save_later()

    async def learn(self, device: Listed) -> Abilities:
        """Return what a device can do, asked once a day.

        An answer with nothing in it takes nothing away (§1.1), and what was to be expected is asked for again.
        """
        asked = self._stored[device.serial].get("asked") if device.serial in self._known else None
        known = self.abilities(device)
        if asked and abs(self._clock.now() - datetime.fromisoformat(asked)) < _ABILITIES_AGE:
            return known
        battery = device.type is DeviceType.BATTERY
        told = Abilities(
            generation=None if battery else await self._generation(device),
            plan=self.abilities(device).plan,
            functions=known_functions(await self._functions(device), battery=battery),
        )
        found = replace(
            told, generation=told.generation or known.generation, functions=told.functions or known.functions
        )
        is_storage = device.stores or device.type is DeviceType.CABINET
        expected = told.generation is not None or (bool(told.functions) and not is_storage)
        is_whole = expected and found == told
        self._keep(device, found, asked=self._clock.now().isoformat() if is_whole else None)
        return found

    async def named(self, device: Listed) -> Mapping[str, Bean]:
        """Return all settings of a device that have a name; none where it has no such settings."""
        if not (asked := names(self.abilities(device).generation)):
            return {}
        try:
            return await self._semsplus.settings.named(device.serial, asked)
        except NoPermission:
            raise
        except NothingInIt, NotSupported:
            return {}

    async def read(self, device: Listed, keys: frozenset[str]) -> Found:
        """Return the settings of these keys as far as they are told, and what came along; without whether it runs."""
        abilities = await self.learn(device)
        named: Mapping[str, Bean] = {}
        if not keys.isdisjoint(_TOLD_BY_NAME):
            named = await self.named(device)
            abilities = self._with_plan(device, named)
        copy: Mapping[str, object] = {}
        if not keys <= _TOLD_BY_NAME:
            copy = await self._copy(device, abilities)
        values = read_settings(named) | read_functions(abilities.functions, copy)
        plan = abilities.plan
        if plan is not None and (acting := is_acting(plan, named)) is not None:
            schedule = present(plan, named, acting=acting)
            values |= {} if schedule is None else {SCHEDULE: schedule.as_text()}
        return Found(named=named, values=values)

    async def read_running(self, device: Listed) -> tuple[bool | None, bool | None]:
        """Return whether an inverter is switched on now, and whether that was seen rather than assumed."""
        abilities = await self.learn(device)
        copy = await self._copy(device, abilities)
        if RUN_SWITCH in abilities.functions and (said := run_command(abilities.functions, copy)) is not None:
            return said, said
        status = await self._status(device)
        return is_on(status, self.commanded(device)), seen_running(status)

    def running(self, device: Listed) -> bool | None:
        """Return whether an inverter is switched on, by the status it was listed with or its own switch."""
        commanded = self.commanded(device)
        has_switch = RUN_SWITCH in self.abilities(device).functions
        return commanded if has_switch and commanded is not None else is_on(device.status, commanded)

    async def _copy(self, device: Listed, abilities: Abilities) -> Mapping[str, object]:
        """Return the cloud's copy of what is set by address."""
        if not (asked := addresses(abilities.functions)):
            return {}
        copy = await self._semsplus.settings.parameters(_address(device), asked)
        self.note_command(device, on=run_command(abilities.functions, copy))
        return copy

    async def _status(self, device: Listed) -> int | None:
        rows = await self._semsplus.device_status(device.plant)
        found = next((number(row.get("status")) for row in rows if row.get("sn") == device.serial), None)
        return None if found is None else int(found)

    async def _generation(self, device: Listed) -> int | None:
        try:
            said = number((await self._semsplus.settings.generation(device.serial)).get("workMode"))
        except NoPermission:
            raise
        except NothingInIt, NotSupported:
            return None
        return int(said) if said is not None and said in DIALECTS else None

    async def _functions(self, device: Listed) -> list[Bean]:
        menu, battery = (
            (_BATTERY_MENU, device.number or "") if device.type is DeviceType.BATTERY else (_INVERTER_MENU, "")
        )
        try:
            return await self._semsplus.settings.functions(_address(device), menu, battery)
        except NoPermission:
            raise
        except NothingInIt, NotSupported:
            return []

    def _with_plan(self, device: Listed, named: Mapping[str, Bean]) -> Abilities:
        """Return what a device can do with the slots it tells now; one that tells none keeps those it had."""
        known = self.abilities(device)
        plan = plan_of(known.generation, named, exports=limits_export(named), had=known.plan)
        if plan is None or plan == known.plan:
            return known
        found = replace(known, plan=plan)
        self._keep(device, found, asked=self._stored.get(device.serial, {}).get("asked"))
        return found

    def _keep(self, device: Listed, abilities: Abilities, *, asked: str | None) -> None:
        self._known[device.serial] = abilities
        self._stored[device.serial] = abilities.as_dict() | {"asked": asked}
        self._store.save_later()


def _address(device: Listed) -> str:
    """Return the serial number by which a device's functions are asked for: a battery's are its inverter's."""
    return device.host or device.serial
