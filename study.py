"""One figure from file to result: read it, rebuild its patients, check them, and lay out the files.

The only file that sees digitize, reconstruct and report together.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from . import __version__
from .errors import BadTable, OutputNotWritable, UsageError
from .reconstruct import tables as given
from .reconstruct.check import check_reconstruction
from .reconstruct.engine import compare_methods, estimate_panel, reconstruct_panel
from .reconstruct.estimates import restricted_to
from .reconstruct.km import kaplan_meier
from .reconstruct.points import read_points
from .reconstruct.reported import read_reported
from .records import (
    Caution,
    CellByHand,
    Digitization,
    Direction,
    FloatArray,
    PanelReading,
    PanelResult,
    PrintedNumber,
    Reading,
    Reconstruction,
    RiskTable,
    SurvivalCurve,
    Totals,
)
from .report import corrections, exports, folder, pivot, stated, verdict
from .report.corrections import STUDY_KEY
from .report.exports import curves_frame, patients_frame
from .report.files import digitized_files, ensemble_file, result_files, table_files, table_report
from .report.folder import RUN_FILES, clear_results, clear_stages, write_files
from .report.screen import check_lines, comparison_lines, estimate_lines, result_lines
from .report.text import csv_text, number_text

__all__ = [
    "RUN_FILES",
    "STUDY_KEY",
    "check_lines",
    "clear_results",
    "clear_stages",
    "comparison_lines",
    "csv_text",
    "curves_frame",
    "digitized_files",
    "ensemble_file",
    "estimate_lines",
    "number_text",
    "patients_frame",
    "result_files",
    "result_lines",
    "table_files",
    "table_report",
    "write_files",
]

Progress = Callable[[str], None]
REPORTED_NAME = "reported.toml"
LOG = logging.getLogger("km2ipd")


def silent(_: str) -> None:
    """A progress display that shows nothing."""


# ---------------------------------------------------------------- the whole way


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


# ---------------------------------------------------------------- reading


def read_figure(
    path: Path,
    *,
    page: int | None = None,
    panel: str | None = None,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    arms: tuple[str, ...] | int | None = None,
    direction: Direction | None = None,
    progress: Progress = silent,
) -> Reading:
    """Everything that can be read off a figure, or off a digitization.json with its picture beside it.

    x_range, y_range, arms, direction: given by hand where reading fails; the pivot keeps them on record.
    Raises DigitizeError when the figure cannot be digitised.
    """
    by_hand = {"page": page, "x-range": x_range, "y-range": y_range, "arms": arms, "direction": direction}
    if pivot.is_pivot_file(path):
        if any(v is not None for v in by_hand.values()):
            raise UsageError(
                f"{path.name}: already digitised, so axes, arms, page and direction cannot be given",
                "Edit the file, or run the figure itself.",
            )
        return _reopened(path, panel)
    from .digitize.loading import load_figure
    from .digitize.reading import digitize_figures

    progress("Opening the figure")
    figures = load_figure(path, page=page)
    digitization, images = digitize_figures(
        figures,
        x_range=x_range,
        y_range=y_range,
        arms=arms,
        panel=panel,
        direction=direction,
        version=__version__,
        progress=progress,
    )
    arguments = corrections.option_words({**by_hand, "panel": panel})
    return Reading(pivot.as_saved(replace(digitization, arguments=arguments)), images)


def _reopened(path: Path, panel: str | None) -> Reading:
    """A digitization.json with its pictures; only the named panel where one is named."""
    from .report.picture import read_picture

    digitization = pivot.read_digitization(path)
    if panel is not None:
        kept = tuple(p for p in digitization.panels if p.panel.name == panel)
        if not kept:
            names = ", ".join(p.panel.name for p in digitization.panels)
            raise UsageError(f"{path.name}: no panel {panel} (panels: {names})", "Give one of these with --panel.")
        digitization = replace(digitization, panels=kept)
    names_used = dict.fromkeys(p.panel.source.image for p in digitization.panels)
    return Reading(digitization, {name: read_picture(path.with_name(name)) for name in names_used})


# ---------------------------------------------------------------- patients and verdict


def how_asked(
    method: str | None = None,
    ensemble: int | None = None,
    condition_on: Sequence[str] = (),
    reference: str | None = None,
) -> dict[str, Any]:
    """What was asked for as keyword arguments of reconstruct_panel, whose own defaults stand for the rest."""
    asked = {
        "method": method,
        "ensemble": ensemble,
        "condition_on": tuple(condition_on) or None,
        "reference": reference,
    }
    return {name: value for name, value in asked.items() if value is not None}


def conclude(
    digitization: Digitization,
    *,
    totals: Path | None = None,
    reported: Path | None = None,
    progress: Progress = silent,
    **how: Any,
) -> tuple[PanelResult, ...]:
    """Patients, estimates and checks of every panel; a panel that fails does not take the others with it.

    totals: a CSV file of patients and events of whole arms. reported: the TOML file of what the paper says,
    checked beside what the figure itself prints. how: method, ensemble, condition_on, reference of reconstruct_panel.
    """
    names = [p.panel.name for p in digitization.panels]
    _require_arm(how.get("reference"), [arm.name for p in digitization.panels for arm in p.arms], digitization.figure)
    whole = corrections.by_panel(given.read_totals(totals), names, totals.name) if totals else {}
    numbers = reported_by_panel(reported, names) if reported else {}
    results = []
    for reading in digitization.panels:
        name = reading.panel.name
        progress(f"Rebuilding the patients of panel {name}")
        known = {**stated.printed_totals(reading), **whole.get(name, {})}
        results.append(_concluded(reading, digitization.cautions, known, numbers.get(name, ()), how))
    return tuple(results)


def _require_arm(reference: str | None, arms: Sequence[str], name: str) -> None:
    """Raise UsageError when a reference names no arm of any panel."""
    if reference is not None and reference not in arms:
        known = ", ".join(dict.fromkeys(arms))
        raise UsageError(f'{name}: --reference: no arm "{reference}" (arms: {known})', "Give one of them.")


def reported_by_panel(path: Path, panels: Sequence[str]) -> dict[str, tuple[PrintedNumber, ...]]:
    """What a reported.toml says of each panel; all of it belongs to a lone panel."""
    everything = read_reported(path)
    if len(panels) == 1:
        return {panels[0]: everything}
    numbers: dict[str, tuple[PrintedNumber, ...]] = {}
    for panel in panels:
        try:
            numbers[panel] = read_reported(path, panel)
        except BadTable:  # the file is sound, as read above: it has nothing on this panel
            numbers[panel] = ()
    return numbers


def _concluded(
    reading: PanelReading,
    figure_cautions: tuple[Caution, ...],
    totals: Mapping[str, Totals],
    reported: Sequence[PrintedNumber],
    how: Mapping[str, Any],
) -> PanelResult:
    name = reading.panel.name
    cautions = (*figure_cautions, *reading.cautions)
    if not reading.arms:
        return PanelResult(name, verdict.worst_status(reading.status, cautions), reading, cautions=cautions)
    try:
        rebuilt = _rebuilt(reading, totals, reported, how)
    except UsageError:
        raise
    except Exception as reason:  # whatever is wrong with one panel, the others' curves and patients are kept
        LOG.debug("panel %s could not be rebuilt", name, exc_info=True)
        cautions = (*cautions, verdict.no_patients(name, reason))
        return PanelResult(name, verdict.worst_status(reading.status, cautions), reading, cautions=cautions)
    checks = (*rebuilt.checks, *check_reconstruction(rebuilt, (*reading.printed, *reported)))
    cautions = (*cautions, *rebuilt.cautions, *verdict.disagreements(name, checks))
    status = verdict.worst_status(reading.status, cautions)
    return PanelResult(name, status, reading, rebuilt, checks, cautions, rebuilt_curves(rebuilt))


def _rebuilt(
    reading: PanelReading,
    totals: Mapping[str, Totals],
    reported: Sequence[PrintedNumber],
    how: Mapping[str, Any],
) -> Reconstruction:
    """The panel's patients; censor marks that contradict its numbers at risk are left out, and that is said."""
    marks = {a.name: a.censor_marks for a in reading.arms if a.draws_marks}
    paper = (*reported, *reading.printed)
    asked = how.get("reference")
    known = asked in [a.name for a in reading.arms]
    reference = asked if known else stated.stated_reference(reading, paper)

    def rebuild(marks: Mapping[str, FloatArray] | None) -> Reconstruction:
        return reconstruct_panel(
            reading.panel.name,
            {a.name: a.curve for a in reading.arms},
            reading.risk_table,
            marks=marks,
            totals=totals or None,
            at=_ticks_shown(reading),
            reported=paper,
            **{**how, "reference": reference},
        )

    rebuilt = rebuild(marks or None)
    if not marks or not verdict.contradictions(rebuilt.cautions):
        return rebuilt
    unmarked = rebuild(None)
    if verdict.contradictions(unmarked.cautions) >= verdict.contradictions(rebuilt.cautions):
        return rebuilt
    return replace(unmarked, cautions=(*unmarked.cautions, verdict.marks_left_out(reading.panel.name)))


