"""Where an account lives, and which addresses may see its credentials (goodwe.md §1.6)."""

from collections.abc import Mapping
from typing import Any, Final

from yarl import URL

CONF_REGION: Final = "region"
CONF_URL: Final = "url"

AUTOMATIC: Final = "automatic"
OWN_URL: Final = "own_url"
REGIONS: Final = ("eu", "au", "us", "hk", "cn")
CHINA: Final = "cn"
CHOICES: Final = (AUTOMATIC, *REGIONS, OWN_URL)

_USUAL_REGION: Final = "eu"  # where neither the user nor the server named one
_GATEWAYS: Final[Mapping[str, str]] = {CHINA: "https://hz-gateway.sems.com.cn/web/sems"}
_NO_LEGACY: Final = frozenset({CHINA})  # its hosts of the legacy API are dead
_LOGIN_ORIGIN: Final = "https://semsplus.goodwe.com"
_LEGACY_BASE: Final = "https://www.semsportal.com/api"  # serves every region
_MAKERS_DOMAINS: Final = ("semsportal.com", "goodwe.com", "sems.com.cn")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Addresses:
    """The addresses of one account; none of them ends in a slash."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Read ``region`` and, with ``own_url``, ``url``."""
        region = settings.get(CONF_REGION, AUTOMATIC)
        self._own = str(settings[CONF_URL]).rstrip("/") if region == OWN_URL else None
        self._region: str | None = region if region in REGIONS else None

    @property
    def is_chinese(self) -> bool:
        """Whether the user named China, whose sign-in differs."""
        return self._region == CHINA

    @property
    def login_origin(self) -> str:
        """Where to sign in to SEMS+, whatever the region."""
        return self._own or _LOGIN_ORIGIN

    @property
    def regional_login_origin(self) -> str | None:
        """Where to sign in to SEMS+ when that was refused elsewhere; ``None`` unless the user named a region."""
        return self._region and f"https://{self._region}-semsplus.goodwe.com"

    @property
    def legacy_login_base(self) -> str:
        """Where to sign in to the legacy API."""
        return f"{self._own}/api" if self._own else _LEGACY_BASE

    def gateway(self, told: object, region: str | None) -> str:
        """Return the base of SEMS+ calls: the one an answer told if it can be trusted, else the region's."""
        if (base := trusted_base(told, self._own)) is not None:
            return base
        if self._own:
            return f"{self._own}/web/sems"
        name = region if region in REGIONS else self._region or _USUAL_REGION
        return _GATEWAYS.get(name, f"https://{name}-gateway.semsportal.com/web/sems")

    def legacy_base(self, told: object) -> str:
        """Return the base of legacy calls: the one an answer told if it can be trusted, else the region's."""
        if (base := trusted_base(told, self._own)) is not None:
            return base
        if self._own or self._region is None or self._region in _NO_LEGACY:
            return self.legacy_login_base
        return f"https://{self._region}.semsportal.com/api"

    def trusts(self, base: str) -> bool:
        """Tell whether this address may see a token of the account."""
        return is_trusted(base, self._own)


def is_safe(url: str) -> bool:
    """Tell whether credentials may be sent to an address of the user's own: https, or http on loopback."""
    parsed = _plain(url)
    return parsed is not None and (parsed.scheme == "https" or (parsed.scheme == "http" and parsed.host in _LOOPBACK))


def is_trusted(url: object, own_url: str | None = None) -> bool:
    """Tell whether an address that an answer told may see the account's token (§1.6).

    With an address of the user's own nothing but that very origin; else https at the usual port
    of a host of the maker.
    """
    return trusted_base(url, own_url) is not None


def trusted_base(url: object, own_url: str | None = None) -> str | None:
    """Return a trusted address without a slash at its end, as it was understood; ``None`` for any other."""
    parsed = _plain(url)
    if parsed is None or not _may_see_tokens(parsed, own_url):
        return None
    return str(parsed).rstrip("/")


def _may_see_tokens(parsed: URL, own_url: str | None) -> bool:
    if own_url is not None:
        return is_safe(own_url) and parsed.origin() == URL(own_url).origin()
    host = parsed.host or ""
    of_maker = any(host == domain or host.endswith(f".{domain}") for domain in _MAKERS_DOMAINS)
    return of_maker and parsed.scheme == "https" and parsed.port == 443


def _plain(url: object) -> URL | None:
    """Return an address that is nothing but scheme, host, port and path; ``None`` for any other."""
    if not isinstance(url, str) or "@" in url:
        return None
    try:
        parsed = URL(url)
    except ValueError:
        return None
    is_plain = parsed.scheme and parsed.host and not parsed.query_string and not parsed.fragment
    return parsed if is_plain else None
