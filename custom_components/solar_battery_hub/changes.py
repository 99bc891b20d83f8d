"""Changes on their way out: the account's control desk, seen from Home Assistant."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, override

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_point_in_utc_time

from .const import ENTITY_PATIENCE
from .core.control import Control, Outcome, Receipt, Setting
from .core.desk import ControlDesk, Writer
from .core.errors import AuthFailed, HubError
from .core.model import Happening, Ref, Value
from .core.refusal import ChangeRefused
from .messages import not_confirmed, refused, shown, spell_settings
from .vendors.base import Account

if TYPE_CHECKING:
    from .account_runtime import AccountRuntime

SETTINGS_STREAM = "settings"
CHANGE_PENDING = "change_pending"
# Intervals and seconds; an older value is not taken for what the device has now.
FRESH, FRESH_AT_MOST = 1.5, 300.0


class Courier(Writer):
    """Hands changes to the account and knows while one is on its way."""

    def __init__(self, account: Account, on_along: Callable[[Mapping[Ref, Value]], None]) -> None:
        """Start with nothing on its way; ``on_along`` hears of settings that went along with a change."""
        self._account = account
        self._on_along = on_along
        self._on_their_way = 0
        self.idle = asyncio.Event()
        self.idle.set()

    @override
    def controls(self, device: str) -> Sequence[Control]:
        return self._account.controls(device)

    @override
    async def write(self, device: str, changes: Mapping[str, Value]) -> None:
        self._on_their_way += 1
        self.idle.clear()
        try:
            await self._account.write(device, changes)
        finally:
            self._on_their_way -= 1
            if not self._on_their_way:
                self.idle.set()

    @override
    async def read_back(self, device: str, settings: frozenset[str]) -> Mapping[str, Value]:
        found = await self._account.read_back(device, settings)
        along = {Ref(device, key): value for key, value in found.items() if key not in settings}
        self._on_along({**along, **self._account.told_beside(device, settings)})
        return found


class Changes:
    """Carries out changes and keeps the entities' view of them."""

    def __init__(self, runtime: AccountRuntime, state: Mapping[str, Any] | None) -> None:
        """Open the desk with the changes still to be verified."""
        self._runtime = runtime
        self._cancel_verification: CALLBACK_TYPE | None = None
        self._running = False
        self._courier = Courier(runtime.account, self._take_along)
        self.desk = ControlDesk(
            self._courier,
            runtime.clock,
            self._known,
            state=state,
            on_change=self._on_change,
            on_outcome=self._on_outcome,
        )

    def controls(self) -> dict[Ref, Control]:
        """Return everything that can be written now."""
        return self._controls_of(device.id for device in self._runtime.devices)

    def _controls_of(self, devices: Iterable[str]) -> dict[Ref, Control]:
        return {
            Ref(control.device, control.setting.key): control
            for device in devices
            for control in self._runtime.account.controls(device)
        }

    @property
    def own_refs(self) -> Iterator[Ref]:
        """*Change pending* of each device with a setting that may have to wait until it is read back."""
        late = {ref.device for ref, control in self.controls().items() if _may_wait(control.setting)}
        yield from (Ref(device, CHANGE_PENDING) for device in sorted(late))

    def value(self, ref: Ref) -> Value:
        """Return what was asked and is not yet verified, else what the device has."""
        pending = self.desk.pending(ref.device)
        if ref.key == CHANGE_PENDING:
            return bool(pending)
        return pending[ref.key] if ref.key in pending else self._runtime.board.value(ref)

    async def async_apply(self, device: str, changes: Mapping[str, Value], *, wait: float = ENTITY_PATIENCE) -> Receipt:
        """Carry out changes on one device and return the receipt.

        Raises ServiceValidationError when nothing was sent, HomeAssistantError when the
        vendor failed or the device does not show what was asked.
        """
        try:
            receipt = await self.desk.apply(device, changes, wait=wait)
        except ChangeRefused as err:
            raise refused(err) from err
        except HubError as err:
            raise self.failure(err) from err
        finally:
            self._runtime.feeds.follow(self._runtime.account.feeds)
            self._runtime.refresh_view()
        self._take(device, receipt.read_back)
        if receipt.outcome is Outcome.NOT_CONFIRMED:
            raise not_confirmed(receipt)
        return receipt

    @callback
    def failure(self, error: HubError) -> HomeAssistantError:
        """Return how a user sees that the vendor failed; refused credentials are asked for again."""
        if isinstance(error, AuthFailed):
            self._runtime.connection.failed(SETTINGS_STREAM, error)
        return shown(error)

    @callback
    def observe(self, fresh: AbstractSet[Ref]) -> None:
        """Let the desk see fresh settings, so that changes made elsewhere are noticed."""
        readings = self._runtime.board.readings
        seen: dict[str, dict[str, Value]] = {}
        controls = self._controls_of({device for device, _ in fresh if device in self._runtime.devices})
        for device, key in fresh & controls.keys():
            if not readings[Ref(device, key)].gone:
                seen.setdefault(device, {})[key] = readings[Ref(device, key)].value
        for device, settings in seen.items():
            times = {key: readings[Ref(device, key)].measured_at for key in settings}
            self.desk.observe(device, settings, times=times)

    @callback
    def start(self) -> None:
        """Wait for what is still to be verified, from before a restart too."""
        self._running = True
        self._schedule_verification()

    async def async_stop(self) -> None:
        """Let go of the timer and wait for what is just being sent: half a change is worse than none."""
        self._running = False
        self._cancel()
        await self._courier.idle.wait()

    @callback
    def _cancel(self) -> None:
        if self._cancel_verification is not None:
            self._cancel_verification()
            self._cancel_verification = None

    @callback
    def _schedule_verification(self) -> None:
        """Come back when the device may be read again."""
        self._cancel()
        if self._running and (due := self.desk.next_verification) is not None:
            self._cancel_verification = async_track_point_in_utc_time(self._runtime.hass, self._async_verify, due)

    async def _async_verify(self, _: datetime) -> None:
        self._cancel_verification = None
        try:
            await self.desk.verify_due()
        except HubError as err:
            self._runtime.connection.failed(SETTINGS_STREAM, err)
        else:
            self._runtime.connection.idle(SETTINGS_STREAM)
        self._schedule_verification()
        self._runtime.refresh_view()

    def _known(self, ref: Ref) -> Value:
        """Return what the device has, if that was read recently enough to rely on."""
        reading = self._runtime.board.readings.get(ref)
        if reading is None or not self._runtime.is_available(ref):
            return None
        seconds = min(FRESH * self._runtime.feeds.interval_of(reading.feed), FRESH_AT_MOST)
        now = self._runtime.clock.now()
        oldest = now - timedelta(seconds=seconds)
        if self._drifts(ref):
            oldest = max(oldest, now.replace(second=0, microsecond=0))  # plans change at full minutes
        return reading.value if reading.measured_at >= oldest else None

    def _drifts(self, ref: Ref) -> bool:
        settings = (control.setting for control in self._runtime.account.controls(ref.device))
        return any(setting.key == ref.key and setting.drifts for setting in settings)

    @callback
    def _take(self, device: str, read_back: Mapping[str, Value]) -> None:
        """Show what was just read from the device itself."""
        for key, value in read_back.items():
            self._runtime.take_value(Ref(device, key), value)

    @callback
    def _take_along(self, settings: Mapping[Ref, Value]) -> None:
        """Show what a change of ours changed besides; it is no news when it is read again."""
        for ref, value in settings.items():
            self.desk.learn(ref, value)
            self._runtime.take_value(ref, value)

    @callback
    def _on_change(self) -> None:
        self._runtime.save_later()
        self._runtime.notify()
        self._schedule_verification()

    @callback
    def _on_outcome(self, device: str, outcome: str, details: Mapping[str, Any]) -> None:
        if details.get("late"):
            asked, found = (spell_settings(details[key]) for key in ("asked", "read_back"))
            self._runtime.connection.change_outcome(outcome == Outcome.CONFIRMED, asked, found)
            self._take(device, details["read_back"])
        happening = Happening(
            id=SETTINGS_STREAM, device=device, stream=SETTINGS_STREAM, type=outcome, attributes=dict(details)
        )
        self._runtime.events.tell(happening)


def _may_wait(setting: Setting) -> bool:
    return setting.read_later or setting.settle > ENTITY_PATIENCE
