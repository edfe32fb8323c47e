"""Reported numbers beside the reconstructed ones, with a verdict for each.

A number agrees when the printed value, anywhere within its rounding, meets the reconstructed one within what
reconstruction can be off by: the ensemble's interval where one was drawn, else the errors measured on known
patients (the constants below). It differs when it lies beyond. It cannot be told where nothing comparable was
rebuilt, or where an adjusted or stratified estimate may rightly be another number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..records import (
    ArmEstimate,
    Check,
    Comparison,
    Interval,
    Patients,
    PrintedNumber,
    Reconstruction,
    Verdict,
)
from .agreement import (
    Target,
    estimates_of_each_kind,
    find_arm,
    find_comparison,
    half_log_width,
    limits_at,
    passes_half,
    target_of,
    turned,
    within,
    within_log,
    z_of_p,
)
from .km import kaplan_meier
from .laterevents import NOTE as LATER_EVENTS
from .laterevents import likely_drift
from .rmst import restricted_mean
from .shown import shown_interval, shown_time

# What reconstruction alone may be off by, on panels of known patients read at pixel accuracy: the 95th
# percentile of |log HR| error is about 0.05, of S(t) about 0.01; limits of intervals carry the same errors
# and those of n.
LOG_HR_TOLERANCE = 0.05
SURVIVAL_TOLERANCE = 0.01
LIMIT_TOLERANCE = 0.02
TIME_TOLERANCE = 0.003  # of the longest follow-up: a pixel or two of a usual plot
RMST_TOLERANCE = 0.01  # of the horizon
FOLLOW_UP_TOLERANCE = 0.05  # of the longest follow-up: censoring times are the least certain part
EVENT_TOLERANCE = 0.03  # of the events, and at least one
# An ensemble interval covers 90%; this many half-widths cover all but a few in a thousand.
ENSEMBLE_WIDTHS = 1.8

USED = "this number weighted the ensemble, so it cannot check it"
FOLLOWS = "it follows from a number that weighted the ensemble, so it cannot check it"
# Numbers of one comparison that say the same thing in other words: each gives the others, once events are known.
SAME_THING = frozenset({"hr", "p", "logrank_p"})
NEEDS_N = "it follows from the number of patients, which is not known"
NOT_COMPARABLE = "an {kind} estimate may rightly differ from the unadjusted one rebuilt here"


@dataclass(frozen=True, slots=True)
class _Finding:
    reconstructed: str
    verdict: Verdict
    note: str = ""


def check_reconstruction(reconstruction: Reconstruction, numbers: Iterable[PrintedNumber]) -> tuple[Check, ...]:
    """One Check a reported number, in the order given."""
    numbers = list(numbers)
    used = {target_of(reconstruction, number) for number in reconstruction.conditioned_on}
    targets = [target_of(reconstruction, number) for number in numbers]
    findings = [CHECKS.get(number.what, _not_rebuilt)(reconstruction, number) for number in numbers]
    if used:
        findings = [_barred(finding, target, used) for finding, target in zip(findings, targets, strict=True)]
    findings = _with_later_events(findings, targets)
    return tuple(
        Check(number.title, number.written, finding.reconstructed, finding.verdict, finding.note)
        for number, finding in zip(numbers, findings, strict=True)
    )


def _with_later_events(findings: list[_Finding], targets: list[Target | None]) -> list[_Finding]:
    """No verdict on the p value of a comparison whose printed ratio may rest on events after the curves' end."""
    later = [t[1] for f, t in zip(findings, targets, strict=True) if t and f.note == LATER_EVENTS]
    return [
        replace(f, verdict="cannot tell", note=LATER_EVENTS)
        if f.verdict == "differs" and t and t[0] in SAME_THING and t[1] in later
        else f
        for f, t in zip(findings, targets, strict=True)
    ]


