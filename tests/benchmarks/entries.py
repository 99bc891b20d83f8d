"""Adding gateways the way a user does, and choosing which of their entities are on."""

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er

from tests.benchmarks.subjects import Description, Subject


async def add_gateway(hass: HomeAssistant, subject: Subject, description: Description) -> None:
    """Add one gateway through the integration's dialog and let it set itself up."""
    flow = await hass.config_entries.flow.async_init(subject.domain, context={"source": SOURCE_USER})
    for form in subject.steps(description):
        flow = await hass.config_entries.flow.async_configure(flow["flow_id"], dict(form))
    if flow["type"] is not FlowResultType.CREATE_ENTRY:
        raise RuntimeError(f"{subject.domain} does not take the gateway: {flow.get('errors') or flow.get('reason')}")
    await hass.async_block_till_done(wait_background_tasks=True)
    entry = flow["result"]
    if entry.state is not ConfigEntryState.LOADED:
        raise RuntimeError(f"{subject.domain} is not set up: {entry.reason}")


def configure(hass: HomeAssistant, subject: Subject, descriptions: Iterable[Description]) -> None:
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


def wanted_ids(subject: Subject, ids: Mapping[str, Any], descriptions: Iterable[Description]) -> set[str]:
    """Return the unique ids that the subject's templates stand for; RuntimeError if one does not exist."""
    wanted = set()
    for description in descriptions:
        names = {"din": description["din"], "battery": description["battery"]}
        wanted |= {template.format(**names) for template in subject.measures or ()}
    if missing := wanted - ids.keys():
        raise RuntimeError(f"{subject.domain} does not have {sorted(missing)}")
    return wanted
