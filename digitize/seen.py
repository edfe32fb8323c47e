"""Which of a file's strokes and texts a reader sees: those that leave ink in the rendering.

A file may hold layers that are switched off, or drawings under a white box; its objects are all listed alike.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..records import FloatArray, MaskArray, PixelArray, Stroke, TextLine

# Places along a stroke at which the rendering is looked at.
PLACES = 24
# Half the side (px) of the window looked at there, which holds the edge of all but the thickest lines.
REACH = 2
# A window whose channels differ by no more than this holds one shade: bare paper, a tint, or the inside of a line.
ONE_SHADE = 10
# ... which is the line's own when it is within this of its colour in every channel; faint inks are not judged.
OWN_SHADE, LEAST_CONTRAST = 60, 60
# A line of which so much runs over bare ground is not painted; of dashed lines more is gaps.
MOST_BARE, MOST_BARE_DASHED = 0.5, 0.97


def seen_strokes(strokes: Sequence[Stroke], pixels: PixelArray) -> tuple[Stroke, ...]:
    """The strokes (in px of the rendering) but for lines that run over bare ground."""
    judged = [i for i, s in enumerate(strokes) if _may_be_judged(s)]
    if not judged:
        return tuple(strokes)
    places = np.stack([_places(strokes[i]) for i in judged])
    colors = np.array([strokes[i].color or strokes[i].fill for i in judged], float)
    bare = _bare(places, colors, pixels)
    most = np.array([MOST_BARE_DASHED if strokes[i].dash_px else MOST_BARE for i in judged])
    hidden = {judged[k] for k in np.flatnonzero(bare.mean(axis=1) > most)}
    return tuple(s for i, s in enumerate(strokes) if i not in hidden)


def seen_texts(texts: Sequence[TextLine], pixels: PixelArray) -> tuple[TextLine, ...]:
    """The texts but for those in whose boxes there is no ink."""
    return tuple(t for t in texts if _holds_ink(t, pixels))


def _may_be_judged(stroke: Stroke) -> bool:
    """Whether a stroke is a line, not an area, in an ink that stands out from white."""
    paint = stroke.color if stroke.color is not None and stroke.width_px > 0 else None
    return paint is not None and 255 - min(paint) >= LEAST_CONTRAST and stroke.opacity > 0.5 and len(stroke.x_px) > 1


def _places(stroke: Stroke) -> FloatArray:
    """(PLACES, 2) points evenly spaced along the stroke, its ends left out."""
    points = np.column_stack([stroke.x_px, stroke.y_px])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = (np.arange(PLACES) + 0.5) / PLACES * along[-1]
    return np.column_stack([np.interp(at, along, points[:, 0]), np.interp(at, along, points[:, 1])])


def _bare(places: FloatArray, colors: FloatArray, pixels: PixelArray) -> MaskArray:
    """(n, PLACES) whether each place shows one light shade that is not the stroke's colour; off the picture none does.

    A dark one may be the ink of another line, or of a crowd of marks, that was painted over the stroke.
    """
    height, width = pixels.shape[:2]
    columns, rows = np.round(places[..., 0]).astype(int), np.round(places[..., 1]).astype(int)
    inside = (columns >= REACH) & (rows >= REACH) & (columns < width - REACH) & (rows < height - REACH)
    columns, rows = np.clip(columns, REACH, width - REACH - 1), np.clip(rows, REACH, height - REACH - 1)
    low = high = pixels[rows, columns].astype(np.int16)
    own = np.abs(low - colors[:, None, :]).max(axis=2) <= OWN_SHADE
    for dy in range(-REACH, REACH + 1):
        for dx in range(-REACH, REACH + 1):
            near = pixels[rows + dy, columns + dx].astype(np.int16)
            low, high = np.minimum(low, near), np.maximum(high, near)
    light = 255 - low.min(axis=2) < LEAST_CONTRAST
    return inside & ~own & light & ((high - low).max(axis=2) <= ONE_SHADE)


def _holds_ink(text: TextLine, pixels: PixelArray) -> bool:
    box = text.box
    crop = pixels[max(0, int(box.top) - 1) : int(box.bottom) + 2, max(0, int(box.left) - 1) : int(box.right) + 2]
    return crop.size == 0 or int(np.ptp(crop.reshape(-1, 3).astype(np.int16), axis=0).max()) > ONE_SHADE
