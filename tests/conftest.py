"""What the tests of the running integration share."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

# Imported first: the plugin's own test folder has a package of the same name.
import custom_components.solar_battery_hub  # noqa: F401
from custom_components.solar_battery_hub.vendors.anker import crypto, hosts, pace, wire as anker_wire
from custom_components.solar_battery_hub.vendors.goodwe import wire
from tests.hub import Hub
from tests.simulators.anker.passport import Passport
from tests.simulators.anker.server import AnkerSimulator
from tests.simulators.base import Simulator
from tests.simulators.clock import SimClock
from tests.simulators.goodwe.server import GoodWeSimulator
from tests.simulators.growatt.server import GrowattSimulator
from tests.simulators.powerwall import PowerwallSimulator
from tests.simulators.powerwall.tls import Certificate

# The library keeps the first datetime class it meets; it must not be a frozen test's.
Certificate(dt_util.utcnow())

type Start[T] = Callable[..., Coroutine[Any, Any, T]]
type StartPowerwall = Start[PowerwallSimulator]
type StartAnker = Start[AnkerSimulator]
type AnkerHosts = Callable[[AnkerSimulator], None]
type StartGoodWe = Start[GoodWeSimulator]
type StartGrowatt = Start[GrowattSimulator]


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant find the integration wherever a test runs one; a recorder has to be there before."""
    for name, fixture in (("recorder_mock", "recorder_mock"), ("hass", "enable_custom_integrations")):
        if name in request.fixturenames:
            request.getfixturevalue(fixture)


@asynccontextmanager
async def _starting[T: Simulator](make: Callable[..., T], usual: str) -> AsyncGenerator[Start[T]]:
    """Yield what starts a maker's simulators on loopback, of the usual profile or another; they stop at the end."""
    async with AsyncExitStack() as running:

        async def start(profile: str = usual, **options: Any) -> T:
            simulator = make(profile, clock=SimClock(dt_util.utcnow), **options)
            await simulator.start()
            running.push_async_callback(simulator.stop)
            return simulator

        yield start


@pytest.fixture
async def start_powerwall(socket_enabled: None) -> AsyncGenerator[StartPowerwall]:
    """Start gateways on loopback whose time is Home Assistant's; they stop with the test."""
    async with _starting(PowerwallSimulator, "gw2-24.44") as start:
        yield start


@pytest.fixture
async def start_growatt(socket_enabled: None) -> AsyncGenerator[StartGrowatt]:
    """Start servers on loopback whose time is Home Assistant's; they stop with the test."""
    async with _starting(GrowattSimulator, "home") as start:
        yield start


@pytest.fixture
async def start_goodwe(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[StartGoodWe]:
    """Start servers on loopback whose time is Home Assistant's; they stop with the test.

    Requests follow each other without the usual moment in between: nobody moves the clock on while a test waits.
    """
    monkeypatch.setattr(wire, "_GAP", 0.0)
    async with _starting(GoodWeSimulator, "home") as start:
        yield start


@pytest.fixture
async def start_anker(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[StartAnker]:
    """Start servers on loopback whose time is Home Assistant's; they stop with the test.

    Passwords are encrypted for them, so that they can read them. Requests follow each other without the usual moment in
    between, a second try follows the first at once: nobody moves the clock on while a test waits.
    """
    monkeypatch.setattr(crypto, "SERVER_KEY", Passport().public_key)
    monkeypatch.setattr(pace, "GAP", 0.0)
    monkeypatch.setattr(anker_wire, "_FIRST_WAIT", 0.0)
    monkeypatch.setattr(anker_wire, "_LAST_WAIT", 0.0)
    async with _starting(AnkerSimulator, "solarbank3") as start:
        yield start


@pytest.fixture
def anker_hosts(monkeypatch: pytest.MonkeyPatch) -> AnkerHosts:
    """Put a simulator where the maker's two servers are: one has the account's data, the other is silently empty."""

    def put(server: AnkerSimulator) -> None:
        for host in hosts.HOSTS:
            monkeypatch.setitem(hosts.HOSTS, host, f"{server.url}/{host}")

    return put


@pytest.fixture
def noon(freezer: FrozenDateTimeFactory) -> None:
    """Begin at noon: what counts by the day would not bear a midnight in the middle of the test."""
    freezer.move_to(dt_util.utcnow().replace(hour=12, minute=0, second=0) + timedelta(days=1))


@pytest.fixture
def hub(hass: HomeAssistant, freezer: Any) -> Hub:
    """Drive the integration as a user does, over simulated time."""
    return Hub(hass, freezer)
