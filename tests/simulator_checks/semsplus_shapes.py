"""Whether an answer has all a recorded one has (goodwe.md §5), every key with a value of the same kind."""

from collections.abc import Iterator
from typing import Any

from .semsplus_host import factors


def _kind(value: Any) -> type:
    """Return the kind of a JSON value: whole and broken numbers are one."""
    return float if type(value) is int else type(value)


def lacks(answer: Any, recorded: Any, path: str = "") -> Iterator[str]:
    """Yield what of a recording an answer has not: keys, and values of another kind; ``null`` may be anything."""
    if recorded is None:
        return
    if _kind(answer) is not _kind(recorded):
        yield f"{path} is {answer!r}"
    elif isinstance(recorded, dict):
        yield from (f"{path}.{key} is missing" for key in recorded if key not in answer)
        for key in recorded.keys() & answer.keys():
            yield from lacks(answer[key], recorded[key], f"{path}.{key}")
    elif isinstance(recorded, list) and recorded and isinstance(recorded[0], dict):
        yield from lacks(answer[0] if answer else None, recorded[0], f"{path}[0]")


def lacks_factors(groups: Any, recorded: Any) -> Iterator[str]:
    """Yield the factors of a recording an answer has not, by group, each with its unit and members."""
    known = {one["code"]: one for one in groups}
    for group in recorded:
        answered = factors([known[group["code"]]])
        for one in group["factors"]:
            if (told := answered.get(one["code"])) is None:
                yield one["code"]
                continue
            if told.get("unit") != one.get("unit") or told["dataType"] != one["dataType"]:
                yield f"{one['code']} is {told}"
            yield from lacks(told, {key: part for key, part in one.items() if key != "frontendConfig"}, one["code"])
