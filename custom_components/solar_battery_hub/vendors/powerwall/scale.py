"""The app's percentage and the gateway's: the app hides the lowest 5 % (powerwall.md §6.1)."""

_HIDDEN = 5.0  # percent of the raw scale below the app's zero
_SHARE = 0.95  # of the raw scale that the app's 0…100 % covers


def to_app(raw: float) -> float:
    """Return the app's percentage (0…100) for one of the gateway's; below 5 raw is 0, never -0."""
    return min(max(round((raw - _HIDDEN) / _SHARE, 6), 0.0) + 0.0, 100.0)


def to_raw(app: float) -> float:
    """Return the gateway's percentage (5…100) for one of the app, with at most 4 decimals."""
    return round(app * _SHARE + _HIDDEN, 4)
