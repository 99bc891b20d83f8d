"""Which gateway behaves how: one table of firmware profiles (specification §1.1, §3.6, §19.6)."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Where the gateway stands: time zone, grid and the country-specific facts of ``site_info``."""

    timezone: str
    latitude: float
    phase: Literal["Split", "Single"]
    voltage: float
    frequency: float
    grid_code: str
    standard: str
    country: str
    state: str
    utility: str


CALIFORNIA = Region(
    timezone="America/Los_Angeles",
    latitude=37.0,
    phase="Split",
    voltage=240,
    frequency=60,
    grid_code="60Hz_240V_s_UL1741SA:2019_California",
    standard="UL1741SA-CA:2019",
    country="United States",
    state="California",
    utility="Golden Gate Power",
)
GERMANY = Region(
    timezone="Europe/Berlin",
    latitude=50.0,
    phase="Single",
    voltage=230,
    frequency=50,
    grid_code="50Hz_230V_1_VDE4105:2018_Germany",
    standard="VDE4105",
    country="Germany",
    state="*",
    utility="*",
)
AUSTRALIA = Region(
    timezone="Australia/Brisbane",
    latitude=-27.0,
    phase="Single",
    voltage=230,
    frequency=50,
    grid_code="50Hz_230V_1_ASNZS4777.2:2020_AU",
    standard="AS4777.2",
    country="Australia",
    state="*",
    utility="*",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of gateway on one firmware."""

    name: str
    version: str
    """As ``status`` shows it; the part after the space is the start of the git hash."""
    git_hash: str
    part_number: str
    region: Region
    device_type: str = "teg"
    sync_type: str = "v2.1"
    battery_part: str = "3012170-05-B"
    battery_type: str = "ACPW"
    restricted: bool = False
    """Only login, logout and three readings exist (§16)."""

    reads_need_login: bool = True
    missing_session: Literal[401, 403] = 401
    """How a missing or dead session shows (§3.3); the specification names no firmware, so both occur."""
    installer_by_network: bool = False
    """Before 1.50 an installer signs in without touching the switch (§9.3)."""
    login_stops_sitemaster: bool = False
    login_time: bool = True
    plain_http: bool = False
    """Before 1.20 plain HTTP works; later it only redirects (§1.1)."""
    serial_is_password: bool = False
    """Gateway 1: the customer's default password is the end of the serial number, not of the label's (§3.1)."""

    operation_key: Literal["mode", "real_mode"] = "real_mode"
    commit_answers_status: bool = True
    islanding: Literal["none", "customer", "installer"] = "customer"
    system_status: bool = True
    apparent_power: bool = False
    vitals: bool = False
    grid_services: bool = True
    sitemaster: Literal["uptime", "status", "full"] = "full"
    status: Literal["short", "hec", "plain", "din", "teg"] = "din"
    site_info: Literal["flat", "nested"] = "nested"
    powerwalls: Literal["old", "hec", "new"] = "new"
    aggregates: Literal["old", "hec", "synchrometer", "powerwall3"] = "synchrometer"
    networks: Literal["old", "ip", "IP"] = "ip"
    seed_era: bool = False
    """Wizard paths that only the seed's firmware had: grid_codes, wifi_security_types, system/networks …"""
    powerwalls_status_conflict: bool = False

    @property
    def neurio(self) -> bool:
        """Tell whether Neurio meters measure (Gateway 1) instead of the gateway's own synchrometers."""
        return self.device_type == "hec"


def _gateway1(name: str, version: str, git_hash: str, **features: object) -> Profile:
    """Return a Gateway 1: installer sign-in over the network, reading without login."""
    defaults: dict[str, object] = {
        "part_number": "1118431-00-L",
        "region": CALIFORNIA,
        "device_type": "hec",
        "sync_type": "v1",
        "battery_part": "1092170-03-E",
        "battery_type": "acpw",
        "reads_need_login": False,
        "serial_is_password": True,
        "commit_answers_status": False,
        "islanding": "none",
        "system_status": False,
        "site_info": "flat",
        "networks": "old",
        "seed_era": True,
    }
    return Profile(name=name, version=version, git_hash=git_hash, **{**defaults, **features})  # type: ignore[arg-type]


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        _gateway1(
            "gw1-1.15",
            "1.15.0",
            "9d0c2b7e41f85a3360d1c6f0b8a7e95d4c3f2a10",
            installer_by_network=True,
            login_stops_sitemaster=True,
            login_time=False,
            plain_http=True,
            operation_key="mode",
            grid_services=False,
            sitemaster="uptime",
            status="short",
            powerwalls="old",
            aggregates="old",
            powerwalls_status_conflict=True,
        ),
        _gateway1(
            "gw1-1.40",
            "1.40.2\n",
            "14f7c1769ec3072b5d88a0e6c4913fd2b7068e51",
            installer_by_network=True,
            login_stops_sitemaster=True,
            sitemaster="status",
            status="short",
            powerwalls="old",
            aggregates="old",
        ),
        _gateway1(
            "gw1-1.50",
            "1.50.1 c58c2df3",
            "c58c2df3a70e96b1d4f25c8e03b7196ad5e4f082",
            sitemaster="status",
            status="hec",
            powerwalls="hec",
            aggregates="hec",
        ),
        Profile(
            name="gw2-20.49",
            version="20.49.0 a1f0c73e",
            git_hash="a1f0c73e5b2d48960c7e1f3a94d5b6028e7c1d3f",
            part_number="1232100-00-E",
            region=CALIFORNIA,
            islanding="none",
            status="plain",
            vitals=True,
            commit_answers_status=False,
        ),
        Profile(
            name="gw2-21.44",
            version="21.44 5e91b04c",
            git_hash="5e91b04c7d3fa2861b95e0c4d7f6183a2e5c9b70",
            part_number="1232100-00-E",
            region=CALIFORNIA,
            missing_session=403,
            vitals=True,
        ),
        Profile(
            name="gw2-23.44",
            version="23.44.3-msa 193a3259",
            git_hash="193a32594c0be7d81f62a5093e7bd4c86f10a2e5",
            part_number="1152100-13-J",
            region=GERMANY,
            battery_part="3012170-10-B",
            missing_session=403,
            apparent_power=True,
            status="teg",
            networks="IP",
        ),
        Profile(
            name="gw2-24.44",
            version="24.44.0 b3e70d19",
            git_hash="b3e70d19f84c52a6e10d7b39c5f2864a0e9d1c73",
            part_number="1152100-14-J",
            region=GERMANY,
            battery_part="3012170-10-B",
            islanding="installer",
            apparent_power=True,
            status="teg",
            networks="IP",
        ),
        Profile(
            name="pw3-26.x",
            version="26.10.3 4f924de8",
            git_hash="4f924de80c6b1e7395d2a4f8017c3be69d5a2f14",
            part_number="1707000-21-K",
            region=AUSTRALIA,
            battery_part="1707000-21-K",
            restricted=True,
            missing_session=403,
            islanding="none",
            system_status=False,
            aggregates="powerwall3",
        ),
    )
}
