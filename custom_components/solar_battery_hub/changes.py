"""Changes on their way out: the account's control desk, seen from Home Assistant."""

from __future__ import annotations

from collections.abc import Mapping, Set as AbstractSet
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.event import async_track_point_in_utc_time

from .const import ENTITY_PATIENCE
from .core.control import ChangeRefused, Control, Outcome, Receipt
from .core.desk import ControlDesk
from .core.errors import AuthFailed, HubError
from .core.model import Happening, Ref, Value
from .messages import not_confirmed, refused, shown, spell_settings

if TYPE_CHECKING:
    from .account_runtime import AccountRuntime

SETTINGS_STREAM = "settings"
FRESH = 1.5  # intervals; an older value is not taken for what the device has now


class Changes:
    """Carries out changes and keeps the entities' view of them."""

    def __init__(self, runtime: AccountRuntime, state: Mapping[str, Any] | None) -> None:
        """Open the desk with the changes still to be verified."""
        self._runtime = runtime
        self._cancel_verification: CALLBACK_TYPE | None = None
        self._running = False
        self._numbers = 0
        self.desk = ControlDesk(
            runtime.account,
            runtime.clock,
            self._known,
            state=state,
            on_change=self._on_change,
            on_outcome=self._on_outcome,
        )

    def controls(self) -> dict[Ref, Control]:
        """Return everything that can be written now."""
        return {
            Ref(control.device, control.setting.key): control
            for device in self._runtime.devices
            for control in self._runtime.account.controls(device.id)
        }

    def value(self, ref: Ref) -> Value:
        """Return what was asked and is not yet verified, else what the device has."""
        pending = self.desk.pending(ref.device)
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
            if isinstance(err, AuthFailed):
                self._runtime.connection.failed(SETTINGS_STREAM, err)
            raise shown(err) from err
        finally:
            self._runtime.refresh_view()
        self._take(device, receipt.read_back)
        if receipt.outcome is Outcome.NOT_CONFIRMED:
            raise not_confirmed(receipt)
        return receipt

    @callback
    def observe(self, fresh: AbstractSet[Ref]) -> None:
        """Let the desk see fresh settings, so that changes made elsewhere are noticed."""
        readings = self._runtime.board.readings
        seen: dict[str, dict[str, Value]] = {}
        for device, key in fresh & self.controls().keys():
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

    @callback
    def stop(self) -> None:
        """Let go of the timer; a change still on its way does not set it again."""
        self._running = False
        self._cancel()

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
        self._schedule_verification()
        self._runtime.refresh_view()

    def _known(self, ref: Ref) -> Value:
        """Return what the device has, if that was read recently enough to rely on."""
        reading = self._runtime.board.readings.get(ref)
        if reading is None or not self._runtime.is_available(ref):
            return None
        oldest = self._runtime.clock.now() - timedelta(seconds=FRESH * self._runtime.interval_of(reading.feed))
        return reading.value if reading.measured_at >= oldest else None

    @callback
    def _take(self, device: str, read_back: Mapping[str, Value]) -> None:
        """Show what was just read from the device itself."""
        for key, value in read_back.items():
            self._runtime.take_value(Ref(device, key), value)

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
        self._numbers += 1
        self._runtime.events.tell(
            Happening(
                id=f"{SETTINGS_STREAM}-{self._numbers}",
                device=device,
                stream=SETTINGS_STREAM,
                type=outcome,
                attributes=dict(details),
            )
        )
