"""Conventions that every platform keeps, read from its code."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from custom_components.solar_battery_hub.const import PLATFORMS
from tests.source import INTEGRATION, Module, read_module

from .expected import code


def platforms() -> list[Module]:
    """Return the modules of the platforms."""
    names = {f"{INTEGRATION}.{platform.value}" for platform in PLATFORMS}
    return [module for module in code().modules if module.name in names]


def without_parallel_updates(modules: Sequence[Module]) -> Iterator[str]:
    """Yield the platforms that do not say that their updates need no limit."""
    for module in modules:
        if "PARALLEL_UPDATES = 0" not in {ast.unparse(node) for node in module.tree.body}:
            yield module.name


def test_every_platform_is_there() -> None:
    assert len(platforms()) == len(PLATFORMS)
    assert sorted(PLATFORMS) == list(PLATFORMS)


def test_every_platform_says_how_many_at_once() -> None:
    assert list(without_parallel_updates(platforms())) == []


def test_platform_that_does_not_say_is_found(tmp_path: Path) -> None:
    texts = {"said": "PARALLEL_UPDATES = 0", "other": "PARALLEL_UPDATES = 1", "none": "# PARALLEL_UPDATES = 0"}
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    modules = [read_module(tmp_path, tmp_path / f"{name}.py") for name in texts]
    assert list(without_parallel_updates(modules)) == ["other", "none"]
