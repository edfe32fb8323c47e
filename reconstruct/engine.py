"""The door of the room: curves and counts of one panel in, patients with their estimates out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..errors import ReconstructError, UsageError
from ..records import (
    Caution,
    FloatArray,
    Patients,
    PrintedNumber,
    Reconstruction,
    RiskTable,
    SurvivalCurve,
    Totals,
)
from .conditioning import condition_ensemble
from .ensemble import DRAWS, SEED, draw_arm, with_ensemble
from .estimates import estimate_panel
from .evidence import END_SLACK, SAME_END, ArmEvidence, gather_evidence
from .exact import Solved
from .facts import solve_facts, swapped_rows
from .guyot import guyot_patients
from .ikm import ikm_patients
from .km import kaplan_meier
from .marked import marked_patients
from .typical import best_patients
from .withheld import withhold

# Named methods beside the exact model, for comparison.
PUBLISHED = {"guyot": guyot_patients, "ikm": ikm_patients, "marked": marked_patients}
DEFAULT_METHOD = "exact"
# Patients in an arm up to which the exact model ends within half a minute.
LARGEST_EXACT = 20_000
METHODS = (DEFAULT_METHOD, *PUBLISHED)
# Mean distance of the rebuilt patients' curve from the one read, above which they do not stand for it: ten times the
# worst of 160 arms of known patients at pixel accuracy, and the distance at which a reading itself counts as wrong.
CURVE_MISSED = 0.01
# Times of marks outside their curve that a caution names.
MARKS_NAMED = 5


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
    ensemble: int = DRAWS,
    condition_on: Sequence[str] = (),
    reported: Sequence[PrintedNumber] = (),
) -> Reconstruction:
    """Rebuild the patients of every arm of one panel and estimate from them.

    curves: by arm; the first is the reference unless another is named. risk_table: may lack arms or be empty.
    marks: times of censoring marks by arm; an arm that is absent draws none. totals: patients and events by
    arm. at: times for S(t), by default those of the risk table. ensemble: draws of the exact model behind the
    reconstruction intervals (0: none). condition_on: what of `reported` weights the draws, opt-in: "hr",
    "medians", "logrank", "events", "survival". Raises UsageError for an unknown method and ReconstructError
    where nothing can be rebuilt.
    """
    if method not in METHODS:
        raise UsageError(f'no method "{method}" (methods: {", ".join(METHODS)})', "Give one of them.")
    if condition_on and method != DEFAULT_METHOD:
        raise UsageError(f'method "{method}" has no ensemble to be weighted', "Use the exact method.")
    times = table_times(risk_table) if at is None else np.asarray(at, float)
    evidence, swapped = _evidence(panel, curves, risk_table, marks, totals)
    cautions = [*swapped, *(caution for arm in evidence for caution in arm.cautions)]
    largest = max(arm.n for arm in evidence)
    if method == DEFAULT_METHOD and largest > LARGEST_EXACT:
        cautions.append(_beyond_model(largest))
        method = "guyot"
    solved: list[Solved] = []
    if method == DEFAULT_METHOD:
        for arm in evidence:
            found, gave_way = solve_facts(arm)
            solved.append(found)
            cautions += gave_way
        patients = [best_patients(arm) for arm in solved]
    else:
        patients = [PUBLISHED[method](arm) for arm in evidence]
    result = estimate_panel(panel, patients, at=times, reference=reference, method=method)
    cautions += [c for arm, rebuilt in zip(evidence, patients, strict=True) for c in _missed_curve(arm, rebuilt)]
    misfit = tuple(map(risk_misfit, evidence, patients))
    result = replace(result, misfit=misfit, cautions=tuple(cautions))
    if solved and ensemble:
        rng = np.random.default_rng(SEED)
        draws = list(zip(*(draw_arm(arm, ensemble, rng) for arm in solved), strict=True))
        if condition_on:
            result = condition_ensemble(result, draws, reported, condition_on)
        else:
            result = with_ensemble(result, draws)
    return withhold(result, {arm.arm: arm for arm in evidence})


def _beyond_model(n: int) -> Caution:
    """The caution of a cohort too large for the exact model: its steps hold so many deaths that Guyot's serve."""
    message = f"{n} patients are more than the exact model follows; Guyot's method was used, without its intervals"
    return Caution("beyond-exact-model", message)


def compare_methods(
    panel: str,
    curves: Mapping[str, SurvivalCurve],
    risk_table: RiskTable,
    *,
    marks: Mapping[str, FloatArray] | None = None,
    totals: Mapping[str, Totals] | None = None,
    reference: str | None = None,
) -> tuple[Reconstruction, ...]:
    """The same panel by every method, side by side; the exact one first. Methods that cannot run are left
    out.
    """
    found = []
    for method in METHODS:
        if method == "marked" and not all((marks or {}).get(arm) is not None for arm in curves):
            continue
        found.append(
            reconstruct_panel(
                panel, curves, risk_table, marks=marks, totals=totals, method=method, reference=reference, ensemble=0
            )
        )
    return tuple(found)


