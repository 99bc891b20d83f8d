"""A port that can be closed and opened again while the server behind it lives on."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
import socket
import ssl

from aiohttp import web

type Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Listener:
    """One HTTP port: ``await open(host)`` … ``close()`` … ``await open(host)`` … ``await stop()``.

    ``port`` is the one wished for, 0 for a free one; once opened it stays the same. Connections are accepted here and
    not by asyncio's own server, because that reports every handshake a client breaks off as an error of the loop.
    """

    def __init__(self, handler: Handler, *, port: int = 0, context: ssl.SSLContext | None = None) -> None:
        """Prepare it; nothing listens yet."""
        self.port = port
        self._handler = handler
        self._context = context
        self._server: web.Server | None = None
        self._socket: socket.socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, host: str) -> None:
        """Listen, unless it does already."""
        if self._socket is not None:
            return
        if self._server is None:
            self._server = web.Server(self._handler, handler_cancellation=True, access_log=None)
        self._socket = socket.create_server((host, self.port), backlog=200)
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]
        self._start(self._accept(self._server, self._socket))

    def close(self) -> None:
        """Stop listening and end all connections: from now on connecting is refused."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
        for task in self._tasks:
            task.cancel()
        self.drop_connections()

    def drop_connections(self) -> None:
        """End every open connection."""
        for connection in list(self._server.connections) if self._server is not None else ():
            connection.force_close()

    async def stop(self) -> None:
        """Close it and forget about unfinished answers."""
        self.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.shutdown(0)
            self._server = None

    def _start(self, work: Coroutine[None, None, None]) -> None:
        """Run a task that ``close`` can end."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, server: web.Server, listening: socket.socket) -> None:
        """Accept connections one after the other."""
        while True:
            connection, _ = await asyncio.get_running_loop().sock_accept(listening)
            self._start(self._shake_hands(server, connection))

    async def _shake_hands(self, server: web.Server, connection: socket.socket) -> None:
        """Speak TLS with a client; one that breaks off is none of our business."""
        with suppress(OSError):
            await asyncio.get_running_loop().connect_accepted_socket(server, connection, ssl=self._context)
