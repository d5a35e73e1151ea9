"""Radiomic features of regions of interest."""
