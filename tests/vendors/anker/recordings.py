"""Real accounts, where they are at hand (see the README beside them)."""

from collections.abc import Iterator
from functools import cache
import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[3] / "../shared/recordings/anker"
FOLDERS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir()) if FOLDER.is_dir() else []

needs_recordings = pytest.mark.skipif(not FOLDER.is_dir(), reason="The recordings in ../shared are not at hand")
each_folder = pytest.mark.parametrize("folder", FOLDERS or ["none at hand"])


@cache
def _read(folder: str, name: str) -> str | None:
    path = FOLDER / folder / f"{name}.json"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def load(folder: str, name: str) -> Any:
    """Return a file as it is, ``None`` where there is none."""
    written = _read(folder, name)
    return None if written is None else json.loads(written)


def data(folder: str, name: str) -> dict[str, Any]:
    """Return the data of an answer, empty where it was refused or never asked for."""
    answer = load(folder, name) or {}
    found = answer.get("data") if answer.get("code") == 0 else None
    return found if isinstance(found, dict) else {}


def names(folder: str, prefix: str) -> Iterator[str]:
    """Yield the files of a folder that begin so, without their end."""
    yield from sorted(path.stem for path in (FOLDER / folder).glob(f"{prefix}*.json"))
