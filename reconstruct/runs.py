"""Forward runs of one arm's chain, each begun where an earlier one of the same beginning stands.

Tail shapes that differ only in whether the last patients were cut off have all slots but the last few alike: half of
all the time of reconstructing went into running them twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from .chain import Guide, Layer, run_forward, starting_layer
from .weights import Slot


class SharedRuns:
    """Runs of so many patients; strict as in run_forward."""

    def __init__(self, patients: int, strict: bool) -> None:
        self._start, self._strict = starting_layer(patients), strict
        self._known: list[tuple[tuple[bool, int, float], Sequence[Slot], tuple[Layer, ...]]] = []

    def forward(
        self, slots: Sequence[Slot], *, count_deaths: bool, kept: int, tilt: float = 0.0, guide: Guide | None = None
    ) -> list[Layer]:
        """The layers of run_forward, one of its own for each caller to change. Guided runs share nothing."""
        how = (count_deaths, kept, tilt)
        begun: Sequence[Layer] = ()
        for other, theirs, layers in self._known if guide is None else ():
            alike = _alike(slots, theirs) if other == how else 0
            begun = max(begun, layers[1 : alike + 1], key=len)
        found = run_forward(
            slots,
            self._start,
            count_deaths=count_deaths,
            tilt=tilt,
            guide=guide,
            kept=kept,
            strict=self._strict,
            begun=begun,
        )
        if found and guide is None:
            self._known.append((how, slots, tuple(found)))
        return found


def _alike(slots: Sequence[Slot], others: Sequence[Slot]) -> int:
    """How many of the first slots are the same."""
    pairs = zip(slots, others, strict=False)
    return next((k for k, pair in enumerate(pairs) if not _is_same(*pair)), min(len(slots), len(others)))


def _is_same(one: Slot, other: Slot) -> bool:
    for field in fields(Slot):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            if not np.array_equal(a, b):
                return False
        elif a != b and not (a != a and b != b):  # a level that was not measured is nan in both
            return False
    return True
