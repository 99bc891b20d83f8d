"""What a host serves: the account's living world behind the routes, with the rights of its owner (anker.md §5.3)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from tests.simulators.anker.call import NO_DATA, REQUEST_FAILED, SERIAL_KEYS, SITE_KEYS, Bean, Call, Refused
from tests.simulators.anker.eras import as_of
from tests.simulators.anker.routes import ROUTES
from tests.simulators.anker.world import World

TABLE = {(route.method, route.path): route for route in ROUTES}
OWNERS_PATHS = frozenset(route.path for route in ROUTES if route.owner)


class NotThere(Exception):
    """A path nobody serves: HTTP 404."""


class Source(Protocol):
    """Whatever answers calls."""

    def answer(self, method: str, path: str, body: Bean, now: datetime) -> Any:
        """Return ``data`` (or NO_DATA); raise Refused or NotThere."""

    def catch_up(self) -> None:
        """Live until now."""

    @property
    def sites(self) -> Mapping[str, str]:
        """Return the sites' names by id."""

    @property
    def serials(self) -> Mapping[str, str]:
        """Return the devices' models by serial."""

    @property
    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Return what can be done to it by name."""


class Living:
    """A world as a source. Handlers write the newest fields; the world's ``era`` takes away what was not there yet."""

    def __init__(self, world: World) -> None:
        """Serve a world."""
        self.world = world

    def answer(self, method: str, path: str, body: Bean, now: datetime) -> Any:
        """Return what the path's handler tells, to owners and members as they may know it."""
        route = TABLE.get((method, path))
        if route is None:
            raise NotThere
        if route.owner and not self._may(body):
            raise Refused(REQUEST_FAILED)
        data = route.run(Call(world=self.world, path=path, body=body, now=now))
        return data if data is NO_DATA else as_of(self.world.era, path, data)

    def _may(self, body: Bean) -> bool:
        """Tell whether everything a call names is the account's own; what nobody knows is the handler's business."""
        sites = [self.world.site(str(body[key])) for key in SITE_KEYS if body.get(key)]
        devices = [self.world.device(str(body[key])) for key in SERIAL_KEYS if body.get(key)]
        return all(named is None or named.is_owner for named in (*sites, *devices))

    def catch_up(self) -> None:
        """Live until now."""
        self.world.catch_up()

    @property
    def sites(self) -> Mapping[str, str]:
        """Return the sites' names by id."""
        return {site.id: site.name for site in self.world.sites}

    @property
    def serials(self) -> Mapping[str, str]:
        """Return the devices' models by serial."""
        return {device.serial: device.model for device in self.world.devices}

    @property
    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Return what can be done to the world by name."""
        return self.world.actions
