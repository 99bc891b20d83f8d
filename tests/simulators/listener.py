"""A port that can be closed and opened again while the server behind it lives on."""

import asyncio
from collections.abc import Awaitable, Callable
import ssl

from aiohttp import web

type Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Listener:
    """One HTTP port: ``await open(host)`` … ``close()`` … ``await open(host)`` … ``await stop()``.

    ``port`` is the one wished for, 0 for a free one; once opened it stays the same.
    """

    def __init__(self, handler: Handler, *, port: int = 0, context: ssl.SSLContext | None = None) -> None:
        """Prepare it; nothing listens yet."""
        self.port = port
        self._handler = handler
        self._context = context
        self._server: web.Server | None = None
        self._listening: asyncio.Server | None = None

    async def open(self, host: str) -> None:
        """Listen, unless it does already."""
        if self._listening is not None:
            return
        if self._server is None:
            self._server = web.Server(self._handler, handler_cancellation=True, access_log=None)
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._server, host, self.port, ssl=self._context)
        self.port = self._listening.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Stop listening and end all connections: from now on connecting is refused."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        self.drop_connections()

    def drop_connections(self) -> None:
        """End every open connection."""
        for connection in list(self._server.connections) if self._server is not None else ():
            connection.force_close()

    async def stop(self) -> None:
        """Close it and forget about unfinished answers."""
        self.close()
        if self._server is not None:
            await self._server.shutdown(0)
            self._server = None
