"""Why a change is refused before anything is sent."""


class ChangeRefused(ValueError):
    """A change that was refused before anything was sent.

    ``reason`` is a translation key, ``placeholders`` its values.
    """

    def __init__(self, reason: str, **placeholders: str) -> None:
        """Remember why."""
        super().__init__(reason)
        self.reason = reason
        self.placeholders = placeholders
