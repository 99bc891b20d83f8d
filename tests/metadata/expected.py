"""The texts that must exist, worked out from the code: dotted path → the names the code fills in."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from typing import Any

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import SelectSelector
import voluptuous as vol

from custom_components.solar_battery_hub.binary_sensor import DEVICE_CLASSES
from custom_components.solar_battery_hub.connection import Issue
from custom_components.solar_battery_hub.core.catalogue import CATALOGUE, STREAMS
from custom_components.solar_battery_hub.core.errors import HubError, Locked, RateLimited, WriteIncomplete, WriteRefused
from custom_components.solar_battery_hub.core.quantities import Quantity
from custom_components.solar_battery_hub.core.schedule.errors import Reason
from custom_components.solar_battery_hub.entity import is_firmware, is_sensor
from custom_components.solar_battery_hub.messages import describe
from custom_components.solar_battery_hub.schedule_entities import JOBS, SLOT_ENTITIES
from custom_components.solar_battery_hub.schedules import CUSTOM, KEY, OFF
from custom_components.solar_battery_hub.vendors import VENDORS
from custom_components.solar_battery_hub.vendors.anker import flow as anker_flow
from custom_components.solar_battery_hub.vendors.anker.codes import WRITE_REASONS
from custom_components.solar_battery_hub.vendors.goodwe import flow as goodwe_flow
from custom_components.solar_battery_hub.vendors.growatt import flow as growatt_flow
from custom_components.solar_battery_hub.vendors.growatt.refusals import REASONS
from custom_components.solar_battery_hub.vendors.powerwall import flow as powerwall_flow
from tests.source import INTEGRATION, read_package

from .code import Code, Found, argument_of, attribute, dict_keys, keywords
from .files import load_yaml

type Texts = dict[str, frozenset[str]]

# What each step of a dialog asks for; the steps themselves are found in the code.
CONFIG_FORMS: Mapping[str, vol.Schema | None] = {
    "anker": anker_flow.ACCOUNT_SCHEMA,
    "anker_reauth": anker_flow.PASSWORD_SCHEMA,
    "anker_reconfigure": anker_flow.RECONFIGURE_SCHEMA,
    "goodwe": goodwe_flow.ACCOUNT_SCHEMA,
    "goodwe_reauth": goodwe_flow.PASSWORD_SCHEMA,
    "goodwe_reconfigure": goodwe_flow.RECONFIGURE_SCHEMA,
    "growatt_password": growatt_flow.PASSWORD_SCHEMA,
    "growatt_region": growatt_flow.REGION_SCHEMA,
    "growatt_token": growatt_flow.TOKEN_SCHEMA,
    "powerwall": powerwall_flow.GATEWAY_SCHEMA,
    "powerwall_certificate": None,
    "powerwall_reauth": powerwall_flow.PASSWORD_SCHEMA,
    "powerwall_reconfigure": powerwall_flow.RECONFIGURE_SCHEMA,
}
OPTIONS_FORMS: Mapping[str, vol.Schema | None] = {
    "anker_options": anker_flow.AnkerOptions.schema({"1": "One"}),
    "goodwe_options": goodwe_flow.GoodWeOptions.schema({"1": "One"}),
    "growatt_options": growatt_flow.OPTIONS_SCHEMA,
    "powerwall_options": powerwall_flow.OPTIONS_SCHEMA,
}
# What each menu of a dialog offers; the menus themselves are found in the code.
MENUS: Mapping[str, Iterable[str]] = {
    "growatt": growatt_flow.KEYS,
    "growatt_reauth": growatt_flow.KEYS,
    "growatt_reconfigure": growatt_flow.KEYS,
    "growatt_refused": (*growatt_flow.KEYS, "growatt_region"),
    "user": VENDORS,
}
FLOWS = ("config_flow", "vendors.flow_base", *(f"vendors.{vendor}.flow" for vendor in VENDORS))

# How Home Assistant's own helpers end a flow.
HELPERS = {
    "_abort_if_unique_id_configured": ("already_configured",),
    "_async_abort_entries_match": ("already_configured",),
    "async_set_unique_id": ("already_in_progress",),
    "async_update_reload_and_abort": ("reauth_successful", "reconfigure_successful"),
}
# Errors whose texts tell more than that they happened.
WITH_DATA: Mapping[type[HubError], HubError] = {
    Locked: Locked(datetime(2026, 1, 1, tzinfo=UTC)),
    RateLimited: RateLimited(1.0),
    WriteIncomplete: WriteIncomplete({}),
}
RAISED = ("ServiceValidationError", "HomeAssistantError", "ConfigEntryNotReady", "ConfigEntryError")


@cache
def code() -> Code:
    """Return the integration's code."""
    return Code(read_package(INTEGRATION))


