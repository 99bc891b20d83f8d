"""How many TLS connections were opened."""

from asyncio.sslproto import SSLProtocol
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def counted_connections() -> Iterator[list[str]]:
    """Yield a list that gets the name of the server for each TLS connection this process opens meanwhile."""
    opened: list[str] = []
    begin = SSLProtocol.connection_made

    def counted(self: Any, transport: Any) -> None:
        opened.append(self._server_hostname or "")
        begin(self, transport)

    SSLProtocol.connection_made = counted  # type: ignore[method-assign]
    try:
        yield opened
    finally:
        SSLProtocol.connection_made = begin  # type: ignore[method-assign]
