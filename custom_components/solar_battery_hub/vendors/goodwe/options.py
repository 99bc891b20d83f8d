"""What a user may choose about a GoodWe account that runs: how often and what is read."""

from typing import Final

CONF_INTERVAL: Final = "interval"
"""Seconds between two readings of the live values; without it 60 (goodwe.md §9.2)."""

CONF_PLANTS: Final = "plants"
"""Ids of the plants to read; without it all that the account sees."""

SHORTEST: Final = 60
LONGEST: Final = 600
