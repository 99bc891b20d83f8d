"""Texts and code agree, both ways, and so do all languages."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.source import read_module

from . import expected
from .code import Code, Found
from .files import LANGUAGES, placeholders, texts

TREE = expected.required()


def unfilled(said: Mapping[str, str], fills: expected.Texts) -> Iterator[str]:
    """Yield the texts that have a placeholder which the code does not fill in."""
    for path, text in said.items():
        for name in sorted(placeholders(text) - fills.get(path, frozenset())):
            yield f"{path}: nobody fills in {name}"


def differences(english: Mapping[str, str], other: Mapping[str, str]) -> Iterator[str]:
    """Yield where a language differs from English in what it has or what is filled in."""
    yield from (f"missing: {path}" for path in english.keys() - other.keys())
    yield from (f"too much: {path}" for path in other.keys() - english.keys())
    for path in english.keys() & other.keys():
        if placeholders(english[path]) != placeholders(other[path]):
            yield f"other placeholders: {path}"


def test_the_languages() -> None:
    assert LANGUAGES == ["de", "en", "es", "fr", "nl"]


def test_every_key_of_the_code_has_a_text() -> None:
    assert sorted(TREE.keys() - texts("en").keys()) == []


def test_every_text_is_used() -> None:
    assert sorted(texts("en").keys() - TREE.keys() - expected.optional().keys()) == []


def test_every_placeholder_is_filled() -> None:
    assert list(unfilled(texts("en"), expected.optional() | TREE)) == []


def test_numbered_names_tell_their_number() -> None:
    numbered = [path for path, fills in expected.readings().items() if "number" in fills]
    assert numbered != []
    assert [path for path in numbered if "number" not in placeholders(texts("en")[path])] == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_languages_agree(language: str) -> None:
    assert sorted(differences(texts("en"), texts(language))) == []


def test_every_step_is_known() -> None:
    shown = {step.key for step in expected.steps(expected.flow_code())}
    assert shown == {*expected.CONFIG_FORMS, *expected.OPTIONS_FORMS}
    assert {menu.key for menu in expected.menus(expected.flow_code())} == expected.MENUS.keys()


@pytest.mark.parametrize(
    "path",
    [
        "config.step.user.menu_options.powerwall",
        "config.step.growatt_refused.menu_options.growatt_region",
        "config.step.powerwall.sections.advanced.data_description.pin_certificate",
        "config.error.invalid_auth",
        "config.error.switch_needed",
        "config.error.no_plants",
        "config.error.token_refused",
        "config.abort.wrong_gateway",
        "config.abort.already_in_progress",
        "entity.sensor.grid_status.state.waiting_for_user",
        "entity.binary_sensor.grid_services.state.on",
        "entity.select.operating_mode.state.scheduler",
        "entity.button.start.name",
        "entity.event.settings.state_attributes.event_type.state.changed_elsewhere",
        "exceptions.locked.message",
        "exceptions.device_busy.message",
        "exceptions.schedule_too_short.message",
        "exceptions.battery_not_ready.message",
        "exceptions.writes_not_permitted.message",
        "exceptions.device_gone.message",
        "exceptions.not_confirmed.message",
        "issues.account_in_use.description",
        "issues.certificate_changed.fix_flow.step.confirm.description",
        "issues.writes_not_permitted.title",
        "selector.growatt_region.options.own_url",
        "selector.powerwall_username.options.installer",
        "selector.operating_mode.options.backup",
        "services.stop_gateway.fields.confirm.description",
        "system_health.info.calls_today",
    ],
)
def test_every_kind_of_text_is_looked_for(path: str) -> None:
    assert path in TREE


@pytest.mark.parametrize(
    ("path", "fills"),
    [
        ("config.abort.device_in_use", {"account", "device"}),
        ("config.error.locked", {"until"}),
        ("exceptions.value_out_of_range.message", {"setting", "minimum", "maximum"}),
        ("exceptions.schedule_too_short.message", {"start", "end", "minutes"}),
        ("exceptions.not_confirmed.message", {"asked", "found"}),
        ("issues.certificate_changed.fix_flow.step.confirm.description", {"account", "old", "new"}),
        ("issues.writes_not_permitted.description", {"account", "firmware"}),
        ("issues.account_in_use.description", {"account", "integration", "entry"}),
    ],
)
def test_what_is_filled_in_is_found(path: str, fills: set[str]) -> None:
    assert TREE[path] == fills


def test_missing_filler_is_found() -> None:
    assert list(unfilled({"a": "{asked} {wrong}", "b": "{c}"}, {"a": frozenset({"asked"})})) == [
        "a: nobody fills in wrong",
        "b: nobody fills in c",
    ]


def test_difference_is_found() -> None:
    english = {"a": "{x}", "b": "b", "c": "{x} {y}"}
    assert sorted(differences(english, {"a": "{y}", "c": "{y} {x}", "d": "d"})) == [
        "missing: b",
        "other placeholders: a",
        "too much: d",
    ]


@pytest.fixture
def said(tmp_path: Path, request: pytest.FixtureRequest) -> Code:
    """Return the code given as the test's parameter."""
    file = tmp_path / "some.py"
    file.write_text(request.param, encoding="utf-8")
    return Code([read_module(tmp_path, file)])


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ('raise ChangeRefused("a", one=1)', Found(key="a", fills=frozenset({"one"}))),
        (
            'def f(): return {"x": 1, "y": 2}\nraise ChangeRefused("a", **f())',
            Found(key="a", fills=frozenset({"x", "y"})),
        ),
        ('times = {"x": 1}\nproblem(Reason.GAP, **times)', Found(key="schedule_gap", fills=frozenset({"x"}))),
        ('WHY = "a"\nraise WriteRefused(next(reasons, WHY))', Found(key="a")),
        ('def _reason_now(key): return None if key else "a"', Found(key="a")),
        ('validation_error(said or "a")', Found(key="a")),
        (
            'HomeAssistantError(translation_key="a", translation_placeholders={"x": 1})',
            Found(key="a", fills=frozenset({"x"})),
        ),
    ],
    indirect=["said"],
)
def test_refusal_is_found(said: Code, found: Found) -> None:
    assert list(expected.refusals(said)) == [found]


