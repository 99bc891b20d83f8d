"""EV chargers, on either API (goodwe.md §6.6)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ...core.model import Ref, Reported
from ...core.parse import section, text
from .fields import CHARGER, CHARGER_STATUS
from .model import Bean
from .reader import Reader, Values, source_of, translate, when_offline, with_time

# How the words for the state of the cable end, longest first (§6.6 and the recording).
_CABLE: Final[Mapping[str, bool]] = {
    "no_insered": False,
    "not_insered": False,
    "insered": True,
    "stat00": False,
    "stat01": True,
    "stat02": True,
}


def read_charger(reader: Reader, serial: str, bean: Bean, at: datetime | None) -> Values:
    """Return what a wallbox says; ``bean`` is a ``detail``, a ``chargeLog`` (or holds one), or of the legacy API."""
    whole = {**bean, **section(bean.get("chargeLog"))}
    values = reader.read(serial, "charger", CHARGER, source_of(whole))
    status = _status(whole)
    if status == "offline":
        values = when_offline(values, dark=False)
    elif (plugged := _plugged(whole, status)) is not None:
        values[Ref(serial, "ev_plugged_in")] = plugged
    told: dict[str, Reported] = {}
    if status is not None:
        told = {"device_status": status, "reachable": status != "offline", "problem": status == "fault"}
    values |= {Ref(serial, key): value for key, value in told.items()}
    return with_time(serial, values, at) if values else {}


def _status(bean: Bean) -> str | None:
    """Return the status: ``workStu`` of a log, else ``status`` by the last of its words (``EVDetail_Status_Title_…``)."""
    if bean.get("workStu") is not None:
        return translate(CHARGER_STATUS, bean.get("workStu"), "charger status")
    said = bean.get("status")
    return translate(CHARGER_STATUS, said.rpartition("_")[2] if isinstance(said, str) else said, "charger status")


def _plugged(bean: Bean, status: str | None) -> bool | None:
    if status == "charging":
        return True
    if "workStu" in bean and (log := text(bean.get("status"))) is not None:
        return log != "0"
    said = (text(bean.get("workState")) or text(bean.get("workstate")) or "").casefold()
    return next((plugged for ending, plugged in _CABLE.items() if said.endswith(ending)), None)
