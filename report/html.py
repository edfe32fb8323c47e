"""report.html: one self-contained page that a person can read, print and defend."""

from __future__ import annotations

import importlib.metadata
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from jinja2 import Environment, PackageLoader, Template
from markupsafe import Markup

from ..records import Box, Caution, Digitization, Interval, PanelReading, PanelResult, PixelArray, Reading
from .corrections import STUDY_KEY, TOTALS
from .difference import draw_difference
from .kmplot import KmPlot, plan_km_plot
from .picture import data_uri, jpeg_bytes, overlay_name, png_bytes
from .places import place_of
from .wording import (
    count_words,
    estimate_words,
    interval_words,
    number_words,
    p_value_words,
    p_words,
    ratio_limits_words,
    ratio_words,
)

# Pictures in the page are at most this wide: sharp in a 1600-px window, and the page stays under 3 MB.
EMBEDDED_WIDTH = 1600
# A picture above this as PNG (a scan, a photograph) is embedded as JPEG.
LARGEST_PNG = 700_000
# Crops of places that a person must look at: margin round the place, least width shown, most crops in a page.
CROP_MARGIN_PX, CROP_WIDTH, MOST_CROPS = 24, 360, 12
# What --condition-on calls each kind of reported number.
CONDITION_NAMES = {"hr": "hr", "median": "medians", "logrank_p": "logrank", "events": "events", "survival": "survival"}
# What the reading and the numbers rest on, named in the page with their versions.
PACKAGES = ("numpy", "scipy", "opencv-python-headless", "rapidocr", "onnxruntime", "pypdfium2")


@dataclass(frozen=True, slots=True)
class Warned:
    """A caution with a crop of its place ("" where it has none), and its number on the overlay."""

    caution: Caution
    crop: str
    number: int | None


@dataclass(frozen=True, slots=True)
class PanelPage:
    """What the page shows of one panel."""

    result: PanelResult
    plot: KmPlot | None
    warned: tuple[Warned, ...]


@dataclass(frozen=True, slots=True)
class FigurePage:
    """One picture of the figure with what was read of it, as data URIs."""

    name: str
    overlay: str
    difference: str


def report_html(
    version: str,
    reading: Reading,
    results: Sequence[PanelResult],
    overlays: Mapping[str, PixelArray],
    files: Mapping[str, bytes] | None = None,
) -> str:
    """The page: verdict first, then figure, curves, tables, warnings, method and provenance.

    overlays: by the name of their picture. files: where they are PNG files already, by the files' names.
    """
    digitization = reading.digitization
    figures = []
    for name, pixels in reading.images.items():
        drawn = [p for p in digitization.panels if p.panel.source.image == name]
        difference = draw_difference(pixels, drawn)
        figures.append(
            FigurePage(name, _embedded(overlays[name], (files or {}).get(overlay_name(name))), _embedded(difference))
        )
    return _page().render(
        version=version,
        digitization=digitization,
        status=_worst([r.status for r in results]),
        panels=[PanelPage(r, plan_km_plot(r), _warned(r, reading.images)) for r in results],
        figures=figures,
        command=repeat_command(digitization, results),
        pivot_command=shlex.join(["km2ipd", "run", "digitization.json", *_totals_words(digitization), "--out", "DIR"]),
        packages={name: _version(name) for name in PACKAGES},
    )


def repeat_command(digitization: Digitization, results: Sequence[PanelResult]) -> str:
    """The command that gives these files again from the figure, or from the study file that was run."""
    source = digitization.about.get(STUDY_KEY, digitization.figure)
    rebuilt = [r.reconstruction for r in results if r.reconstruction]
    options = ["--method", rebuilt[0].method] if rebuilt else []
    used = dict.fromkeys(CONDITION_NAMES[n.what] for r in rebuilt for n in r.conditioned_on)
    if used:
        options += ["--reported", "reported.toml", "--condition-on", ",".join(used)]
    turned = [
        r.comparisons[0].reference for r in rebuilt if r.comparisons and r.comparisons[0].reference != r.arms[0].arm
    ]
    if turned:
        options += ["--reference", turned[0]]
    return shlex.join(["km2ipd", "run", source, *digitization.arguments, *options, "--out", "DIR"])


