"""What each device was ever seen to have: vendors tell zeros and blanks of what is not fitted."""

from collections.abc import Callable, Iterable


class Fitted:
    """Remembers names by owner and by what they are names of: groups of readings, numbers that were told.

    ``known`` is kept up to date and holds JSON types; ``changed`` is called when there is something new in it.
    """

    def __init__(self, known: dict[str, dict[str, list[str]]], changed: Callable[[], None]) -> None:
        """Go on from what is known."""
        self._known = known
        self._changed = changed

    def of(self, owner: str, what: str) -> frozenset[str]:
        """Return the names known."""
        return frozenset(self._known.get(owner, {}).get(what, ()))

    def add(self, owner: str, what: str, names: Iterable[str]) -> frozenset[str]:
        """Remember these too; return all names known."""
        known = self.of(owner, what)
        if not known.issuperset(new := frozenset(names)):
            known |= new
            self._known.setdefault(owner, {})[what] = sorted(known)
            self._changed()
        return known

    def forget(self, owner: str) -> None:
        """Forget an owner."""
        if self._known.pop(owner, None) is not None:
            self._changed()
