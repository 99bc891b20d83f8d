"""Every bad day ends with the same question: did a secret get out."""

from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from datetime import datetime
from hashlib import md5
import json
import logging
from typing import Any, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.solar_battery_hub.const import DOMAIN
from tests.conftest import StartAnker, StartGoodWe, StartGrowatt, StartPowerwall
from tests.hub import Hub
from tests.simulators.anker.server import AnkerSimulator
from tests.simulators.goodwe.semsplus_login import hidden
from tests.simulators.goodwe.server import GoodWeSimulator
from tests.simulators.growatt.legacy_sessions import password_hash
from tests.simulators.growatt.server import GrowattSimulator
from tests.simulators.powerwall import PowerwallSimulator

PASSWORD = "CANARY-customer-7531"
INSTALLER_PASSWORD = "CANARY-installer-8642"
USER_NAME = "CANARY-user-9753"
EMAIL = "CANARY-owner-4682@example.org"
NETWORK = "wifi-network-1"  # as Anker's simulator calls the network of the house

type AddGateway = Callable[..., Coroutine[Any, Any, PowerwallSimulator]]
type AddAccount = Callable[..., Coroutine[Any, Any, GrowattSimulator]]
type AddGoodWe = Callable[..., Coroutine[Any, Any, GoodWeSimulator]]
type AddAnker = Callable[..., Coroutine[Any, Any, AnkerSimulator]]
type Server = GrowattSimulator | GoodWeSimulator | AnkerSimulator


@pytest.fixture
def enable_event_loop_debug() -> None:
    """Spare days of simulated time the loop's own debugging; the tests outside of this folder have it."""


@pytest.fixture
def summer(freezer: FrozenDateTimeFactory) -> None:
    """Begin at noon of a long day in Europe."""
    freezer.move_to(datetime.fromisoformat("2027-06-10T10:00:00+00:00"))


@pytest.fixture
def gateways() -> list[PowerwallSimulator]:
    """Collect the gateways of the test."""
    return []


@pytest.fixture
async def add_gateway(hub: Hub, start_powerwall: StartPowerwall, gateways: list[PowerwallSimulator]) -> AddGateway:
    """Start a gateway whose passwords are canaries and add it through the dialog."""

    async def add(
        profile: str = "gw2-24.44", *, username: str = "customer", pin_certificate: bool = True, **options: Any
    ) -> PowerwallSimulator:
        options.setdefault("password", PASSWORD)
        options.setdefault("installer_password", INSTALLER_PASSWORD)
        gateway = await start_powerwall(profile, **options)
        gateways.append(gateway)
        await hub.add_powerwall(gateway, username=username, pin_certificate=pin_certificate)
        return gateway

    return add


@pytest.fixture
def servers() -> list[Server]:
    """Collect the cloud servers of the test."""
    return []


@pytest.fixture
async def add_account(hub: Hub, start_growatt: StartGrowatt, servers: list[Server]) -> AddAccount:
    """Start a cloud server whose user name and password are canaries and add its account through the dialog."""

    async def add(profile: str = "home", key: str = "password", **options: Any) -> GrowattSimulator:
        server = await start_growatt(profile, **options)
        server.world.user.name, server.world.user.password = USER_NAME, PASSWORD
        servers.append(server)
        await hub.add_growatt(server, key)
        return server

    return add


@pytest.fixture
async def new_goodwe(start_goodwe: StartGoodWe, servers: list[Server]) -> AddGoodWe:
    """Start a GoodWe server whose e-mail address and password are canaries; nobody knows it yet."""

    async def start(profile: str = "home", **options: Any) -> GoodWeSimulator:
        server = await start_goodwe(profile, **options)
        server.world.account.email, server.world.account.password = EMAIL, PASSWORD
        servers.append(server)
        return server

    return start


@pytest.fixture
async def add_goodwe(hub: Hub, new_goodwe: AddGoodWe) -> AddGoodWe:
    """Start such a server and add its account through the dialog."""

    async def add(profile: str = "home", **options: Any) -> GoodWeSimulator:
        server = await new_goodwe(profile, **options)
        await hub.add_goodwe(server)
        return server

    return add


