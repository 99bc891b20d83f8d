"""A Growatt account and its server as ``vendors/growatt.md`` of the shared documents describes them (Part F).

``world`` is what is true, behind both APIs: the account (``account``), its devices (``devices``, ``families``), what they
upload (``record``, ``live``), what they are set to (``settings``) and what may be written (``parameters``). ``v1*`` is the
token API, ``legacy*`` the password API, ``server`` the host that answers for both.
"""

from tests.simulators.growatt.families import MODELS, PROFILES
from tests.simulators.growatt.server import GrowattSimulator
from tests.simulators.growatt.world import World

__all__ = ["MODELS", "PROFILES", "GrowattSimulator", "World"]
