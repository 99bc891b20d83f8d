"""From the wire's lists to sites, devices and cars (anker.md §5, §7.1, §7.3, §6.6, §6.7)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ...core.parse import number, section, sections, text
from .model import Bean, Listed, Site, Vehicle

_OWN: Final = (0, 1)  # ``ms_type`` and ``ms_device_type`` of what is one's own

# Where a scene lists devices, and what they are where it does not tell (§7.2).
_IN_SCENE: Final[Sequence[tuple[str, str, str]]] = (
    ("solarbank_info", "solarbank_list", ""),
    ("combiner_box_info", "combiner_box_list", "AE100"),
    ("solarbank_pps_info", "pps_list", "A1782"),
    ("", "powerpanel_list", "A17B1"),
    ("charging_pile_info", "charging_pile_list", "A5191"),
    ("grid_info", "grid_list", "A17X7"),
    ("smart_plug_info", "smartplug_list", "A17X8"),
    ("", "solar_list", "A5143"),
)
_PACK: Final = "pack"
_DOCK: Final = "AE100"


def sites_in(beans: Iterable[Bean]) -> list[Site]:
    """Return the sites of a site list; one without an id is none."""
    return [site for bean in beans if (site := _site(bean)) is not None]


def _site(bean: Bean) -> Site | None:
    if (site := text(bean.get("site_id"))) is None:
        return None
    models = bean.get("current_site_device_models")
    return Site(
        id=site,
        name=text(bean.get("site_name")) or site,
        type=_whole(bean.get("power_site_type")),
        owner=_is_own(bean.get("ms_type")),
        models=tuple(filter(None, map(text, models))) if isinstance(models, list) else (),
    )


def devices_by_site(beans: Iterable[Bean]) -> dict[str, list[Listed]]:
    """Return the devices that a site list tells, by site; a site without such a list (before 2025) is left out."""
    return {
        site: list(_rows(sections(bean["site_device_list"]), site=site))
        for bean in beans
        if (site := text(bean.get("site_id"))) is not None and isinstance(bean.get("site_device_list"), list)
    }


def scene_devices(bean: Bean, site: str) -> list[Listed]:
    """Return the devices that a scene tells of."""
    found: dict[str, Listed] = {}
    for place, name, model in _IN_SCENE:
        rows = sections((section(bean.get(place)) if place else bean).get(name))
        found |= {device.serial: device for device in _rows(rows, site=site, model=model)}
    return list(found.values())


def dock_of(limit: Bean, site: str) -> Listed | None:
    """Return the Power Dock of a site as its power limits tell it, at times nobody else does (§7.9, §7.11)."""
    return next(_rows([section(limit.get("ae100_info"))], site=site, model=_DOCK), None)


def bound_devices(beans: Iterable[Bean]) -> list[Listed]:
    """Return the devices that are bound to the account; where they are is told elsewhere."""
    return [
        Listed(
            serial=serial,
            model=text(bean.get("product_code")) or "",
            name=text(bean.get("alias_name")) or text(bean.get("device_name")) or "",
            owner=_is_own(bean.get("ms_device_type")),
            firmware=version(bean.get("device_sw_version")),
        )
        for bean in beans
        if (serial := text(bean.get("device_sn"))) is not None
    ]


def hes_devices(bean: Bean, site: str) -> list[Listed]:
    """Return the devices of a home energy system; one unit may be told several times, battery modules hang on it (§6.6)."""
    found: dict[str, Listed] = {}
    for unit in sections(bean.get("results")):
        main = text(unit.get("sn"))
        if main is None:
            continue
        found[main] = _of_hes(unit, main, site)
        for part in sections(unit.get("subDevInfo")):
            serial = text(part.get("sn"))
            if serial is not None and serial not in found and text(part.get("type")) == _PACK:
                found[serial] = _of_hes(part, serial, site, main)
    controller = section(bean.get("ats"))
    if (serial := text(controller.get("sn"))) is not None:
        found.setdefault(serial, _of_hes(controller, serial, site))
    return list(found.values())


def _of_hes(bean: Bean, serial: str, site: str, main: str | None = None) -> Listed:
    name = text(bean.get("aliasName")) or text(bean.get("name")) or ""
    return Listed(serial=serial, model=text(bean.get("pn")) or "", name=name, site=site, main=main)


def vehicles_in(beans: Iterable[Bean]) -> list[Vehicle]:
    """Return the cars of a list."""
    return [
        Vehicle(id=vehicle, name=text(bean.get("vehicle_name")) or vehicle, model=_car(bean))
        for bean in beans
        if (vehicle := text(bean.get("vehicle_id"))) is not None
    ]


def version(value: object) -> str | None:
    """Return a version without the letter before it."""
    told = text(value)
    return None if told is None else told.lstrip("vV") or None


def _car(bean: Bean) -> str | None:
    return " ".join(filter(None, (text(bean.get("brand")), text(bean.get("model"))))) or None


def _rows(rows: Iterable[Mapping[str, object]], *, site: str, model: str = "") -> Iterator[Listed]:
    for row in rows:
        if (serial := text(row.get("device_sn"))) is not None:
            told = text(row.get("device_pn")) or text(row.get("device_model")) or ""
            yield Listed(serial=serial, model=told or model, name=text(row.get("device_name")) or "", site=site)


def _is_own(value: object) -> bool:
    return value is None or _whole(value) in _OWN


def _whole(value: object) -> int | None:
    told = number(value)
    return None if told is None else int(told)
