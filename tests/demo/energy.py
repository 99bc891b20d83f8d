"""Home Assistant's Energy dashboard, filled from the entities of every account."""

from collections.abc import Mapping

from tests.demo.api import HassApi, Json
from tests.demo.dashboard import Entities
from tests.demo.processes import DemoError


def preferences(title: str, site: Entities) -> Json:
    """Return what a user would choose on the Energy configuration page: energy, power and state of charge."""

    def counter(key: str) -> str:
        """Return the counter of a life, or where there is none that of the day."""
        return site.get(f"{key}_total") or site[f"{key}_today"]

    return [
        {
            "type": "grid",
            "name": f"{title} grid",
            "stat_energy_from": counter("grid_import_energy"),
            "stat_energy_to": counter("grid_export_energy"),
            "stat_rate": site["grid_power"],
            "cost_adjustment_day": 0.0,
        },
        {
            "type": "solar",
            "name": f"{title} solar",
            "stat_energy_from": counter("solar_energy"),
            "stat_rate": site["solar_power"],
            "config_entry_solar_forecast": None,
        },
        {
            "type": "battery",
            "name": f"{title} battery",
            "stat_energy_from": counter("battery_discharge_energy"),
            "stat_energy_to": counter("battery_charge_energy"),
            "stat_rate": site["battery_power"],
            "stat_soc": site["battery_level"],
        },
    ]


async def save_preferences(api: HassApi, sites: Mapping[str, Entities]) -> None:
    """Give the Energy dashboard the sources of every account; ``sites``: their entities by the account's title."""
    try:
        sources = [source for title, site in sites.items() for source in preferences(title, site)]
    except KeyError as error:
        raise DemoError(f"The Energy dashboard wants {error}, which has no entity") from error
    await api.command("energy/save_prefs", energy_sources=sources)


async def preference_problems(api: HassApi) -> list[str]:
    """Return what Home Assistant finds wrong with the Energy preferences."""
    verdict = await api.command("energy/validate")
    return [
        f"Energy preferences: {issue['type']} {issue['affected_entities']}"
        for issues in verdict.values()
        for source in issues
        for issue in source
    ]
