"""Which inks may draw arms: clusters of colour in the plot, joined with the colours that legend keys show."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..records import MaskArray, Rgb
from .inks import (
    INK_CONTRAST,
    SAME_COLOR,
    ColorArray,
    InkMap,
    color_distance,
    dominant_colors,
    length_of,
    line_width,
    to_lab,
)
from .legend import LegendKey

SOLID = 0.9
"""Inked share of a key above which its line is solid."""
RAY_MISS = 26.0
"""RGB distance from the line paper-ink within which a fainter colour may be that ink blurred."""
LEAST_INK = 0.12
"""Ink, in px for each column of the plot, below which a colour draws no curve."""
SAME_SHADE = 5.0
"""Lab distance below which two solid samples have one colour: blur and JPEG move a sample by up to 4."""
FAINTEST_SHADE = 0.25
"""Least share of an ink's contrast that a shade of its line has: a grid of a seventh is no shade of the curves."""
PALE, TINT_HUE = 0.6, 28.0
"""A tone with less than this share of an ink's contrast may turn by so many degrees: tints mix with grey paper."""
SAME_TINT = 10.0
"""Distance in the a, b plane of Lab within which thin samples have one hue: JPEG at quality 40 moves grey by 6."""
THIN = 2.0
"""Stroke width up to which a line has no pixel that is surely all ink, so that its shades alternate along it."""
COMMON, DULLER = 0.3, 0.9
"""Share of a line's pixels that a stronger shade needs to be the line's full ink, its edges being paler; and of the
edges' Lab chroma, which mixing with white paper lowers and mixing with black marks lowers in the ink itself."""
THIN_REACH = 9
"""Pixels along a thin line within which a fainter stretch meets a stronger one."""
LEAST_BETWEEN = 0.5
"""Ink, in px for each column of the plot, from which a colour between two others may be a line: half a plot of it."""
MEETING_REACH, MEETING = 3, 0.15
"""Pixels from two inks within which the colour that they mix to lies, and the least share of it that does so: 0.2 and
more of mixtures on figures of known truth, up to 0.04 of the middle one of three shades."""
LEAST_CHROMA, GREY = 15.0, 25
"""Lab chroma below which a colour has no hue to speak of, and the spread of red, green and blue of a grey."""
SAME_HUE = 14.0
"""Degrees of Lab hue within which touching shades are one line; JPEG bleeds colour by up to 12."""


@dataclass(frozen=True, slots=True)
class PlotInk:
    """One ink of the plot: its colour, how many pixels it has, the legend keys that show it, its paler shades.

    tones: colours of further lines that are traced together with it, as greys too near to be told pixel by pixel.
    """

    color: Rgb
    pixels: int
    keys: tuple[LegendKey, ...] = ()
    shades: tuple[Rgb, ...] = ()
    tones: tuple[Rgb, ...] = ()


def find_inks(ink: InkMap, keys: tuple[LegendKey, ...], mask: MaskArray) -> tuple[PlotInk, ...]:
    """Find the inks of the plot area (mask: bool, where curves can be), shades of one line merged, most ink first.

    Each legend key is tied to the ink that it shows. Keys of two strengths that share one cluster split it.
    """
    paper = ink.usual_paper
    kept = _merge_shades(ink, mask, paper)
    for group in _group_keys(keys, kept, paper):
        kept = _tie_group(ink, kept, group, mask, paper)
    kept = _absorb_shades(kept, paper)
    least = LEAST_INK * mask.shape[1]
    return tuple(sorted((k for k in kept if k.pixels > least), key=lambda k: -k.pixels))


