"""Who is measured."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

type Description = Mapping[str, Any]
"""What a simulator prints when it is ready."""

HUB = "solar_battery_hub"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One integration as it is measured; without a ``domain`` it is Home Assistant alone.

    ``steps``: what a user enters in its dialog, form by form. ``options``: of its entries.
    """

    name: str
    domain: str
    steps: Callable[[Description], Sequence[Mapping[str, Any]]] = lambda _: ()
    options: Mapping[str, Any] = field(default_factory=dict)
