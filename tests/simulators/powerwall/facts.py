"""What hardly ever changes: people, networks, catalogues, wizards (specification §12). Own values in recorded shapes."""

from collections.abc import Callable
from typing import Any

from tests.simulators.powerwall.gateway import Gateway

SOLAR_MODELS: dict[str, tuple[tuple[str, int], ...]] = {
    "Enphase Energy": (("IQ7PLUS-72-x-US (240V)", 290), ("IQ8A-72-2-US (240V)", 366)),
    "Fronius International": (("Symo 8.2-3-M", 8_200), ("Primo 5.0-1", 5_000)),
    "SMA America": (("SB 5.0-1SP-US-40 (240V)", 5_000),),
    "SolarEdge Technologies": (("SE5000 (240V) w/ -ER-US or A-US", 6_000), ("SE7600A-US (240V)", 7_600)),
}


def networks(gateway: Gateway) -> list[dict[str, Any]]:
    """Return the network interfaces in the shape of the firmware."""
    if gateway.profile.networks == "old":
        return [
            _old_network(0, "can0", connected=True),
            _old_network(1, "eth0", connected=True, address="192.0.2.20"),
            _old_network(2, "wifi0", connected=False),
        ]
    upper = gateway.profile.networks == "IP"
    mobile = _interface("gsm_tesla_internal_default", "GsmType", "198.51.100.9", 71, upper=upper)
    wireless = _interface("SimulatedWiFi", "WifiType", "192.0.2.20", 59, upper=upper)
    security = {"security_type": "WPA2_Personal", "username": ""}
    return [
        _network("ethernet_tesla_internal_default", "EthType", extra_ips=[{"ip": "192.168.90.2", "netmask": 24}]),
        _network("gsm_tesla_internal_default", "GsmType", dhcp=None, active=True, iface_network_info=mobile),
        _network("SimulatedWiFi", "WifiType", active=True, used=True, iface_network_info=wireless, **security),
    ]


def _network(name: str, kind: str, *, used: bool = False, **details: Any) -> dict[str, Any]:
    """Return one network; only the used one reaches the world."""
    return {
        "network_name": name,
        "interface": kind,
        "dhcp": True,
        "enabled": True,
        "active": False,
        "primary": used,
        "lastTeslaConnected": used,
        "lastInternetConnected": used,
        **details,
    }


def _old_network(number: int, name: str, *, connected: bool, address: str = "") -> dict[str, Any]:
    """Return an interface as firmware 1.15 lists it."""
    return {
        "id": number,
        "name": name,
        "connected": connected,
        "is_dhcp": bool(address),
        "ip_address": address,
        "subnet": "255.255.255.0" if address else "",
        "config": None,
    }


def _interface(name: str, kind: str, address: str, strength: int, *, upper: bool) -> dict[str, Any]:
    """Return what an interface is connected to; 23.44 writes the mask as base64 bytes."""
    network = {"IP": address, "Mask": "////AA=="} if upper else {"ip": address, "mask": "255.255.255.0"}
    return {
        "network_name": name,
        "ip_networks": [network],
        "gateway": "192.0.2.1",
        "interface": kind,
        "state": "DeviceStateReady",
        "state_reason": "DeviceStateReasonNone",
        "signal_strength": strength,
        "hw_address": "" if kind == "GsmType" else "02:00:00:00:53:20",
    }


def customer(gateway: Gateway) -> dict[str, Any]:
    """Return the owner's consents; 1.15 had the address instead."""
    if gateway.profile.operation_key == "mode":
        place = {"city": "Simville", "state": "CA", "zip": "00000", "country": "United States"}
        return {**place, "emailed_registration": False, "registered": True}
    consents = ("marketing", "registered", "privacy_notice", "grid_services", "limited_warranty")
    return dict.fromkeys(consents, True)


def registration(_gateway: Gateway) -> dict[str, Any]:
    """Return the registration; some values are null."""
    return {
        "privacy_notice": True,
        "limited_warranty": True,
        "grid_services": None,
        "marketing": None,
        "registered": True,
        "timed_out_registration": False,
    }


def installer(gateway: Gateway) -> dict[str, Any]:
    """Return who installed it; ``run_sitemaster`` disappears while stopped."""
    body: dict[str, Any] = {
        "company": "Simulated Solar Ltd",
        "customer_id": "S-0042",
        "phone": "+1 555 0100",
        "email": "installer@example.com",
        "location": "Outdoor",
        "mounting": "Floor",
        "wiring": "Side",
        "backup_configuration": "Partial Home",
        "solar_installation": "Existing",
        "solar_installation_type": "PV Panel",
        "has_cellular_modem_to_wifi": True,
    }
    if gateway.running:
        body["run_sitemaster"] = True
    return body | {"verified_config": True, "installation_types": ["Residential"]}


