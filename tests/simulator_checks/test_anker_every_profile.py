"""Every profile of the Anker simulator answers every question about energies and the rest with a code of §4, whatever it is."""

import pytest

from tests.simulators.anker.profiles import PROFILES
from tests.simulators.anker.routes import ROUTES
from tests.simulators.clock import SimClock

from .anker_energy import ask
from .anker_host import App, app

pytestmark = pytest.mark.usefixtures("socket_enabled")

KNOWN_CODES = {0, -1, 10000, 10003, 10004, 31001, 31003, 200104}
DEVICE_TYPES = (
    "solar_production",
    *(f"solar_production_pv{number}" for number in range(1, 5)),
    "solar_production_microinverter",
    "solarbank",
    "home_usage",
    "grid",
    "pps",
    "ev_charger",
)


def body(client: App, kind: str) -> dict[str, object]:
    """Return every argument any question knows, about the first site and its first device."""
    site = next(iter(client.world.sites), None)
    serial = next((device.serial for device in client.world.devices), "")
    site_id = site.id if site else "none"
    return {
        **dict.fromkeys(("site_id", "siteId", "identifier_id"), site_id),
        **dict.fromkeys(("device_sn", "sn", "sns", "solarbank_sn"), serial),
        **dict.fromkeys(("start", "end", "start_time", "end_time", "start_date", "end_date"), "2026-06-20"),
        **dict.fromkeys(("type", "dateType", "date_type"), kind),
        "device_type": "grid",
        "sourceType": "home",
        "company": "Nordpool",
        "area": "GER",
        "date": "1782030600",
        "device_pn": "A17C5",
    }


@pytest.mark.parametrize("profile", PROFILES)
async def test_every_question_is_answered(clock: SimClock, profile: str) -> None:
    async with app(clock, profile, limits=False) as client:
        for route in ROUTES:
            for told in (body(client, "week"), body(client, "day"), {}):
                assert await client.code(route.path, told, method=route.method) in KNOWN_CODES, route.path


@pytest.mark.parametrize("profile", [name for name, plan in PROFILES.items() if plan.sites])
async def test_energies_of_every_site_fit_together(clock: SimClock, profile: str) -> None:
    async with app(clock, profile, past_days=1, limits=False) as client:
        day = "2026-06-20"
        told = {name: await ask(client, name, day) for name in DEVICE_TYPES}
        home, grid, solar = told["home_usage"], told["grid"], told["solar_production"]
        imported = float(grid["grid_to_home_total"]) + float(grid["grid_to_battery_total"])
        assert float(grid["charge_trend"][0]["value"]) == pytest.approx(imported, abs=0.011)
        assert float(grid["power"][0]["value"]) <= 0
        assert float(home["power"][0]["value"]) == pytest.approx(float(home["home_usage_total"]), abs=0.001)
        assert float(home["home_usage_total"]) > 0.1
        assert float(solar["solar_total"]) > 1
        site = client.world.sites[0]
        names = [*(f"solar_production_pv{number}" for number in range(1, 5)), "solar_production_microinverter"]
        inputs = sum(float(told[name]["power"][0]["value"]) for name in names)
        assert inputs == pytest.approx(float(solar["solar_total"]) if site.inputs else 0, abs=0.03)
