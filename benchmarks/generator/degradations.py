"""What happens to a figure on its way to the reader: JPEG, thumbnails, scans, photographs.

Each degradation takes pixels (height, width, 3) uint8 and the places of the truth's points (from the top-left
corner, x right, y down) and returns both as they are afterwards.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]
Places = npt.NDArray[np.float64]
Degraded = tuple[Pixels, Places]
Degradation = Callable[[Pixels, Places, np.random.Generator], Degraded]


def compress(quality: int) -> Degradation:
    """JPEG with 4:2:0 chroma, as web sites make it."""

    def apply(pixels: Pixels, places: Places, rng: np.random.Generator) -> Degraded:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling=2)
        return np.asarray(Image.open(file).convert("RGB")).copy(), places

    return apply


def resize_to(width: int) -> Degradation:
    """Shrunk or blown up to a width in px: a preview, or a small picture enlarged by a layouter."""

    def apply(pixels: Pixels, places: Places, rng: np.random.Generator) -> Degraded:
        height = max(1, round(pixels.shape[0] * width / pixels.shape[1]))
        scale = np.array([width / pixels.shape[1], height / pixels.shape[0]])
        how = Image.Resampling.LANCZOS if width < pixels.shape[1] else Image.Resampling.BICUBIC
        return np.asarray(Image.fromarray(pixels).resize((width, height), how)), places * scale

    return apply


def turn_grey(pixels: Pixels, places: Places, rng: np.random.Generator) -> Degraded:
    """A colour figure printed black and white."""
    return np.repeat(np.asarray(Image.fromarray(pixels).convert("L"))[..., None], 3, axis=2), places


def invert(pixels: Pixels, places: Places, rng: np.random.Generator) -> Degraded:
    """A negative: white lines on black."""
    return 255 - pixels, places


def scan(pixels: Pixels, places: Places, rng: np.random.Generator) -> Degraded:
    """A page on a scanner: slightly turned, yellowish, a little blurred and noisy."""
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.uniform(-1.0, 1.0)), 1.0)
    paper = np.array([rng.uniform(240, 252), rng.uniform(238, 250), rng.uniform(226, 244)])
    page = cv2.warpAffine(pixels, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    page = cv2.GaussianBlur(page, (0, 0), float(rng.uniform(0.5, 0.9))).astype(float) / 255 * paper
    page += rng.normal(0, rng.uniform(2, 6), page.shape[:2])[..., None]
    return _to_pixels(page), _affine(places, turn)


def photograph(pixels: Pixels, places: Places, rng: np.random.Generator) -> Degraded:
    """A telephone held over a printed page: perspective, uneven light, blur, noise."""
    pixels, places = _tilt(pixels, places, rng, depth=0.035)
    page = cv2.GaussianBlur(pixels, (0, 0), float(rng.uniform(0.6, 1.0))).astype(float)
    page *= _uneven_light(page.shape[:2], rng)[..., None]
    page += rng.normal(0, 4, page.shape)
    return _to_pixels(page), places


def photograph_screen(pixels: Pixels, places: Places, rng: np.random.Generator) -> Degraded:
    """A telephone before a monitor: as photograph, with the moiré of two pixel grids."""
    pixels, places = _tilt(pixels, places, rng, depth=0.025)
    height, width = pixels.shape[:2]
    y, x = np.mgrid[:height, :width]
    angle, period = rng.uniform(0, np.pi), rng.uniform(6, 14)
    waves = np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period + 3 * np.sin(2 * np.pi * y / height))
    tint = np.stack([waves, np.roll(waves, 2, axis=1), np.roll(waves, 4, axis=1)], axis=-1)
    page = cv2.GaussianBlur(pixels, (0, 0), 0.7).astype(float) * (0.93 + 0.04 * tint)
    page *= _uneven_light((height, width), rng)[..., None]
    return _to_pixels(page + rng.normal(0, 3, page.shape)), places


def _tilt(pixels: Pixels, places: Places, rng: np.random.Generator, depth: float) -> Degraded:
    """The page seen from a little aside, on a grey desk."""
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners + rng.uniform(0, depth, (4, 2)) * [[width, height]] * [[1, 1], [-1, 1], [-1, -1], [1, -1]]
    matrix = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    page = cv2.warpPerspective(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(205, 203, 200))
    return page, cv2.perspectiveTransform(places[None].astype(np.float64), matrix.astype(np.float64))[0]


def _uneven_light(shape: tuple[int, int], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Brightness 0.72 to 1.0, falling off from a lamp somewhere above."""
    y, x = np.mgrid[0 : 1 : shape[0] * 1j, 0 : 1 : shape[1] * 1j]
    distance = np.hypot(x - rng.uniform(0, 1), y - rng.uniform(-0.3, 0.4))
    return 1.0 - rng.uniform(0.12, 0.2) * distance


def _affine(places: Places, matrix: npt.NDArray) -> Places:
    return places @ matrix[:, :2].T + matrix[:, 2]


def _to_pixels(values: npt.NDArray) -> Pixels:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


DEGRADATIONS: dict[str, Degradation] = {
    "jpeg40": compress(40),
    "jpeg70": compress(70),
    "thumbnail": resize_to(250),
    "preview": resize_to(420),
    "enlarged": resize_to(1600),
    "grey": turn_grey,
    "inverted": invert,
    "scan": scan,
    "photo": photograph,
    "screen_photo": photograph_screen,
}


def degrade(pixels: Pixels, places: Places, names: tuple[str, ...], rng: np.random.Generator) -> Degraded:
    """Apply the named degradations in order."""
    for name in names:
        pixels, places = DEGRADATIONS[name](pixels, places, rng)
    return pixels, places
