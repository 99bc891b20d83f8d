"""Energies, prices, forecast and charges of balcony systems (anker.md §6.3, §10, §11)."""

from datetime import date, datetime
from typing import Final

from ...core.parse import sections
from . import paths
from .calls import Calls
from .model import Bean

DATE_FORMATS: Final = {"day": "%Y-%m-%d", "week": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


class EnergyCalls(Calls):
    """What was counted. Dates are days of the site, both ends included."""

    async def energy(self, site: str, device_type: str, kind: str, start: date, end: date, serial: str = "") -> Bean:
        """Return energies of a site, or of one device of a multisystem (§10.1, §10.2).

        ``kind``: ``day`` (powers of one day), ``week`` (energies of any days), ``month`` or ``year``.
        """
        spelling = DATE_FORMATS[kind]
        body = {
            "site_id": site,
            "device_sn": serial,
            "device_type": device_type,
            "type": kind,
            "start_time": start.strftime(spelling),
            "end_time": end.strftime(spelling),
        }
        return await self._object(paths.ENERGY, body)

    async def co2(self, site: str) -> Bean:
        """Return the carbon dioxide that was saved."""
        return await self._object(paths.CO2, {"site_id": site})

    async def ai_status(self, site: str) -> Bean:
        """Return how far the smart mode has come: ``status``, ``left_time`` (seconds)."""
        return await self._object(paths.AI_STATUS, {"site_id": site})

    async def price_providers(self, model: str) -> list[Bean]:
        """Return the countries and companies with dynamic prices for a model (§11.2)."""
        return sections((await self._object(paths.PRICE_PROVIDERS, {"device_pn": model})).get("country_info"))

    async def price_detail(self, company: str, area: str, at: datetime) -> Bean:
        """Return the prices of the day of a moment and of the next (§11.3)."""
        body = {"company": company, "area": area, "date": str(int(at.timestamp())), "device_sn": ""}
        return await self._object(paths.PRICE_DETAIL, body)

    async def charge_stats(
        self, serial: str, kind: str = "all", start: date | None = None, end: date | None = None
    ) -> Bean:
        """Return what a charger gave: in a ``week``, ``month``, ``year``, or ``all`` the time (no dates then)."""
        spelling = DATE_FORMATS.get(kind, "%Y-%m-%d")
        body = {
            "device_sn": serial,
            "date_type": kind,
            "start_date": "" if start is None else start.strftime(spelling),
            "end_date": "" if end is None else end.strftime(spelling),
        }
        return await self._object(paths.CHARGE_STATS, body)
