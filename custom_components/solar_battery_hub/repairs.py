"""Repairs: what only the user can put right, and the fixes that take one click."""

from functools import partial

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from .account_runtime import HubConfigEntry
from .connection import CONFLICT
from .const import DOMAIN


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
def async_watch_conflicts(hass: HomeAssistant, entry: HubConfigEntry) -> None:
    """Point at another integration that uses the same account, as long as it does (design §6).

    Two clients on one account are how people get locked out.
    """

    @callback
    def _check(_: ConfigEntryChange | None = None, changed: ConfigEntry | None = None) -> None:
        if changed is None or changed.domain in entry.runtime_data.vendor.conflicts:
            _show_conflict(hass, entry, _rival(hass, entry))

    entry.async_on_unload(async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, _check))
    entry.async_on_unload(partial(_show_conflict, hass, entry, None))
    _check()


def _rival(hass: HomeAssistant, entry: HubConfigEntry) -> ConfigEntry | None:
    """Return a loaded entry of another integration with the same address, number or device."""
    vendor, account = entry.runtime_data.vendor, entry.runtime_data.account
    address = vendor.address(entry.data)
    serials = {device.serial for device in account.devices}
    for domain, settings in vendor.conflicts.items():
        for other in hass.config_entries.async_loaded_entries(domain):
            theirs = {own: other.data.get(key) or "" for own, key in settings.items()}
            same_account = vendor.address(theirs) == address or (account.number and other.unique_id == account.number)
            if same_account or serials & _device_names(hass, other):
                return other
    return None


def _device_names(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    """Return what an entry's devices are known by: with most integrations their serial numbers."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return {name for device in devices for _, name, *_ in device.identifiers}


def _show_conflict(hass: HomeAssistant, entry: HubConfigEntry, rival: ConfigEntry | None) -> None:
    """Raise the repair, or take it back."""
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
        translation_placeholders={"account": entry.title, "integration": rival.domain, "entry": rival.title},
    )


@callback
def async_delete_issues(hass: HomeAssistant, entry_id: str) -> None:
    """Delete every repair of an entry that is removed."""
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.endswith(f"_{entry_id}"):
            ir.async_delete_issue(hass, DOMAIN, issue_id)
