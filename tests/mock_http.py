"""aioresponses for the aiohttp that is installed: answers without a network, requests in order."""

from typing import Any, NamedTuple, Self, override
from unittest.mock import Mock

from aiohttp import ClientResponse, ClientSession
from aioresponses import aioresponses
from yarl import URL


class Sent(NamedTuple):
    """One request as the client gave it to aiohttp."""

    method: str
    url: str
    body: Any
    headers: dict[str, str]
    options: dict[str, Any]


class Response(ClientResponse):
    """A response that needs no connection: aioresponses does not know ``stream_writer`` yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, stream_writer=Mock(), **kwargs)


class MockHttp(aioresponses):
    """Answers instead of the network; ``sent`` lists every request in order.

    Used as a context manager: ``with MockHttp() as http: http.get(url, payload=…)``.
    """

    def __init__(self, **options: Any) -> None:
        """Start without answers: a request that has none fails like a refused connection."""
        super().__init__(**options)
        self.sent: list[Sent] = []

    @override
    def __enter__(self) -> Self:
        super().__enter__()
        return self

    @override
    def add(self, *args: Any, **kwargs: Any) -> None:
        """Add an answer, as aioresponses does."""
        kwargs.setdefault("response_class", Response)
        super().add(*args, **kwargs)

    @override
    async def _request_mock(
        self, orig_self: ClientSession, method: str, url: URL | str, *args: Any, **kwargs: Any
    ) -> ClientResponse:
        options = dict(kwargs)
        body, headers = options.pop("json", None), options.pop("headers", None)
        self.sent.append(Sent(method, str(url), body, dict(headers or {}), options))
        return await super()._request_mock(orig_self, method, url, *args, **kwargs)
