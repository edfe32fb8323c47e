"""Whether a printed number and a rebuilt one can be the same: arms matched by name, rounding, limits of each
kind.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from ..records import ArmEstimate, Comparison, Patients, PrintedNumber, Reconstruction
from .km import KaplanMeier, kaplan_meier
from .normal import two_sided_z


def same_name(one: str, other: str) -> bool:
    """Whether two arm names are the same but for case, spaces and punctuation."""
    letters = ["".join(filter(str.isalnum, name.casefold())) for name in (one, other)]
    return letters[0] == letters[1]


def find_arm(reconstruction: Reconstruction, number: PrintedNumber) -> tuple[ArmEstimate, Patients] | None:
    pairs = list(zip(reconstruction.arms, reconstruction.patients, strict=True))
    if not number.arm and len(pairs) == 1:
        return pairs[0]
    return next((pair for pair in pairs if same_name(pair[0].arm, number.arm)), None)


def find_comparison(reconstruction: Reconstruction, number: PrintedNumber) -> Comparison | None:
    """The rebuilt comparison of the reported arms, turned round where the paper's reference is our other
    arm.
    """
    for found in reconstruction.comparisons:
        if same_name(found.arm, number.arm) and (not number.reference or same_name(found.reference, number.reference)):
            return found
        if same_name(found.reference, number.arm) and (not number.reference or same_name(found.arm, number.reference)):
            return turned(found)
    if not number.arm and len(reconstruction.comparisons) == 1:
        return reconstruction.comparisons[0]
    return None


Target = tuple[str, frozenset[str], float | None]


def target_of(reconstruction: Reconstruction, number: PrintedNumber) -> Target | None:
    """What a printed number is about, in the names of the rebuilt arms: two that name the same are one fact.

    None where it speaks of no rebuilt arm. A log-rank p without arms is about all of them.
    """
    if number.what in ("hr", "p", "logrank_p"):
        found = find_comparison(reconstruction, number)
        if found is not None:
            return number.what, frozenset({found.arm, found.reference}), None
        everyone = number.what == "logrank_p" and not number.arm and len(reconstruction.arms) > 1
        return (number.what, frozenset(arm.arm for arm in reconstruction.arms), None) if everyone else None
    arm = find_arm(reconstruction, number)
    return None if arm is None else (number.what, frozenset({arm[0].arm}), number.at)


def turned(found: Comparison) -> Comparison:
    def inverse(value: float | None) -> float | None:
        return 1 / value if value else None

    interval = (1 / found.interval[1], 1 / found.interval[0]) if found.interval else None
    return Comparison(
        found.reference,
        found.arm,
        inverse(found.hr),
        inverse(found.high),
        inverse(found.low),
        found.se_log_hr,
        found.p,
        found.logrank_p,
        found.ph_p,
        found.method,
        interval,
    )


def limits_at(found: Comparison, level: float) -> tuple[float, float]:
    """Wald limits at the reported level; profile limits (Firth) stand as they are."""
    if found.method != "cox" or found.se_log_hr is None:
        return float(found.low or 0), float(found.high or math.inf)
    z = two_sided_z(level) * found.se_log_hr
    return float(found.hr or 0) * math.exp(-z), float(found.hr or 0) * math.exp(z)


def half_log_width(found: Comparison) -> float:
    return math.log(found.interval[1] / found.interval[0]) / 2 if found.interval else 0.0


def within(value: float, number: PrintedNumber, ours: float | None, tolerance: float) -> bool:
    half = 0.5 * 10.0**-number.decimals
    return ours is not None and abs(ours - value) <= half + tolerance + 1e-9


def within_log(value: float, number: PrintedNumber, ours: float, tolerance: float) -> bool:
    half = 0.5 * 10.0**-number.decimals
    smallest, largest = max(value - half, 1e-9), value + half
    return smallest * math.exp(-tolerance) - 1e-9 <= ours <= largest * math.exp(tolerance) + 1e-9


def passes_half(km: KaplanMeier, level, value: float, number: PrintedNumber, tolerance: float, late: float) -> bool:
    """Whether the step function falls through one half within tolerance at the printed time.

    late: what a time may be off by beside the rounding of the printed one.
    """
    half = 0.5 * 10.0**-number.decimals + late
    levels = np.concatenate([[1.0], np.where(np.isfinite(level), level, 0.0)])
    before = levels[np.searchsorted(km.table.time, value - half, side="left")]
    after = levels[np.searchsorted(km.table.time, value + half, side="right")]
    return bool(after - tolerance <= 0.5 <= before + tolerance)


def estimates_of_each_kind(patients: Patients, level: float) -> list[KaplanMeier]:
    """The estimate with R's three kinds of limits: papers use all of them and rarely say which."""
    return [kaplan_meier(patients, kind, level) for kind in ("log", "log-log", "plain")]


def z_of_p(p: float) -> float:
    """|z| of a two-sided p, bounded where p underflows."""
    return -NormalDist().inv_cdf(min(max(p, 1e-300), 1.0) / 2)
