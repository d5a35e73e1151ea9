"""A lesion as another scan or another reader might have shown it: perturbed image and contour."""
