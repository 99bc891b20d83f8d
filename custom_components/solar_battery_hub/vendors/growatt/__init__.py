"""Growatt's cloud, by the token of the app or by user name and password."""
