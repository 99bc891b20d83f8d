"""What tests of readings need: sites with devices, scenes as the cloud writes them, what is read of them by key."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from custom_components.solar_battery_hub.core.model import Reported
from custom_components.solar_battery_hub.vendors.anker.inventory import Inventory
from custom_components.solar_battery_hub.vendors.anker.model import Listed, Site
from custom_components.solar_battery_hub.vendors.anker.readings import Readings, Values
from tests.vendors.tools import MemoryStore

AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SITE = Site(id="s1", name="Home", type=12)
OWNER = "site_s1"
METER, PLUG = "A17X7METER000001", "A17X8PLUG0000001"


class Desk:
    """Somebody who reads; remembers what was seen until ``store`` is another."""

    def __init__(self, *models: str, site: Site = SITE, store: MemoryStore | None = None) -> None:
        """Have a site with devices of these product codes, serial numbers ``<code>-1`` and so on."""
        self.site = site
        self.store = store or MemoryStore()
        self.inventory = Inventory(self.store)
        self.devices = [
            Listed(
                serial=f"{model}-{models[:at].count(model) + 1}",
                model=model,
                name=model,
                site=site.id,
                owner=site.owner,
            )
            for at, model in enumerate(models)
        ]
        self.inventory.note_sites([site], {site.id: self.devices})
        self.readings = Readings(self.inventory, self.store)

    def scene(self, bean: Mapping[str, Any], at: datetime | None = AT) -> Values:
        """Return what a scene tells."""
        return self.readings.scene(self.site, bean, at)


def by_key(values: Values, owner: str = OWNER) -> dict[str, Reported]:
    """Return the readings of one device by their keys."""
    return {ref.key: value for ref, value in values.items() if ref.device == owner}


def bank(model: str = "A17C5", number: int = 1, **told: Any) -> dict[str, Any]:
    """Return a solarbank as a scene tells it (§7.2): half full, idle."""
    return {
        "device_pn": model,
        "device_sn": f"{model}-{number}",
        "device_name": "Bank",
        "battery_power": "50",
        "charging_power": "0",
        "power_unit": "W",
        "charging_status": "0",
        "status": "1",
        "wireless_type": "1",
        "photovoltaic_power": "0",
        "output_power": "0",
        "set_load_power": "",
        "sub_package_num": 0,
        "is_display": True,
        "bat_charge_power": "0",
        "bat_discharge_power": "0",
        "pv_power": None,
        "heating_power": "",
        "err_code": 0,
        **told,
    }


def meter(**told: Any) -> dict[str, Any]:
    """Return what a scene tells of the grid with one meter."""
    row = {"device_pn": "A17X7", "device_sn": METER, "device_name": "Meter", "status": "1", "wireless_type": ""}
    return {
        "grid_list": [row],
        "photovoltaic_to_grid_power": "0",
        "grid_to_home_power": "0",
        "grid_status": 0,
        "has_history_data": True,
        **told,
    }


_INFO: dict[str, Any] = {
    "total_charging_power": "0",
    "power_unit": "W",
    "charging_status": "0",
    "total_battery_power": "0.50",
    "updated_time": "2026-06-01 14:00:00",
    "total_photovoltaic_power": "0",
    "total_output_power": "0.00",
    "battery_discharge_power": "0",
    "ac_power": "0",
    "to_home_load": "0",
    "is_display_data": True,
    **{f"solar_power_{at}": "0" for at in range(1, 5)},
    "other_input_power": "0",
    "grid_to_battery_power": "0",
    "pei_heating_power": "0",
}
_TOP: dict[str, Any] = {
    "home_info": {"home_name": "Home", "charging_power": "0.00", "power_unit": "W"},
    "solar_list": [],
    "statistics": [
        {"type": "1", "total": "198.61", "unit": "kWh"},
        {"type": "2", "total": "198.01", "unit": "kg"},
        {"type": "3", "total": "56.17", "unit": "€"},
    ],
    "retain_load": "200W",
    "scene_mode": 3,
    "user_scene_mode": 3,
    "home_load_power": "0",
    "updated_time": "01-01-0001 00:00:00",
    "powerpanel_list": [],
    "grid_info": None,
    "smart_plug_info": None,
    "other_loads_power": "0",
    "error_code": 0,
    "err_msg": "",
}


def scene(
    banks: Sequence[Mapping[str, Any]] = (), /, info: Mapping[str, Any] | None = None, **told: Any
) -> dict[str, Any]:
    """Return a scene (§7.2); ``info`` and ``told`` go over what stands in ``solarbank_info`` and at its top."""
    return {**_TOP, "solarbank_info": {"solarbank_list": list(banks), **_INFO, **(info or {})}, **told}
