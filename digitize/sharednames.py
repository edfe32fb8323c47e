"""One legend for several panels: arms without names have those of the panel that draws them in the same colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..records import ArmReading, Caution, FloatArray, PanelReading, RiskTable
from .curvelabels import likeness
from .inks import color_distance
from .naming import BY_ORDER, rgb_of
from .pairing import cheapest_pairs
from .trust import NAMELESS

# Lab distance within which lines of two panels are drawn in one colour, and how much nearer it must be than the next.
ONE_COLOR, CLEARER = 12.0, 12.0
# By how much a name must be liker to its own in the other panel than to any other: a letter in eight.
MORE_ALIKE = 0.12


def with_shared_names(readings: Sequence[PanelReading]) -> list[PanelReading]:
    """The readings, each without names renamed after the panel of its picture that has the same colours, if one has.

    Names that only the order of the table's rows gave are borne out by such a panel, or stay in doubt.
    """
    named = [r for r in readings if len(r.arms) > 1 and not _by_order(r) and not any(map(_is_nameless, r.arms))]
    return [_renamed_after(r, named) for r in readings]


def _is_nameless(arm: ArmReading) -> bool:
    return NAMELESS.fullmatch(arm.name) is not None


def _by_order(reading: PanelReading) -> bool:
    return any(c.code == BY_ORDER for c in reading.cautions)


def _renamed_after(reading: PanelReading, named: Sequence[PanelReading]) -> PanelReading:
    nameless = len(reading.arms) > 1 and all(map(_is_nameless, reading.arms))
    if not nameless and not _by_order(reading):
        return reading
    found = (
        _same_colors(reading.arms, other.arms)
        for other in named
        if other.panel.source.image == reading.panel.source.image
    )
    names = next((n for n in found if n is not None), None)
    if names is None:
        return reading
    if nameless:
        return _renamed(reading, names)
    return _without(reading, BY_ORDER) if _agree(names) else reading


def _agree(names: Mapping[str, str]) -> bool:
    """Whether each name is likest to its own of the other panel, and clearly so."""
    own = list(names)
    like = np.array([[likeness(a, names[b]) for b in own] for a in own])
    rivals = like - 2.0 * np.eye(len(own))
    return bool((like.diagonal() > np.maximum(rivals.max(axis=0), rivals.max(axis=1)) + MORE_ALIKE).all())


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
    told = _without(reading, "nameless")
    rows = tuple(replace(row, arm=names.get(row.arm, row.arm)) for row in reading.risk_table.rows)
    return replace(
        told,
        arms=tuple(replace(arm, name=names[arm.name]) for arm in reading.arms),
        risk_table=RiskTable(rows),
        cautions=tuple(_about(c, names) for c in told.cautions),
    )


def _without(reading: PanelReading, code: str) -> PanelReading:
    """The reading without the doubts of one kind, which another panel has settled."""
    cautions = tuple(c for c in reading.cautions if c.code != code)
    settled = reading.status == "review" and not any(c.severity == "review" for c in cautions)
    return replace(reading, cautions=cautions, status="ok" if settled else reading.status)


def _about(caution: Caution, names: Mapping[str, str]) -> Caution:
    """The caution with the arms under their names."""

    def rename(text: str) -> str:
        return NAMELESS.sub(lambda m: names.get(m[0], m[0]), text)

    return replace(caution, message=rename(caution.message), where=rename(caution.where))
