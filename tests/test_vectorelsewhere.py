"""Panels of a vector figure that were not found, told by the staircases drawn in them."""

from __future__ import annotations

import numpy as np
from drawn_strokes import RED, X, Y, corners, figure, panel, stroke
from km2ipd.digitize.vectorelsewhere import with_missing_plots
from km2ipd.records import Caution

BESIDE = X + 560


def codes(*strokes) -> list[str]:
    """Codes of the cautions of a panel whose figure holds an arm of its own and these strokes."""
    kept = Caution("unit", "no unit", "x axis", "note")
    ((_, cautions),) = with_missing_plots(figure([stroke(corners()), *strokes]), [(panel(), (kept,))])
    return [c.code for c in cautions]


def test_a_staircase_outside_the_plots_speaks_of_a_missing_one() -> None:
    assert codes() == ["unit"]
    assert codes(stroke(corners(BESIDE), RED)) == ["unit", "plot-missed"]
    assert codes(stroke(corners(BESIDE, Y[::-1]), RED)) == ["unit", "plot-missed"]


def test_frames_samples_and_sketches_are_no_staircases() -> None:
    frame = [(660, 50), (1160, 50), (1160, 450), (660, 450), (660, 50)]
    bars = [(660 + 20 * k, 450 - 40 * (k % 3)) for k in range(20)]
    slope = np.column_stack([BESIDE, 50 + 0.5 * (BESIDE - BESIDE[0])])
    short = corners(660 + 0.2 * (X - X[0]))
    assert codes(stroke(frame), stroke(bars), stroke(slope), stroke(short), stroke([(660, 90), (700, 90)])) == ["unit"]
    assert with_missing_plots(figure([stroke(corners(BESIDE))]), []) == []
