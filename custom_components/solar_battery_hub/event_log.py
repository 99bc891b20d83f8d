"""What happened, told once: remembers what was told and who listens."""

from collections import deque
from collections.abc import Callable, Iterable

from homeassistant.core import CALLBACK_TYPE, callback

from .core.model import Happening, Ref

KEPT = 500  # ids remembered; a gateway lists far fewer at a time
WAITING = 20  # happenings of a stream kept for an event entity that is still to be added

type HappeningListener = Callable[[Happening], None]


class EventLog:
    """Passes happenings on to event entities, each of them once, also over restarts."""

    def __init__(self, told: Iterable[str] | None) -> None:
        """Take the ids told before; ``None`` on the very first run."""
        self._told = dict.fromkeys(told or ())
        self._seen_streams: set[Ref] = set()
        self._first_run = told is None
        self._listeners: dict[Ref, HappeningListener] = {}
        self._waiting: dict[Ref, deque[Happening]] = {}
        self.streams: dict[Ref, None] = {}

    @callback
    def watch(self, streams: Iterable[Ref], happenings: Iterable[Happening]) -> bool:
        """Take what a feed saw; return whether anything has to be remembered.

        What is already there when an account is set up is old news and not told.
        """
        old_news = {ref for ref in streams if self._first_run and ref not in self._seen_streams}
        self._seen_streams.update(streams)
        self.streams.update(dict.fromkeys(streams))
        fresh = [happening for happening in happenings if happening.id not in self._told]
        for happening in fresh:
            self._told[happening.id] = None
            if Ref(happening.device, happening.stream) not in old_news:
                self.tell(happening)
        for happening_id in list(self._told)[:-KEPT]:
            del self._told[happening_id]
        return bool(fresh)

    @callback
    def tell(self, happening: Happening) -> None:
        """Pass one happening on, or keep it: the first answers come before there are entities."""
        ref = Ref(happening.device, happening.stream)
        if listener := self._listeners.get(ref):
            listener(happening)
        else:
            self._waiting.setdefault(ref, deque(maxlen=WAITING)).append(happening)

    @callback
    def async_listen(self, ref: Ref, listener: HappeningListener) -> CALLBACK_TYPE:
        """Let an event entity hear of one stream, also of what waits for it; returns how to stop."""
        self._listeners[ref] = listener
        for happening in self._waiting.pop(ref, ()):
            listener(happening)
        return lambda: self._listeners.pop(ref, None) and None

    def as_list(self) -> list[str]:
        """Return the ids told, for a Store."""
        return list(self._told)