def installer_companies(_gateway: Gateway) -> list[dict[str, Any]]:
    """Return the list of all installers: more than half a megabyte."""
    return [
        {"company": f"Simulated Installer Number {number:05d} Incorporated", "customer_id": f"S-{number:06d}",
         "country": "US"}
        for number in range(6_500)
    ]  # fmt: skip


def solars(_gateway: Gateway) -> list[dict[str, Any]]:
    """Return the configured inverters."""
    return [
        {"brand": "SolarEdge Technologies", "model": "SE5000 (240V) w/ -ER-US or A-US", "power_rating_watts": 6_000}
    ]


def solar_brands(_gateway: Gateway) -> list[str]:
    """Return the brands of inverters."""
    return list(SOLAR_MODELS)


def solar_models(brand: str) -> list[dict[str, Any]]:
    """Return the models of one brand; none for an unknown one."""
    return [
        {"brand": brand, "model": model, "description": f"{watts / 1000:g} kW inverter", "power_rating_watts": watts}
        for model, watts in SOLAR_MODELS.get(brand, ())
    ]


def generators(_gateway: Gateway) -> dict[str, Any]:
    """Return the generators: none."""
    return {"disconnect_type": "None", "generators": []}


def update_status(gateway: Gateway) -> dict[str, Any]:
    """Return the state of the firmware update (§10); times are ms since 1970."""
    now = int(gateway.clock.now().timestamp() * 1000)
    body: dict[str, Any] = {
        "state": "/update_failed" if gateway.profile.seed_era else "/update_succeeded",
        "info": {"status": ["nonactionable"]},
        "current_time": now,
    }
    if gateway.profile.seed_era:
        return body
    return body | {
        "last_status_time": now - now % 3_600_000,
        "version": gateway.version,
        "offline_updating": False,
        "offline_update_error": "",
        "estimated_bytes_per_second": None,
    }


def system_testing(gateway: Gateway) -> dict[str, Any]:
    """Return the result of the commissioning tests."""
    tested = gateway.profile.seed_era
    meter = [{"Power": 575.69, "CT": 1, "Serial": "OBB0000073533", "Type": "site"}]
    return {
        "running": False,
        "status": "TestPassed" if tested else "TestNotRun",
        "charge_tests": [0, -1_000, -2_000, -1_000, 0] if tested else None,
        "meter_results": [meter] * 5 if tested else None,
        "inverter_results": None,
        "hysteresis": 0.05 if tested else 0,
        "error": "",
        "errors": None,
        "tests": None,
    }


def connection_tests(gateway: Gateway) -> dict[str, Any]:
    """Return the network tests, which nobody has run."""
    if gateway.profile.seed_era:
        passed = {"pass": True, "error": ""}
        names = ("Config Syncer Test", "Gle GET Test", "Hermes Status Test", "Synergy Data Test")
        return {"results": dict.fromkeys(names, passed), "timestamp": "2018-04-02T16:20:00Z"}
    return _diagnostic("Network connection", "Network", "Network device", "not_run")


def connection_tests_started(_gateway: Gateway) -> list[dict[str, Any]]:
    """Return the tests that a POST starts."""
    return [
        _diagnostic("CAN bus", "InternalComms", "Enable switch", "not_run"),
        _diagnostic("Meter communication", "Metering", "Meter read", "not_run"),
        _diagnostic("Network connection", "Network", "Network device", "scheduled"),
    ]


def _diagnostic(name: str, category: str, check: str, state: str) -> dict[str, Any]:
    """Return a diagnostic with one check."""
    times = dict.fromkeys(("start_time", "end_time"))
    result: dict[str, Any] | None = {} if state == "scheduled" else None
    results = dict.fromkeys(("results", "debug"), result)
    checks = [{"name": check, "status": state, **times, **results, "checks": None}]
    return {
        "name": name,
        "category": category,
        "disruptive": False,
        "inputs": None,
        "checks": checks,
        "alert": False,
    }


def grid_codes(_gateway: Gateway) -> dict[str, Any]:
    """Return the grid codes of the seed's firmware: country → state → standard → list."""

    def code(name: str, volts: int, hertz: int, phase: str) -> list[dict[str, Any]]:
        return [
            {
                "grid_code": name,
                "grid_voltage_setting": volts,
                "grid_freq_setting": hertz,
                "grid_phase_setting": phase,
            }
        ]

    return {
        "Germany": {"*": {"VDE4105": code("50Hz_230V_1_VDE4105:2011_Germany", 230, 50, "Single")}},
        "United States": {"*": {"IEEE1547": code("60Hz_240V_s_IEEE1547:2003_US", 240, 60, "Split")}},
    }


