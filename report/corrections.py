"""What a person puts right: numbers at risk of the pivot replaced by hand, and options kept on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from ..errors import BadTable, UsageError
from ..records import Caution, CellByHand, MaskArray, PanelReading, Reading, RiskRow, RiskTable

Table = TypeVar("Table")
# Under which the study file that was run stands among what is said about the figure.
STUDY_KEY = "study file"
RISK_TABLE, TOTALS = "--risk-table", "--totals"


def with_risk_tables(reading: Reading, tables: Mapping[str, RiskTable], file: str) -> Reading:
    """The reading with the numbers at risk replaced by those of a file, by panel.

    Raises BadTable when the file speaks of panels or arms that were not read.
    """
    names = [p.panel.name for p in reading.digitization.panels]
    by_name = by_panel(tables, names, file)
    for panel in reading.digitization.panels:
        arms = [a.name for a in panel.arms]
        rows = by_name[panel.panel.name].rows if panel.panel.name in by_name else ()
        strange = [row.arm for row in rows if row.arm not in arms]
        if strange:
            raise BadTable(f'{file}: arm "{strange[0]}" has no curve (curves: {", ".join(arms)})')
    return _with_tables(reading, by_name)


def with_cells(reading: Reading, cells: Sequence[CellByHand]) -> Reading:
    """The reading with single numbers at risk put right, and a note of each.

    Raises UsageError when there is no such panel, arm or time.
    """
    panels = {p.panel.name: p for p in reading.digitization.panels}
    tables: dict[str, RiskTable] = {name: p.risk_table for name, p in panels.items()}
    for cell in cells:
        name = cell.panel or next(iter(panels))
        row = tables[name].row(cell.arm) if name in tables else None
        if row is None:
            raise UsageError(f'cell of panel "{name}", arm "{cell.arm}": no such row was read')
        mended = _mended(row, cell)
        tables[name] = RiskTable(tuple(mended if r is row else r for r in tables[name].rows))
        panels[name] = replace(panels[name], cautions=(*panels[name].cautions, _note(row, cell)))
    noted = replace(reading, digitization=replace(reading.digitization, panels=tuple(panels.values())))
    return _with_tables(noted, tables)


def _note(row: RiskRow, cell: CellByHand) -> Caution:
    (was,) = row.at_risk[_nearest(row, cell)][:1]
    read = f"{was:.0f} was read" if np.isfinite(was) else "it was not read"
    what = f"at risk at {cell.time:g}: {cell.at_risk} was given by hand ({read})"
    return Caution("by-hand", what, row.arm)


def _nearest(row: RiskRow, cell: CellByHand) -> MaskArray:
    """(k,) which cell of the row is meant."""
    return np.abs(row.time - cell.time) <= 1e-6 * max(1.0, abs(cell.time))


def _mended(row: RiskRow, cell: CellByHand) -> RiskRow:
    near = _nearest(row, cell)
    if not near.any():
        times = ", ".join(f"{t:g}" for t in row.time)
        raise UsageError(f'cell of arm "{cell.arm}" at time {cell.time:g}: the row has times {times}')
    return replace(
        row,
        at_risk=np.where(near, cell.at_risk, row.at_risk),
        confidence=np.where(near, 1.0, row.confidence),
    )


def _with_tables(reading: Reading, tables: Mapping[str, RiskTable]) -> Reading:
    def mended(panel: PanelReading) -> PanelReading:
        return replace(panel, risk_table=tables.get(panel.panel.name, panel.risk_table))

    panels = tuple(mended(p) for p in reading.digitization.panels)
    return replace(reading, digitization=replace(reading.digitization, panels=panels))


def by_panel(tables: Mapping[str, Table], panels: Sequence[str], file: str) -> dict[str, Table]:
    """The tables of a file by the names of the panels read; a lone table belongs to a lone panel.

    Raises BadTable for a panel that was not read.
    """
    if len(tables) == len(panels) == 1:
        return {panels[0]: next(iter(tables.values()))}
    unknown = [name for name in tables if name not in panels]
    if unknown:
        raise BadTable(f"{file}: panel {unknown[0]} was not read (panels: {', '.join(panels)})")
    return dict(tables)


def option_words(by_hand: Mapping[str, object]) -> tuple[str, ...]:
    """What was given by hand, as words of the command line."""
    words: list[str] = []
    for name, value in by_hand.items():
        if value is None:
            continue
        words.append(f"--{name}")
        if name == "arms" and isinstance(value, tuple):
            words.append(",".join(value))
        else:
            words += [f"{v:.15g}" for v in value] if isinstance(value, tuple) else [str(value)]
    return tuple(words)


def with_files_on_record(reading: Reading, risk_table: Path | None, totals: Path | None) -> Reading:
    """The reading that names the tables it is used with, for the command that repeats it.

    Numbers at risk are part of the reading once they are given; totals are not, so that those of an earlier run of the
    same digitization.json are forgotten.
    """
    words = _without_option(reading.digitization.arguments, TOTALS)
    if risk_table:
        words = (*_without_option(words, RISK_TABLE), RISK_TABLE, risk_table.name)
    if totals:
        words = (*words, TOTALS, totals.name)
    return replace(reading, digitization=replace(reading.digitization, arguments=words))


def _without_option(words: tuple[str, ...], option: str) -> tuple[str, ...]:
    """Words of a command line without an option and its value."""
    if option not in words:
        return words
    place = words.index(option)
    return (*words[:place], *words[place + 2 :])
