"""Who is measured, and what both of them measure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.subject import HUB, Description, Subject

CORE = "powerwall"

# The measures both integrations have: the end of core's unique id → our reading. Everything else is off when the same
# is compared. {battery} is a battery's serial number, the gateway's own ids begin with its DIN.
SHARED_MEASURES: Mapping[str, str] = {
    "{din}_charge": "{din}_battery_level",
    "{din}_backup_reserve": "{din}_backup_reserve",
    "{din}_operation_mode": "{din}_operating_mode",
    "{din}_max_charge_power": "{din}_charge_power_available",
    "{din}_max_discharge_power": "{din}_discharge_power_available",
    "{din}_solar_instant_power": "{din}_solar_power",
    "{din}_site_instant_power": "{din}_grid_power",
    "{din}_load_instant_power": "{din}_home_power",
    "{din}_battery_instant_power": "{din}_battery_power",
    "{din}_solar_export": "{din}_solar_energy_total",
    "{din}_site_import": "{din}_grid_import_energy_total",
    "{din}_site_export": "{din}_grid_export_energy_total",
    "{din}_load_import": "{din}_home_energy_total",
    "{din}_battery_import": "{din}_battery_charge_energy_total",
    "{din}_battery_export": "{din}_battery_discharge_energy_total",
    "{din}_running": "{din}_running",
    "{din}_connected_to_tesla": "{din}_cloud_connected",
    "{din}_grid_services_active": "{din}_grid_services",
    "{din}_grid_status": "{din}_on_grid",
    "{din}_off_grid_operation": "{din}_off_grid",
    "{din}_{battery}_battery_capacity": "{battery}_battery_capacity",
    "{din}_{battery}_battery_remaining": "{battery}_battery_energy",
    "{din}_{battery}_instant_power": "{battery}_battery_power",
    "{din}_{battery}_battery_instant_voltage": "{battery}_battery_voltage",
    "{din}_{battery}_battery_export": "{battery}_battery_discharge_energy_total",
    "{din}_{battery}_battery_import": "{battery}_battery_charge_energy_total",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySubject(Subject):
    """One integration as it is measured.

    ``interval``: seconds between its fastest polls. ``measures``: the templates of the unique ids that are on, ``None``
    for what is on by default. ``power``: the unique id of the sun's power and what a watt is there.
    """

    interval: float
    power: tuple[str, float]
    measures: Sequence[str] | None = None


def _hub_steps(description: Description) -> Sequence[Mapping[str, Any]]:
    """Choose the vendor, sign in as the customer, accept the certificate."""
    return (
        {"next_step_id": "powerwall"},
        {
            "host": f"{description['host']}:{description['port']}",
            "password": description["password"],
            "advanced": {"username": "customer", "pin_certificate": True},
        },
        {},
    )


def _core_steps(description: Description) -> Sequence[Mapping[str, Any]]:
    """Sign in as the customer; core takes a port where it asks for an address."""
    return ({"ip_address": f"{description['host']}:{description['port']}", "password": description["password"]},)


OURS = GatewaySubject(
    name="ours",
    domain=HUB,
    interval=30.0,
    power=("{din}_solar_power", 1.0),
    steps=_hub_steps,
    options={"interval": 30, "try_control": False},
    measures=tuple(SHARED_MEASURES.values()),
)
RIVAL = GatewaySubject(
    name="core",
    domain=CORE,
    interval=30.0,
    power=("{din}_solar_instant_power", 0.001),
    steps=_core_steps,
    measures=tuple(SHARED_MEASURES),
)
OURS_AS_INSTALLED = GatewaySubject(
    name="ours as installed", domain=HUB, interval=10.0, power=("{din}_solar_power", 1.0), steps=_hub_steps
)
NOBODY = GatewaySubject(name="nobody", domain="", interval=30.0, power=("", 0.0))
"""Home Assistant without either: what it costs anyway is taken off."""

SUBJECTS = {subject.name: subject for subject in (OURS, RIVAL, OURS_AS_INSTALLED, NOBODY)}
