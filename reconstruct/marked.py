"""Rogula et al. 2022 (Med Decis Making 42:756): reconstruction from marked censoring times.

Every censoring mark is one patient censored at its time, so the number at risk before each drop is known and
the deaths follow: d = n (1 - S / S_hat), rounded (Guyot's equation 2). Printed numbers at risk are not
needed; where they are printed, patients that the marks do not show (a mark may hide several) are censored at
the marks of that interval, evenly, or evenly over it when it has none. All who are left are censored at the
end of the curve.
"""

from __future__ import annotations

import numpy as np

from ..errors import ReconstructError
from ..records import FloatArray, Patients
from .evidence import ArmEvidence


def marked_patients(evidence: ArmEvidence) -> Patients:
    """The patients of one arm; raises ReconstructError where the figure draws no censoring marks."""
    if evidence.marks is None:
        raise ReconstructError(f"arm {evidence.arm}: no censoring marks", "Give --censor-marks, or use another method.")
    censored = np.sort(np.concatenate([evidence.marks, *_hidden(evidence)]))
    time: list[float] = []
    event: list[int] = []
    n = evidence.n
    s_hat, drawn = 1.0, 0
    corners = np.flatnonzero(np.diff(evidence.curve.survival) < 0) + 1
    for i in corners:
        at = float(evidence.curve.time[i])
        leaving = censored[drawn : np.searchsorted(censored, at)][:n]
        drawn += len(leaving)
        n -= len(leaving)
        deaths = int(np.clip(np.round(n * (1 - evidence.curve.survival[i] / s_hat)), 0, n)) if s_hat > 0 else 0
        time += [*leaving, *[at] * deaths]
        event += [0] * len(leaving) + [1] * deaths
        s_hat *= 1 - deaths / n if n else 1.0
        n -= deaths
    rest = np.append(censored[drawn:], np.full(evidence.n, evidence.curve.time[-1]))[:n]
    times, events = np.array([*time, *rest]), np.array([*event, *[0] * len(rest)])
    order = np.lexsort((-events, times))
    return Patients(evidence.arm, times[order], events[order])


def _hidden(evidence: ArmEvidence) -> list[FloatArray]:
    """Censoring times beyond the marks that printed counts call for, interval by interval."""
    curve, marks = evidence.curve, np.asarray(evidence.marks)
    out = []
    for k in range(len(evidence.count) - 1):
        start, stop = evidence.count_time[k : k + 2]
        inside = marks[(marks >= start) & (marks < stop)]
        before = [float(curve.at(np.nextafter(t, -np.inf))) if t > curve.time[0] else 1.0 for t in (start, stop)]
        survivors = evidence.count[k] * (before[1] / before[0] if before[0] > 0 else 0.0)
        lost = survivors * (1 - min(evidence.count[k + 1] / survivors, 1.0)) if survivors > 0 else 0.0
        missing = int(max(np.round(lost) - len(inside), 0))
        if not missing:
            continue
        if len(inside):
            out.append(inside[(np.arange(missing) * len(inside)) // missing])
        else:
            out.append(start + (np.arange(missing) + 0.5) / missing * (stop - start))
    return out
