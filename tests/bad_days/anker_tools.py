"""Small things the bad days of an Anker account need."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from custom_components.solar_battery_hub.const import DOMAIN
from custom_components.solar_battery_hub.core.model import Ref
from tests.bad_days.tools import NOTHING
from tests.hub import Hub, anker_form
from tests.simulators.anker.server import AnkerSimulator
from tests.simulators.wire import RequestRecord

LOGIN = "passport/login"
PS = "/power_service/v1"
SITE_LIST = f"{PS}/site/get_site_list"
SCENE = f"{PS}/site/get_scen_info"
BIND_DEVICES = f"{PS}/app/get_relate_and_bind_devices"

FULL = 360.0  # seconds after which everything was asked at least once


def site(server: AnkerSimulator, number: int = 0) -> str:
    """Return the device id of a site."""
    return f"site_{server.world.sites[number].id}"


def bank(server: AnkerSimulator, number: int = 0) -> str:
    """Return the serial number of the first solarbank of a site."""
    return next(device.serial for device in server.world.sites[number].devices if device.kind == "solarbank")


def is_fresh(hub: Hub, server: AnkerSimulator, number: int = 0, *, within: float = 720.0) -> bool:
    """Tell whether a site shows its own sun, measured within the last seconds.

    ``within``: devices tell of themselves every five minutes, and are asked once in a while.
    """
    server.catch_up()
    power = Ref(site(server, number), "solar_power")
    if not is_live(hub, server, number):
        return False
    times = [
        measured
        for entry in hub.hass.config_entries.async_loaded_entries(DOMAIN)
        if (measured := entry.runtime_data.measured_at(power)) is not None
    ]
    report = server.world.sites[number].report
    shown = float(hub.state(f"{power.device}_{power.key}").state)
    newest = max(times)
    told = newest < report.instant or abs(shown - report.solar_w) <= 1.0  # the cloud may know of a newer one by now
    return told and dt_util.utcnow() - newest <= timedelta(seconds=within)


def is_live(hub: Hub, server: AnkerSimulator, number: int = 0) -> bool:
    """Tell whether the sun's power is shown at all."""
    return hub.state(f"{site(server, number)}_solar_power").state not in NOTHING


def sign_ins(server: AnkerSimulator, host: str = "") -> list[RequestRecord]:
    """Return the attempts to sign in, on one of the hosts or on any."""
    return [record for record in server.requests if record.path.endswith(f"{host}/{LOGIN}")]


def most_sign_ins(server: AnkerSimulator) -> int:
    """Return how many attempts to sign in fell into the worst hour, without that of the user's own dialog."""
    times = [record.time for record in sign_ins(server)[1:]]
    return max((sum(timedelta() <= later - at < timedelta(hours=1) for later in times) for at in times), default=0)


def asked(server: AnkerSimulator, since: datetime | None = None) -> Counter[str]:
    """Count the requests since a moment by the last part of their paths."""
    return Counter(
        record.path.rpartition("/")[2] for record in server.requests if since is None or record.time >= since
    )


def refusals(server: AnkerSimulator) -> int:
    """Count the requests that were answered 429."""
    return sum(server.limits.refusals.values())


async def submit(hub: Hub, server: AnkerSimulator, **changes: Any) -> Mapping[str, Any]:
    """Fill in the dialog of a new account and return its answer."""
    flow = await hub.fill(await hub.start_flow("anker"), anker_form(server, **changes))
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    return flow


def registered(hub: Hub, device: str) -> dr.DeviceEntry | None:
    """Return a device of the registry by our id, of whichever entry."""
    return next(
        (
            found
            for entry in hub.hass.config_entries.async_entries(DOMAIN)
            if (found := dr.async_get(hub.hass).async_get_device_by_identifier((DOMAIN, device), entry.entry_id))
        ),
        None,
    )
