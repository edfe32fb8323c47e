"""A study.toml filled with what was read off a figure, commented, for a person to correct."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from ..records import Digitization, PanelReading, RiskRow

# A cell whose least certain digit is below this is listed for a person to look at (as on the overlay).
SURE_CELL = 0.95


def study_text(figure: str, digitization: Digitization) -> str:
    """The text of a study file for a figure (its path, relative to the file) that was read."""
    panels = digitization.panels
    lines = [
        "# One study for km2ipd: `km2ipd run study.toml`. Lines that begin with # were read off the figure;",
        "# take the # away and put right what is wrong. Paths are relative to this file.",
        "",
        f"figure = {quoted(figure)}",
        '# citation = "Authors. Title. Journal year;volume:pages"',
        '# population = "who was studied"',
        '# notes = ""',
        "",
        f"# Panels read: {', '.join(p.panel.name for p in panels)}. One alone: its name.",
        f"# panel = {quoted(panels[0].panel.name)}",
        "# page = 1",
        "",
        *_reading_lines(panels[0]),
        "",
        '# method = "exact"      # or "guyot"',
        '# risk_table = "risk.csv"    # panel, arm, time, at_risk: instead of the numbers read',
        '# totals = "totals.csv"      # CSV: arm, n, events (panel); where no numbers at risk are printed',
        "",
        *_cell_lines(panels),
        *_outcome_lines(panels),
    ]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _reading_lines(panel: PanelReading) -> Iterator[str]:
    x, y = panel.panel.x, panel.panel.y
    percent = 100 if y.scale == "percent" else 1
    yield "# The first and last number of each axis, as printed, and the arms in this order (or their number):"
    yield f"# x_range = [{x.minimum:g}, {x.maximum:g}]"
    yield f"# y_range = [{y.minimum * percent:g}, {y.maximum * percent:g}]"
    yield f"# arms = [{', '.join(quoted(a.name) for a in panel.arms)}]  # {', '.join(a.color for a in panel.arms)}"
    yield f"# direction = {quoted(panel.panel.direction)}"


def _cell_lines(panels: tuple[PanelReading, ...]) -> Iterator[str]:
    """The cells that are unsure; where all are sure, one as an example."""
    unsure = [(p, r, i) for p in panels for r in p.risk_table.rows for i in _unsure_cells(r)]
    everything = [(p, r, 0) for p in panels for r in p.risk_table.rows if len(r.time)]
    if not everything:
        return
    yield (
        "# Single numbers at risk, put right:" if not unsure else "# These numbers at risk are unsure; put them right:"
    )
    for panel, row, i in unsure or everything[:1]:
        count = f"{row.at_risk[i]:.0f}" if np.isfinite(row.at_risk[i]) else "0"
        yield "# [[cell]]"
        yield f"# panel = {quoted(panel.panel.name)}"
        yield f"# arm = {quoted(row.arm)}"
        yield f"# time = {row.time[i]:g}"
        yield f"# at_risk = {count}"
    yield ""


def _unsure_cells(row: RiskRow) -> list[int]:
    return [int(i) for i in np.flatnonzero((row.confidence < SURE_CELL) | ~np.isfinite(row.at_risk))]


def _outcome_lines(panels: tuple[PanelReading, ...]) -> Iterator[str]:
    """A frame for what the paper reports, with the names that the figure uses."""
    yield "# What the paper reports; each number is compared with the rebuilt patients."
    for panel in panels:
        if len(panel.arms) < 1:
            continue
        yield "# [[outcome]]"
        yield f"# panel = {quoted(panel.panel.name)}"
        yield '# name = "overall survival"'
        yield f"# time_unit = {quoted(panel.panel.x.unit or 'months')}"
        yield f"# reference = {quoted(panel.arms[0].name)}"
        for arm in panel.arms:
            yield "# [[outcome.arm]]"
            yield f"# name = {quoted(arm.name)}"
            yield '# median = "not reached"'
        for arm in panel.arms[1:]:
            yield "# [[outcome.comparison]]"
            yield f"# arm = {quoted(arm.name)}"
            yield "# hr = 1.00"
            yield "# ci = [0.80, 1.25]"
