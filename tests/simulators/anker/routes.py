"""All routes of the cloud, gathered from the modules that answer them."""

from tests.simulators.anker import (
    catalogue,
    chargers,
    energy_analysis,
    extras,
    hes,
    inverters,
    lists,
    panel,
    params,
    prices,
    scene,
    upkeep,
    vehicles,
    writes,
)
from tests.simulators.anker.call import Route

ROUTES: tuple[Route, ...] = (
    *lists.ROUTES,
    *scene.ROUTES,
    *upkeep.ROUTES,
    *params.ROUTES,
    *writes.ROUTES,
    *energy_analysis.ROUTES,
    *prices.ROUTES,
    *panel.ROUTES,
    *hes.ROUTES,
    *inverters.ROUTES,
    *chargers.ROUTES,
    *vehicles.ROUTES,
    *extras.ROUTES,
    *catalogue.ROUTES,
)
