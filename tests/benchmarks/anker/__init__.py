"""Anker's benchmark: beside a poller that does what its makers' clients usually do, and beside the ioBroker adapter."""
