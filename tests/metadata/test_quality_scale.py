"""quality_scale.yaml: every rule, with what shows that it is met or why it is not."""

from collections.abc import Iterator, Mapping
import re
from typing import Any

import pytest

from .files import exists, load_yaml

BRONZE = """
    action-setup appropriate-polling brands common-modules config-flow-test-coverage config-flow dependency-transparency
    docs-actions docs-triggers docs-conditions docs-high-level-description docs-installation-instructions
    docs-removal-instructions entity-event-setup entity-unique-id has-entity-name runtime-data test-before-configure
    test-before-setup unique-config-entry
"""
SILVER = """
    action-exceptions config-entry-unloading docs-configuration-parameters docs-installation-parameters
    entity-unavailable integration-owner log-when-unavailable parallel-updates reauthentication-flow test-coverage
"""
GOLD = """
    devices diagnostics discovery discovery-update-info docs-data-update docs-examples docs-known-limitations
    docs-supported-devices docs-supported-functions docs-troubleshooting docs-use-cases dynamic-devices entity-category
    entity-device-class entity-disabled-by-default entity-translations exception-translations icon-translations
    reconfiguration-flow repair-issues stale-devices
"""
PLATINUM = "async-dependency inject-websession strict-typing"
RULES = [*BRONZE.split(), *SILVER.split(), *GOLD.split(), *PLATINUM.split()]

STATUSES = {"done", "todo", "exempt"}
EVIDENCE = re.compile(r"(?:tests|docs|scripts|custom_components)/[\w./-]*\w|\b(?:README\.md|pyproject\.toml)\b")
"""Files named in a comment."""


def problems(rules: Mapping[str, Any]) -> Iterator[str]:
    """Yield rules without a status, without a comment, or with evidence that is not there."""
    for rule, said in rules.items():
        if not isinstance(said, dict) or said.keys() != {"status", "comment"} or said["status"] not in STATUSES:
            yield f"{rule}: no status and comment"
            continue
        files = EVIDENCE.findall(said["comment"])
        if said["status"] == "done" and not files:
            yield f"{rule}: no evidence"
        yield from (f"{rule}: {file} is not there" for file in files if not exists(file))


def test_there_are_54_rules() -> None:
    assert len(RULES) == len(set(RULES)) == 54


def test_every_rule_is_there_in_order() -> None:
    assert list(load_yaml("quality_scale.yaml")["rules"]) == RULES


def test_every_rule_has_its_evidence() -> None:
    assert list(problems(load_yaml("quality_scale.yaml")["rules"])) == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("done", "some: no status and comment"),
        ({"status": "done"}, "some: no status and comment"),
        ({"status": "nearly", "comment": "tests/source.py"}, "some: no status and comment"),
        ({"status": "done", "comment": "It works."}, "some: no evidence"),
        ({"status": "done", "comment": "See tests/nothing.py."}, "some: tests/nothing.py is not there"),
    ],
)
def test_rule_without_evidence_is_found(said: object, found: str) -> None:
    assert list(problems({"some": said})) == [found]


def test_evidence_is_accepted() -> None:
    assert list(problems({"some": {"status": "done", "comment": "tests/source.py, and README.md."}})) == []
    assert list(problems({"some": {"status": "todo", "comment": "Nothing yet."}})) == []
