"""Choose among readings of at-risk cells by the laws of such tables, and check them against the curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
import numpy.typing as npt

from ..records import Box, Caution, FloatArray, RiskRow, RiskTable, SurvivalCurve, TextLine
from .numbers import parse_cell

# Log-probability that a printed row breaks the law of falling counts although it is read right.
_BROKEN_LAW = -5.0
# The chance left to other readings of a sure cell, and its share per rank.
_LEAST_DOUBT = 0.002
_RANK_SHARE = 0.5
# A cell that breaks a law is believed no more than this.
DOUBTFUL = 0.3
# Rises of sure cells that make a table one of delayed entry when most of its rows have them.
_SURE = 0.9
# Slack of n(t)/N <= S(t-): a curve's own reading error, and half a patient.
_TIME_SLACK = 0.008
_CURVE_SLACK = 0.015
# Share alive at a row's first time below which nothing follows from it.
LEAST_SHARE = 0.01
# A curve has ended when it stops this share of the table's span before a column; how sure a blank then means 0.
_END_SLACK = 0.01
_BLANK_CONFIDENCE = 0.8
# Counts from this on tell how many stay under observation over an interval, in rows of at least so many columns.
FEW_LEFT, STAYING = 5, 4
# A first count with a digit too many: less than LOST of those alive stay over the first interval, but more than KEPT
# over the median later one. Of 330 rows read right one has 0.34 and then 0.59, the others more in the first; two with a
# digit too many have 0.10, and then 0.84 and 0.88.
LOST, KEPT = 0.2, 0.6
# Arms are exchanged when the rows fit the other way round and miss by at least this as printed.
_SWAP_EVIDENCE = 0.04


@dataclass(frozen=True, slots=True)
class CellReading:
    """One cell: the count, what its parentheses hold, how sure the reading is, where it stands."""

    count: int
    second: int | None
    confidence: float
    box: Box


def is_delayed_entry(rows: Sequence[Sequence[TextLine | None]]) -> bool:
    """Whether most rows rise between sure cells: people enter late, counts need not fall."""
    rising = [_rises(row) for row in rows]
    return len(rising) > 0 and sum(rising) > 0.5 * len(rising)


def _rises(row: Sequence[TextLine | None]) -> bool:
    sure = [parse_cell(c.text) for c in row if c is not None and c.confidence >= _SURE]
    counts = [c[0] for c in sure if c is not None]
    return len(counts) > 2 and max(counts) > counts[0]


def choose_row(cells: Sequence[TextLine | None], falling: bool = True) -> list[CellReading | None]:
    """The most probable counts of a row that never rises; where even that breaks the law the cell is doubtful."""
    best: dict[float, tuple[float, tuple[int, ...]]] = {np.inf: (0.0, ())}
    options = [_options(c) for c in cells]
    for choices in options:
        reached: dict[float, tuple[float, tuple[int, ...]]] = {}
        for last, (score, path) in best.items():
            for k, (count, _, chance) in enumerate(choices):
                after = score + chance + (_BROKEN_LAW if falling and count > last else 0.0)
                value = float(count)
                if value not in reached or after > reached[value][0]:
                    reached[value] = (after, (*path, k))
            if not choices and (last not in reached or score > reached[last][0]):
                reached[last] = (score, (*path, -1))
        best = reached
    picks = max(best.values(), key=lambda found: found[0])[1]
    return _readings(cells, options, picks, falling)


def _options(cell: TextLine | None) -> list[tuple[int, int | None, float]]:
    """(count, parentheses, log-probability) of each way to read a cell."""
    if cell is None:
        return []
    found: dict[int, tuple[int | None, float]] = {}
    doubt = max(_LEAST_DOUBT, 1.0 - cell.confidence)
    for rank, text in enumerate((cell.text, *cell.candidates)):
        value = parse_cell(text)
        chance = np.log(max(cell.confidence, 0.05)) if rank == 0 else np.log(doubt * _RANK_SHARE**rank)
        if value is not None and value[0] not in found:
            found[value[0]] = (value[1], float(chance))
    return [(count, second, chance) for count, (second, chance) in found.items()]


def _readings(
    cells: Sequence[TextLine | None],
    options: list[list[tuple[int, int | None, float]]],
    picks: Sequence[int],
    falling: bool,
) -> list[CellReading | None]:
    readings: list[CellReading | None] = []
    least = np.inf
    for cell, choices, pick in zip(cells, options, picks, strict=True):
        if cell is None or pick < 0:
            readings.append(None)
            continue
        count, second, _ = choices[pick]
        confidence = cell.confidence if pick == 0 else min(cell.confidence, 0.8)
        if falling and count > least:
            confidence = min(confidence, DOUBTFUL)
        least = min(least, count)
        readings.append(CellReading(count, second, confidence, cell.box))
    return readings


def reconcile_with_curves(
    table: RiskTable, curves: Mapping[str, SurvivalCurve]
) -> tuple[RiskTable, tuple[Caution, ...]]:
    """Check n(t)/N <= S(t-), which holds for every cohort without delayed entry, row by row.

    Rows that fit only with their arms exchanged are exchanged and named; single cells that break the law are
    dropped when their reading was doubtful, and named. curves: arm name of the row -> its curve.
    """
    tied = [r for r in table.rows if r.arm in curves and _starts_full(r)]
    swapped, cautions = _exchange(tied, curves)
    rows = []
    for row in table.rows:
        row = swapped.get(row.arm, row)
        if row.arm not in curves or not _starts_full(row):
            rows.append(row)
            continue
        row, found = _check_row(row, curves[row.arm])
        row, blank = _blanks_after_end(row, curves[row.arm])
        rows.append(row)
        cautions.extend(found + blank)
    return RiskTable(_without_blank_ends(rows)), tuple(cautions)


def _without_blank_ends(rows: Sequence[RiskRow]) -> tuple[RiskRow, ...]:
    """The rows up to the last time at which any of them has a count."""
    known = [float(r.time[np.isfinite(r.at_risk)].max()) for r in rows if np.isfinite(r.at_risk).any()]
    end = max(known, default=np.inf)
    return tuple(_cut(r, r.time <= end) if (r.time > end).any() else r for r in rows)


def _cut(row: RiskRow, kept: npt.NDArray[np.bool_]) -> RiskRow:
    boxes = tuple(b for b, keep in zip(row.boxes, kept, strict=True) if keep) if row.boxes else ()
    return replace(
        row,
        time=row.time[kept],
        at_risk=row.at_risk[kept],
        cumulative_events=row.cumulative_events[kept],
        cumulative_censored=row.cumulative_censored[kept],
        confidence=row.confidence[kept],
        boxes=boxes,
    )


def _starts_full(row: RiskRow) -> bool:
    """Whether the row gives N at its first time and never exceeds it."""
    known = row.at_risk[np.isfinite(row.at_risk)]
    return len(known) > 1 and np.isfinite(row.at_risk[0]) and known.max() <= row.at_risk[0] and row.at_risk[0] > 0


def _excess(row: RiskRow, curve: SurvivalCurve) -> FloatArray:
    """How far n(t)/N lies above S(t-) in each cell, nan where missing; half a patient and slack allowed."""
    first = int(np.flatnonzero(np.isfinite(row.at_risk))[0])
    total = row.at_risk[first] / share_at_first(row.time[first], curve)
    before = curve.at(row.time - _early(row))
    above = row.at_risk / total - before - 0.5 / total - _CURVE_SLACK
    return np.where(row.time > row.time[first], above, np.where(np.isfinite(row.at_risk), 0.0, np.nan))


def excess_at_risk(row: RiskRow, curve: SurvivalCurve) -> float:
    """Mean of n(t)/N above S(t-), where it is above, over the cells before the curve's end: 0 for a plain cohort."""
    known = np.isfinite(row.at_risk)
    if known.sum() < 2 or row.at_risk[known][0] <= 0:
        return 0.0
    above = np.maximum(0.0, _excess(row, curve)[known & (row.time <= curve.time[-1])])
    return float(above.mean()) if len(above) else 0.0


