"""Number-at-risk tables written with times down the side and one column per arm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..records import Panel, RiskRow, RiskTable, TextLine
from .numbers import parse_cell
from .riskrows import clock_value

# Texts belong to one column when they overlap by this share of the narrower one.
_OVERLAP = 0.5
# A name stands over its column within this many line heights of the first count.
_NAME_REACH = 3.0


def read_upright_table(texts: Sequence[TextLine], panel: Panel) -> RiskTable:
    """The rows of a table whose times run down its first column; empty when there is none.

    Times must rise in equal steps and lie on the axis; each arm's counts must never rise.
    """
    inside = [t for t in texts if t.rotation == 0 and panel.region.contains(*t.box.centre)]
    inside = [t for t in inside if t.box.right > panel.plot_area.left]
    columns = _columns([t for t in inside if clock_value(t.text) is not None])
    for clock in columns:
        if not _is_clock(clock, panel):
            continue
        arms = [_counts_beside(clock, c) for c in columns if c is not clock]
        rows = [_risk_row(clock, cells, inside) for cells in arms if cells is not None]
        if rows:
            return RiskTable(tuple(sorted(rows, key=lambda r: next(b.left for b in r.boxes if b))))
    return RiskTable()


def _columns(numbers: Sequence[TextLine]) -> list[list[TextLine]]:
    """Numbers that stand over each other, top to bottom."""
    columns: list[list[TextLine]] = []
    for line in sorted(numbers, key=lambda t: t.box.centre[1]):
        column = next((c for c in columns if _overlaps(c[-1], line)), None)
        if column is None:
            columns.append([line])
        else:
            column.append(line)
    return [c for c in columns if len(c) >= 3]


def _overlaps(first: TextLine, second: TextLine) -> bool:
    a, b = first.box, second.box
    shared = min(a.right, b.right) - max(a.left, b.left)
    near = b.top - a.bottom < 3 * max(a.height, b.height)
    return near and shared > _OVERLAP * min(a.width, b.width)


def _is_clock(column: Sequence[TextLine], panel: Panel) -> bool:
    """Whether a column counts up in equal steps within the time axis."""
    times = np.array([clock_value(t.text) for t in column], float)
    steps = np.diff(times)
    within = times[0] >= panel.x.minimum and times[-1] <= panel.x.maximum + 1e-9
    return bool(within and steps.min() > 0 and np.ptp(steps) <= 1e-6 * steps.max())


def _counts_beside(clock: Sequence[TextLine], column: Sequence[TextLine]) -> list[TextLine | None] | None:
    """The counts of a column at the heights of the times; None when it is no column of falling counts."""
    cells = [next((t for t in column if _same_line(t, time)), None) for time in clock]
    parsed = [parse_cell(c.text) for c in cells if c is not None]
    counts = [p[0] for p in parsed if p is not None]
    if column[0].box.left < clock[0].box.right or len(counts) < 0.7 * len(clock):
        return None
    return cells if np.all(np.diff(counts) <= 0) else None


def _same_line(one: TextLine, other: TextLine) -> bool:
    return abs(one.box.centre[1] - other.box.centre[1]) < 0.5 * max(one.box.height, other.box.height)


def _risk_row(clock: Sequence[TextLine], cells: Sequence[TextLine | None], texts: Sequence[TextLine]) -> RiskRow:
    first = next(c for c in cells if c is not None)
    above = [t for t in texts if 0 < first.box.top - t.box.bottom < _NAME_REACH * first.box.height]
    names = [t for t in above if t.box.left <= first.box.centre[0] <= t.box.right and parse_cell(t.text) is None]
    parsed = [None if c is None else parse_cell(c.text) for c in cells]
    return RiskRow(
        arm=max(names, key=lambda t: t.box.bottom).text if names else "",
        time=np.array([clock_value(t.text) for t in clock], float),
        at_risk=np.array([np.nan if p is None else p[0] for p in parsed], float),
        confidence=np.array([0.0 if c is None else c.confidence for c in cells]),
        boxes=tuple(None if c is None else c.box for c in cells),
    )
