"""Drives the integration the way a user does: dialogs, states, actions, and time."""

import asyncio
from collections.abc import Mapping
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigFlowContext,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from pytest_homeassistant_custom_component.common import async_fire_time_changed, start_reauth_flow

from custom_components.solar_battery_hub.const import DOMAIN
from tests.simulators.anker.server import AnkerSimulator
from tests.simulators.goodwe.server import GoodWeSimulator
from tests.simulators.growatt.server import GrowattSimulator
from tests.simulators.powerwall import PowerwallSimulator

STEP = 5.0  # seconds; half the fastest default interval
TURNS = 300  # of the loop; many times what a request on loopback takes


class Hub:
    """One Home Assistant with the integration, and the clock on the wall."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        """Take the Home Assistant under test and its frozen clock."""
        self.hass = hass
        self._freezer = freezer

    async def advance(self, seconds: float, step: float = STEP, *, hanging: bool = False) -> None:
        """Let time pass in small steps, so that everything happens in order.

        With ``hanging`` requests may stay without an answer: then only time ends them.
        """
        left = seconds
        while left > 0:
            self._freezer.tick(min(step, left))
            left -= step
            async_fire_time_changed(self.hass)
            if hanging:
                await self._spin()
            else:
                await self.hass.async_block_till_done(wait_background_tasks=True)

    async def _spin(self) -> None:
        """Give the loop enough turns for whatever can happen without time passing."""
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def fill(self, flow: ConfigFlowResult, form: Mapping[str, Any]) -> ConfigFlowResult:
        """Submit a form of a config flow."""
        return await self.hass.config_entries.flow.async_configure(flow["flow_id"], dict(form))

    async def start_flow(self, vendor: str) -> ConfigFlowResult:
        """Open the dialog and choose a vendor from the menu."""
        flow = await self.hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        return await self.fill(flow, {"next_step_id": vendor})

    async def add_powerwall(self, gateway: PowerwallSimulator, **changes: Any) -> ConfigEntry:
        """Add a gateway through its dialog, certificate confirmed, and wait for its entities."""
        flow = await self.start_flow("powerwall")
        form = powerwall_form(gateway, **changes)
        flow = await self.fill(flow, form)
        if form["advanced"]["pin_certificate"]:
            flow = await self.fill(flow, {})
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return flow["result"]

    async def add_growatt(self, server: GrowattSimulator, key: str = "token", **changes: Any) -> ConfigEntry:
        """Add an account through its dialog, by ``token`` or ``password``, and wait for its entities."""
        flow = await self.start_flow("growatt")
        flow = await self.fill(flow, {"next_step_id": f"growatt_{key}"})
        flow = await self.fill(flow, growatt_form(server, key, **changes))
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return flow["result"]

    async def add_goodwe(self, server: GoodWeSimulator, **changes: Any) -> ConfigEntry:
        """Add an account through its dialog and wait for its entities."""
        flow = await self.fill(await self.start_flow("goodwe"), goodwe_form(server, **changes))
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return flow["result"]

    async def add_anker(self, server: AnkerSimulator, **changes: Any) -> ConfigEntry:
        """Add an account through its dialog and wait for its entities."""
        flow = await self.fill(await self.start_flow("anker"), anker_form(server, **changes))
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return flow["result"]

    async def change(self, entry: ConfigEntry) -> ConfigFlowResult:
        """Open the dialog that changes how an account is reached."""
        context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=entry.entry_id)
        return await self.hass.config_entries.flow.async_init(DOMAIN, context=context)

    async def sign_in_again(self, entry: ConfigEntry) -> ConfigFlowResult:
        """Open the dialog that asks for the password again."""
        return await start_reauth_flow(self.hass, entry)

    def state(self, unique_id: str, platform: str = "sensor") -> State:
        """Return the state of an entity by its unique id; fails when there is none."""
        entity_id = er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, unique_id)
        assert entity_id is not None, f"no {platform} {unique_id}"
        state = self.hass.states.get(entity_id)
        assert state is not None, f"{entity_id} is disabled"
        return state

    def has(self, unique_id: str, platform: str = "sensor") -> bool:
        """Tell whether an entity is registered."""
        return er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, unique_id) is not None

    def device_id(self, device: str) -> str:
        """Return Home Assistant's id of one of our devices."""
        entry = next(iter(self.hass.config_entries.async_entries(DOMAIN)))
        found = dr.async_get(self.hass).async_get_device_by_identifier((DOMAIN, device), entry.entry_id)
        assert found is not None, f"no device {device}"
        return found.id

    async def act(self, action: str, device: str, **fields: Any) -> Any:
        """Call one of the integration's actions on a device and return its answer."""
        return await self.hass.services.async_call(
            DOMAIN,
            action,
            {"device_id": self.device_id(device), **fields},
            blocking=True,
            return_response=True,
        )

    async def use(self, platform: str, service: str, unique_id: str, **fields: Any) -> None:
        """Use an entity: select an option, set a value, press."""
        entity_id = self.state(unique_id, platform).entity_id
        await self.hass.services.async_call(platform, service, {"entity_id": entity_id, **fields}, blocking=True)


def powerwall_form(gateway: PowerwallSimulator, **changes: Any) -> dict[str, Any]:
    """Return the filled form for a gateway, as a customer unless ``username`` says otherwise."""
    username = changes.pop("username", "customer")
    passwords = {"customer": gateway.password, "installer": gateway.installer_password}
    return {
        "host": f"{gateway.host}:{gateway.port}",
        "password": changes.pop("password", passwords[username]),
        "advanced": {"username": username, "pin_certificate": changes.pop("pin_certificate", True)},
        **changes,
    }


def growatt_form(server: GrowattSimulator, key: str = "token", **changes: Any) -> dict[str, Any]:
    """Return the filled form for an account at a server of one's own, by ``token`` or ``password``."""
    keys = {
        "token": {"token": server.token},
        "password": {"username": server.world.user.name, "password": server.world.user.password},
    }
    return {**keys[key], "region": "own_url", "url": server.url, **changes}


def goodwe_form(server: GoodWeSimulator, **changes: Any) -> dict[str, Any]:
    """Return the filled form for an account at a server of one's own."""
    account = server.world.account
    return {"username": account.email, "password": account.password, "region": "own_url", "url": server.url, **changes}


def anker_form(server: AnkerSimulator, **changes: Any) -> dict[str, Any]:
    """Return the filled form for an account at a server of one's own."""
    account = server.door.account
    advanced = {"server": "own_url", "url": server.url}
    return {
        "username": account.email,
        "password": account.password,
        "country": account.country,
        "advanced": advanced,
        **changes,
    }
