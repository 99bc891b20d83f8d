"""What the routes do: one function per kind of answer, over the gateway and the sessions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import json
from typing import Any
from urllib.parse import parse_qsl

from tests.simulators.powerwall import facts, meters, system
from tests.simulators.powerwall.gateway import Gateway
from tests.simulators.powerwall.sessions import CUSTOMER, INSTALLER, Role, Sessions, refusal
from tests.simulators.powerwall.vitals import CONTENT_TYPE, vitals
from tests.simulators.wire import Answer, json_answer, text_answer

OFF_GRID, ON_GRID = "intentional_reconnect_failsafe", "backup"

NOT_FOUND = text_answer("404 page not found\n", status=404)
STOPPED = Answer(status=502)
EMPTY_OK = Answer(status=200)
ACCEPTED = Answer(status=202)
ACCEPTED_EMPTY_OBJECT = json_answer({}, status=202)
NO_CONTENT = Answer(status=204)
LOST = Answer(delivery="reset")
BAD_BODY = refusal(400, "invalid request body", "Unable to parse request")
CANNOT_STOP = refusal(500, "Cannot Start Wizard", "Unable to stop sitemaster")
STILL_RUNNING = refusal(409, "Sitemaster is current running", "Sitemaster is current running")
NO_PHASES = refusal(500, "no phase information", "Failed getting phase detection information")
NOT_TOGGLED = refusal(417, "switch not toggled", "Login Error")
OPTIONS_WHILE_RUNNING = refusal(
    400,
    "run sitemanager flag enabled, sitemanager process is running",
    "Failed to read Synchrometer Y CT available pairings. Please try again or reboot Gateway",
)


@dataclass(slots=True)
class Device:
    """What handlers work on: the gateway, who is signed in, and the answers made once."""

    gateway: Gateway
    sessions: Sessions
    powerwall_plus: bool = False
    toggle_started: bool = False
    line_down: bool = False
    """The answer to the last commit was lost; so is the answer to its repetition."""
    static: dict[str, Answer] = field(default_factory=dict)
    powerwalls: tuple[tuple[int, bool], Answer] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that found its route; ``param`` is the variable part of the path."""

    device: Device
    path: str
    body: bytes
    headers: Mapping[str, str]
    role: Role | None
    param: str = ""

    @property
    def form(self) -> dict[str, Any] | None:
        """Return the body as an object, JSON or a form whatever the header says (§2); ``None`` if it is neither."""
        try:
            data = json.loads(self.body)
        except ValueError:
            data = dict(parse_qsl(self.body.decode(errors="replace")))
        return data if isinstance(data, dict) and data else None


type Run = Callable[[Call], Answer]


def always(answer: Answer) -> Run:
    """Return a handler that knows one answer."""
    return lambda _call: answer


def data(make: Callable[[Gateway], Any]) -> Run:
    """Return a handler that makes its JSON anew each time."""
    return lambda call: json_answer(make(call.device.gateway))


def static(call: Call) -> Answer:
    """Answer a fact, made at the first request."""
    known = call.device.static
    if call.path not in known:
        known[call.path] = json_answer(facts.STATIC[call.path](call.device.gateway))
    return known[call.path]


# --- sessions --------------------------------------------------------------------------------------------------------


def logout(call: Call) -> Answer:
    """End the session; 204 with or without one (§3.4)."""
    call.device.sessions.forget(call.headers)
    return NO_CONTENT


def change_password(call: Call) -> Answer:
    """Change the customer's password (§3.5)."""
    form = call.form
    if form is None or not isinstance(form.get("new_password"), str) or not form["new_password"]:
        return BAD_BODY
    access = call.device.sessions.access
    if form.get("old_password") != access.password:
        return refusal(500, "password change failed", "Unable to change password")
    access.password = form["new_password"]
    return json_answer({"password": access.password})


def start_toggle(call: Call) -> Answer:
    """Wait for somebody to toggle a Powerwall's switch."""
    call.device.toggle_started = True
    return ACCEPTED


def toggle_login(call: Call) -> Answer:
    """Sign in by switch: 417 until it was toggled."""
    if (form := call.form) is None:
        return BAD_BODY
    if not call.device.sessions.access.installer_toggle_done:
        return NOT_TOGGLED
    return call.device.sessions.open(INSTALLER if form.get("username") == "installer" else CUSTOMER)