def _barred(finding: _Finding, target: Target | None, used: Collection[Target | None]) -> _Finding:
    """No verdict on what weighted the ensemble, nor on what follows from it."""
    if target is None:
        return finding
    if target in used:
        return replace(finding, verdict="cannot tell", note=USED)
    what, arms, _ = target
    if what in SAME_THING and any(u and u[0] in SAME_THING and u[1] == arms for u in used):
        return replace(finding, verdict="cannot tell", note=FOLLOWS)
    return finding


def overall_verdict(checks: Iterable[Check]) -> Verdict:
    """`differs` when any number differs, `agrees` when at least one agrees, else `cannot tell`."""
    verdicts = {check.verdict for check in checks}
    if "differs" in verdicts:
        return "differs"
    return "agrees" if "agrees" in verdicts else "cannot tell"


def unknown_arm(number: PrintedNumber) -> _Finding:
    return _Finding("", "cannot tell", f'no arm "{number.arm}" was rebuilt')


# ---------------------------------------------------------------- the checks, by what was reported


def _check_hr(reconstruction: Reconstruction, number: PrintedNumber) -> _Finding:
    found = find_comparison(reconstruction, number)
    if found is None or found.hr is None:
        return _Finding("not estimable", "cannot tell", "no hazard ratio of these arms was rebuilt")
    drift = likely_drift(reconstruction, found, number)
    finding = _judge_hr(found, number, drift)
    if finding.verdict == "agrees" or number.arm or number.reference:
        return finding
    # A ratio that names no arm may be against either.
    other = _judge_hr(turned(found), number, drift)
    return replace(other, note=f"as {found.reference} vs {found.arm}") if other.verdict == "agrees" else finding


def _judge_hr(found: Comparison, number: PrintedNumber, drift: float = 0.0) -> _Finding:
    """The verdict on a printed ratio as one of this comparison; drift: of later events on the log ratio."""
    if found.hr is None or found.low is None or found.high is None:
        return _judge_open_hr(found, number)
    hr, low, high = found.hr, *limits_at(found, number.level)
    shown = f"{hr:.{number.decimals + 1}f} ({low:.{number.decimals + 1}f} to {high:.{number.decimals + 1}f})"
    spread = max(LOG_HR_TOLERANCE, ENSEMBLE_WIDTHS * half_log_width(found))
    misses = []
    for name, value, ours, tolerance in (
        ("hazard ratio", number.value, hr, spread),
        ("lower limit", number.low, low, spread + LIMIT_TOLERANCE),
        ("upper limit", number.high, high, spread + LIMIT_TOLERANCE),
    ):
        if value is not None and not within_log(value, number, ours, tolerance):
            misses.append(name)
    if misses and drift and number.value is not None and within_log(number.value, number, hr, spread + drift):
        return _Finding(shown, "cannot tell", LATER_EVENTS)
    return _judged(shown, misses, number, found.method)


def _judge_open_hr(found: Comparison, number: PrintedNumber) -> _Finding:
    """A ratio that the missing numbers of patients leave open fits within that range; its limits are not judged."""
    if found.hr is None or found.interval is None:
        return _Finding("not estimable", "cannot tell", NEEDS_N)
    hr, low, high = (f"{v:.{number.decimals + 1}f}" for v in (found.hr, *found.interval))
    shown = f"{hr} (left open: {low} to {high})"
    middle, half = math.sqrt(found.interval[0] * found.interval[1]), half_log_width(found)
    if number.value is None or within_log(number.value, number, middle, half):
        return _Finding(shown, "agrees")
    beyond = not within_log(number.value, number, middle, ENSEMBLE_WIDTHS * max(LOG_HR_TOLERANCE, half))
    return _judged(shown, ["hazard ratio"], number, found.method) if beyond else _Finding(shown, "cannot tell", NEEDS_N)


def _judged(shown: str, misses: list[str], number: PrintedNumber, method: str = "cox") -> _Finding:
    note = "" if method == "cox" else f"estimated by {method}"
    if not misses:
        return _Finding(shown, "agrees", note)
    if number.kind in ("adjusted", "stratified"):
        return _Finding(shown, "cannot tell", NOT_COMPARABLE.format(kind=number.kind))
    return _Finding(shown, "differs", "; ".join(filter(None, [f"{', '.join(misses)} beyond rounding", note])))


