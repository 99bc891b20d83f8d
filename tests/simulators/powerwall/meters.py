"""What the gateway measures: aggregates, single meters and raw readings (specification §5, §12)."""

from datetime import datetime
import math
from typing import Any

from tests.simulators.house import Truth
from tests.simulators.powerwall.gateway import Gateway
from tests.simulators.surroundings import noise

ZERO_TIME = "0001-01-01T00:00:00Z"
METER_NOISE = 0.004
"""The load is computed from three meters that do not agree exactly (§19.9: within 1 %)."""
PACK_VOLTS = 47.0
"""Battery currents look like DC pack currents (§5)."""
MEASURED_AT = {"site": "321056599", "load": "321056599", "battery": "388079689", "solar": "388657779"}


def go_time(moment: datetime, fraction: str = "000000000") -> str:
    """Return a time as the gateway writes it: RFC 3339 with nanoseconds."""
    text = moment.replace(microsecond=0).isoformat()
    return f"{text[:19]}.{fraction}{text[19:]}".replace("+00:00", "Z")


def jitter(gateway: Gateway, truth: Truth, channel: int) -> float:
    """Return a number in −1…1 that changes every second, the same for the same seed and time."""
    return 2 * noise(gateway.seed * 31 + channel, int(truth.time.timestamp())) - 1


