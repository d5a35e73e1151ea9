"""The parts of a report page, in reading order; each builds its blocks from the run's tables."""
