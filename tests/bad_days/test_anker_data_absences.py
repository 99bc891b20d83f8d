"""Days without Home Assistant: what was counted meanwhile is counted when it is back (anker.md §10.3, design §3)."""

from datetime import date, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from tests.bad_days.anker_data_tools import lived, midnight_after, sensors, truth
from tests.bad_days.conftest import AddAnker
from tests.bad_days.living import DAY, MINUTE, live_on, number
from tests.bad_days.tools import entry_of
from tests.hub import Hub

FIRST = date(2027, 6, 10)


@pytest.mark.parametrize(("profile", "days"), [("solarbank3", 1), ("solarbank3", 9), ("hes", 4), ("power_panel", 4)])
async def test_days_without_home_assistant(
    hub: Hub, add_anker: AddAnker, freezer: FrozenDateTimeFactory, profile: str, days: int
) -> None:
    """Totals grow by what happened; today is today's alone."""
    await hub.hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(midnight_after(FIRST) - timedelta(hours=14))
    server = await add_anker(profile)
    await live_on(hub, 35 * MINUTE, step=100.0)
    totals = sensors(hub, server, "total")
    begun = {unique_id: number(hub, unique_id) for unique_id in totals}
    before = {name: getattr(truth(server, FIRST), name) for name in totals.values()}
    entry = entry_of(hub.hass)
    assert await hub.hass.config_entries.async_unload(entry.entry_id)
    await hub.advance(days * DAY, step=DAY)
    assert await hub.hass.config_entries.async_setup(entry.entry_id)
    await live_on(hub, 25 * MINUTE, step=20.0)
    assert len(totals) == 6
    for unique_id, name in totals.items():
        happened = getattr(lived(server, FIRST, FIRST + timedelta(days=days)), name) - before[name]
        fine = 10.0 if name == "solar" and begun[unique_id] >= 1000 else 0.4  # told in MWh with two decimals (§7.2)
        assert number(hub, unique_id) - begun[unique_id] == pytest.approx(happened, abs=fine), name
