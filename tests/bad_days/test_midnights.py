"""Today's energies begin at the midnight of the site, wherever Home Assistant is and however long the day."""

from datetime import datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from tests.bad_days.conftest import AddGateway
from tests.bad_days.tools import entry_of
from tests.hub import Hub
from tests.simulators.powerwall import PowerwallSimulator

IMPORT = 9.0  # kW from the grid: the house and the battery that charges
STEP = 120.0  # seconds
DAY_STARTS = [
    pytest.param("2027-06-10T22:00:00+00:00", id="summer"),
    pytest.param("2027-03-28T22:00:00+00:00", id="after a day of 23 hours"),
    pytest.param("2027-10-31T23:00:00+00:00", id="after a day of 25 hours"),
]
"""Midnights in Berlin: the clocks change on the last Sundays of March and October."""


def today(hub: Hub, gateway: PowerwallSimulator) -> float:
    """Return today's import."""
    return float(hub.state(f"{gateway.din}_grid_import_energy_today").state)


async def start_before(
    midnight: datetime, freezer: FrozenDateTimeFactory, add_gateway: AddGateway, **options: Any
) -> PowerwallSimulator:
    """Add a gateway in Berlin 70 minutes before its midnight; from then on it imports steadily."""
    freezer.move_to(midnight - timedelta(minutes=70))
    gateway = await add_gateway("gw2-24.44", **options)
    gateway.house.set_level(10.0)
    gateway.house.set(solar_w=0.0, home_w=6_000.0, mode="backup", grid_charge_w=3_000.0)
    return gateway


@pytest.mark.parametrize("moment", DAY_STARTS)
async def test_new_day(hub: Hub, add_gateway: AddGateway, freezer: FrozenDateTimeFactory, moment: str) -> None:
    """Today's energy grows for an hour, begins anew once and grows again; the total does not notice."""
    midnight = datetime.fromisoformat(moment)
    assert hub.hass.config.time_zone != "Europe/Berlin"
    gateway = await start_before(midnight, freezer, add_gateway)
    total = float(hub.state(f"{gateway.din}_grid_import_energy_total").state)
    shown: dict[int, float] = {}
    for minute in range(-68, 70, 2):
        await hub.advance(STEP, step=STEP)
        shown[minute] = today(hub, gateway)
    for at, energy in shown.items():
        hours = (at + 70 if at < 0 else at) / 60
        assert energy == pytest.approx(IMPORT * hours, abs=0.4), at
    grown = float(hub.state(f"{gateway.din}_grid_import_energy_total").state) - total
    assert grown == pytest.approx(IMPORT * 138 / 60, abs=0.4)


async def test_restart_over_midnight(hub: Hub, add_gateway: AddGateway, freezer: FrozenDateTimeFactory) -> None:
    """What flowed while Home Assistant was off counts for the new day, from the last sample of the old one."""
    midnight = datetime.fromisoformat("2027-06-10T22:00:00+00:00")
    gateway = await start_before(midnight, freezer, add_gateway)
    await hub.advance(3_600, step=STEP)
    assert today(hub, gateway) == pytest.approx(IMPORT, abs=0.4)
    entry = entry_of(hub.hass)
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    await hub.advance(1_200, step=600)
    assert await hub.hass.config_entries.async_setup(entry.entry_id)
    await hub.advance(60, step=20)
    assert today(hub, gateway) == pytest.approx(IMPORT * 21 / 60, abs=0.4)
