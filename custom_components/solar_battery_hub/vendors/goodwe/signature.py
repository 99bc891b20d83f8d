"""What proves who is asking: the password's hash, the token header and the signature (goodwe.md §3.1, §5.1). Pure."""

import base64
from collections.abc import Mapping
import hashlib
import json
from typing import Final

SEMSPLUS_CLIENT: Final = "semsPlusWeb"
SEMSPLUS_STRANGER: Final[Mapping[str, object]] = {
    "uid": "",
    "timestamp": 0,
    "token": "",
    "client": SEMSPLUS_CLIENT,
    "version": "",
    "language": "en",
}
"""What the token header of SEMS+ holds before signing in."""

LEGACY_STRANGER: Final[Mapping[str, object]] = {"version": "v2.1.0", "client": "ios", "language": "en"}
"""What the token header of the legacy API holds before signing in."""


def hash_password(password: str) -> str:
    """Return what SEMS+ wants to see of a password: the Base64 of the hex text of its MD5."""
    digest = hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()
    return base64.b64encode(digest.encode()).decode()


def sign(milliseconds: int, uid: str = "", token: str = "") -> str:
    """Return ``X-Signature`` for a request sent at this moment (Unix milliseconds) with this token header."""
    proof = hashlib.sha256(f"{milliseconds}@{uid}@{token}".encode()).hexdigest()
    return base64.b64encode(f"{proof}@{milliseconds}".encode()).decode()


def compact(value: object) -> str:
    """Return JSON without spaces, as the vendor's own clients send bodies."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def header(members: Mapping[str, object]) -> str:
    """Return the text of a token header: JSON without spaces and without anything but ASCII."""
    return json.dumps(members, separators=(",", ":"))
