"""A folder of recorded answers as an account (anker.md §18.7): served as it is, refusals too; writes change what is read."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime
import json
from pathlib import Path
import re
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.simulators.anker.call import NO_DATA, NOT_FOUND, PS, REQUEST_FAILED, SUCCESS, Bean, Refused
from tests.simulators.anker.recorded import file_of
from tests.simulators.anker.recorded_writes import WRITES
from tests.simulators.anker.source import OWNERS_PATHS, TABLE, NotThere

NOT_SERVER: Final = ("api_", "mqtt_")
SITE_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SITE_LIST: Final = PS + "site/get_site_list"
POWER_PANEL, SOLARBANK = 4, 2
MOMENT: Final = re.compile(r'"(?:updated_time|local_time)": ?"(20\d\d-\d\d-\d\d \d\d:\d\d)')
DAY: Final = re.compile(r'"time": ?"(20\d\d-\d\d-\d\d)"')
EMPTY_FOR_MEMBERS: Final[Mapping[str, Bean]] = {
    PS + "app/get_relate_and_bind_devices": {"data": []},
    PS + "app/get_auto_upgrade": {"main_switch": False, "device_list": None},
    "app/ota/batch/check_update": {"update_infos": []},
    PS + "site/list_user_devices": {"solar_list": [], "pps_list": [], "solarbank_list": [], "powerpanel_list": []},
    PS + "app/get_upgrade_record": {"device_sn": "", "site_id": "", "upgrade_record_list": []},
}
"""What a member is told of an account's devices (§5.3)."""


class Constellation:
    """A recorded account. ``member``: seen by somebody who shares its sites (§18.9). ``files``: name → whole answer.

    ``moment`` is when it was recorded, ``local`` the time of the last call at the house.
    """

    def __init__(self, folder: Path, *, member: bool = False, zone: str = "Europe/Berlin") -> None:
        """Read a folder; raise ValueError when there is nothing in it."""
        texts = {
            path.stem: path.read_text(encoding="utf-8")
            for path in sorted(folder.glob("*.json"))
            if not path.name.startswith(NOT_SERVER) and "_modified_" not in path.name
        }
        if not texts:
            raise ValueError(f"no recordings in {folder}")
        self.files: dict[str, Bean] = {name: json.loads(text) for name, text in texts.items()}
        self.member = member
        self.zone = ZoneInfo(zone)
        self.moment = _moment("".join(texts.values()), self.zone)
        self.local = datetime.fromtimestamp(0, self.zone)
        if "site_list" not in self.files:
            self.files["site_list"] = self._site_list()
        self.files.setdefault("bind_devices", {"code": SUCCESS, "data": {"data": []}})
        if member:
            for site in self.data("site_list")["site_list"]:
                site["ms_type"] = 2

    def data(self, name: str) -> Any:
        """Return what a file tells, an empty dict without it; changes stay."""
        return self.files.get(name, {}).get("data") or {}

    # --- being a source ----------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, body: Bean, now: datetime) -> Any:
        """Return what was recorded for a call, or do what it writes; raise Refused as the cloud does."""
        write = WRITES.get(path)
        if (method, path) not in TABLE:
            raise NotThere
        self.local = now.astimezone(self.zone)
        is_refused = path in OWNERS_PATHS and self._is_members(body)
        if write is not None:
            if is_refused:
                raise Refused(REQUEST_FAILED)
            write(self, body)
            return NO_DATA
        if self.member and path in EMPTY_FOR_MEMBERS:
            return EMPTY_FOR_MEMBERS[path]
        name = None if self.member and is_refused else file_of(path, body, self.files)
        if name is None:
            raise Refused(REQUEST_FAILED if is_refused else NOT_FOUND)
        return self._recorded(name)

    def _recorded(self, name: str) -> Any:
        """Return a file's data, or refuse as it does."""
        told = self.files[name]
        if told.get("code", SUCCESS) != SUCCESS:
            raise Refused(told["code"], told.get("msg", ""))
        return deepcopy(told.get("data"))

    def _is_members(self, body: Bean) -> bool:
        """Tell whether a call is about something that is only shared."""
        shared = {site["site_id"] for site in self.data("site_list")["site_list"] if site.get("ms_type") == 2}
        named = next((str(body[key]) for key in ("site_id", "siteId", "identifier_id") if body.get(key)), None)
        return named in shared if named is not None else bool(shared) and len(shared) == len(self.sites)

    def catch_up(self) -> None:
        """Do nothing: time stands still in a recording."""

    @property
    def sites(self) -> Mapping[str, str]:
        """Return the sites' names by id."""
        return {site["site_id"]: site.get("site_name", "") for site in self.data("site_list")["site_list"]}

    @property
    def serials(self) -> Mapping[str, str]:
        """Return the bound devices' models by serial."""
        return {row["device_sn"]: row["product_code"] for row in self.data("bind_devices")["data"]}

    @property
    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Return what can be done to it by name."""
        return {"replace_answer": self.replace_answer}

    def replace_answer(self, name: str, data: Any = None, code: int = SUCCESS) -> None:
        """Let a file tell something else from now on."""
        self.files[name] = {"code": code, "msg": "", "data": data}

    def _site_list(self) -> Bean:
        """Return a list of the sites the names of the files speak of, for a folder that has none."""
        found: dict[str, list[str]] = {}
        for name in self.files:
            for site_id in SITE_ID.findall(name):
                found.setdefault(site_id, []).append(name)
        sites = [
            {
                "site_id": site_id,
                "site_name": "System",
                "ms_type": 1,
                "power_site_type": POWER_PANEL if any(name.startswith("charging_") for name in names) else SOLARBANK,
                "device_type_list": None,
                "current_site_device_models": None,
            }
            for site_id, names in found.items()
        ]
        return {"code": SUCCESS, "data": {"site_list": sites}}


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """Return when the folder was recorded, as far as its answers tell: the newest time in them, else noon of a day."""
    moments = MOMENT.findall(text) or [f"{day} 12:00" for day in DAY.findall(text)]
    if not moments:
        return None
    return datetime.strptime(max(moments), "%Y-%m-%d %H:%M").replace(tzinfo=zone).astimezone(UTC)