def begins_too_high(row: RiskRow, curve: SurvivalCurve) -> bool:
    """Whether a row's first count would lose nearly all patients to censoring before the second, later ones few."""
    known = np.isfinite(row.at_risk) & (row.time < curve.time[-1])
    count, left = row.at_risk[known], curve.at(row.time[known])
    few = np.flatnonzero((count < FEW_LEFT) | (left <= 0))
    count, left = (values[: few[0] if len(few) else None] for values in (count, left))
    if len(count) < STAYING:
        return False
    stay = (count[1:] / count[:-1]) / (left[1:] / left[:-1])
    return bool(stay[0] < LOST and np.median(stay[1:]) > KEPT)


def counted_past(row: RiskRow, curve: SurvivalCurve) -> float:
    """How far past the end of a curve patients of its arm are still counted at risk, in units of time."""
    counted = row.time[row.at_risk > 0]
    return float(counted.max() - curve.time[-1]) if len(counted) else 0.0


def share_at_first(time: float, curve: SurvivalCurve) -> float:
    """The share of patients alive at a row's first time, which is not always the start: their number there is no N."""
    return 1.0 if time <= curve.time[0] else max(float(curve.at([time])[0]), LEAST_SHARE)


def _early(row: RiskRow) -> float:
    """Time by which a drop at the very time of a count may have been read too early: a pixel in small pictures."""
    return _TIME_SLACK * float(row.time[-1] - row.time[0])


