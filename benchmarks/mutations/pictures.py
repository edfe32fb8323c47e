"""Whole pictures of unusual make: modes, depths, several frames, notes on how to turn them, extreme shapes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

# The note "turn me by 90 degrees" of cameras and scanners.
ORIENTATION, TURNED = 0x0112, 6


def odd_pictures(file: Path) -> Iterator[tuple[str, bytes]]:
    """(file name, contents), all of one figure that can be read."""
    picture = Image.open(file).convert("RGB")
    for name, make in VARIANTS.items():
        image, options = make(picture)
        buffer = io.BytesIO()
        kind = {"jpg": "JPEG", "tif": "TIFF"}.get(name.rpartition(".")[2], name.rpartition(".")[2].upper())
        image.save(buffer, kind, **options)
        yield name, buffer.getvalue()
    yield "spoilt_profile.png", _with_spoilt_profile(picture)


Made = tuple[Image.Image, dict[str, Any]]


def _as(mode: str) -> Callable[[Image.Image], Made]:
    return lambda picture: (picture.convert(mode), {})


def _sixteen(picture: Image.Image) -> Made:
    return Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257), {}


def _floats(picture: Image.Image) -> Made:
    values = np.asarray(picture.convert("L")).astype(np.float32) / 255
    values[::7, ::5] = np.nan
    return Image.fromarray(values), {}


def _nothing_but_nan(picture: Image.Image) -> Made:
    return Image.fromarray(np.full((300, 400), np.nan, np.float32)), {}


def _pages(picture: Image.Image) -> Made:
    """The figure on its second page, a blank one before it, one of another size and mode after it."""
    others = [picture, picture.convert("1").resize((50, 900))]
    return Image.new("RGB", picture.size, "white"), {"save_all": True, "append_images": others}


def _frames(picture: Image.Image) -> Made:
    """The figure in the second frame of a moving picture."""
    return Image.new("RGB", picture.size, "white"), {"save_all": True, "append_images": [picture]}


def _turned(picture: Image.Image) -> Made:
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED
    return picture.rotate(90, expand=True), {"exif": exif}


def _palette_with_alpha(picture: Image.Image) -> Made:
    return picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=16), {"transparency": bytes(range(0, 256, 16))}


def _with_spoilt_profile(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", icc_profile=b"no profile at all")
    return buffer.getvalue()


VARIANTS: dict[str, Callable[[Image.Image], Made]] = {
    "cmyk.jpg": _as("CMYK"),
    "grey.png": _as("L"),
    "grey_alpha.png": _as("LA"),
    "bits.png": _as("1"),
    "palette.png": _as("P"),
    "palette_alpha.png": _palette_with_alpha,
    "alpha.webp": _as("RGBA"),
    "sixteen.png": _sixteen,
    "sixteen.tif": _sixteen,
    "floats.tif": _floats,
    "nothing_but_nan.tif": _nothing_but_nan,
    "lab.tif": _as("LAB"),
    "cmyk.tif": _as("CMYK"),
    "pages.tif": _pages,
    "moving.gif": _frames,
    "moving.png": _frames,
    "moving.webp": _frames,
    "turned.jpg": _turned,
    "turned.png": _turned,
    "progressive.jpg": lambda p: (p, {"progressive": True, "quality": 1}),
    "clear.png": lambda p: (p.convert("RGBA").point(lambda v: 0), {}),
    "white.png": lambda p: (Image.new("RGB", (500, 400), "white"), {}),
    "black.png": lambda p: (Image.new("RGB", (500, 400)), {}),
    "thin.png": lambda p: (p.resize((3, 400)), {}),
    "flat.png": lambda p: (p.resize((9000, 5)), {}),
}
