"""What a test or the control port may do to statistics, prices, chargers, vehicles and the like."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.simulators.actions import Acting
from tests.simulators.anker.chargers import Charger, State
from tests.simulators.anker.eras import ERAS
from tests.simulators.anker.extras import AfterMidnight

if TYPE_CHECKING:
    from tests.simulators.anker.inverters import Inverter
    from tests.simulators.anker.site import Site
    from tests.simulators.anker.world import World


class ExtraStage(Acting):
    """More hands behind the scene; every method is an action. Without ``site_id`` or ``serial`` the first one is meant."""

    def __init__(self, world: World) -> None:
        """Work on a world."""
        self.world = world

    def _site(self, site_id: str | None) -> Site:
        """Return a site as it is now."""
        self.world.catch_up()
        site = self.world.sites[0] if site_id is None else self.world.site(site_id)
        if site is None:
            raise ValueError(f"no such site: {site_id}")
        return site

    def _charger(self, serial: str | None) -> Charger:
        """Return a charger as it is now."""
        self.world.catch_up()
        for site in self.world.sites:
            if site.charger is not None and serial in (None, site.charger.serial):
                charger: Charger = site.charger
                return charger
        raise ValueError(f"no such charger: {serial}")

    def _inverter(self, serial: str | None) -> Inverter:
        """Return an inverter as it is now."""
        self.world.catch_up()
        for inverter in self.world.inverters:
            if serial in (None, inverter.serial):
                return inverter
        raise ValueError(f"no such inverter: {serial}")

    # --- how the cloud tells things ----------------------------------------------------------------------------------

    def set_statistics(
        self,
        *,
        lag: float | None = None,
        after_midnight: AfterMidnight | None = None,
        watt_hours: bool | None = None,
    ) -> None:
        """Let statistics be so many seconds late (two hours at most), and answer a day that has not begun another way."""
        statistics = self.world.extras.statistics
        if lag is not None:
            statistics.lag = timedelta(seconds=lag)
        if after_midnight is not None:
            statistics.after_midnight = after_midnight
        if watt_hours is not None:
            statistics.watt_hours = watt_hours

    def set_era(self, era: str) -> None:
        """Answer with the fields of a month ("YYYY-MM"; ``ERAS`` are those with names)."""
        if len(era) != len(ERAS[0]):
            raise ValueError(f"no month: {era}")
        self.world.era = era

    def set_unread(self, kinds: Iterable[str] = ()) -> None:
        """Let messages of these kinds be unread: ``system``, ``device``; none: all are read."""
        self.world.extras.unread = set(kinds)

    def set_price_outage(self, *, on: bool = True) -> None:
        """Let dynamic prices answer 10000, or not."""
        self.world.extras.price_outage = on

    def hide_co2(self, *, on: bool = True) -> None:
        """Show no CO2 ranking, or show it again."""
        self.world.extras.co2_hidden = on

    def set_planner(self, *, learning_hours: float = 0.0, failed: bool = False) -> None:
        """Let the planner learn for so many hours more, or fail; without both it is trained and runs."""
        smart = self.world.extras.smart
        now = self.world.clock.now()
        smart.learning_until = now + timedelta(hours=learning_hours) if learning_hours else None
        smart.failed = failed

    # --- what is there -----------------------------------------------------------------------------------------------

    def set_tariff(self, site_id: str | None = None, **facts: Any) -> None:
        """Change fields of a site's ``Tariff`` as somebody does in the app."""
        tariff = self._site(site_id).tariff
        for name, value in facts.items():
            if not hasattr(tariff, name):
                raise ValueError(f"no such field: {name}")
            setattr(tariff, name, value)

    def add_lifetime(self, site_id: str | None = None, *, kwh: float) -> None:
        """Let the yield of all years be more by so many kWh, counted long ago."""
        self._site(site_id).diary.add_past(kwh)

    def charge_car(self, serial: str | None = None, *, watts: float = 7_400.0) -> None:
        """Let a car come and charge."""
        charger = self._charger(serial)
        charger.plug_in(self.world.clock.now(), watts=watts)

    def set_charger(self, serial: str | None = None, *, state: int = 0) -> None:
        """Put a charger into an ``operating_state`` (§7.2)."""
        self._charger(serial).state = State(state)

    def set_inverter(self, serial: str | None = None, *, offline: bool = False) -> None:
        """Cut an inverter off the cloud, or bring it back."""
        self._inverter(serial).offline = offline

    def add_car(self, name: str, **attributes: Any) -> str:
        """Add a vehicle as somebody does in the app; return its id."""
        self.world.extras.garage.check([name])
        return self.world.extras.garage.add(name, self.world.clock.now(), **attributes).id
