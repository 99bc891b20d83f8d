"""The token API (growatt.md Part B): who may ask, how often, and the envelope around every answer."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import web

from tests.simulators.actions import Action
from tests.simulators.growatt import v1_devices, v1_plants
from tests.simulators.growatt.account import Token
from tests.simulators.growatt.v1_call import DENIED, NEW_DOMAIN, TOO_OFTEN, ApiError, Call, Route
from tests.simulators.growatt.v1_limits import Limits
from tests.simulators.growatt.world import World
from tests.simulators.wire import Answer, RequestRecord

PREFIX = "/v1/"
ROUTES: dict[str, Route] = {**v1_plants.ROUTES, **v1_devices.ROUTES}
NOT_FOUND = Answer(status=404, body=b"<html><body><h1>404</h1></body></html>", content_type="text/html")
NOT_ALLOWED = Answer(status=405, body=b"<html><body><h1>405</h1></body></html>", content_type="text/html")


class V1Api:
    """The token API of one server. ``limits`` is its memory of calls; ``moved`` lets it ask for another domain (−1)."""

    def __init__(self, world: World, *, strict: bool = False) -> None:
        """Serve a world."""
        self.world = world
        self.limits = Limits(world.clock, strict=strict)
        self.moved = False

    @property
    def actions(self) -> Mapping[str, Action]:
        """Return what can be done to this API by name."""
        return {"set_limits": self.set_limits, "forget_calls": self.limits.forget, "move_domain": self.move_domain}

    def set_limits(
        self,
        *,
        long_seconds: float | None = None,
        mix_seconds: float | None = None,
        rejected_calls_count: bool | None = None,
    ) -> None:
        """Change the windows: the usual one, that of an SPH's live values, and whether rejected calls extend them."""
        limits = self.limits
        limits.long_seconds = limits.long_seconds if long_seconds is None else long_seconds
        limits.mix_seconds = limits.mix_seconds if mix_seconds is None else mix_seconds
        if rejected_calls_count is not None:
            limits.rejected_calls_count = rejected_calls_count

    def move_domain(self, *, moved: bool = True) -> None:
        """Ask every client for the new domain, or stop asking."""
        self.moved = moved

    def answer(self, request: web.BaseRequest, record: RequestRecord) -> Answer:
        """Answer a request below ``/v1/``; GET with a form body is read like any other (B.1)."""
        path = request.path.removeprefix(PREFIX)
        if (route := ROUTES.get(path)) is None:
            return NOT_FOUND
        if route.method != request.method:
            return NOT_ALLOWED
        form = dict(parse_qsl(record.body.decode(errors="replace"), keep_blank_values=True))
        try:
            token = self._token(request.headers.get("token", ""))
            record.role = "token"
            call = Call(world=self.world, token=token, fields={**request.query, **form})
            self._count(call, path, route)
            reply = route.run(call)
        except ApiError as error:
            return error.answer
        return reply if isinstance(reply, Answer) else reply.answer

    def _count(self, call: Call, path: str, route: Route) -> None:
        """Refuse a call that comes too early (B.3)."""
        main = call.fields.get(route.key, "") if route.key else ""
        if not self.limits.allows((call.token.text, path, main), route.window):
            raise ApiError(TOO_OFTEN)

    def _token(self, text: str) -> Token:
        """Return the token a client showed, if it is valid here."""
        if self.moved:
            raise ApiError(NEW_DOMAIN)
        for token in self.world.tokens:
            if token.text == text and not token.revoked and token.region == self.world.host_region:
                return token
        raise ApiError(DENIED)
