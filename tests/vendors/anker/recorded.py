"""A recorded account, read as the account itself would read it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from custom_components.solar_battery_hub.core.model import Ref
from custom_components.solar_battery_hub.core.parse import section, sections, text
from custom_components.solar_battery_hub.vendors.anker.energies import of_days
from custom_components.solar_battery_hub.vendors.anker.inventory import Inventory
from custom_components.solar_battery_hub.vendors.anker.listing import (
    bound_devices,
    devices_by_site,
    scene_devices,
    sites_in,
)
from custom_components.solar_battery_hub.vendors.anker.model import Site
from custom_components.solar_battery_hub.vendors.anker.questions import Question, questions
from custom_components.solar_battery_hub.vendors.anker.readings import Readings, Values, local_time, updated
from custom_components.solar_battery_hub.vendors.anker.yields import yield_total
from tests.vendors.tools import MemoryStore

from .recordings import data, load, names

type Change = Callable[[str, Any], Any]
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ROOT = "user_1"


@dataclass(slots=True)
class Recorded:
    """One folder; ``change`` may put something else in the place of an answer's data, by the name of its file."""

    folder: str
    change: Change = lambda _name, answer: answer
    store: MemoryStore = field(default_factory=MemoryStore)

    def __post_init__(self) -> None:
        """Learn what the account has."""
        self.inventory = Inventory(self.store)
        self.readings = Readings(self.inventory, self.store)
        self.learn()

    inventory: Inventory = field(init=False)
    readings: Readings = field(init=False)

    def data(self, name: str) -> Any:
        """Return the data of an answer."""
        return self.change(name, data(self.folder, name))

    def learn(self) -> None:
        """Take the lists of sites and devices, and what each scene has."""
        rows = sections(self.data("site_list").get("site_list"))
        self.inventory.note_sites(sites_in(rows), devices_by_site(rows))
        self.inventory.note_bound(bound_devices(sections(self.data("bind_devices").get("data"))))
        for site in self.inventory.all_sites:
            if scene := self.data(f"scene_{site.id}"):
                self.inventory.note_seen(site.id, scene_devices(scene, site.id))

    def read(self) -> Values:
        """Read everything but energies."""
        values: Values = {}
        for site in self.inventory.sites:
            values |= self.of_site(site)
        rows = {text(row.get("device_sn")): row for row in sections(self.data("bind_devices").get("data"))}
        for listed in self.inventory.listed:
            values |= self.readings.bound(listed, rows.get(listed.serial, {}))
            serial = listed.serial
            values |= self.readings.solar_info(listed, self.data(f"solar_info_{serial}"))
            values |= self.readings.pv_status(sections(self.data(f"device_pv_status_{serial}").get("pvStatuses")))
            values |= self.readings.pv_totals(listed, self.data(f"device_pv_total_statistics_{serial}"))
            values |= self.readings.pv_price(listed, self.data(f"device_pv_price_{serial}"))
            if accessories := sections(self.data(f"device_fittings_{serial}").get("data")):
                values |= self.readings.fittings(listed, accessories)
        values |= self.readings.updates(sections(self.data("ota_batch").get("update_infos")))
        return values | self.readings.unread(ROOT, self.data("message_unread"))

    def of_site(self, site: Site) -> Values:
        """Read what is told of one site."""
        values: Values = {}
        readings = self.readings
        if scene := self.data(f"scene_{site.id}"):
            updated(scene)
            yield_total(scene)
            values |= readings.scene(site, scene, None)
        values |= readings.wifi(site, sections(self.data(f"wifi_list_{site.id}").get("wifi_info_list")))
        values |= readings.co2(site, self.data(f"co2_ranking_{site.id}"))
        values |= readings.ai_status(site, self.data(f"ai_ems_status_{site.id}"))
        sun = self.data(f"energy_solar_production_today_{site.id}")
        now = local_time(sun) or NOW.replace(tzinfo=None)
        price = self.data(f"price_{site.id}")
        values |= readings.price(site, price, now)
        values |= readings.forecast(site, sun, sun, now)
        if section(price.get("dynamic_price")):
            market = self.data("dynamic_price_details_DE_Nordpool_GER")
            values |= readings.price_detail(site, market, "Nordpool", now)
        return values

    def energies(self, first: date, last: date) -> dict[Ref, float]:
        """Return what the questions by week tell of some days."""
        found: dict[Ref, float] = {}
        for site in self.inventory.sites:
            for question in questions(self.inventory, site):
                if not question.serial or question.name == "pv":
                    found |= of_days(question, self.data(self._file(question)), first, last, self.inventory)
        return found

    def _file(self, question: Question) -> str:
        if question.name == "pv":
            return f"device_pv_statistics_{question.serial}"
        return f"energy_{question.name}_{question.site}"

    def days(self, site: str) -> Iterator[date]:
        """Yield the days that the recorded questions are about."""
        labels = {
            str(row["time"])
            for name in names(self.folder, "energy_")
            if name.endswith(site) and "_today_" not in name
            for row in sections(data(self.folder, name).get("power"))
        }
        yield from map(date.fromisoformat, sorted(labels))

    def exported(self, name: str) -> Mapping[str, Any]:
        """Return what the exporter itself made of it all: ``sites``, ``devices`` or ``account``."""
        return load(self.folder, f"api_{name}") or {}
