"""What a user sees of a power."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, EVENT_STATE_CHANGED, UnitOfPower
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util.unit_conversion import PowerConverter

from tests.benchmarks import skipped_time
from tests.benchmarks.ages import Moment
from tests.benchmarks.measures import is_number
from tests.benchmarks.subject import HUB


def watts(state: State | None) -> float | None:
    """Return the power a state shows, in W; ``None`` when it shows none."""
    if state is None or not is_number(state.state):
        return None
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    return PowerConverter.convert(float(state.state), unit, UnitOfPower.WATT)


class Displays:
    """Entities that show a power; ``states`` by what they are called here, written down while it is entered.

    The first one of each is what was shown when it was entered.
    """

    def __init__(self, hass: HomeAssistant, names: Mapping[str, str]) -> None:
        """Take what to call each by entity id."""
        self._hass = hass
        self._names = names
        self.states: dict[str, list[Moment]] = {}
        self._stop: CALLBACK_TYPE | None = None

    def any_value(self) -> bool:
        """Tell whether any of them shows a value."""
        return any(watts(self._hass.states.get(entity_id)) is not None for entity_id in self._names)

    def __enter__(self) -> Self:
        """Begin to write down."""
        now = skipped_time.now().timestamp()
        for entity_id, name in self._names.items():
            self.states[name] = [(now, watts(self._hass.states.get(entity_id)))]
        self._stop = self._hass.bus.async_listen(EVENT_STATE_CHANGED, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop writing down."""
        if self._stop is not None:
            self._stop()

    @callback
    def _note(self, event: Event[Any]) -> None:
        """Write down what is shown from now on."""
        if name := self._names.get(event.data["entity_id"]):
            self.states[name].append((skipped_time.now().timestamp(), watts(event.data["new_state"])))


def solar_entities(hass: HomeAssistant, kind: str, systems: Iterable[str]) -> Mapping[str, str]:
    """Return the id of each system by our entity that shows its sun; RuntimeError if one has none.

    ``kind`` is how our ids of them begin.
    """
    registry = er.async_get(hass)
    found: dict[str, str] = {}
    for system in systems:
        entity_id = registry.async_get_entity_id("sensor", HUB, f"{kind}_{system}_solar_power")
        if entity_id is None:
            raise RuntimeError(f"nothing shows the sun of {system}")
        found[entity_id] = system
    return found
