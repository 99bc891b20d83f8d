"""Tests of the simulators themselves: they are only worth what they prove against specification and real answers."""
