"""Signed powers of a plant: which way each goes, and whether they add up (goodwe.md §4.5, §5.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
import math
from typing import Final

from ...core.parse import flag, measured, number, section, text
from .model import Bean

_NOISE: Final = 100.0  # W below zero that a sleeping inverter may draw
_OFF, _OFF_SHARE = 100.0, 0.05  # W, share: powers measured a moment apart do not add up exactly
_SAME, _SAME_SHARE = 50.0, 0.1  # W, share: that two numbers may tell of the same power
_NONE: Final = (6553.5,)
_OTHERS: Final = ("pThird", "pDiesel", "pEvChar", "pHeatPump")


@dataclass(frozen=True, slots=True, kw_only=True)
class Powers:
    """The powers of a plant in W; ``None`` where one is not told, or which way it goes is not known.

    ``grid`` + is import, ``battery`` + is discharging; ``solar`` and ``home`` are not negative. ``output``
    is what the inverters give, the battery's part included. ``imbalance`` is what
    these four lack of adding up, where that is too much to be true (§5.3): solar + battery + grid − home.
    """

    solar: float | None = None
    home: float | None = None
    grid: float | None = None
    battery: float | None = None
    output: float | None = None
    imbalance: float | None = None

    @property
    def rest(self) -> float | None:
        """What the sun must have given where that is not told: home − grid − battery; ``None`` where that is unknown."""
        if self.home is None or self.grid is None:
            return None
        return self.home - self.grid - (self.battery or 0.0)


def tolerance(*watts: float | None) -> float:
    """Return by how much powers of this size may miss each other."""
    return max(_OFF, _OFF_SHARE * max((abs(power) for power in watts if power is not None), default=0.0))


def of_flow(bean: Bean) -> Powers:
    """Return the powers of ``stations/flow`` (kW; §5.3).

    The diagram's ``flows`` tell the direction where they name a node, else the sign does: ``pBat`` + is discharging,
    ``pGrid`` + is exporting.
    """
    flows = section(bean.get("flows"))
    battery = _directed(_kilowatts(bean, "pBat"), _way("pBat", flows))
    export = _kilowatts(bean, "pGrid")
    grid = _directed(None if export is None else -export, _way("pGrid", flows))
    powers = Powers(
        solar=not_negative(_kilowatts(bean, "pSystem")),
        home=not_negative(_kilowatts(bean, "pConsum")),
        grid=grid,
        battery=battery,
        output=_kilowatts(bean, "pAc"),
    )
    return powers if any(_kilowatts(bean, name) for name in _OTHERS) else _judged(powers)


def of_powerflow(data: Bean, inverters: Sequence[Bean]) -> Powers:
    """Return the powers of the legacy ``powerflow`` of a plant (§4.5).

    ``data`` is that of the monitor call or of ``GetPowerflow``; ``inverters`` are the ``invert_full`` objects. The
    texts are sizes only and the arrows unreliable: the meter's own sign decides, then the balance, then ``loadStatus``.
    """
    flow = section(data.get("powerflow"))
    sizes = {name: _size(flow.get(name)) for name in ("pv", "load", "grid", "bettery")}
    battery = _battery(sizes["bettery"], inverters)
    apart = flag(flow.get("isHomKit")) or text(section(data.get("homKit")).get("sn")) is not None
    grid = None if apart else _metered(sizes["grid"], inverters)
    if grid is None or (battery is None and sizes["bettery"] is not None):
        balanced = _balanced(sizes, grid, battery)
        grid = balanced[0] if grid is None else grid
        battery = balanced[1] if battery is None else battery
    if grid is None and sizes["grid"] is not None:
        sign = number(flow.get("loadStatus"))
        grid = sizes["grid"] * sign if sign in (1, -1) else None
    return _judged(Powers(solar=sizes["pv"], home=sizes["load"], grid=grid, battery=battery))


def not_negative(power: float | None) -> float | None:
    """Return a power that cannot be negative: a little below zero is none, more of it is garbage."""
    if power is None or power < -_NOISE:
        return None
    return max(power, 0.0)


def battery_power(size: float | None, volts: float | None, amperes: float | None) -> float | None:
    """Return a battery's power in W, + discharging, from what the legacy API tells of it (§4.4).

    The current tells the way (+ is discharging); where the power itself is blank or zero, it is volts by amperes.
    """
    if not amperes:
        return size
    return math.copysign(abs(size), amperes) if size else (volts or 0.0) * amperes


def _kilowatts(bean: Bean, name: str) -> float | None:
    return measured(bean.get(name), "kW", "W")


def _size(value: object) -> float | None:
    """Return the size of a power such as ``"3.2(kW)"``; blank is unknown."""
    found = measured(value, "W", "W")
    return None if found is None else abs(found)


def _way(node: str, flows: Mapping[str, object]) -> int:
    """Return 1 for a node that gives, −1 for one that takes, 0 where the diagram does not say."""
    gives = bool(_names(flows.get(node)))
    takes = any(node in _names(sinks) for sinks in flows.values())
    return int(gives) - int(takes)


def _names(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _directed(power: float | None, way: int) -> float | None:
    return power if power is None or not way else way * abs(power)


def _judged(powers: Powers) -> Powers:
    """Return the powers with what they lack of adding up, where all are known and it is too much."""
    solar, home, grid, battery = powers.solar, powers.home, powers.grid, powers.battery
    if solar is None or home is None or grid is None:
        return powers
    off = solar + (battery or 0.0) + grid - home
    if abs(off) <= tolerance(solar, home, grid, battery):
        return powers
    return replace(powers, imbalance=round(off, 1))


def _metered(size: float | None, inverters: Sequence[Bean]) -> float | None:
    """Return the grid power by the inverters' meters (``pmeter`` + is export), if that is what the diagram shows."""
    meters = [found for bean in inverters if (found := measured(bean.get("pmeter"), "W", "W")) is not None]
    if size is None or not meters:
        return None
    export = sum(meters)
    return -export if abs(abs(export) - size) <= max(_SAME, _SAME_SHARE * size) else None


