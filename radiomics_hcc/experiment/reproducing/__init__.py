"""A tracked run made again from its manifest: what is equal, what differs and by how much."""
