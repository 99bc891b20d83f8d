"""Where an account lives: one host per region (growatt.md 0.1)."""

from collections.abc import Mapping
from typing import Any, Final

CONF_REGION: Final = "region"
CONF_URL: Final = "url"
OWN_URL: Final = "own_url"

DEFAULT_REGION: Final = "other_regions"
REGIONS: Final[Mapping[str, str]] = {
    DEFAULT_REGION: "https://openapi.growatt.com",
    "north_america": "https://openapi-us.growatt.com",
    "australia_new_zealand": "https://openapi-au.growatt.com",
    "china": "https://openapi-cn.growatt.com",
    "smten_server": "http://server.smten.com",
    "era_server": "http://ess-server.atesspower.com",
}


def base_url(settings: Mapping[str, Any]) -> str:
    """Return the address that every request of these settings starts with, without a slash at the end."""
    if settings[CONF_REGION] == OWN_URL:
        return str(settings[CONF_URL]).rstrip("/")
    return REGIONS[settings[CONF_REGION]]