def rebuilt_curves(rebuilt: Reconstruction) -> dict[str, SurvivalCurve]:
    """The Kaplan-Meier curve of every arm's rebuilt patients, from time 0 to the last patient's."""
    curves = {}
    for patients in rebuilt.patients:
        estimate = kaplan_meier(patients)
        start = min(0.0, float(patients.time[0]))
        curves[patients.arm] = SurvivalCurve(
            np.r_[start, estimate.table.time], np.r_[1.0, np.minimum(estimate.survival, 1)]
        )
    return curves


def _ticks_shown(reading: PanelReading) -> FloatArray:
    """The labelled times of the x axis from 0 on: where survival is reported."""
    ticks = np.unique(reading.panel.x.calibration.ticks)
    return ticks[(ticks >= 0) & (ticks <= reading.panel.x.maximum)]


def read_only_results(digitization: Digitization) -> tuple[PanelResult, ...]:
    """The panels as read, where no patients are asked for."""
    results = []
    for reading in digitization.panels:
        cautions = (*digitization.cautions, *reading.cautions)
        status = verdict.worst_status(reading.status, cautions)
        results.append(PanelResult(reading.panel.name, status, reading, cautions=cautions))
    return tuple(results)


# ---------------------------------------------------------------- from tables instead of a figure


