"""What another version stored."""

from dataclasses import dataclass

from custom_components.solar_battery_hub.core.stored import known_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp:
    """Something that is stored."""

    watts: float
    name: str = ""


def test_what_this_version_does_not_know_is_left_out() -> None:
    assert Lamp(**known_fields(Lamp, {"watts": 5.0, "colour": "red"})) == Lamp(watts=5.0)
