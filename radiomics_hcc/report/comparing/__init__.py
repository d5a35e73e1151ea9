"""The sections of a page that compares tracked runs."""
