"""The cloud: two hosts under one address, who may ask what and how often, and the envelope around it (anker.md §1, §2, §18).

Below ``/com/`` and ``/eu/`` are the two hosts; a plain path belongs to the one where the account's data is. On the other
host every login works and nothing is there (§1).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
import json
from pathlib import Path
from random import Random
import re
from typing import Any, ClassVar, Final, override
from uuid import uuid4

from aiohttp import web

from tests.simulators.actions import Action
from tests.simulators.anker.call import BUSY, FAILED_TEXT, NO_DATA, PS, SUCCESS, Bean, Refused
from tests.simulators.anker.cloud_stage import CloudStage
from tests.simulators.anker.constellation import Constellation
from tests.simulators.anker.door import LOGIN, Door, Malformed, NotAdmitted, new_account
from tests.simulators.anker.limits import Limits
from tests.simulators.anker.odd import PRESETS, Oddities, broken_gateway
from tests.simulators.anker.source import Living, NotThere, Source
from tests.simulators.anker.world import World
from tests.simulators.base import Simulator
from tests.simulators.clock import SimClock
from tests.simulators.wire import Answer, RequestRecord, json_answer

PLACE: Final = re.compile(r"/(?:(?P<host>com|eu)/)?(?P<path>.+)")
SCENE: Final = PS + "site/get_scen_info"
EMPTY: Final = "empty"
TOO_SOON: Final = {"error_msg": "Request too soon. Your actions have been recorded."}
NOT_ROUTED: Final = Answer(status=404, body=b'{"error_msg":"404 Route Not Found"}')


class AnkerSimulator(Simulator):
    """Anker's cloud on loopback.

    ``AnkerSimulator("solarbank3", clock=SimClock())`` with, all optional: ``profile`` (a name of ``PROFILES``) or
    ``constellation`` (a folder of recordings; ``member``: as somebody sees it who shares the sites), ``strict`` (the
    password is checked; else any well-formed login is let in), ``limits`` and ``overlap`` (§18.5, §18.6), ``seed``,
    ``past_days`` to have lived before, and ``timezone``, ``cloudiness``, ``solar_scale`` for every site. ``world`` is what
    is true behind a living account, ``source`` answers, ``door`` lets in, ``limits`` counts, ``odd`` is what goes wrong.
    """

    vendor: ClassVar[str] = "anker"

    def __init__(
        self,
        profile: str = "solarbank3",
        *,
        clock: SimClock,
        constellation: Path | None = None,
        member: bool = False,
        strict: bool = True,
        limits: bool = True,
        overlap: bool = True,
        seed: int = 0,
        past_days: int = 0,
        timezone: str | None = None,
        cloudiness: float = 0.0,
        solar_scale: float = 1.0,
    ) -> None:
        """Build account and cloud; nothing listens yet."""
        self.profile = profile if constellation is None else constellation.name
        self.world = World(
            clock,
            profile=profile if constellation is None else EMPTY,
            seed=seed,
            past_days=past_days,
            timezone=timezone,
            cloudiness=cloudiness,
            solar_scale=solar_scale,
        )
        super().__init__(clock=clock, house=self.world.house, presets=PRESETS)
        self.source: Source = (
            Living(self.world) if constellation is None else Constellation(constellation, member=member)
        )
        self._nowhere = Living(World(clock, profile=EMPTY, seed=seed))
        self._random = Random(f"cloud {seed}")
        self.door = Door(clock, new_account(self._random), self._random)
        self.door.rules.strict = strict
        self.limits = Limits(clock) if limits else Limits(clock, energy=None, others=None)
        self.odd = Oddities(overlap=overlap)
        self.stage = CloudStage(self)
        self._running: Counter[str] = Counter()

    @override
    def catch_up(self) -> None:
        self.source.catch_up()

    @override
    def describe(self) -> dict[str, Any]:
        account = self.door.account
        return {
            "vendor": self.vendor,
            "profile": self.profile,
            "url": self.url,
            "host": self.host,
            "port": self.port,
            "user_name": account.email,
            "password": account.password,
            "country": account.country,
            "region": account.host,
            "public_key": self.door.passport.public_key,
            "sites": dict(self.source.sites),
            "serials": dict(self.source.serials),
        }

    @override
    def truth(self) -> Mapping[str, Any]:
        """Return also what is true of every site of a living account."""
        return {**super().truth(), **self.world.truth()} if isinstance(self.source, Living) else super().truth()

    @property
    @override
    def actions(self) -> Mapping[str, Action]:
        return {**super().actions, **self.source.actions, **self.stage.actions}

    # --- answering ---------------------------------------------------------------------------------------------------

    @override
    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Count what is running beside each other, by address."""
        address = request.remote or ""
        self._running[address] += 1
        try:
            return await super().serve(request)
        finally:
            self._running[address] -= 1

    def running(self, address: str) -> int:
        """Return how many requests of an address have no answer yet."""
        return self._running[address]

    @override
    async def answer(self, request: web.BaseRequest, record: RequestRecord) -> Answer:
        place = PLACE.fullmatch(request.path)
        if place is None:
            return NOT_ROUTED
        address, path = request.remote or "", place["path"]
        host = place["host"] or self.door.account.host
        if not self.limits.allows(address, host, path):
            return json_answer(TOO_SOON, status=429)
        if (loss := self.odd.loss(self._random)) == "hang":
            await self.clock.sleep(10 * 366 * 86_400.0)
        elif loss is not None and loss != "busy":
            return broken_gateway(loss)
        if loss == "busy" or (self.odd.overlap and self._running[address] > 1):
            return _envelope(BUSY, FAILED_TEXT, NO_DATA)
        try:
            data = self._data(request, record, address, host, path)
        except Refused as refused:
            return _envelope(refused.code, refused.msg, NO_DATA if refused.data is None else refused.data)
        except Malformed as error:
            return json_answer({"code": 400, "msg": str(error), "trace_id": uuid4().hex}, status=400)
        except NotAdmitted as error:
            return _turned_away(error)
        except NotThere:
            return NOT_ROUTED
        return _envelope(SUCCESS, "success!", data)

    def _data(self, request: web.BaseRequest, record: RequestRecord, address: str, host: str, path: str) -> Any:
        """Return what a call is told."""
        if "app-name" not in request.headers:
            raise NotAdmitted("401")
        body = _object(request, record.body)
        if path == LOGIN:
            if request.method != "POST":
                raise NotThere
            return self.door.sign_in(address, host, body)
        self.door.admit(host, request.headers)
        record.role = host
        source = self.source if host == self.door.account.host else self._nowhere
        data = source.answer(request.method, path, body, self.clock.now())
        return self.odd.scene(str(body.get("site_id")), data) if path == SCENE else data


def _object(request: web.BaseRequest, body: bytes) -> Bean:
    """Return the JSON object of a body; an empty body is an empty one. Compressed requests are refused (§2)."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Malformed("compressed")
    if not body:
        return {}
    try:
        data = json.loads(body)
    except ValueError:
        raise Malformed("no JSON") from None
    if not isinstance(data, dict):
        raise Malformed("no object")
    return data


def _envelope(code: int, msg: str, data: Any) -> Answer:
    """Return the envelope of §2 and its headers."""
    trace = uuid4().hex
    body: Bean = {"code": code, "msg": msg, "trace_id": trace}
    if data is not NO_DATA:
        body = {"code": code, "msg": msg, "data": data, "trace_id": trace}
    headers = (("Bizcode", str(code)), ("Trace", trace), ("Server", "APISIX"))
    return replace(json_answer(body, headers=headers), content_type="application/json; charset=utf-8")


def _turned_away(error: NotAdmitted) -> Answer:
    """Return how a call without a live token is answered (§3.5)."""
    code = int(error.kind)
    answer = _envelope(code, "Token does not exist, kicked out.", NO_DATA)
    return answer if error.kind == "26084" else replace(answer, status=code)
