"""How far a curve's points may lie from the truth: told by the digitizer, or read off the points' own grid.

Points that were rounded (to a pixel, to three decimals) all sit on one grid, and their error is uniform
within half a step of it. Points that sit on no grid are exact numbers or a hand's clicks; which of the two is
told by whether whole deaths can explain them (exact.py tries).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..records import FloatArray, SurvivalCurve

# Grids looked for: from 1/100 (a plot 100 px high) to 1/4000; finer rounding is as good as exact.
COARSEST, FINEST = 100, 4000
# Fewer distinct levels than this can sit on a coarse grid by chance (a cohort of 20 without censoring).
LEVELS_FOR_GRID = 6
# How near a grid point counts as on it, in steps: floats written with six digits pass.
ON_GRID = 2e-3
# Share of the time axis by which positions of an unknown figure are uncertain: half a pixel of a plot 700 px
# wide.
UNKNOWN_TIME_SHARE = 1.1 / 1400
# Errors tried in turn for points on no grid: exact numbers first, then the hands of a good to a poor clicker.
EXACT_ERROR = 2e-6
CLICK_ERRORS = (0.001, 0.0025, 0.005, 0.01, 0.02)
# The error of a usual hand (people measured on published figures); and hands as shares of the error with clicks made
# for each that is left in the curve: those not below all before are levelled.
USUAL_ERROR = 0.005
USUAL_HANDS = ((1.0, 1.5), (0.5, 1.0), (1.0, 4.0))
TOLD_HANDS = ((1.0, 1.5), (1.0, 1.0), (1.0, 3.0))


@dataclass(frozen=True, slots=True)
class Noise:
    """Error of levels and positions.

    level: half-width of a uniform error where `uniform`, else a standard error. time: half-width in the
    axis's unit. clicks: of a hand's clicks the number per unit of time, 0 where the points are none.
    """

    level: float
    time: float
    uniform: bool = False
    clicks: float = 0.0


def rounding_noise(curve: SurvivalCurve, axis_span: float) -> Noise | None:
    """The noise of points that all sit on one grid of levels; None where they do not."""
    levels = np.unique(curve.survival)
    if len(levels) < LEVELS_FOR_GRID:
        return None
    step = _grid_step(levels)
    if step is None:
        return None
    return Noise(step / 2, time_noise(axis_span), uniform=True)


def click_noises(curve: SurvivalCurve, axis_span: float) -> list[Noise]:
    """The noise of clicks for each error tried, as many clicks as there are points."""
    return [_hand(curve, error, 1.0, axis_span) for error in CLICK_ERRORS]


def hands_of(curve: SurvivalCurve, told: float | None, axis_span: float) -> list[Noise]:
    """The hands that may have clicked a curve, the usual one first; told: the error, where the curve itself tells it.

    Each differs in how many clicks it made for each that is left, unless a row for every click is there.
    """
    usual = USUAL_HANDS if told is None else TOLD_HANDS
    error = USUAL_ERROR if told is None else told
    complete = bool(np.any(np.diff(curve.survival)[:-1] == 0))
    hands = [(share, 1.0 if complete else clicks) for share, clicks in usual]
    return [_hand(curve, share * error, clicks, axis_span) for share, clicks in dict.fromkeys(hands)]


def _hand(curve: SurvivalCurve, error: float, clicks: float, axis_span: float) -> Noise:
    length = max(float(curve.time[-1] - curve.time[0]), np.finfo(float).tiny)
    return Noise(error, time_noise(axis_span), clicks=clicks * len(curve.time) / length)


def time_noise(axis_span: float) -> float:
    """Half a pixel of a usual plot, in the axis's unit."""
    return axis_span * UNKNOWN_TIME_SHARE


def _grid_step(levels: FloatArray) -> float | None:
    """The coarsest grid 1/k that holds every level."""
    counts = np.arange(COARSEST, FINEST + 1)
    steps = np.outer(counts, levels)
    fits = np.all(np.abs(steps - np.round(steps)) <= ON_GRID, axis=1)
    return float(1 / counts[np.argmax(fits)]) if fits.any() else None
