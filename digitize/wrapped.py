"""Names of legend entries that are set on more than one line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..records import Box, TextLine
from .legend import VALUE, LegendKey, may_name_an_arm

FLUSH = 0.4
"""How far the lines of one name may miss a common left edge, in heights of print."""
NEXT_LINE = 1.9
"""Farthest that the next line of a name stands below the last, top to top in heights of print."""
TIGHT = 0.85
"""Share of the distance between entries below which two lines are of one entry."""
GOES_ON = re.compile(r"(,|[-\u2013/&+(]|\b(?:and|or|with|plus|to|of|vs\.?))$", re.IGNORECASE)


def with_further_lines(keys: Sequence[LegendKey], texts: Sequence[TextLine]) -> tuple[LegendKey, ...]:
    """The legend entries, each with the lines below its name that go on with it.

    A further line has no sample of its own, stands flush under the last one, and either that one ends where no name
    ends ("ECMELLA,") or the lines stand closer than the entries do.
    """
    taken = {key.text_box for key in keys}
    free = [t for t in texts if t.box not in taken and may_name_an_arm(t) and not VALUE.match(t.text)]
    pitch = _pitch(keys)
    return tuple(_continued(key, free, pitch) for key in keys)


def _continued(key: LegendKey, lines: Sequence[TextLine], pitch: float) -> LegendKey:
    last, name, box = key.text_box, key.name, key.text_box
    while True:
        below = [t for t in lines if _is_next(last, t.box)]
        line = min(below, key=lambda t: t.box.top, default=None)
        if line is None or not (GOES_ON.search(name) or line.box.top - last.top < TIGHT * pitch):
            return replace(key, name=name, text_box=box)
        name = f"{name[:-1]}{line.text}" if re.search(r"[a-z]-$", name) else f"{name} {line.text}"
        last, box = line.box, _around(box, line.box)


def _is_next(last: Box, box: Box) -> bool:
    high = min(last.height, box.height)
    return abs(box.left - last.left) <= FLUSH * high and 0.6 * high < box.top - last.top <= NEXT_LINE * high


def _pitch(keys: Sequence[LegendKey]) -> float:
    """The least distance, top to top, of two entries that stand one below the other; 0 when none do."""
    gaps = [
        abs(a.text_box.top - b.text_box.top)
        for i, a in enumerate(keys)
        for b in keys[i + 1 :]
        if abs(a.text_box.left - b.text_box.left) <= FLUSH * a.text_box.height
    ]
    return min((g for g in gaps if g > 0), default=0.0)


def _around(one: Box, two: Box) -> Box:
    return Box(min(one.left, two.left), one.top, max(one.right, two.right), two.bottom)