def grid_regions(_gateway: Gateway) -> dict[str, str]:
    """Return the grid codes of newer firmware: CSV inside JSON."""
    rows = (
        "grid_code,country,state,distributor,utility,retailer,standard",
        "50Hz_230V_1_VDE4105:2018_Germany,Germany,*,*,*,*,VDE4105",
        "60Hz_240V_s_UL1741SA:2019_California,United States,California,*,*,*,UL1741SA-CA:2019",
    )
    return {"regions": "\n".join(rows) + "\n"}


def radio(_gateway: Gateway) -> list[dict[str, str]]:
    """Return the radio modules."""
    modules = (("Telit", "LE910-NA1", "SIM-LE910", "0000A-LE910"), ("Redpine", "RS9113", "SIM-RS9113", "0000B-9113"))
    return [
        {"manufacturer": maker, "model": model, "fcc_id": fcc, "ic_id": industry_canada}
        for maker, model, fcc, industry_canada in modules
    ]


def autoconfig(_gateway: Gateway) -> dict[str, Any]:
    """Return the automatic configuration: not used."""
    flags = ("running", "retry_possible", "have_registered", "have_timezone", "have_gridcode")
    return {"status": "not_applicable", **dict.fromkeys(flags, False), "grid_availability": ""}


def solar_powerwall(gateway: Gateway) -> dict[str, Any]:
    """Return the inverter inside a Powerwall+; unconnected strings show ghosts of a voltage."""
    watts = gateway.house.truth().solar_w
    volts = gateway.profile.region.voltage

    def string(number: int, *, connected: bool) -> dict[str, Any]:
        power = watts / 2 if connected else 0.0
        voltage = (280.0 if power else 40.0) if connected else -2.5
        return {
            "string_id": number,
            "connected": connected,
            "measured_voltage": voltage,
            "current": round(power / voltage, 2) if connected else 0,
            "measured_power": power,
        }

    return {
        "pvac_status": {
            "state": "PVAC_Active" if watts else "PVAC_Wait",
            "disabled": False,
            "disabled_reasons": [],
            "grid_state": "Grid_Compliant",
            "inv_state": "INV_Grid_Connected" if watts else "INV_Wait_For_Initialization",
            "v_out": volts,
            "f_out": gateway.profile.region.frequency,
            "p_out": watts,
            "q_out": 0,
            "i_out": round(watts / volts, 2),
            "string_vitals": [string(number, connected=number < 3) for number in range(1, 5)],
        },
        "pvs_status": {
            "state": "PVS_Active",
            "disabled": False,
            "enable_output": True,
            "v_ll": volts,
            "self_test_state": "PVS_SelfTestOff",
        },
        "pv_power_limit": 7_600,
        "power_status_setpoint": "on",
        "pvac_alerts": {"ground_fault": False, "pv_isolation": False},
        "pvs_alerts": {"arc_fault": False, "string_reversed": False},
    }


def toggle_supported(gateway: Gateway) -> dict[str, bool]:
    """Return whether the switch can prove presence: not while stopped (§3.5)."""
    return {"toggle_auth_supported": gateway.running}


STATIC: dict[str, Callable[[Gateway], Any]] = {
    "/legal/radio": radio,
    "/installer/companies": installer_companies,
    "/solars": solars,
    "/solars/brands": solar_brands,
    "/generators": generators,
    "/generators/disconnect_types": lambda _gateway: ["DownstreamATS"],
    "/networks": networks,
    "/networks/client_protocols": lambda _gateway: dict.fromkeys(
        ("dnp3", "m2m", "mtls", "modbus", "allow_public_ip"), False
    ),
    "/networks/access_points": lambda _gateway: [],
    "/networks/wifi_security_types": lambda _gateway: ["NONE", "WEP", "WPAorWPA2_Personal"],
    "/customer": customer,
    "/customer/registration": registration,
    "/site_info/grid_codes": grid_codes,
    "/site_info/grid_regions": grid_regions,
    "/system/testing": system_testing,
    "/system/networks/ping_test": lambda _gateway: {"Error": {}},
    "/system/networks": lambda _gateway: [
        {"network_name": "SimulatedWiFi", "interface": "WifiType", "security_type": "WPAorWPA2_Personal", "dhcp": True}
    ],
    "/synchrometer/ct_voltage_references": lambda _gateway: {"ct1": "Phase1", "ct2": "Phase2", "ct3": "Phase1"},
    "/autoconfig/status": autoconfig,
    "/troubleshooting/problems": lambda _gateway: {"problems": []},
    "/meters/status": lambda _gateway: {"status": "", "errors": None},
    "/powerwalls/pvi_sub_package_numbers": lambda _gateway: {"pvi_sub_package_numbers": [None]},
}
"""Answers that never change while the gateway runs: made once."""