def paths(above: str, keys: Iterable[str], fills: frozenset[str] = frozenset()) -> Texts:
    """Return texts below a path that are all filled with the same names."""
    return {f"{above}.{key}": fills for key in keys}


# Dialogs


def flow_code() -> Code:
    """Return the code of the dialogs."""
    names = {f"{INTEGRATION}.{name}" for name in FLOWS}
    return Code([module for module in code().modules if module.name in names])


def steps(flows: Code, shown: str = "async_show_form") -> Iterator[Found]:
    """Yield the forms that flows show, or the menus, with what is filled into their descriptions."""
    for module, call in flows.calls(shown):
        fills = dict_keys(module, argument_of(call, "description_placeholders"))
        yield from (Found(key=step, fills=fills) for step in _outcomes(flows, argument_of(call, "step_id")))


def _outcomes(flows: Code, node: Any) -> Iterator[str]:
    """Yield both outcomes of ``a if … else b`` but nothing of its condition."""
    for part in (node.body, node.orelse) if hasattr(node, "orelse") else (node,):
        yield from flows.texts(part)


def menus(flows: Code) -> Iterator[Found]:
    """Yield the menus that flows show, with what is filled into their descriptions."""
    return steps(flows, "async_show_menu")


def complaints(flows: Code) -> Iterator[str]:
    """Yield what a form is shown again for, beyond the error family."""
    for _, call in flows.calls("Tried"):
        errors = argument_of(call, "errors")
        for value in errors.values if isinstance(errors, ast.Dict) else ():
            yield from flows.texts(value)


def aborts(flows: Code) -> Texts:
    """Return the texts of the reasons for which flows end, with what is filled in."""
    said = paths("config.abort", flows.keys(["async_abort"], "reason"))
    for name, reasons in HELPERS.items():
        said |= paths("config.abort", reasons if any(flows.calls(name)) else ())
    for module, call in flows.calls("AbortFlow"):
        said |= paths("config.abort", flows.texts(argument_of(call, 0)), dict_keys(module, argument_of(call, 1)))
    return said


def fields(above: str, schema: vol.Schema | None) -> Texts:
    """Return the texts of a form's fields, sections included."""
    found: Texts = {}
    for marker, kind in schema.schema.items() if schema else ():
        if isinstance(kind, section):
            found |= paths(f"{above}.sections.{marker}", ["name"]) | fields(f"{above}.sections.{marker}", kind.schema)
        else:
            found |= paths(above, [f"data.{marker}", f"data_description.{marker}"])
    return found


def selectors(schema: vol.Schema | None) -> Texts:
    """Return the texts of the choices a form offers."""
    found: Texts = {}
    for kind in schema.schema.values() if schema else ():
        if isinstance(kind, section):
            found |= selectors(kind.schema)
        elif isinstance(kind, SelectSelector) and (key := kind.config.get("translation_key")):
            found |= paths(f"selector.{key}.options", map(str, kind.config["options"]))
    return found


def dialogs() -> Texts:
    """Return the texts of set-up, its errors and ends, and the options."""
    found: Texts = {}
    for menu, options in MENUS.items():
        found |= paths(f"config.step.{menu}", ["title", *(f"menu_options.{option}" for option in options)])
    filled = {step.key: step.fills for step in steps(flow_code())}
    for kind, forms in (("config", CONFIG_FORMS), ("options", OPTIONS_FORMS)):
        for step, schema in forms.items():
            found |= paths(f"{kind}.step.{step}", ["title"], filled.get(step, frozenset()))
            found |= fields(f"{kind}.step.{step}", schema) | selectors(schema)
    found |= {f"config.error.{key}": fills for key, fills in errors().items()}
    return found | paths("config.error", complaints(flow_code())) | aborts(flow_code())


