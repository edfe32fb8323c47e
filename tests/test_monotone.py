"""Monotone cubics, against SciPy's."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from km2ipd.reconstruct.monotone import monotone_cubic
from scipy.interpolate import PchipInterpolator


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.floats(0.1, 5), st.sampled_from([0.0, 0.3, 2.0, 40.0])), min_size=3, max_size=9))
def test_it_is_pchip_and_never_falls(steps):
    knots, values = np.cumsum(np.array(steps), axis=0).T
    at = np.linspace(knots[0], knots[-1], 200)
    found = monotone_cubic(knots, values, at)
    assert np.allclose(found, PchipInterpolator(knots, values)(at), atol=1e-9 * values[-1] + 1e-12)
    assert np.all(np.diff(found) >= -1e-9 * (1 + values[-1]))
