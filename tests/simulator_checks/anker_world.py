"""An Anker account without a server: questions go straight to what answers them, time moves as it is told."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
import json
from typing import Any

from tests.simulators.anker.call import PS, Refused
from tests.simulators.anker.report import Report, UnitReport
from tests.simulators.anker.site import Site
from tests.simulators.anker.source import Living
from tests.simulators.anker.stage import Stage
from tests.simulators.anker.world import World
from tests.simulators.clock import SimClock

MORNING = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)
"""Eight o'clock on a Monday in Berlin."""

type Bean = dict[str, Any]


class Cloud:
    """An account of a profile at a moment. ``site`` is its first site, ``stage`` what may happen behind it."""

    def __init__(self, profile: str, moment: datetime = MORNING, **options: Any) -> None:
        """Build it."""
        self.clock = SimClock(lambda: moment)
        self.world = World(self.clock, profile=profile, **options)
        self.stage = Stage(self.world)
        self._source = Living(self.world)

    @property
    def site(self) -> Site:
        """Return the first site."""
        return self.world.sites[0]

    @property
    def report(self) -> Report:
        """Return what the first site told last."""
        return self.site.report

    @property
    def unit(self) -> UnitReport:
        """Return what the first solarbank told last."""
        return self.report.units[self.site.main.serial]

    def wait(self, **duration: float) -> None:
        """Let time pass and everything live through it."""
        self.clock.advance(timedelta(**duration).total_seconds())
        self.world.catch_up()

    def go_to(self, hour: int, minute: int = 0, *, days: int = 0) -> None:
        """Live until a time of day at the first site."""
        local = self.site.local(self.clock.now()).replace(hour=hour, minute=minute, second=0, microsecond=0)
        self.clock.set(local + timedelta(days=days))
        self.world.catch_up()

    def ask(self, path: str, **body: Any) -> Any:
        """Return the data of an answer; raise Refused."""
        self.world.catch_up()
        return self._source.answer(
            "POST",
            PS + path if path.startswith(("site/", "app/d", "app/g", "app/s", "app/c")) else path,
            body,
            self.clock.now(),
        )

    def code(self, path: str, **body: Any) -> int:
        """Return the code of an answer."""
        try:
            self.ask(path, **body)
        except Refused as refused:
            return refused.code
        return 0

    def scene(self) -> Bean:
        """Return the scene of the first site."""
        scene: Bean = self.ask("site/get_scen_info", site_id=self.site.id)
        return scene

    def param(self, kind: str) -> Bean:
        """Return parameters of the first site."""
        told = self.ask("site/get_site_device_param", site_id=self.site.id, param_type=kind)
        found: Bean = json.loads(told["param_data"])
        return found

    def set_param(self, kind: str, data: Mapping[str, Any]) -> int:
        """Write parameters of the first site and return the code."""
        body = {"site_id": self.site.id, "param_type": kind, "cmd": 17, "param_data": json.dumps(data)}
        return self.code("site/set_site_device_param", **body)

    def now(self, **house: Any) -> UnitReport:
        """Change the house, let it live two minutes, and return what the first solarbank does then."""
        self.stage.set_house(**house)
        self.wait(minutes=2)
        self.site.report_now()
        return self.unit


def slots(*powers: tuple[str, str, int], **more: Any) -> list[Bean]:
    """Return one weekly plan for every day with slots of (start, end, W)."""
    ranges = [{"start_time": start, "end_time": end, "power": power, **more} for start, end, power in powers]
    return [{"index": 0, "week": list(range(7)), "ranges": ranges}]


def whole_day(power: int, **more: Any) -> list[Bean]:
    """Return one weekly plan of the same power all the time."""
    return slots(("00:00", "24:00", power), **more)
