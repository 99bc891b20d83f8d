"""manifest.json and hacs.json."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
import homeassistant.components
import pytest
import yaml

from tests.source import ROOT

from .files import DOMAIN, FOLDER, load_json

MANIFEST = load_json("manifest.json")
REQUIRED = {
    "domain",
    "name",
    "codeowners",
    "config_flow",
    "documentation",
    "integration_type",
    "iot_class",
    "issue_tracker",
    "version",
}
ALLOWED = REQUIRED | {"after_dependencies", "dependencies", "dhcp"}
HACS = {
    "name",
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "persistent_directory",
    "render_readme",
    "zip_release",
}
GATEWAYS = {"1118431-*", "1152100-*", "1232100-*", "1707000-*", "teslapw_*"}
VERSIONS = (AwesomeVersionStrategy.CALVER, AwesomeVersionStrategy.SEMVER)


def problems(manifest: dict[str, Any]) -> Iterator[str]:
    """Yield what Home Assistant's or HACS's checks would refuse about a manifest."""
    yield from (f"missing: {key}" for key in sorted(REQUIRED - manifest.keys()))
    yield from (f"unknown: {key}" for key in sorted(manifest.keys() - ALLOWED))
    if list(manifest) != ["domain", "name", *sorted(manifest.keys() - {"domain", "name"})]:
        yield "order"
    if AwesomeVersion(manifest.get("version", "")).strategy not in VERSIONS:
        yield "version"
    if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", manifest.get("domain", "")):
        yield "domain"
    for key in ("documentation", "issue_tracker"):
        if not manifest.get(key, "https://").startswith("https://"):
            yield key
    for owner in manifest.get("codeowners", ()):
        if not owner.startswith("@"):
            yield f"codeowner: {owner}"
    yield from _dhcp_problems(manifest.get("dhcp", ()))


def _dhcp_problems(matchers: list[dict[str, Any]]) -> Iterator[str]:
    for matcher in matchers:
        if not matcher or matcher.keys() - {"hostname", "macaddress", "registered_devices"}:
            yield f"dhcp: {matcher}"
        if (name := matcher.get("hostname", "")) != name.lower():
            yield f"host name not in lower case: {name}"
        if (mac := matcher.get("macaddress", "")) != mac.upper():
            yield f"network address not in upper case: {mac}"


def test_manifest_is_fine() -> None:
    assert list(problems(MANIFEST)) == []


def test_manifest_says_what_we_are() -> None:
    assert MANIFEST["domain"] == DOMAIN == "solar_battery_hub"
    assert MANIFEST["integration_type"] == "hub"
    assert MANIFEST["iot_class"] == "cloud_polling"  # the weaker promise of the two that are true
    assert MANIFEST["config_flow"] is True
    assert "requirements" not in MANIFEST


def test_no_integration_of_home_assistant_has_our_name() -> None:
    core = Path(homeassistant.components.__path__[0])
    assert (core / "powerwall").is_dir()
    assert not (core / DOMAIN).exists()


def test_gateways_are_discovered() -> None:
    assert {matcher["hostname"] for matcher in MANIFEST["dhcp"] if "hostname" in matcher} == GATEWAYS
    assert {"registered_devices": True} in MANIFEST["dhcp"]


def test_no_file_that_custom_integrations_do_not_have() -> None:
    assert not (FOLDER / "strings.json").exists()


def test_version_is_that_of_the_project() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'\nversion = "{MANIFEST["version"]}"\n' in project


def test_hacs_knows_every_key() -> None:
    hacs = json.loads((ROOT / "hacs.json").read_text(encoding="utf-8"))
    assert hacs.keys() <= HACS
    assert hacs["name"] == MANIFEST["name"]
    assert AwesomeVersion(hacs["homeassistant"]).strategy is AwesomeVersionStrategy.CALVER


def test_a_release_has_the_file_that_hacs_fetches() -> None:
    hacs = json.loads((ROOT / "hacs.json").read_text(encoding="utf-8"))
    assert hacs["zip_release"] is True
    release = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))
    assert hacs["filename"] in str(release["jobs"])


def test_hacs_finds_readme_and_licence() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8").startswith(f"# {MANIFEST['name']}")
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"version": None}, "version"),
        ({"version": "one"}, "version"),
        ({"domain": "Solar-Hub"}, "domain"),
        ({"documentation": "http://example.org"}, "documentation"),
        ({"codeowners": ["someone"]}, "codeowner: someone"),
        ({"dhcp": [{"hostname": "TeslaPW_*"}]}, "host name not in lower case: TeslaPW_*"),
        ({"dhcp": [{"macaddress": "aabbcc*"}]}, "network address not in upper case: aabbcc*"),
        ({"dhcp": [{"host": "a"}]}, "dhcp: {'host': 'a'}"),
    ],
)
def test_bad_value_is_found(changes: dict[str, Any], found: str) -> None:
    assert list(problems({**MANIFEST, **changes})) == [found]


def test_bad_keys_are_found() -> None:
    without = {key: value for key, value in MANIFEST.items() if key != "issue_tracker"}
    assert list(problems(without)) == ["missing: issue_tracker"]
    assert list(problems({**MANIFEST, "zzz": 1})) == ["unknown: zzz"]
    assert list(problems({"name": "a"} | MANIFEST)) == ["order"]
