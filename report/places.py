"""Where in the figure a caution is about: its own place, or that of the axis, the table or the row it speaks of."""

from __future__ import annotations

from collections.abc import Iterable

from ..records import Box, Caution, Panel, PanelReading

# What cautions call the table as a whole.
TABLES = frozenset({"risk table", "number-at-risk table"})
# Numbers and title of an axis stand within this share of the plot's height or width from it.
AXIS_SHARE = 0.2
# The axis line itself is shown with its numbers.
BESIDE_PX = 6.0


def place_of(caution: Caution, reading: PanelReading) -> Box | None:
    """The place in px of the panel's picture; None where a caution is about all of a curve or panel."""
    if caution.box is not None:
        return caution.box
    if caution.where in ("x axis", "y axis"):
        return _axis_place(reading.panel, caution.where)
    rows = reading.risk_table.rows
    if caution.where in TABLES:
        return _around(box for row in rows for box in row.boxes)
    if "at risk" in caution.message:
        return _around(box for row in rows if row.arm == caution.where for box in row.boxes)
    return None


def _axis_place(panel: Panel, axis: str) -> Box:
    area, region = panel.plot_area, panel.region
    if axis == "x axis":
        below = min(max(region.bottom, area.bottom), area.bottom + AXIS_SHARE * area.height)
        return Box(area.left, area.bottom - BESIDE_PX, area.right, below)
    beside = max(min(region.left, area.left), area.left - AXIS_SHARE * area.width)
    return Box(beside, area.top, area.left + BESIDE_PX, area.bottom)


def _around(boxes: Iterable[Box | None]) -> Box | None:
    """The box that holds all of them; None for none."""
    known = [box for box in boxes if box is not None]
    if not known:
        return None
    left, top = min(b.left for b in known), min(b.top for b in known)
    return Box(left, top, max(b.right for b in known), max(b.bottom for b in known))
