"""How the password travels and what proves a user besides the token (anker.md §2, §3.1)."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
import hashlib

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SERVER_KEY = (
    "04c5c00c4f8d1197cc7c3167c52bf7acb054d722f0ef08dcd7e0883236e0d72a38"
    "68d9750cb47fa4619248f3d83f0f662671dadc6e2d31c2f41db0161651c7c076"
)
"""The server's public key, the same on both hosts: an uncompressed point as hex."""

_CURVE = ec.SECP256R1()
_IV_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A password only the server can read, with the public key (hex) it needs for that."""

    public_key: str
    password: str = field(repr=False)


def new_key() -> ec.EllipticCurvePrivateKey:
    """Return a random key of our own."""
    return ec.generate_private_key(_CURVE)


def seal(password: str, make_key: Callable[[], ec.EllipticCurvePrivateKey] = new_key) -> Sealed:
    """Encrypt a password for the server: AES-256-CBC under the shared secret, which also gives the IV (§3.1)."""
    own = make_key()
    server = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, bytes.fromhex(SERVER_KEY))
    secret = own.exchange(ec.ECDH(), server)
    padder = PKCS7(algorithms.AES.block_size).padder()
    padded = padder.update(password.encode()) + padder.finalize()
    cipher = Cipher(algorithms.AES(secret), modes.CBC(secret[:_IV_BYTES])).encryptor()
    return Sealed(
        public_key=own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex(),
        password=base64.b64encode(cipher.update(padded) + cipher.finalize()).decode(),
    )


def gtoken(user_id: str) -> str:
    """Return what goes with every token: a digest of whose it is (§2)."""
    return hashlib.md5(user_id.encode(), usedforsecurity=False).hexdigest()
