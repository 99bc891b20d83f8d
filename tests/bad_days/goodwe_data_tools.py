"""Small things the bad days of what a GoodWe account tells need."""

from datetime import timedelta

from custom_components.solar_battery_hub.vendors.goodwe.model import Way
from tests.bad_days.conftest import AddGoodWe
from tests.bad_days.living import HOUR, live_on
from tests.bad_days.tools import NOTHING, entry_of
from tests.hub import Hub
from tests.simulators.goodwe.server import GoodWeSimulator

WAYS = ("semsplus", "legacy")
NEVER_TOGETHER = "C0602"  # refuses to sign in for no reason that anybody could do something about


async def start_on(
    hub: Hub, new_goodwe: AddGoodWe, way: str, profile: str = "home", **options: object
) -> GoodWeSimulator:
    """Add an account that is read by one way, through the dialog."""
    server = await new_goodwe(profile, **options)
    await add_by(hub, server, way)
    return server


async def add_by(hub: Hub, server: GoodWeSimulator, way: str) -> None:
    """Add the account of a server through the dialog, read by one way."""
    if way == Way.LEGACY.value:
        server.stage.refuse_sign_in("semsplus", NEVER_TOGETHER)
    await hub.add_goodwe(server)
    assert entry_of(hub.hass).runtime_data.account.way.value == way


def fresh(hub: Hub, server: GoodWeSimulator, within: float = 700.0, number: int = 0) -> bool:
    """Tell whether a plant's sun is that of an upload of the last seconds, whichever way it is read."""
    server.catch_up()
    plant = server.world.plants[number]
    shown = hub.state(f"plant_{plant.id}_solar_power").state
    if shown in NOTHING:
        return False
    oldest = server.clock.now() - timedelta(seconds=within)
    minutes = [record.solar_w for record in plant.minutes if record.instant >= oldest]
    uploads = {record.instant: 0.0 for inverter in plant.inverters for record in inverter.uploads}
    for inverter in plant.inverters:
        for record in inverter.uploads:
            uploads[record.instant] += record.solar_w
    recent = [*minutes, *(watts for at, watts in uploads.items() if at >= oldest)]
    return any(abs(float(shown) - watts) <= 2.0 for watts in recent)


async def an_hour(hub: Hub) -> None:
    """Let an hour pass."""
    await live_on(hub, HOUR)
