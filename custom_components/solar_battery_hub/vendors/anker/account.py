"""An Anker account (stub; the real one follows in minutes)."""

from dataclasses import dataclass
from typing import Any

from .model import Listed, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """Whose account it is and what it sees, for the set-up dialog. ``identity`` is ``user_<user id>``."""

    identity: str
    name: str
    sites: tuple[Site, ...]
    devices: tuple[Listed, ...]


class AnkerAccount:
    """What one user sees."""

    def __init__(self, *_: Any) -> None:
        """Do nothing yet."""

    client: Any
    vehicle: Any
