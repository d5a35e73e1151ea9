"""Reporting guidelines as files, answered from what a run recorded."""
