"""The published client tesla-powerwall 0.5.3, unmodified, and the order of calls of Home Assistant's own integration."""

from collections.abc import AsyncIterator, Callable
from importlib.metadata import version

import aiohttp
import pytest
from tesla_powerwall.const import DeviceType, GridState, GridStatus, IslandMode, MeterType, OperationMode, Roles
from tesla_powerwall.error import AccessDeniedError, ApiError, PowerwallUnreachableError
from tesla_powerwall.powerwall import Powerwall
from yarl import URL

from tests.simulators.powerwall import PowerwallSimulator

from .conftest import Start

type Open = Callable[[PowerwallSimulator], Powerwall]

FULL = ["gw2-21.44", "gw2-23.44", "gw2-24.44", "gw2-20.49"]


@pytest.fixture
async def jar_session(socket_enabled: None) -> AsyncIterator[aiohttp.ClientSession]:
    """Return a session as Home Assistant makes it for this client: with cookies for IP addresses."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


@pytest.fixture
def powerwall(jar_session: aiohttp.ClientSession) -> Open:
    """Return a function that opens the published client on a gateway."""
    return lambda simulator: Powerwall(f"{simulator.host}:{simulator.port}", http_session=jar_session)


def test_it_is_the_published_client() -> None:
    assert version("tesla-powerwall") == "0.5.3"


@pytest.mark.parametrize("profile", FULL)
async def test_reads_everything_it_offers(start: Start, powerwall: Open, profile: str) -> None:
    simulator = await start(profile, batteries=3, disabled_battery=1)
    house, client = simulator.house, powerwall(simulator)
    house.set(solar_w=3_000.0, home_w=1_200.0)
    login = await client.login(simulator.password)
    assert login.roles == [Roles.HOME_OWNER]
    truth = house.truth()

    assert await client.get_charge() == pytest.approx(truth.battery_level, abs=0.01)
    assert await client.get_energy() == pytest.approx(truth.battery_energy_wh, abs=3)
    assert await client.get_capacity() == truth.battery_capacity_wh
    assert await client.get_instantaneous_max_charge_power() > 0
    assert await client.get_instantaneous_max_discharge_power() > 0
    sitemaster = await client.get_sitemaster()
    assert (sitemaster.is_running, sitemaster.is_connected_to_tesla, sitemaster.is_power_supply_mode) == (
        True,
        True,
        False,
    )
    assert await client.get_grid_status() is GridStatus.CONNECTED
    assert await client.is_grid_services_active() is False
    assert await client.get_operation_mode() is OperationMode.SELF_CONSUMPTION
    assert await client.get_backup_reserve_percentage() == 20
    await reads_meters(client)
    await reads_facts(client, simulator)
    await reads_batteries(client, simulator)


async def reads_meters(client: Powerwall) -> None:
    meters = await client.get_meters()
    assert meters.solar.get_power() == 3.0
    assert meters.load.get_power() == 1.2
    assert meters.battery.get_power() == -1.8
    assert meters.battery.is_sending_to()
    assert meters.site.get_power() == 0.0
    assert meters.get_meter(MeterType.GENERATOR) is None
    for details, location in ((await client.get_meter_site(), "site"), (await client.get_meter_solar(), "solar")):
        assert details.location.value == location
        assert details.readings.v_l1n is not None


async def reads_facts(client: Powerwall, simulator: PowerwallSimulator) -> None:
    gateway = simulator.gateway
    site = await client.get_site_info()
    assert (site.nominal_system_energy, site.site_name) == (40.5, gateway.site_name)
    assert site.timezone == simulator.house.zone.key
    status = await client.get_status()
    assert status.version == gateway.version
    assert status.up_time_seconds.total_seconds() == pytest.approx(831_359.9)
    assert await client.get_device_type() is DeviceType.GW2
    assert await client.get_version() == gateway.version.split()[0]
    assert await client.get_gateway_din() == simulator.din == await client.get_vin()
    assert [(one.brand, one.power_rating_watts) for one in await client.get_solars()] == [
        ("SolarEdge Technologies", 6_000)
    ]
    with pytest.raises(ApiError, match="returned error 404"):
        await client.get_api().get_site_info_grid_codes()
    await client.set_site_name("New name")
    assert (await client.get_site_info()).site_name == "New name"


async def reads_batteries(client: Powerwall, simulator: PowerwallSimulator) -> None:
    serials = [battery.serial for battery in simulator.house.batteries]
    assert await client.get_serial_numbers() == serials
    batteries = await client.get_batteries()
    assert [battery.serial_number for battery in batteries] == serials
    states = [battery.grid_state for battery in batteries]
    assert states == [GridState.COMPLIANT, GridState.DISABLED, GridState.COMPLIANT]
    assert (batteries[1].p_out, batteries[1].disabled_reasons) == (None, ["DisabledExcessiveVoltageDrop"])
    assert batteries[0].p_out == -900


async def test_restricted_gateway(start: Start, powerwall: Open) -> None:
    """Home Assistant's own integration knows it by the 404 and then polls the three readings (§16, §20.1)."""
    simulator = await start("pw3-26.x")
    client = powerwall(simulator)
    await client.login(simulator.password)
    with pytest.raises(ApiError, match="returned error 404"):
        await client.get_gateway_din()
    simulator.house.set(solar_w=2_500.0)
    assert await client.get_charge() == pytest.approx(simulator.house.truth().battery_level, abs=0.01)
    assert (await client.get_meters()).solar.instant_power == 2_500
    assert await client.get_grid_status() is GridStatus.CONNECTED
    assert await client.is_grid_services_active() is False
    for read in (client.get_status, client.get_batteries, client.get_sitemaster, client.get_operation_mode):
        with pytest.raises(ApiError, match="returned error 404"):
            await read()


