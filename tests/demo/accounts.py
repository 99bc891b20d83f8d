"""The demo's accounts: how the simulator of each is started, and what a user types to add it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
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

    ``name`` tells it from the other accounts, also of its vendor. ``simulator``: its options on the command line.
    ``past``, ``today`` and ``present``: what is set in its house for the days before the demo, at the midnight before it
    and shortly before the demo begins. ``answers``: what a user enters, by step of the dialog. ``shown``: what a
    step must show, so that the user can compare. ``site``: our id of the device that stands for the whole; ``parts``:
    kinds and ids of the other devices, each with its part of the truth. ``typed``: the fields of the dialog's first form
    that are filled in for its picture; without any there are no pictures of it. ``without``: expected readings that this
    way to an account does not tell.
    """

    name: str
    vendor: str
    title: str
    simulator: tuple[str, ...]
    past: Mapping[str, Json]
    today: Mapping[str, Json]
    answers: Callable[[Description], Mapping[str, Json]]
    shown: Callable[[Description], Mapping[str, str]]
    site: Callable[[Description], str]
    parts: Callable[[Json], Iterable[tuple[str, str, Json]]]
    present: Mapping[str, Json] = field(default_factory=dict)
    typed: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()


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


def _growatt_answers(key: str, typed: Mapping[str, str]) -> Callable[[Description], Mapping[str, Json]]:
    """Sign in with one of the keys to an account, at the simulator's address; ``typed`` names what the simulator told."""

    def answers(description: Description) -> Mapping[str, Json]:
        return {
            "user": {"next_step_id": "growatt"},
            "growatt": {"next_step_id": f"growatt_{key}"},
            f"growatt_{key}": {
                **{field: description[told] for field, told in typed.items()},
                "region": "own_url",
                "url": description["url"],
            },
        }

    return answers


def _goodwe_answers(description: Description) -> Mapping[str, Json]:
    """Sign in at the simulator's address."""
    return {
        "user": {"next_step_id": "goodwe"},
        "goodwe": {
            "username": description["user_name"],
            "password": description["password"],
            "region": "own_url",
            "url": description["url"],
        },
    }


def _anker_answers(description: Description) -> Mapping[str, Json]:
    """Sign in at the simulator's address, which lets in whoever looks like somebody (anker.md §3.3)."""
    return {
        "user": {"next_step_id": "anker"},
        "anker": {
            "username": description["user_name"],
            "password": description["password"],
            "country": description["country"],
            "advanced": {"server": "own_url", "url": description["url"]},
        },
    }


def _balcony(description: Description) -> str:
    """Return our id of the only system."""
    return f"site_{next(iter(description['sites']))}"


def _solarbank(truth: Json) -> tuple[str, str, Json]:
    """Return the only solarbank, all its packs together: the cloud tells no more of them than their number."""
    return "battery", next(iter(truth["levels"])), truth


def _plant(description: Description) -> str:
    """Return our id of the only plant."""
    return f"plant_{next(iter(description['plants']))}"


def _inverter(truth: Json) -> tuple[str, str, Json]:
    return "inverter", truth["serial"], truth


def _pack(truth: Json) -> tuple[str, str, Json]:
    """Return the only pack of the only inverter: it has no name of its own but the inverter's and a number."""
    return "battery", f"{truth['serial']}_battery_1", truth["batteries"][0]


def _storage(truth: Json) -> tuple[str, str, Json]:
    """Return the only battery, all packs together: the cloud has one serial number for it."""
    return "battery", truth["storage"], truth


SUNNY = {"level": 30, "solar_w": 4_000, "home_w": 600}
"""Sun enough for the home, the battery and the grid. It stays like that, so that no upload is news for long."""

ACCOUNTS = (
    DemoAccount(
        name="powerwall",
        vendor="powerwall",
        title="Powerwall",
        simulator=("powerwall", "--profile", "gw2-24.44", "--installer-toggle-done", "--batteries", "3"),
        past={"mode": "autonomous", "reserve_percent": 24},
        today={"mode": "self_consumption", "level": 30},
        answers=_powerwall_answers,
        shown=lambda description: {"powerwall_certificate": description["fingerprint"]},
        site=lambda description: description["din"],
        parts=lambda truth: [("battery", battery["serial"], battery) for battery in truth["batteries"]],
        typed=("host", "password"),
    ),
    DemoAccount(
        name="growatt-token",
        vendor="growatt",
        title="Growatt by token",
        simulator=("growatt", "--profile", "min", "--past-days", "0", "--copy-delay", "5"),
        past={},
        today={},
        present=SUNNY,
        answers=_growatt_answers("token", {"token": "token"}),
        shown=lambda description: {},
        site=_plant,
        parts=lambda truth: [_inverter(truth), _pack(truth)],
    ),
    DemoAccount(
        name="growatt-password",
        vendor="growatt",
        title="Growatt by password",
        simulator=("growatt", "--profile", "mix", "--past-days", "0", "--seed", "1", "--copy-delay", "5"),
        past={},
        today={},
        present=SUNNY,
        answers=_growatt_answers("password", {"username": "user_name", "password": "password"}),
        shown=lambda description: {},
        site=_plant,
        parts=lambda truth: [_inverter(truth)],
        without=frozenset({"grid_import_energy_total"}),
    ),
    DemoAccount(
        name="goodwe",
        vendor="goodwe",
        title="GoodWe",
        simulator=("goodwe", "--profile", "home", "--past-days", "0"),
        past={},
        today={},
        present={**SUNNY, "solar_w": 6_500},  # its battery takes 5 kW
        answers=_goodwe_answers,
        shown=lambda description: {},
        site=_plant,
        parts=lambda truth: [_storage(truth), _inverter(truth)],
        typed=("username", "password"),
    ),
    DemoAccount(
        name="anker",
        vendor="anker",
        title="Anker",
        simulator=("anker", "--profile", "solarbank3", "--past-days", "0"),
        past={},
        today={},
        present={**SUNNY, "solar_w": 2_600},  # its battery takes what the home leaves
        answers=_anker_answers,
        shown=lambda description: {},
        site=_balcony,
        parts=lambda truth: [_solarbank(truth)],
        typed=("username", "password"),
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
            key: Control(**{**fields, "expected": Expected(**fields["expected"])})
            for key, fields in document["controls"].items()
        },
    )
