"""No file over 400 lines and no function over 40, so that whatever grows is divided in time."""

import ast
from collections.abc import Iterator
from pathlib import Path

from .source import ROOT, Module, read_module

FILE_LINES = 400
FUNCTION_LINES = 40
"""Lines of code of a function: its docstring and blank lines are not counted."""

LONGER_FILES: dict[str, str] = {}
"""Files that may be longer, each with the reason why dividing it would make it harder to read."""


def _modules() -> list[Module]:
    """Return every Python file of the project; a script without suffix is Python if its first line says so."""
    files = [file for folder in ("custom_components", "tests") for file in (ROOT / folder).rglob("*.py")]
    scripts = [file for file in (ROOT / "scripts").iterdir() if file.is_file()]
    files += [file for file in scripts if "python" in file.read_text(encoding="utf-8").partition("\n")[0]]
    return [read_module(ROOT, file) for file in sorted(files)]


def long_files(modules: list[Module]) -> Iterator[str]:
    """Yield the files with too many lines."""
    for module in modules:
        lines = len(module.text.splitlines())
        if lines > FILE_LINES and module.path not in LONGER_FILES:
            yield f"{module.path} has {lines} lines"


def long_functions(module: Module) -> Iterator[str]:
    """Yield the functions of a module with too many lines of code."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = len(_code_lines(module.text, node))
            if lines > FUNCTION_LINES:
                yield f"{module.path}:{node.lineno} {node.name} has {lines} lines"


def _code_lines(text: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Return the lines of a function from its signature on, without docstring and blank lines."""
    end = node.end_lineno or node.lineno
    numbers = set(range(node.lineno, end + 1))
    if ast.get_docstring(node, clean=False) is not None:
        numbers -= set(range(node.body[0].lineno, (node.body[0].end_lineno or end) + 1))
    lines = text.splitlines()
    return [lines[number - 1] for number in sorted(numbers) if lines[number - 1].strip()]


def test_files_are_short() -> None:
    modules = _modules()
    assert "tests/test_size.py" in {module.path for module in modules}
    assert list(long_files(modules)) == []


def test_functions_are_short() -> None:
    assert [found for module in _modules() for found in long_functions(module)] == []


def test_exceptions_are_needed() -> None:
    lengths = {module.path: len(module.text.splitlines()) for module in _modules()}
    assert [path for path in LONGER_FILES if lengths.get(path, 0) <= FILE_LINES] == []


def test_long_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "fits.py").write_text("x = 1\n" * FILE_LINES, encoding="utf-8")
    (tmp_path / "long.py").write_text("x = 1\n" * (FILE_LINES + 1), encoding="utf-8")
    modules = [read_module(tmp_path, tmp_path / name) for name in ("fits.py", "long.py")]
    assert list(long_files(modules)) == ["long.py has 401 lines"]


def test_long_function_is_found(tmp_path: Path) -> None:
    docstring = '    """Say\n\n    much.\n    """\n\n'
    fits = f"def fits():\n{docstring}" + "    x = 1\n" * (FUNCTION_LINES - 1)
    long = f"async def long():\n{docstring}" + "    x = 1\n" * FUNCTION_LINES
    (tmp_path / "some.py").write_text(fits + long, encoding="utf-8")
    assert list(long_functions(read_module(tmp_path, tmp_path / "some.py"))) == ["some.py:46 long has 41 lines"]
