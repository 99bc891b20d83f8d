"""Who and what an account consists of: the user, API tokens and plants."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from tests.simulators.growatt.devices import Device


@dataclass(slots=True, kw_only=True)
class User:
    """The account as its owner knows it; the password is clear here and nowhere else."""

    name: str
    password: str
    id: int
    rightlevel: int = 1


@dataclass(slots=True, kw_only=True)
class Token:
    """An API token of one region; ``denied`` are the serial numbers it may not ask for although it sees their plant."""

    text: str
    region: str
    revoked: bool = False
    denied: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Plant:
    """A plant and its devices. ``follows_dst``: its clocks are put forward in summer; ``timezone`` text never is."""

    id: int
    name: str
    house_zone: str = "Europe/Berlin"
    follows_dst: bool = True
    latitude: float = 48.0
    longitude: float = 9.2
    country: str = "Germany"
    city: str = "Stuttgart"
    address: str = "Sonnenweg 1"
    currency: str = "€"
    money_per_kwh: float = 0.3
    cloudiness: float = 0.0
    solar_scale: float = 1.0
    created: str = "2024-05-01"
    devices: list[Device] = field(default_factory=list)

    @property
    def offset(self) -> timedelta:
        """Return the zone's distance from UTC without summer time."""
        winter = datetime(2026, 1, 15, tzinfo=ZoneInfo(self.house_zone)).utcoffset()
        summer = datetime(2026, 7, 15, tzinfo=ZoneInfo(self.house_zone)).utcoffset()
        return min(winter or timedelta(), summer or timedelta())

    @property
    def hours(self) -> float:
        """Return the zone as the plant's settings hold it: hours from UTC."""
        return self.offset / timedelta(hours=1)

    @property
    def timezone(self) -> str:
        """Return the zone as the API writes it: ``GMT+1``, ``GMT+5:30``."""
        total = round(self.offset / timedelta(minutes=1))
        hours, rest = divmod(abs(total), 60)
        return f"GMT{'-' if total < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")

    @property
    def zone(self) -> tzinfo:
        """Return what the plant's clocks go by."""
        return ZoneInfo(self.house_zone) if self.follows_dst else timezone(self.offset)

    @property
    def peak_w(self) -> float:
        """Return the plant's size: the rated power of its inverters."""
        return float(sum(device.model.pmax for device in self.devices))

    def local(self, moment: datetime) -> datetime:
        """Return the plant's time at a moment."""
        return moment.astimezone(UTC).astimezone(self.zone)
