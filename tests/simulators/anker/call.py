"""A call of the cloud as its handlers see it, how they turn one away, and the routes that lead to them (anker.md §2, §4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.simulators.anker.world import Device, Site, World

PS: Final = "power_service/v1/"
"""What the document shortens to ``ps/`` (§6)."""
SUCCESS: Final = 0
MISFIT: Final = -1
REQUEST_FAILED: Final = 10000
WRONG_PARAMETER: Final = 10003
NOT_FOUND: Final = 10004
BUSY: Final = 21105
FAILED_TEXT: Final = "Failed to request."
SITE_KEYS: Final = ("site_id", "siteId", "identifier_id")
SERIAL_KEYS: Final = ("device_sn", "sn", "solarbank_sn")

type Bean = dict[str, Any]


class Refused(Exception):
    """A call that fails with one of the codes of §4: HTTP 200 without ``data`` unless some is given."""

    def __init__(self, code: int, msg: str = FAILED_TEXT, data: Bean | None = None) -> None:
        """Remember the code, its words and what comes with it."""
        super().__init__(code)
        self.code = code
        self.msg = msg
        self.data = data


@dataclass(frozen=True, slots=True)
class NoData:
    """A success that tells nothing: its answer has no ``data`` (§12)."""


NO_DATA: Final = NoData()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call with a live token: its ``path`` without a leading slash, its JSON ``body`` and the server's time (UTC)."""

    world: World
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)
    now: datetime

    def text(self, name: str, default: str | None = None) -> str:
        """Return an argument as text; raise 10003 without it and without a default."""
        value = self.body.get(name, default)
        if value is None:
            raise Refused(WRONG_PARAMETER)
        return str(value)

    def site(self, name: str = "site_id") -> Site:
        """Return the site that is asked for; raise 10004 for one that is not the account's."""
        if (site := self.world.site(self.text(name))) is None:
            raise Refused(NOT_FOUND)
        return site

    def device(self, name: str = "device_sn") -> Device:
        """Return the device that is asked for; raise 10004 for one that is not the account's."""
        if (device := self.world.device(self.text(name))) is None:
            raise Refused(NOT_FOUND)
        return device


type Run = Callable[[Call], Any]
"""What answers a call: returns what stands in ``data``."""


@dataclass(frozen=True, slots=True)
class Route:
    """A path without a leading slash, its method and what answers it; ``owner``: members are refused (§5.3)."""

    method: str
    path: str
    run: Run
    owner: bool = False


def post(path: str, run: Run, *, owner: bool = False) -> Route:
    """Return a route that is asked with POST."""
    return Route("POST", path, run, owner)


def get(path: str, run: Run) -> Route:
    """Return one of the four routes that are asked with GET."""
    return Route("GET", path, run)
