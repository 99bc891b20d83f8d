"""The Powerwall gateway's simulator."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from ssl import SSLContext
from typing import Any, ClassVar, Literal, override

from aiohttp import web

from tests.simulators.actions import Action, named
from tests.simulators.base import Simulator
from tests.simulators.clock import SimClock
from tests.simulators.house import Battery, House
from tests.simulators.listener import Listener
from tests.simulators.powerwall.gateway import BatteryMaker, Gateway, GridFault, WriteBehaviour, WriteKind, new_serial
from tests.simulators.powerwall.handlers import BAD_BODY, NOT_FOUND, STOPPED, Call, Device
from tests.simulators.powerwall.presets import PRESETS
from tests.simulators.powerwall.profiles import PROFILES, Profile
from tests.simulators.powerwall.routes import Route, Who, find
from tests.simulators.powerwall.sessions import INSTALLER, TOKEN_EXPIRED, Access, Role, Sessions, no_rights
from tests.simulators.powerwall.tls import GatewayTls
from tests.simulators.wire import Answer, RequestRecord, text_answer

LOGIN_PATH = "/api/login/Basic"
COMMIT_PATH = "/api/config/completed"
DIN_PATH = "/tedapi/din"
DISABLED_REASONS = ("DisabledExcessiveVoltageDrop",)
LABEL_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


HOUSE_OPTIONS = ("timezone", "cloudiness", "solar_peak_w", "load_scale")


def _house(profile: Profile, clock: SimClock, batteries: list[Battery], seed: int, options: dict[str, Any]) -> House:
    """Return a house in the profile's region."""
    region = {"timezone": profile.region.timezone, "latitude": profile.region.latitude}
    return House(
        clock,
        batteries=batteries,
        seed=seed,
        **{**region, **{name: value for name, value in options.items() if value is not None}},
    )


