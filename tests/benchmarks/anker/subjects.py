"""Which accounts are measured, and who is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.subject import HUB, Description, Subject

RECORDINGS = Path(__file__).parents[3] / "../shared/recordings/anker"

WARM_UP_SECONDS, JUMP_WARM_UP_SECONDS = 1800.0, 900.0
POSITION_SECONDS = 1800.0
"""How long what is shown is watched in each position of the reports."""


def _hub_steps(description: Description) -> Sequence[Mapping[str, Any]]:
    """Choose the vendor and sign in, with the simulator as a server of one's own."""
    where = {"country": description["country"], "advanced": {"server": "own_url", "url": description["url"]}}
    form = {"username": description["user_name"], "password": description["password"]}
    return ({"next_step_id": "anker"}, form | where)


OURS = Subject(name="ours", domain=HUB, steps=_hub_steps)
REFERENCE = Subject(name="reference poller", domain="")
"""A plain poller at the documented pace: see ``reference``."""
ADAPTER = Subject(name="ioBroker adapter", domain="")
"""The published adapter, unmodified, in a process of its own: see ``adapter``."""
NOBODY = Subject(name="nobody", domain="")
"""Home Assistant without any of them: what it costs anyway is taken off."""

SUBJECTS = {subject.name: subject for subject in (OURS, REFERENCE, NOBODY)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An account to measure: what the simulator serves (a profile, or a folder of recordings), and with whom."""

    name: str
    serves: str
    subjects: Sequence[Subject]


CASES = (
    Case(name="One site", serves="solarbank3", subjects=(OURS, REFERENCE, ADAPTER)),
    Case(name="Three sites", serves="three_sites", subjects=(OURS, REFERENCE, ADAPTER)),
)
RECORDED = Case(name="Recorded multisystem", serves="SB3_Multisystem", subjects=(OURS,))
"""The largest recorded account: three solarbanks of the third generation and one of the second; nothing ever changes in it."""
