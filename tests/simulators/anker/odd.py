"""The cloud's own bad days: answers that are lost by chance, scenes without values, and faults by name (anker.md §4, §18.6)."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, Literal

from tests.simulators.anker.call import BUSY, FAILED_TEXT, Bean
from tests.simulators.faults import Preset
from tests.simulators.wire import Answer

NO_TIME: Final = "1970-01-01 00:00:00"
NO_VALUE: Final = ("power", "load", "battery")
"""What the names of a scene's measurements hold; all of them are zero while a scene is invalid (§7.2)."""
KEPT: Final = ("retain_load", "set_load_power", "power_unit", "home_load_data")

type Loss = Literal["502", "522", "503", "504", "hang", "busy"]

PRESETS: Final[dict[str, Preset]] = {
    "bad_gateway": Preset(kind="status", path="*", args={"code": 502, "body": "<html>502 Bad Gateway</html>"}),
    "origin_timeout": Preset(kind="status", path="*", args={"code": 522, "body": "error code: 522"}),
    "hang": Preset(kind="slow", path="*", args={}),
    "busy": Preset(
        kind="status", path="*", args={"code": 200, "body": f'{{"code":{BUSY},"msg":"{FAILED_TEXT}","trace_id":"0"}}'}
    ),
    "refusal": Preset(kind="override", path="*", args={"pointer": "/code", "value": 10000}),
    "answer_lost": Preset(kind="cut_connection", path="*", args={}),
}
"""Common faults at the right place; ``answer_lost``: a write was carried out although its answer never comes."""


@dataclass(slots=True, kw_only=True)
class Oddities:
    """What goes wrong by itself.

    ``losses`` happen to a call by chance (``rate`` 0 to 1). ``invalid``: site ids whose scenes hold no values,
    ``timeless``: those whose scenes do not tell how old they are. ``overlap``: a second request of an address while one
    is running is answered 21105.
    """

    overlap: bool = True
    rate: float = 0.0
    losses: tuple[Loss, ...] = ("502", "522", "hang")
    invalid: set[str] = field(default_factory=set)
    timeless: set[str] = field(default_factory=set)

    def loss(self, random: Random) -> Loss | None:
        """Return what happens to this call, mostly nothing."""
        return random.choice(self.losses) if self.rate and random.random() < self.rate else None

    def scene(self, site_id: str, data: Any) -> Any:
        """Return a scene the way it is told of this site."""
        if not isinstance(data, dict) or site_id not in self.invalid | self.timeless:
            return data
        scene: Bean = _emptied(data) if site_id in self.invalid else deepcopy(data)
        told = scene.get("solarbank_info")
        if isinstance(told, dict):
            told["updated_time"] = NO_TIME
            told["is_display_data"] = site_id not in self.invalid and told.get("is_display_data", True)
        return scene


def _emptied(data: Mapping[str, Any]) -> Bean:
    """Return a scene whose measurements are all zero, as texts; what is set and who is there stays."""
    return {name: _zero(name, value) for name, value in data.items()}


def _zero(name: str, value: Any) -> Any:
    """Return what a value of an invalid scene is."""
    match value:
        case dict():
            return _emptied(value)
        case list():
            return [_zero("", item) for item in value]
        case str() if value and name not in KEPT and any(part in name for part in NO_VALUE):
            return "0"
        case _:
            return value


def broken_gateway(loss: Loss) -> Answer:
    """Return what stands before the cloud answers when the cloud does not."""
    return Answer(status=int(loss), body=f"error code: {loss}".encode(), content_type="text/html")
