"""Strokes and texts that leave no ink in the rendering are none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_pdf import PLOT, form, pdf, text, written
from drawn_strokes import BLACK, BLUE, RED, WHITE, corners, stroke
from km2ipd.digitize.pdf import load_pdf
from km2ipd.digitize.seen import seen_strokes, seen_texts
from km2ipd.records import Box, TextLine


def painted(*strokes, thickness=2):
    pixels = np.full((560, 700, 3), 255, np.uint8)
    for s in strokes:
        points = np.column_stack([s.x_px, s.y_px]).round().astype(np.int32)
        cv2.polylines(pixels, [points], s.closed, s.color, thickness, cv2.LINE_AA)
    return pixels


LINE, HIDDEN = stroke(corners()), stroke(corners(y=np.array([50.0, 150.0, 220.0, 300.0, 400.0])), BLUE)


@pytest.mark.parametrize("thickness", [1, 2, 9])
def test_a_line_that_is_not_painted_is_left_out(thickness):
    assert seen_strokes([LINE, HIDDEN], painted(LINE, thickness=thickness)) == (LINE,)
    assert seen_strokes([LINE, HIDDEN], painted(LINE, HIDDEN, thickness=thickness)) == (LINE, HIDDEN)


def test_a_line_under_another_is_seen():
    under = stroke(corners(), BLUE)
    assert seen_strokes([under, LINE], painted(under, LINE)) == (under, LINE)


def test_a_mark_under_a_crowd_of_others_is_seen():
    mark = stroke([(300, 200), (300, 212)], BLUE)
    pixels = painted()
    pixels[190:222, 280:320] = RED
    assert seen_strokes([mark], pixels) == (mark,)


def test_halos_areas_and_dashes_are_not_judged_by_bare_ground():
    halo, area = stroke(corners(), WHITE, 4.0), stroke(corners(), None, fill=(230, 230, 250), closed=True)
    dashed = stroke([(100, 60), (600, 60)], BLACK, dash_px=(2.0, 8.0))
    pixels = painted()
    pixels[59:62, 100:600:10] = pixels[59:62, 101:600:10] = 0
    assert seen_strokes([halo, area, dashed], pixels) == (halo, area, dashed)


def test_a_text_without_ink_is_left_out():
    pixels = painted()
    pixels[100:110, 100:104] = 0
    shown, hidden = (TextLine("1", Box(100, y, 106, y + 10)) for y in (100.0, 300.0))
    assert seen_texts([shown, hidden], pixels) == (shown,)


def test_a_layer_that_is_switched_off_is_left_out(tmp_path):
    old = form(b"1 0 0 RG 1 w 60 260 m 90 260 l 90 120 l 300 120 l S " + text("old", 200, 220), b"/Font<</F 5 0 R>>")
    layer = b"<</Type/OCG/Name(old)>>"
    data = pdf(
        PLOT + b"/OC /L BDC q /X Do Q EMC", (old, layer), b"/XObject<</X 6 0 R>>/Properties<</L 7 0 R>>"
    ).replace(b"/Catalog/", b"/Catalog/OCProperties<</OCGs[7 0 R]/D<</OFF[7 0 R]>>>>/")
    (figure,) = load_pdf(written(tmp_path, data))
    assert not any(s.color == RED or s.color == (255, 0, 0) for s in figure.strokes)
    assert "old" not in [t.text for t in figure.texts]
    (figure,) = load_pdf(written(tmp_path, data.replace(b"/OFF[7 0 R]", b"/OFF[     ]")))
    assert any(s.color == (255, 0, 0) for s in figure.strokes)
