"""Which accounts are measured, and who is: both integrations as they are installed.

Core's integration has no setting for the address of a server. It is not changed for that: only the two tables of host
names that it finds its server by get the simulator's address, in its own process (``point_core_at``). Its library also
reads the computer's own date, which is given the process's time there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from tests.benchmarks import skipped_time
from tests.benchmarks.subject import HUB, Description, Subject

CORE = "growatt_server"
REGION = "other_regions"
LOGIN = "/newTwoLoginAPI.do"

LIVE_CALLS = ("op=getSystemStatus_KW", "/tlx_last_data", "/mix_last_data")
"""The calls for what one device does now."""
BATCH_CALLS = ("/tlxs_data", "/mixs_data")
"""The same for all devices of a family."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account to measure: the simulator's ``profile``, and which key is used."""

    name: str
    profile: str
    by_token: bool


ACCOUNTS = (
    Account(name="Password, one MIX", profile="mix", by_token=False),
    Account(name="Password, five MIX", profile="mix5", by_token=False),
    Account(name="Token, one MIN", profile="min", by_token=True),
    Account(name="Token, one SPH", profile="sph", by_token=True),
    Account(name="Token, five MIN", profile="min5", by_token=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudSubject(Subject):
    """One integration. ``point``: lets it find the simulator. ``power``: unique ids of a device's sun, whichever it has."""

    point: Callable[[Description], None] = lambda _: None
    power: Sequence[str] = ()


def reads(path: str, devices: int) -> int:
    """Return of how many devices a request asks what they do now; ``devices``: how many the account has."""
    if any(call in path for call in BATCH_CALLS):
        return devices
    return 1 if any(call in path for call in LIVE_CALLS) else 0


def solar_entities(hass: HomeAssistant, subject: CloudSubject, account: Description) -> Mapping[str, str]:
    """Return the serial number of each device by the entity that shows its sun; a device without one has none."""
    registry = er.async_get(hass)
    found = {
        registry.async_get_entity_id("sensor", subject.domain, template.format(serial=serial)): serial
        for serial in account["serials"]
        for template in subject.power
    }
    return {entity_id: serial for entity_id, serial in found.items() if entity_id is not None}


def _hub_steps(description: Description) -> Sequence[Mapping[str, Any]]:
    """Choose the vendor and the key, enter it with the simulator as a server of one's own."""
    where = {"region": "own_url", "url": description["url"]}
    if description["by_token"]:
        key, form = "growatt_token", {"token": description["token"]}
    else:
        key, form = "growatt_password", {"username": description["user_name"], "password": description["password"]}
    return ({"next_step_id": "growatt"}, {"next_step_id": key}, form | where)


def _core_steps(description: Description) -> Sequence[Mapping[str, Any]]:
    """Choose the key and enter it; a single plant is not asked for."""
    if description["by_token"]:
        return ({"next_step_id": "token_auth"}, {"token": description["token"], "region": REGION})
    form = {"username": description["user_name"], "password": description["password"], "region": REGION}
    return ({"next_step_id": "password_auth"}, form)


def point_core_at(description: Description) -> None:
    """Put the simulator's address into the two tables of addresses that core's integration and its library have.

    The password API follows the integration's table of regions; the token API follows the library's default host, because
    the integration sets the region's address after the library has used it (growatt.md 0.1).
    """
    from growattServer import GrowattApi, base_api
    from homeassistant.components.growatt_server.const import SERVER_URLS_NAMES

    address = f"{description['url']}/"
    SERVER_URLS_NAMES[REGION] = address
    GrowattApi.server_url = address
    skipped_time.install_in(base_api)


OURS = CloudSubject(name="ours", domain=HUB, steps=_hub_steps, power=("{serial}_solar_power",))
RIVAL = CloudSubject(
    name="core",
    domain=CORE,
    steps=_core_steps,
    point=point_core_at,
    power=("{serial}-mix_wattage_pv_all", "{serial}-tlx_internal_wattage"),
)
OURS_FAST = replace(OURS, name="ours at 5 min", options={"interval": 5})
"""With a password ours asks every ten minutes unless it is told to: this is core's pace."""
NOBODY = CloudSubject(name="nobody", domain="")
"""Home Assistant without either: what it costs anyway is taken off."""

SUBJECTS = {subject.name: subject for subject in (OURS, RIVAL, OURS_FAST, NOBODY)}
