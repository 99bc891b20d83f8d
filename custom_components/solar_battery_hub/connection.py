"""The state of an account's connection: one log line down, one up, one reauth."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .core.errors import AuthFailed, CertificateChanged, HubError, Locked
from .core.model import Notice
from .messages import spell_time
from .vendors.base import CONF_FINGERPRINT
from .vendors.http import spell_fingerprint

_LOGGER = logging.getLogger(__name__)


class Issue(StrEnum):
    """The repairs the connection itself raises."""

    LOCKED = "locked"
    CERTIFICATE = "certificate_changed"
    CHANGE = "change_not_confirmed"


CONFLICT = "account_in_use"  # the repair of ``repairs.async_watch_conflicts``


class Connection:
    """Hears from every feed and tells the user once."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Start as reachable."""
        self._hass = hass
        self._entry = entry
        self._failing: set[str] = set()
        self._notices: set[str] = set()
        self.locked_until: datetime | None = None
        self.refused = False
        self.answers = True  # whether the last request of all was answered

    @property
    def up(self) -> bool:
        """Whether every feed got its last answer."""
        return not self._failing

    @callback
    def failed(self, feed: str, error: HubError) -> None:
        """Note that a feed got no answer."""
        self.answers = False
        if isinstance(error, AuthFailed) and not self.refused:
            self.refused = True
            self._entry.async_start_reauth(self._hass)
        self.explain(error)
        if not self._failing:
            _LOGGER.warning("%s cannot be read: %s", self._entry.title, error)
        self._failing.add(feed)

    @callback
    def explain(self, error: HubError) -> None:
        """Raise the repair of what only time or the user puts right; other errors have none."""
        match error:
            case Locked():
                self._lock(error)
            case CertificateChanged(old=old, new=new):
                shown = {"old": spell_fingerprint(old), "new": spell_fingerprint(new)}
                self._raise_issue(Issue.CERTIFICATE, shown, accept=(CONF_FINGERPRINT, new))

    @callback
    def started(self) -> None:
        """Take back what was explained before this start and is over; know the notices from before."""
        self._notices |= self._notices_before()
        if self.locked_until is None:
            self._clear_issue(Issue.LOCKED)
        if self.up:
            self._clear_issue(Issue.CERTIFICATE)

    @callback
    def succeeded(self, feed: str) -> bool:
        """Note an answer; return whether it is the first after a failure."""
        self.answers = True
        if self.locked_until is not None:
            self.locked_until = None
            self._clear_issue(Issue.LOCKED)
        if feed not in self._failing:
            return False
        self._clear_issue(Issue.CERTIFICATE)
        self.idle(feed)
        return True

    @callback
    def idle(self, feed: str) -> None:
        """Forget the failure of a feed that got an answer, or that nobody asks for any more."""
        if feed in self._failing:
            self._failing.discard(feed)
            if not self._failing:
                _LOGGER.info("%s can be read again", self._entry.title)

    @callback
    def show_notices(self, notices: Sequence[Notice]) -> None:
        """Show the vendor's notices as repairs, and take back those that are over."""
        present = {f"{notice.key}_{notice.device}": notice for notice in notices}
        for issue in present.keys() - self._notices:
            notice = present[issue]
            self._raise_issue(issue, dict(notice.placeholders), key=notice.key)
        for issue in self._notices - present.keys():
            self._clear_issue(issue)
        self._notices = set(present)

    @callback
    def change_outcome(self, confirmed: bool, asked: str, found: str) -> None:
        """Tell of a change that turned out not to have worked after its caller had left, or take that back."""
        if confirmed:
            self._clear_issue(Issue.CHANGE)
        else:
            self._raise_issue(Issue.CHANGE, {"asked": asked, "found": found})

    @callback
    def clear(self) -> None:
        """Take back the repairs about the connection as it is (the entry is unloaded).

        The vendor's notices stay: who ignored one is not asked again after a reload.
        """
        for issue in (Issue.LOCKED, Issue.CERTIFICATE):
            self._clear_issue(issue)

    def _notices_before(self) -> set[str]:
        """Return the vendor's notices that an earlier run of this entry showed."""
        ending = f"_{self._entry.entry_id}"
        shown = (issue for domain, issue in ir.async_get(self._hass).issues if domain == DOMAIN)
        own = {issue.removesuffix(ending) for issue in shown if issue.endswith(ending)}
        return {issue for issue in own if issue not in (*Issue, CONFLICT)}

    def _lock(self, error: Locked) -> None:
        if self.locked_until is not None and error.until <= self.locked_until:
            return
        self.locked_until = error.until
        self._raise_issue(Issue.LOCKED, {"until": spell_time(error.until)}, key=error.key)

    def _raise_issue(
        self,
        issue: str,
        placeholders: dict[str, str],
        *,
        key: str | None = None,
        accept: tuple[str, str] | None = None,
    ) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id(issue),
            is_fixable=accept is not None,
            severity=ir.IssueSeverity.ERROR if accept else ir.IssueSeverity.WARNING,
            translation_key=key or issue,
            translation_placeholders={"account": self._entry.title, **placeholders},
            data=dict(zip(("entry_id", "setting", "value"), (self._entry.entry_id, *accept), strict=True))
            if accept
            else None,
        )

    def _clear_issue(self, issue: str) -> None:
        ir.async_delete_issue(self._hass, DOMAIN, self._issue_id(issue))

    def _issue_id(self, issue: str) -> str:
        return f"{issue}_{self._entry.entry_id}"
