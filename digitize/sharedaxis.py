"""Plots beside another one whose y axis they share: their own is drawn without numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .axes import NumberLabel, PrintedScale
from .selection import Plot

# Rows of numbers that belong to plots of one row stand level to this share of their height.
LEVEL = 0.5
# Plots that share an axis are of one width to this share.
SAME_WIDTH = 0.05


def rows_beside(plots: Sequence[Plot], rows: Sequence[PrintedScale]) -> list[tuple[PrintedScale, Plot]]:
    """Rows of numbers that have no column of their own, each with the nearest plot left of it that has the same row."""
    free = [row for row in rows if not any(row is plot.frame.row for plot in plots)]
    found = []
    for row in free:
        hosts = [plot for plot in plots if _may_share(row, plot)]
        if hosts:
            found.append((row, max(hosts, key=lambda plot: plot.frame.row.start)))
    return found


def _may_share(row: PrintedScale, plot: Plot) -> bool:
    own, area = plot.frame.row, plot.frame.area
    level = abs(row.at - own.at) <= LEVEL * own.size
    width = own.end - own.start
    alike = abs(row.end - row.start - width) <= SAME_WIDTH * width and np.array_equal(row.values, own.values)
    return level and alike and row.start > area.right


def shared_column(row: PrintedScale, host: Plot, labels: Sequence[NumberLabel]) -> PrintedScale | None:
    """The host's column of numbers as it would stand beside the plot over the row; None where others stand there.

    labels: all numbers of the figure.
    """
    shift = row.start - host.frame.row.start
    column, area = host.frame.column, host.frame.area
    near = column.near + shift
    far = min(label.box.left for label in column.labels) + shift
    beside = [label.box.centre for label in labels]
    if any(far - 1 <= x <= max(near, row.start - row.size) and area.top <= y <= area.bottom for x, y in beside):
        return None
    moved = tuple(
        replace(label, box=replace(label.box, left=label.box.left + shift, right=label.box.right + shift))
        for label in column.labels
    )
    return replace(column, labels=moved, at=column.at + shift)
