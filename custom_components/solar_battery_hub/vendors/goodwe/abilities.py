"""What a device was found able to do: its generation, the slots it has, and the functions it offers (goodwe.md §6.2, §6.3)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from .functions import Function
from .tou import DIALECTS, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """``generation`` is that of ``get-work-mode``, ``functions`` are by our own names."""

    generation: int | None = None
    plan: Plan | None = None
    functions: Mapping[str, Function] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON types."""
        return {
            "generation": self.generation,
            "plan": None if self.plan is None else asdict(self.plan),
            "functions": {name: asdict(function) for name, function in self.functions.items()},
        }

    @classmethod
    def from_dict(cls, state: object) -> Self | None:
        """Take back what ``as_dict`` gave; ``None`` for anything else."""
        try:
            match state:
                case {"generation": int() | None as generation, "plan": plan, "functions": dict(functions)}:
                    return cls(
                        generation=generation,
                        plan=None if plan is None else _plan(plan),
                        functions={name: _function(stored) for name, stored in functions.items()},
                    )
        except TypeError, ValueError, KeyError:
            pass
        return None


def _plan(stored: Mapping[str, Any]) -> Plan:
    plan = Plan(**stored)
    if plan.generation not in DIALECTS:
        raise ValueError("No such generation")
    return plan


def _function(stored: Mapping[str, Any]) -> Function:
    known = {member.name: stored[member.name] for member in fields(Function)}
    return Function(**known | {"path": tuple(known["path"])})
