"""Where an account lives: one of two servers, told apart by country (anker.md §1)."""

from collections.abc import Mapping
from typing import Any, Final

CONF_COUNTRY: Final = "country"
CONF_SERVER: Final = "server"
CONF_URL: Final = "url"

AUTOMATIC: Final = "automatic"
EU: Final = "eu"
COM: Final = "com"
OWN_URL: Final = "own_url"
CHOICES: Final = (AUTOMATIC, EU, COM, OWN_URL)

HOSTS: dict[str, str] = {
    COM: "https://ankerpower-api.anker.com",
    EU: "https://ankerpower-api-eu.anker.com",
}
_COM_COUNTRIES: Final = "DZ LB SY EG LY TN MA JO PS AR AU BR HK IN MX NG NZ RU SG ZA KR TW US CA"


def host_for(country: str) -> str:
    """Return which server an account of a country (ISO code) most likely lives on."""
    return COM if country.upper() in _COM_COUNTRIES.split() else EU  # also those in neither list


class Hosts:
    """The servers an account may be on, the likeliest first."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Read ``country``, ``server`` and, with ``own_url``, ``url``."""
        self.country = str(settings.get(CONF_COUNTRY) or "").upper()
        chosen = settings.get(CONF_SERVER) or AUTOMATIC
        self._own = str(settings[CONF_URL]).rstrip("/") if chosen == OWN_URL else ""
        likely = host_for(self.country)
        self.candidates: tuple[str, ...] = (likely, EU if likely == COM else COM) if chosen == AUTOMATIC else (chosen,)

    def base(self, host: str) -> str:
        """Return the address that the calls of a server start with, without a slash at the end."""
        return self._own if host == OWN_URL else HOSTS[host]