def _check_p(reconstruction: Reconstruction, number: PrintedNumber) -> _Finding:
    """A printed p fits the log-rank test's; one that names no test may be the Wald test's as well."""
    found = find_comparison(reconstruction, number)
    tests = [found.logrank_p if found is not None else None if number.arm else reconstruction.logrank_p]
    if number.what == "p" and found is not None:
        tests.insert(0, found.p)
    known = [p for p in tests if p is not None]
    if not known or number.value is None:
        unknown = any(arm.n is None for arm in reconstruction.arms)
        return _Finding("not estimable", "cannot tell", NEEDS_N if unknown else "no such test was rebuilt")
    errors = [c.se_log_hr for c in ([found] if found else reconstruction.comparisons) if c.se_log_hr]
    fitting = [p for p in known if _p_fits(p, number, LOG_HR_TOLERANCE / min(errors, default=0.2))]
    shown = f"{(fitting or known)[0]:.2g}"
    if not fitting and number.what == "p" and found is None:
        return _Finding(shown, "cannot tell", "it does not say which arms it compares")
    return _judged(shown, [] if fitting else ["p"], number)


def _p_fits(p: float, number: PrintedNumber, slack: float) -> bool:
    """Whether a p value, its z give or take slack, meets the printed one within rounding."""
    value, half = number.value or 0.0, 0.5 * 10.0**-number.decimals
    smallest = 0.0 if number.relation == "<" else value - half
    largest = 1.0 if number.relation == ">" else value + (half if number.relation == "=" else 0.0)
    return z_of_p(largest) - slack <= z_of_p(p) <= z_of_p(smallest) + slack


def _check_median(reconstruction: Reconstruction, number: PrintedNumber) -> _Finding:
    """A printed median fits where the rebuilt curve passes one half within the curve's own errors."""
    found = find_arm(reconstruction, number)
    if found is None:
        return unknown_arm(number)
    arm, patients = found
    number = _comparable(number, arm)
    kms = estimates_of_each_kind(patients, number.level)
    shown = shown_time(_told(kms[0].quantile(0.5), arm), number.decimals)
    if number.not_reached or number.value is None:
        reached = kms[0].survival.min() < 0.5 - SURVIVAL_TOLERANCE
        return _Finding(shown, "differs" if reached else "agrees", "the median is reached" if reached else "")
    misses = []
    late = TIME_TOLERANCE * float(patients.time.max())
    if not passes_half(kms[0], kms[0].survival, number.value, number, SURVIVAL_TOLERANCE, late):
        misses.append("median")
    for name, value in (("low", number.low), ("high", number.high)):
        if value is not None and not any(
            passes_half(km, getattr(km, name), value, number, LIMIT_TOLERANCE, late) for km in kms
        ):
            misses.append({"low": "lower limit", "high": "upper limit"}[name])
    return _judged(shown, misses, number)


def _check_survival(reconstruction: Reconstruction, number: PrintedNumber) -> _Finding:
    found = find_arm(reconstruction, number)
    if found is None:
        return unknown_arm(number)
    arm, patients = found
    number = _comparable(number, arm)
    if number.at is None or number.value is None or number.at > patients.time.max():
        return _Finding("not estimable", "cannot tell", "the curve does not reach that time")
    intervals = [km.at(np.array([number.at]))[0] for km in estimates_of_each_kind(patients, number.level)]
    decimals = max(number.decimals, 3)
    shown = shown_interval(_told(intervals[0], arm), decimals)
    misses = []
    for name, value, tolerance in (
        ("value", number.value, SURVIVAL_TOLERANCE),
        ("low", number.low, LIMIT_TOLERANCE),
        ("high", number.high, LIMIT_TOLERANCE),
    ):
        if value is not None and not any(
            within(value, number, getattr(interval, name), tolerance) for interval in intervals
        ):
            misses.append({"value": "rate", "low": "lower limit", "high": "upper limit"}[name])
    return _judged(shown, misses, number)


