"""What was read to patients, estimates, checks and status, panel by panel."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import BadTable, UsageError
from ..reconstruct import tables as given
from ..reconstruct.check import check_reconstruction
from ..reconstruct.engine import reconstruct_panel
from ..reconstruct.km import kaplan_meier
from ..reconstruct.reported import read_reported
from ..records import (
    Caution,
    Digitization,
    FloatArray,
    PanelReading,
    PanelResult,
    PrintedNumber,
    Reconstruction,
    SurvivalCurve,
    Totals,
)
from ..report import corrections, stated, verdict
from .reading import Progress, silent

LOG = logging.getLogger("km2ipd")


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
    require_arm(how.get("reference"), [arm.name for p in digitization.panels for arm in p.arms], digitization.figure)
    whole = corrections.by_panel(given.read_totals(totals), names, totals.name) if totals else {}
    numbers = reported_by_panel(reported, names) if reported else {}
    results = []
    for reading in digitization.panels:
        name = reading.panel.name
        progress(f"Rebuilding the patients of panel {name}")
        known = {**stated.printed_totals(reading), **whole.get(name, {})}
        results.append(_concluded(reading, digitization.cautions, known, numbers.get(name, ()), how))
    return tuple(results)


def require_arm(reference: str | None, arms: Sequence[str], name: str) -> None:
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
