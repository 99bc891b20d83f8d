"""The action that charges the battery from the grid in a window of time (anker.md §12.3, §12.10)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast

import voluptuous as vol

from ...core.control import Outcome
from ...core.errors import NotSupported, WriteRefused
from ...core.refusal import ChangeRefused
from ..base import Account, Action
from . import plans
from .account import AnkerAccount
from .inventory import site_id
from .offer import PASSING, Offer
from .offers import offers_of
from .offers_plans import BACKUP_CHARGE, window
from .orders import Order, backup_bean, plan_order
from .seen import DISASTER, Seen

SHORTEST: Final = timedelta(minutes=5)
_USUAL: Final = timedelta(hours=3)


def _moment(value: Any) -> datetime:
    """Take a time, also as text, with or without a zone. Raises ValueError."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


async def _set(account: Account, device: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Set the window in which the grid charges the battery, or switch it off, and look whether that worked."""
    anker = cast("AnkerAccount", account)
    site = anker.site_of(device)
    seen = anker.room_controls.seen(site_id(site.id)) if site else None
    if site is None or seen is None or (offer := offers_of(seen).get(BACKUP_CHARGE)) is None:
        raise NotSupported("Nothing here charges from the grid on demand")
    controls, about = anker.room_controls, site_id(site.id)
    async with controls.turn:
        seen = await controls.fresh(about, {offer.source})
        if (reason := offer.reason(seen)) not in PASSING:
            raise WriteRefused(str(reason))
        span = _span(seen, fields) if fields["enabled"] else None
        await controls.send(seen, [_order(seen, offer, site.id, span)])
    return _told(await controls.fresh(about, {offer.source}), offer, span)


def _span(seen: Seen, fields: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """Return the window asked for, in full minutes. Raises ChangeRefused for one that is too short or over."""
    now = seen.now.replace(second=0, microsecond=0)
    start = _placed(fields["start"], seen) if "start" in fields else now
    end = _placed(fields["end"], seen) if "end" in fields else start + _USUAL
    if end - start < SHORTEST or end <= seen.now:
        raise ChangeRefused("backup_window")
    return start, end


def _placed(moment: datetime, seen: Seen) -> datetime:
    """Return a moment in full minutes; one without a zone is on the clock of the site."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=seen.now.tzinfo)
    return aware.replace(second=0, microsecond=0)


def _order(seen: Seen, offer: Offer, site: str, span: tuple[datetime, datetime] | None) -> Order:
    if offer.source == DISASTER:
        return Order(part=BACKUP_CHARGE, send=lambda client: client.set_disaster(site, span))
    bean = backup_bean(seen, on=span is not None, span=span)
    return plan_order(site, BACKUP_CHARGE, plans.group_two(seen.plan, {plans.BACKUP: bean}))


def _told(seen: Seen, offer: Offer, span: tuple[datetime, datetime] | None) -> dict[str, Any]:
    """Return what was found afterwards."""
    enabled, found = offer.read(seen) is True, window(seen)
    agrees = enabled == (span is not None) and (span is None or found == span)
    start, end = (moment.isoformat() for moment in found) if enabled and found else (None, None)
    outcome = Outcome.CONFIRMED if agrees else Outcome.NOT_CONFIRMED
    return {"outcome": outcome.value, "enabled": enabled, "start": start, "end": end}


ACTIONS: Sequence[Action] = (
    Action(
        name="set_backup_charge",
        fields={
            vol.Required("enabled", default=True): bool,
            vol.Optional("start"): _moment,
            vol.Optional("end"): _moment,
        },
        run=_set,
    ),
)
