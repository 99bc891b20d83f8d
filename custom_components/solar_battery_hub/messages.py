"""How the error family is shown to users: one table, translated."""

from collections.abc import Callable, Mapping
from datetime import datetime

from homeassistant.core import async_get_hass
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .core.catalogue import CATALOGUE
from .core.control import Receipt
from .core.errors import WRITTEN, HubError, Locked, NotSupported, RateLimited, WriteIncomplete, WriteRefused
from .core.model import Value
from .core.quantities import Quantity
from .core.refusal import ChangeRefused
from .core.schedule import Schedule, ScheduleError, Slot


def shown(error: HubError) -> HomeAssistantError:
    """Return the error of an action or entity that failed because of the vendor."""
    kind = ServiceValidationError if isinstance(error, NotSupported) else HomeAssistantError
    key, placeholders = describe(error)
    return kind(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)


def describe(error: HubError) -> tuple[str, dict[str, str]]:
    """Return the translation key of an error and what goes into its text."""
    match error:
        case Locked(until=until):
            return error.key, {"until": spell_time(until)}
        case RateLimited(retry_after=seconds):
            return error.key, {"seconds": f"{seconds:.0f}"}
        case WriteRefused(reason=reason):
            return reason, {}
        case WriteIncomplete(parts=parts):
            return error.key, _spell_parts(parts)
    return error.key, {}


def refused(error: ChangeRefused) -> ServiceValidationError:
    """Return the error of a change that was refused before anything was sent."""
    spelled = {key: _SPELLED.get(key, str)(text) for key, text in error.placeholders.items()}
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=error.reason, translation_placeholders=spelled
    )


def not_confirmed(receipt: Receipt) -> HomeAssistantError:
    """Return the error of a change that the device does not show, part by part where it ended half-way."""
    placeholders = {"asked": spell_settings(receipt.asked), "found": spell_settings(receipt.read_back)}
    if receipt.parts:
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="not_confirmed_in_parts",
            translation_placeholders={**placeholders, **_spell_parts(receipt.parts)},
        )
    return HomeAssistantError(
        translation_domain=DOMAIN, translation_key="not_confirmed", translation_placeholders=placeholders
    )


def _spell_parts(parts: Mapping[str, str]) -> dict[str, str]:
    """Return what was written of a change and what was not."""
    written = [name for name, fate in parts.items() if fate == WRITTEN]
    missing = [name for name in parts if name not in written]
    return {"written": ", ".join(written) or "–", "missing": ", ".join(missing) or "–"}


def spell_time(moment: datetime) -> str:
    """Return a moment in local time, without seconds."""
    return f"{dt_util.as_local(moment):%Y-%m-%d %H:%M}"


def spell_settings(values: Mapping[str, Value]) -> str:
    """Return settings and their values in the user's words."""
    return ", ".join(f"{_name(key)}: {_word(key, value)}" for key, value in values.items()) or "–"


def _name(setting: str) -> str:
    """Return the name of a setting's entity in the user's language."""
    return _text(f".{setting}.name") or setting.replace("_", " ")


def _word(setting: str, value: Value) -> str:
    """Return a value in the user's language; numbers as short as they are exact enough to read."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if setting in CATALOGUE and CATALOGUE[setting].quantity is Quantity.SCHEDULE:
        return _spell_schedule(value)
    return _text(f".{setting}.state.{value}") or str(value)


def _spell_schedule(text: Value) -> str:
    """Return what a schedule does, slot by slot, with its numbers in brackets."""
    try:
        slots = [slot for slot in Schedule.from_text(text).slots if slot.enabled]
    except ScheduleError:
        return str(text)
    return "; ".join(map(_spell_slot, slots)) or _text(".charge_schedule.state.off") or "–"


def _spell_slot(slot: Slot) -> str:
    job = _text(f".slot_mode.state.{slot.mode}") or slot.mode.replace("_", " ")
    numbers = ", ".join(f"{number:g}" for number in (slot.power, slot.stop_level) if number is not None)
    return f"{slot.start:%H:%M}–{slot.end:%H:%M} {job}" + (f" ({numbers})" if numbers else "")


def _text(ending: str) -> str | None:
    """Return the loaded text of an entity whose key ends like this."""
    hass = async_get_hass()
    texts = async_get_cached_translations(hass, hass.config.language, "entity", DOMAIN)
    return next((text for key, text in texts.items() if key.endswith(ending)), None)


# How some placeholders of a refusal are spelled for people.
_SPELLED: dict[str, Callable[[str], str]] = {
    "setting": _name,
    "time": lambda text: spell_time(datetime.fromisoformat(text)),
}
