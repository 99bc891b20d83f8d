"""Energies day by day, and what they add up to: the cloud tells most of them of days only (anker.md §10)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from ...core.accrual import Accrual
from ...core.catalogue import look_up
from ...core.clock import Clock
from ...core.model import Ref, Reported
from ..base import PrivateStore
from .days import Days
from .inventory import Inventory
from .questions import PV, Question
from .yields import Told, within_step

_TODAY: Final = "_today"
_TOTAL: Final = "_total"
_REFINED: Final = "solar_energy_total"
_FINE: Final = 0.1  # kWh; a total told in such steps needs no help
_USUALLY_TOLD: Final = frozenset({"solar_energy_total", "ev_charging_energy_total"})
_PATIENCE: Final = timedelta(hours=1)  # until what is usually told but was not is counted here, or days stay unknown
_USUAL: Final = timedelta(hours=2)  # the longest between two looks that miss hardly anything of a day
_FORGOTTEN: Final = timedelta(days=30)  # after which a site that is gone is not expected back
_ONE_DAY: Final = timedelta(days=1)
_GONE: Final = "gone_since"  # among what is remembered of a site
_STORED: Final = "energy_days"  # in the shared store

type Energies = Mapping[Ref, float]
"""kWh of one day by the reading of today that shows them."""


class Ledger:
    """Makes lifetime totals of days. What the vendor counts itself is left to the vendor."""

    def __init__(self, store: PrivateStore, clock: Clock, inventory: Inventory, days: Days) -> None:
        """Go on from what is remembered."""
        self._store = store
        self._clock = clock
        self._inventory = inventory
        self._days = days
        self._accrual = Accrual(store.shared.get(_STORED))
        self._saved = self._accrual.version
        self._told: set[Ref] = set()
        self._shown_at: dict[str, datetime] = {}  # when the totals of a question were told last
        self._held: dict[str, datetime] = {}  # since when the totals of a question wait for days that are over
        self._fine: dict[Ref, tuple[float, float]] = {}  # the last total that was told finely, and our own then

    def note(self, question: Question, day: date, energies: Energies) -> dict[Ref, Reported]:
        """Take what a day has so far; return it as readings, with the totals it makes.

        While the new day has begun but its statistics have not, only the totals.
        """
        own = self._own(question, energies)
        totals = self._accrual.note(question.key, day, _by_name(energies))
        self._save()
        is_today = self._days.local(question.site).date() == day
        return (dict(energies) if is_today else {}) | self._shown(question, own, totals)

    def due(self, question: Question, *, longest: int = 1) -> tuple[date, date] | None:
        """Return the first and last day, ``longest`` days at most, that are over and to be asked about once more.

        The oldest come first; yesterday is complete some minutes late.
        """
        today = self._days.today(question.site)
        complete = today if self._days.may_close(question.site) else today - _ONE_DAY
        return self._accrual.due(question.key, complete, longest=longest)

    def is_whole(self, question: Question, last: date, energies: Energies) -> bool:
        """Tell whether an answer about the days up to ``last`` has everything that they had before."""
        told = _by_name(energies)
        return all(told.get(key, -1.0) >= min(known, _FINE) for key, known in self._noted(question, last).items())

    def close(self, question: Question, last: date, energies: Energies) -> dict[Ref, Reported]:
        """Take what the days that were due had up to ``last``, for good; return the totals as readings.

        What was counted until then stands where nothing, or not a tenth of a kWh, is told of it any more.
        """
        noted = self._noted(question, last)
        told = {key: value for key, value in _by_name(energies).items() if value >= min(noted.get(key, 0.0), _FINE)}
        own = self._own(question, energies)
        totals = self._accrual.close(question.key, last, told)
        self._save()
        return self._shown(question, own, totals)

    def note_told(self, refs: Iterable[Ref]) -> None:
        """Learn which totals the vendor itself counts; it is remembered, so that nobody takes turns."""
        for ref in refs:
            if ref in self._told or _TOTAL not in ref.key:
                continue
            self._told.add(ref)
            known = self._inventory.traits(ref.device).setdefault("totals", [])
            if ref.key not in known:
                known.append(ref.key)
                self._inventory.keep()

    def refine(self, question: Question, ref: Ref, told: Told | None, values: dict[Ref, Reported]) -> None:
        """Go on inside the steps of a total that is told in MWh with two decimals, by what was counted here (§8, §18.13).

        ``question`` is the one that counts the same. It lets the total in ``values`` as it is where that is told finely.
        """
        own = self._accrual.total(question.key, _name(ref))
        if values.get(ref) is None or told is None or own is None:
            return
        if told.step <= _FINE:
            self._fine[ref] = told.total, own
            return
        traits = self._inventory.traits(ref.device)
        begun, step, shown, since = traits.get("step") or (None, told.step, *self._fine.get(ref, (told.total, own)))
        shown = shown + own - since if begun is None else within_step(begun, step, shown + own - since)
        if begun == told.total:
            values[ref] = shown
            return
        values[ref] = shown = within_step(told.total, told.step, shown)
        traits["step"] = [told.total, told.step, shown, own]
        self._inventory.keep()

    def tidy(self) -> None:
        """Forget the energies of sites that were gone for so long that they do not come back."""
        sites = {site.id for site in self._inventory.all_sites}
        books = {name: name.partition("/")[0] for name in self._accrual.names}
        forgotten = {site for site in set(books.values()) if self._is_forgotten(site, gone=site not in sites)}
        for name, site in books.items():
            if site in forgotten:
                self._accrual.forget(name)
        self._inventory.keep()
        self._save()

    def _is_forgotten(self, site: str, *, gone: bool) -> bool:
        """Tell whether a site is gone for good; remember since when one is."""
        traits = self._inventory.traits(site)
        if not gone:
            traits.pop(_GONE, None)
            return False
        now = self._clock.now()
        return now - datetime.fromisoformat(traits.setdefault(_GONE, now.isoformat())) >= _FORGOTTEN

    def _noted(self, question: Question, last: date) -> dict[str, float]:
        return self._accrual.noted(question.key, last)

    def _own(self, question: Question, energies: Energies) -> dict[Ref, float]:
        """Return what was counted until now, by total."""
        totals = (total_of(ref) for ref in energies)
        return {ref: self._accrual.total(question.key, _name(ref)) or 0.0 for ref in totals}

    def _shown(self, question: Question, own: Mapping[Ref, float], totals: Mapping[str, float]) -> dict[Ref, Reported]:
        """Return the totals that are to be shown; ``own`` are those of before."""
        was_held_back = question.key in self._held
        if (is_held_back := self._is_held_back(question)) or was_held_back:
            self._skip({ref: totals.get(_name(ref), before) - before for ref, before in own.items()})
        if is_held_back:
            return {}
        return {ref: totals[_name(ref)] for ref in own if _exists(ref.key) and not self._is_left(question, ref)}

    def _skip(self, leaps: Mapping[Ref, float]) -> None:
        """Leave out of the refined totals what was counted of days that nobody looked at: the vendor's have it by now."""
        for ref, leap in leaps.items():
            if ref.key == _REFINED and (step := self._inventory.traits(ref.device).get("step")) is not None:
                step[3] += leap
                self._inventory.keep()
            if ref in self._fine:
                total, since = self._fine[ref]
                self._fine[ref] = total, since + leap

    def _is_held_back(self, question: Question) -> bool:
        """Tell whether totals wait until days that nobody looked at to their end are closed, but not for ever.

        What they lack would come a moment later, more at once than any house uses.
        """
        key, now = question.key, self._clock.now()
        is_late = key not in self._shown_at or abs(now - self._shown_at[key]) >= _USUAL
        if is_late and self._accrual.due(key, self._days.today(question.site)) is not None:
            if abs(now - self._held.setdefault(key, now)) < _PATIENCE:
                return True
        self._held.pop(key, None)
        self._shown_at[key] = now
        return False

    def _is_left(self, question: Question, ref: Ref) -> bool:
        """Tell whether a total is left to the vendor: it told it once, or it usually does and was not asked for long.

        Of the parts of a site it tells none.
        """
        traits = self._inventory.traits(ref.device)
        if ref.key in traits.get("totals", ()):
            return True
        if ref.key not in _USUALLY_TOLD or (question.serial and question.name != PV):
            return False
        now = self._clock.now()
        if "counted_since" not in traits:
            traits["counted_since"] = now.isoformat()
            self._inventory.keep()
        return now - datetime.fromisoformat(traits["counted_since"]) < _PATIENCE

    def _save(self) -> None:
        if self._accrual.version != self._saved:
            self._saved = self._accrual.version
            self._store.shared[_STORED] = self._accrual.as_dict()
            self._store.save_later()


def total_of(ref: Ref) -> Ref:
    """Return the reading that shows in all what this one shows of today."""
    return Ref(ref.device, ref.key.replace(_TODAY, _TOTAL, 1))


def _by_name(energies: Energies) -> dict[str, float]:
    return {_name(total_of(ref)): value for ref, value in energies.items()}


def _name(ref: Ref) -> str:
    return f"{ref.device}/{ref.key}"


@cache
def _exists(key: str) -> bool:
    try:
        look_up(key)
    except KeyError:
        return False
    return True
