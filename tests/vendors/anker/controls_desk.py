"""An owner with settings, and a cloud that keeps them: what the controls are tried on (anker.md §9, §12)."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
import json
import re
from typing import Any, Final
from zoneinfo import ZoneInfo

from custom_components.solar_battery_hub.core.model import Ref, Value
from custom_components.solar_battery_hub.core.schedule import Schedule, Slot
from custom_components.solar_battery_hub.vendors.anker.client import Client
from custom_components.solar_battery_hub.vendors.anker.controls import Controls
from custom_components.solar_battery_hub.vendors.anker.inventory import Inventory, site_id
from custom_components.solar_battery_hub.vendors.anker.model import Listed, Site
from tests.mock_http import MockHttp
from tests.vendors.anker.client_desk import EU, no, ok, open_desk, result, welcome
from tests.vendors.tools import HandClock, MemoryStore

# A Tuesday; noon on the clock of the site.
START = datetime(2026, 6, 2, 10, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SITE: Final = "5d9c0000-1111-2222-3333-444455556666"
ABOUT: Final = site_id(SITE)
METER: Final = {"grid_info": {"grid_list": [{"device_sn": "METER"}]}}
PLUGS: Final = {"smart_plug_info": {"smartplug_list": [{"device_sn": "PLUG"}]}}
GROUPS: Final = (("custom_rate_plan", "blend_plan"), ("manual_backup", "use_time"))


class Cloud:
    """Keeps what is written, as §18.12 tells; ``obeys`` off: everything is accepted, nothing changes."""

    def __init__(self) -> None:
        """Start without any settings."""
        self.params: dict[str, Any] = {}
        self.home_load: dict[str, Any] | None = None
        self.data: dict[str, Any] = {}  # other answers, by the last part of their path
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.asked: list[str] = []
        self.codes: dict[str, int] = {}  # refusals, by the last part of the path
        self.obeys = True

    def answer(self, url: Any, **options: Any) -> Any:
        """Answer one request."""
        path, body = str(url).rpartition("/")[2], json.loads(json.dumps(options["json"]))
        if path == "login":
            return result(welcome(now=START))
        if path in self.codes:
            return result(no(self.codes[path]))
        if path.startswith(("set_", "update", "ack_", "preprocess_")):
            self.sent.append((path, body))
            return result(ok(self._write(path, body) if self.obeys else {"rule": "[]"}))
        self.asked.append(path)
        return result(self._read(path, body))

    def _read(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        match path:
            case "get_site_device_param":
                found = self.params.get(body["param_type"])
                return ok({"param_data": "" if found is None else _text(found)})
            case "get_device_home_load":
                return no(10004) if self.home_load is None else ok({"home_load_data": _text(self.home_load)})
            case _:
                return ok(self.data.get(path, {}))

    def _write(self, path: str, body: Mapping[str, Any]) -> Any:
        match path:
            case "set_site_device_param":
                self._set_param(body["param_type"], json.loads(body["param_data"]))
            case "set_device_attrs":
                self.data["get_device_attrs"] = {
                    "attributes": self.data.get("get_device_attrs", {}).get("attributes", {}) | body["attributes"]
                }
            case "update_site_price":
                self.data["get_site_price"] = self.data["get_site_price"] | body
            case "preprocess_utility_rate_plan":
                return {"rule": "[]"}
        return None

    def _set_param(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "4":
            self.home_load = data
        elif kind == "19":
            self.data["get_power_limit"]["legal_power_limit"] = data["power_limit"]["limit"]
        elif kind == "18" and "id" in data:
            for row in self.params["18"]["soc_list"]:
                row["is_selected"] = int(row["id"] == data["id"])
        else:
            gone = {key for group in GROUPS if not data.keys().isdisjoint(group) for key in group} - data.keys()
            self.params[kind] = {**self.params.get(kind, {}), **dict.fromkeys(gone), **data}


def _text(data: Any) -> str:
    return data if isinstance(data, str) else json.dumps(data, separators=(",", ":"), ensure_ascii=False)


class Desk:
    """Controls of one site; what was told of it is noted by ``note``."""

    def __init__(self, client: Client, cloud: Cloud, store: MemoryStore, clock: HandClock) -> None:
        """Start with a site without devices."""
        self.client, self.cloud, self.store, self.clock = client, cloud, store, clock
        self.inventory = Inventory(store)
        self.site = Site(id=SITE, name="Home", type=12)
        self.devices: tuple[Listed, ...] = ()
        self.controls = Controls(client, self.inventory, store, clock, lambda _: BERLIN)

    def have(self, *models: str, type_: int = 12, owner: bool = True) -> Sequence[Listed]:
        """Let the site have devices of these models, with serial numbers APC<model>00001 … in turn."""
        self.site = Site(id=SITE, name="Home", type=type_, owner=owner)
        self.devices = tuple(
            Listed(serial=f"APC{model}{number:08d}", model=model, name=model, site=SITE, owner=owner)
            for number, model in enumerate(models, 1)
        )
        self.inventory.note_sites([self.site], {SITE: self.devices})
        return self.devices

    def restarted(self) -> Controls:
        """Return the controls as after a restart."""
        store = MemoryStore(**json.loads(json.dumps(self.store.saved)))
        return Controls(self.client, Inventory(store), store, self.clock, lambda _: BERLIN)

    async def note(self, scene: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Let everything be told that the cloud has of the site; return what is told of it, by key."""
        controls, client = self.controls, self.client
        found = controls.note_scene(self.site, {} if scene is None else scene)
        for kind in controls.param_types(self.site):
            found |= controls.note_param(self.site, kind, await client.param(SITE, kind))
        for bank in self.inventory.solarbanks(SITE, at_most=1)[:1]:
            found |= controls.note_home_load(self.site, bank, await client.home_load(SITE, bank.serial))
        if "get_power_limit" in self.cloud.data:
            found |= controls.note_limit(self.site, await client.power_limit(SITE))
        if "get_site_price" in self.cloud.data:
            found |= controls.note_price(self.site, await client.price(SITE))
        self.cloud.asked.clear()
        return told_of(found, ABOUT)

    async def write(self, device: str = ABOUT, **changes: Value) -> list[tuple[str, dict[str, Any]]]:
        """Write changes; return what was sent."""
        before = len(self.cloud.sent)
        await self.controls.write(device, changes)
        return self.cloud.sent[before:]

    async def write_param(self, device: str = ABOUT, **changes: Value) -> tuple[str, str]:
        """Write changes that are one parameter; return its type and its text."""
        ((path, body),) = await self.write(device, **changes)
        assert (path, body["site_id"], body["cmd"], len(body)) == ("set_site_device_param", SITE, 17, 4)
        return body["param_type"], body["param_data"]

    async def read_back(self, *keys: str, device: str = ABOUT) -> dict[str, Value]:
        """Read settings as after a write."""
        return dict(await self.controls.read_back(device, frozenset(keys)))

    def settings(self, device: str = ABOUT) -> dict[str, Any]:
        """Return the settings that are offered, by key."""
        return {control.setting.key: control.setting for control in self.controls.offered(device)}

    def reasons(self, device: str = ABOUT) -> dict[str, str | None]:
        """Return why each setting cannot be written."""
        return {found.setting: found.reason for found in self.controls.capabilities(device)}


def told_of(values: Mapping[Ref, Any], device: str) -> dict[str, Any]:
    """Return what is told of one device, by key."""
    return {ref.key: value for ref, value in values.items() if ref.device == device}


@asynccontextmanager
async def desk(*models: str, **options: Any) -> AsyncGenerator[Desk]:
    """Have an owner's site with devices of these models for a while."""
    cloud = Cloud()
    with MockHttp() as http:
        async with open_desk() as opened:
            opened.clock.moment = START
            http.post(re.compile(rf"^{re.escape(EU)}/.*$"), callback=cloud.answer, repeat=True)
            found = Desk(opened.again(), cloud, opened.store, opened.clock)
            found.have(*models, **options)
            yield found


def text(*slots: Slot) -> str:
    """Return a schedule as the value of its setting."""
    return Schedule(slots=slots).as_text()
