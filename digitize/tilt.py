"""How a scanned or photographed picture leans, judged by its long lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..records import FloatArray
from .raster import GreyArray, shrunk, thin_ink

# Pages lie on a scanner or under a camera within a few degrees; beyond this letters lean too much for OCR.
LARGEST_TILT_DEG = 5.0
# A tilt that moves one end of the picture by less than this (px) is below what rendering itself rounds.
LEAST_SHIFT_PX = 0.4
# A single line bends by less than this (px, root mean square) and leans less than this.
STRAIGHT_PX = 1.2
STEEPEST = 0.12
# Frames and grids are drawn thin; a curve bristling with marks is straight too, but this many times as thick.
THICKEST = 2.5
# Lines of one picture differ in slope by less than this; fans are judged by lines at least this share apart.
WIDEST_FAN = 0.12
FAN_SPREAD = 0.3
# Lines of one direction that fan out by less than this (px, at the corner) are parallel within their error.
LEAST_FAN_PX = 1.5
# Both directions of a picture turned as a whole lean alike to this (0.25 degrees); more is perspective.
AGREEMENT = np.tan(np.deg2rad(0.25))
# In a clean picture lines of both directions must agree to 0.05 degrees, and lean by 0.15 at least; they hold
# this share of all the evidence (ink times squared length), as frames do beside a curve's own long lines.
SHARED_LEAN = 0.6
CLEAN_AGREEMENT = np.tan(np.deg2rad(0.05))
LEAST_CLEAN_LEAN = np.tan(np.deg2rad(0.15))
# The lean is judged on a picture of at most this many px a side; slopes do not change with size.
JUDGED_SIDE_PX = 1600
# Lines this long, as a share of the picture, are axis or frame lines, whose slope is known to 0.02 degrees.
LONG_SHARE = 0.4
# A line counts when it holds this share of the picture's width or height in ink.
LINE_SHARE = 0.12
# Ink of a line stands out by this many grey levels.
LINE_INK = 20.0
# Runs shorter than this share of the shorter side are letters, not lines; in px at least 7.
RUN_SHARE = 0.012
# More lines than this add nothing.
MOST_LINES = 40
# Points beyond this number do not sharpen the angle.
MOST_POINTS = 60_000

LinePoints = tuple[FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Tilt:
    """How lines of a picture lean: slope of horizontal lines (dy/dx) and of vertical ones (dx/dy).

    *_fan: change of that slope per px across the lines, not 0 in photographs taken at an angle. centre: the
    point (x, y) that stays where it is.

    A plane seen at an angle is a projective map; about the centre, with small slopes, its lines fan out by minus
    the coefficients of its denominator, so that four slopes fix it.
    """

    across: float
    across_fan: float
    upright: float
    upright_fan: float
    centre: tuple[float, float]

    def source_of(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Where a pixel of the straightened picture comes from in the tilted one."""
        dx, dy = x - self.centre[0], y - self.centre[1]
        depth = 1 - self.across_fan * dx - self.upright_fan * dy
        return (
            self.centre[0] + (dx + self.upright * dy) / depth,
            self.centre[1] + (dy + self.across * dx) / depth,
        )


def find_tilt(levels: GreyArray, scanned: bool = True) -> Tilt | None:
    """How the picture leans, judged by its long lines; None where it is upright or has no lines.

    levels: (height, width) grey, dark on light. scanned: whether it shows the noise of a scan; without it lines of
    both directions must agree on the angle, as a drawing's slanted curves may look like leaning lines.
    """
    small, _ = shrunk(levels, JUDGED_SIDE_PX)
    if not scanned:
        turn = _drawn_turn(*_frame_lines(small))
        return None if turn is None else turned_by(turn, levels.shape)
    height, width = small.shape
    rows, columns = _line_points(small), _line_points(small.T)
    slope = _sharpest(rows, columns)
    across = _fitted_lines(*rows, slope, width)
    upright = _fitted_lines(*columns, -slope, height)
    if len(across) + len(upright) == 0:
        return None
    tilt = find_perspective(small, levels.shape) or _rotation(across, upright, (height, width), levels.shape)
    shift = max(abs(tilt.across) * levels.shape[1], abs(tilt.upright) * levels.shape[0])
    fans = tilt.across_fan or tilt.upright_fan
    return None if shift < LEAST_SHIFT_PX and not fans else tilt


def turned_by(slope: float, size: tuple[int, ...]) -> Tilt:
    """The tilt of a picture of (height, width) turned as a whole, whose rows have this slope."""
    return Tilt(slope, 0.0, -slope, 0.0, _centre(size))