def reconstruct_tables(
    curves: Path,
    *,
    risk_table: Path | None = None,
    censor_marks: Path | None = None,
    totals: Path | None = None,
    reported: Path | None = None,
    compare: bool = False,
    **how: Any,
) -> tuple[PanelResult, ...]:
    """Patients of every panel of a curves.csv, with what else is known of them in CSV files.

    reported: the TOML file of what the paper says. compare: every method beside the others, as results of their
    own. how: method, ensemble, condition_on and reference of reconstruct_panel. Raises BadTable when the files do
    not fit each other, ReconstructError when no patients fit them.
    """
    drawn = given.read_curves(curves) if _has_our_columns(curves) else read_points(curves)
    risk = given.read_risk_table(risk_table) if risk_table else {}
    marks = given.read_censor_marks(censor_marks) if censor_marks else {}
    whole = given.read_totals(totals) if totals else {}
    rows = {panel: {row.arm: row for row in table.rows} for panel, table in risk.items()}
    for path, known in ((risk_table, rows), (censor_marks, marks), (totals, whole)):
        if path:
            given.require_known_arms(drawn, known, path.name)
    if totals:
        given.require_counts_fit(risk, whole, totals.name)
    numbers = reported_by_panel(reported, list(drawn)) if reported else {}
    reference = how.pop("reference", None)
    _require_arm(reference, [arm for arms in drawn.values() for arm in arms], curves.name)
    results = []
    for panel, arms in drawn.items():
        evidence: dict[str, Any] = {"marks": marks.get(panel) if censor_marks else None, "totals": whole.get(panel)}
        evidence["reference"] = reference if reference in arms else None
        table, paper = risk.get(panel, RiskTable()), numbers.get(panel, ())
        if compare:
            rebuilt = compare_methods(panel, arms, table, **evidence)
        else:
            rebuilt = (reconstruct_panel(panel, arms, table, **evidence, reported=paper, **how),)
        results += [_result_of_tables(panel, r, paper) for r in rebuilt]
    return tuple(results)


def _has_our_columns(path: Path) -> bool:
    """Whether the header names time and survival, as curves.csv does; if not, it is another program's file."""
    with path.open("rb") as handle:
        header = handle.readline(10_000).decode("utf-8-sig", "replace").lower()
    names = {name.strip().strip('"') for name in header.replace(";", ",").replace("\t", ",").split(",")}
    return {"time", "survival"} <= names or "arm" in names


def estimate_tables(
    ipd: Path,
    reported: Path | None = None,
    *,
    at: Sequence[float] | None = None,
    cuts: Sequence[float] | None = None,
    until: float | None = None,
    reference: str | None = None,
) -> tuple[PanelResult, ...]:
    """Estimates from the patients of an ipd.csv, and the checks against reported numbers where given.

    at: times for survival and its differences. cuts: times that part hazard ratios by period; until: where follow-up
    is cut. reference: the arm that hazard ratios are against, by default the first.
    """
    panels = given.read_patients(ipd)
    if until is not None:
        panels = {panel: tuple(restricted_to(arm, until) for arm in arms) for panel, arms in panels.items()}
    numbers = reported_by_panel(reported, list(panels)) if reported else {}
    _require_arm(reference, [arm.arm for arms in panels.values() for arm in arms], ipd.name)
    results = []
    for panel, arms in panels.items():
        known = reference if reference in [arm.arm for arm in arms] else None
        times = None if at is None else np.unique(at)
        rebuilt = estimate_panel(panel, arms, at=times, reference=known, cuts=cuts)
        results.append(_result_of_tables(panel, rebuilt, numbers.get(panel, ())))
    return tuple(results)


def _result_of_tables(panel: str, rebuilt: Reconstruction, reported: Sequence[PrintedNumber] = ()) -> PanelResult:
    checks = (*rebuilt.checks, *check_reconstruction(rebuilt, reported))
    cautions = (*rebuilt.cautions, *verdict.disagreements(panel, checks))
    status = verdict.worst_status("ok", cautions)
    return PanelResult(panel, status, None, rebuilt, checks, cautions, rebuilt_curves(rebuilt))


# ---------------------------------------------------------------- files


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
