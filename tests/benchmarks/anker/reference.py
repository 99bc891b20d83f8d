"""A plain poller: the four rounds of anker.md §14 at their documented pace, throttled as §15 tells, nothing left out.

It signs in when it starts, asks for everything whoever looks at it, and lets no request through sooner than 0.3 s after the
last answer. Only an endpoint that has refused is held back, and from then on. What it knows goes into states: the sun of each
site, and for each question that it was answered. It knows solarbanks, meters and cars, which the measured accounts have.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import md5
import json
from typing import Any

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from tests.benchmarks import skipped_time
from tests.benchmarks.subject import Description
from tests.simulator_checks.anker_host import HEADERS, LOGIN, PS, sealed

POLL = timedelta(seconds=60)
SLOW_EVERY = 10
"""Rounds of sites from one round of details, and of energy, to the next."""
GAP_SECONDS, WINDOW_SECONDS, THROTTLED = 0.3, 65.0, 10
FIRST_GENERATION = "A17C0"
INPUTS: Mapping[str, tuple[str, ...]] = {
    "A17C1": ("pv1", "pv2", "pv3", "pv4"),
    "A17C2": ("pv1", "pv2", "microinverter"),
    "A17C3": ("pv1", "pv2"),
    "A17C5": ("pv1", "pv2", "pv3", "pv4"),
}
THINKING_TYPES = (12, 18)
"""The kinds of sites whose forecast may be asked for (§14)."""
PRICED = ("A17C5",)
"""The models whose providers of prices are asked for (§11.2)."""
OK = 200
TOO_MANY = 429

type Pause = Callable[[float], Awaitable[None]]


class Failure(Exception):
    """A question without an answer."""


class Line:
    """The requests, one after the other."""

    def __init__(self, hass: HomeAssistant, account: Description, pause: Pause) -> None:
        """Prepare it; nobody is signed in."""
        self._session = async_get_clientsession(hass)
        self._account = account
        self._pause = pause
        self._headers = HEADERS | {"timezone": "GMT+02:00"}
        self._answered = skipped_time.monotonic() - GAP_SECONDS
        self._throttled: dict[str, list[float]] = {}
        self._asked: dict[str, list[float]] = {}

    async def sign_in(self) -> None:
        """Sign in (§3)."""
        key, password = sealed(self._account["password"], self._account["public_key"])
        told = await self.ask(
            LOGIN,
            ab=self._account["country"],
            client_secret_info={"public_key": key},
            enc=0,
            email=self._account["user_name"],
            password=password,
            time_zone=7_200_000,
            transaction=str(round(skipped_time.now().timestamp() * 1000)),
        )
        gtoken = md5(told["user_id"].encode(), usedforsecurity=False).hexdigest()
        self._headers |= {"x-auth-token": told["auth_token"], "gtoken": gtoken}

    async def ask(self, path: str, *, get: bool = False, **body: Any) -> Any:
        """Ask and return the data; once more after a refusal for too many. Raises Failure."""
        await self._hold(path)
        status, told = await self._send("GET" if get else "POST", path, body)
        if status == TOO_MANY:
            self._throttled.setdefault(path, self._asked.pop(path, []))
            await self._hold(path, refused=True)
            status, told = await self._send("GET" if get else "POST", path, body)
        if status != OK or told.get("code") != 0:
            raise Failure(path)
        return told.get("data")

    async def _hold(self, path: str, *, refused: bool = False) -> None:
        """Wait for the gap, and until an endpoint that has refused has room."""
        early = self._answered + GAP_SECONDS - skipped_time.monotonic()
        times = self._throttled.get(path, [])
        if times and (refused or len(times) >= THROTTLED):
            early = max(early, times[-THROTTLED:][0] + WINDOW_SECONDS - skipped_time.monotonic())
        if early > 0:
            await self._pause(early)

    async def _send(self, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        now = skipped_time.monotonic()
        kept = self._throttled if path in self._throttled else self._asked
        kept[path] = [time for time in kept.get(path, ()) if now - time < WINDOW_SECONDS] + [now]
        url = f"{self._account['url']}/{path}"
        async with self._session.request(method, url, json=body, headers=self._headers) as response:
            text = await response.text()
        self._answered = skipped_time.monotonic()
        return response.status, json.loads(text) if response.status == OK else {}


@dataclass(slots=True)
class SeenSite:
    """A site and its solarbanks, as its scene tells them."""

    id: str
    type: int
    banks: list[tuple[str, str]] = field(default_factory=list)
    is_station: bool = False

    def serials(self, *, first_generation: bool) -> list[str]:
        """Return the solarbanks of the first generation, or all others."""
        return [serial for serial, model in self.banks if (model == FIRST_GENERATION) == first_generation]


class Reference:
    """One polled account."""

    def __init__(self, hass: HomeAssistant, account: Description, pause: Pause) -> None:
        """Prepare it; nothing is asked yet."""
        self._hass = hass
        self._line = Line(hass, account, pause)
        self._sites: list[SeenSite] = []
        self._rounds = 0
        self._is_busy = False
        self._closed: date | None = None
        self._day: date | None = None

    async def start(self) -> None:
        """Sign in, ask for everything but energies, and then go on every minute."""
        await self._line.sign_in()
        await self._poll(skipped_time.now())
        async_track_time_interval(self._hass, self._poll, POLL, cancel_on_shutdown=True)

    async def _poll(self, _: datetime) -> None:
        """Carry out the rounds that are due; the first one of energies is a cycle late."""
        if self._is_busy:
            return
        self._is_busy = True
        try:
            await self._carry_out()
        finally:
            self._is_busy = False

    async def _carry_out(self) -> None:
        number, self._rounds = self._rounds, self._rounds + 1
        await self._update_sites()
        if number % SLOW_EVERY == 0:
            await self._update_devices()
            await self._update_facts()
            if number:
                await self._update_energies()

    async def _ask(self, path: str, *, get: bool = False, **body: Any) -> Any:
        """Ask, note that an answer came and return it; ``None`` without one."""
        try:
            told = await self._line.ask(path, get=get, **body)
        except Failure:
            return None
        about = md5(repr((path, body.get("site_id"), body.get("device_type"))).encode(), usedforsecurity=False)
        self._hass.states.async_set(f"sensor.reference_{about.hexdigest()}", "answered")
        return told

    async def _update_sites(self) -> None:
        told = (await self._ask(PS + "site/get_site_list") or {}).get("site_list", [])
        if self._rounds == 1:
            self._sites = [SeenSite(site["site_id"], site["power_site_type"]) for site in told]
            await self._ask(PS + "currency/get_list")
        for number, site in enumerate(self._sites):
            if scene := await self._ask(PS + "site/get_scen_info", site_id=site.id):
                self._note(site, solar_entity(number), scene["solarbank_info"])

    def _note(self, site: SeenSite, entity_id: str, told: Mapping[str, Any]) -> None:
        site.banks = [(bank["device_sn"], bank["device_pn"]) for bank in told["solarbank_list"]]
        unit = {ATTR_UNIT_OF_MEASUREMENT: UnitOfPower.WATT}
        self._hass.states.async_set(entity_id, str(told["total_photovoltaic_power"]), unit)

    async def _update_devices(self) -> None:
        bound = await self._ask(PS + "app/get_relate_and_bind_devices") or {"data": []}
        await self._ask(PS + "app/get_auto_upgrade")
        serials = [{"device_sn": device["device_sn"], "version": ""} for device in bound["data"]]
        await self._ask("app/ota/batch/check_update", device_list=serials)
        if self._rounds == 1:
            await self._ask(PS + "app/get_brand_list")
        cars = await self._ask(PS + "app/vehicle/get_vehicle_list") or {}
        for car in cars.get("vehicle_list") or ():
            await self._ask(PS + "app/vehicle/get_vehicle_detail", vehicle_id=car["vehicle_id"])
        for site in self._sites:
            await self._ask(PS + "site/get_wifi_info_list", site_id=site.id)
            await self._details_of_first(site)
            await self._details_of_later(site)

    async def _details_of_first(self, site: SeenSite) -> None:
        for number, serial in enumerate(site.serials(first_generation=True)):
            await self._ask(PS + "app/compatible/get_compatible_solar_info", solarbank_sn=serial)
            if number == 0:
                await self._ask(PS + "app/device/get_device_home_load", site_id=site.id, device_sn=serial)
            await self._ask(PS + "app/get_relate_device_fittings", site_id=site.id, device_sn=serial)
            await self._ask(PS + "app/compatible/get_power_cutoff", site_id="", device_sn=serial)

    async def _details_of_later(self, site: SeenSite) -> None:
        serials = site.serials(first_generation=False)
        if serials:
            await self._ask(PS + "site/get_site_device_param", site_id=site.id, param_type="6")
            station = await self._ask(PS + "site/get_site_device_param", site_id=site.id, param_type="18")
            site.is_station = bool(station and station.get("param_data"))
        for serial in serials:
            names = ["pv_power_limit"] if site.is_station else ["pv_power_limit", "switch_0w"]
            await self._ask(PS + "app/device/get_device_attrs", device_sn=serial, attributes=names)
            if not site.is_station:
                await self._ask(PS + "app/compatible/get_power_cutoff", site_id="", device_sn=serial)

    async def _update_facts(self) -> None:
        await self._ask(PS + "get_message_unread", get=True)
        for site in self._sites:
            await self._ask(PS + "site/get_site_price", site_id=site.id, accuracy=5)
            await self._ask(PS + "site/get_power_limit", site_id=site.id)
            await self._ask(PS + "site/co2_ranking", site_id=site.id)
            if site.type in THINKING_TYPES:
                await self._ask(PS + "ai_ems/get_status", site_id=site.id)
            if self._day != dt_util.now().date():
                for model in {model for _, model in site.banks if model in PRICED}:
                    await self._ask(PS + "dynamic_price/support_option", device_pn=model)
        self._day = dt_util.now().date()

    async def _update_energies(self) -> None:
        """Ask for today, and once a day for yesterday as well (§10.3)."""
        today = (dt_util.now() - timedelta(minutes=5)).date()
        yesterday = today - timedelta(days=1)
        first = today if self._closed == yesterday else yesterday
        for site in self._sites:
            for name, is_daily in questions(site):
                spans = [(first, today)] if not is_daily else [(day, day) for day in sorted({first, today})]
                for start, end in spans:
                    await self._ask(
                        PS + "site/energy_analysis",
                        site_id=site.id,
                        device_sn="",
                        device_type=name,
                        type="week",
                        start_time=start.isoformat(),
                        end_time=end.isoformat(),
                    )
        self._closed = yesterday


def questions(site: SeenSite) -> list[tuple[str, bool]]:
    """Return the energies of a site, each with whether two days are two questions (§14)."""
    later = [model for _, model in site.banks if model != FIRST_GENERATION]
    if not later:
        return [("solarbank", False), ("solar_production", True)]
    inputs = [(f"solar_production_{part}", False) for part in INPUTS[later[0]]] if len(later) == 1 else []
    return [("solarbank", True), ("home_usage", True), *inputs, ("solar_production", True)]


def solar_entity(number: int) -> str:
    """Return what shows the sun of a site."""
    return f"sensor.reference_solar_{number}"
