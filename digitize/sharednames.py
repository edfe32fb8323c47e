"""One legend for several panels: arms without names have those of the panel that draws them in the same colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..records import ArmReading, Caution, FloatArray, PanelReading, RiskTable
from .inks import color_distance
from .naming import rgb_of
from .pairing import cheapest_pairs
from .trust import NAMELESS

# Lab distance within which lines of two panels are drawn in one colour, and how much nearer it must be than the next.
ONE_COLOR, CLEARER = 12.0, 12.0


def with_shared_names(readings: Sequence[PanelReading]) -> list[PanelReading]:
    """The readings, each without names renamed after the panel of its picture that has the same colours, if one has."""
    named = [r for r in readings if len(r.arms) > 1 and not any(NAMELESS.fullmatch(a.name) for a in r.arms)]
    return [_renamed_after(r, named) for r in readings]


def _renamed_after(reading: PanelReading, named: Sequence[PanelReading]) -> PanelReading:
    if len(reading.arms) < 2 or not all(NAMELESS.fullmatch(a.name) for a in reading.arms):
        return reading
    found = (
        _same_colors(reading.arms, other.arms)
        for other in named
        if other.panel.source.image == reading.panel.source.image
    )
    names = next((n for n in found if n is not None), None)
    return reading if names is None else _renamed(reading, names)


def _same_colors(arms: Sequence[ArmReading], others: Sequence[ArmReading]) -> dict[str, str] | None:
    """The name of each arm in the other panel; None unless every colour of both is clearly one of the other's."""
    if len(arms) != len(others):
        return None
    gap = np.array([[color_distance(rgb_of(a.color), rgb_of(b.color)) for b in others] for a in arms])
    pairs = cheapest_pairs(gap)
    if not all(_is_clear(gap, row, column) for row, column in pairs):
        return None
    return {arms[row].name: others[column].name for row, column in pairs}


def _is_clear(gap: FloatArray, row: int, column: int) -> bool:
    own = gap[row, column]
    others = np.r_[np.delete(gap[row], column), np.delete(gap[:, column], row)]
    return bool(own < ONE_COLOR and others.min() > own + CLEARER)


def _renamed(reading: PanelReading, names: Mapping[str, str]) -> PanelReading:
    cautions = tuple(_about(c, names) for c in reading.cautions if c.code != "nameless")
    rows = tuple(replace(row, arm=names.get(row.arm, row.arm)) for row in reading.risk_table.rows)
    status = reading.status
    if status == "review" and not any(c.severity == "review" for c in cautions):
        status = "ok"
    return replace(
        reading,
        arms=tuple(replace(arm, name=names[arm.name]) for arm in reading.arms),
        risk_table=RiskTable(rows),
        cautions=cautions,
        status=status,
    )


def _about(caution: Caution, names: Mapping[str, str]) -> Caution:
    """The caution with the arms under their names."""

    def rename(text: str) -> str:
        return NAMELESS.sub(lambda m: names.get(m[0], m[0]), text)

    return replace(caution, message=rename(caution.message), where=rename(caution.where))
