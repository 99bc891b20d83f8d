"""The project's own Python files as parsed modules, for the tests that read code instead of running it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
INTEGRATION = "custom_components.solar_battery_hub"
SIMULATORS = "tests.simulators"


@dataclass(frozen=True, kw_only=True, slots=True)
class Module:
    """One Python file: its place below the root, its dotted name, its text and its syntax tree."""

    path: str
    name: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """Return the name that a relative import of one dot starts from."""
        return self.name if self.path.endswith("/__init__.py") else self.name.rpartition(".")[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """One imported module (dotted, absolute) and the line that does it."""

    target: str
    line: int


def read_module(root: Path, file: Path) -> Module:
    """Parse one file below ``root``."""
    path = file.relative_to(root)
    parts = path.parent.parts if file.name == "__init__.py" else path.with_suffix("").parts
    text = file.read_text(encoding="utf-8")
    return Module(path=path.as_posix(), name=".".join(parts), text=text, tree=ast.parse(text, path.as_posix()))


def read_package(name: str, root: Path = ROOT) -> list[Module]:
    """Parse every file of a package, given by its dotted name, in the order of their paths."""
    return [read_module(root, file) for file in sorted(root.joinpath(*name.split(".")).rglob("*.py"))]


def is_in(name: str, package: str) -> bool:
    """Tell whether a dotted name is a package or lies in it."""
    return name == package or name.startswith(f"{package}.")


def imports(module: Module, known: set[str]) -> Iterator[Import]:
    """Yield what a module imports, wherever in the file.

    ``known`` holds the names of the project's modules: ``from ..vendors import base`` imports ``vendors.base`` if that
    is one of them, else a name out of ``vendors``.
    """
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (Import(target=alias.name, line=node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(module, node)
            for alias in node.names:
                full = f"{source}.{alias.name}"
                yield Import(target=full if full in known else source, line=node.lineno)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    """Return the dotted name that ``from … import`` names, relative dots resolved."""
    if not node.level:
        return node.module or ""
    base = module.package.split(".")
    base = base[: len(base) - (node.level - 1)]
    return ".".join([*base, node.module] if node.module else base)


def names_used(module: Module) -> Iterator[Import]:
    """Yield every dotted name a module uses or imports, resolved through its imports: ``dt.now`` → ``datetime.datetime.now``."""
    meanings = dict(_meanings(module))
    yield from (Import(target=target, line=line) for target, line in meanings.values())
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and (chain := _chain(node)):
            first, _, rest = chain.partition(".")
            if first in meanings:
                yield Import(target=f"{meanings[first][0]}.{rest}", line=node.lineno)


def _meanings(module: Module) -> Iterator[tuple[str, tuple[str, int]]]:
    """Yield what each imported name stands for, and where it is imported."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                yield name, (alias.name if alias.asname else name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, (f"{_absolute(module, node)}.{alias.name}", node.lineno)


def _chain(node: ast.expr) -> str | None:
    """Return ``a.b.c`` of an attribute expression that starts at a plain name."""
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            chain = _chain(node.value)
            return f"{chain}.{node.attr}" if chain else None
        case _:
            return None
