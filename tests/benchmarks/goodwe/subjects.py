"""Which accounts are measured, on which of the two services, and who is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.subject import HUB, Description, Subject

SEMSPLUS, LEGACY = "semsplus", "legacy"


def _hub_steps(description: Description) -> Sequence[Mapping[str, Any]]:
    """Choose the vendor and sign in, with the simulator as a server of one's own."""
    where = {"region": "own_url", "url": description["url"]}
    form = {"username": description["user_name"], "password": description["password"]}
    return ({"next_step_id": "goodwe"}, form | where)


OURS = Subject(name="ours", domain=HUB, steps=_hub_steps)
RIVAL = Subject(name="pygoodwe", domain="")
"""The published library, polled by Home Assistant: see ``rival``."""
NOBODY = Subject(name="nobody", domain="")
"""Home Assistant without either: what it costs anyway is taken off."""

SUBJECTS = {subject.name: subject for subject in (OURS, RIVAL, NOBODY)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One account to measure: the simulator's ``profile``, the service that answers, and with whom."""

    name: str
    profile: str
    way: str
    subjects: Sequence[Subject] = (OURS,)


CASES = (
    Case(name="Legacy service, one plant", profile="home", way=LEGACY, subjects=(OURS, RIVAL)),
    Case(name="SEMS+, one plant", profile="home", way=SEMSPLUS),
    Case(name="SEMS+, solar only", profile="string", way=SEMSPLUS),
    Case(name="SEMS+, three plants", profile="several", way=SEMSPLUS),
)