def _totals_words(digitization: Digitization) -> tuple[str, ...]:
    """The totals that were given: the one thing given by hand that digitization.json does not hold."""
    words = digitization.arguments
    return words[words.index(TOTALS) :][:2] if TOTALS in words else ()


@lru_cache(maxsize=1)
def _page() -> Template:
    environment = Environment(
        loader=PackageLoader("km2ipd.report", "."), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"count": count_words, "interval": interval_words, "number": number_words, "p": p_words}
    environment.filters |= {
        "ratio": ratio_words,
        "ratio_limits": ratio_limits_words,
        "spread": _spread,
        "p_value": p_value_words,
    }
    return environment.get_template("page.html.jinja")


def _spread(interval: Interval, missing: str, decimals: int | None = None) -> Markup:
    """The limits that reconstruction alone adds, small and grey; nothing where they leave nothing open."""
    if interval.reconstruction is None:
        return Markup("")
    limits = [missing if v is None else estimate_words(v, decimals) for v in interval.reconstruction]
    if limits[0] == limits[1]:
        return Markup("")
    return Markup('<span class="spread">{} to {}</span>').format(*limits)


def _worst(statuses: Sequence[str]) -> str:
    return next((s for s in ("failed", "review") if s in statuses), "ok")


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _embedded(pixels: PixelArray, png: bytes | None = None) -> str:
    """The picture as a data URI, made smaller where it is wider than the page can show.

    png: its file, where it was made already.
    """
    height, width = pixels.shape[:2]
    if width > EMBEDDED_WIDTH:
        size = (EMBEDDED_WIDTH, max(1, round(height * EMBEDDED_WIDTH / width)))
        pixels, png = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8), None
    png = png or png_bytes(pixels)
    return data_uri(png, "png") if len(png) <= LARGEST_PNG else data_uri(jpeg_bytes(pixels), "jpeg")


def _warned(result: PanelResult, images: Mapping[str, PixelArray]) -> tuple[Warned, ...]:
    """The panel's cautions, gravest first, with crops of the first places, each place once."""
    reading = result.reading
    numbers = {id(c): i for i, c in enumerate(reading.cautions, start=1)} if reading else {}
    ordered = sorted(_joined(result.cautions), key=lambda c: c.severity != "review")
    warned, shown = [], set[Box]()
    for caution in ordered:
        crop, place = "", place_of(caution, reading) if reading else None
        if reading and place and place not in shown and len(shown) < MOST_CROPS:
            crop = _crop(place, reading, images)
            shown.add(place)
        warned.append(Warned(caution, crop, numbers.get(id(caution)) if caution.box else None))
    return tuple(warned)


def _joined(cautions: Sequence[Caution]) -> list[Caution]:
    """The same sentence about several arms as one caution that names them all; those with a place stay apart."""
    joined: dict[object, Caution] = {}
    for caution in cautions:
        key = id(caution) if caution.box else (caution.severity, caution.message)
        first = joined.get(key)
        if first is None:
            joined[key] = caution
        elif caution.where not in first.where.split("; "):
            joined[key] = replace(first, where=f"{first.where}; {caution.where}")
    return list(joined.values())


def _crop(box: Box, reading: PanelReading, images: Mapping[str, PixelArray]) -> str:
    """The place in the figure, enlarged by a whole number, as a data URI; "" when it lies outside."""
    pixels = images[reading.panel.source.image]
    height, width = pixels.shape[:2]
    left, top = max(0, int(box.left) - CROP_MARGIN_PX), max(0, int(box.top) - CROP_MARGIN_PX)
    right, bottom = min(width, int(box.right) + CROP_MARGIN_PX), min(height, int(box.bottom) + CROP_MARGIN_PX)
    if right - left < 2 or bottom - top < 2:
        return ""
    crop = pixels[top:bottom, left:right]
    scale = int(np.clip(CROP_WIDTH // crop.shape[1], 1, 4))
    return _embedded(np.repeat(np.repeat(crop, scale, axis=0), scale, axis=1))
