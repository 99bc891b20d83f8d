"""The integration's files beside its code."""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from tests.source import INTEGRATION, ROOT

FOLDER = ROOT.joinpath(*INTEGRATION.split("."))
DOMAIN = FOLDER.name
LANGUAGES = sorted(file.stem for file in (FOLDER / "translations").glob("*.json"))


def load_json(name: str) -> dict[str, Any]:
    """Return a JSON file of the integration, given by its path below the integration's folder."""
    content: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return content


def load_yaml(name: str) -> dict[str, Any]:
    """Return a YAML file of the integration."""
    content: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return content


def texts(language: str) -> dict[str, str]:
    """Return every text of a language by its dotted path."""
    return dict(flatten(load_json(f"translations/{language}.json")))


def flatten(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the leaves of a tree with their dotted paths."""
    for key, value in tree.items():
        path = f"{above}.{key}" if above else key
        if isinstance(value, Mapping):
            yield from flatten(value, path)
        else:
            yield path, value


def placeholders(text: str) -> frozenset[str]:
    """Return the names between braces. Raises ValueError for braces that do not match."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def exists(path: str) -> bool:
    """Tell whether a path below the project's root is there."""
    return Path(ROOT, path).exists()
