"""What can be done to a simulated account or device by name: by a test, and over the control port."""

from collections.abc import Callable, Mapping
from typing import Any

type Action = Callable[..., Any]


def named(*actions: Action) -> dict[str, Action]:
    """Return actions by their names."""
    return {action.__name__: action for action in actions}


class Acting:
    """Something all of whose public methods are actions."""

    @property
    def actions(self) -> Mapping[str, Action]:
        """Return every method by name."""
        names = [name for name, value in vars(type(self)).items() if callable(value) and not name.startswith("_")]
        return {name: getattr(self, name) for name in names}
