"""Sun and household: what a house does not decide itself. The same seed and the same time give the same watts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
import math
from typing import override

_MASK = (1 << 64) - 1
SOLAR_NOON_HOUR = 12.5
CLOUD_MINUTES = 20
CLOUD_DEPTH = 0.8
LOAD_MINUTES = 5
APPLIANCE_MINUTES = 15
APPLIANCE_W = 1800.0
APPLIANCE_CHANCE = 0.06


def noise(seed: int, index: int) -> float:
    """Return a number in [0, 1) that depends on nothing but ``seed`` and ``index``."""
    mixed = (index * 0x9E3779B97F4A7C15 + seed * 0xBF58476D1CE4E5B9 + 0x94D049BB133111EB) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return (mixed ^ (mixed >> 31)) / (_MASK + 1)


def smooth_noise(seed: int, position: float) -> float:
    """Return noise that glides between the whole numbers of ``position``."""
    index = math.floor(position)
    part = position - index
    part = part * part * (3 - 2 * part)
    return noise(seed, index) * (1 - part) + noise(seed, index + 1) * part


def _hour(local: datetime) -> float:
    """Return the local time of day in hours."""
    return local.hour + local.minute / 60 + local.second / 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Sun:
    """A solar roof under a clear-sky curve with optional clouds (``cloudiness`` 0…1)."""

    peak_w: float
    latitude: float
    cloudiness: float
    seed: int

    def watts(self, local: datetime) -> float:
        """Return what the roof gives at ``local`` time, ≥ 0 W."""
        declination = math.radians(-23.44) * math.cos(math.tau * (local.timetuple().tm_yday + 10) / 365.25)
        hour_angle = math.tau * (_hour(local) - SOLAR_NOON_HOUR) / 24
        latitude = math.radians(self.latitude)
        height = math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(
            hour_angle
        )
        if height <= 0:
            return 0.0
        clear: float = self.peak_w * math.pow(height, 1.15)
        if not self.cloudiness:
            return clear
        cover = smooth_noise(self.seed, local.timestamp() / (60 * CLOUD_MINUTES)) * self.cloudiness
        return clear * (1 - CLOUD_DEPTH * cover)


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """A household's consumption over the day: base load, morning, evening and a few appliances."""

    scale: float
    seed: int

    def watts(self, local: datetime) -> float:
        """Return the consumption at ``local`` time, > 0 W."""
        hour = _hour(local)
        morning = 600 * math.exp(-(((hour - 7.2) / 1.3) ** 2))
        evening = 1100 * math.exp(-(((hour - 19.3) / 2.2) ** 2))
        moment = local.timestamp()
        restless = 0.85 + 0.3 * smooth_noise(self.seed + 1, moment / (60 * LOAD_MINUTES))
        busy = noise(self.seed + 2, int(moment // (60 * APPLIANCE_MINUTES))) < APPLIANCE_CHANCE
        return self.scale * ((240 + morning + evening) * restless + (APPLIANCE_W if busy else 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Home(Household):
    """The household, and what else draws ``extra()`` W in it."""

    extra: Callable[[], float]

    @override
    def watts(self, local: datetime) -> float:
        """Return what the house draws."""
        return Household.watts(self, local) + self.extra()
