"""Tests of Solar Battery Hub."""
