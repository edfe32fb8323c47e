"""Straightening: scans become upright, even and dark on light; clean drawings stay as they are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_axes import DrawnPlot, drawn, figure_of, page
from km2ipd.digitize.raster import grey
from km2ipd.digitize.straighten import even_light, is_scanned, straighten, turn_light, undo_tilt
from km2ipd.digitize.tilt import Tilt, find_tilt
from km2ipd.records import Stroke


def plotted() -> np.ndarray:
    pixels = page(width=880, height=680)
    DrawnPlot(corner=(160, 560), size=(620, 440), box=True).draw(pixels)
    return pixels


def leaning(degrees: float, noise: float = 4.0) -> np.ndarray:
    """The plot turned clockwise and scanned: warm paper, light falling off to one side, noise, blur."""
    pixels = plotted().astype(np.float32)
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0)
    pixels = cv2.warpAffine(pixels, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    light = np.linspace(0.97, 0.85, width, dtype=np.float32)[None, :, None]
    pixels = cv2.GaussianBlur(pixels, (0, 0), 0.7) * light * np.array([1.0, 0.98, 0.92], np.float32)
    rng = np.random.default_rng(7)
    return np.clip(pixels + rng.normal(0, noise, pixels.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("degrees", [-2.5, -0.4, 0.8, 3.0])
def test_the_tilt_of_a_scan_is_found_to_a_fiftieth_of_a_degree(degrees: float) -> None:
    tilt = find_tilt(grey(even_light(leaning(degrees))))
    assert tilt is not None
    assert np.rad2deg(np.arctan(tilt.across)) == pytest.approx(degrees, abs=0.02)
    assert np.rad2deg(np.arctan(tilt.upright)) == pytest.approx(-degrees, abs=0.02)


def test_a_straightened_scan_is_upright_and_white() -> None:
    straight = straighten(figure_of(leaning(1.2))).pixels
    again = find_tilt(grey(straight))
    assert again is None or abs(again.across) * straight.shape[1] < 0.5
    paper = straight[200:320, 250:700].reshape(-1, 3)
    assert np.median(paper, axis=0).min() >= 250
    corners = [straight[30, 30], straight[30, -30], straight[-30, 30], straight[-30, -30]]
    assert np.min(corners) >= 235


def test_clean_figures_are_returned_as_they_are() -> None:
    for plot in (DrawnPlot(), DrawnPlot(box=True, grid=True), DrawnPlot(rising=True)):
        figure, _ = drawn(plot)
        assert straighten(figure) is figure


def test_slanted_curves_do_not_turn_a_clean_figure() -> None:
    pixels = plotted()
    for i in range(4):
        cv2.line(pixels, (165, 150 + 60 * i), (775, 185 + 60 * i), (200, 30, 30), 2)
    figure = figure_of(pixels)
    assert straighten(figure) is figure


def test_vector_figures_are_not_touched() -> None:
    stroke = Stroke(np.array([0.0, 1.0]), np.array([0.0, 1.0]), (0, 0, 0))
    figure = figure_of(leaning(1.0))
    vector = type(figure)(figure.name, figure.sha256, figure.pixels, strokes=(stroke,))
    assert straighten(vector) is vector


def test_a_dark_figure_is_turned_light_with_its_hues() -> None:
    dark = 255 - page()
    dark[100:110, 50:300] = (90, 160, 255)
    turned = straighten(figure_of(dark)).pixels
    assert turned[5, 5].min() == 255
    red, green, blue = (int(v) for v in turned[105, 100])
    assert blue > green > red
    assert np.array_equal(turn_light(turn_light(dark)), dark)


def test_scans_are_told_from_drawings() -> None:
    assert is_scanned(leaning(0.0))
    assert not is_scanned(plotted())


def test_undoing_a_known_lean_puts_the_lines_back() -> None:
    tilt = find_tilt(grey(leaning(0.8, noise=0.0)))
    assert isinstance(tilt, Tilt)
    straight = undo_tilt(leaning(0.8, noise=0.0), tilt)
    dark = grey(straight) < 128
    assert dark[556:565, 200:740].any(axis=0).all()
    assert dark.mean(axis=1).max() > 0.6


def test_a_page_photographed_at_an_angle_is_squared() -> None:
    pixels = plotted()
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.float32)
    seen = corners + np.array([[18, 4], [-18, 0], [0, -6], [0, 0]], np.float32)
    view = cv2.getPerspectiveTransform(corners, seen)
    photo = cv2.warpPerspective(pixels, view, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,) * 3)
    noise = np.random.default_rng(2).normal(0, 4, photo.shape)
    photo = np.clip(photo * 0.93 + noise, 0, 255).astype(np.uint8)
    dark = grey(straighten(figure_of(photo)).pixels) < 110
    assert dark[:, 150:170].sum(axis=0).max() > 380
    assert dark[:, 770:790].sum(axis=0).max() > 380
    assert dark.sum(axis=1).max() > 550


def test_a_clean_figure_that_was_turned_is_turned_back() -> None:
    figure = figure_of(leaning(1.0, noise=0.0))
    assert straighten(figure) is not figure


def test_a_plate_higher_than_a_stripe_is_turned_as_a_whole() -> None:
    rng = np.random.default_rng(3)
    pixels = cv2.GaussianBlur(rng.integers(0, 256, (1100, 40, 3)).astype(np.uint8), (0, 0), 2)
    tilt = Tilt(0.01, 0.0, -0.01, 0.0, (19.5, 549.5))
    x, y = np.meshgrid(np.arange(40.0), np.arange(1100.0))
    maps = (a.astype(np.float32) for a in tilt.source_of(x, y))
    whole = cv2.remap(pixels, *maps, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    assert (undo_tilt(pixels, tilt) == whole).all()


def test_a_long_line_of_its_own_slope_does_not_hide_that_a_drawing_was_turned() -> None:
    pixels = page(width=880, height=680)
    DrawnPlot(corner=(160, 560), size=(620, 440), curve=False).draw(pixels)
    turn = cv2.getRotationMatrix2D((439.5, 339.5), -1.0, 1.0)
    pixels = cv2.warpAffine(pixels, turn, (880, 680), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    cv2.line(pixels, (640, 40), (650, 540), (60, 60, 60), 2)
    tilt = find_tilt(grey(pixels), scanned=False)
    assert tilt is not None
    assert np.rad2deg(np.arctan(tilt.across)) == pytest.approx(1.0, abs=0.03)


def test_a_thick_slanted_band_beside_the_axes_is_no_frame_line() -> None:
    pixels = page(width=880, height=680)
    DrawnPlot(corner=(160, 560), size=(620, 440), curve=False).draw(pixels)
    cv2.line(pixels, (162, 130), (775, 195), (150, 60, 150), 2)
    noise = np.random.default_rng(4).normal(0, 4, pixels.shape)
    tilt = find_tilt(grey(np.clip(pixels * 0.95 + noise, 0, 255).astype(np.uint8)))
    assert tilt is None or (tilt.across_fan == 0 and abs(tilt.across) < 0.002)
