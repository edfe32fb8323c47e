"""Liu, Zhou and Lee 2021 (IPDfromKM, BMC Med Res Methodol 21:111): the modified iterative Kaplan-Meier
algorithm.

Two stages, as in the paper. Stage 1 prepares the clicked points: those whose step lies outside Tukey's fences
in both neighbours are dropped as slips of the hand, S is made monotone, and each printed interval gets its
own points (an interval without one takes the curve's value at its start). Stage 2 is the iterative estimation
of Guyot et al. 2012 between printed counts on those points. Points are taken as they are given: the paper
leaves density to the person clicking. Where no number at risk is printed after the start, stage 2 runs on one
interval.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..records import FloatArray, Patients, SurvivalCurve
from .evidence import ArmEvidence
from .guyot import GuyotInput, guyot

# Tukey's fence, in quartile ranges beyond the quartiles.
FENCE = 3.0


def ikm_patients(evidence: ArmEvidence) -> Patients:
    """The patients of one arm by the two stages."""
    curve = prepared_points(evidence.curve)
    time = np.union1d(curve.time, evidence.count_time)
    lower = np.searchsorted(time, evidence.count_time)
    given = GuyotInput(time, curve.at(time), evidence.count, lower, evidence.events)
    return guyot(evidence.arm, given)


def prepared_points(curve: SurvivalCurve) -> SurvivalCurve:
    """Stage 1: without points that jump out and back again, and monotone."""
    keep = ~_jumps_out_and_back(curve.survival)
    keep[[0, -1]] = True
    survival = np.minimum.accumulate(curve.survival[keep])
    return replace(
        curve,
        time=curve.time[keep],
        survival=survival,
        survival_error=curve.survival_error[keep],
        time_error=curve.time_error[keep],
    )


def _jumps_out_and_back(survival: FloatArray) -> np.ndarray:
    step = np.diff(survival)
    low, high = np.quantile(step, [0.25, 0.75]) if len(step) else (0.0, 0.0)
    reach = FENCE * (high - low)
    outside = (step < low - reach) | (step > high + reach)
    back = np.sign(step[:-1]) * np.sign(step[1:]) < 0
    out = np.zeros(len(survival), bool)
    out[1:-1] = outside[:-1] & outside[1:] & back
    return out
