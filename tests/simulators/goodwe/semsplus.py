"""Route C, the SEMS+ gateway: who may ask, how often, where, and the envelope around every answer (goodwe.md §5, §6, §10).

The plain ``/web/sems`` is the global login host and the gateway of the region the server stands in; ``/<region>/web/sems``
is another region's host. What a path means is in the ``semsplus_*`` tables of routes.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from inspect import isawaitable
import json
import re
from typing import Any

from aiohttp import web

from tests.simulators.actions import Action
from tests.simulators.goodwe import (
    semsplus_alarms,
    semsplus_devices,
    semsplus_flow,
    semsplus_plants,
    semsplus_remote,
    semsplus_statistics,
)
from tests.simulators.goodwe.semsplus_call import (
    ERRORS,
    NOT_FOUND,
    PARAMETER_ERROR,
    TOO_MANY,
    ApiError,
    Call,
    Route,
    success,
)
from tests.simulators.goodwe.semsplus_login import LOGIN, Door
from tests.simulators.goodwe.semsplus_odd import Oddities
from tests.simulators.goodwe.world import World
from tests.simulators.wire import Answer, RequestRecord

BASE = "/web/sems"
PLACE = re.compile(rf"(?:/(?P<region>[a-z]{{2}}))?{BASE}(?P<path>/.*)")
DEFAULT_SERVICE = "/sems-user/api/v1/auth/default-service"
ROUTES: tuple[Route, ...] = (
    *semsplus_plants.ROUTES,
    *semsplus_flow.ROUTES,
    *semsplus_devices.ROUTES,
    *semsplus_statistics.ROUTES,
    *semsplus_alarms.ROUTES,
    *semsplus_remote.ROUTES,
)
PATTERNS: tuple[tuple[re.Pattern[str], Route], ...] = tuple(
    (re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path)), route) for route in ROUTES
)


class SemsPlusApi:
    """Route C of one server. ``base()`` is the server's own address, told after a login; ``door`` is its entrance."""

    def __init__(self, world: World, base: Callable[[], str]) -> None:
        """Serve a world."""
        self.world = world
        self.door = Door()
        self.oddities = Oddities()
        self._base = base

    @property
    def actions(self) -> Mapping[str, Action]:
        """Return what can be done to this route by name."""
        return {"set_semsplus": self.set_semsplus, "set_door": self.set_door, "deny_telemetry": self.deny_telemetry}

    def set_semsplus(self, **switches: Any) -> dict[str, Any]:
        """Switch fields of ``Oddities`` and return all of them."""
        self.oddities = replace(self.oddities, **switches)
        return asdict(self.oddities)

    def set_door(self, **switches: Any) -> dict[str, Any]:
        """Switch fields of ``Door`` and return all of them; an unknown code raises ValueError."""
        door = replace(self.door, **switches)
        if door.displaced_code not in ERRORS:
            raise ValueError(f"no such code: {door.displaced_code}")
        self.door = door
        return asdict(self.door)

    def deny_telemetry(self, serial: str, *, denied: bool = True) -> None:
        """Take the right to a device's measurements away, or give it back (§11)."""
        (self.oddities.denied.add if denied else self.oddities.denied.discard)(serial)

    def serves(self, path: str) -> bool:
        """Tell whether a path belongs to this route."""
        return PLACE.fullmatch(path) is not None

    async def answer(self, request: web.BaseRequest, record: RequestRecord) -> Answer:
        """Answer a request; classic paths under this base are HTTP 404 like any other unknown one (§10.7)."""
        place = PLACE.fullmatch(request.path)
        region, path = (place["region"], place["path"]) if place is not None else (None, "")
        login = (request.method, path) == ("POST", LOGIN)
        if (refusal := self.world.limits.refuse(login=login)) is not None:
            return self._too_many(in_body=refusal == "body")
        try:
            if login:
                own = self._told_base()
                return success(self.door.sign_in(self.world, request, _object(record.body), region or "", own))
            if (request.method, path) == ("GET", DEFAULT_SERVICE):
                return success(self.world.account.region)
            return await self._data(request, record, region or self.world.host_region, path)
        except ApiError as error:
            return error.answer

    def _too_many(self, *, in_body: bool) -> Answer:
        """Return how a call that comes too early is refused."""
        if in_body:
            return ApiError(TOO_MANY).answer
        return Answer(status=429, headers=(("Retry-After", str(self.world.limits.retry_after)),))

    def _told_base(self) -> str:
        """Return the gateway of the account's region on this server."""
        region = self.world.account.region
        return f"{self._base()}{'' if region == self.world.host_region else f'/{region}'}{BASE}"

    async def _data(self, request: web.BaseRequest, record: RequestRecord, region: str, path: str) -> Answer:
        """Answer a data call."""
        health = self.world.switches.semsplus
        found = _find(request.method, path)
        if found is None or health == "missing":
            return NOT_FOUND
        self.door.admit(self.world, request, region)
        record.role = "semsplus"
        if health == "empty":
            return success({})
        route, parts = found
        call = Call(
            world=self.world,
            query=request.query,
            body=_object(record.body),
            parts=parts,
            now=self.world.clock.now(),
            oddities=self.oddities,
        )
        answer = route.run(call)
        return success(await answer if isawaitable(answer) else answer)


def _find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """Return the route of a path and what stands in it."""
    for pattern, route in PATTERNS:
        if route.method == method and (match := pattern.fullmatch(path)) is not None:
            return route, match.groupdict()
    return None


def _object(body: bytes) -> dict[str, Any]:
    """Return a JSON object; an empty body is an empty one (§10.17), anything else 100004."""
    if not body:
        return {}
    try:
        data = json.loads(body)
    except ValueError:
        raise ApiError(PARAMETER_ERROR) from None
    if not isinstance(data, dict):
        raise ApiError(PARAMETER_ERROR)
    return data
