"""Image filters: an image in, response images out; one filter per file."""
