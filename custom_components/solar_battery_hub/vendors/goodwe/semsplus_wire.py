"""How any call of SEMS+ goes out: signed, to the gateway of the session (goodwe.md §5.1)."""

from collections.abc import Mapping

from yarl import URL

from .login import Login
from .model import Bean, Way
from .sign_in import SEMSPLUS_HEADERS, Session, milliseconds
from .signature import sign
from .wire import READ_TIMEOUT


class SemsPlusWire:
    """Signed requests of one account.

    A ``path`` comes after the base of the session; ``{}`` in it stands for ``part``, so that messages name no device.
    """

    def __init__(self, login: Login) -> None:
        """Prepare; nothing is sent."""
        self._login = login

    async def get(self, path: str, query: Mapping[str, str], *, part: str = "") -> object:
        """Return the ``data`` of an answer."""
        return await self._ask("GET", path, part, query, None, str(query), READ_TIMEOUT)

    async def post(
        self,
        path: str,
        body: Bean,
        *,
        part: str = "",
        query: Mapping[str, str] | None = None,
        about: str = "",
        timeout: float = READ_TIMEOUT,
    ) -> object:
        """Return the ``data`` of the answer to a JSON body; ``about`` is the plant or device that it asks for."""
        return await self._ask("POST", path, part, query, body, about, timeout)

    async def _ask(
        self,
        method: str,
        path: str,
        part: str,
        query: Mapping[str, str] | None,
        body: Bean | None,
        about: str,
        timeout: float,
    ) -> object:
        async def send(session: Session) -> Bean:
            def headers() -> dict[str, str]:
                signature = sign(milliseconds(self._login.clock), session.uid, session.token)
                return {**SEMSPLUS_HEADERS, "token": session.header, "X-Signature": signature}

            url = _address(session.base, path, part, query)
            return await self._login.wire.send(method, url, headers, place=path, body=body, timeout=timeout)

        return await self._login.ask(Way.SEMSPLUS, path, f"{part}{about}", send)


def _address(base: str, path: str, part: str, query: Mapping[str, str] | None) -> str:
    """Return the whole address; ``part`` stays one part of the path, whatever is in it."""
    where = path.format(URL.build(path=part).raw_path.replace("/", "%2F"))
    return str(URL(f"{base}/{where}", encoded=True).with_query(query))
