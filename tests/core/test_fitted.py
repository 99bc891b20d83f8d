"""What devices were seen to have is remembered, and saved only when there is something new."""

import json

from custom_components.solar_battery_hub.core.fitted import Fitted


def test_names_add_up_and_changes_are_told() -> None:
    known: dict[str, dict[str, list[str]]] = {}
    changes: list[int] = []
    fitted = Fitted(known, lambda: changes.append(1))
    assert fitted.of("it", "groups") == frozenset()
    assert fitted.add("it", "groups", ["b"]) == {"b"}
    assert fitted.add("it", "groups", ["a", "b"]) == {"a", "b"}
    assert fitted.add("it", "groups", ["b"]) == {"a", "b"}
    assert fitted.add("it", "live", []) == frozenset()
    assert (len(changes), known) == (2, {"it": {"groups": ["a", "b"]}})
    again = Fitted(json.loads(json.dumps(known)), lambda: changes.append(1))
    assert again.of("it", "groups") == {"a", "b"}
    assert again.of("it", "live") == again.of("other", "groups") == frozenset()


def test_forgetting() -> None:
    changes: list[int] = []
    fitted = Fitted({"it": {"groups": ["a"]}}, lambda: changes.append(1))
    fitted.forget("other")
    assert changes == []
    fitted.forget("it")
    assert (len(changes), fitted.of("it", "groups")) == (1, frozenset())
