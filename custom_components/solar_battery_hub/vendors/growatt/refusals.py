"""Why a change was refused, in the words of both APIs: V1 answers 10000 + n where the older one answers 500 + n."""

from collections.abc import Mapping
from typing import Final

from ...core.errors import BadAnswer, HubError, WriteRefused

_OTHER: Final = "refused_by_server"
_SYSTEM_ERRORS: Final = frozenset({0, 1})  # no answer in time, system error: the change may have landed (A.9, B.2)

# By n; the values are translation keys (A.9, B.6.6).
_REASONS: Final[Mapping[int, str]] = {
    3: "device_offline",
    4: "device_not_named",
    5: "logger_offline",
    6: "parameter_unknown",
    7: "value_missing",
    8: "value_outside_range",
    9: "wrong_date",
    11: "no_permission",
    12: "device_unknown",
    13: "end_before_start",
}
_PASSWORD_REASONS: Final[Mapping[int, str]] = {**_REASONS, 2: "other_server", 201: "no_permission"}
_STORAGE_REASONS: Final[Mapping[int, str]] = {  # A.9: swapped there
    **_PASSWORD_REASONS,
    3: "device_not_named",
    4: "device_offline",
}

REASONS: Final = frozenset({_OTHER, *_REASONS.values(), *_PASSWORD_REASONS.values()})
"""Every reason a change can be refused for."""


def token_refusal(code: int) -> HubError:
    """Return what a V1 set call's ``error_code`` means: WriteRefused, or BadAnswer where it may have landed."""
    number = code - 10000
    if number == 2:  # "server error" here, unlike on the password API (B.6.6)
        number = 1
    return _error(number, _REASONS, f"error_code {code}")


def password_refusal(word: str, *, storage: bool = False) -> HubError:
    """Return what the ``msg`` of a refused legacy change means, as ``token_refusal``."""
    number = int(word) - 500 if word.isdecimal() and len(word) == 3 else -1
    return _error(number, _STORAGE_REASONS if storage else _PASSWORD_REASONS, f"msg {number + 500}")


def _error(number: int, reasons: Mapping[int, str], said: str) -> HubError:
    if number in _SYSTEM_ERRORS:
        return BadAnswer(f"The server does not know whether the change was made ({said})")
    return WriteRefused(reasons.get(number, _OTHER))
