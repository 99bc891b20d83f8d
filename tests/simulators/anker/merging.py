"""What a write makes of what was there (anker.md §12, §18.12): pure, for the living world and for recordings alike."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.simulators.anker.call import Bean

REPLACED, PLAN = "4", "6"
GROUPS = (("custom_rate_plan", "blend_plan"), ("manual_backup", "use_time"))
"""Keys of type 6 that are sent together: what is left out of a group that is sent is deleted (§12.2)."""
STATION = "18"
CUTOFF_KEYS = ("charge_upper_limit", "discharge_lower_limit", "backup_reserve", "backup_reserve_switch", "cmd_type")
"""What ``set_power_cutoff`` may carry beside the chosen row (§12.4)."""


def merge_param(param_type: str, old: Bean | None, sent: Bean) -> Bean:
    """Return the parameters after a write: type 4 replaces the whole, the others take over the keys that were sent.

    Type 6 deletes what was left out of a group. Type 18 with an ``id`` chooses the entry of ``soc_list`` with that id; the
    id itself is not kept.
    """
    if param_type == REPLACED or not old:
        return sent
    if param_type == PLAN:
        left_out = (key for group in GROUPS if any(key in sent for key in group) for key in group if key not in sent)
        return {**old, **dict.fromkeys(left_out), **sent}
    if param_type != STATION or "id" not in sent:
        return {**old, **sent}
    rest = {key: value for key, value in sent.items() if key != "id"}
    return {**old, **rest, "soc_list": selected(old.get("soc_list") or [], sent["id"])}


def selected(rows: Iterable[Bean], chosen: int) -> list[Bean]:
    """Return rows of which only the one with the id ``chosen`` is selected; an unknown id changes nothing."""
    rows = list(rows)
    if chosen not in [row.get("id") for row in rows]:
        return rows
    return [{**row, "is_selected": int(row.get("id") == chosen)} for row in rows]


def merge_cutoff(data: Bean, body: Mapping[str, Any]) -> Bean:
    """Return ``get_power_cutoff``'s data after a ``set_power_cutoff`` (§12.4)."""
    rows = data.get("power_cutoff_data") or []
    new = {key: body[key] for key in CUTOFF_KEYS if key in body}
    return {**data, **new, "power_cutoff_data": selected(rows, body.get("cutoff_data_id", 1))}


def merge_auto_upgrade(data: Bean, body: Mapping[str, Any]) -> Bean:
    """Return ``get_auto_upgrade``'s data after a write: only the devices that were sent change; main off is all off."""
    main = bool(body.get("main_switch", data.get("main_switch")))
    sent = {row["device_sn"]: bool(row["auto_upgrade"]) for row in body.get("device_list") or []}
    rows = [
        {**row, "auto_upgrade": main and sent.get(row["device_sn"], row["auto_upgrade"])}
        for row in data.get("device_list") or []
    ]
    return {**data, "main_switch": main, "device_list": rows or None}
