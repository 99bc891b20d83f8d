"""Tests of the vendors' rooms."""
