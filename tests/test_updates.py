"""Firmware as an update entity: what a device has beside the newest there is."""

from dataclasses import replace

from homeassistant.components.update import ATTR_INSTALLED_VERSION, ATTR_LATEST_VERSION
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
import pytest

from custom_components.solar_battery_hub.core.model import Ref
from tests.hub import Hub
from tests.made_up import INVERTER, PART, MadeUpAccount, add_made_up

UPDATE = f"{PART}_latest_firmware"


async def add(hub: Hub, monkeypatch: pytest.MonkeyPatch, latest: str | None) -> MadeUpAccount:
    """Add an inverter with firmware 1.2.3 for which there is another one."""
    account = MadeUpAccount()
    account.parts.append(replace(INVERTER, sw_version="1.2.3"))
    account.values[Ref(PART, "latest_firmware")] = latest
    await add_made_up(hub.hass, monkeypatch, account)
    return account


async def test_newer_firmware(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await add(hub, monkeypatch, "1.2.4")
    state = hub.state(UPDATE, "update")
    assert state.state == STATE_ON
    assert (state.attributes[ATTR_INSTALLED_VERSION], state.attributes[ATTR_LATEST_VERSION]) == ("1.2.3", "1.2.4")
    assert not hub.has(UPDATE)
    account.parts[-1] = replace(account.parts[-1], sw_version="1.2.4")
    await hub.advance(20)
    assert hub.state(UPDATE, "update").state == STATE_OFF


@pytest.mark.parametrize(("latest", "state"), [("1.2.3", STATE_OFF), (None, STATE_UNKNOWN)])
async def test_nothing_newer(hub: Hub, monkeypatch: pytest.MonkeyPatch, latest: str | None, state: str) -> None:
    await add(hub, monkeypatch, latest)
    assert hub.state(UPDATE, "update").state == state
