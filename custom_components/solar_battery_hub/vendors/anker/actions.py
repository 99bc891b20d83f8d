"""The actions that only Anker accounts have, or have in their own way; those of a kind are in a file of their own."""

from collections.abc import Sequence
from itertools import chain

from ..base import Action
from . import backup_actions, export, raw_call, tariff_actions, vehicles

ACTIONS: Sequence[Action] = tuple(
    chain.from_iterable(module.ACTIONS for module in (backup_actions, tariff_actions, vehicles, raw_call, export))
)
