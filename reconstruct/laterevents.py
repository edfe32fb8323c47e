"""A printed hazard ratio of the whole follow-up beside one rebuilt from curves that their axis cuts off.

Under proportional hazards the estimate moves from the one analysis to the other by independent increments (Tsiatis
1981, Biometrika 68, 311-315): the difference of the two log ratios is normal about 0 with the difference of their
variances. The printed interval gives the one variance, the rebuilt patients the other, and both together how many
events there were later: no more than patients still at risk where the curves end.
"""

from __future__ import annotations

import math

import numpy as np

from ..records import Comparison, PrintedNumber, Reconstruction
from .normal import two_sided_z

# Standard deviations that the ratio may move by.
LIKELY = 2.0
NOTE = "its interval is narrower than the drawn curves allow: it may rest on events after their end"


def likely_drift(reconstruction: Reconstruction, found: Comparison, number: PrintedNumber) -> float:
    """How far the printed log ratio may lie from the rebuilt one for events after the end of the curves; 0 for none."""
    if not (number.low and number.high and found.se_log_hr and found.method == "cox"):
        return 0.0
    ours = found.se_log_hr**2
    printed = (math.log(number.high / number.low) / (2 * two_sided_z(number.level))) ** 2
    if not 0 < printed < ours:
        return 0.0
    events, left = _events_and_left(reconstruction, {found.arm, found.reference})
    # The variance of a log ratio is inverse to the number of events.
    return LIKELY * math.sqrt(ours - printed) if events * (ours / printed - 1) <= left else 0.0


def _events_and_left(reconstruction: Reconstruction, arms: set[str]) -> tuple[int, int]:
    """Events of the rebuilt patients of these arms, and how many are censored where the curves end."""
    some = [p for p in reconstruction.patients if p.arm in arms]
    time, event = np.concatenate([p.time for p in some]), np.concatenate([p.event for p in some])
    return int(event.sum()), int(np.sum((time == time.max()) & (event == 0)))