async def test_oldest_firmware_fails_as_it_really_does(start: Start, powerwall: Open) -> None:
    """Without loginTime and device_type and with a location it does not know, 0.5.3 gives up (§19.6)."""
    simulator = await start("gw1-1.15")
    client = powerwall(simulator)
    with pytest.raises(ValueError, match="frequency"):
        await client.get_meters()
    with pytest.raises(KeyError, match="loginTime"):
        await client.login(simulator.password)
    with pytest.raises(KeyError, match="device_type"):
        await client.get_status()
    with pytest.raises(ApiError, match="404"):
        await client.get_batteries()


async def test_1_50_fails_as_it_really_does(start: Start, powerwall: Open) -> None:
    simulator = await start("gw1-1.50")
    client = powerwall(simulator)
    await client.login(simulator.password)
    assert (await client.get_meters()).load.instant_power > 0
    assert await client.get_device_type() is DeviceType.GW1
    with pytest.raises(KeyError, match="power_supply_mode"):
        await client.get_sitemaster()
    with pytest.raises(ApiError, match="404"):
        await client.get_batteries()


async def test_calls_of_home_assistants_own_integration(start: Start, powerwall: Open) -> None:
    """Two logins and the bursts of set-up and polling pass the default limits (§19.3, §20.1)."""
    simulator = await start("gw2-21.44")
    client = powerwall(simulator)
    await client.login(simulator.password)
    await client.get_gateway_din()
    await client.get_site_info()
    await client.login(simulator.password)
    for _ in range(3):
        simulator.clock.advance(30)
        await client.get_charge()
        await client.get_meters()
        await client.get_grid_status()
        await client.is_grid_services_active()
        await client.get_operation_mode()
        await client.get_batteries()
        await client.get_energy()
        await client.get_backup_reserve_percentage()
        await client.get_sitemaster()
        await client.get_capacity()
    assert {request.status for request in simulator.requests} == {200}
    assert simulator.logins == 2


async def test_restart_continues_with_the_quoted_cookie_alone(start: Start, jar_session: aiohttp.ClientSession) -> None:
    """Home Assistant stores AuthCookie only; aiohttp's jar sends it in double quotes (§3.3, §20.1)."""
    simulator = await start("gw2-24.44")
    endpoint = f"{simulator.host}:{simulator.port}"
    async with Powerwall(endpoint) as before:
        stored = (await before.login(simulator.password)).token
    sent: list[str] = []

    async def remember(
        _session: aiohttp.ClientSession, _context: object, params: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        sent.append(params.headers.get("Cookie", ""))

    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(remember)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), trace_configs=[trace]) as session:
        after = Powerwall(endpoint, http_session=session)
        session.cookie_jar.update_cookies({"AuthCookie": stored}, URL(simulator.url))
        assert after.is_authenticated()
        assert await after.get_operation_mode() is OperationMode.SELF_CONSUMPTION
    assert sent == [f'AuthCookie="{stored}"']
    assert simulator.logins == 1


@pytest.mark.parametrize("profile", ["gw2-24.44", "gw2-21.44"])
async def test_dead_session_is_denied_and_replaced(start: Start, powerwall: Open, profile: str) -> None:
    """What Home Assistant does with it: logout (204), one login, on it goes (Appendix B)."""
    simulator = await start(profile)
    client = powerwall(simulator)
    await client.login(simulator.password)
    simulator.kill_sessions()
    with pytest.raises(AccessDeniedError):
        await client.get_operation_mode()
    await client.logout()
    await client.login(simulator.password)
    assert await client.get_operation_mode() is OperationMode.SELF_CONSUMPTION
    assert simulator.logins == 2


async def test_refusals_and_troubles(start: Start, powerwall: Open) -> None:
    simulator = await start("gw2-24.44", stopped=True)
    client = powerwall(simulator)
    with pytest.raises(AccessDeniedError, match="bad credentials"):
        await client.login("wrong")
    await client.login(simulator.password)
    with pytest.raises(ApiError, match="502"):
        await client.get_meters()
    assert (await client.get_sitemaster()).is_running is False
    with pytest.raises(AccessDeniedError, match="adequate access rights"):
        await client.set_island_mode(IslandMode.OFFGRID)
    await client.run()
    simulator.clock.advance(10)
    assert (await client.get_meters()).site is not None
    await client.stop()
    assert (await client.get_sitemaster()).is_running is False
    simulator.refuse_connections()
    with pytest.raises(PowerwallUnreachableError):
        await client.get_sitemaster()


async def test_going_off_grid_and_back(start: Start, powerwall: Open) -> None:
    simulator = await start("gw2-23.44")
    client = powerwall(simulator)
    await client.login(simulator.password)
    assert await client.set_island_mode(IslandMode.OFFGRID) is IslandMode.OFFGRID
    assert await client.get_grid_status() is GridStatus.TRANSITION_TO_ISLAND
    simulator.clock.advance(5)
    assert await client.get_grid_status() is GridStatus.ISLANDED
    assert {battery.grid_state for battery in await client.get_batteries()} == {GridState.UNCOMPLIANT}
    assert await client.set_island_mode(IslandMode.ONGRID) is IslandMode.ONGRID
    assert await client.get_grid_status() is GridStatus.TRANSITION_TO_GRID
    simulator.clock.advance(20)
    assert await client.get_grid_status() is GridStatus.CONNECTED
