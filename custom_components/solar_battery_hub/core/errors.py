"""The error family: the only errors a vendor's client raises (design §4)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

WRITTEN: Final = "written"  # what became of a part of a change
NOT_WRITTEN: Final = "not_written"


class HubError(Exception):
    """Anything that can go wrong between us and a vendor.

    The message is for logs and must hold no secret; ``key`` names the
    translated text that users see.
    """

    key = "unknown"


class AuthFailed(HubError):
    """The vendor refused the credentials; only the user can help."""

    key = "invalid_auth"


class Locked(HubError):
    """The account is locked, by the vendor or by our own budget, until a known time."""

    key = "locked"

    def __init__(self, until: datetime, message: str = "Locked") -> None:
        """Remember when calling is allowed again (aware UTC)."""
        super().__init__(f"{message} until {until.isoformat(timespec='seconds')}")
        self.until = until


class RateLimited(HubError):
    """The vendor, or our own budget, asks for a pause."""

    key = "rate_limited"

    def __init__(self, retry_after: float, message: str = "Too many requests") -> None:
        """Remember the pause in seconds."""
        super().__init__(f"{message}, next one in {retry_after:.0f} s")
        self.retry_after = retry_after


class Blocked(Locked):
    """The vendor lets nothing in from this network address until a known time."""

    key = "blocked"


class TooSoon(RateLimited):
    """The vendor gives this answer only so often; what is known still stands, so nothing is wrong."""

    key = "too_soon"


class Unreachable(HubError):
    """No answer: refused, timed out, name not found, or the server is busy."""

    key = "cannot_connect"


class BadAnswer(HubError):
    """An answer came but it is not what the protocol promises."""

    key = "bad_answer"


class WriteIncomplete(BadAnswer):
    """A write of several parts ended half-way; what the device has of it shows when it is read.

    ``parts`` maps the name of each part (a schedule's: group and number, ``segments 2``)
    to ``WRITTEN`` or ``NOT_WRITTEN``.
    """

    key = "write_incomplete"

    def __init__(self, parts: Mapping[str, str]) -> None:
        """Remember what became of each part."""
        super().__init__("Written in part: " + ", ".join(f"{name} {fate}" for name, fate in parts.items()))
        self.parts = parts


class NotSupported(HubError):
    """This device or firmware does not offer what was asked."""

    key = "not_supported"


class TooMuch(NotSupported):
    """More was asked for at once than the vendor should be bothered with."""

    key = "too_much_at_once"


class WriteRefused(HubError):
    """The device refused a change; ``reason`` is a translation key."""

    key = "write_refused"

    def __init__(self, reason: str, message: str = "Change refused") -> None:
        """Remember the reason, a translation key."""
        super().__init__(f"{message}: {reason}")
        self.reason = reason


class ReadLater(HubError):
    """A setting cannot be read back yet; whether a change worked shows later."""

    key = "too_soon"

    def __init__(self, at: datetime) -> None:
        """Remember when the device may be asked (aware UTC)."""
        super().__init__(f"Cannot be read before {at.isoformat(timespec='seconds')}")
        self.at = at


class CertificateChanged(HubError):
    """The pinned certificate is not the one presented; nothing was sent."""

    key = "certificate_changed"

    def __init__(self, old: str, new: str) -> None:
        """Remember both SHA-256 fingerprints as hex text."""
        super().__init__("The certificate is not the pinned one")
        self.old = old
        self.new = new
