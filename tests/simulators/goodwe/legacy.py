"""Route B, the legacy app API (goodwe.md §3, §4): sign-in, Token header, and the table of calls.

Version prefixes are interchangeable or may be missing, nothing in a path is case-sensitive (§10.1).
"""

from collections.abc import Callable, Mapping
import re
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.simulators.goodwe import legacy_chargers, legacy_charts, legacy_monitor, legacy_plants, legacy_reports
from tests.simulators.goodwe.devices import epoch_ms
from tests.simulators.goodwe.legacy_call import (
    EXPIRED,
    NOT_LOGGED_IN,
    TOO_MANY,
    WRONG_PASSWORD,
    ApiError,
    Call,
    NotThere,
    Run,
    Write,
    arguments,
    failure,
    signed_in,
    success,
    token_of,
)
from tests.simulators.goodwe.legacy_writes import save_remote_control, save_remote_control_all
from tests.simulators.wire import Answer, RequestRecord

if TYPE_CHECKING:
    from tests.simulators.goodwe.world import World

PATH = re.compile(r"(?:/(?P<region>[a-z]{2}))?/api/(?:v\d+/)?(?P<call>.+)", re.IGNORECASE)
FILE = re.compile(r"(?:/[a-z]{2})?/files/(?P<name>[0-9A-Za-z_-]+)\.xls")
NOT_FOUND = Answer(status=404, body=b'{"Message":"No HTTP resource was found that matches the request URI."}')
LOGIN = "common/crosslogin"
MONITOR = "powerstation/getmonitordetailbypowerstationid"

READS: dict[str, Run] = {
    MONITOR: legacy_monitor.monitor,
    "powerstation/getplantdetailbypowerstationid": legacy_plants.detail,
    "powerstation/getinverterallpoint": legacy_plants.points,
    "powerstation/getpowerflow": legacy_plants.powerflow,
    "powerstation/getweather": legacy_plants.weather,
    "powerstation/getpowerstationidbyowner": legacy_plants.id_by_owner,
    "historydata/querypowerstationbyhistory": legacy_plants.by_history,
    "powerstationmonitor/querypowerstationmonitor": legacy_plants.query_monitor,
    "powerstationmonitor/querypowerstationmonitorforapp": legacy_plants.query_for_app,
    "powerstationmonitor/getpowerstationinverterlist": legacy_plants.inverter_list,
    "warning/powerstationwarningsquery": legacy_plants.warnings,
    "powerstationmonitor/getinverterdatabycolumn": legacy_charts.column,
    "powerstationmonitor/getpowerstationpowerandincomebyday": legacy_charts.power_and_income,
    "powerstationmonitor/getpowerstationpacbydayforapp": legacy_charts.pac_by_day,
    "charts/getplantpowerchart": legacy_charts.power_chart,
    "charts/getchartbyplant": legacy_charts.chart,
    "powerstation/exportpowerstationpac": legacy_reports.export,
    "reportdata/getstationpowerdatafilepath": legacy_reports.file_path,
    "evcharger/getcurrentchargeinfo": legacy_chargers.current,
    "evcharger/getevchargermoreview": legacy_chargers.current,
    "evcharger/getevchargercountbypwid": legacy_chargers.count,
    "evcharger/charging": legacy_chargers.charge,
    "evcharger/setchargemode": legacy_chargers.set_mode,
    "powerstation/remotecontroldatainverterparaquerybysn": legacy_plants.remote_parameters,
}
WRITES: dict[str, Write] = {
    "powerstation/saveremotecontrolinverter": save_remote_control,
    "powerstation/saveremotecontrolallinverterbystationid": save_remote_control_all,
}


