"""Differences of two arms that hold without proportional hazards: survival at landmarks, and restricted means.

The arms are independent, so variances add: z = (S1 - S0) / sqrt(se1^2 + se0^2), with Greenwood's errors (Klein
et al. 2007, Stat Med 26:4505, their untransformed test), and the same for restricted means (Uno et al. 2014, J
Clin Oncol 32:2380).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..records import Interval
from .normal import two_sided_z

LEVEL = 0.95


def difference(arm: Interval, reference: Interval) -> Interval:
    """arm less reference with Wald limits; without limits where either has no error, empty where not known."""
    if arm.value is None or reference.value is None:
        return Interval(None)
    value = arm.value - reference.value
    if arm.se is None or reference.se is None:
        return Interval(value)
    se = float(np.hypot(arm.se, reference.se))
    half = two_sided_z(LEVEL) * se
    return Interval(value, value - half, value + half, se)


def landmark_differences(
    arm: Sequence[tuple[float, Interval]], reference: Sequence[tuple[float, Interval]]
) -> tuple[tuple[float, Interval], ...]:
    """The difference in S at each time at which both arms are followed and one of them has lost a patient."""
    found = []
    for (time, ours), (_, theirs) in zip(arm, reference, strict=True):
        apart = difference(ours, theirs)
        if apart.value is not None and not ours.value == theirs.value == 1:
            found.append((time, apart))
    return tuple(found)
