"""Staircases of a vector figure that lie in none of the plots found: a panel without axes of its own may be missing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..records import Box, Caution, Figure, Panel, Stroke

STEPS = 8
"""Vertices that a staircase of a few drops has; frames, guides and legend samples have fewer."""
LONG = 0.3
"""Its length, as a share of the narrowest plot's width."""
MOST_OBLIQUE = 0.1
"""Share of its moves that may be oblique: prints and arrows are full of them."""
SAME = 0.05
"""Pixels by which a level or upright move may be off."""
_MESSAGE = "curves are drawn outside the plots that were read: a panel without numbered axes of its own may be missing"

Found = tuple[Panel, tuple[Caution, ...]]


def with_missing_plots(figure: Figure, found: Sequence[Found]) -> list[Found]:
    """The panels found, each with a doubt where staircases are drawn in none of them."""
    areas = [panel.plot_area for panel, _ in found]
    if not areas or not any(_is_elsewhere(stroke, areas) for stroke in figure.strokes):
        return list(found)
    doubt = Caution("plot-missed", _MESSAGE, "figure", "review")
    return [(panel, (*cautions, doubt)) for panel, cautions in found]


def _is_elsewhere(stroke: Stroke, areas: Sequence[Box]) -> bool:
    x, y = stroke.x_px, stroke.y_px
    if stroke.color is None or stroke.closed or len(x) < STEPS or np.ptp(x) < LONG * min(a.width for a in areas):
        return False
    centre = float(x.min() + x.max()) / 2, float(y.min() + y.max()) / 2
    return not any(area.contains(*centre, 2.0) for area in areas) and _steps_down_or_up(x, y)


def _steps_down_or_up(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether a path runs to the right in level and upright moves that all fall or all rise."""
    dx, dy = np.diff(x), np.diff(y)
    oblique = (np.abs(dx) > SAME) & (np.abs(dy) > SAME)
    one_way = (dy > -SAME).all() or (dy < SAME).all()
    return bool((dx > -SAME).all() and one_way and oblique.mean() <= MOST_OBLIQUE and np.count_nonzero(dy) > 2)
