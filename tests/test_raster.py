"""Raster: lines and bumps found where they were drawn."""

from __future__ import annotations

import numpy as np
import pytest
from km2ipd.digitize.raster import STRIPE_ROWS, find_lines, grey, peaks, shrunk, stripes, thin_ink, unlike

PAPER = 255.0


def paper(height: int = 120, width: int = 200) -> np.ndarray:
    return np.full((height, width), PAPER, np.float32)


def test_grey_weighs_the_channels_as_the_eye_does() -> None:
    assert grey(np.array([[[255, 0, 0], [0, 255, 0]]], np.uint8))[0] == pytest.approx([76.2, 149.7], abs=0.1)


@pytest.mark.parametrize(("rows", "at", "width"), [((50, 51), 50.0, 1), ((50, 52), 50.5, 2), ((50, 53), 51.0, 3)])
def test_a_line_has_its_centre_width_and_ends(rows: tuple[int, int], at: float, width: int) -> None:
    levels = paper()
    levels[rows[0] : rows[1], 20:161] = 0
    (line,) = find_lines(levels, "horizontal", shortest=60, reach=9, contrast=40)
    assert (line.at, line.width) == pytest.approx((at, width))
    assert (line.start, line.end) == (20, 160)
    assert line.length == 140


def test_an_antialiased_line_is_centred_between_pixels() -> None:
    levels = paper()
    levels[:, 70], levels[:, 71] = PAPER * 0.25, PAPER * 0.75
    (line,) = find_lines(levels, "vertical", shortest=60, reach=9, contrast=40)
    assert line.at == pytest.approx(70.25)


def test_light_lines_on_grey_are_found_when_asked_for() -> None:
    levels = np.full((120, 200), 230.0, np.float32)
    levels[40, 10:190] = 255
    assert find_lines(levels, "horizontal", shortest=60, reach=9, contrast=10) == ()
    (line,) = find_lines(levels, "horizontal", shortest=60, reach=9, contrast=10, dark=False)
    assert line.at == pytest.approx(40)
    assert line.contrast < 0


def test_blocks_are_no_lines() -> None:
    levels = paper()
    levels[30:60, 20:160] = 0
    assert find_lines(levels, "horizontal", shortest=60, reach=9, contrast=40) == ()


def test_thin_ink_ignores_what_runs_the_other_way() -> None:
    levels = paper()
    levels[60, :] = 0
    assert thin_ink(levels, "vertical", 9).max() == 0
    assert thin_ink(levels, "horizontal", 9).max() == PAPER


def test_peaks_are_centroids_and_wide_bumps_are_left_out() -> None:
    profile = np.zeros(100)
    profile[[20, 21]] = [30.0, 90.0]
    profile[50:70] = 80.0
    found = peaks(profile, 10.0, 6.0)
    assert found[:, 0] == pytest.approx([20.75])
    assert found[:, 2] == pytest.approx([120 / 90])


def test_shrunk_pictures_know_their_scale() -> None:
    small, scale = shrunk(paper(600, 1000), 500)
    assert small.shape == (300, 500)
    assert scale == pytest.approx(2.0)
    assert shrunk(small, 500)[0] is small


def test_tall_pictures_are_worked_on_in_stripes_without_a_seam() -> None:
    tall = np.arange(STRIPE_ROWS * 2 + 7, dtype=np.uint32)[:, None, None] % 251
    pixels = np.broadcast_to(tall, (len(tall), 3, 3)).astype(np.uint8)
    assert grey(pixels)[:, 1] == pytest.approx(pixels[:, 1, 0])
    assert sum(rows.stop - rows.start for rows in stripes(len(pixels))) == len(pixels)
    assert (unlike(grey(pixels), 100.0, 20.5)[:, 0] == (np.abs(pixels[:, 0, 0].astype(int) - 100) > 20)).all()
