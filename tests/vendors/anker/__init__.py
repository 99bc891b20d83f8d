"""The Anker room: its client, readings, controls and account."""
