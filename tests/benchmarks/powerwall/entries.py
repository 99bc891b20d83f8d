"""Choosing which entities of the gateways are on."""

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from tests.benchmarks.powerwall.subjects import GatewaySubject
from tests.benchmarks.subject import Description


def configure(hass: HomeAssistant, subject: GatewaySubject, descriptions: Iterable[Description]) -> None:
    """Give every entry its options and turn its entities on and off; it takes effect with the next start."""
    for entry in hass.config_entries.async_entries(subject.domain):
        hass.config_entries.async_update_entry(entry, options=dict(subject.options))
    if subject.measures is None:
        return
    registry = er.async_get(hass)
    ids = {one.unique_id: one.entity_id for one in registry.entities.values() if one.platform == subject.domain}
    wanted = wanted_ids(subject, ids, descriptions)
    for unique_id, entity_id in ids.items():
        off = None if unique_id in wanted else er.RegistryEntryDisabler.USER
        registry.async_update_entity(entity_id, disabled_by=off)


def wanted_ids(subject: GatewaySubject, ids: Mapping[str, Any], descriptions: Iterable[Description]) -> set[str]:
    """Return the unique ids that the subject's templates stand for; RuntimeError if one does not exist."""
    wanted = set()
    for description in descriptions:
        names = {"din": description["din"], "battery": description["battery"]}
        wanted |= {template.format(**names) for template in subject.measures or ()}
    if missing := wanted - ids.keys():
        raise RuntimeError(f"{subject.domain} does not have {sorted(missing)}")
    return wanted
