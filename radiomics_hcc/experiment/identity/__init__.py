"""Lesions followed over time: `rhcc match`."""
