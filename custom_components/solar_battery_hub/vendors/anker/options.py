"""What a user may choose about an Anker account that runs: how often and what is read."""

from typing import Final

CONF_INTERVAL: Final = "interval"
"""Seconds between two readings of the live values of a site; without it 60 (anker.md §13, §16)."""

CONF_SITES: Final = "sites"
"""Ids of the sites to read, as the cloud has them; without it all that the account sees."""

SHORTEST: Final = 60
LONGEST: Final = 600
