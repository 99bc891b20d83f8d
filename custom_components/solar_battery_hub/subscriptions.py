"""Who looks at which reading: each listens to the feed that brings it now."""

from collections.abc import Callable
from dataclasses import dataclass

from homeassistant.core import CALLBACK_TYPE, callback

from .coordinator import FeedCoordinator
from .core.model import Ref

type Listener = Callable[[], None]


@dataclass(slots=True, eq=False)
class _Subscription:
    """``leave`` ends listening to a feed; ``None`` while no feed brings the reading."""

    ref: Ref
    listener: Listener
    leave: CALLBACK_TYPE | None = None


class Subscriptions:
    """The listeners of an account's readings."""

    def __init__(self, coordinator_of: Callable[[Ref], FeedCoordinator | None]) -> None:
        """Start without any; ``coordinator_of`` tells what brings a reading, if anything does."""
        self._coordinator_of = coordinator_of
        self._all: dict[Ref, list[_Subscription]] = {}
        self._unserved: list[_Subscription] = []

    @property
    def unserved(self) -> frozenset[Ref]:
        """Readings somebody looks at that no feed brings: they are wanted of all of them."""
        return frozenset(subscription.ref for subscription in self._unserved)

    @callback
    def add(self, ref: Ref, listener: Listener) -> CALLBACK_TYPE:
        """Call ``listener`` whenever a reading may have changed; returns how to stop."""
        subscription = _Subscription(ref, listener)
        self._all.setdefault(ref, []).append(subscription)
        self._enter(subscription)
        return lambda: self._end(subscription)

    @callback
    def follow(self, ref: Ref) -> None:
        """Let whoever looks at a reading listen to another feed: that one brings it from now on."""
        for subscription in self._all.get(ref, ()):
            self._leave(subscription)
            self._enter(subscription)

    @callback
    def notify_unserved(self) -> None:
        """Let those look again that no feed tells anything."""
        for subscription in list(self._unserved):
            subscription.listener()

    def _enter(self, subscription: _Subscription) -> None:
        coordinator = self._coordinator_of(subscription.ref)
        if coordinator is None:
            self._unserved.append(subscription)
        else:
            subscription.leave = coordinator.async_add_listener(subscription.listener, subscription.ref)

    def _leave(self, subscription: _Subscription) -> None:
        if subscription.leave is None:
            self._unserved.remove(subscription)
        else:
            subscription.leave()
            subscription.leave = None

    def _end(self, subscription: _Subscription) -> None:
        self._leave(subscription)
        self._all[subscription.ref].remove(subscription)
