"""An ensemble weighted by what the paper reports, when the user asks for it; never by default.

Each draw is weighted by how well its own estimates meet the chosen numbers, all arms jointly. A reported
number says that the truth lies within its rounding; beyond that the weight falls off over the size of the
rounding again, and never faster than the figure's own error, so that few draws still carry information. What
weighted the draws cannot be a check any more: it is listed in `conditioned_on`, and `check_reconstruction`
gives no verdict on it nor on what follows from it. The fit without stays beside the fit with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..errors import UsageError
from ..records import Caution, Patients, PrintedNumber, Reconstruction
from .agreement import Target, find_arm, find_comparison, target_of, z_of_p
from .cox import partial_likelihood
from .ensemble import with_ensemble
from .estimates import estimate_panel
from .events import tabulate
from .km import kaplan_meier
from .logrank import logrank_test
from .ratio import fit_ratio

# What --condition-on may name, and the reported numbers each stands for.
CONDITIONS = {
    "hr": ("hr",),
    "medians": ("median",),
    "logrank": ("logrank_p",),
    "events": ("events",),
    "survival": ("survival",),
}
# Softness beyond rounding: of log HR, z of a p value, survival (also at a printed median), and an event
# count.
SOFT_LOG_HR, SOFT_Z, SOFT_SURVIVAL, SOFT_EVENTS = 0.005, 0.05, 0.004, 0.5
# Fewer effective draws than this say that the numbers and the figure hardly agree.
FEW_DRAWS = 10.0


def condition_ensemble(
    point: Reconstruction,
    draws: Sequence[tuple[Patients, ...]],
    reported: Sequence[PrintedNumber],
    condition_on: Sequence[str],
) -> Reconstruction:
    """The reconstruction with its draws weighted; its patients become the draw of most weight.

    Raises UsageError for an unknown condition, or when nothing reported matches one.
    """
    numbers = _chosen(point, reported, condition_on)
    log_weight = np.zeros(len(draws))
    for number in numbers:
        log_weight += [_log_weight(point, draw, number) for draw in draws]
    weight = np.exp(log_weight - log_weight.max())
    effective = float(weight.sum() ** 2 / np.sum(weight**2))
    best = _refitted(point, draws[int(np.argmax(log_weight))])
    result = with_ensemble(best, draws, weight)
    free = replace(with_ensemble(point, draws), draws=())
    cautions = (*point.cautions, _both_fits(point, result))
    if effective < FEW_DRAWS:
        message = f"only {effective:.1f} of {len(draws)} draws carry the weight: figure and reported numbers disagree"
        cautions = (*cautions, Caution("few-effective-draws", message, point.panel, "review"))
    return replace(
        result,
        cautions=cautions,
        conditioned_on=tuple(numbers),
        effective_draws=effective,
        unconditioned=free,
    )


def _both_fits(without: Reconstruction, conditioned: Reconstruction) -> Caution:
    """A note that puts the fit with the reported numbers beside the one without them."""
    pairs = [
        f"HR {c.arm} vs {c.reference} {c.hr:.3f}, without them {free.hr:.3f}"
        for c, free in zip(conditioned.comparisons, without.comparisons, strict=True)
        if c.hr is not None and free.hr is not None
    ]
    return Caution("conditioned", f"weighted by reported numbers: {'; '.join(pairs)}", without.panel, "note")


def _chosen(
    point: Reconstruction, reported: Sequence[PrintedNumber], condition_on: Sequence[str]
) -> list[PrintedNumber]:
    """The numbers that weight the draws: of the kinds asked for, about rebuilt arms, each fact once."""
    unknown = [name for name in condition_on if name not in CONDITIONS]
    if unknown:
        raise UsageError(f'cannot condition on "{unknown[0]}"', f"Give some of {', '.join(CONDITIONS)}.")
    whats = {what for name in condition_on for what in CONDITIONS[name]}
    facts: dict[Target, PrintedNumber] = {}
    for number in reported:
        target = target_of(point, number)
        if number.what in whats and target and number.kind not in ("adjusted", "stratified"):
            facts.setdefault(target, number)
    if not facts:
        raise UsageError(f"nothing reported to condition on ({', '.join(condition_on)})", "Give --reported FILE.")
    return list(facts.values())


def _refitted(point: Reconstruction, draw: tuple[Patients, ...]) -> Reconstruction:
    """The point estimate replaced by the estimates of one draw."""
    reference = point.comparisons[0].reference if point.comparisons else None
    times = np.array([time for time, _ in point.arms[0].survival_at])
    fresh = estimate_panel(point.panel, draw, at=times, reference=reference, method=point.method)
    return replace(fresh, misfit=point.misfit, cautions=point.cautions)


def _log_weight(point: Reconstruction, draw: tuple[Patients, ...], number: PrintedNumber) -> float:
    """Log weight of one draw under one reported number; 0 where the number speaks of no rebuilt arm."""
    half = 0.5 * 10.0**-number.decimals
    if number.what in ("hr", "logrank_p"):
        return _comparison_weight(point, draw, number, half)
    found = find_arm(point, number)
    if found is None:
        return 0.0
    arm = draw[[p.arm for p in point.patients].index(found[1].arm)]
    if number.what == "events":
        return _beyond(float(arm.event.sum()), number.value, 0.0, SOFT_EVENTS)
    km = kaplan_meier(arm)
    if number.what == "survival":
        return _beyond(km.at(np.array([number.at]))[0].value, number.value, half, SOFT_SURVIVAL)
    if number.not_reached or number.value is None:
        return -((max(0.5 - float(km.survival.min()), 0.0) / SOFT_SURVIVAL) ** 2) / 2
    before, after = (i.value for i in km.at(np.array([number.value - half - 1e-9, number.value + half])))
    miss = max(0.5 - float(before or 0), float(after or 0) - 0.5, 0.0)
    return -((miss / SOFT_SURVIVAL) ** 2) / 2


def _comparison_weight(point: Reconstruction, draw: tuple[Patients, ...], number: PrintedNumber, half: float) -> float:
    found = find_comparison(point, number)
    if number.value is None:
        return 0.0
    names = [p.arm for p in point.patients]
    arms = draw if found is None else (draw[names.index(found.reference)], draw[names.index(found.arm)])
    if number.what == "logrank_p":
        return _logrank_weight(arms, number, half)
    reference, arm = arms
    fitted = fit_ratio(partial_likelihood(tabulate([reference, arm])))
    if fitted is None:
        return 0.0
    weight = 0.0
    for ours, printed in ((fitted.hr, number.value), (fitted.low, number.low), (fitted.high, number.high)):
        if printed is not None and ours is not None:
            low, high = np.log(max(printed - half, 1e-9)), np.log(printed + half)
            weight += _beyond(float(np.log(ours)), (low + high) / 2, (high - low) / 2, SOFT_LOG_HR)
    return weight


def _logrank_weight(arms: Sequence[Patients], number: PrintedNumber, half: float) -> float:
    """Log weight under a log-rank p, on the scale of the two-sided z that it stands for."""
    test, value = logrank_test(arms), float(number.value or 0.0)
    p = test[1] if test else 1.0
    if number.relation == "<":
        return -(max(z_of_p(value) - z_of_p(p), 0.0) ** 2) / (2 * SOFT_Z**2)
    low, high = z_of_p(value + half), z_of_p(max(value - half, 1e-12))
    return _beyond(z_of_p(p), (low + high) / 2, (high - low) / 2, SOFT_Z)


def _beyond(ours: float | None, printed: float | None, half: float, soft: float) -> float:
    """0 within rounding, a normal's fall beyond it."""
    if ours is None or printed is None:
        return 0.0
    miss = max(abs(ours - printed) - half, 0.0)
    return -((miss / soft) ** 2) / 2
