"""Smaller plots that stand inside a plot and show its curves again, magnified or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..records import Box, Caution, PanelReading, RiskTable
from .selection import Plot

# An inset whose y axis is this many times finer than its host's is worth a panel of its own: the host's curves lie
# on its axis then. Journals magnify events of a few per cent 4 to 40 times; insets that repeat a plot do it 1 to 2.
MAGNIFIED = 4.0
# The name of an inset's panel is its host's with this word.
SUFFIX = " inset"
# The share of its letters' height by which an inset's region reaches past its numbers.
MARGIN = 1.0


def magnified_insets(plot: Plot) -> tuple[Plot, ...]:
    """The insets that show the curves of a plot on a much finer y axis."""
    span = float(np.ptp(plot.frame.column.values))
    return tuple(inset for inset in plot.insets if span >= MAGNIFIED * float(np.ptp(inset.frame.column.values)))


def inset_region(plot: Plot) -> Box:
    """The box of an inset with its numbers and what is written beside its curves."""
    frame = plot.frame
    boxes = [frame.area, *(label.box for label in (*frame.row.labels, *frame.column.labels))]
    reach = MARGIN * max(frame.row.size, frame.column.size)
    return Box(
        min(b.left for b in boxes) - reach, min(b.top for b in boxes) - reach,
        max(b.right for b in boxes) + reach, max(b.bottom for b in boxes) + reach,
    )  # fmt: skip


def inset_notes(plot: Plot, name: str) -> list[Caution]:
    """What is to be said of the insets of the plot of that name."""
    finer = magnified_insets(plot)
    left_out = "a smaller plot stands inside this one; it was left out as an inset of the same curves"
    read = f"a smaller plot inside this one shows its curves magnified; it is read as panel {name}{SUFFIX}"
    return [
        Caution("inset", read if inset in finer else left_out, "plot area", box=inset.frame.area)
        for inset in plot.insets
    ]


def with_host_tables(readings: Sequence[PanelReading]) -> list[PanelReading]:
    """The readings, insets with their host's order of arms and its number-at-risk table: both show the same patients.

    Arms are one where they have one colour; an inset that has other arms stays as it is.
    """
    hosts = {r.panel.name: r for r in readings}
    return [_like_host(r, hosts.get(r.panel.name.partition(SUFFIX)[0], r)) for r in readings]


def _like_host(inset: PanelReading, host: PanelReading) -> PanelReading:
    own = {arm.color: arm for arm in inset.arms}
    order = [arm.color for arm in host.arms]
    if host is inset or len(own) < len(inset.arms) or sorted(own) != sorted(order):
        return inset
    names = {arm.name: own[arm.color].name for arm in host.arms}
    rows = tuple(replace(row, arm=names[row.arm]) for row in host.risk_table.rows if row.arm in names)
    return replace(inset, arms=tuple(own[color] for color in order), risk_table=RiskTable(rows))
