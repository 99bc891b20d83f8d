"""Real accounts whose answers are almost right: nothing raises, and nothing that cannot be read becomes a zero."""

from datetime import date
from random import Random
from typing import Any, Final

import pytest

from custom_components.solar_battery_hub.core.catalogue import look_up
from custom_components.solar_battery_hub.core.model import Ref, Reported
from custom_components.solar_battery_hub.core.quantities import Quantity
from tests.bad_days.mutations import HARMLESS, MUTATIONS, Mutation, mutated

from .recorded import Recorded
from .recordings import each_folder, needs_recordings

pytestmark = needs_recordings

ROUNDS: Final = 6
# Lists that tell what there is; without them nothing else is asked for.
STRUCTURE: Final = ("site_list", "bind_devices")
# Worked out of several numbers: another one stands in for one that cannot be read.
STAND_INS: Final = frozenset({"solar_power", "output_power", "battery_power", "grid_charge_power", "pv_power"})
_PLAIN: Final = frozenset({Quantity.POWER, Quantity.ENERGY, Quantity.CHARGE, Quantity.STORED_ENERGY, Quantity.MONEY})


def everything(account: Recorded) -> dict[tuple[Ref, date | None], Reported]:
    """Return all that is read of an account, and the energies of every recorded day."""
    found: dict[tuple[Ref, date | None], Reported] = {(ref, None): value for ref, value in account.read().items()}
    for site in account.inventory.sites:
        for day in account.days(site.id):
            found |= {(ref, day): energy for ref, energy in account.energies(day, day).items()}
    return found


def spoilt(mutate: Mutation, random: Random) -> Any:
    """Return how an account's answers are spoilt but for the lists of what there is."""
    return lambda name, answer: answer if name in STRUCTURE else mutated(answer, mutate, random)


@each_folder
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_spoilt_answers(folder: str, mutation: str) -> None:
    whole = Recorded(folder)
    before, random = everything(whole), Random(f"{folder} {mutation}")
    for _ in range(1 if mutation in HARMLESS else ROUNDS):
        account = Recorded(folder, store=whole.store)
        account.change = spoilt(MUTATIONS[mutation], random)
        after = everything(account)
        if mutation in HARMLESS:
            assert after == before
        for (ref, day), value in after.items():
            definition = look_up(ref.key)[0]
            if before.get((ref, day)) and definition.quantity in _PLAIN:
                assert value != 0 or definition.key in STAND_INS, (ref, day)