def _battery(size: float | None, inverters: Sequence[Bean]) -> float | None:
    """Return the battery power by the current, else by the mode that the inverters tell (2 discharging, 3 charging)."""
    if size is None:
        return None
    flowing = sum(
        (number(bean.get("ibattery1"), absent=_NONE) or 0.0) * (number(bean.get("vbattery1"), absent=_NONE) or 1.0)
        for bean in inverters
    )
    modes = {number(bean.get("battary_work_mode")) for bean in inverters}
    if flowing and math.isfinite(flowing):
        return math.copysign(size, flowing)
    if (2 in modes) != (3 in modes):
        return size if 2 in modes else -size
    return None if size else 0.0


def _balanced(
    sizes: Mapping[str, float | None], grid: float | None, battery: float | None
) -> tuple[float | None, float | None]:
    """Return grid and battery power with the signs that fit best; ``None`` where nothing fits or both ways do."""
    solar, home, metered, stored = sizes["pv"], sizes["load"], sizes["grid"], sizes["bettery"]
    if solar is None or home is None or (metered is None and grid is None):
        return None, None
    grids = _ways(metered) if grid is None else (grid,)
    batteries = _ways(stored or 0.0) if battery is None else (battery,)
    fits = sorted((abs(solar + way + other - home), other, way) for other, way in product(grids, batteries))
    best = [fit for fit in fits if fit[0] - fits[0][0] < 1e-6]
    if best[0][0] > tolerance(solar, home, *grids, *batteries):
        return None, None
    found_grids, found_batteries = {fit[1] for fit in best}, {fit[2] for fit in best}
    return (
        found_grids.pop() if len(found_grids) == 1 else None,
        found_batteries.pop() if len(found_batteries) == 1 and stored is not None else None,
    )


def _ways(size: float | None) -> tuple[float, ...]:
    return (size, -size) if size else (0.0,)
