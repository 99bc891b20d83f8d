"""The values of an object by their names, whatever the capitals (growatt.md 0.2)."""

from typing import Any

from .model import Bean


class Names:
    """An object's values by name; where a name is missing, its spelling in other capitals will do."""

    def __init__(self, bean: Bean) -> None:
        """Take an object as it came."""
        self.bean = bean
        self._folded: dict[str, Any] | None = None

    def get(self, name: str) -> Any:
        """Return the value of a name, ``None`` without one."""
        if name in self.bean:
            return self.bean[name]
        if self._folded is None:
            self._folded = {}
            for known, value in self.bean.items():
                self._folded.setdefault(str(known).casefold(), value)
        return self._folded.get(name.casefold())