def _merge_shades(ink: InkMap, mask: MaskArray, paper: ColorArray) -> list[PlotInk]:
    """Clusters of colour, fullest first, with the shades of each line merged under its strongest common colour."""
    thin = line_width(np.where(mask, ink.strength, 0) / max(1.0, float(ink.strength.max()))) <= THIN
    reach = THIN_REACH if thin else 2
    kept: list[PlotInk] = []
    for color, count in dominant_colors(ink, mask):
        if _strength(color, paper) <= INK_CONTRAST or _is_blend(ink, color, count, kept, mask):
            continue
        home = next((i for i, k in enumerate(kept) if _one_line(ink, color, k.color, paper, mask, reach)), None)
        if home is None:
            kept.append(PlotInk(color, count))
            continue
        common = count > COMMON * kept[home].pixels and _is_fuller(color, kept[home].color, paper)
        kept[home] = PlotInk(color if common else kept[home].color, kept[home].pixels + count)
    return kept


def _is_fuller(color: Rgb, home: Rgb, paper: ColorArray) -> bool:
    """Whether a colour may be the full ink of which another is the soft edge: stronger, and no less colourful.

    Where blur mixes a curve with darker marks on it, the mixture is stronger too, but duller.
    """
    chroma, edge = (float(np.linalg.norm(to_lab(np.asarray(c, float))[1:])) for c in (color, home))
    return _strength(color, paper) > _strength(home, paper) and chroma > DULLER * edge


def _absorb_shades(kept: list[PlotInk], paper: ColorArray) -> list[PlotInk]:
    """Unnamed paler shades of an ink that several thin styles share belong to it: dashes are paler than solid lines."""
    out = []
    for ink in kept:
        if len(ink.keys) > 1 and min(k.width_px for k in ink.keys) <= THIN:
            # Beside thick lines only the blur of thin ones: pale grids are shades of black too.
            palest = 0.0 if max(k.width_px for k in ink.keys) <= THIN else PALE
            paler = [k for k in kept if not k.keys and palest < _share_and_miss(k.color, ink.color, paper)[0]]
            paler = [k for k in paler if _is_shade(k.color, ink.color, paper)]
            ink = replace(ink, shades=tuple(k.color for k in paler), pixels=ink.pixels + sum(k.pixels for k in paler))
        out.append(ink)
    taken = {shade for ink in out for shade in ink.shades}
    return [ink for ink in out if ink.color not in taken]


def _one_line(ink: InkMap, color: Rgb, other: Rgb, paper: ColorArray, mask: MaskArray, reach: int) -> bool:
    """Whether two clusters are shades of one line: one hue or one ray from the paper, and the lesser clings."""
    faint, strong = sorted((color, other), key=lambda c: _strength(c, paper))
    if _strength(faint, paper) < FAINTEST_SHADE * _strength(strong, paper):
        return False
    return _may_be_shade(faint, strong, paper) and _clings(ink, color, other, mask, reach)


def _group_keys(keys: tuple[LegendKey, ...], kept: list[PlotInk], paper: ColorArray) -> list[list[LegendKey]]:
    """Legend keys by ink: one colour, or blurs of it told apart by their dashes."""
    groups: list[list[LegendKey]] = []
    for key in sorted(keys, key=lambda k: -_strength(k.color, paper)):
        home = next((g for g in groups if all(_one_ink(key, other, kept, paper) for other in g)), None)
        if home is None:
            groups.append([key])
        else:
            home.append(key)
    return groups


def _one_ink(a: LegendKey, b: LegendKey, kept: list[PlotInk], paper: ColorArray) -> bool:
    # Two solid lines that differ in shade at all are two inks, or the legend could not tell them apart.
    both_solid = a.inked > SOLID and b.inked > SOLID
    if color_distance(a.color, b.color) < (SAME_SHADE if both_solid else SAME_COLOR):
        return True
    if not both_solid and _is_blurred_beside(a, b, paper):
        return True
    homes = [
        next((i for i, k in enumerate(kept) if color_distance(k.color, c.color) < SAME_COLOR), None) for c in (a, b)
    ]
    if None not in homes and homes[0] != homes[1]:
        return False
    faint, strong = sorted((a.color, b.color), key=lambda c: _strength(c, paper))
    # Thin dashes lose contrast to blur, but a legend's samples stand alone and keep their hue.
    thin = max(a.width_px, b.width_px) <= THIN and not both_solid
    return thin and _tint_distance(a.color, b.color) < SAME_TINT and _is_shade(faint, strong, paper)


