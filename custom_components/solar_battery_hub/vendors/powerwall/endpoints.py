"""The gateway's paths, and which of them are left alone for a while (powerwall.md §4, §15)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ...core.clock import Clock
from ...core.errors import NotSupported, RateLimited
from ..base import PrivateStore
from . import answers, facts

BUSY_REST = 60.0  # seconds after a 503; §4 has clients wait longer, but an outage must end within a minute
DENIED_REST = 300.0  # seconds after a 401 that a fresh login did not cure (§3.3)
PROBE_REST = 600.0  # seconds before a missing endpoint is probed again, whatever happened (§4)
PROBE_DAILY = 86_000.0  # the same where no version tells of new firmware


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint[T]:
    """One readable path and how its answer is parsed.

    ``measures`` marks the five that answer 502 while the sitemaster is stopped (§4).
    ``everywhere`` marks those that every gateway has: their 404 or 403 is a fault that passes.
    ``open`` marks what needs no login on any firmware (§3.6).
    """

    path: str
    parse: Callable[[Any], T]
    measures: bool = False
    everywhere: bool = False
    open: bool = False


STATUS = Endpoint(path="/api/status", parse=answers.Status.parse, open=True)
AGGREGATES = Endpoint(path="/api/meters/aggregates", parse=answers.parse_aggregates, measures=True, everywhere=True)
CHARGE = Endpoint(path="/api/system_status/soe", parse=answers.Charge.parse, measures=True, everywhere=True)
GRID_STATUS = Endpoint(
    path="/api/system_status/grid_status", parse=answers.GridStatus.parse, measures=True, everywhere=True
)
SYSTEM_STATUS = Endpoint(path="/api/system_status", parse=answers.SystemStatus.parse, measures=True)
GRID_FAULTS = Endpoint(path="/api/system_status/grid_faults", parse=answers.parse_faults, measures=True)
OPERATION = Endpoint(path="/api/operation", parse=answers.Operation.parse)
SITEMASTER = Endpoint(path="/api/sitemaster", parse=answers.Sitemaster.parse)
POWERWALLS = Endpoint(path="/api/powerwalls", parse=facts.Powerwalls.parse)
SITE_INFO = Endpoint(path="/api/site_info", parse=facts.SiteInfo.parse)
SITE_NAME = Endpoint(path="/api/site_info/site_name", parse=facts.parse_site_name)
CONFIG = Endpoint(path="/api/config", parse=facts.parse_config)
SOLARS = Endpoint(path="/api/solars", parse=facts.parse_solars)
NETWORKS = Endpoint(path="/api/networks", parse=facts.parse_networks)
METERS = Endpoint(path="/api/meters", parse=facts.parse_meters)
SITE_METERS = Endpoint(path="/api/meters/site", parse=facts.parse_site_meters)
UPDATE_STATUS = Endpoint(path="/api/system/update/status", parse=facts.UpdateStatus.parse)

OPERATION_PATH = OPERATION.path
COMMIT_PATH = "/api/config/completed"
RUN_PATH = "/api/sitemaster/run"
STOP_PATH = "/api/sitemaster/stop"
ISLANDING_PATH = "/api/v2/islanding/mode"
LOGIN_PATH = "/api/login/Basic"
LOGOUT_PATH = "/api/logout"
DIN_PATH = "/tedapi/din"


class Rests:
    """Endpoints that are not asked for now, over restarts.

    ``missing`` (404) belongs to the gateway, ``busy`` too; ``forbidden`` belongs to the
    credentials, whose role it depends on. Missing and forbidden last until the firmware
    or its start time changes (§1.1).
    """

    def __init__(self, store: PrivateStore, clock: Clock) -> None:
        """Take back what was noted before a restart."""
        self._clock = clock
        self._gateway: dict[str, dict[str, Any]] = store.shared.setdefault("rests", {})
        self._role: dict[str, dict[str, Any]] = store.session.setdefault("rests", {})

    def check(self, path: str) -> None:
        """Raise NotSupported or RateLimited when this path is to be left alone now."""
        rest = self._lasting(self._role, path) or self._lasting(self._gateway, path)
        if rest is None:
            return
        if rest["why"] == "busy":
            seconds = (datetime.fromisoformat(rest["until"]) - self._clock.now()).total_seconds()
            raise RateLimited(seconds, f"{path} is busy")
        raise NotSupported(f"{path} is {rest['why']}")

    def answered(self, path: str) -> None:
        """Forget what was wrong with a path: it has answered."""
        self._role.pop(path, None)
        self._gateway.pop(path, None)

    def is_forbidden(self, path: str) -> bool:
        """Tell whether the role of these credentials may not use this path."""
        return self._lasting(self._role, path) is not None

    def is_missing(self, path: str) -> bool:
        """Tell whether this gateway has no such path, as long as that is not to be probed again."""
        rest = self._lasting(self._gateway, path)
        return rest is not None and rest["why"] == "missing"

    def was_missing(self, path: str) -> bool:
        """Tell whether this gateway had no such path when it was last asked, however long ago."""
        return self._gateway.get(path, {}).get("why") == "missing"

    def _lasting(self, rests: dict[str, dict[str, Any]], path: str) -> dict[str, Any] | None:
        rest = rests.get(path)
        over = rest and rest["until"] and datetime.fromisoformat(rest["until"]) <= self._clock.now()
        return None if over else rest

    def busy(self, path: str, seconds: float) -> None:
        """Leave a path alone for this long."""
        self._note(self._gateway, path, "busy", seconds)

    def missing(self, path: str, seconds: float | None) -> None:
        """Remember that there is no such path, for this long or until the firmware changes."""
        self._note(self._gateway, path, "missing", seconds)

    def forbidden(self, path: str, seconds: float | None) -> None:
        """Remember that these credentials may not use a path, for this long or until the firmware changes."""
        self._note(self._role, path, "forbidden", seconds)

    def allow_all(self) -> None:
        """Forget what was forbidden: the role has changed."""
        self._role.clear()

    def probe_again(self, after: float = PROBE_REST) -> None:
        """Let missing and forbidden paths be asked again, each this long after it was last asked."""
        for rest in (*self._gateway.values(), *self._role.values()):
            if rest["why"] != "busy":
                since = datetime.fromisoformat(rest["since"])
                rest["until"] = (since + timedelta(seconds=after)).isoformat()

    def _note(self, rests: dict[str, dict[str, Any]], path: str, why: str, seconds: float | None) -> None:
        now = self._clock.now()
        until = None if seconds is None else (now + timedelta(seconds=seconds)).isoformat()
        rests[path] = {"why": why, "since": now.isoformat(), "until": until}
