"""The control port: HTTP and JSON on loopback, the same for every vendor, to look behind a running simulator.

=================  ===================================================================================================
``GET /truth``     what the house really does (``Truth.as_dict``), and what a vendor adds
``GET /describe``  address and credentials of the simulator
``POST /clock``    ``{"set": ISO time, "advance": seconds, "speed": factor}``, any of them; answers the time
``POST /fault``    ``{"path": …, "kind": …, "times": …, "method": …, …}`` as ``Faults.add``; ``refuse`` closes the port
``DELETE /fault``  ends all faults (``?path=`` those of one path) and listens again
``POST /house``    fields of ``Settings``, and ``level``, ``outage`` (true, false or seconds), ``off_grid``
``GET /requests``  what was asked, oldest first; ``?since=`` skips that many
``POST /do``       ``{"action": name, …}`` calls one of the simulator's ``actions``
=================  ===================================================================================================

A request it cannot obey is answered 400 with ``{"error": text}``.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from inspect import isawaitable
import json
from typing import Any

from aiohttp import web

from tests.simulators.base import Simulator

REFUSE = "refuse"


class ControlServer:
    """The control port of one simulator: ``await start(port)``, ``await stop()``, ``url``."""

    def __init__(self, simulator: Simulator) -> None:
        """Prepare it; nothing listens yet."""
        self._simulator = simulator
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self, port: int = 0) -> None:
        """Listen on loopback."""
        app = web.Application(middlewares=[_explain])
        app.add_routes(
            [
                web.get("/truth", self._truth),
                web.get("/describe", self._describe),
                web.get("/requests", self._requests),
                web.post("/clock", self._clock),
                web.post("/fault", self._add_fault),
                web.delete("/fault", self._clear_faults),
                web.post("/house", self._house),
                web.post("/do", self._do),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _truth(self, _request: web.Request) -> web.Response:
        return web.json_response(self._simulator.truth())

    async def _describe(self, _request: web.Request) -> web.Response:
        return web.json_response(self._simulator.describe())

    async def _requests(self, request: web.Request) -> web.Response:
        since = int(request.query.get("since", "0"))
        return web.json_response([record.as_dict() for record in self._simulator.requests[since:]])

    async def _clock(self, request: web.Request) -> web.Response:
        order: dict[str, Any] = await request.json()
        clock = self._simulator.clock
        if "set" in order:
            clock.set(datetime.fromisoformat(order["set"]))
        if "advance" in order:
            clock.advance(order["advance"])
        if "speed" in order:
            clock.speed = order["speed"]
        return web.json_response({"now": clock.now().isoformat(), "speed": clock.speed})

    async def _add_fault(self, request: web.Request) -> web.Response:
        order: dict[str, Any] = await request.json()
        if order.get("kind") == REFUSE:
            self._simulator.refuse_connections()
        else:
            self._simulator.faults.add(order.pop("path", ""), order.pop("kind"), **order)
        return web.json_response({})

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self._simulator.faults.clear(request.query.get("path"))
        await self._simulator.accept_connections()
        return web.json_response({})

    async def _house(self, request: web.Request) -> web.Response:
        order: dict[str, Any] = await request.json()
        house = self._simulator.house
        if "level" in order:
            house.set_level(order.pop("level"))
        match order.pop("outage", None):
            case True:
                house.start_outage()
            case False:
                house.end_outage()
            case int() | float() as seconds:
                house.start_outage(seconds)
        match order.pop("off_grid", None):
            case True:
                house.disconnect()
            case False:
                house.reconnect()
        if order:
            house.set(**order)
        return await self._truth(request)

    async def _do(self, request: web.Request) -> web.Response:
        order: dict[str, Any] = await request.json()
        result = self._simulator.actions[order.pop("action")](**order)
        if isawaitable(result):
            result = await result
        return web.json_response({"result": result}, dumps=_dumps)


def _dumps(data: Mapping[str, Any]) -> str:
    """Return JSON; what JSON does not know becomes text."""
    return json.dumps(data, default=str)


@web.middleware
async def _explain(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer a bad order with what is wrong with it."""
    try:
        return await handler(request)
    except (KeyError, TypeError, ValueError) as error:
        return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
