"""The registry of vendors: with flows.py the only place that names them all."""

from .anker import VENDOR as ANKER
from .base import Vendor
from .goodwe import VENDOR as GOODWE
from .growatt import VENDOR as GROWATT
from .powerwall import VENDOR as POWERWALL

VENDORS: dict[str, Vendor] = {vendor.key: vendor for vendor in (ANKER, GOODWE, GROWATT, POWERWALL)}
