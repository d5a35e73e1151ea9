"""Responses and their audit: `rhcc assess`."""
