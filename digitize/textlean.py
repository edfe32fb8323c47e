"""How a picture without long lines leans, judged by the rows of numbers along its axes and tables."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..records import FloatArray, TextLine
from .numbers import parse_cell

# Rows of fewer numbers can lie on a slanted line by chance.
LEAST_NUMBERS = 4
# Neighbours of a row stand within this share of a digit's height of each other, and are alike in height.
STEP_SHARE = 0.5
HEIGHT_SHARE = 0.35
# Digits must be this certain to be taken for a number's.
READ_SURELY = 0.6
# Edges of text boxes are known to this (px, standard deviation): they lie on whole pixels.
BOX_ERROR_PX = 0.5
# The rows of 150 upright pictures lean by 0.17 degrees at most, nearly all by less than 0.03; those of frameless ones
# that were turned by 0.6 degrees by 0.59 to 0.67.
LEAST_LEAN = float(np.tan(np.deg2rad(0.2)))
LEAST_ERRORS = 4.0


def find_text_lean(texts: Iterable[TextLine]) -> float | None:
    """The slope (dy/dx) at which the feet of numbers in rows rise or fall; None where they stand level.

    Digits stand on one line whatever their value, so each row gives a slope with its error; rows are joined by
    weight, and only a slope of several errors counts.
    """
    fits = [_fitted(row) for row in _leaning_rows(texts)]
    if not fits:
        return None
    slopes, errors = np.array(fits).T
    weight = errors**-2.0
    slope = float(np.average(slopes, weights=weight))
    error = float(weight.sum() ** -0.5)
    return slope if abs(slope) > max(LEAST_LEAN, LEAST_ERRORS * error) else None


def _leaning_rows(texts: Iterable[TextLine]) -> list[list[TextLine]]:
    """Rows followed from number to number, so that a slope does not tear them apart."""
    numbers = [t for t in texts if t.rotation == 0 and t.confidence > READ_SURELY and parse_cell(t.text) is not None]
    rows: list[list[TextLine]] = []
    for line in sorted(numbers, key=lambda t: t.box.left):
        row = next((r for r in rows if _follows(r[-1], line)), None)
        if row is None:
            rows.append([line])
        else:
            row.append(line)
    return [r for r in rows if len(r) >= LEAST_NUMBERS]


def _follows(last: TextLine, line: TextLine) -> bool:
    a, b = last.box, line.box
    high = min(a.height, b.height)
    level = abs(a.centre[1] - b.centre[1]) < STEP_SHARE * high
    return level and abs(a.height - b.height) < HEIGHT_SHARE * high and b.left >= a.right


def _fitted(row: list[TextLine]) -> tuple[float, float]:
    """Slope of a row's feet by least squares, and its standard error."""
    x: FloatArray = np.array([t.box.centre[0] for t in row])
    y: FloatArray = np.array([t.box.bottom for t in row])
    slope, at = np.polyfit(x, y, 1)
    miss = max(BOX_ERROR_PX, float(np.sqrt(((y - at - slope * x) ** 2).sum() / (len(row) - 2))))
    return float(slope), miss / float(x.std() * np.sqrt(len(row)))
