"""Counts the bytes between a client and a server of this machine."""

import asyncio
from contextlib import suppress


class Relay:
    """A port that passes everything on: ``await start(port)`` … ``await stop()``, ``port`` is its own.

    ``sent`` and ``received`` count bytes as the client sees them, ``connections`` the client's connections.
    """

    def __init__(self) -> None:
        """Prepare it; nothing listens yet."""
        self.port = 0
        self.sent = 0
        self.received = 0
        self.connections = 0
        self._server: asyncio.Server | None = None
        self._behind = 0

    @property
    def url(self) -> str:
        """Return the address clients use."""
        return f"http://127.0.0.1:{self.port}"

    def traffic(self) -> dict[str, int]:
        """Return what went over the wire so far, in bytes as the client sees them."""
        return {"sent": self.sent, "received": self.received, "connections": self.connections}

    async def start(self, behind: int) -> None:
        """Listen on loopback for the port ``behind``."""
        self._behind = behind
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and end all connections."""
        if self._server is not None:
            self._server.close()
            self._server.close_clients()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on, in both directions, until either side ends it."""
        self.connections += 1
        with suppress(OSError):
            back_reader, back_writer = await asyncio.open_connection("127.0.0.1", self._behind)
            directions = (self._up(reader, back_writer), self._down(back_reader, writer))
            _, unfinished = await asyncio.wait(
                [asyncio.ensure_future(direction) for direction in directions], return_when=asyncio.FIRST_COMPLETED
            )
            for direction in unfinished:
                direction.cancel()
            back_writer.close()
        writer.close()

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what the client says."""
        while data := await reader.read(65_536):
            self.sent += len(data)
            writer.write(data)
            await writer.drain()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what the server says."""
        while data := await reader.read(65_536):
            self.received += len(data)
            writer.write(data)
            await writer.drain()
