"""What the code says that texts have to exist for: found by reading it, not by running it."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.source import Module

type Constants = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A key the code uses, and the names it fills into the text."""

    key: str
    fills: frozenset[str] = frozenset()


class Code:
    """The modules of the integration, searched for calls."""

    def __init__(self, modules: Sequence[Module]) -> None:
        """Take the modules and note the text constants of all of them."""
        self.modules = modules
        self._constants: Constants = {name: text for module in modules for name, text in _constants(module.tree)}

    def calls(self, *names: str) -> Iterator[tuple[Module, ast.Call]]:
        """Yield every call of a function, method or class of one of these names."""
        for module in self.modules:
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call) and called(node) in names:
                    yield module, node

    def texts(self, node: ast.AST | None) -> Iterator[str]:
        """Yield the texts that an expression may come out as: literals and named constants anywhere in it."""
        for part in ast.walk(node) if node else ():
            match part:
                case ast.Constant(value=str(text)):
                    yield text
                case ast.Name(id=name) if name in self._constants:
                    yield self._constants[name]

    def keys(self, names: Sequence[str], argument: int | str) -> Iterator[str]:
        """Yield the texts given as one argument (by place or name) to calls of these names."""
        for _, call in self.calls(*names):
            yield from self.texts(argument_of(call, argument))

    def returned(self, is_meant: Callable[[str], bool]) -> Iterator[str]:
        """Yield the texts returned by the functions whose names are meant."""
        for module in self.modules:
            for node in ast.walk(module.tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and is_meant(node.name):
                    for part in ast.walk(node):
                        if isinstance(part, ast.Return):
                            yield from self.texts(part.value)


def called(call: ast.Call) -> str:
    """Return the last name of what is called: ``a.b.c()`` is ``c``."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def argument_of(call: ast.Call, which: int | str) -> ast.expr | None:
    """Return an argument of a call by its place or its name."""
    if isinstance(which, int):
        return call.args[which] if which < len(call.args) else None
    return next((keyword.value for keyword in call.keywords if keyword.arg == which), None)


def attribute(node: ast.expr | None) -> str | None:
    """Return the last name of ``A.B``, such as the member of an enumeration."""
    return node.attr if isinstance(node, ast.Attribute) else None


def keywords(module: Module, call: ast.Call) -> frozenset[str]:
    """Return the names of a call's keyword arguments, those of ``**`` included."""
    return _names(module, [(keyword.arg, keyword.value) for keyword in call.keywords])


def dict_keys(module: Module, node: ast.expr | None) -> frozenset[str]:
    """Return the keys of a dict: a literal, a name it was assigned to, or what a function of the module returns.

    ``**`` of something unknown, such as another object's attribute, adds nothing.
    """
    match node:
        case ast.Dict(keys=keys, values=values):
            literal = [_literal(key) for key in keys]
            return _names(module, list(zip(literal, values, strict=True)))
        case ast.Call(func=ast.Name(id="dict")):
            return keywords(module, node)
        case ast.Call():
            return _first(dict_keys(module, value) for value in _returns(module, called(node)))
        case ast.Name(id=name):
            return _first(dict_keys(module, value) for value in _assigned(module, name))
        case _:
            return frozenset()


def _names(module: Module, items: Sequence[tuple[str | None, ast.expr]]) -> frozenset[str]:
    plain = frozenset(name for name, _ in items if name is not None)
    return plain.union(*(dict_keys(module, value) for name, value in items if name is None))


def _first(found: Iterator[frozenset[str]]) -> frozenset[str]:
    return next(filter(None, found), frozenset())


def _literal(node: ast.expr | None) -> str | None:
    match node:
        case None:
            return None
        case ast.Constant(value=str(text)):
            return text
        case _:
            return ast.unparse(node)


def _returns(module: Module, function: str) -> Iterator[ast.expr]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function:
            for part in ast.walk(node):
                if isinstance(part, ast.Return) and part.value:
                    yield part.value


def _assigned(module: Module, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(module.tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                yield value
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if target == name:
                yield value


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text)))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(text)))
            ):
                yield name, text
