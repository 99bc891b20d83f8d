"""Tests of the GoodWe room."""
