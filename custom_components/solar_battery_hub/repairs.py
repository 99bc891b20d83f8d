"""Repairs: what only the user can put right, and the fixes that take one click."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .account_runtime import HubConfigEntry
from .const import DOMAIN
from .vendors import VENDORS
from .vendors.base import CONF_VENDOR

CONFLICT = "account_in_use"


class AcceptFlow(RepairsFlow):
    """Takes over a setting the user confirms, such as a gateway's new certificate."""

    def __init__(self, entry_id: str, setting: str, value: str) -> None:
        """Remember what will be taken over."""
        self._entry_id = entry_id
        self._setting = setting
        self._value = value

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Go straight to the question."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask once; a yes changes the entry and starts it again."""
        if user_input is None:
            issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
            return self.async_show_form(
                step_id="confirm",
                description_placeholders=issue.translation_placeholders if issue else None,
            )
        entry = self.hass.config_entries.async_get_known_entry(self._entry_id)
        self.hass.config_entries.async_update_entry(entry, data={**entry.data, self._setting: self._value})
        self.hass.config_entries.async_schedule_reload(self._entry_id)
        return self.async_create_entry(data={})


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the fix of an issue; only issues with something to accept are fixable."""
    accepted = data or {}
    return AcceptFlow(*(str(accepted[key]) for key in ("entry_id", "setting", "value")))


@callback
def async_check_conflicts(hass: HomeAssistant, entry: HubConfigEntry) -> None:
    """Point at another integration that uses the same account (design §6).

    Two clients on one account are how people get locked out.
    """
    vendor = VENDORS[entry.data[CONF_VENDOR]]
    address = vendor.address(entry.data)
    rival = next(
        (
            other
            for domain, keys in vendor.conflicts.items()
            for other in hass.config_entries.async_entries(domain)
            if other.state is ConfigEntryState.LOADED
            and address in {str(other.data.get(key, "")).lower() for key in keys}
        ),
        None,
    )
    issue_id = f"{CONFLICT}_{entry.entry_id}"
    if rival is None:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=CONFLICT,
        translation_placeholders={
            "account": entry.title,
            "integration": rival.domain,
            "entry": rival.title,
        },
    )