def _check_rmst(reconstruction: Reconstruction, number: PrintedNumber) -> _Finding:
    found = find_arm(reconstruction, number)
    if found is None:
        return unknown_arm(number)
    if number.at is None or number.value is None or number.at > found[1].time.max():
        return _Finding("not estimable", "cannot tell", "the curve does not reach that time")
    rmst = restricted_mean(kaplan_meier(found[1]), number.at, number.level)
    fits = within(number.value, number, rmst.value, RMST_TOLERANCE * number.at)
    return _judged(shown_interval(_told(rmst, found[0]), number.decimals + 1), [] if fits else ["RMST"], number)


def _check_count(reconstruction: Reconstruction, number: PrintedNumber) -> _Finding:
    found = find_arm(reconstruction, number)
    if found is None and number.arm:
        return unknown_arm(number)
    arms = [found[0]] if found else list(reconstruction.arms)
    counts = [arm.n if number.what == "n" else arm.events for arm in arms]
    if None in counts:
        return _Finding("not known", "cannot tell", NEEDS_N)
    ours = sum(count for count in counts if count is not None)
    tolerance = 0.0 if number.what == "n" else max(1.0, EVENT_TOLERANCE * ours)
    fits = number.value is not None and abs(ours - number.value) <= tolerance
    note = "" if not fits or ours == number.value else "within what the curve leaves open"
    if not fits and number.what == "events":
        note = "events after the drawn end of the curve would not show"
        return _Finding(str(ours), "cannot tell" if (number.value or 0) > ours else "differs", note)
    return _Finding(str(ours), "agrees" if fits else "differs", note)


def _check_follow_up(reconstruction: Reconstruction, number: PrintedNumber) -> _Finding:
    """Median follow-up is defined in several ways; all patients' times and reverse Kaplan-Meier are both
    tried.
    """
    found = find_arm(reconstruction, number)
    if found is None and number.arm:
        return unknown_arm(number)
    if any(arm.n is None for arm in ([found[0]] if found else reconstruction.arms)):
        return _Finding("not estimable", "cannot tell", NEEDS_N)
    arms = [found[1]] if found else list(reconstruction.patients)
    time = np.concatenate([arm.time for arm in arms])
    event = np.concatenate([arm.event for arm in arms])
    reverse = kaplan_meier(Patients("", time, 1 - event)).quantile(0.5).value
    ways = {"reverse KM": reverse, "all": float(np.median(time)), "censored": None}
    if (event == 0).any():
        ways["censored"] = float(np.median(time[event == 0]))
    known = {way: value for way, value in ways.items() if value is not None}
    shown = ", ".join(f"{value:.{number.decimals}f} ({way})" for way, value in known.items())
    tolerance = FOLLOW_UP_TOLERANCE * float(time.max())
    wanted = [known[number.kind]] if number.kind in known else list(known.values())
    fits = number.value is not None and any(within(number.value, number, v, tolerance) for v in wanted)
    note = "" if fits else "follow-up for survival may run longer than for this outcome, and has several definitions"
    return _Finding(shown, "agrees" if fits else "cannot tell", note)


def _not_rebuilt(reconstruction: Reconstruction, number: PrintedNumber) -> _Finding:
    return _Finding("", "cannot tell", "no such estimate is rebuilt")


CHECKS: Mapping[str, Callable[[Reconstruction, PrintedNumber], _Finding]] = {
    "hr": _check_hr,
    "p": _check_p,
    "logrank_p": _check_p,
    "median": _check_median,
    "survival": _check_survival,
    "rmst": _check_rmst,
    "n": _check_count,
    "events": _check_count,
    "follow_up": _check_follow_up,
}


# ---------------------------------------------------------------- arms of unknown size


def _comparable(number: PrintedNumber, arm: ArmEstimate) -> PrintedNumber:
    """The printed number without its limits where the arm's own rest on a guess."""
    return number if arm.n is not None else replace(number, low=None, high=None)


def _told(interval: Interval, arm: ArmEstimate) -> Interval:
    """The estimate without limits where the arm's number of patients is not known."""
    return interval if arm.n is not None else Interval(interval.value)
