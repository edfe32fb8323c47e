"""The door of the room: curves and counts of one panel in, patients with their estimates out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from ..errors import ReconstructError, UsageError
from ..records import Caution, FloatArray, Patients, Reconstruction, RiskTable, SurvivalCurve, Totals
from .estimates import estimate_panel
from .evidence import ArmEvidence, gather_evidence
from .exact import best_patients
from .facts import solve_facts
from .guyot import guyot_patients


def exact_patients(evidence: ArmEvidence) -> tuple[Patients, tuple[Caution, ...]]:
    """The most probable patients of the exact model, with cautions for facts that had to give way."""
    solved, cautions = solve_facts(evidence)
    return best_patients(solved), cautions


METHODS: Mapping[str, Callable[[ArmEvidence], tuple[Patients, tuple[Caution, ...]]]] = {
    "exact": exact_patients,
    "guyot": lambda evidence: (guyot_patients(evidence), ()),
}
DEFAULT_METHOD = "exact"


def reconstruct_panel(
    panel: str,
    curves: Mapping[str, SurvivalCurve],
    risk_table: RiskTable,
    *,
    marks: Mapping[str, FloatArray] | None = None,
    totals: Mapping[str, Totals] | None = None,
    method: str = DEFAULT_METHOD,
    at: FloatArray | None = None,
    reference: str | None = None,
) -> Reconstruction:
    """Rebuild the patients of every arm of one panel and estimate from them.

    curves: by arm; the first is the reference unless another is named. risk_table: may lack arms or be empty.
    marks: times of censoring marks by arm; an arm that is absent draws none. totals: patients and events by
    arm.
    at: times for S(t), by default those of the risk table. Raises UsageError for an unknown method and
    ReconstructError where nothing can be rebuilt.
    """
    if method not in METHODS:
        raise UsageError(f'no method "{method}" (methods: {", ".join(METHODS)})', "Give one of them.")
    if not curves:
        raise ReconstructError(f"panel {panel}: no curve", "Give at least one curve.")
    axis_end = max([float(curve.time[-1]) for curve in curves.values()] + list(table_times(risk_table)))
    evidence = [
        gather_evidence(arm, curve, risk_table.row(arm), (totals or {}).get(arm), (marks or {}).get(arm), axis_end)
        for arm, curve in curves.items()
    ]
    solved = [METHODS[method](arm) for arm in evidence]
    patients = [arm for arm, _ in solved]
    result = estimate_panel(
        panel, patients, at=table_times(risk_table) if at is None else at, reference=reference, method=method
    )
    cautions = [caution for arm in evidence for caution in arm.cautions]
    cautions += [caution for _, found in solved for caution in found]
    misfit = tuple(map(risk_misfit, evidence, patients))
    return replace(result, misfit=misfit, cautions=tuple(cautions))


def table_times(risk_table: RiskTable) -> FloatArray:
    """The times printed above the risk table."""
    return np.unique(np.concatenate([row.time for row in risk_table.rows] or [np.zeros(0)]))


def risk_misfit(evidence: ArmEvidence, patients: Patients) -> float:
    """|at risk rebuilt - printed|, summed over the printed counts of one arm."""
    rebuilt = len(patients.time) - np.searchsorted(patients.time, evidence.count_time, side="left")
    return float(np.abs(rebuilt - evidence.count).sum())
