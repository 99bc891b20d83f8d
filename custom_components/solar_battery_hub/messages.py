"""How the error family is shown to users: one table, translated."""

from datetime import datetime

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .core.control import ChangeRefused, Receipt
from .core.errors import HubError, Locked, NotSupported, RateLimited, WriteRefused


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
    return error.key, {}


def refused(error: ChangeRefused) -> ServiceValidationError:
    """Return the error of a change that was refused before anything was sent."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=error.reason,
        translation_placeholders=error.placeholders,
    )


def not_confirmed(receipt: Receipt) -> HomeAssistantError:
    """Return the error of a change that the device does not show."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="not_confirmed",
        translation_placeholders={
            "asked": _list(receipt.asked),
            "found": _list(receipt.read_back) or "–",
        },
    )


def spell_time(moment: datetime) -> str:
    """Return a moment in local time, without seconds."""
    return f"{dt_util.as_local(moment):%Y-%m-%d %H:%M}"


def _list(values: object) -> str:
    return ", ".join(f"{key} = {value}" for key, value in dict(values).items())  # type: ignore[call-overload]
