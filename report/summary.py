"""report.json: status, axes, arms, comparisons, printed numbers, checks and warnings, for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..records import (
    ArmEstimate,
    ArmReading,
    Axis,
    Caution,
    Check,
    Comparison,
    Digitization,
    Interval,
    Panel,
    PanelResult,
    PeriodRatio,
    PrintedNumber,
    Reconstruction,
    Source,
)
from .text import json_text, rounded

Json = dict[str, Any]


def report_json(
    version: str, name: str, sha256: str, results: Sequence[PanelResult], cautions: Sequence[Caution] = ()
) -> str:
    """The whole of report.json.

    name, sha256: the file that was read (a figure, a table of points). cautions: those of the whole figure.
    """
    return (
        json_text(
            {
                "version": version,
                "figure": {"name": name, "sha256": sha256},
                "panels": [panel_report(result) for result in results],
                "warnings": [_warning(c) for c in cautions],
            }
        )
        + "\n"
    )


def figure_report_json(version: str, digitization: Digitization, results: Sequence[PanelResult]) -> str:
    """report.json of a digitised figure."""
    return report_json(version, digitization.figure, digitization.sha256, results, digitization.cautions)


def panel_report(result: PanelResult) -> Json:
    """One panel's entry."""
    reading, rebuilt = result.reading, result.reconstruction
    return {
        "panel": result.panel,
        "status": result.status,
        "source": _source(reading.panel.source) if reading else None,
        "axes": _axes(reading.panel) if reading else None,
        "arms": _arms(result),
        "method": rebuilt.method if rebuilt else None,
        "draws": len(rebuilt.draws) if rebuilt else 0,
        **_conditioning(rebuilt),
        "logrank_p": rounded(rebuilt.logrank_p) if rebuilt else None,
        "comparisons": [_comparison(c) for c in rebuilt.comparisons] if rebuilt else [],
        "printed": printed_report(reading.printed) if reading else {},
        "checks": [_check(c) for c in result.checks],
        "warnings": [_warning(c) for c in result.cautions],
    }


def _conditioning(rebuilt: Reconstruction | None) -> Json:
    """What weighted the draws, how many still count, and the fit without it; empty where nothing did."""
    numbers = rebuilt.conditioned_on if rebuilt else ()
    free = rebuilt.unconditioned if rebuilt else None
    return {
        "conditioned_on": list(dict.fromkeys(n.what for n in numbers)),
        "conditioned_numbers": [_printed(n) for n in numbers],
        "effective_draws": rounded(rebuilt.effective_draws) if rebuilt else None,
        "unconditioned": {
            "arms": [_estimate(arm) for arm in free.arms],
            "comparisons": [_comparison(c) for c in free.comparisons],
            "logrank_p": rounded(free.logrank_p),
        }
        if free
        else None,
    }


def _source(source: Source) -> Json:
    """The page that the panel stands on, the box of its figure there (points; px of a picture) and how it was taken."""
    return {"page": source.page, "bbox": [rounded(v) for v in source.bbox], "route": source.route}


def _axes(panel: Panel) -> Json:
    x = {"unit": panel.x.unit, "label": panel.x.label, **_axis(panel.x)}
    y = {**_axis(panel.y), "scale": panel.y.scale, "direction": panel.direction, "label": panel.y.label}
    return {"x": x, "y": y}


def _axis(axis: Axis) -> Json:
    return {
        "min": rounded(axis.minimum),
        "max": rounded(axis.maximum),
        "ticks": [rounded(t) for t in axis.calibration.ticks],
        "residual_px": rounded(axis.calibration.residual_px),
    }


def _arms(result: PanelResult) -> list[Json]:
    read = {arm.name: arm for arm in result.reading.arms} if result.reading else {}
    estimates = {arm.arm: arm for arm in result.reconstruction.arms} if result.reconstruction else {}
    misfits = dict(zip(estimates, result.reconstruction.misfit, strict=False)) if result.reconstruction else {}
    return [
        {**_arm(name, read.get(name), estimates.get(name)), "at_risk_misfit": rounded(misfits.get(name))}
        for name in (read or estimates)
    ]


def _arm(name: str, read: ArmReading | None, estimate: ArmEstimate | None) -> Json:
    entry: Json = {"arm": name, "color": read.color if read else None}
    entry |= _estimate(estimate) if estimate else NOT_ESTIMATED
    entry["confidence"] = rounded(read.confidence) if read else None
    if read:
        entry["evidence"] = {k: rounded(v) for k, v in read.evidence.items()}
        entry["style"] = read.style
    return entry


