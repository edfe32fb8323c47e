"""Ticks: found to a fraction of a pixel, by the best evidence that the axis offers."""

from __future__ import annotations

import numpy as np
import pytest
from km2ipd.digitize.axes import find_scales, number_labels
from km2ipd.digitize.ticks import Strips, locate_ticks
from km2ipd.records import Box, TextLine

PLACES = np.array([40.0, 90.4, 140.8, 191.2])


def scale_with(offset: float = 0.0):
    texts = tuple(TextLine(f"{6 * i}", Box(px + offset - 6, 130, px + offset + 6, 140)) for i, px in enumerate(PLACES))
    (scale,) = find_scales(number_labels(texts), "horizontal")
    return scale


def antialiased(levels: np.ndarray, rows: slice, px: float, ink: float = 200.0) -> None:
    left = int(np.floor(px))
    levels[rows, left] -= ink * (1 - (px - left))
    levels[rows, left + 1] -= ink * (px - left)


def test_ticks_are_found_between_pixels_though_labels_are_off() -> None:
    levels = np.full((150, 240), 255.0, np.float32)
    levels[110, 30:210] = 0
    for px in PLACES:
        antialiased(levels, slice(111, 117), px)
    found = locate_ticks(levels, scale_with(offset=1.7), Strips((111, 128), (100, 110), (10, 108)))
    assert found.evidence == "ticks outside"
    assert found.calibration.px([0, 6, 12, 18]) == pytest.approx(PLACES, abs=0.05)


def test_a_grid_serves_where_there_are_no_ticks() -> None:
    levels = np.full((150, 240), 235.0, np.float32)
    for px in PLACES:
        antialiased(levels, slice(10, 110), px, ink=-18.0)
    found = locate_ticks(levels, scale_with(), Strips((111, 128), (0, 0), (10, 108), has_line=False))
    assert found.evidence == "grid"
    assert found.calibration.px([0, 18]) == pytest.approx(PLACES[[0, 3]], abs=0.15)


def test_labels_serve_where_nothing_is_drawn() -> None:
    levels = np.full((150, 240), 255.0, np.float32)
    found = locate_ticks(levels, scale_with(), Strips((111, 128), (100, 110), (10, 108)))
    assert found.evidence == "labels"
    assert found.calibration.px([0, 18]) == pytest.approx(PLACES[[0, 3]], abs=0.3)


def test_unlabelled_ticks_are_seen_but_not_fitted() -> None:
    levels = np.full((150, 240), 255.0, np.float32)
    for px in (*PLACES, 65.2, 115.6):
        antialiased(levels, slice(111, 117), px)
    found = locate_ticks(levels, scale_with(), Strips((111, 128), (100, 110), (10, 108)))
    assert len(found.seen_px) == 6
    assert list(found.calibration.ticks) == [0, 6, 12, 18]


@pytest.mark.parametrize("bend", [0.0, 3.0])
def test_the_tick_of_the_last_label_off_the_line_of_the_others_counts_to_the_residual(bend: float) -> None:
    """A photograph in perspective: the scale of the first ticks is fitted, and would be off where it ends."""
    places = np.array([*PLACES, 242.0 + bend])
    levels = np.full((150, 280), 255.0, np.float32)
    levels[110, 30:260] = 0
    for px in places:
        antialiased(levels, slice(111, 117), px)
    texts = tuple(TextLine(f"{6 * i}", Box(px - 6, 130, px + 6, 140)) for i, px in enumerate(places))
    (scale,) = find_scales(number_labels(texts), "horizontal")
    found = locate_ticks(levels, scale, Strips((111, 128), (100, 110), (10, 108)))
    assert found.calibration.residual_px == pytest.approx(bend, abs=0.6)
