"""Lesions measured in their images: `rhcc measure`."""
