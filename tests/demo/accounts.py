"""The demo's accounts: one row per vendor. How its simulator is started, and what a user types to add it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tests.demo.api import Json
from tests.demo.expectations import Control, Expected
from tests.demo.processes import REPOSITORY

SIMULATORS = REPOSITORY / "tests" / "simulators"

type Description = Mapping[str, Any]
"""What a simulator prints when it is ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """One account of the demo.

    ``simulator``: its options on the command line. ``past`` and ``today``: what is set in its house for the days before
    the demo, and at the midnight before it. ``answers``: what a user enters, by step of the dialog. ``shown``: what a
    step must show, so that the user can compare. ``site``: our id of the device that stands for the whole; ``parts``:
    kinds and ids of the other devices, each with its part of the truth.
    """

    vendor: str
    title: str
    simulator: tuple[str, ...]
    past: Mapping[str, Json]
    today: Mapping[str, Json]
    answers: Callable[[Description], Mapping[str, Json]]
    shown: Callable[[Description], Mapping[str, str]]
    site: Callable[[Description], str]
    parts: Callable[[Json], Iterable[tuple[str, str, Json]]]


def _powerwall_answers(description: Description) -> Mapping[str, Json]:
    """Sign in as the installer, who may change mode and reserve."""
    return {
        "user": {"next_step_id": "powerwall"},
        "powerwall": {
            "host": f"{description['host']}:{description['port']}",
            "password": description["installer_password"],
            "advanced": {"username": "installer", "pin_certificate": True},
        },
        "powerwall_certificate": {},
    }


ACCOUNTS = (
    DemoAccount(
        vendor="powerwall",
        title="Powerwall",
        simulator=("powerwall", "--profile", "gw2-24.44", "--installer-toggle-done", "--batteries", "3"),
        past={"mode": "autonomous", "reserve_percent": 24},
        today={"mode": "self_consumption", "level": 30},
        answers=_powerwall_answers,
        shown=lambda description: {"powerwall_certificate": description["fingerprint"]},
        site=lambda description: description["din"],
        parts=lambda truth: [("battery", battery["serial"], battery) for battery in truth["batteries"]],
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """What an account must show: states of its house to try, readings per kind of device, settings to change."""

    scenes: Mapping[str, Mapping[str, Json]]
    readings: Mapping[str, Mapping[str, Expected]]
    controls: Mapping[str, Control]


def expectations(vendor: str) -> Expectations:
    """Read the hand-written file beside a vendor's simulator."""
    return parse_expectations((SIMULATORS / vendor / "expected.yaml").read_text(encoding="utf-8"))


def parse_expectations(text: str) -> Expectations:
    """Return the expectations written in YAML; an unknown field raises TypeError."""
    document = yaml.safe_load(text)
    return Expectations(
        scenes=document["scenes"],
        readings={
            kind: {key: Expected(**fields) for key, fields in readings.items()}
            for kind, readings in document["readings"].items()
        },
        controls={
            key: Control(domain=fields["domain"], to=fields["to"], expected=Expected(**fields["expected"]))
            for key, fields in document["controls"].items()
        },
    )
