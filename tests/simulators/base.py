"""What every vendor's simulator is: an HTTP server with a house, a clock, faults and a memory of what it was asked."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
import socket
import ssl
import struct
from types import TracebackType
from typing import Any, ClassVar, Self

from aiohttp import web

from tests.simulators.actions import Action, named
from tests.simulators.clock import SimClock
from tests.simulators.faults import Faults, Preset
from tests.simulators.house import House
from tests.simulators.listener import Listener
from tests.simulators.wire import Answer, RequestRecord

KEPT_REQUESTS = 20_000
FLOOD_CHUNK = b"[" + b"0," * 32_767 + b"0"


class Simulator(ABC):
    """One vendor's server on loopback.

    ``await start(host, port)`` … ``await stop()``, or ``async with`` for a while on loopback. ``host``, ``port`` (kept over refuse/accept and over stop/start),
    ``house``, ``clock``, ``faults``, ``requests`` (the latest ``RequestRecord``s, oldest first), ``actions`` (what the
    control port may do, by name).
    """

    vendor: ClassVar[str]
    scheme: ClassVar[str] = "http"

    def __init__(self, *, clock: SimClock, house: House, presets: Mapping[str, Preset] | None = None) -> None:
        """Prepare it; nothing listens yet."""
        self.clock = clock
        self.house = house
        self.faults = Faults(clock, presets)
        self.requests: list[RequestRecord] = []
        self.host = ""
        self.port = 0
        self._listener = Listener(self.serve)

    @abstractmethod
    async def answer(self, request: web.BaseRequest, record: RequestRecord) -> Answer:
        """Return the vendor's answer; ``record`` holds the body that was read and takes the role."""

    @property
    def actions(self) -> Mapping[str, Action]:
        """Return what can be done to the simulated device by name; each vendor adds its own."""
        return named(self.close_connections, self.refuse_connections, self.accept_connections)

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """Return what a user needs to sign in, for the command line."""

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return the TLS of the server; ``None`` for plain HTTP."""
        return None

    def catch_up(self) -> None:  # noqa: B027 - most vendors have nothing due
        """Do what was due since the last look."""

    def truth(self) -> Mapping[str, Any]:
        """Return what really happens, for the control port."""
        self.catch_up()
        return self.house.truth().as_dict()

    @property
    def url(self) -> str:
        """Return the address of the server."""
        return f"{self.scheme}://{self.host}:{self.port}"

    # --- listening ---------------------------------------------------------------------------------------------------

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen on ``host`` and ``port`` (0: the same as before, else a free one)."""
        self.host = host
        self._listener = Listener(self.serve, port=port or self.port, context=self.ssl_context())
        await self.accept_connections()

    async def stop(self) -> None:
        """Stop listening, end all connections and forget about unfinished answers."""
        await self._listener.stop()

    async def __aenter__(self) -> Self:
        """Listen on any free port."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop listening."""
        await self.stop()

    def refuse_connections(self) -> None:
        """Close the port and all connections: from now on connecting is refused."""
        self._listener.close()

    async def accept_connections(self) -> None:
        """Listen again on the same port."""
        await self._listener.open(self.host)
        self.port = self._listener.port

    def close_connections(self) -> None:
        """End every open connection."""
        self._listener.drop_connections()

    # --- serving -----------------------------------------------------------------------------------------------------

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Record a request, answer it and spoil the answer as ordered."""
        record = RequestRecord(time=self.clock.now(), method=request.method, path=request.path)
        if len(self.requests) >= KEPT_REQUESTS:
            del self.requests[: KEPT_REQUESTS // 2]
        self.requests.append(record)
        if request.body_exists:
            record.body = await request.read()

        async def handle() -> Answer:
            self.catch_up()
            return await self.answer(request, record)

        answer = await self.faults.run(request.path, request.method, handle)
        return await _send(request, record, answer)


async def _send(request: web.BaseRequest, record: RequestRecord, answer: Answer) -> web.StreamResponse:
    """Send an answer the way it wants to be delivered."""
    if answer.delivery == "reset":
        _reset(request)
        return web.Response()
    record.status = answer.status
    if answer.delivery == "whole":
        response = web.Response(status=answer.status, body=answer.body)
        _set_headers(response, answer)
        return response
    stream = web.StreamResponse(status=answer.status)
    _set_headers(stream, answer)
    await (_flood if answer.delivery == "flood" else _half)(request, stream, answer.body)
    return stream


def _set_headers(response: web.StreamResponse, answer: Answer) -> None:
    """Set the content type and the answer's own headers."""
    if answer.body:
        response.headers["Content-Type"] = answer.content_type
    for name, value in answer.headers:
        response.headers.add(name, value)


def _reset(request: web.BaseRequest) -> None:
    """Reset the connection: without lingering the kernel sends RST instead of FIN."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


async def _half(request: web.BaseRequest, stream: web.StreamResponse, body: bytes) -> None:
    """Promise the whole body, send half and hang up."""
    stream.content_length = len(body)
    await stream.prepare(request)
    await stream.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()


async def _flood(request: web.BaseRequest, stream: web.StreamResponse, body: bytes) -> None:
    """Send as many bytes as ``body`` says, in chunks, until the client has enough of it."""
    await stream.prepare(request)
    for _ in range(int(body) // len(FLOOD_CHUNK) + 1):
        await stream.write(FLOOD_CHUNK)
    await stream.write_eof()
