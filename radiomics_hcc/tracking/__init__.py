"""Runs described as items and written by a tracker."""
