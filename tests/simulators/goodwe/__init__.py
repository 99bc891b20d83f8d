"""A GoodWe account and its servers as ``vendors/goodwe.md`` of the shared documents describes them (§10).

``world`` is what is true, behind all routes: the account (``account``), its plants (``plants``, ``building``, ``models``),
their devices (``devices``), what these upload (``measuring``, ``record``, ``energies``), what they are set to
(``settings``). ``semsplus*`` is route C, ``legacy*`` route B, ``portal`` route A, ``server`` the host that answers for all.
"""

from tests.simulators.goodwe.models import PROFILES
from tests.simulators.goodwe.server import GoodWeSimulator
from tests.simulators.goodwe.world import World

__all__ = ["PROFILES", "GoodWeSimulator", "World"]
