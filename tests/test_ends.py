"""Dashes that go on below the end of a dashed line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from km2ipd.digitize.ends import falls_on
from km2ipd.digitize.inks import map_ink
from km2ipd.digitize.plotcrop import PlotCrop
from km2ipd.digitize.refine import Corners
from km2ipd.digitize.staircase import Staircase

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
