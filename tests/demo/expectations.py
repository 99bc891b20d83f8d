"""What an account must show: expected readings and settings, compared with the simulated truth."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
import operator
from typing import Any, Literal

NO_VALUE = ("unknown", "unavailable")
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}

type Sign = Literal["+", "-"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One reading as it must be.

    ``truth``: an expression over the truth's fields (numbers, names, dots, ``+ - * /`` and brackets) that gives the
    value in ``unit``; ``within``: the allowed difference, in the same unit; ``signs``: the sign the value must have in
    a scene, whatever the truth says; a text is compared as it is, after ``words`` translated it, and so is a number that
    stands for a word.
    """

    truth: str
    unit: str | None = None
    within: float = 0.0
    signs: Mapping[str, Sign] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def problem(self, state: str, unit: str | None, truth: Mapping[str, Any], scene: str = "") -> str | None:
        """Return what is wrong with a state, ``None`` if it is right. Raises KeyError if the truth lacks a name."""
        if state in NO_VALUE:
            return f"is {state}"
        if unit != self.unit:
            return f"is in {unit}, not {self.unit}"
        wanted = evaluate(self.truth, truth)
        if isinstance(wanted, str) or self.words:
            wanted = self.words.get(str(wanted), wanted)
            return None if state == wanted else f"is {state}, not {wanted}"
        try:
            value = float(state)
        except ValueError:
            return f"is {state}, which is no number"
        sign = self.signs.get(scene)
        if sign is not None and not (value > 0 if sign == "+" else value < 0):
            return f"is {value:g}, which has not the sign {sign}"
        # NaN compares as false with everything, so it never passes.
        return None if abs(value - wanted) <= self.within else f"is {value:g}, not {wanted:g} ± {self.within:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One setting to be changed and put back.

    ``domain``: the entity's; ``to``: the value to try; ``expected``: how the truth shows it; ``kind``: which kind of
    device has it.
    """

    domain: Literal["select", "number", "switch"]
    to: str | float
    expected: Expected
    kind: str = "site"

    def action(self, value: str) -> tuple[str, dict[str, str | float]]:
        """Return the action that sets ``value`` (as a state shows it), and its data."""
        if self.domain == "select":
            return "select_option", {"option": value}
        if self.domain == "switch":
            return f"turn_{value}", {}
        return "set_value", {"value": float(value)}


def evaluate(expression: str, names: Mapping[str, Any]) -> Any:
    """Return the value (a number or a text) of an arithmetic expression over ``names``; dots go into nested mappings.

    Raises KeyError for an unknown name and ValueError for anything that is not arithmetic.
    """
    return _value(ast.parse(expression, mode="eval").body, names)


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """Return the value of one part of an expression."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name):
            return names[name]
        case ast.Attribute(value=owner, attr=name):
            return _value(owner, names)[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_value(left, names), _value(right, names))
    raise ValueError(f"not arithmetic: {ast.unparse(node)}")
