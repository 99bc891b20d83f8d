"""What a visitor of the demo sees first: one dashboard with a view per account."""

from collections.abc import Iterable, Mapping

from tests.demo.api import HassApi, Json

URL_PATH = "demo-energy"
TITLE = "Solar & battery"
POWERS = (
    ("solar_power", "amber", "mdi:solar-power-variant"),
    ("home_power", "blue", "mdi:home-lightning-bolt"),
    ("grid_power", "purple", "mdi:transmission-tower"),
    ("battery_power", "green", "mdi:home-battery"),
)
CONTROLS = {
    "operating_mode": {"type": "select-options"},
    "backup_reserve": {"type": "numeric-input", "style": "slider"},
}

type Entities = Mapping[str, str]
"""Entity ids of one device by reading."""


async def make_dashboard(api: HassApi, views: Iterable[Json]) -> None:
    """Store the dashboard and make it the one that opens first."""
    await api.command(
        "lovelace/dashboards/create", url_path=URL_PATH, title=TITLE, icon="mdi:solar-power-variant", mode="storage"
    )
    await api.command("lovelace/config/save", url_path=URL_PATH, config={"views": list(views)})
    await api.command("frontend/set_system_data", key="core", value={"default_panel": URL_PATH})


def view(name: str, title: str, site: Entities, batteries: Iterable[Entities]) -> Json:
    """Return the view of one account; what it has no entity for is left out."""
    sections = [
        _section("Right now", "mdi:flash", _now(site)),
        _section("Battery", "mdi:home-battery", _battery(site, batteries)),
        _section("Today", "mdi:calendar-today", _today()),
    ]
    return {
        "title": title,
        "path": name,
        "type": "sections",
        "max_columns": 3,
        "dense_section_placement": True,
        "sections": sections,
    }


def _section(heading: str, icon: str, cards: Iterable[Json]) -> Json:
    """Return one column."""
    title = {"type": "heading", "heading": heading, "heading_style": "title", "icon": icon}
    return {"type": "grid", "cards": [title, *cards]}


def _tile(entity_id: str, **options: Json) -> Json:
    """Return a tile with the entity's own name; the device's stands above."""
    return {"type": "tile", "entity": entity_id, "name": {"type": "entity"}, **options}


def _now(site: Entities) -> Iterable[Json]:
    """Return the powers, how they went today, and how the house stands to the grid."""
    for key, color, icon in POWERS:
        if key in site:
            yield _tile(site[key], color=color, icon=icon)
    yield {"type": "power-sources-graph", "title": "Today's power"}
    for key in ("grid_status", "autarky"):
        if key in site:
            yield _tile(site[key])


def _battery(site: Entities, batteries: Iterable[Entities]) -> Iterable[Json]:
    """Return the charge, the controls and every single battery."""
    if "battery_level" in site:
        severity = {"green": 40, "yellow": 20, "red": 0}
        yield {
            "type": "gauge",
            "entity": site["battery_level"],
            "name": {"type": "entity"},
            "severity": severity,
        }
    for key, feature in CONTROLS.items():
        if key in site:
            yield _tile(site[key], features=[feature], grid_options={"columns": 12}, color="green")
    for number, battery in enumerate(batteries, start=1):
        if "battery_level" in battery:
            yield _tile(
                battery["battery_level"],
                name=f"Battery {number}",
                features=[{"type": "bar-gauge"}],
                color="green",
                vertical=True,
                grid_options={"columns": 4},
            )


def _today() -> Iterable[Json]:
    """Return where today's energy came from and went to, as the Energy dashboard has it."""
    yield {"type": "energy-distribution", "link_dashboard": True}
    yield {"type": "energy-usage-graph"}
