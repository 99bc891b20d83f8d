"""What every answer says about sites, devices and cars, in the catalogue's words (anker.md §7, §8)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from ...core.model import Ref
from ...core.parse import section, text
from ..base import PrivateStore
from . import inverters, readings_facts, readings_prices
from .averages import Averages, last_point
from .forecast import forecast
from .inventory import Inventory, site_id
from .model import Bean, Listed, Site, Vehicle
from .reader import Reader, Values, count
from .scene import devices_in, local, read_scene, updated

__all__ = ["KEYS", "Readings", "Values", "last_point", "local_time", "updated"]

KEYS: Final[Mapping[str, frozenset[str]]] = {
    name: frozenset(keys.split())
    for name, keys in {
        "wifi": "signal_strength wifi_signal network",
        "panel_wifi": "signal_strength wifi_signal",
        "hes_wifi": "signal_strength wifi_signal",
        "updates": "latest_firmware",
        "unread": "unread_messages unread_system_messages unread_device_messages",
        "co2": "trees_equivalent co2_rank",
        "ai_status": "smart_mode_status",
        "price": "current_price",
        "price_detail": "spot_price spot_price_average_today spot_price_average_tomorrow",
        "solar_info": "solar_equipment",
        "fittings": "zero_output_switch",
        "charge_stats": (
            "ev_charging_energy_total ev_charging_time_total ev_charging_sessions ev_charging_cost_total savings_total"
            " co2_saved"
        ),
        "vehicle": (
            "battery_capacity charge_power_limit energy_consumption default_vehicle smart_charging vehicle_linked"
        ),
        "forecast": (
            "solar_forecast_left_today solar_forecast_today solar_forecast_tomorrow solar_forecast_next_day"
            " solar_forecast_this_hour solar_forecast_next_hour"
        ),
        "pv_price": "current_price",
        "pv_totals": "solar_energy_total co2_saved savings_total",
        "panel_running": "solar_energy_total co2_saved savings_total cloud_connected reachable",
        "hes_running": "solar_energy_total co2_saved savings_total cloud_connected battery_count network",
        "averages": (
            "battery_level battery_power solar_power home_power grid_power ev_charging_power power_basis last_measured"
        ),
    }.items()
}
"""Which readings each method can tell; what is not here is told by answers that are always asked for."""


def local_time(bean: Bean) -> datetime | None:
    """Return what the clocks of a site show (without zone), by the ``day`` answer of an energy question (§10.2)."""
    return local(bean.get("local_time"))


class Readings:
    """Reads answers; which devices there are is known to the inventory.

    Every method returns readings by device id and key, in the units and signs of the catalogue. A blank or garbage has
    no value; what such a device does not have is left out.
    """

    def __init__(self, inventory: Inventory, store: PrivateStore) -> None:
        """Go on from what was seen of each device."""
        self._inventory = inventory
        self._reader = Reader(store)
        self._averages = Averages(self._reader)
        self._prices: dict[str, Bean] = {}
        self._markets: dict[str, tuple[Bean, str | None, date]] = {}
        self._forecasts: dict[str, tuple[date, Bean, Bean | None]] = {}

    def scene(self, site: Site, bean: Bean, at: datetime | None) -> Values:
        """Return what a scene tells of a site and of its devices; ``at`` (aware) is when it was measured."""
        self._note_wireless(bean)
        return read_scene(self._reader, site, bean, at)

    def bound(self, listed: Listed, bean: Bean) -> Values:
        """Return what the list of bound devices says about one."""
        return readings_facts.bound(self._reader, listed, bean)

    def wifi(self, site: Site, rows: Sequence[Bean]) -> Values:
        """Return how well the devices of a site hear their network; its name is nobody else's business."""
        return readings_facts.wifi(self._reader, self._inventory, site, rows)

    def panel_wifi(self, listed: Listed, bean: Bean) -> Values:
        """Return how well a power panel hears its network."""
        return readings_facts.device_wifi(self._reader, listed, bean)

    def hes_wifi(self, listed: Listed, bean: Bean) -> Values:
        """Return how well a part of a home energy system hears its network."""
        return readings_facts.device_wifi(self._reader, listed, bean)

    def updates(self, rows: Sequence[Bean]) -> Values:
        """Return the newest firmware of each device."""
        return readings_facts.updates(rows)

    def unread(self, account: str, bean: Bean) -> Values:
        """Return whether there are unread messages; ``account`` is the id of the root device."""
        return readings_facts.unread(account, bean)

    def vehicle(self, car: Vehicle, bean: Bean) -> Values:
        """Return what is known of a car."""
        return readings_facts.vehicle(car, bean)

    def co2(self, site: Site, bean: Bean) -> Values:
        """Return how a site compares by the CO₂ it saved."""
        return readings_facts.co2(site, bean)

    def ai_status(self, site: Site, bean: Bean) -> Values:
        """Return whether the smart mode of a site works."""
        return readings_facts.ai_status(site, bean)

    def price(self, site: Site, bean: Bean, now: datetime) -> Values:
        """Return what a kWh costs now; ``now`` is by the site's clock."""
        self._prices[site.id] = bean
        return readings_prices.price(self._reader, site, bean, now)

    def price_detail(self, site: Site, bean: Bean, company: str | None, now: datetime) -> Values:
        """Return the market prices that ``company`` tells; ``now`` is by the site's clock."""
        self._markets[site.id] = (bean, company, now.date())
        return readings_prices.market(self._reader, site, bean, company, now.date(), now)

    def solar_info(self, listed: Listed, bean: Bean) -> Values:
        """Return which inverter a solarbank is set up for."""
        return readings_facts.solar_info(listed, bean)

    def fittings(self, listed: Listed, rows: Sequence[Bean]) -> Values:
        """Return what is fitted to a solarbank."""
        return readings_facts.fittings(listed, rows)

    def charge_stats(self, listed: Listed, bean: Bean) -> Values:
        """Return what a charger counted in its life."""
        return readings_facts.charge_stats(listed, bean)

    def pv_status(self, rows: Sequence[Bean]) -> Values:
        """Return what inverters do that stand for themselves."""
        return inverters.pv_status(self._reader, rows)

    def pv_totals(self, listed: Listed, bean: Bean) -> Values:
        """Return what such an inverter counted in its life."""
        return inverters.pv_totals(listed, bean)

    def pv_price(self, listed: Listed, bean: Bean) -> Values:
        """Return what a kWh costs whom such an inverter belongs to."""
        return inverters.pv_price(listed, bean)

    def panel_running(self, site: Site, bean: Bean) -> Values:
        """Return what a site with power panels counted, and which of them are connected."""
        return readings_facts.running(self._inventory, site, bean)

    def hes_running(self, site: Site, bean: Bean) -> Values:
        """Return what a home energy system counted, and how it is connected."""
        return readings_facts.running(self._inventory, site, bean)

    def averages(self, site: Site, answers: Mapping[str, Bean], clock: str, at: datetime | None = None) -> Values:
        """Return the mean powers of the five minutes that end at ``clock`` (``"HH:MM"``), which is ``at``.

        ``answers`` are the ``day`` answers by source.
        """
        values = self._averages.read(site, answers, clock)
        return values if at is None else {**values, Ref(site_id(site.id), "last_measured"): at}

    def forecast(self, site: Site, today: Bean, tomorrow: Bean | None, now: datetime) -> Values:
        """Return what the panels of a site are expected to give today and tomorrow; ``now`` is by the site's clock."""
        self._forecasts[site.id] = (now.date(), today, tomorrow)
        return forecast(site, today, tomorrow, now)

    def retold(self, site: Site, now: datetime) -> Values:
        """Return what answers that are asked for rarely say by now: prices, and the forecast of this very day."""
        values: Values = {}
        if (tariff := self._prices.get(site.id)) is not None:
            values |= readings_prices.price(self._reader, site, tariff, now)
        if (told := self._markets.get(site.id)) is not None:
            values |= readings_prices.market(self._reader, site, *told, now)
        expected = self._forecasts.get(site.id)
        if expected is not None and expected[0] == now.date():
            values |= forecast(site, *expected[1:], now)
        return values

    def _note_wireless(self, bean: Bean) -> None:
        """Remember which row of a list of networks is whose: older ones name nobody (§7.4)."""
        changed = False
        rows = (*devices_in(section(bean.get("solarbank_info")), "solarbank_list"), *devices_in(bean, "solar_list"))
        for row in rows:
            place, traits = count(row.get("wireless_type")), self._inventory.traits(text(row.get("device_sn")) or "")
            if place and traits.get("wireless") != place:
                traits["wireless"] = place
                changed = True
        if changed:
            self._inventory.keep()
