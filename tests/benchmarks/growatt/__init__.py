"""What an account of Growatt's cloud, the Home Assistant and its user pay: beside core's ``growatt_server``."""
