"""Rules of the private edition: which counts, words and tables of a run it shows."""
