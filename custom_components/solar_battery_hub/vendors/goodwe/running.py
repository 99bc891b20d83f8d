"""Whether an inverter is switched on, as its status shows it (goodwe.md §5.4)."""

from typing import Final

_RUNNING: Final = frozenset({1, 5, 6, 7})
_WAITING, _SHUT_DOWN = 3, 4


def seen_running(status: int | None) -> bool | None:
    """Return whether an inverter runs; ``None`` where its status does not show that, as when it is offline."""
    if status in _RUNNING:
        return True
    return False if status in (_WAITING, _SHUT_DOWN) else None


def is_on(status: int | None, commanded: bool | None) -> bool | None:
    """Return whether it is switched on: one that waits may have been stopped, or wait for the sun.

    What it was told last (``commanded``) decides that.
    """
    return commanded if status == _WAITING else seen_running(status)
