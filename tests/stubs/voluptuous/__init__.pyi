"""Home Assistant answers imports of voluptuous with its own engine, probatio; so do the type checks."""

from probatio import *
