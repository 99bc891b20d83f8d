"""The password API: the doors every call passes, and the table of calls (growatt.md Part A, F.1, F.3).

What it does not have: NOAH and NEXA (it says that no plant has one) and the web portal's own login.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from aiohttp import web

from tests.simulators.actions import Action, named
from tests.simulators.growatt import (
    legacy_devices,
    legacy_plant_info,
    legacy_plant_settings,
    legacy_plants,
    legacy_writes,
)
from tests.simulators.growatt.legacy_call import NOT_FOUND, SERVER_ERROR, Call, Notes, TurnedAway
from tests.simulators.growatt.legacy_request import parameters
from tests.simulators.growatt.legacy_sessions import (
    LOGIN_PAGE,
    SYMPTOMS,
    LegacyAccess,
    LegacySessions,
    Symptom,
    html_answer,
)
from tests.simulators.growatt.legacy_values import obj_answer
from tests.simulators.growatt.world import World
from tests.simulators.wire import Answer, RequestRecord, json_answer

type Handler = Callable[[Call], Answer]

ROLE = "user"
LOGINS = frozenset({"newTwoLoginAPI.do", "newLoginAPI.do"})
LOGOUT = "logout.do"
ERROR_PAGES = frozenset({"error.do", "errorMess.do"})
WRITES = frozenset({"newTcpsetAPI.do", "tcpSet.do"})
NOAH_OFFLINE = json_answer({"msg": "504", "result": 0, "obj": None})


def _is_noah(call: Call) -> Answer:
    """Answer ``isPlantNoahSystem``: none of these plants is one (C.6)."""
    plant = call.plant
    return obj_answer(
        {
            "isPlantNoahSystem": False,
            "isPlantHaveNoah": False,
            "isPlantHaveNexa": False,
            "deviceSn": "",
            "plantId": str(plant.id),
            "plantName": plant.name,
        }
    )


def _no_noah(_call: Call) -> Answer:
    """Answer a call about a NOAH that does not exist."""
    return NOAH_OFFLINE


ROUTES: dict[str, dict[str, Handler]] = {
    "PlantListAPI.do": {"": legacy_plants.plant_list},
    "PlantDetailAPI.do": {"": legacy_plants.plant_detail(30)},
    "newPlantDetailAPI.do": {"": legacy_plants.plant_detail(5)},
    "newPlantAPI.do": {
        "getPlant": legacy_plant_settings.read_settings,
        "getEnergyStorageData": legacy_plants.dashboard,
        "getUserCenterEnertyData": legacy_plants.user_energy,
        "getUserCenterEnertyDataTwo": legacy_plants.user_energy,
    },
    "newTwoPlantAPI.do": {
        "getAllPlantListTwo": legacy_plants.plant_list_two,
        "getAllDeviceListTwo": legacy_plant_info.plant_info,
        "getAllDeviceList": legacy_plant_info.device_list,
        "getUserCenterEnertyDataByPlantid": legacy_plants.plant_energy,
        "updatePlant": legacy_plant_settings.update,
    },
    "noahDeviceApi/noah/isPlantNoahSystem": {"": _is_noah},
    **{f"noahDeviceApi/noah/{op}": {"": _no_noah} for op in ("getSystemStatus", "getNoahInfoBySn", "set")},
    **legacy_devices.ROUTES,
    **legacy_writes.ROUTES,
}
"""By path: by ``op`` or ``action`` ("" where there is none) what answers it."""


LOGIN_HEAD: dict[str, Any] = {
    "success": True,
    "msg": "",
    "app_code": "1",
    "service": "1",
    "quality": "0",
    "isOpenSmartFamily": 0,
    "totalData": {},
}
LOGIN_USER: dict[str, Any] = {
    **dict.fromkeys(("uid", "nickName", "email", "phoneNum", "company", "lat", "lng", "agentCode", "serverUrl"), ""),
    **dict.fromkeys(("roleId", "type", "kind", "isAgent", "isBigCustomer", "isValiPhone", "isPhoneNumReg"), 0),
    "counrty": "Germany",
    "area": "Europe",
    "timeZone": 8,
    "userLanguage": "en",
    "token": "",
    "enabled": True,
    "approved": False,
    "mailNotice": True,
    "smsNotice": False,
    "parentUserId": 0,
    "codeIndex": 1,
    "appType": "c",
    "appAlias": "",
    "customerCode": 0,
    "noticeType": "",
    "activeName": "",
    "userDeviceType": -1,
    "createDate": "2024-05-01 10:00:00",
    "lastLoginIp": "192.0.2.1",
    "cpowerToken": "0123456789abcdef0123456789abcdef",
    "cpowerAuth": "made-up-authorisation",
    "dataAcqList": [],
    "inverterList": [],
    "inverterGroup": [],
}
"""What the server tells of a user besides: its time zone is the server's own, ``counrty`` and the secrets are real names."""