class PowerwallSimulator(Simulator):
    """A Powerwall gateway on loopback.

    ``PowerwallSimulator("gw2-24.44", clock=SimClock())`` with, all optional:

    - ``profile``: a name of ``PROFILES``: ``gw1-1.15``, ``gw1-1.40`` (the installer writes over the network, every login
      stops the sitemaster), ``gw1-1.50``, ``gw2-20.49``, ``gw2-21.44``, ``gw2-23.44``, ``gw2-24.44`` (customers read
      only), ``pw3-26.x`` (three readings). The gateway that shows everything *and* takes writes is ``gw2-24.44`` with
      ``installer_toggle_done=True``: somebody proved presence with the switch, so the installer may sign in (§3.6).
    - ``house``: the physics; else one is built in the profile's region with ``batteries`` batteries (``timezone``,
      ``cloudiness``, ``solar_peak_w``, ``load_scale`` go to it).
    - ``serial``, ``password`` (customer's; default: the end of the label's password, on Gateway 1 of the serial),
      ``installer_password`` (default ``S`` + serial), ``seed`` for everything random.
    - ``stopped``: the sitemaster does not run at start. ``disabled_battery``: index of a battery that is disabled.
    - ``powerwall_plus``: ``/api/solar_powerwall`` exists. ``missing_session``: 401 or 403 instead of the profile's.
    - ``http_port``: a plain-HTTP port (0: a free one, then ``.http_port``) that answers 301.
    - every field of ``Access``: ``installer_toggle_done``, ``default_password_disabled``, ``login_seconds``,
      ``login_limit``, ``lock_seconds``, ``strict_lock``, ``call_limit``, ``session_seconds``; all of them can be
      changed later on ``.access``.

    ``fingerprint`` (SHA-256 hex of the certificate presented now), ``din``, ``password``, ``installer_password``,
    ``label_password``, ``logins`` (login posts so far), ``gateway`` (the machine) and what ``Simulator`` has.
    """

    vendor: ClassVar[str] = "powerwall"
    scheme: ClassVar[str] = "https"
    _plain: Listener | None = None

    def __init__(
        self,
        profile: str = "gw2-24.44",
        *,
        clock: SimClock,
        house: House | None = None,
        serial: str | None = None,
        password: str | None = None,
        installer_password: str | None = None,
        seed: int = 0,
        batteries: int = 1,
        stopped: bool = False,
        disabled_battery: int | None = None,
        powerwall_plus: bool = False,
        missing_session: Literal[401, 403] | None = None,
        http_port: int | None = None,
        **options: Any,
    ) -> None:
        """Build the gateway; nothing listens yet."""
        chosen = PROFILES[profile]
        self.profile = chosen if missing_session is None else replace(chosen, missing_session=missing_session)
        random = Random(seed)
        self._batteries = BatteryMaker(random)
        serial = serial or new_serial(random)
        fitted = [self._batteries.make() for _ in range(batteries)]
        house_options = {name: options.pop(name) for name in HOUSE_OPTIONS if name in options}
        house = house or _house(chosen, clock, fitted, seed, house_options)
        super().__init__(clock=clock, house=house, presets=PRESETS)
        self.gateway = Gateway(self.profile, clock, house, serial, seed)
        self.label_password = "".join(random.choices(LABEL_LETTERS, k=10))
        default = (serial if chosen.serial_is_password else self.label_password)[-5:]
        passwords = password or default, installer_password or f"S{serial}"
        self.access = Access(*passwords, **options)
        self.sessions = Sessions(self.profile, clock, self.access, serial, Random(f"tokens {seed}"))
        self.http_port = http_port
        self._device = Device(self.gateway, self.sessions, powerwall_plus=powerwall_plus)
        self._tls = GatewayTls(clock.now())
        if stopped:
            self.stop_sitemaster()
        if disabled_battery is not None:
            self.disable_battery(disabled_battery)

    # --- what it is --------------------------------------------------------------------------------------------------

    @property
    def din(self) -> str:
        """Return the gateway's DIN."""
        return self.gateway.din

    @property
    def password(self) -> str:
        """Return the customer's password."""
        return self.access.password

    @property
    def installer_password(self) -> str:
        """Return the installer's password."""
        return self.access.installer_password

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the certificate presented now, hex."""
        return self._tls.certificate.fingerprint

    @property
    def logins(self) -> int:
        """Return how many logins were tried, also in vain."""
        return self.sessions.logins

    @override
    def describe(self) -> dict[str, Any]:
        return {
            "vendor": self.vendor,
            "profile": self.profile.name,
            "url": self.url,
            "host": self.host,
            "port": self.port,
            "din": self.din,
            "password": self.password,
            "installer_password": self.installer_password,
            "fingerprint": self.fingerprint,
        }

    # --- what can be done to it --------------------------------------------------------------------------------------

    def replace_certificate(self) -> None:
        """Present a new certificate from now on and end all connections."""
        self._tls.replace(self.clock.now())
        self.close_connections()

    def reboot(self) -> None:
        """Start again: sessions die, uptime begins, connections end."""
        self.gateway.reboot()
        self.sessions.kill()
        self.close_connections()

    def kill_sessions(self) -> None:
        """End all sessions."""
        self.sessions.kill()

    def set_version(self, version: str, git_hash: str | None = None) -> None:
        """Show another firmware version."""
        self.gateway.set_version(version, git_hash)

    def stop_sitemaster(self) -> None:
        """Stop the sitemaster, whether it likes it or not."""
        self.gateway.stop_sitemaster(force=True)

    def run_sitemaster(self) -> None:
        """Start the sitemaster; it is up after ``gateway.sitemaster.start_seconds``."""
        self.gateway.run_sitemaster()

    def toggle_switch(self) -> None:
        """Toggle a Powerwall's switch: presence is proved, the installer may sign in."""
        self.gateway.last_toggle = self.clock.now()
        self.access.installer_toggle_done = True

    def write_behaviour(self, kind: WriteKind, *, seconds: float = 0.0, times: int | None = None) -> None:
        """Let the next writes be applied as ``WriteBehaviour`` says."""
        self.gateway.writes = WriteBehaviour(kind=kind, seconds=seconds, times=times)

    def add_battery(self) -> str:
        """Fit one more battery and return its serial number."""
        battery = self._batteries.make(fresh=True)
        self.house.add_battery(battery)
        self.gateway.revision += 1
        return battery.serial

    def replace_battery(self, index: int = 0) -> str:
        """Put a new battery in the place of another and return the new serial number."""
        battery = self._batteries.make(fresh=True)
        self.house.replace_battery(index, battery)
        self.gateway.revision += 1
        return battery.serial

    def disable_battery(self, index: int = 0, reasons: tuple[str, ...] = DISABLED_REASONS) -> None:
        """Disable a battery; without reasons it works again."""
        self.house.disable_battery(index, reasons)
        self.gateway.revision += 1

    def add_grid_fault(
        self, name: str = "PINV_a006_vfCheckUnderFrequency", *, is_fault: bool = False, battery: int = 0
    ) -> GridFault:
        """Note a grid disturbance now."""
        return self.gateway.add_grid_fault(name, is_fault=is_fault, battery=battery)

    @property
    @override
    def actions(self) -> Mapping[str, Action]:
        own = named(
            self.replace_certificate,
            self.reboot,
            self.kill_sessions,
            self.set_version,
            self.stop_sitemaster,
            self.run_sitemaster,
            self.toggle_switch,
            self.write_behaviour,
            self.add_battery,
            self.replace_battery,
            self.disable_battery,
            self.add_grid_fault,
        )
        return {**super().actions, **own}

    # --- serving -----------------------------------------------------------------------------------------------------

    @override
    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        await super().start(host, port)
        if self.http_port is not None:
            self._plain = Listener(self.serve if self.profile.plain_http else self._redirect, port=self.http_port)
            await self._plain.open(host)
            self.http_port = self._plain.port

    @override
    async def stop(self) -> None:
        await super().stop()
        if self._plain is not None:
            await self._plain.stop()

    async def _redirect(self, request: web.BaseRequest) -> web.StreamResponse:
        """Send plain HTTP to the https URL (§1.1)."""
        return web.Response(status=301, headers={"Location": f"{self.url}{request.rel_url}"})

    @override
    def ssl_context(self) -> SSLContext:
        return self._tls.listening

    @override
    def catch_up(self) -> None:
        self.gateway.catch_up()

    @override
    async def answer(self, request: web.BaseRequest, record: RequestRecord) -> Answer:
        if refused := self.sessions.limit(is_login=request.path == LOGIN_PATH):
            return refused
        role = self.sessions.role(request.headers)
        record.role = role
        if request.path == LOGIN_PATH:
            return await self._login(request, record)
        if request.path == DIN_PATH and self.profile.restricted:
            return no_rights("GET") if role is None else text_answer(self.din)
        raw_path = request.rel_url.raw_path
        found = find(self.profile, request.method, raw_path[4:]) if raw_path.startswith("/api/") else None
        if found is None:
            return NOT_FOUND
        route, param = found
        self._device.line_down = self._device.line_down and raw_path == COMMIT_PATH
        if (denied := self._denied(route, role, request.method)) is not None:
            return denied
        if route.needs_running and not self.gateway.running:
            return STOPPED
        return route.run(
            Call(
                device=self._device,
                path=raw_path[4:],
                body=record.body,
                headers=request.headers,
                role=role,
                param=param,
            )
        )

    async def _login(self, request: web.BaseRequest, record: RequestRecord) -> Answer:
        """Sign somebody in; old firmware stops the sitemaster for it (§1.1)."""
        if request.method != "POST":
            return NOT_FOUND
        call = Call(device=self._device, path=LOGIN_PATH, body=record.body, headers=request.headers, role=None)
        if (form := call.form) is None:
            return BAD_BODY
        role, answer = await self.sessions.login(form)
        record.role = role
        if role is not None and self.profile.login_stops_sitemaster:
            self.stop_sitemaster()
        return answer

    def _denied(self, route: Route, role: Role | None, method: str) -> Answer | None:
        """Return the refusal if the role may not use the route (§3.3, §3.6)."""
        profile = self.profile
        modern = profile.reads_need_login
        who = route.who
        if who is Who.OPEN or (who is Who.READ and not modern):
            return None
        if role is None:
            return TOKEN_EXPIRED if profile.missing_session == 401 else no_rights(method)
        installer_only = (
            who is Who.INSTALLER
            or (who is Who.COMMIT and modern)
            or (who is Who.ISLANDING and profile.islanding == "installer")
        )
        return no_rights(method) if installer_only and role != INSTALLER else None
