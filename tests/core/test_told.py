"""What keeps a setting from being written is believed, but not the first time it is missing."""

import json
from typing import Any

from custom_components.solar_battery_hub.core.told import Told

HERE: dict[str, str | None] = {"a": None, "b": None}
WITHOUT_B: dict[str, str | None] = {"a": None, "b": "not_on_this_device"}


def test_nothing_is_known_of_a_device_that_was_never_asked() -> None:
    assert Told({}).of("one") is None


def test_the_first_answer_is_believed() -> None:
    told = Told({})
    assert told.take("one", WITHOUT_B)
    assert told.of("one") == WITHOUT_B
    assert told.of("two") is None


def test_the_same_again_is_no_news() -> None:
    told = Told({})
    told.take("one", HERE)
    assert not told.take("one", dict(HERE))


def test_what_is_missing_is_missed_at_the_third_time() -> None:
    told = Told({})
    told.take("one", HERE)
    assert [told.take("one", WITHOUT_B) for _ in range(3)] == [False, False, True]
    assert told.of("one") == WITHOUT_B


def test_what_turns_up_in_between_was_never_gone() -> None:
    told = Told({})
    told.take("one", HERE)
    for _ in range(3):
        told.take("one", WITHOUT_B)
        told.take("one", WITHOUT_B)
        told.take("one", HERE)
    assert told.of("one") == HERE


def test_what_appears_is_there_at_once() -> None:
    told = Told({})
    told.take("one", WITHOUT_B)
    assert told.take("one", HERE)
    assert told.of("one") == HERE


def test_it_goes_on_from_what_is_stored() -> None:
    stored: dict[str, Any] = {}
    Told(stored).take("one", HERE)
    later = Told(json.loads(json.dumps(stored)))
    assert later.of("one") == HERE
    assert not later.take("one", WITHOUT_B)
