"""Diagnostics: enough to replay a bug report, nothing private in it."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry
import orjson

from .account_runtime import AccountRuntime, HubConfigEntry
from .const import DOMAIN
from .core.model import Ref, Value
from .core.redact import Redactor
from .vendors import VENDORS
from .vendors.base import CONF_VENDOR
from .vendors.http import Exchange

TEXT_LIMIT = 500  # characters kept of an answer that is not JSON
# Settings that are harmless with every vendor; what no vendor calls so is treated as private.
HARMLESS = frozenset({CONF_VENDOR, "interval"})
# Our own names of private facts about a device; a vendor's come on top.
PRIVATE = frozenset({"id", "parent", "serial", "mac", "name", "url", "zone"})


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: HubConfigEntry) -> dict[str, Any]:
    """Return the state of an account and its last exchanges with the vendor."""
    return _report(entry, lambda ref: True)


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: HubConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return the same with the readings of this device only."""
    own = {identifier for domain, identifier in device.identifiers if domain == DOMAIN}
    return _report(entry, lambda ref: ref.device in own)


def _report(entry: HubConfigEntry, shows: Callable[[Ref], bool]) -> dict[str, Any]:
    settings = {**entry.data, **entry.options}
    report: dict[str, Any] = {"settings": settings, "state": entry.state.value}
    if entry.state is ConfigEntryState.LOADED:  # else nobody knows more
        report |= _account(entry.runtime_data, shows)
    vendor = VENDORS[entry.data[CONF_VENDOR]]
    harmless = HARMLESS | vendor.harmless
    private = {key: value for key, value in settings.items() if key not in harmless}
    redactor = Redactor(vendor.redact | PRIVATE | private.keys(), _texts(private))
    redactor.learn([report.get("devices"), report.get("exchanges"), _bare_ids(report.get("devices", ()))])
    redactor.learn([named for exchange in report.get("exchanges", ()) for named in _path_fields(exchange["path"])])
    redacted: dict[str, Any] = redactor.redact(report)
    redacted["settings"] |= {key: value for key, value in settings.items() if key in harmless}
    for exchange in redacted.get("exchanges", ()):
        if isinstance(exchange["body"], str):  # cut last: half a secret would not be found
            exchange["body"] = exchange["body"][:TEXT_LIMIT]
    return redacted


def _account(runtime: AccountRuntime, shows: Callable[[Ref], bool]) -> dict[str, Any]:
    return {
        "connection": _connection(runtime),
        "remarks": list(runtime.account.remarks),
        "feeds": _feeds(runtime),
        "devices": runtime.devices.as_list(),
        "capabilities": _capabilities(runtime),
        "readings": _readings(runtime, shows),
        "exchanges": [_exchange(exchange) for exchange in runtime.door.trace],
    }


def _texts(settings: Mapping[str, Any]) -> list[str]:
    return [value for value in settings.values() if isinstance(value, str)]


def _connection(runtime: AccountRuntime) -> dict[str, Any]:
    return {
        "reachable": runtime.connection.up,
        "refused": runtime.connection.refused,
        "locked_until": _plain(runtime.connection.locked_until),
        "calls_today": runtime.door.calls_today,
    }


def _feeds(runtime: AccountRuntime) -> list[dict[str, Any]]:
    return [
        {
            "key": coordinator.feed.key,
            "interval": coordinator.feed.interval,
            "last_call": _plain(coordinator.last_call),
            "failures": coordinator.failures,
            "error": coordinator.error.key if coordinator.error else None,
        }
        for coordinator in runtime.feeds.values()
    ]


def _capabilities(runtime: AccountRuntime) -> list[dict[str, Any]]:
    return [
        {"id": device.id, "setting": item.setting, "writable": item.writable, "reason": item.reason}
        for device in runtime.devices
        for item in runtime.account.capabilities(device.id)
    ]


def _readings(runtime: AccountRuntime, shows: Callable[[Ref], bool]) -> list[dict[str, Any]]:
    return [
        {
            "id": ref.device,
            "key": ref.key,
            "value": _plain(reading.value),
            "measured_at": _plain(reading.measured_at),
            "available": runtime.is_available(ref),
        }
        for ref, reading in runtime.board.readings.items()
        if shows(ref)
    ]


def _exchange(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange; its query as fields, so that private ones are known by their names."""
    path, _, query = exchange.path.partition("?")
    return {
        "at": _plain(exchange.at),
        "method": exchange.method,
        "path": path,
        "query": dict(parse_qsl(query, keep_blank_values=True)),
        "asked": exchange.asked,
        "status": exchange.status,
        "seconds": round(exchange.seconds, 3),
        "error": exchange.error,
        "body": _body(exchange.body),
    }


def _bare_ids(devices: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the vendor's own ids inside ours, such as ``plant_<id>``: keys of feeds may name them alone."""
    ids = {str(device["id"]) for device in devices}
    parts = [device_id.partition("_") for device_id in ids]
    return [{"id": bare} for head, _, bare in parts if bare and head not in ids]


def _path_fields(path: str) -> list[dict[str, str]]:
    """Return the parts of a path as fields, each named by the part before it: ``equipments/<serial>/telemetry``."""
    return [{name: value} for name, value in pairwise(path.split("/"))]


def _body(body: bytes | None) -> Any:
    """Return an answer as JSON where it is, else its text; of broken JSON only the size.

    The private texts of an answer are found by their fields, which broken JSON does not tell.
    """
    if body is None:
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        text = body.decode(errors="replace")
        return f"<{len(body)} bytes of broken JSON>" if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") else text


def _plain(value: Value) -> Any:
    return value if value is None or isinstance(value, str | int | float) else value.isoformat()
