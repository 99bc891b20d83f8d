"""Clouds whose accounts have several systems, as far as their dialogs are alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType

from tests.hub import Hub, anker_form, goodwe_form
from tests.simulators.anker.server import AnkerSimulator
from tests.simulators.base import Simulator
from tests.simulators.goodwe.server import GoodWeSimulator


class User(Protocol):
    """Whose account it is."""

    email: str
    password: str


class System(Protocol):
    """One of an account's systems."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """A simulated account.

    ``kind`` is how our ids of its systems begin, and with an s the option by which they are chosen; ``login`` how the
    path of a sign-in ends; ``form`` fills the form for it; ``revoke`` ends all sessions.
    """

    vendor: str
    kind: str
    login: str
    server: Simulator
    user: User
    systems: Sequence[System]
    form: Callable[..., dict[str, Any]]
    revoke: Callable[[], object]

    @property
    def option(self) -> str:
        """The option by which systems are chosen."""
        return f"{self.kind}s"

    @property
    def logins(self) -> int:
        """How often somebody tried to sign in."""
        return sum(request.path.endswith(self.login) for request in self.server.requests)

    async def add(self, hub: Hub) -> ConfigEntry:
        """Add the account through its dialog and wait for its entities."""
        flow = await hub.fill(await hub.start_flow(self.vendor), self.form())
        await hub.hass.async_block_till_done(wait_background_tasks=True)
        return flow["result"]


def anker(server: AnkerSimulator) -> Cloud:
    """Return the account of an Anker cloud."""
    return Cloud(
        vendor="anker",
        kind="site",
        login="/passport/login",
        server=server,
        user=server.door.account,
        systems=server.world.sites,
        form=partial(anker_form, server),
        revoke=server.door.revoke,
    )


def goodwe(server: GoodWeSimulator) -> Cloud:
    """Return the account of a GoodWe server, where one signs in to SEMS+."""
    return Cloud(
        vendor="goodwe",
        kind="plant",
        login="/auth/cross-login",
        server=server,
        user=server.world.account,
        systems=server.world.plants,
        form=partial(goodwe_form, server),
        revoke=server.world.sessions.end,
    )


async def choose(hub: Hub, entry: ConfigEntry, options: Mapping[str, Any]) -> None:
    """Submit the form of the options and wait for the entry to start again."""
    flow = await hub.hass.config_entries.options.async_init(entry.entry_id)
    assert flow["step_id"] == f"{entry.data['vendor']}_options"
    flow = await hub.hass.config_entries.options.async_configure(flow["flow_id"], dict(options))
    await hub.hass.async_block_till_done(wait_background_tasks=True)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert entry.state is ConfigEntryState.LOADED
