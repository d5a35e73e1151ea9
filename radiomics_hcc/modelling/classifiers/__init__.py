"""Classifiers and their search grids, one file each."""