def _is_blurred_beside(a: LegendKey, b: LegendKey, paper: ColorArray) -> bool:
    """Whether one of two keys is a thin line that blur made paler than the thick line of its ink."""
    faint, strong = sorted((a, b), key=lambda k: _strength(k.color, paper))
    share, miss = _share_and_miss(faint.color, strong.color, paper)
    return faint.width_px <= THIN < strong.width_px and PALE < share < 1.0 and miss < RAY_MISS


def _tint_distance(a: Rgb, b: Rgb) -> float:
    """Distance of two colours in the a, b plane of Lab, whatever their lightness."""
    return float(np.linalg.norm(to_lab(np.asarray(a, float))[1:] - to_lab(np.asarray(b, float))[1:]))


def _tie_group(
    ink: InkMap, kept: list[PlotInk], group: list[LegendKey], mask: MaskArray, paper: ColorArray
) -> list[PlotInk]:
    """Give a group of keys to the ink of which they are a sample; make a new ink where another group has taken it."""
    color = max((k.color for k in group), key=lambda c: _strength(c, paper))
    near = [
        i for i, k in enumerate(kept) if color_distance(k.color, color) < SAME_COLOR or _is_shade(color, k.color, paper)
    ]
    free = [i for i in near if not kept[i].keys]
    names = tuple(sorted(group, key=lambda k: (k.text_box.top, k.text_box.left)))
    if free:
        i = min(free, key=lambda i: color_distance(kept[i].color, color))
        return [replace(k, keys=names) if j == i else k for j, k in enumerate(kept)]
    taken = next((kept[i] for i in near), None)
    if taken is not None:
        color = _scaled(color, taken, paper)
    amount = _ink_amount(ink, color, mask)
    return [*kept, PlotInk(color, amount, names)] if amount else kept


def _scaled(color: Rgb, taken: PlotInk, paper: ColorArray) -> Rgb:
    """A key's colour at the strength that its ink has in the plot, by how the stronger ink's own key compares.

    Thin samples are fainter than the curve they stand for; two greys keep their ratio.
    """
    shown = max(_strength(k.color, paper) for k in taken.keys)
    ratio = min(_strength(taken.color, paper) / max(shown, 1.0), 255.0 / max(_strength(color, paper), 1.0) * 1.7)
    scaled = np.clip(paper + (np.asarray(color, float) - paper) * ratio, 0, 255)
    r, g, b = (round(float(v)) for v in scaled)
    return r, g, b


def _strength(color: Rgb, paper: ColorArray) -> float:
    return float(np.linalg.norm(np.asarray(color, float) - paper))


def _share_and_miss(faint: Rgb, strong: Rgb, paper: ColorArray) -> tuple[float, float]:
    """How far along the way from paper to the strong colour the faint one lies, and how far beside it."""
    direction = np.asarray(strong, float) - paper
    offset = np.asarray(faint, float) - paper
    share = float(offset @ direction) / max(float(direction @ direction), 1.0)
    return share, float(np.linalg.norm(offset - share * direction))


def _is_shade(faint: Rgb, strong: Rgb, paper: ColorArray) -> bool:
    """Whether a colour lies on the way from the paper to a stronger one."""
    share, miss = _share_and_miss(faint, strong, paper)
    return 0.0 < share < 1.0 and miss < RAY_MISS


def _may_be_shade(faint: Rgb, strong: Rgb, paper: ColorArray) -> bool:
    return _is_shade(faint, strong, paper) or _same_hue(faint, strong)


def hue_gap(a: Rgb, b: Rgb) -> float:
    """Degrees of Lab hue between two colours, 180 where one is grey."""
    (_, *one), (_, *two) = to_lab(np.asarray(a, float)), to_lab(np.asarray(b, float))
    if min(np.hypot(*one), np.hypot(*two)) < LEAST_CHROMA:
        return 180.0
    turn = np.degrees(np.arctan2(one[1], one[0]) - np.arctan2(two[1], two[0]))
    return float(abs((turn + 180) % 360 - 180))


