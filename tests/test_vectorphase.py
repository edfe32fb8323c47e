"""Vector axes whose ticks were moved to whole pixels of a screen."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_strokes import BLUE, RED, X, Y, corners, figure, panel, stroke
from km2ipd.digitize.vectorphase import with_unmoved_axes

LOWER = np.array([50.0, 90.0, 150.0, 220.0, 300.0])


def moved(down: float, right: float, other: float = 0.0):
    """The axes of two staircases that lie so far (px) beside their ticks, the second `other` px farther down."""
    drawn = [stroke(corners(X + right, Y + down), RED), stroke(corners(X + right, LOWER + down + other), BLUE, order=1)]
    found = with_unmoved_axes(figure(drawn), panel())
    return float(found.x.calibration.px(0.0)) - 100.0, float(found.y.calibration.px(1.0)) - 50.0


@pytest.mark.parametrize(("down", "right"), [(-0.5, -0.5), (0.5, 0.3), (-0.5, -0.8)])
def test_axes_are_put_where_curves_half_a_pixel_beside_begin(down: float, right: float) -> None:
    assert moved(down, right) == pytest.approx((right, down))


def test_axes_stay_where_curves_begin_elsewhere() -> None:
    assert moved(0.0, -0.5) == (0.0, 0.0)
    assert moved(-0.2, -0.2) == (0.0, 0.0)
    assert moved(-0.5, -0.5, other=0.3) == (0.0, 0.0)
    assert moved(-0.5, 8.0) == pytest.approx((0.0, -0.5))
