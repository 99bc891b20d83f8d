"""The Anker cloud on loopback, and a client of it made from the specification alone (anker.md §2, §3)."""

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import md5
import json
from pathlib import Path
from typing import Any

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
import pytest

from tests.simulators.anker import AnkerSimulator
from tests.simulators.anker.world import World
from tests.simulators.clock import SimClock

RECORDINGS = Path(__file__).parents[2] / "../shared/recordings/anker"
needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="../shared with the recordings is not here")

PS = "power_service/v1/"
LOGIN = "passport/login"
SITE_LIST = PS + "site/get_site_list"
SCENE = PS + "site/get_scen_info"
BIND = PS + "app/get_relate_and_bind_devices"
ENERGY = PS + "site/energy_analysis"
PARAM = PS + "site/get_site_device_param"
SET_PARAM = PS + "site/set_site_device_param"
HEADERS = {
    "content-type": "application/json",
    "model-type": "DESKTOP",
    "app-name": "anker_power",
    "os-type": "android",
    "country": "DE",
    "timezone": "GMT+01:00",
}
CLIENT_KEY = int("1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100", 16)
"""The document's vector (§3.3)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the body's data (``None``: no JSON), and how."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> int | None:
        """Return the body's code, ``None`` without one."""
        return self.body.get("code") if isinstance(self.body, dict) else None


def sealed(password: str, server_key: str) -> tuple[str, str]:
    """Return the client's public key and the password as a login carries it (§3.1)."""
    own = derive_private_key(CLIENT_KEY, SECP256R1())
    server = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), bytes.fromhex(server_key))
    secret = own.exchange(ECDH(), server)
    padding = PKCS7(128).padder()
    padded = padding.update(password.encode()) + padding.finalize()
    sealer = Cipher(AES256(secret), CBC(secret[:16])).encryptor()
    text = b64encode(sealer.update(padded) + sealer.finalize()).decode()
    return own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex(), text


class App:
    """A client that keeps what the last login told. ``host`` is "" (where the data is), "com" or "eu"."""

    def __init__(self, simulator: AnkerSimulator, session: aiohttp.ClientSession, host: str = "") -> None:
        """Start without a token."""
        self.simulator = simulator
        self.session = session
        self.host = host
        self.own_headers: dict[str, str] = {}

    @property
    def world(self) -> World:
        """Return what is true behind a living account."""
        return self.simulator.world

    @property
    def site_id(self) -> str:
        """Return the first site."""
        return next(iter(self.simulator.source.sites))

    async def send(self, path: str, body: Any = None, *, method: str = "POST", **options: Any) -> Reply:
        """Send a call and return what came back."""
        base = f"{self.simulator.url}/{self.host + '/' if self.host else ''}"
        options = {"headers": HEADERS | self.own_headers, "json": {} if body is None else body} | options
        async with self.session.request(method, base + path, **options) as response:
            text = await response.text()
            try:
                return Reply(response.status, response.headers, json.loads(text))
            except ValueError:
                return Reply(response.status, response.headers, None)

    def form(self, clear: str | None = None, /, **changes: Any) -> dict[str, Any]:
        """Return a login's body (§3.2) with a password in clear (the account's own unless given) and anything changed."""
        account = self.simulator.door.account
        key, text = sealed(account.password if clear is None else clear, self.simulator.door.passport.public_key)
        return {
            "ab": "DE",
            "client_secret_info": {"public_key": key},
            "enc": 0,
            "email": account.email,
            "password": text,
            "time_zone": 3_600_000,
            "transaction": "1767225600123",
        } | changes

    async def sign_in(self, clear: str | None = None, /, **changes: Any) -> Reply:
        """Sign in and keep what a success told."""
        reply = await self.send(LOGIN, self.form(clear, **changes), headers=HEADERS)
        if reply.code == 0:
            told = reply.body["data"]
            gtoken = md5(told["user_id"].encode(), usedforsecurity=False).hexdigest()
            self.own_headers = {"x-auth-token": told["auth_token"], "gtoken": gtoken}
        return reply

    async def data(self, path: str, body: Any = None, *, method: str = "POST") -> Any:
        """Ask and return the data of a success, ``None`` without any."""
        reply = await self.send(path, body, method=method)
        assert (reply.status, reply.code) == (200, 0), (path, body, reply.status, reply.body)
        return reply.body.get("data")

    async def code(self, path: str, body: Any = None, *, method: str = "POST") -> int | None:
        """Ask and return the code of an answer with HTTP 200."""
        reply = await self.send(path, body, method=method)
        assert reply.status == 200, (path, reply.status, reply.body)
        return reply.code

    async def scene(self, site_id: str | None = None) -> Any:
        """Return the scene of a site, the first unless named."""
        return await self.data(SCENE, {"site_id": site_id or self.site_id})

    async def param(self, kind: str, site_id: str | None = None) -> Any:
        """Return parameters of a site, parsed; ``None`` where there are none."""
        told = await self.data(PARAM, {"site_id": site_id or self.site_id, "param_type": kind})
        return json.loads(told["param_data"]) if told["param_data"] else None

    async def set_param(self, kind: str, data: Any, site_id: str | None = None) -> int | None:
        """Write parameters of a site and return the answer's code."""
        text = json.dumps(data, separators=(",", ":"))
        body = {"site_id": site_id or self.site_id, "param_type": kind, "cmd": 17, "param_data": text}
        return await self.code(SET_PARAM, body)


@asynccontextmanager
async def running(clock: SimClock, profile: str = "solarbank3", **options: Any) -> AsyncIterator[AnkerSimulator]:
    """Serve an account for the time of the block."""
    async with AnkerSimulator(profile, clock=clock, **options) as simulator:
        yield simulator


@asynccontextmanager
async def app(clock: SimClock, profile: str = "solarbank3", *, host: str = "", **options: Any) -> AsyncIterator[App]:
    """Serve an account and sign an app in."""
    async with running(clock, profile, **options) as simulator, aiohttp.ClientSession() as session:
        client = App(simulator, session, host)
        assert (await client.sign_in()).code == 0
        yield client


# --- recordings of our own --------------------------------------------------------------------------------------------

SITE = "5a0a8c1e-0000-4000-8000-00000000000a"
BANK = "SOLARBANKSERIAL1"
PRICE_ANSWER = {"site_id": SITE, "price": 0.3, "site_co2": 0, "site_price_unit": "€"}


def recorded_folder(tmp_path: Path, **files: Any) -> Path:
    """Return a folder of our own making; each file is its data, or a code that refuses."""
    basics: dict[str, Any] = {
        "site_list": {"site_list": [{"site_id": SITE, "site_name": "Home", "ms_type": 1, "power_site_type": 12}]},
        "bind_devices": {"data": [{"device_sn": BANK, "product_code": "A17C5"}]},
        f"scene_{SITE}": {
            "scene_mode": 3,
            "switch_0w": 0,
            "solarbank_info": {
                "updated_time": "2026-03-01 11:58:20",
                "solarbank_list": [{"device_sn": BANK, "output_cutoff_data": 10}],
            },
        },
    }
    for name, data in (basics | files).items():
        whole = {"code": data, "msg": "Failed to request."} if isinstance(data, int) else {"code": 0, "data": data}
        (tmp_path / f"{name}.json").write_text(json.dumps(whole), encoding="utf-8")
    return tmp_path
