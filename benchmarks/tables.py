"""Scores as Markdown tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import numpy as np

from benchmarks.measures import Score

HEADER = (
    *("figures", "pass", "flagged", "silent", "crash", "asks though right"),
    *("IAE median", "IAE 90%", "at-risk cells", "log HR error", "90%", "events exact", "s median"),
)


def accuracy_tables(scores: list[Score]) -> str:
    """Totals, then one table each by kind of figure, degradation, file and arms."""
    parts = ["## All\n", _table("", {"all": scores})]
    for title, key in GROUPINGS.items():
        parts += [f"\n## By {title}\n", _table(title, _group(scores, key))]
    return "\n".join(parts) + "\n"


GROUPINGS: dict[str, Callable[[Score], str]] = {
    "program or journal": lambda s: s.kind.split(":")[0],
    "degradation": lambda s: s.degradation,
    "arms (by panel)": lambda s: s.arms,
    "kind": lambda s: s.kind,
}


def _group(scores: Iterable[Score], key: Callable[[Score], str]) -> dict[str, list[Score]]:
    groups: dict[str, list[Score]] = {}
    for score in scores:
        groups.setdefault(key(score), []).append(score)
    return dict(sorted(groups.items()))


def _table(title: str, groups: dict[str, list[Score]]) -> str:
    lines = ["| " + " | ".join((title, *HEADER)) + " |", "|" + "---|" * (len(HEADER) + 1)]
    lines += ["| " + " | ".join((name, *_row(scores))) + " |" for name, scores in groups.items()]
    return "\n".join(lines)


def _row(scores: list[Score]) -> tuple[str, ...]:
    n = len(scores)
    outcomes = [sum(s.outcome == o for s in scores) for o in ("pass", "flagged", "silent", "crash")]
    passed = [s for s in scores if s.outcome == "pass"]
    iae, hr = ([v for s in scores for v in getattr(s, name)] for name in ("iae", "log_hr_error"))
    right, printed = (sum(s.cells[k] for s in scores) for k in (0, 1))
    events = [v for s in scores for v in s.events_off]
    return (
        str(n),
        *(f"{k} ({100 * k / n:.0f}%)" if k else "0" for k in outcomes),
        _share(sum(s.review for s in passed), len(passed)),
        _quantile(iae, 0.5),
        _quantile(iae, 0.9),
        _share(right, printed),
        _quantile(hr, 0.5),
        _quantile(hr, 0.9),
        _share(sum(v == 0 for v in events), len(events)),
        f"{np.median([s.seconds for s in scores]):.1f}",
    )


def _quantile(values: list[float], p: float) -> str:
    return f"{np.quantile(values, p):.4f}" if values else ""


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}%" if whole else ""


def figure_table(scores: list[Score]) -> str:
    """One line a figure that is no pass, so that a person knows where to look."""
    lines = [
        "## By figure (what did not pass)\n",
        "| figure | kind | degradation | arms | outcome | worst IAE | why |",
        "|" + "---|" * 7,
    ]
    for s in scores:
        if s.outcome != "pass":
            worst = f"{max(s.iae):.4f}" if s.iae else ""
            why = re.sub(r"\S*/", "", " ".join(s.why.split())).replace("|", " ")  # no folder of this run
            lines.append(f"| {s.figure} | {s.kind} | {s.degradation} | {s.arms} | {s.outcome} | {worst} | {why} |")
    return "\n".join(lines) + "\n"