def _evidence(
    panel: str,
    curves: Mapping[str, SurvivalCurve],
    risk_table: RiskTable,
    marks: Mapping[str, FloatArray] | None,
    totals: Mapping[str, Totals] | None,
) -> tuple[list[ArmEvidence], list[Caution]]:
    if not curves:
        raise ReconstructError(f"panel {panel}: no curve", "Give at least one curve.")
    curves = _with_common_end(curves)
    ends = [float(curve.time[-1]) for curve in curves.values()]
    axis_end = max(ends + list(table_times(risk_table)))
    evidence = [
        gather_evidence(
            arm,
            curve,
            risk_table.row(arm),
            (totals or {}).get(arm),
            (marks or {}).get(arm),
            # Arms that end together were cut off together: no last patient ended this curve.
            cut_off=len(ends) > 1 and ends.count(float(curve.time[-1])) > 1,
            axis_end=axis_end,
        )
        for arm, curve in curves.items()
    ]
    return evidence, [*swapped_rows(evidence), *filter(None, map(_marks_outside, evidence))]


def _marks_outside(evidence: ArmEvidence) -> Caution | None:
    """A caution for censoring marks before the start or past the end of their curve, which say nothing about it."""
    if evidence.marks is None:
        return None
    start, end = float(evidence.curve.time[0]), float(evidence.curve.time[-1])
    slack = END_SLACK * (end - start)
    outside = evidence.marks[(evidence.marks < start - slack) | (evidence.marks > end + slack)]
    if not len(outside):
        return None
    where = ", ".join(f"{time:g}" for time in outside[:MARKS_NAMED]) + (", ..." if len(outside) > MARKS_NAMED else "")
    message = (
        f"{len(outside)} of {len(evidence.marks)} censoring marks lie outside the curve ({start:g} to {end:g}) "
        f"and place nobody: {where}"
    )
    most = 2 * len(outside) > len(evidence.marks)
    return Caution("marks-outside-curve", message, evidence.arm, "review" if most else "note")


def _with_common_end(curves: Mapping[str, SurvivalCurve]) -> dict[str, SurvivalCurve]:
    """Curves that end within two pixels of each other end together: a hair's difference would empty a risk
    set.
    """
    ends = {arm: float(curve.time[-1]) for arm, curve in curves.items()}
    out = {}
    for arm, curve in curves.items():
        span = ends[arm] - float(curve.time[0])
        end = max(other for other in ends.values() if other <= ends[arm] + SAME_END * span)
        out[arm] = curve if end == ends[arm] else _extended(curve, end)
    return out


def _extended(curve: SurvivalCurve, end: float) -> SurvivalCurve:
    return SurvivalCurve(
        np.append(curve.time, end),
        np.append(curve.survival, curve.survival[-1]),
        np.append(curve.survival_error, curve.survival_error[-1]),
        np.append(curve.time_error, curve.time_error[-1]),
    )


def table_times(risk_table: RiskTable) -> FloatArray:
    """The times printed above the risk table."""
    return np.unique(np.concatenate([row.time for row in risk_table.rows] or [np.zeros(0)]))


def _missed_curve(evidence: ArmEvidence, patients: Patients) -> list[Caution]:
    """A caution where the patients' own curve is not the one that was read: the facts cannot all be true of it."""
    missed = curve_misfit(evidence.curve, patients)
    if missed <= CURVE_MISSED:
        return []
    message = (
        f"the rebuilt patients miss the curve by {missed:.3f} on average: a number at risk, or the curve, is wrong"
    )
    return [Caution("curve-not-met", message, evidence.arm, "review")]


def curve_misfit(curve: SurvivalCurve, patients: Patients) -> float:
    """Mean |S rebuilt - S read| along the drawn curve."""
    km = kaplan_meier(patients)
    start, end = float(curve.time[0]), float(curve.time[-1])
    rebuilt = SurvivalCurve(
        np.r_[min(start, float(km.table.time[0])), km.table.time], np.r_[1.0, np.minimum(km.survival, 1.0)]
    )
    knots = np.unique(np.clip(np.r_[curve.time, km.table.time], start, end))
    apart = np.abs(rebuilt.at(knots[:-1]) - curve.at(knots[:-1]))
    return float(np.sum(apart * np.diff(knots)) / (end - start)) if end > start else 0.0


def risk_misfit(evidence: ArmEvidence, patients: Patients) -> float:
    """|at risk rebuilt - printed|, summed over the printed counts of one arm."""
    rebuilt = len(patients.time) - np.searchsorted(patients.time, evidence.count_time, side="left")
    return float(np.abs(rebuilt - evidence.count).sum())