@pytest.fixture
async def new_anker(start_anker: StartAnker, servers: list[Server]) -> AddAnker:
    """Start an Anker cloud whose e-mail address and password are canaries; nobody knows it yet."""

    async def start(profile: str = "solarbank3", **options: Any) -> AnkerSimulator:
        server = await start_anker(profile, **options)
        server.door.account.email, server.door.account.password = EMAIL, PASSWORD
        servers.append(server)
        return server

    return start


@pytest.fixture
async def add_anker(hub: Hub, new_anker: AddAnker) -> AddAnker:
    """Start such a cloud and add its account through the dialog."""

    async def add(profile: str = "solarbank3", **options: Any) -> AnkerSimulator:
        server = await new_anker(profile, **options)
        await hub.add_anker(server)
        return server

    return add


def secrets_of(gateways: list[PowerwallSimulator], servers: list[Server]) -> list[str]:
    """Return everything that opens a door: names, passwords and their hashes, tokens, cookies."""
    return [
        "CANARY",
        password_hash(PASSWORD),
        hidden(PASSWORD),
        md5(PASSWORD.encode(), usedforsecurity=False).hexdigest(),
        *(token for gateway in gateways for token in gateway.sessions.issued),
        *(secret for server in servers for secret in _tokens_of(server)),
    ]


def _tokens_of(server: Server) -> Iterator[str]:
    """Yield every token and cookie a cloud gave out, and what else stands for the user."""
    if isinstance(server, AnkerSimulator):
        account = server.door.account
        yield from (*server.door.issued, account.user_id, account.gtoken, NETWORK)
    elif isinstance(server, GoodWeSimulator):
        yield from (session.token for session in server.world.sessions.issued)
    else:
        yield from server.legacy.sessions.issued
        yield from (token.text for token in server.world.tokens)


def _private_of(server: Server) -> Iterator[str]:
    """Yield what nobody may learn from a report beside secrets: whose account it is, and which devices."""
    yield from (device.serial for device in server.world.devices)
    if isinstance(server, AnkerSimulator):
        yield from (site.id for site in server.world.sites)
    if isinstance(server, GoodWeSimulator):
        yield server.world.account.uid
        yield from (plant.id for plant in server.world.plants)


class Ear(logging.Handler):
    """Hears everything that is logged, whoever forgets it meanwhile."""

    def __init__(self) -> None:
        """Begin with silence."""
        super().__init__(logging.NOTSET)
        self.heard: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if DOMAIN in record.name:
            self.heard.append(self.format(record))


@pytest.fixture(autouse=True)
def ear() -> Iterator[Ear]:
    """Listen from the beginning of a test to its end, also to what is only said to somebody who looks for a fault."""
    logger, root, found = logging.getLogger(f"custom_components.{DOMAIN}"), logging.getLogger(), Ear()
    level = logger.level
    logger.setLevel(logging.DEBUG)
    root.addHandler(found)
    yield found
    root.removeHandler(found)
    logger.setLevel(level)


@pytest.fixture(autouse=True)
async def _no_secret_gets_out(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    ear: Ear,
    gateways: list[PowerwallSimulator],
    servers: list[Server],
) -> AsyncGenerator[None]:
    """Look for passwords, tokens and serial numbers in log, states, repairs and diagnostics after each test."""
    assert await async_setup_component(hass, "diagnostics", {})
    yield
    logged = "\n".join(ear.heard)
    shown = "\n".join(str(state.as_dict()) for state in hass.states.async_all())
    repairs = "\n".join(str(issue) for issue in ir.async_get(hass).issues.values())
    reports = [
        json.dumps(await get_diagnostics_for_config_entry(hass, hass_client, entry))
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
    ]
    secrets = secrets_of(gateways, servers)
    private = [gateway.din.rpartition("--")[2] for gateway in gateways]
    private += [text for server in servers for text in _private_of(server)]
    for text in (logged, shown, repairs, *reports):
        assert not [secret for secret in secrets if secret in text]
    for report in reports:
        assert not [told for told in private if told in report]
