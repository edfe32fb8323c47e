"""Censor marks placed on drawn staircases: ticks, plus signs, dense runs, a steep curve, and none at all."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from km2ipd.digitize.inks import map_ink
from km2ipd.digitize.marks import find_marks
from km2ipd.digitize.refine import Corners
from km2ipd.digitize.staircase import Staircase
from km2ipd.digitize.plotcrop import PlotCrop
from km2ipd.digitize.tracing import TracedPath

HEIGHT, WIDTH, SCALE = 240, 400, 8
DROPS = ((0, 20.0), (60, 45.0), (110, 70.0), (115, 76.0), (120, 82.0), (190, 120.0), (300, 150.0))


def draw(marks: list[float], half_px: float = 6.0, bar_px: float = 2.0, color=(20, 60, 160), mark_color=None):
    """A staircase of DROPS with a vertical bar at each mark, drawn large and shrunk: smooth sub-pixel edges."""
    big = np.full((HEIGHT * SCALE, WIDTH * SCALE, 3), 255, np.uint8)

    def box(x0: float, y0: float, x1: float, y1: float, paint) -> None:
        edges = [int(round((v + 0.5) * SCALE)) for v in (x0, y0, x1, y1)]
        big[edges[1] : edges[3], edges[0] : edges[2]] = paint

    xs, ys = [x for x, _ in DROPS] + [380], [y for _, y in DROPS]
    for k, y in enumerate(ys):
        box(xs[k] - 1, y - 1, xs[k + 1] + 1, y + 1, color)
        if k:
            box(xs[k] - 1, ys[k - 1] - 1, xs[k] + 1, y + 1, color)
    for x in marks:
        y = ys[int(np.searchsorted(xs[:-1], x, side="right")) - 1]
        box(x - bar_px / 2, y - half_px, x + bar_px / 2, y + half_px, mark_color or color)
    return cv2.resize(big, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


def traced(pixels: np.ndarray, color=(20, 60, 160)):
    """The crop, the path of the drawn staircase and the coverage of its ink."""
    from km2ipd.digitize.inks import coverage

    ink = map_ink(pixels)
    blank = np.zeros((HEIGHT, WIDTH), bool)
    crop = PlotCrop(
        ink,
        left=0,
        top=0,
        scale=1,
        start_row=20.0,
        bottom_row=220.0,
        flipped=False,
        lettering=blank,
        frame=blank,
    )
    own = coverage(ink, color)
    starts = np.array([x for x, _ in DROPS], float)
    levels = np.array([y for _, y in DROPS], float)
    row = levels[np.searchsorted(starts, np.arange(381), side="right") - 1].astype(np.int64)
    shows = own[row, np.arange(381)] > 0.4
    corners = Corners(starts, levels, 380.0, np.full(len(starts), 50.0), 0.05)
    path = TracedPath(0, Staircase(0, row, 300.0), corners, 2.0, 1.0, 0.0, 0.0, shows=shows)
    return crop, path, np.where(own > 0.2, own, 0.0)


def found(pixels: np.ndarray):
    crop, path, own = traced(pixels)
    return find_marks(crop, path, own, ())


def test_isolated_ticks_are_placed_to_a_quarter_pixel() -> None:
    truth = [12.3, 30.0, 47.7, 80.5, 140.2, 160.9, 230.4, 260.0, 340.6]
    marks = found(draw(truth))
    assert marks.draws_marks
    assert marks.x == pytest.approx(truth, abs=0.3)


def test_touching_ticks_are_split_by_their_width() -> None:
    truth = [12.0, 30.0, 140.0, 142.0, 144.0, 170.0, 210.0, 213.0, 250.0]
    assert found(draw(truth)).x == pytest.approx(truth, abs=0.6)


def test_a_tick_beside_a_drop_is_found_on_either_level() -> None:
    truth = [20.0, 40.0, 58.0, 63.0, 150.0, 192.0, 299.0, 340.0]
    assert found(draw(truth)).x == pytest.approx(truth, abs=0.8)


def test_black_ticks_on_a_coloured_curve_are_its_marks() -> None:
    truth = [12.0, 30.0, 47.0, 80.0, 140.0, 160.0, 230.0, 260.0, 340.0]
    assert found(draw(truth, mark_color=(0, 0, 0))).x == pytest.approx(truth, abs=0.4)


@pytest.mark.parametrize("quality", [0, 45, 80])
def test_a_bare_curve_has_no_marks(quality: int) -> None:
    pixels = draw([])
    if quality:
        pixels = cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    marks = found(pixels)
    assert not marks.draws_marks and len(marks.x) == 0
