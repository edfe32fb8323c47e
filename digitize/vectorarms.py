"""The arms of a vector panel in the form that every later stage takes, wherever the lines came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..records import Box, Figure, Panel, Rgb, TextLine
from .drawnarm import DrawnArm
from .legend import LegendKey
from .vector import VectorArm, trace_strokes
from .vectorkeys import inked_share, legend_keys
from .wrapped import with_further_lines

# Colours of a key and its curve differ by rounding between colour spaces, up to this in any channel.
SAME_COLOR = 12


def vector_arms(
    figure: Figure, texts: Sequence[TextLine], panel: Panel
) -> tuple[list[DrawnArm], tuple[LegendKey, ...]]:
    """Arms and legend entries read from a figure's strokes; no arms when the strokes hold no staircase."""
    arms = trace_strokes(figure, panel)
    keys = _keys(figure, texts, panel, arms)
    unseen = frozenset(k.color for k in keys if not any(same_color(k.color, arm.color) for arm in arms))
    if arms and unseen:
        arms = trace_strokes(figure, panel, unseen)
        keys = _keys(figure, texts, panel, arms)
    return [_drawn(arm, tuple(k for k in keys if same_color(k.color, arm.color))) for arm in arms], keys


def _keys(figure: Figure, texts: Sequence[TextLine], panel: Panel, arms: Sequence[VectorArm]) -> tuple[LegendKey, ...]:
    """The legend of the panel, or one that it shares with other panels when that one alone names every arm."""
    used = frozenset(i for arm in arms for i in arm.strokes)
    own = with_further_lines(legend_keys(figure, texts, panel, used), texts)
    if _names_each(own, arms):
        return own
    height, width = figure.pixels.shape[:2]
    page = replace(panel, region=Box(0.0, 0.0, float(width), float(height)))
    shared = with_further_lines(legend_keys(figure, texts, page, used), texts)
    return shared if _names_each(shared, arms) else own


def _names_each(keys: Sequence[LegendKey], arms: Sequence[VectorArm]) -> bool:
    """Whether the arms differ in colour and each has one key, with none left over."""
    found = [[k.name for k in keys if same_color(k.color, arm.color)] for arm in arms]
    names = [names[0] for names in found if len(names) == 1]
    return len(keys) == len(arms) == len(set(names))


def same_color(one: Rgb, two: Rgb) -> bool:
    """Whether two colours are the same paint."""
    return max(abs(a - b) for a, b in zip(one, two, strict=True)) <= SAME_COLOR


def _drawn(arm: VectorArm, keys: tuple[LegendKey, ...]) -> DrawnArm:
    dashes = arm.dash_px[::2]
    return DrawnArm(
        color=arm.color,
        inked=inked_share(arm.dash_px, arm.width_px),
        dash_px=sum(dashes) / len(dashes) if dashes else arm.trace.end_px - float(arm.trace.x_px[0]),
        width_px=arm.width_px,
        trace=arm.trace,
        keys=keys,
        marks_px=arm.marks_px,
        draws_marks=len(arm.marks_px) > 0,
        end_hidden=arm.goes_on,
        evidence={"own_ink": round(arm.confidence, 3), "in_sight": 1.0},
    )
