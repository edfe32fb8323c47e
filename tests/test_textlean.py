"""The lean of a picture by its rows of numbers: digits stand on one line, whatever else is missing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_axes import figure_of
from km2ipd.digitize.ocr import read_texts
from km2ipd.digitize.straighten import turn_level
from km2ipd.digitize.textlean import find_text_lean
from km2ipd.records import Box, TextLine


def row_of(values: list[str], slope: float, top: float = 400.0, step: float = 120.0) -> list[TextLine]:
    """Numbers in whole-pixel boxes, as OCR gives them, along a line of this slope."""
    places = [(100 + step * i, round(top + slope * step * i)) for i in range(len(values))]
    return [TextLine(v, Box(x - 10, y, x + 10, y + 16)) for v, (x, y) in zip(values, places, strict=True)]


def test_a_level_row_has_no_lean() -> None:
    assert find_text_lean(row_of(["0", "6", "12", "18", "24"], 0.0)) is None


@pytest.mark.parametrize("slope", [-0.02, 0.008])
def test_a_leaning_row_gives_its_slope(slope: float) -> None:
    texts = row_of(["0", "6", "12", "18", "24"], slope) + row_of(["50", "40", "22", "9", "1"], slope, 500.0)
    assert find_text_lean(texts) == pytest.approx(slope, abs=0.002)


def test_three_numbers_or_words_prove_nothing() -> None:
    assert find_text_lean(row_of(["0", "12", "24"], 0.02)) is None
    assert find_text_lean(row_of(["one", "two", "three", "four", "five"], 0.02)) is None


def test_numbers_of_a_short_row_are_not_precise_enough() -> None:
    assert find_text_lean(row_of(["1", "2", "3", "4"], 0.008, step=25.0)) is None


def test_a_turned_picture_without_frame_is_turned_level() -> None:
    pixels = np.full((500, 700, 3), 255, np.uint8)
    for i in range(6):
        cv2.putText(
            pixels, f"{12 * i}", (60 + 110 * i, 420), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (40, 40, 40), 2, cv2.LINE_AA
        )
    turn = cv2.getRotationMatrix2D((349.5, 249.5), 0.8, 1.0)
    turned = cv2.warpAffine(pixels, turn, (700, 500), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    slope = find_text_lean(read_texts(figure_of(turned)))
    assert slope is not None
    assert np.rad2deg(np.arctan(slope)) == pytest.approx(-0.8, abs=0.15)
    assert find_text_lean(read_texts(turn_level(figure_of(turned), slope))) is None