def _exchange(rows: Sequence[RiskRow], curves: Mapping[str, SurvivalCurve]) -> tuple[dict[str, RiskRow], list[Caution]]:
    """Rows whose arms must be exchanged to meet their curves, by new arm name."""
    if not 2 <= len(rows) <= 5:
        return {}, []
    arms = [r.arm for r in rows]

    def worst(order: Sequence[str]) -> float:
        return max(float(np.nanmax(_excess(r, curves[a]))) for r, a in zip(rows, order, strict=True))

    printed = worst(arms)
    best = min(permutations(arms), key=lambda order: (worst(order), order != tuple(arms)))
    if printed < _SWAP_EVIDENCE or worst(best) > 0.0:
        return {}, []
    moved = {a: replace(r, arm=a) for r, a in zip(rows, best, strict=True)}
    names = ", ".join(f"{r.arm!r} to {a!r}" for r, a in zip(rows, best, strict=True) if r.arm != a)
    message = f"number-at-risk rows fit the curves only when exchanged ({names}); they were exchanged"
    return moved, [Caution("risk-rows-exchanged", message, "number-at-risk table", "review")]


def _blanks_after_end(row: RiskRow, curve: SurvivalCurve) -> tuple[RiskRow, list[Caution]]:
    """The row with 0 in blank cells at its end where the drawn curve has ended: some programs print no zeros."""
    last = np.flatnonzero(np.isfinite(row.at_risk)).max()
    span = float(row.time[-1] - row.time[0])
    ended = row.time > curve.time[-1] + _END_SLACK * span
    printed = np.array([box is not None for box in row.boxes] or [False] * len(row.time))
    blank = np.flatnonzero(ended & ~printed & (np.arange(len(row.time)) > last))
    if not len(blank) or len(blank) < len(row.time) - 1 - last:
        return row, []
    counts, confidence = row.at_risk.copy(), row.confidence.copy()
    counts[blank], confidence[blank] = 0.0, _BLANK_CONFIDENCE
    message = f"{row.arm}: blank cells from {row.time[blank[0]]:g} on are taken as 0, the curve has ended there"
    note = Caution("risk-blank-zero", message, "number-at-risk table")
    return replace(row, at_risk=counts, confidence=confidence), [note]


def _check_row(row: RiskRow, curve: SurvivalCurve) -> tuple[RiskRow, list[Caution]]:
    """The row with doubtful cells that break n(t)/N <= S(t-) dropped, and a caution for each break."""
    counts, confidence = row.at_risk.copy(), row.confidence.copy()
    cautions = []
    for i in np.flatnonzero(_excess(row, curve) > 0):
        total = row.at_risk[0] / share_at_first(row.time[0], curve)
        most = int(np.floor(total * (curve.at([row.time[i] - _early(row)])[0] + _CURVE_SLACK) + 0.5))
        printed = int(counts[i])
        if confidence[i] < _SURE:
            counts[i] = np.nan
        confidence[i] = min(confidence[i], DOUBTFUL)
        message = f"{row.arm}: {printed} at risk at {row.time[i]:g} is more than the curve allows (at most {most})"
        box = row.boxes[i] if i < len(row.boxes) else None
        cautions.append(Caution("risk-above-curve", message, "number-at-risk table", "review", box))
    return replace(row, at_risk=counts, confidence=confidence), cautions
