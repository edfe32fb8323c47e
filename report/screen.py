"""What `km2ipd` prints: the result as a few lines of plain text that fit an 80-column terminal."""

from __future__ import annotations

from collections.abc import Sequence

from ..records import ArmEstimate, Caution, Check, Comparison, Interval, PanelResult
from .wording import estimate_words, hazard_ratio_words, interval_words, number_words, p_words, ratio_words

# Longest arm name on a line of 80 columns.
NAME_COLUMNS = 26


def result_lines(results: Sequence[PanelResult]) -> list[str]:
    """Status, arms, comparisons, checks and warnings of every panel."""
    lines: list[str] = []
    for result in results:
        lines += _panel_lines(result)
    return lines


def _panel_lines(result: PanelResult) -> list[str]:
    lines = [f"Panel {result.panel}: {result.status}"]
    rebuilt = result.reconstruction
    if rebuilt:
        width = min(NAME_COLUMNS, max(len("arm"), *(len(a.arm) for a in rebuilt.arms)))
        lines.append(f"  {'arm':{width}s}  {'n':>6s} {'events':>6s}  median (95% CI)")
        lines += [_arm_line(a, width) for a in rebuilt.arms]
        for c in rebuilt.comparisons:
            lines += [f"  {_comparison_line(c)}", *(f"    {line}" for line in _period_lines(c))]
        if len(rebuilt.arms) > 2 and rebuilt.logrank_p is not None:
            lines.append(f"  all {len(rebuilt.arms)} arms: log-rank {p_words(rebuilt.logrank_p)}")
    elif result.reading:
        lines += [f"  {a.name}: curve read, no patients" for a in result.reading.arms]
    lines += [f"  {_check_line(c)}" for c in result.checks]
    lines += [f"  {line}" for line in _caution_lines(result.cautions)]
    return lines


def _caution_lines(cautions: Sequence[Caution]) -> list[str]:
    """One line a caution; the same sentence about several places stands once, with all of them."""
    places: dict[tuple[str, str], list[str]] = {}
    for caution in cautions:
        found = places.setdefault((caution.severity, caution.message), [])
        if caution.where and caution.where not in found and caution.where not in caution.message:
            found.append(caution.where)
    return [
        f"{severity}: {message}" + (f" ({'; '.join(found)})" if found else "")
        for (severity, message), found in places.items()
    ]


def _arm_line(arm: ArmEstimate, width: int) -> str:
    name = arm.arm if len(arm.arm) <= width else arm.arm[: width - 1] + "…"
    return f"  {name:{width}s}  {_count(arm.n)} {_count(arm.events)}  {median_words(arm.median)}"


def _count(count: int | None) -> str:
    return f"{'?' if count is None else count:>6}"


def median_words(median: Interval) -> str:
    """A median with its limits, NR where not reached."""
    return interval_words(median, "NR")


def _comparison_line(c: Comparison) -> str:
    test = "" if c.logrank_p is None and c.interval else f", log-rank {p_words(c.logrank_p)}"
    return f"{c.arm} vs {c.reference}: {hazard_ratio_words(c)}{test}"


def _period_lines(c: Comparison) -> list[str]:
    """The hazard ratios by period, where the comparison has them."""
    return [
        f"after {number_words(p.start)} to {number_words(p.stop)}: {hazard_ratio_words(p)}, {p.events} events"
        for p in c.periods
    ]


def _check_line(c: Check) -> str:
    note = f" ({c.note})" if c.note else ""
    return f"{c.verdict}: {c.what}: {c.reported} reported, {c.reconstructed or 'nothing'} rebuilt{note}"


def estimate_lines(results: Sequence[PanelResult]) -> list[str]:
    """The estimates with RMST, quartiles, follow-up, survival and differences at times, for `km2ipd estimate`."""
    lines = result_lines(results)
    for result in results:
        for arm in result.reconstruction.arms if result.reconstruction else ():
            lines += [f"Panel {result.panel}, {arm.arm}:", *(f"  {line}" for line in _arm_details(arm))]
        for c in result.reconstruction.comparisons if result.reconstruction else ():
            lines.append(f"Panel {result.panel}, {c.arm} less {c.reference}:")
            lines.append(f"  RMST: {interval_words(c.rmst, 'unknown')}")
            lines += [f"  S({number_words(t)}): {interval_words(d, 'unknown', decimals=3)}" for t, d in c.landmarks]
    return lines


def _arm_details(arm: ArmEstimate) -> list[str]:
    return [
        f"RMST to {number_words(arm.rmst_tau)}: {interval_words(arm.rmst, 'unknown')}",
        *(f"time to S = {s}: {interval_words(q, 'NR')}" for s, q in zip((0.75, 0.25), arm.quartiles, strict=True)),
        f"median follow-up: {interval_words(arm.follow_up, 'NR')}",
        *(f"S({number_words(t)}): {interval_words(s, 'unknown', decimals=3)}" for t, s in arm.survival_at),
    ]


def check_lines(results: Sequence[PanelResult]) -> list[str]:
    """One line a reported number, for `km2ipd check`."""
    several = len(results) > 1
    return [f"{f'Panel {r.panel}, ' if several else ''}{_check_line(c)}" for r in results for c in r.checks]


def comparison_lines(results: Sequence[PanelResult]) -> list[str]:
    """Methods side by side: a line a panel, method and arm, for `km2ipd reconstruct --compare`."""
    lines = [
        f"{'panel':5s}  {'method':8s}  {'arm':{NAME_COLUMNS}s}  {'n':>6s} {'events':>6s} {'misfit':>6s}  median, HR"
    ]
    for result in results:
        rebuilt = result.reconstruction
        if rebuilt is None:
            continue
        ratios = {c.arm: f"HR {ratio_words(c.hr)}" for c in rebuilt.comparisons}
        for arm, misfit in zip(rebuilt.arms, rebuilt.misfit, strict=True):
            median = "NR" if arm.median.value is None else estimate_words(arm.median.value)
            lines.append(
                f"{result.panel:5s}  {rebuilt.method:8s}  {arm.arm[:NAME_COLUMNS]:{NAME_COLUMNS}s}  {_count(arm.n)} "
                f"{_count(arm.events)} {misfit:6.0f}  {median}, {ratios.get(arm.arm, 'reference')}"
            )
    return lines
