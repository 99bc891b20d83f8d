"""Which questions an account of a given fitting can be asked, and under which names the answers are kept (anker.md §6, §19)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from . import paths
from .export_tables import (
    ACCOUNT,
    BANK,
    CHARGER,
    DEVICE,
    DISASTER,
    HES,
    HES_UNIT,
    INVERTER,
    PANEL,
    PANEL_UNIT,
    PARAMS,
    PROFITS,
    PROVIDED,
    SITE,
    SITE_OWNER,
    TODAY,
    Read,
)
from .inventory import Inventory
from .model import Category, Listed, Site, SiteKind
from .products import product
from .questions import PV, Question, questions

_FIRST_GENERATION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One question, and the name of the file its answer goes to (without its ending)."""

    name: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """How it is asked."""
        return "GET" if self.path in paths.GETS else "POST"


def steps(inventory: Inventory, today: date) -> Sequence[Step]:
    """Return all that fits an account; ``today`` is the day of its sites."""
    return tuple(_steps(inventory, today))


def provider_step(site: str, dynamic: Mapping[str, Any], at: int) -> Step:
    """Return the question for the dynamic prices that a site has: ``company``, ``area`` and ``country`` (§11.3)."""
    words = {name: str(dynamic.get(name) or "") for name in ("country", "company", "area")}
    name = "_".join(("dynamic_price_details", *words.values())).replace(" ", "_")
    body = {"company": words["company"], "area": words["area"], "date": str(at), "device_sn": ""}
    return Step(name=name, path=paths.PRICE_DETAIL, body=body)


def vehicle_step(vehicle: str) -> Step:
    """Return the question for a car."""
    return Step(name=f"vehicle_details_{vehicle}", path=paths.VEHICLE, body={"vehicle_id": vehicle})


def _steps(inventory: Inventory, today: date) -> Iterator[Step]:
    serials = [device.serial for device in inventory.owned()]
    yield from _filled(ACCOUNT, {})
    asked = [{"device_sn": serial, "version": ""} for serial in serials]
    yield Step(name="ota_batch", path=paths.UPDATES, body={"device_list": asked})
    for site in inventory.sites:
        if inventory.kind(site) is not SiteKind.VIRTUAL:
            yield from _of_site(inventory, site, today)
    for device in inventory.owned():
        yield from _of_device(inventory, device, today)


def _of_site(inventory: Inventory, site: Site, today: date) -> Iterator[Step]:
    kind, words = inventory.kind(site), {"site": site.id}
    yield from _filled(SITE, words)
    if site.owner:
        yield from _filled(SITE_OWNER, words)
        for number in _params(inventory, site):
            body = {"site_id": site.id, "param_type": number}
            yield Step(name=f"device_parm_{number}_{site.id}", path=paths.PARAM, body=body)
    for model in sorted(PROVIDED.intersection(site.models)):
        yield Step(name=f"dynamic_price_providers_{model}", path=paths.PRICE_PROVIDERS, body={"device_pn": model})
    if kind is SiteKind.POWER_PANEL:
        yield from _filled(PANEL, words)
        if site.owner:
            yield from _filled(DISASTER, words)
    if kind is SiteKind.HES:
        yield from _filled(HES, words)
        for period, spelling in PROFITS.items():
            body = {"siteId": site.id, "dateType": period, "start": today.strftime(spelling), "end": ""}
            yield Step(name=f"hes_profit_{period}_{site.id}", path=paths.HES_PROFIT, body=body)
    for question in questions(inventory, site):
        yield from _energies(question, today)


def _params(inventory: Inventory, site: Site) -> Iterator[str]:
    """Yield the types of parameters that sites of this generation have (§9.1)."""
    banks = inventory.solarbanks(site.id)
    generations = {product(bank.model).generation for bank in banks}
    for number, since, until in PARAMS:
        if any(since <= generation <= until for generation in generations):
            yield number


def _energies(question: Question, today: date) -> Iterator[Step]:
    """Yield a question for yesterday and today, and for the course of today."""
    yesterday = today - timedelta(days=1)
    system = question.name.startswith(("panel_", "hes_"))
    for kind, first, prefix in (("week", yesterday, ""), ("day", today, "today_")):
        if kind == "day" and not system and question.name not in TODAY:
            continue
        if not system:
            body: dict[str, Any] = {
                "site_id": question.site,
                "device_sn": question.serial,
                "device_type": question.name,
                "type": kind,
                "start_time": first.isoformat(),
                "end_time": today.isoformat(),
            }
            where = question.serial or question.site
            yield Step(name=f"energy_{question.name}_{prefix}{where}", path=paths.ENERGY, body=body)
            continue
        body = {"siteId": question.site, "sourceType": question.source, "dateType": kind}
        body |= {"start": first.isoformat(), "end": today.isoformat()}
        if question.name.startswith("panel_"):
            name, path = f"charging_energy_{question.source}", paths.PANEL_ENERGY
            body |= {"global": False, "productCode": ""}
        else:
            name, path = f"hes_energy_{question.source}", paths.HES_ENERGY
        yield Step(name=f"{name}_{prefix}{question.site}", path=path, body=body)


def _of_device(inventory: Inventory, device: Listed, today: date) -> Iterator[Step]:
    words = {"serial": device.serial, "site": device.site or ""}
    site = None if device.site is None else inventory.site(device.site)
    kind = SiteKind.VIRTUAL if site is None else inventory.kind(site)
    yield from _filled(DEVICE, words)
    match product(device.model).category:
        case Category.SOLARBANK:
            first = product(device.model).generation == _FIRST_GENERATION
            yield from (step for step in _filled(BANK, words) if first or step.path != paths.HOME_LOAD)
        case Category.INVERTER if kind is SiteKind.VIRTUAL:
            yield from _filled(INVERTER, words)
            yield from _inverter_energies(Question(words["site"], PV, device.serial), today)
        case Category.POWER_PANEL:
            yield from _filled(PANEL_UNIT, words)
        case Category.HES:
            yield from _filled(HES_UNIT, words)
        case Category.CHARGER:
            yield from _filled(CHARGER, words)


def _inverter_energies(question: Question, today: date) -> Iterator[Step]:
    yesterday = today - timedelta(days=1)
    for kind, first, prefix in (("week", yesterday, ""), ("day", today, "today_")):
        span = {"start": first.isoformat(), "end": today.isoformat()}
        body = {"sn": question.serial, "type": kind, **span, "version": "1"}
        yield Step(name=f"device_pv_statistics_{prefix}{question.serial}", path=paths.PV_ENERGY, body=body)


def _filled(table: Sequence[Read], words: Mapping[str, str]) -> Iterator[Step]:
    for read in table:
        body = {name: value.format(**words) if isinstance(value, str) else value for name, value in read.body.items()}
        yield Step(name=read.name.format(**words), path=read.path, body=body)