def descriptions() -> Texts:
    """Return the texts a dialog may have beyond those it must."""
    found = paths("config.step.user", [f"menu_option_descriptions.{vendor}" for vendor in VENDORS])
    for menu in menus(flow_code()):
        found |= paths(f"config.step.{menu.key}", ["description"], menu.fills)
    for step in steps(flow_code()):
        kind = "options" if step.key in OPTIONS_FORMS else "config"
        found |= paths(f"{kind}.step.{step.key}", ["description"], step.fills)
    return found


# Entities


def readings() -> Texts:
    """Return the names and states of sensors, binary sensors and updates."""
    found: Texts = {}
    for key, definition in CATALOGUE.items():
        if definition.quantity is Quantity.SCHEDULE:  # that one has entities of its own
            continue
        if is_firmware(definition):
            found |= paths(f"entity.update.{key}", ["name"])
            continue
        platform = "sensor" if is_sensor(definition) else "binary_sensor"
        states = definition.options if is_sensor(definition) else () if key in DEVICE_CLASSES else ("on", "off")
        fills = frozenset({"number"}) if definition.numbered else frozenset[str]()
        found |= paths(f"entity.{platform}.{key}", ["name"], fills)
        found |= paths(f"entity.{platform}.{key}.state", states)
    return found


def own_words() -> Texts:
    """Return the states that may replace those of a device class."""
    return {
        f"entity.binary_sensor.{key}.state.{state}": frozenset() for key in DEVICE_CLASSES for state in ("on", "off")
    }


def controls() -> dict[str, tuple[str, ...]]:
    """Return the settings that vendors offer, as ``platform.key``, with the states each may show."""
    found: dict[str, tuple[str, ...]] = {}
    for _, call in code().calls("Setting"):
        keys = list(code().texts(argument_of(call, "key")))
        kind = attribute(argument_of(call, "kind"))
        if keys and kind and kind != "SCHEDULE":  # that one has entities of its own
            present = CATALOGUE[keys[0]].options if keys[0] in CATALOGUE else ()
            states = dict.fromkeys((*code().texts(argument_of(call, "options")), *present))
            found[f"{kind.lower()}.{keys[0]}"] = tuple(states) if kind == "SELECT" else ()
    return found


def schedules() -> Texts:
    """Return the texts of a schedule's entities."""
    found = paths(f"entity.select.{KEY}", ["name", f"state.{OFF}", f"state.{CUSTOM}"])
    for group, jobs in JOBS.items():
        for platform, (_, slot_fields) in SLOT_ENTITIES.items():
            for field in slot_fields:
                found |= paths(f"entity.{platform}.{group}slot_{field}", ["name"], frozenset({"number"}))
        found |= paths(f"entity.select.{group}slot_mode.state", jobs)
    return found


def entities() -> Texts:
    """Return the texts of all entities."""
    found = readings() | schedules()
    for entity, states in controls().items():
        found |= paths(f"entity.{entity}", ["name"]) | paths(f"entity.{entity}.state", states)
    for stream, types in STREAMS.items():
        found |= paths(f"entity.event.{stream}", ["name"])
        found |= paths(f"entity.event.{stream}.state_attributes.event_type.state", types)
    return found


# What goes wrong


def errors() -> Texts:
    """Return the keys of the error family, as ``describe`` gives them; a refused write has its own reasons."""
    for module in code().modules:
        import_module(module.name)
    found: Texts = {}
    for kind in family(HubError):
        if not issubclass(kind, WriteRefused):
            alike = [describe(error) for known, error in WITH_DATA.items() if issubclass(kind, known)]
            found[kind.key] = found.get(kind.key, frozenset()).union(*(filled for _, filled in alike))
    return found


def family(kind: type[HubError]) -> Iterator[type[HubError]]:
    """Yield an error and everything that is one."""
    yield kind
    for child in kind.__subclasses__():
        yield from family(child)