def is_grey(color: Rgb) -> bool:
    """Whether red, green and blue of a colour are nearly the same."""
    return max(color) - min(color) < GREY


def same_line(a: Rgb, b: Rgb) -> bool:
    """Whether two colours on white paper could be shades of one line."""
    paper = np.array([255.0, 255.0, 255.0])
    faint, strong = sorted((a, b), key=lambda c: _strength(c, paper))
    return _may_be_shade(faint, strong, paper)


def is_tint(color: Rgb, strong: Rgb) -> bool:
    """Whether a colour is a paler tone of a chromatic one on white paper."""
    paper = np.array([255.0, 255.0, 255.0])
    paler = _strength(color, paper) / max(_strength(strong, paper), 1.0)
    return paler < 1.0 and _same_hue(color, strong, SAME_HUE if paler > PALE else TINT_HUE)


def is_paler_tone(color: Rgb, strong: Rgb) -> bool:
    """Whether a colour is a stronger one blurred on white paper, or seen over a tint."""
    paper = np.array([255.0, 255.0, 255.0])
    paler = _strength(color, paper) < _strength(strong, paper)
    return paler and (_is_shade(color, strong, paper) or _same_hue(color, strong, TINT_HUE))


def _same_hue(a: Rgb, b: Rgb, within: float = SAME_HUE) -> bool:
    """Whether two colours are chromatic and of one hue, to within so many degrees."""
    return hue_gap(a, b) < within


def _is_blend(ink: InkMap, color: Rgb, count: int, kept: list[PlotInk], mask: MaskArray) -> bool:
    """Whether a colour lies between two inks: the pixels where their lines meet.

    count: its pixels. The middle one of three blues lies between the others too, but draws a line away from them.
    """
    point = np.asarray(color, float)
    may_be_line = count > LEAST_BETWEEN * mask.shape[1]
    for i, one in enumerate(kept):
        for two in kept[i + 1 :]:
            a, b = np.asarray(one.color, float), np.asarray(two.color, float)
            share = float((point - a) @ (b - a)) / max(float((b - a) @ (b - a)), 1.0)
            between = 0.1 < share < 0.9 and np.linalg.norm(point - a - share * (b - a)) < RAY_MISS
            if between and not (may_be_line and _stands_aside(ink, color, (one, two), mask)):
                return True
    return False


def _stands_aside(ink: InkMap, color: Rgb, inks: tuple[PlotInk, PlotInk], mask: MaskArray) -> bool:
    """Whether next to none of a colour's pixels lie beside one of two inks."""
    return min(_share_beside(ink, color, k.color, mask, MEETING_REACH) for k in inks) < MEETING


def _ink_amount(ink: InkMap, color: Rgb, mask: MaskArray) -> int:
    """Number of pixels in the mask whose core has the colour or a shade of it."""
    direction = np.asarray(color, np.float32) - ink.paper
    length2 = np.maximum((direction**2).sum(axis=2), 1.0)
    offset = ink.core - ink.paper
    share = (offset * direction).sum(axis=2) / length2
    aside = np.sqrt(((offset - share[..., None] * direction) ** 2).sum(axis=2))
    return int((mask & (share > 0.35) & (share < 1.3) & (aside < RAY_MISS)).sum())


def _clings(ink: InkMap, faint: Rgb, strong: Rgb, mask: MaskArray, reach: int) -> bool:
    """Whether most pixels of one colour lie within `reach` px of the other, as the soft edges of its lines do."""
    return _share_beside(ink, faint, strong, mask, reach) > 0.6


def _share_beside(ink: InkMap, color: Rgb, other: Rgb, mask: MaskArray, reach: int) -> float:
    """Share of one colour's pixels within `reach` px of another colour, 0 where there are none."""
    near_other = _near_color(ink, other) & mask
    grown = cv2.dilate(near_other.astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)) > 0
    near = _near_color(ink, color) & mask
    return float(grown[near].mean()) if near.any() else 0.0


def _near_color(ink: InkMap, color: Rgb) -> MaskArray:
    return length_of(ink.core - np.asarray(color, np.float32)) < 30.0