def end_toggle(call: Call) -> Answer:
    """Stop waiting for the switch."""
    started, call.device.toggle_started = call.device.toggle_started, False
    return EMPTY_OK if started else NOT_FOUND


# --- writes ----------------------------------------------------------------------------------------------------------


def ask_operation(call: Call) -> Answer:
    """Remember mode and reserve for the commit and echo them (§9.2 step 1)."""
    form = call.form or {}
    mode, reserve = form.get("mode"), form.get("backup_reserve_percent")
    if isinstance(mode, str) and isinstance(reserve, int | float) and call.device.gateway.ask(mode, reserve):
        return json_answer({"mode": mode, "backup_reserve_percent": reserve})
    return refusal(400, "invalid operation settings", "Unable to set operation mode")


def commit(call: Call) -> Answer:
    """Apply what was asked (§9.2 step 2)."""
    if call.device.line_down:
        return LOST
    gateway = call.device.gateway
    kind = gateway.commit()
    if kind == "answer_lost":
        call.device.line_down = True
        return LOST
    return json_answer(system.status(gateway)) if gateway.profile.commit_answers_status else ACCEPTED


def run_sitemaster(call: Call) -> Answer:
    """Start the sitemaster."""
    call.device.gateway.run_sitemaster()
    return ACCEPTED


def stop_sitemaster(call: Call) -> Answer:
    """Stop the sitemaster, if it can be stopped."""
    return ACCEPTED if call.device.gateway.stop_sitemaster() else CANNOT_STOP


def set_islanding(call: Call) -> Answer:
    """Go off-grid or back (§13)."""
    gateway = call.device.gateway
    wanted = (call.form or {}).get("island_mode")
    actions = {OFF_GRID: gateway.go_off_grid, ON_GRID: gateway.go_on_grid}
    if wanted not in actions:
        return refusal(400, "invalid island mode", "Unable to set island mode")
    actions[wanted]()
    return json_answer({"island_mode": wanted})


def set_site_name(call: Call) -> Answer:
    """Rename the site (§12)."""
    name = (call.form or {}).get("site_name")
    if not isinstance(name, str):
        return BAD_BODY
    call.device.gateway.site_name = name
    return json_answer(system.site_name(call.device.gateway))


# --- reads that are not just data ------------------------------------------------------------------------------------


def powerwalls(call: Call) -> Answer:
    """Return the fitted batteries; the long answer is kept until something changes."""
    device = call.device
    key = device.gateway.revision, device.gateway.running
    if device.powerwalls is None or device.powerwalls[0] != key:
        device.powerwalls = key, json_answer(system.powerwalls(device.gateway))
    return device.powerwalls[1]


def powerwalls_status(call: Call) -> Answer:
    """Return the wizard's flags; the oldest firmware refuses while running (§4)."""
    gateway = call.device.gateway
    if gateway.profile.powerwalls_status_conflict and gateway.running:
        return STILL_RUNNING
    return json_answer(system.powerwalls_status(gateway))


def device_vitals(call: Call) -> Answer:
    """Return the device tree as protobuf (§14)."""
    return Answer(body=vitals(call.device.gateway), content_type=CONTENT_TYPE)


def solar_models(call: Call) -> Answer:
    """Return one brand's models."""
    return json_answer(facts.solar_models(call.param))


def solar_powerwall(call: Call) -> Answer:
    """Return the inverter of a Powerwall+; other systems have none."""
    return json_answer(facts.solar_powerwall(call.device.gateway)) if call.device.powerwall_plus else NOT_FOUND


def transformers(call: Call) -> Answer:
    """Return one meter's current transformers."""
    gateway = call.device.gateway
    if call.param not in meters.meter_serials(gateway):
        return NOT_FOUND
    return json_answer(meters.current_transformers(gateway, call.param))


def transformer_config(call: Call) -> Answer:
    """Return one meter's transformer ratings: only Neurio meters have them."""
    gateway = call.device.gateway
    if call.param not in meters.meter_serials(gateway):
        return NOT_FOUND
    if gateway.profile.neurio:
        return json_answer({})
    return refusal(500, f"meter type must be Neurio ({call.param[10:]})", "Unable to get Amp configuration")


def transformer_options(call: Call) -> Answer:
    """Return which phases a transformer may measure: only while stopped."""
    if call.device.gateway.running:
        return OPTIONS_WHILE_RUNNING
    return json_answer({"ct1": ["Phase1"], "ct2": ["Phase2"], "ct3": ["Phase1", "Phase2"]})
