"""The desk that every change of a setting passes: one at a time per device, sent once, read back (design §5)."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, Self

from .budget import Budget, Limit
from .change import Change, Lines
from .clock import Clock
from .control import Control, Outcome, Receipt, Setting, check
from .errors import (
    BadAnswer,
    HubError,
    Locked,
    NotSupported,
    RateLimited,
    ReadLater,
    Unreachable,
    WriteIncomplete,
)
from .model import Ref, Value
from .refusal import ChangeRefused
from .watch import News, SettingsWatch

CHANGED_ELSEWHERE: Final = "changed_elsewhere"  # the one outcome that no caller gets
COURTESY: Final = timedelta(seconds=10)  # so long a replaced change may still land before the next one leaves
RETRY: Final = timedelta(seconds=60)  # until a device is asked again about an accepted change
DAY: Final = 86_400.0  # seconds
PASSING: Final = (Unreachable, BadAnswer, Locked, RateLimited, ReadLater)


class Writer(Protocol):
    """The part of an account that sends changes and reads them back (``vendors.base.Account``)."""

    def controls(self, device: str) -> Sequence[Control]:
        """Return the settings of a device that can be written now."""

    async def write(self, device: str, changes: Mapping[str, Value]) -> None:
        """Send changes once; raises the error family."""

    async def read_back(self, device: str, settings: frozenset[str]) -> Mapping[str, Value]:
        """Read settings from the device itself, and others if they went along with our last change.

        Raises the error family, ``ReadLater`` while it cannot be.
        """


@dataclass(slots=True, kw_only=True, eq=False)
class _Pending:
    """An accepted change that the device cannot be asked about yet."""

    device: str
    asked: dict[str, Value]
    verify_at: datetime

    def as_dict(self) -> dict[str, Any]:
        return {"device": self.device, "asked": self.asked, "verify_at": self.verify_at.isoformat()}

    @classmethod
    def from_dict(cls, state: object) -> Self | None:
        """Take back what ``as_dict`` gave; ``None`` for anything else."""
        match state:
            case {"device": str(device), "asked": dict(asked), "verify_at": str(text)}:
                pass
            case _:
                return None
        try:
            verify_at = datetime.fromisoformat(text)
        except ValueError:
            return None
        if verify_at.tzinfo is None or not all(isinstance(value, str | int | float) for value in asked.values()):
            return None
        return cls(device=device, asked=asked, verify_at=verify_at)


class ControlDesk:
    """Carries out the changes of one account's devices and notices those made elsewhere.

    **Queue.** Per device one change at a time, from sending to the last read. A later
    change takes its settings from every earlier one: what is left of that is sent, and one
    with nothing left is ``superseded``. A change that was sent already keeps its turn until
    the device agrees, for two writes on their way could land in any order; but once it is
    replaced only for ``COURTESY``, and is ``superseded`` then. What is asked meanwhile
    becomes one write.

    **Time.** ``wait`` counts from the call and covers the queue: a change that has no turn
    by then is refused and never sent. Once sent, the device is read at least once, after
    the settle time. A request on its way is never cut off. A call therefore takes at most
    ``wait`` + settle + what the door allows the last requests.

    ``known`` gives the last fresh value of a reading or ``None``. ``on_change`` says that
    ``as_dict``, ``pending`` or ``next_verification`` may have changed. ``on_outcome`` gets
    device, ``confirmed`` | ``not_confirmed`` | ``changed_elsewhere`` and details. Those of
    the first two are ``asked``, ``read_back`` and ``late``, true when the caller had another
    answer before, and whatever else the receipt says; of the last ``before`` and ``found``,
    all key to value. ``daily_writes`` bounds the writes per device and 24 hours (flash wear).
    """

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        known: Callable[[Ref], Value],
        *,
        on_change: Callable[[], None],
        on_outcome: Callable[[str, str, Mapping[str, Any]], None],
        daily_writes: int = 50,
        state: Mapping[str, Any] | None = None,
    ) -> None:
        """Take back ``state`` (of ``as_dict``); what makes no sense in it is dropped."""
        self._writer = writer
        self._clock = clock
        self._known = known
        self._on_change = on_change
        self._on_outcome = on_outcome
        self._lines = Lines(clock)
        self._watch = SettingsWatch(clock)
        self._pending: list[_Pending] = []
        self._limits = (Limit(daily_writes, DAY),)
        self._budgets: dict[str, Budget] = {}
        self._restore(state if isinstance(state, Mapping) else {})

    async def apply(self, device: str, changes: Mapping[str, Value], *, wait: float) -> Receipt:
        """Make a device have these settings (key to value) and tell what came of it.

        Outcomes: ``unchanged`` (the device has them all, nothing sent), ``confirmed``,
        ``superseded``, ``accepted`` (the settle time is longer than ``wait`` seconds, or the
        account said ReadLater: see ``verify_due``), ``not_confirmed`` (the device disagrees, or
        took the change and could not be read; for the caller to turn into an error).
        Raises ChangeRefused with nothing sent: the reasons of ``control.check``,
        ``device_busy``, ``daily_write_limit`` {time: ISO, UTC}. Raises the error family as the
        account does, with one exception: after Unreachable or BadAnswer from the write the
        device is read as if it had worked, and the error is raised only when that brings no
        answer within ``wait`` either; after ReadLater the change stays pending then. Nothing is
        ever sent twice.
        """
        change = self._change(device, changes, check(self._writer.controls(device), changes), wait)
        for earlier in self._lines.of(device):
            earlier.give_way(changes)
        async with self._lines.turn(change) as called:
            if not change.live:
                return self._receipt(change, Outcome.SUPERSEDED)
            if not called:
                raise ChangeRefused("device_busy")
            if self._has_all(change):
                return self._receipt(change, Outcome.UNCHANGED)
            if any(change.settings[key].wears for key in change.live):
                self._spend(device)
            return await self._carry_out(change, timedelta(seconds=wait))

    async def verify_due(self) -> None:
        """Read the devices whose accepted changes can be verified now and tell the outcomes.

        A device that cannot be read is asked again later. Raises what will not pass by itself
        (AuthFailed, CertificateChanged), and the change stays pending then, too.
        """
        now = self._clock.now()
        for item in [item for item in self._pending if item.verify_at <= now]:
            await self._verify(item)

    @property
    def next_verification(self) -> datetime | None:
        """When ``verify_due`` has something to do, if ever."""
        return min((item.verify_at for item in self._pending), default=None)

    def pending(self, device: str) -> Mapping[str, Value]:
        """Return what was accepted but not yet seen on the device."""
        return {key: value for item in self._pending if item.device == device for key, value in item.asked.items()}

    def observe(
        self, device: str, settings: Mapping[str, Value], *, times: Mapping[str, datetime] | None = None
    ) -> None:
        """Take in readings of settings, to notice what was changed elsewhere.

        ``times`` tells how old each one is (aware; now where it is missing), best as the moment
        it was asked for: what is older than the end of our own last write says nothing. A change that had not been confirmed and turns up now is
        ``confirmed``, late. A setting whose change is under way or pending is left out.
        """
        controls = self._settings(device)
        under_way = self.pending(device).keys() | {key for change in self._lines.of(device) for key in change.sent}
        news = {
            key: told
            for key, value in settings.items()
            if key not in under_way
            and (told := self._watch.observe(Ref(device, key), controls.get(key), value, (times or {}).get(key)))
        }
        if news:
            self._on_change()
        if late := {key: told for key, told in news.items() if told.ours is not None}:
            asked = {key: told.ours for key, told in late.items()}
            self._on_outcome(device, Outcome.CONFIRMED, {"asked": asked, "read_back": _found(late), "late": True})
            return  # what else is new went along with it
        others = {key: told for key, told in news.items() if key not in controls or not controls[key].drifts}
        if elsewhere := {key: told for key, told in others.items() if told.before is not None}:
            before = {key: told.before for key, told in elsewhere.items()}
            self._on_outcome(device, CHANGED_ELSEWHERE, {"before": before, "found": _found(elsewhere)})

    def learn(self, ref: Ref, value: Value) -> None:
        """Take in what a setting is because of a change of ours: that is no news later."""
        self._watch.learn(ref, value)

    def acted(self) -> None:
        """Take note that we changed something in another way: what is read next is no news, whatever it is."""
        self._watch.unlearn()

    def forget(self, device: str) -> None:
        """Drop everything about a device that no longer exists."""
        self._watch.forget(device)
        self._pending = [item for item in self._pending if item.device != device]
        self._budgets.pop(device, None)
        self._on_change()

    def as_dict(self) -> dict[str, Any]:
        """Return what must survive a restart (JSON types)."""
        return {
            "seen": self._watch.as_dict(),
            "pending": [item.as_dict() for item in self._pending],
            "writes": {device: budget.as_dict() for device, budget in self._budgets.items()},
        }

    def _restore(self, state: Mapping[str, Any]) -> None:
        self._watch.restore(state.get("seen"))
        match state.get("pending"):
            case list(entries):
                self._pending = [item for item in map(_Pending.from_dict, entries) if item]
        match state.get("writes"):
            case dict(devices):
                self._budgets = {device: Budget(self._limits, spent) for device, spent in devices.items()}

    def _settings(self, device: str) -> dict[str, Setting]:
        return {control.setting.key: control.setting for control in self._writer.controls(device)}

    def _change(self, device: str, asked: Mapping[str, Value], settings: Mapping[str, Setting], wait: float) -> Change:
        return Change(
            device=device,
            asked=dict(asked),
            settings=settings,
            started=self._clock.monotonic(),
            deadline=self._clock.now() + timedelta(seconds=wait),
            live=dict(asked),
        )

    def _has_all(self, change: Change) -> bool:
        """Tell whether the device certainly has it all; of a pending setting that is not known."""
        if change.live.keys() & self.pending(change.device).keys():
            return False
        return all(
            self._watch.has(ref := Ref(change.device, key), change.settings[key], asked, self._known(ref))
            for key, asked in change.live.items()
        )

    def _spend(self, device: str) -> None:
        """Count one write; it counts even if the power fails while it leaves."""
        budget = self._budgets.setdefault(device, Budget(self._limits))
        now = self._clock.now()
        allowed_at = budget.next_allowed(now)
        if allowed_at > now:
            raise ChangeRefused("daily_write_limit", time=allowed_at.isoformat(timespec="seconds"))
        budget.spend(now)
        self._on_change()

    async def _carry_out(self, change: Change, patience: timedelta) -> Receipt:
        """Send, then read until the device agrees or nobody waits for it any more."""
        lost = await self._send(change)
        if change.settle <= patience:
            try:
                await self._read_until_it_agrees(change)
            except ReadLater as err:
                if change.live:
                    accepted = self._accept(change, err.at)
                    if lost is not None:
                        raise lost from err
                    return accepted
            except HubError:
                self._conclude(change, Outcome.NOT_CONFIRMED)
                raise
        elif lost is None and change.live:
            return self._accept(change, self._clock.now() + change.settle)
        receipt = self._conclude(change, change.outcome)
        if lost is not None and not change.found and receipt.outcome is Outcome.NOT_CONFIRMED:
            raise lost
        return receipt

    async def _send(self, change: Change) -> HubError | None:
        """Send once; return the error when the answer was lost, for then it may have landed."""
        change.sent = dict(change.live)
        for key, value in change.sent.items():
            self._watch.sending(Ref(change.device, key), value)
        lost: HubError | None = None
        try:
            await self._writer.write(change.device, change.sent)
        except (Unreachable, BadAnswer) as err:
            lost = err
            change.parts = err.parts if isinstance(err, WriteIncomplete) else {}
        except HubError:
            for key in change.sent:
                self._watch.refused(Ref(change.device, key))
            raise
        self._replace_pending(change)
        return lost

    def _replace_pending(self, change: Change) -> None:
        """Drop what older accepted changes had asked of the same settings."""
        for item in self._pending:
            if item.device == change.device:
                item.asked = {key: value for key, value in item.asked.items() if key not in change.sent}
        self._pending = [item for item in self._pending if item.asked]

    async def _read_until_it_agrees(self, change: Change) -> None:
        """Read at every pause; what nobody waits for any more is read a little longer, and then makes room."""
        await self._clock.sleep_until(self._clock.now() + change.settle)
        makes_room_at = min(change.deadline, self._clock.now() + COURTESY)
        while True:
            with suppress(Unreachable, BadAnswer):
                await self._read(change)
            again_at = self._clock.now() + change.pause
            if change.agrees() or again_at > (change.deadline if change.is_open() else makes_room_at):
                return
            await self._clock.sleep_until(again_at)

    async def _read(self, change: Change) -> None:
        """Read the device once; what it tells of other settings went along with this change."""
        change.attempts += 1
        found = await self._writer.read_back(change.device, frozenset(change.sent))
        change.found = {key: found[key] for key in change.sent if key in found}
        for key in found.keys() - change.sent.keys():
            self._watch.learn(Ref(change.device, key), found[key])

    def _accept(self, change: Change, verify_at: datetime) -> Receipt:
        """Leave the verification to ``verify_due``."""
        self._pending.append(_Pending(device=change.device, asked=dict(change.live), verify_at=verify_at))
        self._on_change()
        return self._receipt(change, Outcome.ACCEPTED, verify_at)

    async def _verify(self, item: _Pending) -> None:
        change = self._change(item.device, item.asked, self._settings(item.device), RETRY.total_seconds())
        async with self._lines.turn(change) as called:
            if item not in self._pending:
                return
            if not called:
                self._postpone(item)
                return
            change.sent, change.live = item.asked, dict(item.asked)
            try:
                await self._read(change)
            except NotSupported:
                pass  # nobody will ever know: not confirmed
            except HubError as err:
                self._postpone(item, err)
                if isinstance(err, PASSING):
                    return
                raise
            if change.outcome is not Outcome.SUPERSEDED:
                self._pending = [other for other in self._pending if other is not item]
                self._conclude(change, change.outcome, late=True)

    def _postpone(self, item: _Pending, err: HubError | None = None) -> None:
        """Ask again later, not before the account may."""
        now = self._clock.now()
        item.verify_at = now + RETRY
        if isinstance(err, Locked):
            item.verify_at = max(item.verify_at, err.until)
        if isinstance(err, ReadLater) and err.at > now:
            item.verify_at = err.at
        if isinstance(err, RateLimited):
            item.verify_at = max(item.verify_at, now + timedelta(seconds=err.retry_after))
        self._on_change()

    def _conclude(self, change: Change, outcome: Outcome, *, late: bool = False) -> Receipt:
        """Remember what the device was seen to have, and tell."""
        for key, asked in change.sent.items():
            found = change.found[key] if change.matches(key) else None
            self._watch.wrote(Ref(change.device, key), asked, found)
        self._on_change()
        receipt = self._receipt(change, outcome)
        if outcome is not Outcome.SUPERSEDED:
            self._on_outcome(change.device, outcome, {**receipt.as_dict(), "late": late})
        return receipt

    def _receipt(self, change: Change, outcome: Outcome, verify_at: datetime | None = None) -> Receipt:
        return Receipt(
            device=change.device,
            outcome=outcome,
            asked=change.asked,
            sent=change.sent,
            read_back=change.found,
            matched=change.matched if change.attempts else {},
            attempts=change.attempts,
            seconds=self._clock.monotonic() - change.started,
            verify_at=verify_at.isoformat() if verify_at else None,
            parts={} if outcome is Outcome.CONFIRMED else change.parts,
        )


def _found(news: Mapping[str, News]) -> dict[str, Value]:
    return {key: told.found for key, told in news.items()}
