"""The documentation names what there is, its links lead somewhere, and Home Assistant takes its examples."""

from collections.abc import Iterator, Mapping
from pathlib import Path
import re
from typing import Any

from homeassistant.components.automation.config import async_validate_config_item
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
import voluptuous as vol
import yaml

from custom_components.solar_battery_hub.vendors import VENDORS
from tests.source import ROOT

from .files import DOMAIN, load_json, load_yaml, texts

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
HOME = load_json("manifest.json")["documentation"]

LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
YAML = re.compile(r"```yaml\n(?P<text>.*?)```", re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives a page's headings."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page: Path, root: Path = ROOT) -> Iterator[str]:
    """Yield the links of a page into the project that lead nowhere; pictures are made for a release."""
    for match in LINK.finditer(page.read_text(encoding="utf-8")):
        target = match["target"]
        path, _, anchor = target.removeprefix(f"{HOME}/blob/main/").partition("#")
        if "://" in path:
            continue
        file = page if not path else (root if target.startswith(HOME) else page.parent) / path
        if not file.exists() or (anchor and anchor not in anchors(file)):
            yield target


def readme_problems(text: str) -> Iterator[str]:
    """Yield what HACS drops from a README: links and pictures with relative addresses, and markup."""
    yield from (match["target"] for match in LINK.finditer(text) if not match["target"].startswith("https://"))
    yield from re.findall(r"<(?:img|a)\b[^>]*>", text)


def sections(page: Path) -> Mapping[str, str]:
    """Return the text below each heading of the second level."""
    parts = re.split(r"^## (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def examples(page: Path) -> list[Any]:
    """Return the YAML examples of a page."""
    return [yaml.safe_load(match["text"]) for match in YAML.finditer(page.read_text(encoding="utf-8"))]


def calls(node: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the calls of our actions anywhere in an example."""
    match node:
        case {"action": str(action), **rest}:
            if action.startswith(f"{DOMAIN}."):
                yield {"action": action.removeprefix(f"{DOMAIN}."), "data": rest.get("data", {})}
        case dict():
            for value in node.values():
                yield from calls(value)
        case list():
            for value in node:
                yield from calls(value)


AUTOMATIONS = examples(DOCS / "automations.md")
CALLS = [call for page in PAGES for example in examples(page) for call in calls(example)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert list(dead_links(page)) == []


def test_readme_survives_hacs() -> None:
    assert list(readme_problems((ROOT / "README.md").read_text(encoding="utf-8"))) == []


def test_every_action_is_explained() -> None:
    explained = sections(DOCS / "actions.md")
    actions = load_yaml("services.yaml")
    assert [heading for heading in explained if heading in actions or "_" in heading] == list(actions)
    missing = [
        f"{action}: {field}"
        for action, details in actions.items()
        for field, described in details["fields"].items()
        if f"| `{field}` | {'yes' if described.get('required') else 'no'} |" not in explained[action]
    ]
    assert missing == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_field_of_the_dialogs_is_explained(vendor: str) -> None:
    page = (DOCS / f"{vendor}.md").read_text(encoding="utf-8")
    field = re.compile(rf"(config|options)\.step\.{vendor}.*\.data\.\w+")
    names = [text for path, text in texts("en").items() if field.fullmatch(path)]
    assert len(names) > 5
    assert [name for name in names if f" {name} |" not in page] == []


@pytest.mark.parametrize("example", AUTOMATIONS, ids=[example["alias"] for example in AUTOMATIONS])
async def test_home_assistant_takes_the_automations(hass: HomeAssistant, example: dict[str, Any]) -> None:
    assert await async_setup_component(hass, "automation", {})
    assert await async_validate_config_item(hass, "some", example)


async def test_calls_have_the_right_fields(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    actions: Mapping[str, Any] = hass.services.async_services_for_domain(DOMAIN)
    assert {call["action"] for call in CALLS} == actions.keys()
    for call in CALLS:
        markers = actions[call["action"]].schema.schema
        assert call["data"].keys() <= {str(marker) for marker in markers}
        assert call["data"].keys() >= {str(marker) for marker in markers if isinstance(marker, vol.Required)}


async def test_bad_automation_is_refused(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, "automation", {})
    with pytest.raises(vol.Invalid):
        await async_validate_config_item(hass, "some", {**AUTOMATIONS[0], "triggers": [{"trigger": "state"}]})


def test_dead_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# What *it* is, really\n", encoding="utf-8")
    page = tmp_path / "page.md"
    good = f"[a](other.md#what-it-is-really) [b](https://example.org) [c]({HOME}/blob/main/other.md)"
    page.write_text(f"{good} [d](none.md) [e](other.md#not-there) [f](#none)", encoding="utf-8")
    assert list(dead_links(page, tmp_path)) == ["none.md", "other.md#not-there", "#none"]


def test_what_hacs_drops_is_found() -> None:
    text = '[a](docs/a.md) ![b](b.png) <img src="c.png"> [d](https://example.org)'
    assert list(readme_problems(text)) == ["docs/a.md", "b.png", '<img src="c.png">']


def test_call_is_found_anywhere() -> None:
    example = {"actions": [{"choose": [{"sequence": [{"action": f"{DOMAIN}.refresh", "data": {"device_id": "a"}}]}]}]}
    assert list(calls(example)) == [{"action": "refresh", "data": {"device_id": "a"}}]