def _drawn_turn(rows: FloatArray, columns: FloatArray) -> float | None:
    """The slope that most long single lines of a clean drawing share, lines of both directions among them.

    A drawing that was turned leans as a whole; a curve's long drop beside the frame must not hide that.
    """
    lines = np.concatenate([rows, columns * [1.0, -1.0, 1.0, 1.0]])
    if len(rows) == 0 or len(columns) == 0:
        return None
    turn = _middle(lines)
    alike = np.abs(lines[:, 1] - turn) < CLEAN_AGREEMENT
    weight = lines[:, 2] * lines[:, 3] ** 2
    both = alike[: len(rows)].any() and alike[len(rows) :].any()
    if not both or weight[alike].sum() < SHARED_LEAN * weight.sum() or abs(turn) < LEAST_CLEAN_LEAN:
        return None
    return turn


def _rotation(across: FloatArray, upright: FloatArray, size: tuple[int, int], full_size: tuple[int, ...]) -> Tilt:
    """One turn for both directions, unless long lines of both lean differently.

    size, full_size: (height, width) of the picture that was judged and of the one that is to be straightened.
    """
    turn = _middle(np.concatenate([across, upright * [1.0, -1.0, 1.0, 1.0]]))
    long_across, long_upright = (
        lines[lines[:, 3] > LONG_SHARE * n] for lines, n in ((across, size[1]), (upright, size[0]))
    )
    lean, lean_upright = turn, -turn
    if len(long_across) >= 2 and len(long_upright) >= 2:
        own, own_upright = _middle(long_across), _middle(long_upright)
        if abs(own + own_upright) > AGREEMENT:
            lean, lean_upright = own, own_upright
    return Tilt(lean, 0.0, lean_upright, 0.0, _centre(full_size))


def _centre(size: tuple[int, ...]) -> tuple[float, float]:
    return (size[1] - 1) / 2, (size[0] - 1) / 2


def _middle(lines: FloatArray) -> float:
    """The median slope of fitted lines, weighted by ink and squared length as their precision is."""
    return _weighted_median(lines[:, 1], lines[:, 2] * lines[:, 3] ** 2)


def find_perspective(levels: GreyArray, full_size: tuple[int, ...]) -> Tilt | None:
    """How a photographed picture leans and fans out, by the frame and grid lines that cross most of it.

    None where both directions lean alike and no lines fan out: then it is merely turned.
    """
    across, upright = _frame_lines(levels)
    if len(across) == 0 or len(upright) == 0:
        return None
    scale = full_size[1] / levels.shape[1]
    lean, fan = _lean_and_fan(across, levels.shape)
    lean_upright, fan_upright = _lean_and_fan(upright, levels.shape[::-1])
    if not (fan or fan_upright) and abs(lean + lean_upright) < AGREEMENT:
        return None
    return Tilt(lean, fan / scale, lean_upright, fan_upright / scale, _centre(full_size))


def _is_spread(lines: FloatArray, size: int) -> bool:
    return bool(np.ptp(lines[:, 0]) >= FAN_SPREAD * size)


def _frame_lines(levels: GreyArray) -> tuple[FloatArray, FloatArray]:
    """Single long straight lines along the rows and along the columns, those much thicker than others left out."""
    across, upright = _straight_lines(levels), _straight_lines(levels.T)
    both = np.concatenate([across, upright])
    if len(both) == 0:
        return across, upright
    thickest = THICKEST * float((both[:, 2] / both[:, 3]).min())
    return (
        across[across[:, 2] <= thickest * across[:, 3]],
        upright[upright[:, 2] <= thickest * upright[:, 3]],
    )


def _straight_lines(levels: GreyArray) -> FloatArray:
    """(k, 4) rows of (y at the centre, slope, ink points, length) of single long straight lines along the rows.

    Each is one piece of ink, whatever its slope; frame lines stay whole as what runs upright is taken out.
    """
    import cv2

    ink, mask = _running_ink(levels)
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 2 * _run(levels) + 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    height, width = levels.shape
    lines = []
    for i in range(1, count):
        if stats[i, 2] < LONG_SHARE * width or stats[i, 3] > STEEPEST * stats[i, 2] + 8:
            continue
        left, top, wide, high = (int(v) for v in stats[i, :4])
        part = (slice(top, top + high), slice(left, left + wide))
        y, x = np.nonzero((labels[part] == i) & (mask[part] > 0))
        weight = ink[part][y, x]
        x, y = x + left - (width - 1) / 2, y + top - (height - 1) / 2
        slope, at = np.polyfit(x, y, 1, w=np.sqrt(weight))
        miss = np.sqrt(np.average((y - at - slope * x) ** 2, weights=weight))
        if miss < STRAIGHT_PX:
            lines.append((float(at), float(slope), float(len(x)), float(wide)))
    return np.array(lines).reshape(-1, 4)


