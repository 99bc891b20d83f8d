"""Inverters without a site, power panels and home energy systems (anker.md §6.4–§6.6)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from ...core.errors import BadAnswer
from ...core.parse import section, sections, text
from . import paths
from .calls import Calls
from .client_energy import DATE_FORMATS
from .model import Bean

_BY_SITE: Final = 2  # what ``identifier_id`` is
_ALL_DAY: Final = {"from": "00:00", "to": "23:59"}


class InverterCalls(Calls):
    """Inverters that belong to no site (§6.4)."""

    async def pv_status(self, serials: Sequence[str]) -> list[Bean]:
        """Return ``sn``, ``power`` (W) and ``status`` of each; asked once only, since it is asked again within a minute."""
        found = await self._object(paths.PV_STATUS, {"sns": ",".join(serials)}, retries=False)
        return sections(found.get("pvStatuses"))

    async def pv_totals(self, serial: str) -> Bean:
        """Return ``energy`` of all time with its unit, and the limit (``powerConfig``)."""
        return await self._object(paths.PV_TOTALS, {"sn": serial})

    async def pv_energy(self, serial: str, kind: str, start: date, end: date) -> Bean:
        """Return energies by position, without dates; ``kind`` is ``day``, ``week`` (any days), ``month`` or ``year``."""
        spelling = DATE_FORMATS[kind]
        span = {"start": start.strftime(spelling), "end": end.strftime(spelling)}
        return await self._object(paths.PV_ENERGY, {"sn": serial, "type": kind, **span, "version": "1"})

    async def pv_price(self, serial: str) -> Bean:
        """Return ``currencyUnit`` and ``tieredElecPrices``."""
        return await self._object(paths.PV_PRICE, {"sn": serial})

    async def set_pv_price(self, serial: str, unit: str, price: float) -> None:
        """Write one price for the whole day (§12.12)."""
        tier = {**_ALL_DAY, "price": price}
        await self._order(paths.SET_PV_PRICE, {"currencyUnit": unit, "tieredElecPrices": [tier], "sn": serial})

    async def set_pv_power(self, serial: str, power: int) -> None:
        """Write the limit of an inverter in W; its memory does not bear this often (§12.11)."""
        await self._order(paths.SET_PV_POWER, {"sn": serial, "power": power})


class PanelCalls(Calls):
    """Power panels (§6.5)."""

    async def panel_running(self, site: str) -> Bean:
        """Return totals of all time and which devices are connected."""
        return await self._object(paths.PANEL_RUNNING, {"siteId": site})

    async def panel_energy(self, site: str, source: str, kind: str, start: date, end: date) -> Bean:
        """Return energies, and for a ``day`` powers every five minutes (§10.4); dates are always whole days."""
        body = {
            "siteId": site,
            "sourceType": source,
            "dateType": kind,
            "start": start.isoformat(),
            "end": end.isoformat(),
            "global": False,
            "productCode": "",
        }
        return await self._object(paths.PANEL_ENERGY, body)

    async def panel_wifi(self, serial: str) -> Bean:
        """Return ``ssid`` and ``rssi`` (%)."""
        return await self._object(paths.PANEL_WIFI, {"sn": serial})

    async def rate_plan(self, site: str, serial: str) -> Bean:
        """Return the tariff plan (§12.9)."""
        return await self._object(paths.RATE_PLAN, {"siteId": site, "sn": serial})

    async def set_rate_plan(
        self, site: str, serial: str, sessions: Sequence[Bean] | None, fixed_price: Bean | None
    ) -> None:
        """Write the tariff plan: the server makes a rule of it, which is sent back with it (§12.9)."""
        plan = {
            "siteId": site,
            "sn": serial,
            "peak_sessions": None if sessions is None else list(sessions),
            "fixed_price": fixed_price,
        }
        prepared = section(await self._order(paths.PREPARE_RATE_PLAN, plan))
        if (rule := text(prepared.get("rule"))) is None:
            raise BadAnswer(f"{paths.PREPARE_RATE_PLAN}: no rule was made of the plan")
        await self._order(paths.SET_RATE_PLAN, {**plan, "rule": rule})

    async def disaster(self, site: str) -> Bean:
        """Return the window of manual backup (§12.10)."""
        return await self._object(paths.DISASTER, _by_site(site))

    async def set_disaster(self, site: str, window: tuple[datetime, datetime] | None) -> None:
        """Set a window of manual backup, or end it: without the detail, which must not even be null then (§12.10)."""
        body = {**_by_site(site), "manual_disaster_switch": window is not None}
        if window is not None:
            start, end = (int(moment.timestamp()) for moment in window)
            body["manual_disaster_detail"] = {"disaster_type": 1, "start_time": start, "end_time": end}
        await self._order(paths.SET_DISASTER, body)


class HesCalls(Calls):
    """Home energy systems (§6.6)."""

    async def hes_running(self, site: str) -> Bean:
        """Return totals of all time, what is connected and the main unit."""
        return await self._object(paths.HES_RUNNING, {"siteId": site})

    async def hes_devices(self, site: str) -> Bean:
        """Return the units and what they are made of."""
        return await self._object(paths.HES_DEVICES, {"siteId": site})

    async def hes_energy(self, site: str, source: str, kind: str, start: date, end: date) -> Bean:
        """Return energies, and for a ``day`` powers every five minutes (§10.4); dates are always whole days."""
        span = {"start": start.isoformat(), "end": end.isoformat()}
        return await self._object(paths.HES_ENERGY, {"siteId": site, "sourceType": source, "dateType": kind, **span})

    async def hes_wifi(self, serial: str) -> Bean:
        """Return the networks of a unit and its parts."""
        return await self._object(paths.HES_WIFI, {"sn": serial})


def _by_site(site: str) -> dict[str, object]:
    return {"identifier_id": site, "type": _BY_SITE}