@pytest.mark.parametrize(
    ("said", "reasons"),
    [
        ('self.async_abort(reason="a")', {"a"}),
        ('raise AbortFlow("a")', {"a"}),
        ("self._abort_if_unique_id_configured()", {"already_configured"}),
    ],
    indirect=["said"],
)
def test_abort_is_found(said: Code, reasons: set[str]) -> None:
    assert expected.aborts(said) == {f"config.abort.{reason}": frozenset() for reason in reasons}


@pytest.mark.parametrize("said", ['raise AbortFlow("a", {"b": c, "d": e})'], indirect=True)
def test_what_an_abort_tells_is_found(said: Code) -> None:
    assert expected.aborts(said) == {"config.abort.a": {"b", "d"}}


@pytest.mark.parametrize("said", ['Tried(errors={"base": "a" if b else "c"})\nTried(errors={"d": "e"})'], indirect=True)
def test_complaint_is_found(said: Code) -> None:
    assert sorted(expected.complaints(said)) == ["a", "c", "e"]


@pytest.mark.parametrize(
    "said", ['self.async_show_menu(step_id="a", description_placeholders={"b": c})'], indirect=True
)
def test_menu_is_found(said: Code) -> None:
    assert list(expected.menus(said)) == [Found(key="a", fills=frozenset({"b"}))]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ('self.async_show_form(step_id="a" if b == "c" else "d")', [Found(key="a"), Found(key="d")]),
        (
            'self.async_show_form(step_id="a", description_placeholders={"x": 1, **tried.placeholders})',
            [Found(key="a", fills=frozenset({"x"}))],
        ),
    ],
    indirect=["said"],
)
def test_step_is_found(said: Code, found: list[Found]) -> None:
    assert list(expected.steps(said)) == found
