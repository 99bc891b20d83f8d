"""Adding an account or a gateway the way a user does."""

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from tests.benchmarks.subject import Description, Subject


async def add_account(hass: HomeAssistant, subject: Subject, description: Description) -> None:
    """Add one account through the integration's dialog and let it set itself up."""
    flow = await hass.config_entries.flow.async_init(subject.domain, context={"source": SOURCE_USER})
    for form in subject.steps(description):
        flow = await hass.config_entries.flow.async_configure(flow["flow_id"], dict(form))
    if flow["type"] is not FlowResultType.CREATE_ENTRY:
        raise RuntimeError(f"{subject.domain} does not take the account: {flow.get('errors') or flow.get('reason')}")
    await hass.async_block_till_done(wait_background_tasks=True)
    entry = flow["result"]
    if entry.state is not ConfigEntryState.LOADED:
        raise RuntimeError(f"{subject.domain} is not set up: {entry.reason}")
