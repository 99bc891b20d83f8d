"""What a vendor's benchmark is made of; ``VENDOR`` of its package's ``bench``."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor[Plan, Collected]:
    """How a vendor is measured: wholly or in a hurry (``full``, ``quick``), in a folder, and what is said of it."""

    full: Plan
    quick: Plan
    measure: Callable[[Plan, Path], Awaitable[Collected]]
    report: Callable[[Collected], str]
    as_dict: Callable[[Collected, Plan], dict[str, Any]]
