"""The card of a run's primary model: what it was made for and from, and how far it may be used."""