class LegacyApi:
    """Route B: ``serves(path)``, ``await answer(request, record)``."""

    def __init__(self, world: World, url: Callable[[], str]) -> None:
        """Answer for a world; ``url()`` is the server's own address."""
        self.world = world
        self._url = url

    @staticmethod
    def serves(path: str) -> bool:
        """Tell whether a path is this route's."""
        return PATH.fullmatch(path) is not None or FILE.fullmatch(path) is not None

    async def answer(self, request: web.BaseRequest, record: RequestRecord) -> Answer:
        """Answer a call: who may not come in, then sign-in or data."""
        if file := FILE.fullmatch(request.path):
            return legacy_reports.file(self.world, file["name"]) if request.method == "GET" else NOT_FOUND
        match = PATH.fullmatch(request.path)
        assert match is not None
        path, region = match["call"].lower(), (match["region"] or self.world.host_region).lower()
        try:
            token = token_of(request.headers.get("Token"))
            args = arguments(request.headers.get("Content-Type", ""), record.body, request.query)
            return await self.run(path, args, token, region=region, record=record)
        except NotThere:
            return NOT_FOUND
        except ApiError as error:
            return failure(error.code, path, as_number=path == LOGIN or self.world.switches.int_codes)

    async def run(
        self,
        path: str,
        args: Mapping[str, Any],
        token: Mapping[str, Any],
        *,
        region: str,
        record: RequestRecord,
    ) -> Answer:
        """Answer one call of somebody whose header could be read."""
        if path not in READS and path not in WRITES and path != LOGIN:
            raise NotThere
        if refusal := self._limited(login=path == LOGIN):
            return refusal
        base = self._url() + ("" if region == self.world.host_region else f"/{region}") + "/api/"
        call = Call(world=self.world, path=path, args=args, token=token, base=base, now=self.world.clock.now())
        if path == LOGIN:
            record.role = "login"
            return self.login(call)
        self._admit(token, region)
        record.role = "legacy"
        return await self.data(call)

    def _limited(self, *, login: bool) -> Answer | None:
        """Return the refusal of an account that asks too much (§10.6)."""
        match self.world.limits.refuse(login=login):
            case "status":
                return Answer(status=429, headers=(("Retry-After", str(self.world.limits.retry_after)),))
            case "body":
                raise ApiError(TOO_MANY)
        return None

    def _admit(self, token: Mapping[str, Any], region: str) -> None:
        """Let a live token of this region in."""
        text = token.get("token")
        standing = self.world.sessions.standing(text, token.get("uid")) if text else "unknown"
        if standing in ("displaced", "expired"):
            raise ApiError(EXPIRED)
        if standing == "unknown" or region != self.world.account.region:
            raise ApiError(NOT_LOGGED_IN)

    def login(self, call: Call) -> Answer:
        """Sign in with the plain password (§3.2)."""
        account = self.world.account
        if code := account.refused.get("legacy"):
            raise ApiError(code)
        given = (call.text("account", default="").lower(), call.text("pwd", default=""))
        if given != (account.email.lower(), account.password):
            raise ApiError(WRONG_PASSWORD)
        base = self.base_of_account()
        if not account.terms_accepted:
            return signed_in(call.path, {"agreement_agreement": 0}, base)
        session = self.world.sessions.open("legacy")
        data = {
            "uid": session.uid,
            "timestamp": epoch_ms(session.issued),
            "token": session.token,
            "client": call.token.get("client", "ios"),
            "version": call.token.get("version", ""),
            "language": call.token.get("language", "en"),
        }
        return signed_in(call.path, data, base)

    def base_of_account(self) -> str | None:
        """Return the base a sign-in tells, with exactly one slash at its end; ``None``: it tells none."""
        account = self.world.account
        if account.told_base is not None:
            return account.told_base or None
        region = "" if account.region == self.world.host_region else f"/{account.region}"
        return f"{self._url()}{region}/api/"

    async def data(self, call: Call) -> Answer:
        """Answer a data call or a write of somebody signed in."""
        health = self.world.switches.monitor if call.path == MONITOR else "full"
        health = health if self.world.switches.legacy == "full" else self.world.switches.legacy
        if health == "missing":
            raise NotThere
        if health == "empty":
            return success(call, {})
        if call.path in WRITES:
            return success(call, await WRITES[call.path](call))
        return success(call, READS[call.path](call))
