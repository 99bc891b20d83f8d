"""The cloud's calls as one client, and the host they go to (anker.md §1, §6)."""

from typing import NamedTuple, Self

from ...core.clock import Clock
from ...core.errors import BadAnswer, HubError, NotSupported, RateLimited, Unreachable
from ...core.parse import section
from ..base import PrivateStore, Settings
from ..http import Door
from .calls import Refusals
from .client_energy import EnergyCalls
from .client_settings import SettingCalls
from .client_sites import SiteCalls
from .client_systems import HesCalls, InverterCalls, PanelCalls
from .client_vehicles import VehicleCalls
from .login import Login
from .model import Bean
from .wire import Call


class Found(NamedTuple):
    """What an account has, as its lists tell it; ``devices`` is ``None`` where that list could not be had."""

    sites: list[Bean]
    devices: list[Bean] | None


class Client(SiteCalls, SettingCalls, EnergyCalls, InverterCalls, PanelCalls, HesCalls, VehicleCalls):
    """All calls of one account. Every call raises the error family.

    TooSoon without a request while the endpoint's pace does not allow it; Refused for a question that does not fit.
    """

    @classmethod
    def open(cls, settings: Settings, door: Door, store: PrivateStore, clock: Clock) -> Self:
        """Prepare; nothing is sent."""
        return cls(Login(settings, door, store, clock), Refusals())

    @property
    def urgent(self) -> Self:
        """The same client for what a user waits for: it may wait for its turn, and is refused by nobody but the server."""
        return type(self)(self.login, self._refusals, urgent=True, host=self._host)

    def wait_for(self, path: str) -> float:
        """Return how many seconds it takes until a call may go; 0.0 for now."""
        return self.login.wire.wait_for(path, urgent=self._urgent)

    async def look(self) -> Found:
        """Return what the account has, from the host that knows it.

        Both hosts let everybody in, and the wrong one knows of nothing (§1): an account that seems to be empty is
        looked for on the other one, once. Where that cannot be done it stays empty.
        """
        found = await _lists(self)
        other = self.login.other_host
        if found.sites or found.devices or other is None:
            return found
        try:
            elsewhere = await _lists(type(self)(self.login, Refusals(), urgent=self._urgent, host=other))
        except HubError:
            return found
        if not elsewhere.sites and not elsewhere.devices:
            self.login.found_nowhere()
            return found
        self.login.found_at(other)
        return elsewhere

    async def raw(self, method: str, path: str, body: Bean, *, writes: bool = False) -> Bean:
        """Return the whole envelope of an answer, also of a refusal, to any question or order; it may hold secrets."""
        call = Call(path=path, body=body, method=method, urgent=self._urgent, writes=writes, whole=True, secret=True)
        return section(await self.login.ask(call, self._host or self.login.host))


async def _lists(client: Client) -> Found:
    """Return both lists; that of the devices may fail where there are sites: what these have is told with them."""
    sites = await client.site_list()
    try:
        return Found(sites, await client.bind_devices())
    except BadAnswer, NotSupported, RateLimited, Unreachable:
        if not sites:
            raise
        return Found(sites, None)
