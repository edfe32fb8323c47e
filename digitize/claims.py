"""What a staircase must show to be taken for an arm: ink of its own, some length, dashes that are even.

Rows and columns are of the plot crop, see plotcrop.
"""

from __future__ import annotations

import numpy as np

from ..records import FloatArray
from .palette import PlotInk, is_grey
from .plotcrop import PlotCrop
from .rhythm import Rhythm, is_dashed, rhythm_of
from .tracing import TracedPath

LEAST_OWN = 0.45
"""Share of a curve's columns that must show its own ink; gaps of dashes are counted out for keyed dashed lines."""
LEAST_OF_KEY = 0.6
"""The same, as a share of what the legend's sample of the line shows."""
LEAST_LENGTH, LEAST_NAMED = 0.06, 0.02
"""Shortest curve, as a share of the plot's width, without and with a legend entry: small arms may end early."""
EDGE = 0.6
"""Share of columns on which one side goes on in a path's own colour, the other not, for it to be a tint's edge."""
THICKER = 1.5
"""Strokes from which on one line of an ink is thicker than another."""
EXTRA_OWN, EXTRA_LENGTH = 0.55, 0.2
"""What a further curve in an ink must show when no legend entry speaks for it."""
DASHED_OWN = 0.3
"""Share of its columns that a curve with the even gaps of a dashed line must show: dotted lines show 0.35 and more."""
MARKS_REACH, IN_MARKS = 4.0, 0.8
"""Strokes from a curve that its marks reach, and the share of columns there by which a further path runs on them."""
HIDDEN_OWN, IN_SIGHT_OWN = 0.1, 0.75
"""Share of its columns, and of those in sight, that a curve hidden for long under others or the frame must show."""


def behaves(path: TracedPath, crop: PlotCrop, ink: PlotInk, own: FloatArray, *, extra: bool) -> bool:
    """Whether a path looks like a curve by itself: its own ink, some length, and not the straight line of a grid.

    extra: whether nothing in the figure speaks for one more curve in this ink.
    """
    length = len(path.stair.row) / crop.ink.strength.shape[1]
    straight = len(path.corners.y) == 1 and length > 0.9
    if straight or _is_edge(path, crop, max((k.width_px / crop.scale for k in ink.keys), default=0.0)):
        return False
    if extra:
        return (path.own_share >= EXTRA_OWN and length >= EXTRA_LENGTH) or is_dashed_path(path, crop, own)
    dotted = min((k.inked for k in ink.keys), default=1.0)
    least = min(LEAST_OWN, LEAST_OF_KEY * dotted)
    return path.own_share >= least and length >= (LEAST_NAMED if ink.keys else LEAST_LENGTH)


def stays_at_one(path: TracedPath, crop: PlotCrop, ink: PlotInk) -> bool:
    """Whether a path is a coloured line along S = 1, as an arm without events draws it; frames and grids are grey."""
    level = abs(float(path.corners.y[0]) - crop.start_row) <= path.width_px + 1
    return len(path.corners.y) == 1 and level and path.own_share >= EXTRA_OWN and not is_grey(ink.color)


def is_dashed_path(path: TracedPath, crop: PlotCrop, own: FloatArray) -> bool:
    """Whether a path of some length shows the even gaps of a dashed line, and more than one drop: no guide line."""
    long = len(path.stair.row) >= EXTRA_LENGTH * crop.ink.strength.shape[1]
    if path.own_share < DASHED_OWN or len(path.corners.y) < 3 or not long:
        return False
    return is_dashed(rhythm_along(path, crop, own))


def rhythm_along(path: TracedPath, crop: PlotCrop, own: FloatArray) -> Rhythm:
    """The rhythm of a path from end to end."""
    span = path.stair.first, path.stair.last + 1
    return rhythm_of(own, crop.ink.strength, path.stair.row, span, path.width_px)


def _is_edge(path: TracedPath, crop: PlotCrop, thickest: float = 0.0) -> bool:
    """Whether a path follows the border of a tinted area: the same colour goes on at one side, always the same.

    thickest: stroke of the thickest line of its ink, in px; a path may run along the border of a line so thick.
    """
    rgb = crop.ink.rgb
    paper = crop.ink.usual_paper
    side = int(np.ceil(max(path.width_px / 2 + 2.5, thickest + 1.5 if thickest > THICKER * path.width_px else 0.0)))
    shown = np.flatnonzero(path.shows)
    if len(shown) == 0:
        return True
    rows = np.clip(path.stair.row[:, None] + np.array([0, -side, side]), 0, rgb.shape[0] - 1)[shown]
    line, above, below = np.moveaxis(rgb[rows, (path.stair.first + shown)[:, None]], 1, 0)
    contrast = np.maximum(np.linalg.norm(line - paper, axis=1), 1.0)
    up, down = (np.linalg.norm(line - s, axis=1) < 0.4 * contrast for s in (above, below))
    return float(max((up & ~down).mean(), (down & ~up).mean())) > EDGE


def may_be_hidden(path: TracedPath, crop: PlotCrop) -> bool:
    """Whether a path that shows little of itself shows it wherever no other ink or frame is in the way."""
    in_sight = max(1.0 - float(path.hidden.mean()), 1e-9)
    length = len(path.stair.row) / crop.ink.strength.shape[1]
    shown = path.own_share >= HIDDEN_OWN and path.own_share / in_sight >= IN_SIGHT_OWN
    return shown and length >= EXTRA_LENGTH and len(path.corners.y) > 1 and not _is_edge(path, crop)


def on_marks(path: TracedPath, other: TracedPath) -> bool:
    """Whether a path keeps so near another of its ink that it runs along the ends of its marks."""
    n = min(len(path.stair.row), len(other.stair.row))
    near = np.abs(path.stair.row[:n] - other.stair.row[:n]) <= MARKS_REACH * (path.width_px + 0.5)
    return float(near.sum()) > IN_MARKS * len(path.stair.row)


def contrast_of(crop: PlotCrop, ink: PlotInk) -> float:
    return float(np.linalg.norm(np.asarray(ink.color, float) - crop.ink.usual_paper))
