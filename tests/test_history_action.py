"""The action that tells the energy of days gone by, as an answer and as a table in a file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from tests.hub import Hub
from tests.made_up import INVERTER, PART, SITE, MadeUpAccount, add_made_up

DAY = {"start": "2026-01-01 00:00:00", "end": "2026-01-02 00:00:00"}


def tables(folder: Path) -> list[Path]:
    """Return every table below a folder."""
    return list(folder.rglob("*.csv"))


async def refused(hub: Hub, **fields: Any) -> str | None:
    """Return why the site's history is refused."""
    with pytest.raises(ServiceValidationError) as error:
        await hub.act("get_energy_history", SITE, **fields)
    return error.value.translation_key


@pytest.fixture
async def site(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> MadeUpAccount:
    """Set up a site with a history, in Amsterdam."""
    await hub.hass.config.async_set_time_zone("Europe/Amsterdam")
    account = MadeUpAccount()
    account.parts.append(INVERTER)
    account.rows = [{"start": datetime(2026, 1, 1, tzinfo=UTC), "solar_energy": 3.5}]
    await add_made_up(hub.hass, monkeypatch, account)
    return account


async def test_energy_history(hub: Hub, site: MadeUpAccount) -> None:
    answer = await hub.act(
        "get_energy_history", PART, start="2026-01-01 00:00:00", end="2026-01-08 00:00:00", period="hour"
    )
    assert answer == {"rows": [{"start": "2026-01-01T00:00:00+00:00", "solar_energy": 3.5}]}
    local = datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert site.asked_history == [(local, datetime(2026, 1, 7, 23, tzinfo=UTC), "hour")]


async def test_energy_history_until_now_by_days(hub: Hub, site: MadeUpAccount) -> None:
    assert site.clock is not None
    await hub.act("get_energy_history", SITE, start="2020-01-01 00:00:00")
    ((_, end, period),) = site.asked_history
    assert (end, period) == (site.clock.now(), "day")


async def test_energy_history_needs_time(hub: Hub, site: MadeUpAccount) -> None:
    assert await refused(hub, start="2026-01-02 00:00:00", end="2026-01-02 00:00:00") == "history_without_time"
    with pytest.raises(vol.Invalid):
        await hub.act("get_energy_history", SITE, start="2026-01-02 00:00:00", period="week")


async def test_device_without_history(hub: Hub, site: MadeUpAccount) -> None:
    site.rows = None
    assert await refused(hub, start="2026-01-02 00:00:00") == "not_supported"


async def test_table_in_a_file(hub: Hub, site: MadeUpAccount, tmp_path: Path) -> None:
    """A column for all that any row tells; what one row does not tell stays empty."""
    hub.hass.config.allowlist_external_dirs = {str(tmp_path)}
    site.rows = [
        {"start": datetime(2026, 1, 1, tzinfo=UTC), "solar_energy": 3.5},
        {"start": datetime(2026, 1, 2, tzinfo=UTC), "solar_energy": None, "home_energy": 0.25},
    ]
    file = tmp_path / "new" / "energy.csv"
    answer = await hub.act("get_energy_history", SITE, **DAY, file=str(file))
    assert answer["file"] == str(file)
    assert len(answer["rows"]) == 2
    assert file.read_text(encoding="utf-8").splitlines() == [
        "start,solar_energy,home_energy",
        "2026-01-01T00:00:00+00:00,3.5,",
        "2026-01-02T00:00:00+00:00,,0.25",
    ]


@pytest.mark.parametrize("place", ["elsewhere/energy.csv", "/elsewhere/energy.csv", "{allowed}/../energy.csv"])
async def test_file_elsewhere_is_refused_before_anything_is_asked(
    hub: Hub, site: MadeUpAccount, tmp_path: Path, place: str
) -> None:
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    hub.hass.config.allowlist_external_dirs = {str(allowed)}
    assert await refused(hub, **DAY, file=place.format(allowed=allowed)) == "folder_not_allowed"
    assert site.asked_history == []
    assert tables(tmp_path) == []


async def test_file_that_cannot_be_written(hub: Hub, site: MadeUpAccount, tmp_path: Path) -> None:
    hub.hass.config.allowlist_external_dirs = {str(tmp_path)}
    (tmp_path / "taken").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(HomeAssistantError) as error:
        await hub.act("get_energy_history", SITE, **DAY, file=str(tmp_path / "taken" / "energy.csv"))
    assert error.value.translation_key == "file_not_written"
