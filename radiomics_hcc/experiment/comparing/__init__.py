"""Tracked runs beside each other: which enter, what differs, whether and how they compare."""
