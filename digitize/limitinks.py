"""Legend entries that fell to the ink of confidence limits, given to the curve between the limits.

Limits are drawn thinner than their arm, and so is many a legend's sample; blur makes thin lines paler. The sample
then has the tone of the limits, and the arm itself an ink without entry.
"""

from __future__ import annotations

from dataclasses import replace

from ..records import FloatArray
from .claims import behaves
from .limits import without_limits
from .palette import PlotInk, is_paler_tone
from .plotcrop import PlotCrop
from .tracing import trace_ink

# Two limits, and a third path for what else the paler ink may draw.
LIMIT_PATHS = 3


def with_keys_of_middles(crop: PlotCrop, inks: tuple[PlotInk, ...], owns: list[FloatArray]) -> tuple[PlotInk, ...]:
    """The inks with a paler one's legend entry given to the ink whose curve two paths of the paler one enclose.

    owns: coverage (height, width) by each ink. Returns the very same inks where there is no such pair.
    """
    out = list(inks)
    for pale, ink in enumerate(inks):
        for full, other in enumerate(out):
            takes = len(out[pale].keys) == 1 and not other.keys and is_paler_tone(ink.color, other.color)
            if takes and _encloses(crop, inks, owns, pale, full):
                out[full], out[pale] = replace(other, keys=ink.keys), replace(ink, keys=())
    return inks if all(a is b for a, b in zip(out, inks, strict=True)) else tuple(out)


def _encloses(crop: PlotCrop, inks: tuple[PlotInk, ...], owns: list[FloatArray], pale: int, full: int) -> bool:
    """Whether two paths of the pale ink run around the first curve of the full one as its limits."""
    middle = trace_ink(crop, owns[full], full, 1, solid=0)
    if not middle or not behaves(middle[0], crop, inks[full], owns[full], extra=True):
        return False
    around = trace_ink(crop, owns[pale], pale, LIMIT_PATHS, solid=0)
    pairs = [(a, b) for i, a in enumerate(around) for b in around[i + 1 :]]
    return any(len(without_limits([middle[0], *pair])) == 1 for pair in pairs)
