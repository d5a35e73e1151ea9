"""Classifiers, splits and nested cross-validation, patients as units."""