def tens(watt_hours: float) -> int:
    """Return an energy as batteries count it, in steps of 10 Wh."""
    return int(watt_hours // 10) * 10


def battery_counters(truth: Truth) -> tuple[int, int]:
    """Return what the batteries discharged and charged, Wh: the blocks' own counters plus those of removed ones."""
    discharged = sum(tens(battery.discharged_wh) for battery in truth.batteries)
    charged = sum(tens(battery.charged_wh) for battery in truth.batteries)
    gone_out = truth.counters.battery_discharge_wh - sum(battery.discharged_wh for battery in truth.batteries)
    gone_in = truth.counters.battery_charge_wh - sum(battery.charged_wh for battery in truth.batteries)
    return discharged + tens(round(gone_out, 3)), charged + tens(round(gone_in, 3))


def aggregates(gateway: Gateway) -> dict[str, Any]:
    """Return the body of ``meters/aggregates``."""
    truth = gateway.house.truth()
    profile = gateway.profile
    solar_w = truth.solar_w - truth.standby_w
    load_w = (truth.grid_w + truth.battery_w + solar_w) * (1 + METER_NOISE * jitter(gateway, truth, 0))
    discharged, charged = battery_counters(truth)
    counters = truth.counters
    powers = {
        "site": (truth.grid_w, counters.grid_export_wh, counters.grid_import_wh),
        "battery": (truth.battery_w, discharged, charged),
        "load": (load_w, 0, counters.home_wh),
        "solar": (solar_w, counters.solar_wh, counters.standby_wh),
    }
    now = truth.time.astimezone(gateway.house.zone)
    body = {
        location: _meter(gateway, truth, location, power, exported, imported, now)
        for location, (power, exported, imported) in powers.items()
    }
    if profile.aggregates == "old":
        unfitted = dict.fromkeys(body["site"], 0) | {"last_communication_time": ZERO_TIME}
        body |= {location: dict(unfitted) for location in ("busway", "frequency", "generator")}
    return body


def _meter(
    gateway: Gateway, truth: Truth, location: str, power: float, exported: float, imported: float, now: datetime
) -> dict[str, Any]:
    """Return one location of the aggregates in the shape of the firmware."""
    kind = gateway.profile.aggregates
    real = _rounded(kind, location, power)
    reactive = 30.0 if location == "battery" else round(-0.3 * abs(power) ** 0.8, 2)
    voltage = _voltage(gateway, truth, location)
    frequency, current = _frequency(gateway, truth, location), _current(kind, location, power, voltage)
    meter: dict[str, Any] = {
        "last_communication_time": go_time(now, MEASURED_AT[location]),
        "instant_power": real,
        "instant_reactive_power": reactive,
        "instant_apparent_power": math.hypot(real, reactive),
        "frequency": frequency,
        "energy_exported": exported,
        "energy_imported": imported,
        "instant_average_voltage": voltage,
    }
    if kind in ("synchrometer", "powerwall3"):
        meter["instant_average_current"] = 0 if location == "battery" else current
    meter |= {"i_a_current": 0, "i_b_current": 0, "i_c_current": 0}
    if kind in ("synchrometer", "powerwall3"):
        meter |= {f"last_phase_{what}_communication_time": ZERO_TIME for what in ("voltage", "power", "energy")}
    if kind != "old":
        meter["timeout"] = 60_000_000_000 if kind == "powerwall3" else 1_500_000_000
    if kind in ("synchrometer", "powerwall3") and location != "load":
        meter["num_meters_aggregated"] = 2 if location == "site" and kind == "synchrometer" else 1
    meter["instant_total_current"] = current
    return meter


def _rounded(kind: str, location: str, power: float) -> float:
    """Return a power in the resolution of what measures it."""
    if location == "battery":
        return round(power, -1)
    return round(power) if kind == "synchrometer" and location != "load" else round(power, 6)


def _voltage(gateway: Gateway, truth: Truth, location: str) -> float:
    """Return the voltage a meter reports; synchrometers on split phase show √3 × line to neutral (§5)."""
    region = gateway.profile.region
    real = region.voltage * (1.02 + 0.004 * jitter(gateway, truth, 1))
    if location != "battery" and gateway.profile.aggregates == "synchrometer" and region.phase == "Split":
        return real / 2 * math.sqrt(3)
    return round(real, 1) if location == "battery" else real


def _frequency(gateway: Gateway, truth: Truth, location: str) -> float:
    """Return the frequency a meter reports: 0 where it does not measure (§5)."""
    kind = gateway.profile.aggregates
    measured = {"synchrometer": ("battery",), "powerwall3": ("battery", "solar")}.get(kind, MEASURED_AT)
    return grid_frequency(gateway, truth) if location in measured else 0


def grid_frequency(gateway: Gateway, truth: Truth) -> float:
    """Return the frequency of the house's network, Hz."""
    return gateway.profile.region.frequency + 0.001 * round(30 * jitter(gateway, truth, 2))


def _current(kind: str, location: str, power: float, voltage: float) -> float:
    """Return the total current a meter reports: DC-like on batteries, none where two meters make one."""
    if location == "battery":
        return 0 if kind in ("synchrometer", "powerwall3") else round(-power / PACK_VOLTS, 1)
    return abs(power) / voltage if location == "load" else 0


# --- single meters ---------------------------------------------------------------------------------------------------


def meter_details(gateway: Gateway, location: str) -> list[dict[str, Any]]:
    """Return the body of ``meters/site`` or ``meters/solar``: a list of one."""
    truth = gateway.house.truth()
    readings = aggregates(gateway)[location]
    readings.pop("num_meters_aggregated", None)
    phases = {"a": 1, "b": 2} if gateway.profile.region.phase == "Split" else {"a": 1}
    share = 1 / len(phases)
    voltage = gateway.profile.region.voltage / len(phases) * (1.02 + 0.004 * jitter(gateway, truth, 1))
    for phase, number in phases.items():
        readings |= {
            f"real_power_{phase}": readings["instant_power"] * share,
            f"reactive_power_{phase}": readings["instant_reactive_power"] * share,
            f"v_l{number}n": voltage,
            f"energy_exported_{phase}": readings["energy_exported"] * share,
            f"energy_imported_{phase}": readings["energy_imported"] * share,
        }
    for what in ("voltage", "power", "energy"):
        readings[f"last_phase_{what}_communication_time"] = readings["last_communication_time"]
    neurio = gateway.profile.neurio
    serial = meter_serials(gateway)[0]
    readings |= {"serial_number": serial, "version": "1.7.1-Tesla"}
    return [
        {
            "id": 0,
            "location": location,
            "type": "neurio_tcp" if neurio else "synchrometerY",
            "cts": [True, True, False, False] if location == "site" else [False, False, True, False],
            "inverted": [False] * 4,
            "connection": {
                "ip_address": "PWRview-73533",
                "port": 443,
                "short_id": "73533",
                "device_serial": serial,
                "neurio_connected": neurio,
                "https_conf": {},
            },
            "Cached_readings": readings,
        }
    ]


def meter_serials(gateway: Gateway) -> list[str]:
    """Return the serial numbers of the fitted meters, the one that also measures the sun first."""
    if gateway.profile.neurio:
        return [f"OBB{int(gateway.serial[-7:]):010d}"]
    return [f"{gateway.serial[:10]}synchrometerY", f"{gateway.serial[:10]}synchrometerX"]


def current_transformers(gateway: Gateway, serial: str) -> list[dict[str, Any]]:
    """Return the current transformers of one meter."""
    scaled = not gateway.profile.neurio

    def transformer(kind: str, valid: list[bool], factor: int) -> dict[str, Any]:
        scale = {"real_power_scale_factor": factor} if scaled else {}
        return {"type": kind, "valid": valid, "inverted": [False] * 4, **scale}

    site = transformer("site", [True, True, False, False], 1)
    if serial.endswith("synchrometerX"):
        return [site]
    return [site, transformer("solar", [False, False, True, False], 2)]


def meters(gateway: Gateway) -> list[dict[str, Any]]:
    """Return the body of ``meters``."""
    if gateway.profile.neurio:
        return [
            {"serial": serial, "short_id": "73533", "connected": True, "cts": current_transformers(gateway, serial)}
            for serial in meter_serials(gateway)
        ]
    return [
        {
            "serial": serial,
            "short_id": gateway.din,
            "type": serial[10:],
            "cts": current_transformers(gateway, serial),
        }
        for serial in meter_serials(gateway)
    ]


def raw_readings(gateway: Gateway) -> dict[str, Any]:
    """Return the body of ``meters/readings``: real numbers only from Neurio meters or while stopped (§12)."""
    if gateway.profile.neurio:
        return {serial: {"error": "", "data": _neurio_data(gateway)} for serial in meter_serials(gateway)}
    error = "run sitemanager flag enabled, sitemanager process is running" if gateway.running else ""
    return {serial: {"error": error, "data": _synchrometer_data(gateway, serial)} for serial in meter_serials(gateway)}


def _transformer_reading(number: int, volts: float = 0, watts: float = 0) -> dict[str, float]:
    """Return one transformer's reading; energies are in watt-seconds."""
    return {"ct": number, "v_V": volts, "p_W": watts, "q_VAR": 0, "eExp_Ws": 0, "eImp_Ws": 0}


def _synchrometer_data(gateway: Gateway, serial: str) -> dict[str, Any]:
    """Return the data of one synchrometer: zeros while the sitemaster runs."""
    if gateway.running:
        return {"firmwareVersion": "", "cts": [_transformer_reading(0) for _ in range(4)]}
    truth = gateway.house.truth()
    volts = round(gateway.profile.region.voltage / 2 * 1.02, 2)
    has_sun = serial.endswith("Y")
    watts = (0, 0, round(truth.solar_w / 2)) if has_sun else (round(truth.grid_w / 2), round(truth.grid_w / 2), 0)
    readings = [
        _transformer_reading(number, volts if number < 3 or has_sun else 0, value)
        for number, value in enumerate(watts, start=1)
    ]
    return {"firmwareVersion": gateway.git_hash[:14], "cts": [*readings, _transformer_reading(0)]}


def _neurio_data(gateway: Gateway) -> dict[str, Any]:
    """Return the data of a Neurio meter."""
    truth = gateway.house.truth()
    volts = round(gateway.profile.region.voltage / 2 * 1.01, 1)
    counters = truth.counters
    watts = (truth.grid_w / 2, truth.grid_w / 2, truth.solar_w, 0)
    transformers = [
        _transformer_reading(number, volts, round(value, 2))
        | {
            "eExp_Ws": int(counters.grid_export_wh * 1800),
            "eImp_Ws": int(counters.grid_import_wh * 1800),
            "i_A": round(abs(value) / volts, 3),
        }
        for number, value in enumerate(watts, start=1)
    ]
    return {
        "IP": "Neurio-73533",
        "sensorId": "0x0000B0C7DE0BD5E1",
        "firmwareVersion": "Tesla-0.0.7",
        "f_Hz": gateway.profile.region.frequency,
        "cts": transformers,
    }
