"""The first minutes with a new Home Assistant: wait for it, make the user, sign in, add accounts in dialogs."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
import re

import aiohttp

from tests.demo.api import LIMIT, HassApi, Json, answer_of
from tests.demo.hass_process import Hass
from tests.demo.processes import DemoError, patience

USERNAME = "demo"
PASSWORD = "demo"
START_SECONDS = 180
FLOWS = "config/config_entries/flow"
DOMAIN = "solar_battery_hub"


@asynccontextmanager
async def onboarded(hass: Hass) -> AsyncIterator[HassApi]:
    """Make the demo user once Home Assistant is up, and sign in as that user."""
    async with aiohttp.ClientSession(timeout=LIMIT) as session:
        await _until_up(hass, session)
        token = await _make_user(hass.url, session)
    async with HassApi.signed_in(hass.url, token) as api:
        await _until_running(hass, api)
        # The house's own time of day, not the browser's: its sun is always up (see accounts.py).
        locale = {"language": "en", "number_format": "language", "time_format": "24", "time_zone": "server"}
        await api.command("frontend/set_user_data", key="language", value=locale)
        yield api


async def _until_up(hass: Hass, session: aiohttp.ClientSession) -> None:
    """Wait until the web server answers."""
    async for _ in patience(START_SECONDS, "The start of Home Assistant"):
        hass.complain_if_ended()
        try:
            async with session.get(f"{hass.url}/api/onboarding") as response:
                if response.status == 200:
                    return
        except aiohttp.ClientConnectionError:
            continue


async def _until_running(hass: Hass, api: HassApi) -> None:
    """Wait until everything that Home Assistant sets up at its start is there."""
    async for _ in patience(START_SECONDS, "The start of Home Assistant"):
        hass.complain_if_ended()
        if (await api.get("config"))["state"] == "RUNNING":
            return


async def _make_user(url: str, session: aiohttp.ClientSession) -> str:
    """Create the owner and return an access token of theirs."""
    client = {"client_id": f"{url}/"}
    user = {"name": "Demo", "username": USERNAME, "password": PASSWORD, "language": "en", **client}
    async with session.post(f"{url}/api/onboarding/users", json=user) as response:
        code = (await answer_of(response))["auth_code"]
    form = {"grant_type": "authorization_code", "code": code, **client}
    async with session.post(f"{url}/auth/token", data=form) as response:
        token: str = (await answer_of(response))["access_token"]
        return token


async def add_account(api: HassApi, answers: Mapping[str, Json], shown: Mapping[str, str]) -> str:
    """Go through the integration's dialog and return the new entry's id.

    ``answers``: what a user chooses or types, per step. ``shown``: what a step must show among its texts, so that the
    user can compare it (a certificate's fingerprint).
    """
    step = await api.post(FLOWS, {"handler": DOMAIN, "show_advanced_options": False})
    while step["type"] in {"menu", "form"}:
        name = step["step_id"]
        if step.get("errors"):
            raise DemoError(f"The dialog refuses what was typed in step {name!r}: {step['errors']}")
        if name not in answers:
            raise DemoError(f"The dialog asks something the demo has no answer for: step {name!r}")
        if name in shown and not _shows(step, shown[name]):
            raise DemoError(f"Step {name!r} does not show {shown[name]}: {step['description_placeholders']}")
        step = await api.post(f"{FLOWS}/{step['flow_id']}", answers[name])
    if step["type"] != "create_entry":
        raise DemoError(f"The dialog ended without an account: {step.get('reason') or step['type']}")
    entry_id: str = step["result"]["entry_id"]
    return entry_id


def _shows(step: Json, wanted: str) -> bool:
    """Tell whether a step's texts contain what is wanted, in groups or not, in capitals or not."""
    texts = (step["description_placeholders"] or {}).values()
    return any(wanted.lower() in re.sub("[: ]", "", str(text)).lower() for text in texts)
