"""One figure from file to files: read it, rebuild its patients, check them, lay out what is written."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import OutputNotWritable
from ..reconstruct import tables as given
from ..records import (
    CellByHand,
    PanelResult,
    Reading,
)
from ..report import corrections, exports, folder, pivot
from ..report.files import ensemble_file, result_files
from .conclusion import conclude, how_asked
from .reading import Progress, read_figure, silent

REPORTED_NAME = "reported.toml"


def run_figure(
    path: Path,
    *,
    risk_table: Path | None = None,
    cells: Sequence[CellByHand] = (),
    totals: Path | None = None,
    reported: Path | None = None,
    method: str | None = None,
    ensemble: int | None = None,
    condition_on: Sequence[str] = (),
    reference: str | None = None,
    about: Mapping[str, str] | None = None,
    formats: Sequence[str] = (),
    progress: Progress = silent,
    **by_hand: Any,
) -> tuple[Reading, tuple[PanelResult, ...], dict[str, bytes]]:
    """A figure's reading, results and files; by_hand are the keyword arguments of read_figure.

    risk_table, totals: CSV files; cells: single numbers at risk, put right by hand. reported: what the paper
    says; condition_on: which of it weights the draws, by none otherwise. ensemble: how many draws are written.
    reference: the arm that hazard ratios are against, by default the one that print states, else the first.
    about: citation and population, for the report. formats: further files, of report/exports.py. Nothing
    is written.
    """
    exports.require_formats(formats)
    reading = read_figure(path, progress=progress, **by_hand)
    if about:
        reading = replace(reading, digitization=replace(reading.digitization, about=dict(about)))
    if risk_table:
        reading = corrections.with_risk_tables(reading, given.read_risk_table(risk_table), risk_table.name)
    reading = corrections.with_cells(reading, cells)
    reading = corrections.with_files_on_record(reading, risk_table, totals)
    results = conclude(
        reading.digitization,
        totals=totals,
        reported=reported,
        progress=progress,
        **how_asked(method, ensemble, condition_on, reference),
    )
    progress("Writing the report")
    content = reported.read_bytes() if reported else None
    files = result_files(__version__, reading, results, content)
    if ensemble:
        files |= ensemble_file(results)
    return reading, results, files | exports.export_files(formats, results)


def require_free_output(source: Path, out: Path, names: Sequence[str], *, force: bool) -> None:
    """Raise OutputNotWritable, before any work, when files of these names cannot be put there.

    source: the file that is read; it is never overwritten, unless it is a pivot whose run is repeated.
    """
    taken = any(os.path.realpath(out / name) == os.path.realpath(source) for name in names)
    if taken and not pivot.is_pivot_file(source):
        raise OutputNotWritable(f"{out}: would overwrite {source.name} itself")
    folder.require_free_output(out, names, force=force)


def reported_beside(path: Path) -> Path | None:
    """The reported.toml in the folder of a figure or a digitization.json, None when there is none."""
    beside = path.with_name(REPORTED_NAME)
    return beside if beside.is_file() else None
