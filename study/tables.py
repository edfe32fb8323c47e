"""Points or patients in tables, instead of a figure, to results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..reconstruct import tables as given
from ..reconstruct.check import check_reconstruction
from ..reconstruct.engine import compare_methods, estimate_panel, reconstruct_panel
from ..reconstruct.estimates import restricted_to
from ..reconstruct.points import read_points
from ..records import (
    PanelResult,
    PrintedNumber,
    Reconstruction,
    RiskTable,
)
from ..report import verdict
from .conclusion import rebuilt_curves, reported_by_panel, require_arm


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
    require_arm(reference, [arm for arms in drawn.values() for arm in arms], curves.name)
    results = []
    for panel, arms in drawn.items():
        # Where the panel's other arms have marks, an arm that has none had nobody to be marked.
        seen = {arm: marks[panel].get(arm, np.zeros(0)) for arm in arms} if marks.get(panel) else None
        evidence: dict[str, Any] = {"marks": seen, "totals": whole.get(panel)}
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
    require_arm(reference, [arm.arm for arms in panels.values() for arm in arms], ipd.name)
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
