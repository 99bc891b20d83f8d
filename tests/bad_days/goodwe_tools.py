"""Small things the bad days of a GoodWe account need."""

from collections import Counter
from datetime import datetime, timedelta

from tests.bad_days.tools import NOTHING
from tests.hub import Hub
from tests.simulators.goodwe.server import GoodWeSimulator
from tests.simulators.wire import RequestRecord

LOGIN = "/web/sems/sems-user/api/v1/auth/cross-login"
LEGACY_LOGIN = "/api/v3/Common/CrossLogin"
MONITOR = "GetMonitorDetailByPowerstationId"


def plant(server: GoodWeSimulator) -> str:
    """Return the device id of the first plant."""
    return f"plant_{server.world.plants[0].id}"


def serial(server: GoodWeSimulator) -> str:
    """Return the serial number of the first inverter."""
    return next(server.world.inverters).serial


def is_fresh(hub: Hub, server: GoodWeSimulator, within: float = 150.0) -> bool:
    """Tell whether the sun's power is that of a minute of the last seconds."""
    server.catch_up()
    shown = hub.state(f"{plant(server)}_solar_power").state
    if shown in NOTHING:
        return False
    oldest = server.clock.now() - timedelta(seconds=within)
    recent = [record.solar_w for record in server.world.plants[0].minutes if record.instant >= oldest]
    return any(abs(float(shown) - watts) <= 1.0 for watts in recent)


def is_live(hub: Hub, server: GoodWeSimulator) -> bool:
    """Tell whether the sun's power is shown at all."""
    return hub.state(f"{plant(server)}_solar_power").state not in NOTHING


def sign_ins(server: GoodWeSimulator) -> list[RequestRecord]:
    """Return the attempts to sign in on either way, ours only."""
    return [record for record in server.requests if record.path.endswith((LOGIN, LEGACY_LOGIN))]


def most_sign_ins(server: GoodWeSimulator) -> int:
    """Return how many attempts to sign in fell into the worst hour, without that of the user's own dialog."""
    times = [record.time for record in sign_ins(server)[1:]]
    return max((sum(timedelta() <= later - at < timedelta(hours=1) for later in times) for at in times), default=0)


def ways_asked(server: GoodWeSimulator, since: datetime) -> Counter[str]:
    """Count the data calls of each way since a moment."""
    return Counter(
        "semsplus" if "/web/sems/" in record.path else "legacy"
        for record in server.requests
        if record.time >= since and not record.path.endswith((LOGIN, LEGACY_LOGIN))
    )
