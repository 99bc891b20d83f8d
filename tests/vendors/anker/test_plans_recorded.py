"""The plans of real accounts are understood, and sent back as they were read (anker.md §9.2, §9.3)."""

import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.solar_battery_hub.vendors.anker import plans, plans_first, use_time
from custom_components.solar_battery_hub.vendors.anker.wire_json import compact, parse

RECORDINGS = Path(__file__).parents[3] / "../shared/recordings/anker"

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="../shared with the recordings is not here")


def texts(pattern: str, name: str) -> list[str]:
    """Return the JSON texts that answers hold, those of other questions left out."""
    found = []
    for file in sorted(RECORDINGS.glob(f"*/{pattern}")):
        data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")).get("data") or {}
        if data.get(name):
            found.append(data[name])
    return found


def test_later_plans_are_sent_back_as_they_were_read() -> None:
    found = texts("device_parm_6_*.json", "param_data")
    assert len(found) >= 9
    for text in found:
        plan = parse(text)
        assert compact(plan) == text
        schedule = plans.present(plan, plugs=True)
        assert schedule is not None
        sent = plans.with_schedule(plan, schedule, plugs=True)
        assert sent == {
            "mode_type": plan["mode_type"],
            "custom_rate_plan": plan["custom_rate_plan"] or [],
            "blend_plan": plan["blend_plan"] or [],
        }


def test_first_plans_are_sent_back_as_they_were_read() -> None:
    found = texts("device_load_*.json", "home_load_data")
    assert len(found) >= 9
    for text in found:
        plan = parse(text)
        assert compact(plan) == text
        schedule = plans_first.present(plan)
        assert schedule is not None
        sent = plans_first.with_schedule(plan, schedule)
        assert list(sent) == list(plan)
        if len(schedule.slots) != 1:
            assert compact(sent | {"ranges": sent["ranges"] or plan["ranges"]}) == text


def test_tariffs_are_understood() -> None:
    found = [parse(text)["use_time"] for text in texts("device_parm_6_*.json", "param_data") if "use_time" in text]
    real = [plan for plan in found if plan]
    assert real != []
    for plan in real:
        seasons = use_time.seasons_of([season.as_dict() for season in use_time.read(plan)])
        assert use_time.written(seasons, plan, None) == plan