def refusals(said: Code) -> Iterator[Found]:
    """Yield the reasons for which something is refused, with what is filled in."""
    for module, call in said.calls("ChangeRefused"):
        yield from (Found(key=key, fills=keywords(module, call)) for key in said.texts(argument_of(call, 0)))
    for module, call in said.calls("problem"):
        if reason := attribute(argument_of(call, 0)):
            yield Found(key=Reason[reason].value, fills=keywords(module, call))
    for module, call in said.calls(*RAISED):
        fills = dict_keys(module, argument_of(call, "translation_placeholders"))
        for key in said.texts(argument_of(call, "translation_key")):
            yield Found(key=key, fills=fills)
    for key in (
        *said.keys(["WriteRefused", "validation_error"], 0),
        *said.returned(lambda name: name.strip("_").startswith("reason")),
    ):
        yield Found(key=key)


def exceptions() -> Texts:
    """Return the texts of everything that can be refused or fail."""
    found = {f"exceptions.{key}.message": fills for key, fills in errors().items()}
    found |= {f"exceptions.{reason}.message": frozenset() for reason in (*REASONS, *WRITE_REASONS.values())}
    for refusal in refusals(code()):
        path = f"exceptions.{refusal.key}.message"
        found[path] = found.get(path, refusal.fills) & refusal.fills
    return found


def issues() -> Texts:
    """Return the texts of the repairs."""
    found: Texts = {}
    for module, call in code().calls("_raise_issue", "async_create_issue", "Notice"):
        named = attribute(argument_of(call, 0))
        if named is not None and named in Issue.__members__:
            key, filled = Issue[named].value, argument_of(call, 1)
            if attribute(argument_of(call, "key")) == "key":  # that of whichever lock it is
                found |= _told((kind.key for kind in family(Locked)), dict_keys(module, filled))
        else:
            keys = [*code().texts(argument_of(call, "translation_key")), *code().texts(argument_of(call, "key"))]
            key = next(iter(keys), "")
            filled = argument_of(call, "translation_placeholders") or argument_of(call, "placeholders")
        fills = dict_keys(module, filled) | {"account"}
        if key and argument_of(call, "accept") is not None:
            found |= paths(f"issues.{key}", ["title", "fix_flow.step.confirm.title"], fills)
            found |= paths(f"issues.{key}", ["fix_flow.step.confirm.description"], fills)
        elif key:
            found |= _told([key], fills)
    return found


def _told(keys: Iterable[str], fills: frozenset[str]) -> Texts:
    """Return the texts of repairs that only tell something."""
    return {
        path: text
        for key in keys
        for path, text in paths(f"issues.{key}", ["title", "description"], fills | {"account"}).items()
    }


# The rest


def actions() -> Texts:
    """Return the texts of the actions, their fields and the choices in these."""
    found: Texts = {}
    for action, description in load_yaml("services.yaml").items():
        found |= paths(f"services.{action}", ["name", "description"])
        for field, details in description["fields"].items():
            found |= paths(f"services.{action}.fields.{field}", ["name", "description"])
            found |= choices(details["selector"])
    return found


def choices(selector: Mapping[str, Any]) -> Texts:
    """Return the texts of a selector: the options of a choice, or the fields of an object and theirs."""
    ((kind, config),) = selector.items()
    key = (config or {}).get("translation_key")
    if key is None:
        return {}
    if kind == "select":
        return paths(f"selector.{key}.options", config["options"])
    found = paths(f"selector.{key}.fields", config["fields"])
    for field in config["fields"].values():
        found |= choices(field["selector"])
    return found


def health() -> Texts:
    """Return the labels of the system health."""
    module = next(module for module in code().modules if module.name == f"{INTEGRATION}.system_health")
    (call,) = (node for _, node in code().calls("async_register_info"))
    function = argument_of(call, 0)
    returned = Code([module]).returned(lambda name: name == getattr(function, "id", None))
    return paths("system_health.info", returned)


def required() -> Texts:
    """Return every text that must exist."""
    return dialogs() | entities() | exceptions() | issues() | actions() | health()


def optional() -> Texts:
    """Return every text that may exist besides."""
    return descriptions() | own_words()
