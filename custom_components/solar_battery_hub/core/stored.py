"""Data classes from what another version may have stored of them."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any


def known_fields(kind: type[Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return of what is stored of a data class what this version of it knows."""
    names = {field.name for field in fields(kind)}
    return {key: value for key, value in stored.items() if key in names}
