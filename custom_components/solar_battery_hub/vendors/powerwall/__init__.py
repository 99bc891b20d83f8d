"""The Tesla Powerwall's local gateway."""

from ..base import Settings, Vendor
from .account import PowerwallAccount
from .actions import ACTIONS
from .client import split_host


def _address(settings: Settings) -> str:
    """Return host and port in one spelling, so that one gateway has one store."""
    host, port = split_host(settings["host"])
    return f"{host}:{port}"


VENDOR = Vendor(
    key="powerwall",
    name="Tesla Powerwall",
    open=PowerwallAccount,
    address=_address,
    credentials=("username", "password"),
    # Names of fields in this vendor's answers that identify a person, a place or a device.
    redact=frozenset(
        {
            "din",
            "vin",
            "gateway_din",
            "serial",
            "short_id",
            "serial_number",
            "device_serial",
            "PackageSerialNumber",
            "ecu_package_serial_number",
            "site_uid",
            "site_name",
            "network_name",
            "username",
            "ip",
            "ip_address",
            "gateway",
            "hw_address",
            "mac",
            "token",
            "email",
            "firstname",
            "lastname",
            "phone",
            "company",
            "customer_id",
            "utility",
            "retailer",
            "distributor",
        }
    ),
    harmless=frozenset({"username", "try_control"}),  # customer or installer
    actions=ACTIONS,
    conflicts={"powerwall": {"host": "ip_address"}},
)
