"""Ink of a line's own that goes on after its end, and the line followed there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from drawn_curves import BLACK, BLUE, LEFT, LOWER, UPPER, Drawing, Points, stairs, x
from km2ipd.digitize.arms import ArmPath, find_arms
from km2ipd.digitize.ends import falls_on, followed_on, goes_on, leaves_dashes
from km2ipd.digitize.inks import map_ink
from km2ipd.digitize.palette import find_inks
from km2ipd.digitize.plotcrop import PlotCrop
from km2ipd.digitize.refine import Corners
from km2ipd.digitize.staircase import Staircase
from km2ipd.digitize.tracing import separate_inks, trace_ink

END = 150


@dataclass(frozen=True)
class Path:
    """What falls_on needs of a TracedPath."""

    stair: Staircase
    corners: Corners
    width_px: float = 2.0


@dataclass(frozen=True)
class Arm:
    """And of an ArmPath."""

    path: Path
    own: np.ndarray


def falls(gap: int, below: list[tuple[int, int]], *, read: bool = False) -> bool:
    """A line of dashes at row 40 up to END, with upright dashes below in the given columns and rows.

    gap: paper between dashes. read: whether the ink below was read as lettering.
    """
    pixels = np.full((120, 260, 3), 255, np.uint8)
    for start in range(0, END, 8 + gap):
        pixels[39:42, start : min(start + 8, END)] = 0
    for column, row in below:
        pixels[row : row + 14, column : column + 3] = 0
    lettering, blank = np.zeros(pixels.shape[:2], bool), np.zeros(pixels.shape[:2], bool)
    lettering[50:] = read
    crop = PlotCrop(map_ink(pixels), 0, 0, 1, 10.0, 110.0, flipped=False, lettering=lettering, frame=blank)
    corners = Corners(np.zeros(1), np.array([40.0]), float(END - 1), np.full(1, 50.0), 0.05)
    path = Path(Staircase(0, np.full(END, 40), 100.0), corners)
    arm = Arm(path, (255.0 - pixels[:, :, 0]) / 255)
    return falls_on(crop, arm, [arm])


AFTER = [(END, 60), (END + 4, 80)]


@pytest.mark.parametrize(
    ("gap", "below", "read", "expected"),
    [
        (5, AFTER, False, True),
        (5, [], False, False),
        (0, AFTER, False, False),
        (5, AFTER, True, False),
        (5, [(60 + 10 * k, 60) for k in range(10)], False, False),
    ],
    ids=["dashes below", "nothing below", "a solid line", "letters", "a dashed limit"],
)
def test_a_dashed_line_falls_on_where_dashes_begin_below_its_end(gap, below, read, expected) -> None:
    assert falls(gap, below, read=read) is expected


def drawn_arm(*rest: Points, dash: tuple[float, ...] = (6.0, 4.0)) -> tuple[PlotCrop, ArmPath]:
    """The arm traced from its first part, dashed, and all that was drawn besides in its ink."""
    drawing = Drawing().axes().curve(FIRST, x(12), BLUE, 2, dash)
    for part in rest:
        drawing.curve(part, x(27), BLUE, 2, dash)
    crop = drawing.crop()
    inks = find_inks(crop.ink, (), ~crop.lettering & ~crop.frame)
    own = separate_inks(crop, ((BLUE,),))[0]
    path = trace_ink(crop, own, 0, 1, solid=0)[0]
    return crop, ArmPath(path, inks[0], own)


FIRST = stairs((0, 1), (3, 0.9), (7, 0.8), (10, 0.7))
# Under a band where another is, say, 25 px of the line take another tone.
LATER = stairs((14.5, 0.6), (20, 0.5), (25, 0.4))


def test_a_line_goes_on_where_its_ink_does_and_is_followed_there() -> None:
    crop, arm = drawn_arm(LATER)
    assert arm.path.stair.last < x(13) - LEFT
    assert goes_on(crop, arm, [arm])
    farther = followed_on(crop, arm, [arm])
    assert farther.path.stair.last == pytest.approx(x(27) - LEFT, abs=4)
    assert not goes_on(crop, farther, [farther])


def test_a_line_without_ink_after_it_is_left_as_it_was() -> None:
    crop, arm = drawn_arm()
    assert followed_on(crop, arm, [arm]) is arm


def test_ink_that_was_there_before_the_end_is_no_way_on() -> None:
    limit = stairs(*((t, 0.6 - 0.01 * t) for t in range(2, 27)))
    crop, arm = drawn_arm(limit)
    assert not goes_on(crop, arm, [arm])
    assert followed_on(crop, arm, [arm]) is arm


def two_arms(*, third: bool) -> tuple[PlotCrop, list[ArmPath]]:
    """A solid and a dashed black arm as traced, and beside them perhaps a dashed line that neither explains."""
    drawing = Drawing().axes().curve(UPPER, 330, BLACK).curve(LOWER, 330, BLACK, 2, (8.0, 5.0))
    crop_of_two = drawing.crop()
    arms = find_arms(crop_of_two, find_inks(crop_of_two.ink, (), ~crop_of_two.lettering & ~crop_of_two.frame), 2)
    if third:
        drawing.curve(stairs((10, 0.62), (16, 0.58), (22, 0.54)), 300, BLACK, 2, (8.0, 5.0))
    crop = drawing.crop()
    own = separate_inks(crop, ((BLACK,),))[0]
    return crop, [replace(arm, own=own) for arm in arms]


@pytest.mark.parametrize("third", [False, True])
def test_dashes_that_no_arm_of_their_ink_explains_are_left(third: bool) -> None:
    crop, arms = two_arms(third=third)
    assert len(arms) == 2
    assert [leaves_dashes(crop, arm, arms) for arm in arms] == [third, third]
    assert not leaves_dashes(crop, arms[0], arms[:1])
