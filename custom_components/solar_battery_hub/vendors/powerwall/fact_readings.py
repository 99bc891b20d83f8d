"""What the gateway's facts mean: how it is set up, connected and updated (powerwall.md §10, §12)."""

from ...core.model import Ref
from .facts import Meter, Network, SiteInfo, Solar, UpdateStatus
from .readings import Table, Values, real, table_values, translate

_UPDATES = {
    "/clear_update_status": "checking",
    "/update_succeeded": "up_to_date",
    "/update_failed": "failed",
    "/update_staged": "staged",
    "/download": "downloading",
    "/update_downloaded": "downloaded",
}
_NOT_NEEDED = "nonactionable"  # turns "failed" into "up to date" (§10)

_NETWORKS = {"EthType": "ethernet", "WifiType": "wifi", "GsmType": "cellular"} | {
    "eth0": "ethernet",
    "wifi0": "wifi",
    "wifi1": "wifi",
    "rpine0": "wifi",
}

_SITE: Table[SiteInfo] = {
    "site_name": lambda site: site.name,
    "rated_energy": lambda site: real(site.rated_energy),
    "rated_power": lambda site: None if not site.rated_power else site.rated_power * 1000,
    "grid_code": lambda site: site.grid_code,
}


def site_values(device: str, site: SiteInfo) -> Values:
    """Return what the installer set (§12)."""
    return table_values(device, _SITE, site)


def solar_values(device: str, solars: tuple[Solar, ...]) -> Values:
    """Return brand, model and rating of the solar inverters (§12)."""
    if not solars:
        return {}
    names = (" ".join(filter(None, (solar.brand, solar.model))) for solar in solars)
    ratings = [solar.rating for solar in solars]
    known = [rating for rating in ratings if rating]
    return {
        Ref(device, "solar_equipment"): ", ".join(filter(None, names)) or None,
        Ref(device, "solar_rated_power"): sum(known) if len(known) == len(ratings) else None,
    }


def network_values(device: str, networks: tuple[Network, ...]) -> Values:
    """Return by which network the gateway reaches Tesla, and how well (§12)."""
    network = primary_network(networks)
    if network is None:
        return {}
    return {
        Ref(device, "network"): translate(_NETWORKS, network.interface, "network"),
        Ref(device, "signal_strength"): network.signal,
    }


def primary_network(networks: tuple[Network, ...]) -> Network | None:
    """Return the network in use: the primary one, else the first active one that is a network."""
    active = [network for network in networks if network.active and network.interface in _NETWORKS]
    return next((network for network in active if network.primary), active[0] if active else None)


def update_values(device: str, update: UpdateStatus) -> Values:
    """Return how far a firmware update is (§10)."""
    known = None if update.state == "/update_unknown" else update.state
    state = translate(_UPDATES, known, "update state")
    if state == "failed" and _NOT_NEEDED in update.info:
        state = "up_to_date"
    return {Ref(device, "update_status"): state}


def meter_values(meters: tuple[Meter, ...]) -> Values:
    """Return what each meter measures and whether it answers (§12)."""
    values: Values = {}
    for meter in meters:
        values[Ref(meter.serial, "measures")] = ", ".join(meter.locations) or None
        values[Ref(meter.serial, "reachable")] = meter.connected
    return values
