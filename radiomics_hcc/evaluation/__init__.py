"""Metrics, intervals and comparisons of predictions."""
