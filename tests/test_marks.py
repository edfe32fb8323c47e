"""Censor marks placed on drawn staircases: ticks of several kinds, dense runs, corners, and curves that carry none."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest
from km2ipd.digitize.inks import coverage, map_ink
from km2ipd.digitize.markchain import Bar, place_bars
from km2ipd.digitize.markprofile import apart_from_curve, bare_stroke, level_in_columns, look_around
from km2ipd.digitize.marks import ArmLine, ArmMarks, find_marks
from km2ipd.digitize.plotcrop import PlotCrop
from km2ipd.digitize.refine import Corners
from km2ipd.digitize.staircase import Staircase

HEIGHT, WIDTH, SCALE, END = 240, 400, 8, 380
DROPS = (
    (0, 20.0),
    (60, 45.0),
    (110, 70.0),
    (115, 76.0),
    (120, 82.0),
    (190, 120.0),
    (300, 150.0),
    (320, 165.0),
    (365, 180.0),
)
BLUE, BLACK = (20, 60, 160), (0, 0, 0)
SPARSE = [12.0, 30.0, 47.0, 80.0, 140.0, 160.0, 230.0, 260.0, 340.0]


@dataclass(frozen=True)
class Path:
    """What find_marks needs of a TracedPath."""

    ink: int
    stair: Staircase
    corners: Corners
    shows: np.ndarray
    width_px: float = 2.0


def draw(marks: list[float], above_px: float = 6.0, below_px: float = 6.0, ink=BLUE) -> np.ndarray:
    """A staircase of DROPS, 2 px thick, a bar 2 px wide at each mark; drawn large and shrunk to soften its edges."""
    big = np.full((HEIGHT * SCALE, WIDTH * SCALE, 3), 255, np.uint8)

    def box(x0: float, y0: float, x1: float, y1: float, paint: tuple[int, int, int]) -> None:
        left, top, right, bottom = (round((v + 0.5) * SCALE) for v in (x0, y0, x1, y1))
        big[top:bottom, left:right] = paint

    xs, ys = [x for x, _ in DROPS] + [END], [y for _, y in DROPS]
    for k, y in enumerate(ys):
        box(xs[k] - 1, y - 1, xs[k + 1] + 1, y + 1, BLUE)
        if k:
            box(xs[k] - 1, ys[k - 1] - 1, xs[k] + 1, y + 1, BLUE)
    for x in marks:
        y = ys[int(np.searchsorted(xs[:-1], x, side="right")) - 1]
        box(x - 1, y - above_px, x + 1, y + below_px, ink)
    return cv2.resize(big, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


def traced(pixels: np.ndarray, color=BLUE) -> tuple[PlotCrop, Path, np.ndarray]:
    """The crop, the exact path of the drawn staircase, and the coverage of its ink."""
    ink = map_ink(pixels)
    blank = np.zeros((HEIGHT, WIDTH), bool)
    crop = PlotCrop(ink, 0, 0, 1, 20.0, 220.0, flipped=False, lettering=blank, frame=blank)
    own = coverage(ink, color)
    starts, levels = np.array(DROPS, float).T
    columns = np.arange(END + 1)
    row = levels[np.searchsorted(starts, columns, side="right") - 1].astype(np.int64)
    stroke = own[row, columns] > 0.4
    path = Path(
        0, Staircase(0, row, 300.0), Corners(starts, levels, float(END), np.full(len(starts), 50.0), 0.05), stroke
    )
    return crop, path, np.where(own > 0.2, own, 0.0)


def found(pixels: np.ndarray) -> ArmMarks:
    crop, path, own = traced(pixels)
    return find_marks(crop, (ArmLine(path, own),))[0]


def as_jpeg(pixels: np.ndarray, quality: int) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def test_isolated_ticks_are_placed_to_a_quarter_pixel() -> None:
    truth = [12.3, 30.0, 47.7, 80.5, 140.2, 160.9, 230.4, 260.0, 340.6]
    marks = found(draw(truth))
    assert marks.draws_marks and marks.confidence > 0.95 and marks.visible > 0.9
    assert marks.x == pytest.approx(truth, abs=0.3)


def test_touching_ticks_are_split_by_their_width() -> None:
    truth = [12.0, 30.0, 140.0, 142.0, 144.0, 170.0, 210.0, 213.0, 250.0]
    assert found(draw(truth)).x == pytest.approx(truth, abs=0.6)


def test_a_tick_beside_a_drop_is_found_on_either_level() -> None:
    truth = [20.0, 40.0, 58.0, 63.0, 150.0, 192.0, 299.0, 340.0]
    assert found(draw(truth)).x == pytest.approx(truth, abs=0.8)


def test_ticks_that_stand_on_the_curve_are_found() -> None:
    marks = found(draw(SPARSE, above_px=8.0, below_px=0.0))
    assert marks.x == pytest.approx(SPARSE, abs=0.4)
    assert marks.reach_px[0] > 6 > 2 > marks.reach_px[1]


def test_marks_on_corners_alone_are_found_by_the_side_that_shows() -> None:
    corners = [60.0, 110.0, 120.0, 190.0, 300.0, 320.0, 365.0]
    marks = found(draw(corners))
    assert marks.draws_marks
    assert all(np.abs(marks.x - x).min() < 1.5 for x in corners)


def test_black_ticks_on_a_coloured_curve_are_its_marks() -> None:
    assert found(draw(SPARSE, ink=BLACK)).x == pytest.approx(SPARSE, abs=0.4)


def test_marks_in_another_ink_are_upright_strokes_that_no_riser_hides() -> None:
    pixels = draw([*SPARSE, 190.0], ink=BLACK)
    pixels[130:132, 185:196] = BLACK
    _, path, own = traced(pixels)
    free = np.ones(own.shape, bool)
    level = level_in_columns(path.corners, 0, own.shape[1])
    around = look_around(1.0 - pixels.mean(axis=2) / 255, free, path.corners, 0, bare_stroke(own, level, ~free))
    assert around.risers_hide and not around.known[118, 190]
    apart = apart_from_curve(around, own, 4)
    assert not apart.risers_hide and apart.known.all() and apart.clear.all()
    # The bar across the riser at 190 is there; the curve, its risers and the level bar beside it are not.
    assert apart.ink[122:125, 189:191].min() > 0.4
    assert apart.ink[:, 200:225].max() == 0.0 and apart.ink[130:132, 192:196].max() < 0.1


def test_ticks_survive_a_strong_jpeg() -> None:
    assert found(as_jpeg(draw(SPARSE), 45)).x == pytest.approx(SPARSE, abs=0.6)


def test_marks_read_as_text_are_marks_again() -> None:
    crop, path, own = traced(draw([*SPARSE, 145.0, 150.0, 155.0]))
    lettering = crop.lettering.copy()
    lettering[70:95, 132:168] = True
    line = ArmLine(path, np.where(lettering, 0.5 * own, own))
    marks = find_marks(replace(crop, lettering=lettering), (line,))[0]
    assert marks.x == pytest.approx(sorted([*SPARSE, 145.0, 150.0, 155.0]), abs=0.5)


@pytest.mark.parametrize("quality", [0, 45, 80])
def test_a_bare_curve_has_no_marks(quality: int) -> None:
    pixels = as_jpeg(draw([]), quality) if quality else draw([])
    marks = found(pixels)
    assert not marks.draws_marks and len(marks.x) == 0


def test_dashes_are_no_marks() -> None:
    pixels = draw([])
    pixels[:, np.arange(WIDTH) % 14 < 5] = 255
    assert not found(pixels).draws_marks


def test_the_ticks_of_another_arm_are_not_taken() -> None:
    crop, path, own = traced(draw([]))
    pixels = draw([])
    for x in range(20, 360, 15):
        pixels[30:42, x : x + 2] = (200, 40, 40)
    pixels[35:37, :END] = (200, 40, 40)
    crop, path, own = traced(pixels)
    row = np.full(END + 1, 36, np.int64)
    other = replace(path, ink=1, stair=Staircase(0, row, 300.0), shows=np.ones(END + 1, bool))
    assert not find_marks(crop, (ArmLine(path, own), ArmLine(other, np.zeros_like(own))))[0].draws_marks


def test_ticks_on_a_stroke_whose_soft_edge_moves_from_level_to_level_are_found() -> None:
    pixels = draw(SPARSE, above_px=3.2, below_px=3.2)
    crop, path, own = traced(pixels)
    lifted = np.roll(own, 1, axis=0)
    # A stroke half a pixel off inks three rows, two of them in part: not the tips of marks as low as these.
    own = np.where((np.arange(WIDTH) < 190)[None, :], own, 0.5 * (own + lifted))
    corners = replace(path.corners, y=path.corners.y + 0.5 * (path.corners.x >= 190))
    marks = find_marks(crop, (ArmLine(replace(path, corners=corners), own),))[0]
    assert marks.x == pytest.approx(SPARSE, abs=0.6)


def test_a_band_of_touching_ticks_is_told_from_a_thick_stroke_by_the_legends_sample() -> None:
    touching = list(np.arange(2.0, END, 1.5))
    crop, path, own = traced(draw(touching, above_px=4.0, below_px=4.0))
    thick = find_marks(crop, (ArmLine(path, own),))[0]
    marks = find_marks(crop, (ArmLine(path, own, sample_px=2.0),))[0]
    assert not thick.draws_marks and marks.draws_marks
    assert all(np.abs(marks.x - x).min() < 2.5 for x in touching[1:-1])


def test_ticks_too_few_to_teach_their_shape_are_found_as_another_arm_draws_them() -> None:
    few = [230.0]
    crop, path, own = traced(draw(few, above_px=4.0, below_px=4.0))
    lone = find_marks(crop, (ArmLine(path, own),))[0]
    ink = np.roll(traced(draw(SPARSE, above_px=4.0, below_px=4.0))[2], 32, axis=0)
    lower = replace(path.corners, y=path.corners.y + 32)
    other = replace(path, ink=1, corners=lower, stair=Staircase(0, path.stair.row + 32, 300.0))
    taught = find_marks(crop, (ArmLine(path, own), ArmLine(other, ink)))
    assert not lone.draws_marks
    assert taught[0].x == pytest.approx(few, abs=0.5)


def test_marks_of_an_arm_without_events_are_found_as_another_arm_draws_them(monkeypatch: pytest.MonkeyPatch) -> None:
    crop, path, own = traced(draw(SPARSE))
    monkeypatch.setattr(sys.modules[__name__], "DROPS", ((0, 8.0),))
    _, flat, ink = traced(draw(SPARSE))
    marks = find_marks(crop, (ArmLine(path, own), ArmLine(replace(flat, ink=1), ink)))
    assert marks[1].x == pytest.approx(SPARSE, abs=0.5)


def test_marks_that_show_below_one_arm_teach_those_that_show_above_another() -> None:
    few = [30.0, 160.0, 230.0]
    crop, path, own = traced(draw(SPARSE, above_px=0.0, below_px=8.0))
    ink = np.roll(traced(draw(few, above_px=8.0, below_px=0.0))[2], 32, axis=0)
    lower = replace(path.corners, y=path.corners.y + 32)
    other = replace(path, ink=1, corners=lower, stair=Staircase(0, path.stair.row + 32, 300.0))
    assert not find_marks(crop, (ArmLine(other, ink),))[0].draws_marks
    taught = find_marks(crop, (ArmLine(path, own), ArmLine(other, ink)))
    assert taught[1].x == pytest.approx(few, abs=0.5)


def test_plus_signs_on_a_steep_stretch_are_found_by_their_level_bars() -> None:
    pixels = draw(SPARSE)
    crop, path, own = traced(pixels)
    rows = (95, 105, 130, 140)
    columns = (190, 190, 300, 300)
    for row, column in zip(rows, columns, strict=True):
        own[row : row + 2, column - 6 : column + 6] = 1.0
    x = find_marks(crop, (ArmLine(path, own),))[0].x
    for column in (190, 300):
        assert (np.abs(x - column) < 1.0).sum() == 2
    assert len(x) == len(SPARSE) + 4


def test_circles_are_found_once_each() -> None:
    centres = [30.0, 85.0, 96.0, 145.0, 160.0, 230.0, 260.0, 340.0]
    big = cv2.resize(draw([]), None, fx=4, fy=4, interpolation=cv2.INTER_NEAREST)
    starts, levels = np.array(DROPS, float).T
    for x in centres:
        y = levels[np.searchsorted(starts, x, side="right") - 1]
        cv2.circle(big, (round(4 * x + 2), round(4 * y + 2)), 20, BLUE, 5)
    marks = found(cv2.resize(big, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA))
    assert marks.shape == "symbol"
    assert marks.x == pytest.approx(centres, abs=0.6)


def test_a_black_tick_read_as_a_letter_is_a_mark_and_a_letter_on_the_curve_is_none() -> None:
    pixels = draw(SPARSE)
    pixels[:] = pixels.min(axis=2, keepdims=True)
    crop, path, own = traced(pixels, color=(20, 20, 20))
    lettering = crop.lettering.copy()
    lettering[136:166, 250:270] = True
    line = ArmLine(path, np.where(lettering, 0.5 * own, own))
    assert find_marks(replace(crop, lettering=lettering), (line,))[0].x == pytest.approx(SPARSE, abs=0.5)
    lettering[:] = False
    lettering[100:141, 200:226] = True
    cv2.putText(pixels, "ae", (202, 134), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (20, 20, 20), 2)
    crop, path, own = traced(pixels, color=(20, 20, 20))
    line = ArmLine(path, np.where(lettering, 0.5 * own, own))
    x = find_marks(replace(crop, lettering=lettering), (line,))[0].x
    assert x == pytest.approx(SPARSE, abs=0.5)


def test_bars_cover_a_run_with_as_few_as_fit_and_reach_both_its_ends() -> None:
    coverage_px = np.zeros(60)
    coverage_px[10:14] = 1.0
    coverage_px[30:41] = 1.0
    x = place_bars(coverage_px, np.ones(60), Bar(4.0, 0.0))
    assert x[0] == pytest.approx(11.5, abs=0.2)
    assert len(x) == 4
    assert x[[1, -1]] == pytest.approx([31.5, 38.5], abs=0.3)
