"""The action that tells the energy of days gone by, the same for every vendor."""

from collections.abc import Mapping, Sequence
import csv
from datetime import datetime
import io
from pathlib import Path
from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .core.errors import HubError, NotSupported
from .core.model import Value
from .core.refusal import ChangeRefused
from .messages import refused
from .targets import DEVICE, Target, target_of
from .written_files import async_check_allowed, async_write

ATTR_START, ATTR_END, ATTR_PERIOD, ATTR_FILE = "start", "end", "period", "file"
PERIODS: Final = ("5minute", "hour", "day", "month", "year")
FIELDS: Final = {
    vol.Required(ATTR_START): cv.datetime,
    vol.Optional(ATTR_END): cv.datetime,
    vol.Optional(ATTR_PERIOD, default="day"): vol.In(PERIODS),
    vol.Optional(ATTR_FILE): cv.string,
}


@callback
def async_setup_history_action(hass: HomeAssistant, domain: str) -> None:
    """Register the action."""
    schema = vol.Schema({**DEVICE, **FIELDS})
    hass.services.async_register(
        domain, "get_energy_history", _async_history, schema, supports_response=SupportsResponse.ONLY
    )


async def _async_history(call: ServiceCall) -> ServiceResponse:
    """Answer rows of energy from the vendor's own history, of the device or the nearest parent that has one."""
    runtime, _ = target = target_of(call)
    start, end = _moment(call.data[ATTR_START]), _moment(call.data.get(ATTR_END) or runtime.clock.now())
    if start >= end:
        raise refused(ChangeRefused("history_without_time"))
    file = Path(call.data[ATTR_FILE]) if ATTR_FILE in call.data else None
    if file is not None:
        await async_check_allowed(call.hass, file)
    try:
        rows = await _rows(target, start, end, call.data[ATTR_PERIOD])
    except ChangeRefused as err:
        raise refused(err) from err
    except HubError as err:
        raise runtime.changes.failure(err) from err
    plain: Any = [{key: _plain(value) for key, value in row.items()} for row in rows]
    if file is None:
        return {"rows": plain}
    await async_write(call.hass, file.parent, {file.name: _as_csv(plain)})
    return {"rows": plain, "file": str(file)}


async def _rows(target: Target, start: datetime, end: datetime, period: str) -> Sequence[Mapping[str, Value]]:
    for owner in target.runtime.devices.lineage(target.device):
        try:
            return await target.runtime.account.history(owner, start, end, period)
        except NotSupported:
            continue
    raise NotSupported("No history")


def _moment(given: datetime) -> datetime:
    """Return a time of the user's clock as a moment."""
    return given if given.tzinfo else given.replace(tzinfo=dt_util.get_default_time_zone())


def _plain(value: Value) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as a table: a column for whatever any of them tells, empty where one does not."""
    columns = dict.fromkeys(key for row in rows for key in row)
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, list(columns), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()
