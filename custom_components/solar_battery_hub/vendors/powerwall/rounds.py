"""One pass over several endpoints: what fails alone is left out, a dead connection ends it."""

from datetime import datetime, timedelta
import logging

from ...core.errors import BadAnswer, HubError, NotSupported, RateLimited, Unreachable
from .answers import Aggregates, Location
from .client import PowerwallClient, Stopped
from .endpoints import Endpoint

_LOGGER = logging.getLogger(__name__)

_STANDS_STILL = timedelta(seconds=60)  # at least so long, and three times what the meter promises


class Round:
    """Reads endpoints one after another; each failure is that endpoint's own.

    ``stopped`` tells that the sitemaster is stopped: what it would measure is not asked any
    more. A first call without answer, or a second one later, is the connection's failure
    and raised at once, so that a dead gateway costs one time-out and not one per path.
    """

    def __init__(self, client: PowerwallClient) -> None:
        """Start with nothing asked."""
        self._client = client
        self._answered = False
        self._lost = False
        self._failure: HubError | None = None
        self._missing: NotSupported | None = None
        self.stopped = False

    async def read[T](self, endpoint: Endpoint[T]) -> T | None:
        """Return what an endpoint says, ``None`` when it does not say anything useful."""
        if self.stopped and endpoint.measures:
            return None
        try:
            said = await self._client.read(endpoint)
        except Stopped:
            self.stopped = self._answered = True
        except NotSupported as err:
            self._missing = err
        except Unreachable as err:
            if self._lost or not self._answered:
                raise
            self._lost = True
            self._note(err)
        except (BadAnswer, RateLimited) as err:
            self._note(err)
        else:
            if said is not None:
                self._answered = True
                return said
            self._note(BadAnswer(f"{endpoint.path} said nothing"))
        return None

    def _note(self, error: HubError) -> None:
        _LOGGER.debug("Left out: %s", error)
        self._failure = self._failure or error

    def finish(self, *, essential: bool = False) -> None:
        """Raise the first failure when nothing at all was answered.

        Endpoints that this gateway does not have are no failure unless they are ``essential``.
        """
        if self._answered:
            return
        if self._failure:
            raise self._failure
        if essential and self._missing:
            raise self._missing


class MeterWatch:
    """Notices meters whose time stands still: what they say is not measured any more (§5).

    Only our own clock counts; the gateway's may be wrong.
    """

    def __init__(self) -> None:
        """Start without any memory."""
        self._seen: dict[str, tuple[datetime, datetime]] = {}

    def moving(self, aggregates: Aggregates, now: datetime) -> Aggregates:
        """Return the locations whose meters still measure."""
        return {name: at for name, at in aggregates.items() if self._moves(name, at, now)}

    def _moves(self, name: str, at: Location, now: datetime) -> bool:
        if at.measured_at is None:
            return True
        measured_at, since = self._seen.get(name, (None, now))
        if measured_at != at.measured_at:
            self._seen[name] = (at.measured_at, now)
            return True
        return now - since <= max(_STANDS_STILL, timedelta(seconds=3 * (at.timeout or 0)))
