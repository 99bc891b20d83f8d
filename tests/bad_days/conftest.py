"""Every bad day ends with the same question: did a secret get out."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from datetime import datetime
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.solar_battery_hub.const import DOMAIN
from tests.conftest import StartGrowatt, StartPowerwall
from tests.hub import Hub
from tests.simulators.growatt.legacy_sessions import password_hash
from tests.simulators.growatt.server import GrowattSimulator
from tests.simulators.powerwall import PowerwallSimulator

PASSWORD = "CANARY-customer-7531"
INSTALLER_PASSWORD = "CANARY-installer-8642"
USER_NAME = "CANARY-user-9753"

type AddGateway = Callable[..., Coroutine[Any, Any, PowerwallSimulator]]
type AddAccount = Callable[..., Coroutine[Any, Any, GrowattSimulator]]


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
def servers() -> list[GrowattSimulator]:
    """Collect the cloud servers of the test."""
    return []


@pytest.fixture
async def add_account(hub: Hub, start_growatt: StartGrowatt, servers: list[GrowattSimulator]) -> AddAccount:
    """Start a cloud server whose user name and password are canaries and add its account through the dialog."""

    async def add(profile: str = "home", key: str = "password", **options: Any) -> GrowattSimulator:
        server = await start_growatt(profile, **options)
        server.world.user.name, server.world.user.password = USER_NAME, PASSWORD
        servers.append(server)
        await hub.add_growatt(server, key)
        return server

    return add


def secrets_of(gateways: list[PowerwallSimulator], servers: list[GrowattSimulator]) -> list[str]:
    """Return everything that opens a door: passwords and their hashes, tokens, cookies."""
    return [
        "CANARY",
        password_hash(PASSWORD),
        *(token for gateway in gateways for token in gateway.sessions.issued),
        *(cookie for server in servers for cookie in server.legacy.sessions.issued),
        *(token.text for server in servers for token in server.world.tokens),
    ]


@pytest.fixture(autouse=True)
async def _no_secret_gets_out(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
    gateways: list[PowerwallSimulator],
    servers: list[GrowattSimulator],
) -> AsyncGenerator[None]:
    """Look for passwords, tokens and serial numbers in log and diagnostics after each test."""
    assert await async_setup_component(hass, "diagnostics", {})
    yield
    logged = "\n".join(record.getMessage() for record in caplog.records if DOMAIN in record.name)
    reports = [
        json.dumps(await get_diagnostics_for_config_entry(hass, hass_client, entry))
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
    ]
    secrets = secrets_of(gateways, servers)
    serials = [gateway.din.rpartition("--")[2] for gateway in gateways]
    serials += [device.serial for server in servers for device in server.world.devices]
    for text in (logged, *reports):
        assert not [secret for secret in secrets if secret in text]
    for report in reports:
        assert not [serial for serial in serials if serial in report]
