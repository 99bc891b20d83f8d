"""The actions that only Anker accounts have, or have in their own way; each is in a file of its own."""

from collections.abc import Sequence
from itertools import chain

from ..base import Action
from . import vehicles

ACTIONS: Sequence[Action] = tuple(chain(vehicles.ACTIONS))
