"""What the password API's servlet makes of a request: query and form in one, a multipart form part by part (A.8, A.9)."""

from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.message import Message
from urllib.parse import parse_qsl

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def parameters(query: Mapping[str, str], content_type: str, body: bytes) -> dict[str, str]:
    """Return the parameters of a request: the query's, then the form's where the query has none of that name."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == FORM:
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    elif kind == MULTIPART:
        form = dict(_parts(content_type, body))
    else:
        form = {}
    return form | dict(query)


def _parts(content_type: str, body: bytes) -> Iterator[tuple[str, str]]:
    """Yield the plain fields of a multipart form.

    A part with a file name or a content type of its own is an upload to the servlet, not a field (A.8).
    """
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    for part in message.get_payload():
        if not isinstance(part, Message) or part.get_filename() is not None or "Content-Type" in part:
            continue
        name = part.get_param("name", header="Content-Disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            yield name, payload.decode("utf-8", "replace")
