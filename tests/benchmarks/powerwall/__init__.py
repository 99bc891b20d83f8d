"""What a Powerwall's gateway, its Home Assistant and its user pay: beside Home Assistant's own ``powerwall``."""
