"""Files to a Cohort, lazily."""
