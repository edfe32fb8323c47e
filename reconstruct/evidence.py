"""What is known of one arm, put in the form that every method takes.

The number of patients comes from the totals, else from the printed count at the start, else it is assumed
(and said so). Counts that were not read are left out; counts past the end of the curve too, since no drawn
line bears on them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..records import Caution, FloatArray, RiskRow, SurvivalCurve, Totals, read_only
from .cohort import infer_cohort, needed_by_marks

# With neither a total nor a printed count nothing in the figure fixes N but the size of the drops (cohort.py). Where
# they are too few this many patients, the median arm of published trials' survival figures, let the run go on.
ASSUMED_PATIENTS = 200
# Share of the follow-up by which the first printed count must stand for N to follow from it: few are censored so early.
EARLY_COUNT = 0.25
# The code of the caution that says so.
UNKNOWN = "unknown-n"
# Share of a curve's length by which its end may be read late: two pixels of a small plot.
END_SLACK = 0.006
# A curve ends with the axis when it comes within this share of its length: two pixels of a usual plot.
SAME_END = 0.003


@dataclass(frozen=True, slots=True, eq=False)
class ArmEvidence:
    """One arm's curve, counts and totals.

    n: patients at the start. n_known: whether the figure tells it; else n is a guess. count_time, count: (k,) printed
    numbers at risk, the first at the start of the curve and equal to n. cumulative_events: (k,) printed deaths before
    count_time, nan where not printed. events: deaths up to the end of the curve, None where unknown. marks: times of
    censoring marks, None where the figure draws none. emptied: whether nobody is left after the curve's end, which then
    lies before the axis's; ends_naturally: whether the last patient ended it, and no data cut that ended others too.
    """

    arm: str
    curve: SurvivalCurve
    n: int
    count_time: FloatArray
    count: FloatArray
    cumulative_events: FloatArray
    events: int | None = None
    marks: FloatArray | None = None
    ends_naturally: bool = False
    axis_span: float = 1.0
    cautions: tuple[Caution, ...] = field(default=())
    n_known: bool = True
    emptied: bool = False

    def __post_init__(self) -> None:
        for name in ("count_time", "count", "cumulative_events"):
            object.__setattr__(self, name, read_only(getattr(self, name)))
        if self.marks is not None:
            object.__setattr__(self, "marks", read_only(np.sort(self.marks)))


def gather_evidence(
    arm: str,
    curve: SurvivalCurve,
    row: RiskRow | None,
    totals: Totals | None = None,
    marks: FloatArray | None = None,
    axis_end: float | None = None,
    cut_off: bool = False,
) -> ArmEvidence:
    """Put one arm's facts together; never fails, but says in cautions what had to be assumed or left out."""
    curve = start_at_one(curve)
    totals = totals or Totals()
    time, count, events = _known_counts(curve, row)
    n, cautions = _patients(arm, totals, time, count, curve, marks)
    if len(time) and time[0] <= curve.time[0]:
        count[0] = n
    else:
        time, count, events = (
            np.concatenate([[first], rest]) for first, rest in ((curve.time[0], time), (n, count), (0.0, events))
        )
    end, span = float(curve.time[-1]), float(curve.time[-1] - curve.time[0])
    early = axis_end is not None and end < axis_end - SAME_END * span
    emptied = early or _printed_empty(curve, row)
    return ArmEvidence(
        arm,
        curve,
        n,
        time,
        count,
        events,
        totals.events,
        marks,
        emptied and not cut_off,
        max(end, axis_end or end) - float(curve.time[0]),
        cautions,
        n_known=not any(caution.code == UNKNOWN for caution in cautions),
        emptied=emptied,
    )


def start_at_one(curve: SurvivalCurve) -> SurvivalCurve:
    """The curve with a first row where S is 1: a digitizer may start at the first drop."""
    if curve.survival[0] >= 1:
        return curve
    start = min(0.0, float(curve.time[0]))

    def lead(values: FloatArray, first: float) -> FloatArray:
        return np.concatenate([[first], values])

    return SurvivalCurve(
        lead(curve.time, start),
        lead(curve.survival, 1.0),
        lead(curve.survival_error, curve.survival_error[0]),
        lead(curve.time_error, curve.time_error[0]),
    )


def _printed_empty(curve: SurvivalCurve, row: RiskRow | None) -> bool:
    """Whether nobody is printed at risk at a time at which the curve has ended."""
    return row is not None and bool(np.any((row.at_risk == 0) & (row.time > _last_time_before_end(curve))))


def _last_time_before_end(curve: SurvivalCurve) -> float:
    """Time from which on a printed 0 says no more than that the drawn curve has ended: its end is read to a pixel."""
    return float(curve.time[-1]) - END_SLACK * float(curve.time[-1] - curve.time[0])


def _known_counts(curve: SurvivalCurve, row: RiskRow | None) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Printed counts that were read and lie on the drawn curve: times, counts, cumulative events."""
    if row is None:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    known = np.isfinite(row.at_risk) & (row.time <= curve.time[-1])
    known &= (row.at_risk > 0) | (row.time <= _last_time_before_end(curve))
    return row.time[known], np.array(row.at_risk[known]), row.cumulative_events[known]


def _patients(
    arm: str, totals: Totals, time: FloatArray, count: FloatArray, curve: SurvivalCurve, marks: FloatArray | None
) -> tuple[int, tuple[Caution, ...]]:
    """The number of patients at the start, with a caution where it is not printed."""
    largest = int(count.max()) if len(count) else 0
    if totals.n is not None:
        return max(totals.n, largest), ()
    if len(time) and time[0] <= curve.time[0]:
        return max(int(count[0]), 1), ()
    if largest:
        n = round(largest / max(float(curve.at(time[np.argmax(count)])), largest / (10 * ASSUMED_PATIENTS + largest)))
        early = time[0] - curve.time[0] <= EARLY_COUNT * (curve.time[-1] - curve.time[0])
        what = f"no number at risk at the start; {n} patients follow from the first printed count"
        return n, (Caution("n-from-count" if early else UNKNOWN, what, arm),)
    found = infer_cohort(curve, marks)
    if found is not None and found.told:
        what = (
            f"no number of patients is printed; {found.n} ({found.low} to {found.high}) follow from the size of the "
            "curve's drops"
        )
        return found.n, (Caution("inferred-n", what, arm),)
    n = max(ASSUMED_PATIENTS if found is None else found.n, needed_by_marks(curve, marks))
    what = (
        f"the figure tells no number of patients (--totals gives it); {n} stand for them, and counts, limits and p "
        "values are withheld"
    )
    return n, (Caution(UNKNOWN, what, arm),)
