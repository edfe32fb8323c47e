"""The tables of a whole batch: summary.csv for programs, index.html for a person."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np
from jinja2 import Environment, PackageLoader, Template

from .. import __version__
from ..study import csv_text, number_text
from .outcome import Outcome, SummaryRow, count_words

COLUMNS = (
    "name",
    "figure",
    "result",
    "panel",
    "status",
    "arms",
    "patients",
    "events",
    "arm",
    "reference",
    "hr",
    "ci_low",
    "ci_high",
    "logrank_p",
    "reported_hr",
    "verdict",
    "warnings",
    "message",
)
# Wide enough to see whether the coloured lines follow the ink; 40 figures stay under 1 MB.
THUMBNAIL_WIDTH = 300


def summary_csv(outcomes: Sequence[Outcome]) -> str:
    """One row a comparison; a figure without any has one row."""
    return csv_text(COLUMNS, [cells for o in outcomes for cells in _rows(o)])


def _rows(outcome: Outcome) -> list[tuple[str, ...]]:
    known = (outcome.name, outcome.figure, outcome.status)
    if not outcome.rows:
        return [(*known, *[""] * (len(COLUMNS) - len(known) - 1), outcome.message)]
    return [(*known, *_cells(row), outcome.message) for row in outcome.rows]


def _cells(row: SummaryRow) -> tuple[str, ...]:
    counts = [number_text(v) for v in (row.arms, row.patients, row.events)]
    ratios = [number_text(v) for v in (row.hr, row.low, row.high, row.logrank_p)]
    return (
        row.panel,
        row.status,
        *counts,
        row.arm,
        row.reference,
        *ratios,
        row.reported_hr,
        row.verdict,
        str(row.warnings),
    )


@dataclass(frozen=True, slots=True)
class Card:
    """One line of index.html: an outcome, the address of its folder, its overlay made small ("" without one)."""

    outcome: Outcome
    address: str
    thumbnail: str


def index_html(outcomes: Sequence[Outcome], out: Path) -> str:
    """The page: counts by status, then a sortable table with thumbnails that lead to the reports."""
    cards = [Card(o, quote(o.name), _thumbnail(out / o.name / "overlay.png")) for o in outcomes]
    return _page().render(version=__version__, cards=cards, counts=count_words(outcomes)) + "\n"


@lru_cache(maxsize=1)
def _page() -> Template:
    environment = Environment(
        loader=PackageLoader("km2ipd.batch", "."), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("index.html.jinja")


def _thumbnail(path: Path) -> str:
    """A picture made small, as a data URI."""
    if not path.is_file():
        return ""
    pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        return ""
    height = max(1, round(pixels.shape[0] * THUMBNAIL_WIDTH / pixels.shape[1]))
    small = cv2.resize(pixels, (THUMBNAIL_WIDTH, height), interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 75])
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")
