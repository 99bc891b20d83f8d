"""What Home Assistant has of one account: the config entry, its devices and their entities."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.demo.accounts import DemoAccount, Expectations
from tests.demo.api import HassApi, Json
from tests.demo.dashboard import Entities
from tests.demo.expectations import Expected
from tests.demo.processes import DemoError, looks, patience
from tests.demo.simulated import Simulated

SETUP_SECONDS = 90
COMPLETE_SECONDS = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """An account that was added, with the simulator behind it."""

    account: DemoAccount
    expectations: Expectations
    simulated: Simulated
    entry_id: str

    @property
    def site_id(self) -> str:
        """Return our id of the device that stands for the whole."""
        return self.account.site(self.simulated.description)

    def parts(self, truth: Json) -> Iterator[tuple[str, str, Json]]:
        """Yield every device as kind, our id, and its part of the truth."""
        yield "site", self.site_id, truth
        yield from self.account.parts(truth)

    def expected(self, truth: Json) -> Iterator[tuple[str, str, Expected, Mapping[str, Any]]]:
        """Yield every expected reading as our device id, key, expectation and the truth it is about."""
        for kind, device_id, part in self.parts(truth):
            for key, expected in self.expectations.readings[kind].items():
                if key not in self.account.without:
                    yield device_id, key, expected, part


class Registry:
    """The device and entity registries as they were when asked."""

    def __init__(self, devices: list[Json], entities: list[Json]) -> None:
        self._devices = devices
        self._entities = [entity for entity in entities if entity["disabled_by"] is None]

    @classmethod
    async def read(cls, api: HassApi) -> Registry:
        """Ask Home Assistant."""
        devices = await api.command("config/device_registry/list")
        return cls(devices, await api.command("config/entity_registry/list"))

    def devices(self, home: Home) -> Iterator[tuple[Json, list[str]]]:
        """Yield the account's devices with the ids of their enabled entities."""
        for device in self._devices:
            if home.entry_id in device["config_entries"]:
                yield device, [one["entity_id"] for one in self._entities if one["device_id"] == device["id"]]

    def entities(self, home: Home, device_id: str) -> Entities:
        """Return the enabled entities of the device with our id (a DIN, a serial), by reading.

        They are found by their unique ids, ``<device id>_<key of the reading>``.
        """
        prefix = f"{device_id}_".lower()
        return {
            entity["unique_id"][len(prefix) :]: entity["entity_id"]
            for entity in self._entities
            if entity["config_entry_id"] == home.entry_id and entity["unique_id"].lower().startswith(prefix)
        }

    def device_page(self, home: Home, device_id: str) -> str:
        """Return the path of the page of the device with our id."""
        for device in self._devices:
            if home.entry_id in device["config_entries"]:
                if any(identifier[1].lower() == device_id.lower() for identifier in device["identifiers"]):
                    return f"config/devices/device/{device['id']}"
        raise DemoError(f"Home Assistant has no device {device_id}")


async def until_complete(api: HassApi, home: Home) -> None:
    """Wait until the site has all its entities: some makers are asked for one energy after the other.

    Whatever is missing at the end of all patience the check complains about.
    """
    expected = home.expectations.readings["site"].keys() - home.account.without
    async for _ in looks(COMPLETE_SECONDS):
        if expected <= (await Registry.read(api)).entities(home, home.site_id).keys():
            return


async def until_loaded(api: HassApi, entry_id: str) -> None:
    """Wait until a config entry is loaded; raise DemoError if that fails or takes too long."""
    async for _ in patience(SETUP_SECONDS, "Setting up an account"):
        entries = {entry["entry_id"]: entry for entry in await api.command("config_entries/get")}
        entry = entries[entry_id]
        if entry["state"] == "loaded":
            return
        if entry["state"] in {"setup_error", "migration_error"}:
            raise DemoError(f"The account {entry['title']} could not be set up: {entry['reason']}")
