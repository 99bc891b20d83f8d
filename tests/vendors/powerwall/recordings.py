"""Real answers of real gateways, where they are at hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.solar_battery_hub.vendors.powerwall import endpoints
from custom_components.solar_battery_hub.vendors.powerwall.endpoints import Endpoint

FOLDER = Path(__file__).parents[3] / "../shared/recordings/powerwall"

needs_recordings = pytest.mark.skipif(not FOLDER.is_dir(), reason="The recordings in ../shared are not at hand")

GW2 = "gw2-1x-powerwall2-fw21.44-us/running"
GW2_STOPPED = "gw2-1x-powerwall2-fw21.44-us/stopped"
GW1 = "gw1-2x-powerwall2-us-2018-2019"
GW1_50 = "gw1-fw1.50.1-us-ha-fixtures"
THREE = "3-batteries-one-disabled"
PW3 = "powerwall3-2x-expansion-fw26.10.3-au"

_GW2_FILES: dict[str, Endpoint[Any]] = {
    "meters.aggregates": endpoints.AGGREGATES,
    "system_status.soe": endpoints.CHARGE,
    "system_status.grid_status": endpoints.GRID_STATUS,
    "system_status": endpoints.SYSTEM_STATUS,
    "system_status.grid_faults": endpoints.GRID_FAULTS,
    "operation": endpoints.OPERATION,
    "sitemaster": endpoints.SITEMASTER,
    "status": endpoints.STATUS,
    "powerwalls": endpoints.POWERWALLS,
    "site_info": endpoints.SITE_INFO,
    "site_info.site_name": endpoints.SITE_NAME,
    "config": endpoints.CONFIG,
    "solars": endpoints.SOLARS,
    "networks": endpoints.NETWORKS,
    "meters": endpoints.METERS,
    "system.update.status": endpoints.UPDATE_STATUS,
}
_STOPPED_FILES = (
    "operation",
    "sitemaster",
    "status",
    "powerwalls",
    "site_info",
    "site_info.site_name",
    "config",
    "solars",
    "networks",
    "meters",
    "system.update.status",
)

# Every recording of an answer that is read, by its path without ".json".
ANSWERS: dict[str, Endpoint[Any]] = {
    **{f"{GW2}/{name}": endpoint for name, endpoint in _GW2_FILES.items()},
    **{f"{GW2_STOPPED}/{name}": _GW2_FILES[name] for name in _STOPPED_FILES},
    f"{GW1}/api_meters_aggregates": endpoints.AGGREGATES,
    f"{GW1}/api-powerwalls": endpoints.POWERWALLS,
    f"{GW1}/system.update.status": endpoints.UPDATE_STATUS,
    f"{GW1}/system_status.grid_faults": endpoints.GRID_FAULTS,
    f"{GW1_50}/meters": endpoints.AGGREGATES,
    f"{GW1_50}/site_info": endpoints.SITE_INFO,
    f"{GW1_50}/sitemaster": endpoints.SITEMASTER,
    f"{GW1_50}/status": endpoints.STATUS,
    f"{THREE}/meters_aggregates": endpoints.AGGREGATES,
    f"{THREE}/system_status": endpoints.SYSTEM_STATUS,
    f"{THREE}/grid_status": endpoints.GRID_STATUS,
    f"{THREE}/operation": endpoints.OPERATION,
    f"{THREE}/sitemaster": endpoints.SITEMASTER,
    f"{THREE}/status": endpoints.STATUS,
    f"{THREE}/powerwalls": endpoints.POWERWALLS,
    f"{THREE}/site_info": endpoints.SITE_INFO,
    f"{THREE}/meter_site": endpoints.SITE_METERS,
    f"{PW3}/api-meters-aggregates": endpoints.AGGREGATES,
    f"{PW3}/api-system_status-soe": endpoints.CHARGE,
    f"{PW3}/api-system_status-grid_status.partial": endpoints.GRID_STATUS,
}


def load(name: str) -> Any:
    """Return one recording."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
