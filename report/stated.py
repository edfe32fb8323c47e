"""What print states that rebuilding needs to know: patients of an arm, and the arm that ratios are against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..records import ArmReading, PanelReading, PrintedNumber, Totals


def printed_totals(reading: PanelReading) -> dict[str, Totals]:
    """Patients of an arm where the figure prints them beside its name ("n = 50"), by arm."""
    arms = {a.name for a in reading.arms}
    return {
        number.arm: Totals(n=round(number.value))
        for number in reading.printed
        if number.what == "n" and number.arm in arms and number.value is not None and number.value >= 1
    }


def stated_reference(reading: PanelReading, numbers: Sequence[PrintedNumber]) -> str | None:
    """The arm that the paper or the figure gives its hazard ratio against, so that ours reads the same way.

    A ratio between two arms that are not named is taken to be against the arm that makes it fall on the same side of 1.
    """
    arms = {a.name for a in reading.arms}
    stated = [n for n in numbers if n.what == "hr" and n.value is not None]
    named = (n.reference for n in stated if n.reference and {n.arm, n.reference} <= arms)
    reference = next(named, None)
    if reference is None and len(reading.arms) == 2 and any(not n.arm and not n.reference for n in stated):
        worse, better = sorted(
            reading.arms, key=lambda a: mean_survival(a, min(b.curve.time[-1] for b in reading.arms))
        )
        unnamed = next(n.value for n in stated if not n.arm and not n.reference)
        reference = worse.name if unnamed is not None and unnamed < 1 else better.name
    return reference


def mean_survival(arm: ArmReading, end: float) -> float:
    """The area under an arm's curve up to a time."""
    inside = arm.curve.time < end
    time = np.r_[arm.curve.time[inside], end]
    return float(np.sum(arm.curve.survival[inside] * np.diff(time)))
