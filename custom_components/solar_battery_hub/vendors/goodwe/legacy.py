"""The legacy app API: one request per call (goodwe.md §3.5, §4.1, §6.1)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from ...core.errors import BadAnswer, NotSupported
from ...core.parse import number, section, sections, text
from .codes import filled, optional
from .login import Login
from .model import Bean, Way
from .sign_in import LEGACY_HEADERS, Session
from .wire import READ_TIMEOUT, WRITE_TIMEOUT

_PER_PAGE: Final = 50
_MOST_PAGES: Final = 20
_BALANCE: Final = "7"  # the index of GetChartByPlant with the energy balance (§4.7)


class Legacy:
    """The calls of the legacy app API for one account. Every call raises the error family.

    ``plant`` is a plant's id. Simple arguments go as a form, charts and writes as JSON (§4.1).
    """

    def __init__(self, login: Login) -> None:
        """Prepare; nothing is sent."""
        self._login = login

    async def sign_in(self) -> None:
        """Sign in, unless a session is there. Raises AuthFailed, TermsNotAccepted, LoginRefused or RateLimited."""
        await self._login.sign_in(Way.LEGACY)

    async def plants(self) -> list[Bean]:
        """Return all plants: ``id``, ``pw_name``, ``status``, ``inverters``; only one ``id`` where the list is refused."""
        try:
            return await self._list_plants()
        except BadAnswer, NotSupported:
            owned = await self._form("PowerStation/GetPowerStationIdByOwner", {})
            ids = [text(section(row).get("powerStationId") or row) for row in _listed(owned)]
            return [{"id": plant} for plant in ids if plant is not None]

    async def _list_plants(self) -> list[Bean]:
        found: list[Bean] = []
        path = "v2/HistoryData/QueryPowerStationByHistory"
        for page in range(1, _MOST_PAGES + 1):
            answer = filled(await self._form(path, {"page": str(page), "pagesize": str(_PER_PAGE), "key": ""}), path)
            rows = sections(answer.get("list"))
            found += rows
            if not rows or len(found) >= (number(answer.get("record")) or 0):
                break
        return found

    async def monitor(self, plant: str) -> Bean:
        """Return everything about a plant (§4.2), where that is still answered: NothingInIt or NotSupported elsewhere."""
        return await self._filled("v3/PowerStation/GetMonitorDetailByPowerstationId", {"powerStationId": plant})

    async def plant_detail(self, plant: str) -> Bean:
        """Return ``info`` and ``kpi`` of a plant (§4.3)."""
        return await self._filled("v3/PowerStation/GetPlantDetailByPowerstationId", {"powerStationId": plant})

    async def inverter_points(self, plant: str) -> list[Bean]:
        """Return the inverters of a plant (§4.6)."""
        found = await self._filled("v3/PowerStation/GetInverterAllPoint", {"powerStationId": plant})
        return sections(found.get("inverterPoints"))

    async def powerflow(self, plant: str) -> Bean:
        """Return ``powerflow`` of a plant (§4.5), itself ``null`` where there is no meter."""
        return await self._filled("v2/PowerStation/GetPowerflow", {"PowerStationId": plant})

    async def energy_chart(self, plant: str, day: date, range_: int, *, index: str = _BALANCE) -> Bean:
        """Return a chart of energies (§4.7); ``range_`` is 1 day, 2 month, 3 year, 4 lifetime, ending with ``day``."""
        body = {
            "id": plant,
            "date": day.isoformat(),
            "range": str(range_),
            "chartIndexId": index,
            "isDetailFull": False,
        }
        path = "v2/Charts/GetChartByPlant"
        return filled(await self._json(path, body, about=plant), path)

    async def power_chart(self, plant: str, day: date) -> Bean:
        """Return the powers of a day of the plant every five minutes: ``lines`` with ``key`` and ``xy`` (§4.7)."""
        path = "v2/Charts/GetPlantPowerChart"
        body = {"id": plant, "date": day.isoformat(), "full_script": False}
        return filled(await self._json(path, body, about=plant), path)

    async def warnings(self, plant: str) -> list[Bean]:
        """Return the warnings of a plant; may be empty."""
        return sections(optional(await self._form("warning/PowerstationWarningsQuery", {"pw_id": plant})).get("list"))

    async def charger(self, serial: str) -> Bean:
        """Return the state of an EV charger (§6.6), asked in the older way where the newer is not there."""
        try:
            return await self._filled("v4/EvCharger/GetEvChargerMoreView", {"sn": serial})
        except NotSupported:
            return await self._filled("v3/EvCharger/GetCurrentChargeinfo", {"sn": serial})

    # Writes (§6.1)

    async def remote_control(self, body: Mapping[str, str]) -> None:
        """Send a remote control once; its effect shows minutes later, and never of an inverter that is offline.

        Raises BadAnswer or Unreachable where it may have landed.
        """
        path = "PowerStation/SaveRemoteControlInverter"
        await self._json(path, dict(body), about=body.get("InverterSN", ""), timeout=WRITE_TIMEOUT)

    async def remote_parameters(self, serial: str) -> Bean:
        """Return what an inverter is set to by remote control, where that is told at all."""
        path = "PowerStation/RemoteControlDataInverterParaQueryBySN"
        return filled(await self._json(path, {"InverterSN": serial}, about=serial), path)

    # The way out

    async def _filled(self, path: str, form: Mapping[str, str]) -> Bean:
        return filled(await self._form(path, form), path)

    async def _form(self, path: str, form: Mapping[str, str]) -> object:
        about = next(iter(form.values()), "")
        return await self._ask(path, about, form=form)

    async def _json(self, path: str, body: Bean, *, about: str, timeout: float = READ_TIMEOUT) -> object:
        return await self._ask(path, about, body=body, timeout=timeout)

    async def _ask(self, path: str, about: str, **content: Any) -> object:
        async def send(session: Session) -> Bean:
            url = f"{session.base}/{path}"
            headers = {**LEGACY_HEADERS, "Token": session.header}
            return await self._login.wire.send("POST", url, lambda: headers, place=path, **content)

        return await self._login.ask(Way.LEGACY, path, about, send)


def _listed(found: object) -> list[object]:
    """Return what may be one thing or a list of them (§3.5)."""
    return found if isinstance(found, list) else [found]
