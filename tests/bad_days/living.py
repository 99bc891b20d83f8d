"""Living through days: time that passes, what entities show meanwhile, and what the user is told."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.stores import _COMMON, _FILES
from tests.bad_days.tools import NOTHING
from tests.hub import Hub

MINUTE = 60.0
HOUR = 3_600.0
DAY = 24 * HOUR

_LONGEST = 600.0  # seconds at a time
_ZEROS = ("0", "0.0")


def number(hub: Hub, unique_id: str) -> float:
    """Return what a sensor shows as a number."""
    return float(hub.state(unique_id).state)


def lifetimes(hub: Hub) -> dict[str, float]:
    """Return every lifetime counter that shows a number."""
    return {
        entity.unique_id: float(state.state)
        for entity in er.async_get(hub.hass).entities.values()
        if entity.platform == DOMAIN
        and entity.unique_id.endswith("_total")
        and (state := hub.hass.states.get(entity.entity_id))
        and state.state not in NOTHING
    }


def issues(hass: HomeAssistant) -> dict[str, Mapping[str, str]]:
    """Return the repairs there are: their texts' keys, with what is put into these."""
    return {
        issue.translation_key or "": dict(issue.translation_placeholders or {})
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.active
    }


def reauths(hass: HomeAssistant) -> int:
    """Count the dialogs that ask for the password again."""
    flows = hass.config_entries.flow.async_progress()
    return sum(flow["context"]["source"] == SOURCE_REAUTH for flow in flows)


class Watch:
    """Looks at every entity again and again: what vanished, which lifetime counters fell, what became nothing.

    ``each=watch`` of ``live_on``.
    """

    def __init__(self, hub: Hub) -> None:
        """Begin with what is shown now."""
        self._hub = hub
        self._shown = self._look()
        self.names = set(self._shown)
        self.vanished: Counter[str] = Counter()
        self.fallen: list[str] = []
        self.zeros: set[str] = set()

    def __call__(self) -> None:
        """Look once more."""
        shown = self._look()
        self.vanished.update(self._shown.keys() - shown.keys())
        for name in shown.keys() & self._shown.keys():
            if name.endswith("_total") and float(shown[name]) < float(self._shown[name]):
                self.fallen.append(name)
            if shown[name] in _ZEROS and self._shown[name] not in _ZEROS:
                self.zeros.add(name)
        self.names |= shown.keys()
        self._shown = shown

    @property
    def shown(self) -> dict[str, str]:
        """What every entity showed when it was looked at last, without what said nothing."""
        return self._shown

    def _look(self) -> dict[str, str]:
        return {
            f"{entity.domain} {entity.unique_id}": state.state
            for entity in er.async_get(self._hub.hass).entities.values()
            if entity.platform == DOMAIN
            and (state := self._hub.hass.states.get(entity.entity_id))
            and state.state not in NOTHING
        }


async def restart(hub: Hub) -> None:
    """Stop every entry and start it again with what was stored; what was only in memory is gone."""
    entries = hub.hass.config_entries.async_entries(DOMAIN)
    for entry in entries:
        assert await hub.hass.config_entries.async_unload(entry.entry_id)
    hub.hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    for kept in (_FILES, _COMMON):
        hub.hass.data.pop(kept, None)
    for entry in entries:
        await hub.hass.config_entries.async_setup(entry.entry_id)
    await hub.hass.async_block_till_done(wait_background_tasks=True)


async def live_on(
    hub: Hub, seconds: float, *, each: Callable[[], Any] | None = None, step: float = 0.0, most: float = _LONGEST
) -> None:
    """Let time pass: from one planned call to the next, or in steps of ``step``; ``each`` looks after every one."""
    end = dt_util.utcnow() + timedelta(seconds=seconds)
    while (left := (end - dt_util.utcnow()).total_seconds()) > 0:
        wait = min(left, step or min(most, _until_next_call(hub)))
        await hub.advance(wait, step=wait)
        if each is not None:
            each()


async def live_until(
    hub: Hub, done: Callable[[], Any], *, most: float, step: float, each: Callable[[], Any] | None = None
) -> None:
    """Let time pass until something is so; fails when it takes longer than ``most`` seconds."""
    end = dt_util.utcnow() + timedelta(seconds=most)
    while not done():
        assert dt_util.utcnow() < end, f"not so after {most} seconds"
        await live_on(hub, step, step=step, each=each)


def _until_next_call(hub: Hub) -> float:
    """Return the seconds until an account has something to ask, with room for the timer's own rounding."""
    entries = hub.hass.config_entries.async_loaded_entries(DOMAIN)
    calls = [due for entry in entries if (due := entry.runtime_data.feeds.next_call) is not None]
    return max(1.0, (min(calls) - dt_util.utcnow()).total_seconds() + 1.0) if calls else _LONGEST