def _lean_and_fan(lines: FloatArray, size: tuple[int, ...]) -> tuple[float, float]:
    """Slope of lines at the centre of the picture and its change across them, by weighted least squares.

    The change needs lines far apart, and more than two of them must agree on it; else it is 0.
    """
    mean = _middle(lines)
    at, slopes, weight = lines[:, 0], lines[:, 1], lines[:, 2] * lines[:, 3] ** 2
    near = np.abs(slopes - mean) < WIDEST_FAN
    at, slopes, weight = at[near], slopes[near], weight[near]
    if len(at) < 2 or not _is_spread(lines[near], size[0]):
        return mean, 0.0
    fan, lean = np.polyfit(at, slopes, 1, w=np.sqrt(weight))
    left = np.average(np.abs(slopes - lean - fan * at), weights=weight)
    bends = abs(fan) * size[0] * size[1] / 4
    if bends < LEAST_FAN_PX or left * size[1] / 2 > max(1.0, 0.25 * bends):
        return mean, 0.0
    return float(lean), float(fan)


def _run(levels: GreyArray) -> int:
    return max(7, int(RUN_SHARE * min(levels.shape)))


def _running_ink(levels: GreyArray) -> tuple[GreyArray, npt.NDArray[np.uint8]]:
    """Contrast of thin strokes along the rows, and where they run on for some px."""
    import cv2

    ink = thin_ink(levels, "horizontal", 2 * max(3, int(0.006 * min(levels.shape))) + 1)
    kernel = np.ones((1, _run(levels)), np.uint8)
    runs = cv2.morphologyEx((ink >= LINE_INK).astype(np.uint8), cv2.MORPH_OPEN, kernel)
    return ink, runs.astype(np.uint8, copy=False)


def _line_points(levels: GreyArray) -> LinePoints:
    """Ink that runs along the rows for some px: x, y from the centre and contrast, thinned out."""
    ink, mask = _running_ink(levels)
    y, x = np.nonzero(mask)
    step = max(1, len(x) // MOST_POINTS)
    y, x = y[::step], x[::step]
    height, width = levels.shape
    return x - (width - 1) / 2, y - (height - 1) / 2, ink[y, x].astype(float)


def _sharpest(rows: LinePoints, columns: LinePoints) -> float:
    """The slope of rows (and minus that of columns) along which the ink falls into the fewest lines.

    Both directions count alike, whatever ink they have: the sum of squares of each profile over its largest.
    """
    best = 0.0
    for reach, step in ((LARGEST_TILT_DEG, 0.1), (0.12, 0.02)):
        angles = np.rad2deg(np.arctan(best)) + np.arange(-reach, reach + step / 2, step)
        slopes = np.tan(np.deg2rad(angles))
        total = np.zeros(len(slopes))
        for sign, (x, y, weight) in ((1, rows), (-1, columns)):
            if len(x):
                energy = np.array([_energy(y - sign * s * x, weight) for s in slopes])
                total += (energy - energy.min()) / max(1.0, float(np.ptp(energy)))
        best = float(slopes[int(np.argmax(total))])
    return best


def _energy(rows: FloatArray, weight: FloatArray) -> float:
    return float((np.bincount(np.rint(rows - rows.min()).astype(int), weights=weight) ** 2).sum())


def _fitted_lines(x: FloatArray, y: FloatArray, weight: FloatArray, slope: float, width: int) -> FloatArray:
    """(k, 4) rows of (y at the centre, slope, ink points, length) of the long lines near a slope."""
    lines: list[tuple[float, float, float, float]] = []
    if len(x) == 0:
        return np.zeros((0, 4))
    level = y - slope * x
    low = level.min()
    wide = np.convolve(np.bincount(np.rint(level - low).astype(int), minlength=3), np.ones(3), "same")
    while len(lines) < MOST_LINES:
        peak = int(np.argmax(wide))
        if wide[peak] < LINE_SHARE * width:
            break
        wide[max(0, peak - 4) : peak + 5] = 0
        near = np.abs(level - low - peak) <= 2.5
        length = float(np.ptp(x[near]))
        if length >= LINE_SHARE * width:
            b, a = np.polyfit(x[near], y[near], 1, w=np.sqrt(weight[near]))
            lines.append((float(a), float(b), float(near.sum()), length))
    return np.array(lines).reshape(-1, 4)


def _weighted_median(values: FloatArray, weights: FloatArray) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
