"""Settings with anything at all in one place: read and written, or refused, and never a surprise (anker.md §9, §12)."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
import copy
import json
from typing import Any, Final

from hypothesis import HealthCheck, given, settings, strategies as st

from custom_components.solar_battery_hub.core.errors import HubError
from custom_components.solar_battery_hub.core.model import Value
from custom_components.solar_battery_hub.core.schedule import Schedule, ScheduleError
from custom_components.solar_battery_hub.vendors.anker import rate_plan, use_time
from tests.vendors.anker.controls_desk import ABOUT, METER, PLUGS, Desk, desk, text

from .test_controls_first import DUAL, FIRST
from .test_controls_limits import DYNAMIC, PRICE, ROWS, STATION
from .test_controls_plans import MANUAL, SMART
from .test_use_time import REST, SESSION, WINTER

SOME: Final = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NUMBERS: Final = st.integers(-70_000, 70_000) | st.floats(allow_nan=False, allow_infinity=False)
WORDS: Final = st.sampled_from(("", "--", "1", "24:00", "2:5", "-500", "[", "null", "🔋", "9" * 40))
ANYTHING: Final[st.SearchStrategy[Any]] = (
    st.none() | st.booleans() | NUMBERS | WORDS | st.lists(NUMBERS | WORDS, max_size=3) | st.just({}) | st.just([{}])
)
LATER: Final[dict[str, Any]] = {
    "6": SMART
    | {
        "mode_type": 3,
        "custom_rate_plan": MANUAL["custom_rate_plan"],
        "blend_plan": [{"index": 0, "week": [0], "ranges": [{"start_time": "00:00", "end_time": "24:00", "power": 1}]}],
        "use_time": [WINTER, REST],
    },
    "13": {"data_auth": True},
    "18": STATION,
    "get_power_limit": {
        "legal_power_limit": 800,
        "power_limit_option": [{"limit": 800, "limit_real": 800}],
        "ae100_info": {"device_sn": "X"},
        "device_info": [{"device_sn": "APCA17C500000001", "ac_input_limit": 1200}],
    },
    "get_site_price": PRICE | {"price_type": "dynamic", "dynamic_price": DYNAMIC},
}
CHANGES: Final[tuple[dict[str, Value], ...]] = (
    {"operating_mode": "self_consumption"},
    {"operating_mode": "manual", "output_preset": 100},
    {"output_preset": 100},
    {"charge_schedule": text()},
    {"backup_charge": True},
    {"discharge_stop_level": 5},
    {"backup_reserve": 20},
    {"grid_export": False, "output_limit_power": 800},
    {"tariff": "dynamic", "buy_price": 0.3},
)
FIRST_CHANGES: Final[tuple[dict[str, Value], ...]] = (
    {"output_preset": 200},
    {"charge_schedule": text()},
    {"allow_export": False, "charge_priority": 50},
)

type Path = tuple[Any, ...]


def places(data: Any, path: Path = ()) -> Iterator[Path]:
    """Yield every place in nested data."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def spoilt(data: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Return data with something else in one place."""
    found = copy.deepcopy(dict(data))
    inner: Any = found
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return found


async def survive(owner: Desk, device: str, changes: dict[str, Value]) -> None:
    """Read and write; what is told and sent must make sense."""
    told: dict[str, Any] = {}
    with suppress(HubError):
        told = await owner.note({**METER, **PLUGS})
    if told.get("charge_schedule") is not None:
        Schedule.from_text(told["charge_schedule"])
    owner.settings(device)
    owner.reasons(device)
    with suppress(HubError, ScheduleError):
        await owner.controls.write(device, changes)
    for _, body in owner.cloud.sent:
        assert json.loads(body.get("param_data", "{}")) is not None
    with suppress(HubError):
        await owner.controls.read_back(device, frozenset(changes))


LATER_PLACES: Final = sorted(places(LATER), key=str)
FIRST_PLACES: Final = sorted(places(DUAL), key=str)


@given(path=st.sampled_from(LATER_PLACES), changes=st.sampled_from(CHANGES), value=ANYTHING)
@SOME
def test_anything_in_a_later_plan(path: Path, changes: dict[str, Value], value: Any) -> None:
    async def scenario() -> None:
        async with desk("A17C5") as owner:
            told = spoilt(LATER, path, value)
            owner.cloud.params = {kind: told[kind] for kind in ("6", "13", "18")}
            owner.cloud.data = {name: told[name] for name in ("get_power_limit", "get_site_price")}
            await survive(owner, ABOUT, changes)

    asyncio.run(scenario())


@given(path=st.sampled_from(FIRST_PLACES), changes=st.sampled_from(FIRST_CHANGES), value=ANYTHING, of_one=st.booleans())
@SOME
def test_anything_in_a_first_plan(path: Path, changes: dict[str, Value], value: Any, of_one: bool) -> None:
    async def scenario() -> None:
        async with desk("A17C0", "A17C0", type_=2) as owner:
            owner.cloud.home_load = spoilt(DUAL, path, value)
            await survive(owner, FIRST if of_one else ABOUT, {"output_preset": 200} if of_one else changes)

    asyncio.run(scenario())


@given(path=st.sampled_from(sorted(places({"rows": ROWS}), key=str)), value=ANYTHING)
@SOME
def test_anything_in_the_limits_of_a_solarbank(path: Path, value: Any) -> None:
    async def scenario() -> None:
        async with desk("A17C0", type_=2) as owner:
            rows = spoilt({"rows": ROWS}, path, value)["rows"]
            owner.cloud.data["get_power_cutoff"] = {"power_cutoff_data": rows}
            device = owner.devices[0]
            with suppress(HubError):
                owner.controls.note_cutoff(device, await owner.client.cutoff(device.serial))
            await survive(owner, device.serial, {"discharge_stop_level": 5})

    asyncio.run(scenario())


@given(path=st.sampled_from(sorted(places({"plan": [WINTER, REST]}), key=str)), value=ANYTHING)
@SOME
def test_anything_in_a_tariff(path: Path, value: Any) -> None:
    for season in use_time.read(spoilt({"plan": [WINTER, REST]}, path, value)["plan"]):
        season.as_dict()


@given(path=st.sampled_from(sorted(places({"peak_sessions": [SESSION]}), key=str)), value=ANYTHING)
@SOME
def test_anything_in_the_tariff_of_a_panel(path: Path, value: Any) -> None:
    plan = spoilt({"peak_sessions": [SESSION]}, path, value)
    rate_plan.written(rate_plan.read({"peak_sessions": [SESSION]}), plan, 2026)
    for season in rate_plan.read(plan):
        season.as_dict()
