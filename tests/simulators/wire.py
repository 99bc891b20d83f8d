"""What goes over the wire: answers before they are sent, and the record of what was asked."""

from dataclasses import dataclass
from datetime import datetime
import json
from typing import Any, Literal

type Delivery = Literal["whole", "half", "reset", "flood"]
"""How an answer leaves: complete, cut in the middle of the body, never (connection reset), or endless megabytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer. ``headers`` may repeat a name, as Set-Cookie does."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    delivery: Delivery = "whole"


def json_answer(data: Any, *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Return ``data`` as a compact JSON answer."""
    body = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    return Answer(status=status, body=body, headers=headers)


def text_answer(text: str, *, status: int = 200) -> Answer:
    """Return ``text`` as plain text."""
    return Answer(status=status, body=text.encode(), content_type="text/plain; charset=utf-8")


@dataclass(slots=True, kw_only=True)
class RequestRecord:
    """One request as it arrived. ``role`` is who the vendor took the client for; ``status`` 0 means no answer was sent."""

    time: datetime
    method: str
    path: str
    body: bytes = b""
    role: str | None = None
    status: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON, without the body: that may hold a password."""
        return {
            "time": self.time.isoformat(),
            "method": self.method,
            "path": self.path,
            "role": self.role,
            "status": self.status,
        }


def _parent(data: Any, pointer: str) -> tuple[Any, str | int]:
    """Return the object or list that holds what a JSON pointer (RFC 6901) names, and its key there."""
    *path, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for key in path:
        data = data[int(key)] if isinstance(data, list) else data[key]
    return data, int(last) if isinstance(data, list) else last


def pointer_get(data: Any, pointer: str) -> Any:
    """Return what ``pointer`` names; the empty pointer names everything."""
    if not pointer:
        return data
    parent, key = _parent(data, pointer)
    return parent[key]


def pointer_set(data: Any, pointer: str, value: Any) -> None:
    """Put ``value`` where ``pointer`` says."""
    parent, key = _parent(data, pointer)
    parent[key] = value


def pointer_remove(data: Any, pointer: str) -> None:
    """Take away what ``pointer`` names."""
    parent, key = _parent(data, pointer)
    del parent[key]
