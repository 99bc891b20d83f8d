"""Anker's cloud: SOLIX balcony systems, power panels, home energy systems, chargers and cars."""
