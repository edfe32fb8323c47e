"""What a plot looks like when it is no Kaplan-Meier plot: evidence from its words, its axis, its ink, its curves.

Each function looks at one kind of evidence and returns what the plot looks like, or None when nothing speaks
against survival curves. None of them proves that a plot is one.
"""

from __future__ import annotations

import re

import numpy as np

from ..records import Box, CurveTrace, FloatArray
from .raster import GreyArray, MaskArray

# Words on an axis that no survival plot carries, with what they speak of.
_OTHER_Y = (
    ("cumulative hazard", r"cum\w*\.?\s+(baseline\s+)?hazard|nelson"),
    ("a mean cumulative function", r"mean cumulative|events per (patient|person|subject)|per patient"),
    ("a ROC curve", r"sensitivity|true[- ]positive"),
    ("a quantile plot", r"quantile"),
    ("a density", r"\bdensity\b|frequency"),
    ("hazard or odds ratios", r"(hazard|odds|risk) ratio|log[- ]?hazard"),
    ("a log-log plot", r"log\s*\(?-?\s*log"),
    ("residuals", r"residual|schoenfeld|martingale"),
    ("means of a measurement", r"\bmean\b|change from baseline|\bscore\b|\blevels?\b|concentration"),
)
_OTHER_X = (
    ("a ROC curve", r"specificity|false[- ]positive"),
    ("a quantile plot", r"quantile"),
    ("hazard or odds ratios", r"(hazard|odds|risk) ratio|95 ?% ?ci|favou?rs"),
    ("a calibration plot", r"predicted (prob|surv|risk)"),
)
_SURVIVAL_WORDS = re.compile(r"surviv|free\b|freedom|alive|incidence|event rate|kaplan|at risk", re.I)
_COMPETING = re.compile(r"competing[- ](risk|event)|aalen|fine\s*(and|&|[-\u2013])\s*gray|subdistribution", re.I)
_PERCENT_WORDS = re.compile(r"%|per ?cent", re.I)
# A y axis labelled beyond this is in percent or shows no probability.
LARGEST_FRACTION = 1.5
# Percent axes of survival plots reach at least this far, unless they say that they are in percent.
SMALLEST_UNSAID_PERCENT = 10.0

# A curve of the plot is at least this wide (share of the plot); 95 % of the development plots have one of 0.23.
NARROWEST_CURVE = 0.12
# Points of a scatter: this many pieces of ink, each no larger than this share of the plot's width.
FEWEST_POINTS = 25
POINT_SHARE = 0.03
# A bar is solid over this share of the plot's width and height.
BAR_WIDTH, BAR_HEIGHT = 0.02, 0.06
# Bars are this many, and dark: confidence bands are fainter than this many grey levels.
FEWEST_BARS = 3
BAR_INK = 90.0

# A smooth curve drawn in pixels falls by even small steps at even distances. Measured on the traces of 7 model
# curves and 30 Kaplan-Meier curves: neighbouring distances differ by a factor of at most exp(0.19) against at
# least exp(0.27); the 90 % quantile of the drops is at most 2.0 times their median against at least 1.9.
FEWEST_DROPS = 30
SMOOTH_RATIO = 0.22
SMOOTH_SPREAD = 2.2
SMOOTH_DROP_SHARE = 0.008
# Where a smooth curve starts steeply its first drops are far higher than the others. It still follows a cubic much
# closer than a pixel in most eighths of its length in which it falls by FALLS px. Median residual in px of curves so
# evenly stepped: of 10 models' at most 0.11; of 9 Kaplan-Meier curves at least 0.17, but for one with censor marks.
BENDS, FALLS, SMOOTH_RESIDUAL = 8, 2.0, 0.14


def kind_from_words(x_label: str, y_label: str, title: str) -> str | None:
    """What the axis labels and the title name instead of survival; a label that speaks of survival outweighs."""
    if _SURVIVAL_WORDS.search(f"{y_label} {title}"):
        return None
    for label, kinds in ((y_label, _OTHER_Y), (x_label, _OTHER_X), (title, _OTHER_Y)):
        for kind, words in kinds:
            if re.search(words, label, re.I):
                return kind
    return None


def says_percent(words: str) -> bool:
    """Whether labels, title or caption call the y axis a percentage."""
    return _PERCENT_WORDS.search(words) is not None


