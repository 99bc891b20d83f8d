"""Tests of the Powerwall room."""