def _estimate(estimate: ArmEstimate) -> Json:
    """What the patients of one arm say."""
    return {
        "arm": estimate.arm,
        "n": estimate.n,
        "events": estimate.events,
        "events_interval": list(estimate.events_interval) if estimate.events_interval else None,
        "median": rounded(estimate.median.value),
        "median_ci": _limits(estimate.median),
        "rmst": rounded(estimate.rmst.value),
        "median_interval": _pair(estimate.median.reconstruction),
        "rmst_se": rounded(estimate.rmst.se),
        "rmst_interval": _pair(estimate.rmst.reconstruction),
        "rmst_tau": rounded(estimate.rmst_tau),
        "quartiles": [
            {"survival": s, "time": rounded(q.value), "ci": _limits(q), "interval": _pair(q.reconstruction)}
            for s, q in zip((0.75, 0.25), estimate.quartiles, strict=True)
        ],
        "follow_up": rounded(estimate.follow_up.value),
        "follow_up_ci": _limits(estimate.follow_up),
        "survival_at": [
            {"time": rounded(t), "survival": rounded(s.value), "ci": _limits(s), "interval": _pair(s.reconstruction)}
            for t, s in estimate.survival_at
        ],
    }


# The same keys where no patients were rebuilt.
NOT_ESTIMATED: Json = {
    **dict.fromkeys(
        (
            "n",
            "events",
            "events_interval",
            "median",
            "median_ci",
            "median_interval",
            "rmst",
            "rmst_se",
            "rmst_interval",
            "rmst_tau",
            "follow_up",
            "follow_up_ci",
        )
    ),
    "quartiles": [],
    "survival_at": [],
}


def _limits(interval: Interval) -> list[float | int | None]:
    return [rounded(interval.low), rounded(interval.high)]


def _pair(limits: tuple[float | None, float | None] | None) -> list[float | int | None] | None:
    """The limits that reconstruction alone adds, None where no ensemble was drawn."""
    return [rounded(v) for v in limits] if limits else None


def _comparison(c: Comparison) -> Json:
    return {
        "arm": c.arm,
        "reference": c.reference,
        "hr": rounded(c.hr),
        "ci": [rounded(c.low), rounded(c.high)],
        "se_log_hr": rounded(c.se_log_hr),
        "p": rounded(c.p),
        "logrank_p": rounded(c.logrank_p),
        "ph_p": rounded(c.ph_p),
        "method": c.method,
        "interval": _pair(c.interval),
        "combined": _pair(c.combined),
        "rmst_difference": rounded(c.rmst.value),
        "rmst_difference_ci": _limits(c.rmst),
        "rmst_difference_interval": _pair(c.rmst.reconstruction),
        "landmarks": [
            {"time": rounded(t), "difference": rounded(d.value), "ci": _limits(d), "interval": _pair(d.reconstruction)}
            for t, d in c.landmarks
        ],
        "periods": [_period(p) for p in c.periods],
    }


def _period(p: PeriodRatio) -> Json:
    return {
        "from": rounded(p.start),
        "to": rounded(p.stop),
        "events": p.events,
        "hr": rounded(p.hr),
        "ci": [rounded(p.low), rounded(p.high)],
        "p": rounded(p.p),
        "method": p.method,
        "interval": _pair(p.interval),
    }


def printed_report(numbers: Sequence[PrintedNumber]) -> Json:
    """What the figure itself prints: the first HR, its limits and p, every median, and all of it in full."""
    first = {n.what: n for n in reversed(numbers)}
    hr = first.get("hr")
    entry: Json = {
        "hr": rounded(hr.value) if hr else None,
        "ci": [rounded(hr.low), rounded(hr.high)] if hr and hr.low is not None else None,
        "p": _p_text(first.get("p")),
        "logrank_p": _p_text(first.get("logrank_p")),
        "medians": [
            {"arm": n.arm, "value": rounded(n.value), "not_reached": n.not_reached}
            for n in numbers
            if n.what == "median"
        ],
    }
    entry["all"] = [_printed(n) for n in numbers]
    return entry


def _p_text(number: PrintedNumber | None) -> str | None:
    if number is None or number.value is None:
        return None
    sign = "" if number.relation == "=" else number.relation
    return f"{sign}{number.value:.{number.decimals}f}"


def _printed(n: PrintedNumber) -> Json:
    return {
        "what": n.what,
        "arm": n.arm,
        "reference": n.reference,
        "value": rounded(n.value),
        "ci": [rounded(n.low), rounded(n.high)] if n.low is not None else None,
        "at": rounded(n.at),
        "relation": n.relation,
        "not_reached": n.not_reached,
        "text": n.text,
    }


def _check(c: Check) -> Json:
    return {
        "what": c.what,
        "reported": c.reported,
        "reconstructed": c.reconstructed,
        "verdict": c.verdict,
        "note": c.note,
    }


def _warning(c: Caution) -> Json:
    box = [rounded(v) for v in (c.box.left, c.box.top, c.box.right, c.box.bottom)] if c.box else None
    return {"code": c.code, "message": c.message, "where": c.where, "severity": c.severity, "box_px": box}