def speaks_of_competing_risks(words: str) -> bool:
    """Whether the words say that other events end a patient's risk without being censorings."""
    return _COMPETING.search(words) is not None


def speaks_of_survival(words: str) -> bool:
    """Whether labels, title or caption name survival, incidence or a Kaplan-Meier plot."""
    return _SURVIVAL_WORDS.search(words) is not None


def kind_from_axis(values: FloatArray, words: str) -> str | None:
    """What a y axis that runs beyond 1 shows, unless it is in percent by its words or its range."""
    largest = float(np.max(values))
    if largest <= LARGEST_FRACTION or says_percent(words) or largest >= SMALLEST_UNSAID_PERCENT:
        return None
    return None if _SURVIVAL_WORDS.search(words) else f"a y axis that runs to {largest:g} (hazard, mean or count)"


def kind_from_ink(levels: GreyArray, ink: MaskArray) -> str | None:
    """Bars or a scatter of points, by the pieces of ink inside the plot.

    levels: (rows, columns) grey inside the plot, text painted out. ink: the same without frame and grid lines.
    """
    if ink.size == 0 or not ink.any():
        return None
    if _bar_count(levels) >= FEWEST_BARS:
        return "a bar chart"
    import cv2

    height, width = ink.shape
    joined = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, max(3, int(0.02 * width))), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    wide, high = stats[1:, 2] / width, stats[1:, 3] / height
    points = (wide <= POINT_SHARE) & (high <= 2 * POINT_SHARE) & (stats[1:, 4] >= 4)
    if wide.max() < NARROWEST_CURVE and points.sum() >= FEWEST_POINTS:
        return "a scatter of points"
    return None


def _bar_count(levels: GreyArray) -> int:
    """Solid dark rectangles that stand on the bottom of the plot."""
    import cv2

    height, width = levels.shape
    dark = np.abs(levels - float(np.median(levels))) > BAR_INK
    kernel = np.ones((max(5, int(BAR_HEIGHT * height)), max(5, int(BAR_WIDTH * width))), np.uint8)
    solid = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    _, _, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=4)
    boxes = stats[1:]
    filled = boxes[:, 4] >= 0.9 * boxes[:, 2] * boxes[:, 3]
    standing = boxes[:, 1] + boxes[:, 3] >= 0.9 * height
    return int((filled & standing).sum())


def looks_smooth(trace: CurveTrace, plot_area: Box) -> bool:
    """Whether a traced curve falls as evenly as a slanted line in pixels does, not in steps as Kaplan-Meier does."""
    drops = np.abs(np.diff(trace.y_px))
    runs = np.diff(np.append(trace.x_px, trace.end_px))
    if len(drops) < FEWEST_DROPS:
        return False
    ratio = np.median(np.abs(np.diff(np.log(np.maximum(runs, 0.5)))))
    spread = np.quantile(drops, 0.9) / max(1e-6, float(np.median(drops)))
    small = float(np.median(drops)) <= max(3.0, SMOOTH_DROP_SHARE * plot_area.height)
    return bool(ratio < SMOOTH_RATIO and small and (spread < SMOOTH_SPREAD or _bends_evenly(trace)))


def _bends_evenly(trace: CurveTrace) -> bool:
    """Whether the middles of a trace's drops lie on short cubics, as those of a slanted line in pixels do."""
    columns = np.arange(float(trace.x_px[0]), float(trace.end_px))
    middles = np.interp(columns, trace.x_px[1:], (trace.y_px[1:] + trace.y_px[:-1]) / 2)
    residuals = []
    for y in np.array_split(middles, BENDS):
        if len(y) > 4 and np.ptp(y) >= FALLS:
            x = np.linspace(-1.0, 1.0, len(y))
            residuals.append(float(np.sqrt(np.mean((y - np.polyval(np.polyfit(x, y, 3), x)) ** 2))))
    return bool(residuals) and float(np.median(residuals)) < SMOOTH_RESIDUAL


def kind_from_curves(traces: tuple[CurveTrace, ...], plot_area: Box) -> str | None:
    """Smooth model curves, where more than half of the traced curves are smooth."""
    smooth = sum(looks_smooth(trace, plot_area) for trace in traces)
    return "smooth curves of a model" if 2 * smooth > len(traces) else None
