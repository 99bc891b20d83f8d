"""Small things the bad days of settings of an Anker account need."""

from copy import deepcopy
import json
from typing import Any

from tests.bad_days.conftest import AddAnker
from tests.bad_days.living import MINUTE, live_on
from tests.hub import Hub
from tests.simulators.anker.server import AnkerSimulator
from tests.simulators.anker.world import Audit

PLAN = "6"
FIRST_PLAN = "4"
SET_PARAM = "/power_service/v1/site/set_site_device_param"
DETAILS = 700.0  # seconds in which settings are read again

type Bean = dict[str, Any]


async def start(hub: Hub, add_anker: AddAnker, profile: str) -> AnkerSimulator:
    """Add an account whose settings have been read, in a house of its own time zone."""
    await hub.hass.config.async_set_time_zone("Europe/Berlin")
    server = await add_anker(profile)
    await live_on(hub, 2 * MINUTE, step=20.0)
    return server


def written(server: AnkerSimulator) -> list[Audit]:
    """Return the writes that the cloud got, whatever became of them."""
    return list(server.world.audit)


def plan(server: AnkerSimulator, kind: str = PLAN) -> Bean:
    """Return what the cloud keeps of the first site's parameters."""
    server.catch_up()
    return deepcopy(server.world.sites[0].settings[kind])


def sent_plans(server: AnkerSimulator, kind: str = PLAN) -> list[Bean]:
    """Return the parameters that were sent, as they were."""
    bodies = [audit.body for audit in written(server) if audit.path.endswith("set_site_device_param")]
    return [json.loads(body["param_data"]) for body in bodies if body["param_type"] == kind]


def powers(entry: Bean) -> list[int]:
    """Return the powers of an entry's slots in order."""
    return [slot["power"] for slot in entry["ranges"]]
