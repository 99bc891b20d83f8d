"""A Growatt server on loopback and a client of its token API without opinions."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.simulators.clock import SimClock
from tests.simulators.growatt import GrowattSimulator

FIVE_MINUTES = 300.0


@asynccontextmanager
async def serving(clock: SimClock, profile: str = "min", **options: Any) -> AsyncIterator[GrowattSimulator]:
    """Serve an account for the time of the block."""
    async with GrowattSimulator(profile, clock=clock, **options) as simulator:
        yield simulator


class TokenClient:
    """A client of the token API: ``await get(path, **fields)`` and ``post`` return the whole answer, HTTP 200 or not."""

    def __init__(self, simulator: GrowattSimulator, session: aiohttp.ClientSession) -> None:
        """Use the account's token."""
        self.simulator = simulator
        self.session = session
        self.headers: dict[str, str] = {"token": simulator.token}

    async def get(self, path: str, **fields: str) -> Any:
        """Ask with a query string."""
        async with self.session.get(self._url(path), params=fields, headers=self.headers) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def post(self, path: str, fields: Mapping[str, str]) -> Any:
        """Ask with a form."""
        async with self.session.post(self._url(path), data=fields, headers=self.headers) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    def _url(self, path: str) -> str:
        """Return the address of an endpoint."""
        return f"{self.simulator.url}/v1/{path}"


def all_params(count: int, *values: object) -> dict[str, str]:
    """Return ``param1`` to ``param<count>``, unused ones empty."""
    texts = [str(value) for value in values] + [""] * (count - len(values))
    return {f"param{number}": text for number, text in enumerate(texts, start=1)}


async def live(client: TokenClient, serial: str = "MXH0000001") -> Any:
    """Ask for a MIN's live values."""
    return await client.post("device/tlx/tlx_last_data", {"tlx_sn": serial})


async def write(client: TokenClient, kind: str, *values: object, serial: str = "MXH0000001") -> int:
    """Write to a MIN and return the code."""
    fields = {"tlx_sn": serial, "type": kind, **all_params(19, *values)}
    return int((await client.post("tlxSet", fields))["error_code"])
