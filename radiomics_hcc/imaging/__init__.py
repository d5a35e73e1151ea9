"""Voxels to voxels: the only place that computes with SimpleITK."""
