"""Paler stretches of a curve that were taken for an ink of their own: thin lines between two rows, lines over a tint.

A thin line that falls between two rows of pixels is paler than one that falls on a row, and a line over a shaded band
takes on its tone. Where such an ink runs along a curve of the stronger one, it is that curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..records import FloatArray, Rgb
from .pairing import cheapest_pairs
from .palette import THIN, TINT_HUE, PlotInk, hue_gap, is_grey, is_paler_tone, is_tint
from .plotcrop import PlotCrop
from .tracing import TracedPath, separate_inks, stroke_mask

LEAST_ALONG = 0.6
"""Share of a paler ink that must lie along a curve to be a part of it: 0.86 and more where it is, below 0.45 for edges
of bands, grids and other arms, on figures of known truth."""


def join_paler_stretches(crop: PlotCrop, paths: Sequence[TracedPath], inks: tuple[PlotInk, ...]) -> tuple[PlotInk, ...]:
    """The inks with those that run along the path of another of their hue joined with it, in the stronger one's colour.

    paths: the arms as traced in these inks. Inks that draw an arm or have a legend entry are never given away, but for
    a paler one along a curve without entry: a thin sample is as pale as such stretches, and takes them for its own.
    """
    drawn = {p.ink for p in paths}
    bare = {i for i in drawn if not inks[i].keys}
    spare = [
        i
        for i, ink in enumerate(inks)
        if (i not in drawn and not ink.keys)
        or (ink.keys and any(is_paler_tone(ink.color, inks[k].color) for k in bare))
    ]
    if not spare:
        return inks
    owns = separate_inks(crop, tuple((i.color, *i.shades) for i in inks))
    home: dict[int, int] = {}
    for i in spare:
        kin = {k for k in (bare if inks[i].keys else drawn) if _may_be_one(inks[i].color, inks[k].color)}
        # Two greys or two blues may both be the stronger: their tone belongs to neither.
        if len(kin) == 1 and any(p.ink in kin and _share_along(owns[i], p) > LEAST_ALONG for p in paths):
            home[i] = kin.pop()
    joined = {k: [inks[i] for i in home if home[i] == k] for k in drawn}
    return tuple(_joined(ink, joined.get(k, [])) for k, ink in enumerate(inks) if k not in home)


def _may_be_one(spare: Rgb, drawn: Rgb) -> bool:
    """Whether a spare ink's colour is a paler tone of an arm's, or the arm's a paler tone of one of the same hue."""
    return is_paler_tone(spare, drawn) or is_tint(drawn, spare)


def _joined(ink: PlotInk, others: list[PlotInk]) -> PlotInk:
    """One ink of several, with the colour of the strongest; darker scraps, as of marks on its line, are its tones."""
    if not others:
        return ink
    scraps = [one for one in others if one.pixels < ink.pixels and sum(one.color) < sum(ink.color)]
    colors = [c for one in (ink, *others) if one not in scraps for c in (one.color, *one.shades)]
    # On white paper the darkest is the strongest.
    colors.sort(key=sum)
    tones = (*ink.tones, *(c for one in scraps for c in (one.color, *one.shades)))
    pixels, keys = sum(one.pixels for one in (ink, *others)), tuple(k for one in (ink, *others) for k in one.keys)
    return replace(ink, color=colors[0], keys=keys, shades=tuple(colors[1:]), tones=tones, pixels=pixels)


def _share_along(own: FloatArray, path: TracedPath) -> float:
    """Share of an ink within the stroke of a path."""
    stroke, total = stroke_mask(path.stair, own.shape, path.width_px), float(own.sum())
    return float(own[stroke].sum()) / total if total else 0.0


def with_stronger_tones(inks: tuple[PlotInk, ...]) -> tuple[PlotInk, ...]:
    """The inks with grey ones whose samples are all thin joined with the darkest grey without a sample.

    Blur makes thin lines paler than the marks on them.
    """
    bare = [i for i, ink in enumerate(inks) if not ink.keys and is_grey(ink.color)]
    thin = [i for i, ink in enumerate(inks) if ink.keys and all(k.width_px <= THIN for k in ink.keys)]
    thin = [i for i in thin if is_grey(inks[i].color)]
    if len(thin) != 1 or not bare:
        return inks
    strong = min(bare, key=lambda i: sum(inks[i].color))
    pale = thin[0]
    if sum(inks[strong].color) >= sum(inks[pale].color):
        return inks
    whole = replace(inks[strong], keys=inks[pale].keys)
    shades = (inks[pale].color, *inks[pale].shades)
    whole = replace(whole, shades=shades, pixels=whole.pixels + inks[pale].pixels)
    return tuple(whole if i == strong else ink for i, ink in enumerate(inks) if i != pale)


def with_idle_keys(inks: tuple[PlotInk, ...], drawn: set[int]) -> tuple[PlotInk, ...]:
    """The inks with the keys of those that draw no arm given to where their lines must be.

    drawn: the inks that draw arms. A sample drawn by hand beside a program's curves has their hue, not their colour;
    greys that cannot be told pixel by pixel are traced together, and told apart along their lines.
    """
    idle = {i for i, ink in enumerate(inks) if ink.keys and i not in drawn}
    homes = _homes_by_hue(inks, idle)
    out = [replace(ink, keys=inks[homes[i]].keys) if i in homes else ink for i, ink in enumerate(inks)]
    greys = [i for i, ink in enumerate(inks) if ink.keys and is_grey(ink.color)]
    left = {*homes.values()}
    if len(greys) > 1 and idle & set(greys):
        out[greys[0]] = _traced_together([inks[i] for i in greys])
        left |= set(greys[1:])
    return tuple(ink for i, ink in enumerate(out) if i not in left)


def _homes_by_hue(inks: tuple[PlotInk, ...], idle: set[int]) -> dict[int, int]:
    """For inks without keys the idle ink whose keys they take: that of their hue."""
    bare, given = [i for i, ink in enumerate(inks) if not ink.keys], sorted(idle)
    gaps = np.array([[hue_gap(inks[i].color, inks[k].color) for k in given] for i in bare]).reshape(
        len(bare), len(given)
    )
    return {bare[r]: given[c] for r, c in cheapest_pairs(np.minimum(gaps, TINT_HUE)) if gaps[r, c] < TINT_HUE}


def _traced_together(greys: list[PlotInk]) -> PlotInk:
    """One ink of several greys, each a tone of its own."""
    darkest = min(greys, key=lambda ink: sum(ink.color))
    tones = tuple(ink.color for ink in greys if ink is not darkest)
    keys = sorted((k for ink in greys for k in ink.keys), key=lambda k: (k.text_box.top, k.text_box.left))
    return replace(darkest, keys=tuple(keys), tones=tones, pixels=sum(ink.pixels for ink in greys))
