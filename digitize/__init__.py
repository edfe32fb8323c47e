"""Pixels or vectors in, survival curves and number-at-risk tables out. Knows no statistics."""
