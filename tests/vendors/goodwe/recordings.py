"""Real answers, where they are at hand (see the README beside them)."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[3] / "../shared/recordings/goodwe"

needs_recordings = pytest.mark.skipif(not FOLDER.is_dir(), reason="The recordings in ../shared are not at hand")


def load(name: str) -> Any:
    """Return one recording."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
