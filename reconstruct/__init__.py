"""Survival curves and number-at-risk tables in; patients, estimates and checks out. Knows no pixels."""
