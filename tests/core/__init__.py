"""Tests of the common language, which need no Home Assistant."""
