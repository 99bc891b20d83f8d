"""Home Assistant's own interface, used the way its frontend uses it: HTTP for flows, a WebSocket for the rest."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp

from tests.demo.processes import DemoError

type Json = Any
LIMIT = aiohttp.ClientTimeout(total=60)


class HassApi:
    """A signed-in client. Every method raises DemoError when Home Assistant refuses."""

    def __init__(self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse, url: str) -> None:
        self._session = session
        self._socket = socket
        self._url = url
        self._last_id = 0
        self._turn = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def signed_in(cls, url: str, token: str) -> AsyncIterator[Self]:
        """Open both connections with an access token."""
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            aiohttp.ClientSession(headers=headers, timeout=LIMIT) as session,
            session.ws_connect(f"{url}/api/websocket", max_msg_size=0) as socket,
        ):
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": token})
            if (answer := await socket.receive_json())["type"] != "auth_ok":
                raise DemoError(f"Home Assistant does not accept the demo user's token: {answer}")
            yield cls(session, socket, url)

    async def get(self, path: str) -> Json:
        """Return the JSON of ``/api/<path>``."""
        async with self._session.get(f"{self._url}/api/{path}") as response:
            return await answer_of(response)

    async def text(self, path: str) -> str:
        """Return ``/api/<path>`` as it is."""
        async with self._session.get(f"{self._url}/api/{path}") as response:
            await answer_of(response)
            return await response.text()

    async def post(self, path: str, body: Json) -> Json:
        """Send JSON to ``/api/<path>`` and return the JSON answer."""
        async with self._session.post(f"{self._url}/api/{path}", json=body) as response:
            return await answer_of(response)

    async def command(self, kind: str, **fields: Json) -> Json:
        """Run a WebSocket command and return its result."""
        async with self._turn:
            self._last_id += 1
            await self._socket.send_json({"id": self._last_id, "type": kind, **fields})
            while (answer := await self._socket.receive_json(timeout=LIMIT.total)).get("id") != self._last_id:
                continue
        if not answer["success"]:
            raise DemoError(f"Home Assistant refuses {kind}: {answer['error'].get('message')}")
        return answer["result"]

    async def states(self) -> dict[str, Json]:
        """Return every state by entity id."""
        return {state["entity_id"]: state for state in await self.command("get_states")}

    async def act(self, domain: str, action: str, data: Json) -> None:
        """Run an action and wait until it is done; an error of the action raises."""
        await self.command("call_service", domain=domain, service=action, service_data=data)


async def answer_of(response: aiohttp.ClientResponse) -> Json:
    """Return the JSON of a successful answer, else raise DemoError with Home Assistant's own words."""
    if response.status >= 400:
        text = (await response.text())[:500]
        raise DemoError(f"Home Assistant answers {response.status} to {response.url.path}: {text}")
    return await response.json()
