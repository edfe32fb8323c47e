"""Lines that run like curves and that no arm explains."""

from __future__ import annotations

import pytest
from drawn_curves import BLACK, BOTTOM, LOWER, UPPER, Drawing, stairs, x, y
from km2ipd.digitize.arms import ArmPath, find_arms
from km2ipd.digitize.leftlines import leaves_line
from km2ipd.digitize.palette import find_inks
from km2ipd.digitize.plotcrop import PlotCrop

DOTTED = (1.0, 3.0)
LIMITS = [stairs(*((t, 1 - 0.01 * t + side * 0.004 * t) for t in range(0, 27, 2))) for side in (-1, 1)]
MIDDLE = stairs(*((t, 1 - 0.01 * t) for t in range(0, 27, 2)))


def arms_of(drawing: Drawing) -> list[ArmPath]:
    crop = drawing.crop()
    return find_arms(crop, find_inks(crop.ink, (), ~crop.lettering & ~crop.frame), 1)


def left(drawing: Drawing, arms: list[ArmPath], expected: int | None = None) -> bool:
    crop: PlotCrop = drawing.crop()
    return leaves_line(crop, arms, expected)


def test_a_dotted_line_beside_the_only_arm_is_left() -> None:
    drawing = Drawing().axes().curve(LOWER, 330, BLACK)
    arms = arms_of(drawing)
    assert not left(drawing, arms)
    drawing.curve(UPPER, 330, BLACK, 1, DOTTED)
    assert left(drawing, arms)
    assert not left(drawing, arms, expected=1)


@pytest.mark.parametrize("dash", [(), (4.0, 3.0)])
def test_confidence_limits_are_not_left(dash: tuple[float, ...]) -> None:
    drawing = Drawing().axes().curve(MIDDLE, 330, BLACK)
    arms = arms_of(drawing)
    for limit in LIMITS:
        drawing.curve(limit, 330, BLACK, 1, dash)
    assert not left(drawing, arms)


def test_guides_grids_and_areas_are_not_left() -> None:
    drawing = Drawing().axes().curve(LOWER, 330, BLACK)
    arms = arms_of(drawing)
    drawing.curve(((x(0), y(0.5)), (x(12), BOTTOM - 1)), 330, BLACK, 1, (4.0, 3.0))
    drawing.line(x(0), y(0.9), 330, y(0.9), BLACK, 1).fill(x(20), y(0.8), x(28), y(0.6), BLACK)
    assert not left(drawing, arms)
