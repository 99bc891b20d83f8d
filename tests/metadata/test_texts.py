"""Every text by itself: what Home Assistant's own checks refuse, and how we speak to users."""

from collections.abc import Iterator
import re

import pytest

from . import expected
from .files import LANGUAGES, load_json, placeholders, texts

KEY = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
MARKUP = re.compile(r"</?[a-zA-Z][^>]*>")
ADDRESS = re.compile(r"\w+://|www\.")
QUOTED = re.compile(r"'\{\w+\}'")

# What engineers say and users do not. What they meet by that name in an app or a browser may be called so.
JARGON = re.compile(
    r"\b(api(?! token)|din|endpoint|http|json|load(?! first)|payload|poll|polling|sitemaster|soc|soe|state of charge|tls)\b",
    re.IGNORECASE,
)
NAMES = {"PV", "CO₂", "Wi-Fi"}
"""Words with capitals of their own."""


def problems(path: str, text: object) -> Iterator[str]:
    """Yield what Home Assistant would refuse about a text, or about the keys that lead to it."""
    for key in path.split("."):
        if not KEY.fullmatch(key):
            yield f"{path}: key {key}"
    if not isinstance(text, str) or not text:
        yield f"{path}: no text"
        return
    if text != text.strip():
        yield f"{path}: space at an end"
    for what, pattern in (("markup", MARKUP), ("address", ADDRESS), ("quoted placeholder", QUOTED)):
        if pattern.search(text):
            yield f"{path}: {what}"
    if "[%key" in text:
        yield f"{path}: reference"
    try:
        names = placeholders(text)
    except ValueError:
        yield f"{path}: braces"
    else:
        yield from (f"{path}: placeholder {name}" for name in sorted(names) if not name.isidentifier())


def jargon(path: str, text: str) -> Iterator[str]:
    """Yield the words that do not belong in a text for users."""
    for word in JARGON.findall(text):
        yield f"{path}: {word}"


def capitals(path: str, text: str) -> Iterator[str]:
    """Yield the words that break sentence case."""
    first, *others = text.split()
    if first[0].islower():
        yield f"{path}: {first}"
    for word in others:
        if word not in NAMES and word != word.lower():
            yield f"{path}: {word}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_well_formed(language: str) -> None:
    assert [found for path, text in texts(language).items() for found in problems(path, text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_issue_is_either_told_or_fixed(language: str) -> None:
    issues = load_json(f"translations/{language}.json")["issues"]
    assert [key for key, issue in issues.items() if ("description" in issue) == ("fix_flow" in issue)] == []


def test_english_is_plain() -> None:
    assert [found for path, text in texts("en").items() for found in jargon(path, text)] == []


def test_names_are_in_sentence_case() -> None:
    names = {path: text for path, text in texts("en").items() if re.fullmatch(r"entity\.\w+\.\w+\.name", path)}
    assert len(names) > len(expected.controls())
    assert [found for path, text in names.items() for found in capitals(path, text)] == []


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("a.B", "text", "key B"),
        ("a.b__c", "text", "key b__c"),
        ("a._b", "text", "key _b"),
        ("a.b", "", "no text"),
        ("a.b", None, "no text"),
        ("a.b", "text ", "space at an end"),
        ("a.b", "a <b>bold</b> word", "markup"),
        ("a.b", "see https://example.org", "address"),
        ("a.b", "the '{name}' of it", "quoted placeholder"),
        ("a.b", "[%key:common::state::yes%]", "reference"),
        ("a.b", "an open {brace", "braces"),
        ("a.b", "{not a name}", "placeholder not a name"),
        ("a.b", "{}", "placeholder "),
    ],
)
def test_bad_text_is_found(path: str, text: object, found: str) -> None:
    assert list(problems(path, text)) == [f"{path}: {found}"]


@pytest.mark.parametrize("text", ["fine", "5 < 6 {and_more}", "don't {x}"])
def test_good_text_is_left_alone(text: str) -> None:
    assert list(problems("a.b-c_2", text)) == []


def test_jargon_is_found() -> None:
    assert list(jargon("a", "Download the SoC of your load from the API")) == ["a: SoC", "a: load", "a: API"]
    assert list(jargon("a", "An API token, sent with https")) == []


def test_capital_is_found() -> None:
    assert list(capitals("a", "Solar Power of PV {number}")) == ["a: Power"]
    assert list(capitals("a", "solar power")) == ["a: solar"]
