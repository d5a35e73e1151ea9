"""Coded checks of an evaluation, one file each."""
