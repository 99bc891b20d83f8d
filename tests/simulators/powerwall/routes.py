"""Every route of the gateway: path, method, who may use it, on which firmware, and what it does (Appendix A)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
import re
from typing import Any
from urllib.parse import unquote

from tests.simulators.powerwall import facts, handlers, meters, system
from tests.simulators.powerwall.handlers import ACCEPTED, ACCEPTED_EMPTY_OBJECT, NO_PHASES, Run, always, data, static
from tests.simulators.powerwall.profiles import Profile
from tests.simulators.wire import json_answer


class Who(Enum):
    """Who may use a route (§3.6)."""

    OPEN = auto()
    READ = auto()
    """Anybody before 20.49, who is signed in since."""
    SIGNED_IN = auto()
    INSTALLER = auto()
    COMMIT = auto()
    """Who is signed in before 20.49, the installer since."""
    ISLANDING = auto()
    """The customer until 24.44, the installer since (§13)."""


def _all(_profile: Profile) -> bool:
    return True


def _seed_era(profile: Profile) -> bool:
    return profile.seed_era


def _modern(profile: Profile) -> bool:
    return not profile.seed_era


def _system_status(profile: Profile) -> bool:
    return profile.system_status


def _vitals(profile: Profile) -> bool:
    return profile.vitals


def _islanding(profile: Profile) -> bool:
    return profile.islanding != "none"


@dataclass(frozen=True, slots=True)
class Route:
    """What one method on one path does; ``needs_running`` answers 502 while the sitemaster is stopped (§4)."""

    who: Who
    run: Run
    exists: Callable[[Profile], bool] = _all
    needs_running: bool = False


def _get(who: Who, make: Callable[[Any], Any], **options: Any) -> Mapping[str, Route]:
    return {"GET": Route(who, data(make), **options)}


def _fact(who: Who, **options: Any) -> Mapping[str, Route]:
    return {"GET": Route(who, static, **options)}


def _wizard(*methods: str) -> Mapping[str, Route]:
    """Return installer calls whose answers nobody published: 202 and an empty object."""
    return {method: Route(Who.INSTALLER, always(ACCEPTED_EMPTY_OBJECT)) for method in methods}


_EMPTY_OBJECT = always(json_answer({}))

ROUTES: dict[str, Mapping[str, Route]] = {
    # signing in and out
    "/logout": {"GET": Route(Who.OPEN, handlers.logout)},
    "/auth/toggle/supported": _get(Who.OPEN, facts.toggle_supported),
    "/auth/toggle/start": {"POST": Route(Who.OPEN, handlers.start_toggle)},
    "/auth/toggle/login": {
        "POST": Route(Who.OPEN, handlers.toggle_login),
        "DELETE": Route(Who.OPEN, handlers.end_toggle),
    },
    "/password/change": {"POST": Route(Who.OPEN, handlers.change_password)},
    "/password/generate": {"POST": Route(Who.OPEN, always(ACCEPTED_EMPTY_OBJECT))},
    "/password/reset": {"POST": Route(Who.OPEN, always(ACCEPTED_EMPTY_OBJECT))},
    # power, charge, grid, batteries
    "/meters/aggregates": _get(Who.READ, meters.aggregates, needs_running=True),
    "/system_status": _get(Who.READ, system.system_status, needs_running=True, exists=_system_status),
    "/system_status/soe": _get(Who.READ, system.state_of_energy, needs_running=True),
    "/system_status/grid_status": _get(Who.READ, system.grid_status, needs_running=True),
    "/system_status/grid_faults": _get(Who.READ, system.grid_faults, needs_running=True),
    "/operation": {
        "GET": Route(Who.SIGNED_IN, data(system.operation)),
        "POST": Route(Who.INSTALLER, handlers.ask_operation),
    },
    "/config": _get(Who.SIGNED_IN, lambda gateway: {"vin": gateway.din}),
    "/config/completed": {"GET": Route(Who.COMMIT, handlers.commit)},
    "/v2/islanding/mode": {"POST": Route(Who.ISLANDING, handlers.set_islanding, exists=_islanding)},
    "/devices/vitals": {"GET": Route(Who.SIGNED_IN, handlers.device_vitals, exists=_vitals)},
    "/solar_powerwall": {"GET": Route(Who.SIGNED_IN, handlers.solar_powerwall, exists=_system_status)},
    "/solar_powerwall/reset": _wizard("POST"),
    "/solar_powerwall/power_status": _wizard("POST"),
    # the gateway itself
    "/status": _get(Who.OPEN, system.status),
    "/sitemaster": _get(Who.READ, system.sitemaster),
    "/sitemaster/run": {"GET": Route(Who.SIGNED_IN, handlers.run_sitemaster)},
    "/sitemaster/stop": {"GET": Route(Who.SIGNED_IN, handlers.stop_sitemaster)},
    "/sitemaster/run_for_commissioning": _wizard("POST"),
    "/system/update/status": _get(Who.SIGNED_IN, facts.update_status),
    "/system/update/urgency": {"GET": Route(Who.SIGNED_IN, _EMPTY_OBJECT)},
    "/system/update": {
        "POST": Route(Who.INSTALLER, always(ACCEPTED)),
        "GET": Route(Who.SIGNED_IN, _EMPTY_OBJECT),
    },
    "/system/testing": {**_fact(Who.READ), **_wizard("DELETE")},
    "/system/testing/PINV_TEST": _wizard("POST"),
    "/system/networks": _fact(Who.SIGNED_IN, exists=_seed_era),
    "/system/networks/conn_tests": {
        **_get(Who.READ, facts.connection_tests),
        "POST": Route(Who.READ, data(facts.connection_tests_started)),
    },
    "/system/networks/ping_test": {**_fact(Who.READ), "POST": Route(Who.READ, static)},
    "/autoconfig/status": _fact(Who.READ),
    "/autoconfig/run": _wizard("POST"),
    "/autoconfig/retry": _wizard("POST"),
    "/autoconfig/cancel": _wizard("POST"),
    "/troubleshooting/problems": _fact(Who.READ),
    "/logging": {"POST": Route(Who.READ, always(ACCEPTED_EMPTY_OBJECT))},
    "/legal/radio": _fact(Who.OPEN),
    # batteries as the wizard sees them
    "/powerwalls": {"GET": Route(Who.READ, handlers.powerwalls)},
    "/powerwalls/status": {"GET": Route(Who.SIGNED_IN, handlers.powerwalls_status)},
    "/powerwalls/update": _wizard("GET"),
    "/powerwalls/phase_detection": _wizard("GET"),
    "/powerwalls/phase_usages": {"GET": Route(Who.READ, always(NO_PHASES))},
    "/powerwalls/pvi_sub_package_numbers": _fact(Who.SIGNED_IN, exists=_modern),
    "/powerwalls/pvi_power_status": {"GET": Route(Who.SIGNED_IN, _EMPTY_OBJECT, exists=_modern)},
    "/powerwalls/scan": _wizard("POST"),
    "/powerwalls/enable_inverter_solar_meter_readings": _wizard("POST"),
    # meters
    "/meters": {**_get(Who.SIGNED_IN, meters.meters), **_wizard("POST")},
    "/meters/site": _get(Who.READ, lambda gateway: meters.meter_details(gateway, "site")),
    "/meters/solar": _get(Who.READ, lambda gateway: meters.meter_details(gateway, "solar")),
    "/meters/readings": _get(Who.SIGNED_IN, meters.raw_readings),
    "/meters/status": _fact(Who.READ),
    "/meters/verify": _wizard("POST"),
    "/meters/detect_wired_meters": _wizard("POST"),
    "/meters/inverter_meter_readings": {"GET": Route(Who.SIGNED_IN, _EMPTY_OBJECT, exists=_modern)},
    "/synchrometer/ct_voltage_references": {**_fact(Who.READ, exists=_modern), **_wizard("POST")},
    "/synchrometer/ct_voltage_references/options": {
        "GET": Route(Who.READ, handlers.transformer_options, exists=_modern)
    },
    # site, people, catalogues
    "/site_info": _get(Who.READ, system.site_info),
    "/site_info/site_name": {
        **_get(Who.READ, system.site_name),
        "POST": Route(Who.SIGNED_IN, handlers.set_site_name),
    },
    "/site_info/grid_codes": _fact(Who.SIGNED_IN, exists=_seed_era),
    "/site_info/grid_regions": _fact(Who.READ, exists=_modern),
    "/site_info/grid_code": _wizard("POST"),
    "/site_info/offgrid": _wizard("POST"),
    "/site_info/timezone": _wizard("POST"),
    "/site_info/export_mode": _wizard("POST"),
    "/site_info/extra_programs": _wizard("POST"),
    "/customer": {**_fact(Who.SIGNED_IN), **_wizard("POST")},
    "/customer/registration": _fact(Who.OPEN),
    "/customer/registration/legal": {"POST": Route(Who.READ, always(ACCEPTED_EMPTY_OBJECT))},
    "/customer/registration/skip": {"POST": Route(Who.OPEN, always(ACCEPTED_EMPTY_OBJECT), exists=_seed_era)},
    "/customer/registration/emailed": {"POST": Route(Who.OPEN, always(ACCEPTED_EMPTY_OBJECT), exists=_seed_era)},
    "/installer": _get(Who.SIGNED_IN, facts.installer),
    "/installer/companies": _fact(Who.READ),
    "/solars": _fact(Who.SIGNED_IN),
    "/solars/brands": _fact(Who.SIGNED_IN),
    "/generators": _fact(Who.SIGNED_IN),
    "/generators/disconnect_types": _fact(Who.SIGNED_IN),
    # networks
    "/networks": {**_fact(Who.SIGNED_IN), **_wizard("POST", "DELETE")},
    "/networks/connect": _wizard("POST"),
    "/networks/client_protocols": {**_fact(Who.READ, exists=_modern), **_wizard("POST")},
    "/networks/access_points": _fact(Who.READ, exists=_modern),
    "/networks/request_scan_wifi": _wizard("POST"),
    "/networks/wifi_scan": {"POST": Route(Who.SIGNED_IN, always(json_answer([])), exists=_seed_era)},
    "/networks/wifi_security_types": _fact(Who.SIGNED_IN, exists=_seed_era),
}

PATTERNS: list[tuple[re.Pattern[str], Mapping[str, Route]]] = [
    (re.compile(pattern), methods)
    for pattern, methods in (
        (r"/meters/([^/]+)/cts", {"GET": Route(Who.READ, handlers.transformers), **_wizard("POST", "DELETE")}),
        (r"/meters/([^/]+)/ct_config", {"GET": Route(Who.READ, handlers.transformer_config), **_wizard("POST")}),
        (r"/meters/([^/]+)/(?:invert_cts|commission|verify)", _wizard("POST")),
        (r"/meters/([^/]+)", _wizard("DELETE")),
        (r"/solars/brands/([^/]+)", {"GET": Route(Who.SIGNED_IN, handlers.solar_models)}),
        (r"/networks/enable_(\w+)", _wizard("POST")),
        (r"/networks/([^/]+)/disconnect", _wizard("DELETE")),
        (r"/networks/([^/]+)/(?:enable|disable)", _wizard("POST")),
    )
]

RESTRICTED = frozenset({"/logout", "/meters/aggregates", "/system_status/soe", "/system_status/grid_status"})
"""All a Powerwall 3 has besides the login (§16)."""


def find(profile: Profile, method: str, path: str) -> tuple[Route, str] | None:
    """Return the route of a raw path below ``/api`` and its variable part; ``None`` if this firmware has none."""
    if profile.restricted and path not in RESTRICTED:
        return None
    methods, param = ROUTES.get(path), ""
    if methods is None:
        for pattern, candidates in PATTERNS:
            if match := pattern.fullmatch(path):
                methods, param = candidates, unquote(match[1])
                break
        else:
            return None
    route = methods.get(method)
    return (route, param) if route is not None and route.exists(profile) else None
