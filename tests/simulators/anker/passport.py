"""The server's half of the encrypted login (anker.md §3.1, §3.3): its key pair, the shared secret, the password inside."""

from base64 import b64decode
import binascii
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE: Final = SECP256R1()
PRIVATE_KEY: Final = 165
"""The document's simulator vector; the real server's key is nobody's to know (§3.3)."""
BLOCK_BYTES: Final = 16


class Passport:
    """The server's key pair. ``public_key`` is what a client has to encrypt for: 130 hex digits."""

    def __init__(self, private_key: int = PRIVATE_KEY) -> None:
        """Take a small private key, as only tests may."""
        self._key: EllipticCurvePrivateKey = derive_private_key(private_key, CURVE)
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = point.hex()

    def secret(self, client_key: str) -> bytes:
        """Return the 32 bytes shared with a client; raise ValueError for anything but a point of the curve in hex."""
        client = EllipticCurvePublicKey.from_encoded_point(CURVE, bytes.fromhex(client_key))
        return self._key.exchange(ECDH(), client)

    def opened(self, client_key: str, password: str) -> str | None:
        """Return the password a login carries; ``None`` when it was encrypted for somebody else.

        Raises ValueError for a client key that is no point of the curve.
        """
        secret = self.secret(client_key)
        sealed = sealed_bytes(password)
        if sealed is None:
            return None
        opener = Cipher(AES256(secret), CBC(secret[:BLOCK_BYTES])).decryptor()
        padded = opener.update(sealed) + opener.finalize()
        padding = PKCS7(BLOCK_BYTES * 8).unpadder()
        try:
            return (padding.update(padded) + padding.finalize()).decode()
        except ValueError:
            return None


def sealed_bytes(password: str) -> bytes | None:
    """Return the blocks a Base64 password consists of; ``None`` when it is not Base64 of whole blocks."""
    try:
        sealed = b64decode(password, validate=True)
    except binascii.Error, ValueError:
        return None
    return sealed if sealed and len(sealed) % BLOCK_BYTES == 0 else None
