"""The files of a run by name, as bytes (DESIGN section 3): laid out here, written by folder.py."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..records import PanelResult, PixelArray, Reading
from . import summary, tables
from .pivot import digitization_json

REPORTED_NAME = "reported.toml"


def result_files(
    version: str, reading: Reading, results: Sequence[PanelResult], reported: bytes | None = None
) -> dict[str, bytes]:
    """Every file of a run.

    reported: the content of a reported.toml, kept beside the pivot so that a second run checks the same.
    """
    from .html import report_html

    overlays = draw_overlays(reading)
    files = digitized_files(version, reading, results, overlays)
    files["ipd.csv"] = _bytes(tables.patients_csv(results))
    files["report.html"] = _bytes(report_html(version, reading, results, overlays, files))
    if reported is not None:
        files[REPORTED_NAME] = reported
    return files


def draw_overlays(reading: Reading) -> dict[str, PixelArray]:
    """The overlay of every picture, by the picture's name."""
    from .overlay import draw_overlay

    panels = reading.digitization.panels
    return {
        name: draw_overlay(pixels, [p for p in panels if p.panel.source.image == name])
        for name, pixels in reading.images.items()
    }


def digitized_files(
    version: str,
    reading: Reading,
    results: Sequence[PanelResult],
    overlays: Mapping[str, PixelArray] | None = None,
) -> dict[str, bytes]:
    """The files that need no patients: curves, marks, counts, pictures, the pivot, and report.json.

    overlays: as draw_overlays gives them, where they are drawn already.
    """
    from .picture import overlay_name, png_bytes

    digitization = reading.digitization
    panels = digitization.panels
    texts = {
        "curves.csv": tables.curves_csv(panels),
        "censor_marks.csv": tables.censor_marks_csv(panels),
        "risk_table.csv": tables.risk_table_csv(panels),
        "digitization.json": digitization_json(digitization),
        "report.json": summary.figure_report_json(version, digitization, results),
    }
    files = {name: _bytes(text) for name, text in texts.items()}
    for name, pixels in reading.images.items():
        files[name] = png_bytes(pixels)
    for name, overlay in (draw_overlays(reading) if overlays is None else overlays).items():
        files[overlay_name(name)] = png_bytes(overlay)
    return files


def ensemble_file(results: Sequence[PanelResult]) -> dict[str, bytes]:
    """The draws of an ensemble, where one was asked for."""
    return {"ensemble.csv": _bytes(tables.ensemble_csv(results))}


def table_files(version: str, source: Path, results: Sequence[PanelResult]) -> dict[str, bytes]:
    """The files of a reconstruction from tables: ipd.csv and report.json."""
    return {
        "ipd.csv": _bytes(tables.patients_csv(results)),
        "report.json": _bytes(table_report(version, source, results)),
    }


def table_report(version: str, source: Path, results: Sequence[PanelResult]) -> str:
    """report.json of results that came from a table."""
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    return summary.report_json(version, source.name, digest, results)


def _bytes(text: str) -> bytes:
    """UTF-8; what no encoding can hold (a stray byte in a file name) becomes a question mark."""
    return text.encode("utf-8", "replace")
