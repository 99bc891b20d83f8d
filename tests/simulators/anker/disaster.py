"""The manual backup of a power panel: a window in which its batteries are kept full (anker.md §12.10)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from tests.simulators.anker.call import MISFIT, NOT_FOUND, WRONG_PARAMETER, Bean, Call, Refused, Route, post

SERVICE: Final = "charging_disaster_prepared/"
SPACE = UUID("0c0f4a52-72d5-4f0b-9f57-0d3c6c6a1a51")
TYPE, ACTIVE, INACTIVE = 2, 1, 2
MINUTES_TO_FULL = 36
COUNTRIES = ("US", "PR")


@dataclass(slots=True, kw_only=True)
class Disaster:
    """What the cloud keeps of a site: switches and the window of the manual backup."""

    auto: bool = False
    manual: bool = False
    detail: Bean | None = None

    def catch_up(self, now: datetime) -> None:
        """Let a window that is over be forgotten."""
        if self.detail is not None and self.detail["end_time"] <= now.timestamp():
            self.manual, self.detail = False, None

    def active(self, now: datetime) -> bool:
        """Tell whether the window is open: it is switched on and its start has come."""
        return self.manual and self.detail is not None and self.detail["start_time"] <= now.timestamp()


def _disaster(call: Call) -> Disaster:
    """Return what is kept of the site that is asked for."""
    if call.site("identifier_id").kind != "power_panel":
        raise Refused(NOT_FOUND)
    if call.text("type") != str(TYPE):
        raise Refused(WRONG_PARAMETER)
    disaster: Disaster = call.world.extras.disaster(call.text("identifier_id"))
    disaster.catch_up(call.now)
    return disaster


def support(_call: Call) -> Bean:
    """Return where the cloud knows of disasters."""
    return {
        "support_auto_disaster": True,
        "support_country_code": [{"code": code, "google_code": f"place-{code.lower()}"} for code in COUNTRIES],
    }


def settings(call: Call) -> Bean:
    """Return the switches and the window."""
    disaster = _disaster(call)
    return {
        "auto_disaster_switch": disaster.auto,
        "manual_disaster_switch": disaster.manual,
        "disaster_details": [disaster.detail] if disaster.detail is not None else [],
    }


def status(call: Call) -> Bean:
    """Return what is going on now; a window that has not begun is inactive."""
    disaster = _disaster(call)
    active = disaster.active(call.now)
    return {
        "auto_disaster_status": INACTIVE,
        "manual_disaster_status": ACTIVE if active else INACTIVE,
        "current_disaster_detail": disaster.detail if active else None,
    }


def _window(call: Call) -> Bean:
    """Return the window a write sends; the server names it and takes every kind as 1."""
    sent = call.body.get("manual_disaster_detail")
    if sent is None:
        raise Refused(MISFIT)
    start, end = sent.get("start_time"), sent.get("end_time")
    if not isinstance(start, int) or not isinstance(end, int) or end <= start:
        raise Refused(WRONG_PARAMETER)
    return {
        "uuid": str(uuid5(SPACE, f"{call.text('identifier_id')} {start} {end}")),
        "disaster_type": 1,
        "event": "",
        "start_time": start,
        "end_time": end,
        "charging_time": MINUTES_TO_FULL,
        "event_key": "",
    }


def change(call: Call) -> Any:
    """Begin or stop a manual backup; a detail that is null is refused, to stop it is left out."""
    disaster, body = _disaster(call), call.body
    if "manual_disaster_detail" in body and body["manual_disaster_detail"] is None:
        raise Refused(MISFIT)
    if not isinstance(body.get("manual_disaster_switch"), bool):
        raise Refused(WRONG_PARAMETER)
    detail = _window(call) if body["manual_disaster_switch"] else None

    def apply() -> None:
        disaster.manual, disaster.detail = detail is not None, detail

    return call.world.write(call, apply)


ROUTES: tuple[Route, ...] = (
    post(SERVICE + "get_support_func", support),
    post(SERVICE + "get_site_device_disaster", settings, owner=True),
    post(SERVICE + "get_site_device_disaster_status", status, owner=True),
    post(SERVICE + "set_site_device_disaster", change, owner=True),
)
