"""What nobody may learn of an account: looked for wherever the integration tells something."""

from collections.abc import Collection, Iterable
import json

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.core.errors import HubError
from custom_components.solar_battery_hub.diagnostics import async_get_config_entry_diagnostics
from tests.hub import Hub
from tests.replay import replay


async def assert_not_in_diagnostics(hass: HomeAssistant, entry: ConfigEntry, private: Iterable[str]) -> None:
    """Check that an entry's diagnostics tell none of these."""
    text = json.dumps(await async_get_config_entry_diagnostics(hass, entry), default=str)
    assert [secret for secret in private if secret in text] == []


def assert_not_in_log(hass: HomeAssistant, caplog: pytest.LogCaptureFixture, secrets: Collection[str]) -> None:
    """Check that neither the log, which has something of ours, nor a repair tells any of these."""
    # The test's stand-in for the disk tells what is written to it.
    told = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("pytest"))
    assert DOMAIN in told
    assert [secret for secret in secrets if secret in told] == []
    repairs = str([issue for issue in ir.async_get(hass).issues.values() if issue.domain == DOMAIN])
    assert [secret for secret in secrets if secret in repairs] == []


async def assert_replayed(hub: Hub, entry: ConfigEntry, kind: str, system: str) -> None:
    """Check that the real client reads from an entry's diagnostics what the states of one of its systems show.

    ``kind`` is how our id of a system begins, ``system`` that of the first; in the report it has another name.
    """
    report = await async_get_config_entry_diagnostics(hub.hass, entry)
    results = await replay(json.loads(json.dumps(report, default=str)))
    readings = [values for values in results.values() if not isinstance(values, HubError)]
    replayed = {name.partition("/")[2]: value for values in readings for name, value in values.items() if kind in name}
    for key in ("solar_power", "home_power", "grid_power", "battery_power", "battery_level"):
        assert replayed[key] == pytest.approx(float(hub.state(f"{system}_{key}").state), abs=0.51)
