"""Faithful vendor servers on loopback: plain aiohttp programs that know neither Home Assistant nor the integration."""
