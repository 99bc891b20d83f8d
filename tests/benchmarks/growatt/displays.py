"""What a user sees of the sun behind each device."""

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, EVENT_STATE_CHANGED, UnitOfPower
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util.unit_conversion import PowerConverter

from tests.benchmarks import skipped_time
from tests.benchmarks.growatt.ages import Moment
from tests.benchmarks.growatt.subjects import CloudSubject
from tests.benchmarks.measures import is_number
from tests.benchmarks.subject import Description


def watts(state: State | None) -> float | None:
    """Return the power a state shows, in W; ``None`` when it shows none."""
    if state is None or not is_number(state.state):
        return None
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    return PowerConverter.convert(float(state.state), unit, UnitOfPower.WATT)


class Displays:
    """The entities that show the sun's power; ``states`` by serial number, written down while it is entered.

    The first one of each is what was shown when it was entered.
    """

    def __init__(self, hass: HomeAssistant, subject: CloudSubject, account: Description) -> None:
        """Find them; a device without one has none."""
        self._hass = hass
        self._serials = dict(self._find(subject, account))
        self.states: dict[str, list[Moment]] = {}
        self._stop: CALLBACK_TYPE | None = None

    def any_value(self) -> bool:
        """Tell whether any of them shows a value."""
        return any(watts(self._hass.states.get(entity_id)) is not None for entity_id in self._serials)

    def __enter__(self) -> Self:
        """Begin to write down; RuntimeError if a device shows no power."""
        now = skipped_time.now().timestamp()
        for entity_id, serial in self._serials.items():
            self.states[serial] = [(now, watts(self._hass.states.get(entity_id)))]
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
        if serial := self._serials.get(event.data["entity_id"]):
            self.states[serial].append((skipped_time.now().timestamp(), watts(event.data["new_state"])))

    def _find(self, subject: CloudSubject, account: Description) -> Iterator[tuple[str, str]]:
        """Yield entity id and serial number of each."""
        registry = er.async_get(self._hass)
        for serial in account["serials"]:
            for template in subject.power:
                unique_id = template.format(serial=serial)
                if entity_id := registry.async_get_entity_id("sensor", subject.domain, unique_id):
                    yield entity_id, serial