class LegacyApi:
    """The password API of a world.

    ``access``: what the tester decided; ``sessions``: who is signed in, ``sessions.logins`` and ``.calls`` how often;
    ``asked``: how often each operation was called by somebody signed in (``newMixApi.do?getMixInfo``); ``actions``: what
    the control port may do.
    """

    def __init__(self, world: World, *, seed: int = 0) -> None:
        """Start without a session."""
        self.world = world
        self.access = LegacyAccess()
        self.sessions = LegacySessions(world.clock, world.user, self.access, Random(f"cookies {seed}"))
        self.asked: Counter[str] = Counter()
        self._notes = Notes()

    # --- what can be done to it --------------------------------------------------------------------------------------

    def set_strict(self, *, strict: bool = True, calls_per_day: int | None = None) -> None:
        """Lock the account after too many logins (and calls, if a number is given), or never."""
        self.access.logins_per_hour = self.access.calls_per_day = None
        if strict:
            self.access.strict(calls_per_day=calls_per_day)

    def set_firewall(self, *, on: bool = True) -> None:
        """Block addresses that send more than a call a second, or none; ends all blocks."""
        self.access.firewall = on
        self.sessions.blocked.clear()

    def block_client(self, address: str = "127.0.0.1", seconds: float | None = None) -> None:
        """Let the firewall block an address now."""
        self.sessions.block(address, seconds)

    def kill_sessions(self) -> None:
        """End all sessions."""
        self.sessions.kill()

    def lock_account(self, seconds: float | None = None) -> None:
        """Lock the account now."""
        self.sessions.lock(seconds)

    def unlock_account(self) -> None:
        """End the lock."""
        self.sessions.unlock()

    def set_session_seconds(self, seconds: float) -> None:
        """Let sessions opened from now on live so long."""
        self.access.session_seconds = seconds

    def set_symptom(self, symptom: Symptom, endpoint: str = "*") -> None:
        """Let an endpoint (``*``: those without their own) answer like this who is not signed in."""
        if symptom not in SYMPTOMS:
            raise ValueError(f"no such symptom: {symptom}")
        self.access.symptoms[endpoint] = symptom

    @property
    def actions(self) -> Mapping[str, Action]:
        """Return what can be done by name."""
        return named(
            self.set_strict,
            self.set_firewall,
            self.block_client,
            self.kill_sessions,
            self.lock_account,
            self.unlock_account,
            self.set_session_seconds,
            self.set_symptom,
        )

    # --- serving -----------------------------------------------------------------------------------------------------

    async def answer(self, request: web.BaseRequest, record: RequestRecord) -> Answer:
        """Return the answer to a request; ``record`` holds its body and takes the role."""
        if refused := self.sessions.gate(request.headers, request.remote or ""):
            return refused
        path = request.path.removeprefix("/")
        endpoint = path.rpartition("/")[2]
        params = parameters(request.query, request.headers.get("Content-Type", ""), record.body)
        kind = params.get("op") or params.get("action") or ""
        if path in LOGINS and not kind:
            return self._login(params, record)
        if path == LOGOUT or path in ERROR_PAGES:
            return self._leave(request.headers, path)
        if path not in ROUTES:
            return NOT_FOUND
        if refused := self.sessions.refuse(request.headers, endpoint):
            return refused
        record.role = ROLE
        self.asked[f"{path}?{kind}" if kind else path] += 1
        if path in WRITES and self.access.write_seconds:
            await self.world.clock.sleep(self.access.write_seconds)
            self.world.catch_up()
        return self._run(path, kind, Call(world=self.world, notes=self._notes, params=params))

    def _run(self, path: str, kind: str, call: Call) -> Answer:
        """Return what the table's handler answers; an operation nobody knows is an error of the server."""
        handler = ROUTES[path].get(kind)
        if handler is None:
            return SERVER_ERROR
        try:
            return handler(call)
        except TurnedAway as turned_away:
            return turned_away.answer

    def _leave(self, headers: Mapping[str, str], path: str) -> Answer:
        """Sign out, or show the page somebody was sent to who is not signed in."""
        if path == LOGOUT:
            self.sessions.forget(headers)
        return html_answer(LOGIN_PAGE)

    def _login(self, form: Mapping[str, str], record: RequestRecord) -> Answer:
        """Sign somebody in (A.2)."""
        if refused := self.sessions.login(form, at_home=self.world.host_region == self.world.region):
            return refused
        record.role = ROLE
        user = self.world.user
        back = {
            **LOGIN_HEAD,
            "data": [{"plantId": str(plant.id), "plantName": plant.name} for plant in self.world.plants],
            "deviceCount": str(len(list(self.world.devices))),
            "user": LOGIN_USER
            | {
                "id": user.id,
                "rightlevel": user.rightlevel,
                "accountName": user.name,
                "password": form.get("password", ""),
                "lastLoginTime": self.world.clock.now().strftime("%Y-%m-%d %H:%M:%S"),
            },
        }
        return json_answer({"back": back}, headers=self.sessions.open())
