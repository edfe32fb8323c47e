"""Read the number-at-risk table of a panel, wherever it stands and however its rows are named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ..records import Box, Caution, Figure, Panel, RiskRow, RiskTable, TextLine
from .numbers import parse_cell
from .ocr import read_numbers
from .riskcolumns import Columns, cell_window, names_push_cells, table_columns
from .risklaws import DOUBTFUL, CellReading, choose_row, is_delayed_entry
from .risknames import NamedRow, name_rows
from .riskrows import (
    NumberRow,
    blocks_of_rows,
    clock_row,
    has_heading,
    holds_words,
    is_inside,
    join_cells,
    number_rows,
)
from .riskupright import read_upright_table

# A cell found only by looking at its place must be this certain, and of its row's letter height within these bounds.
_FOUND_CONFIDENCE = 0.6
_HEIGHTS = (0.7, 1.4)
# Inside the plot a row counts as a table row only with this many cells in columns.
_INNER_CELLS = 3
# A count within a text: 2120, or 2,120.
_COUNT = r"\d{1,3}(?:,\d{3})+|\d+"
# A word that touches the count after it, as in tables set without room: Control110.
_TOUCHED = r".*[^\W\d_](\d{2,})"
# A number after a hyphen that joins it to letters is a part of their word.
_HYPHENED = re.compile(r"[^\W\d_][-\u2010\u2011]$")
_SHIFTED = "the row names reach past the first tick and push the numbers one column on; they were moved back by one"


@dataclass(frozen=True, slots=True)
class _Row:
    """A named row with its cells by column, None where nothing is printed."""

    named: NamedRow
    cells: tuple[TextLine | None, ...]


def read_risk_table(figure: Figure, texts: Sequence[TextLine], panel: Panel) -> tuple[RiskTable, tuple[Caution, ...]]:
    """The at-risk rows that belong to one panel, in the order printed, with what is doubtful about them.

    Columns are tied to the ticks of the panel's x axis (or the table's own time row); cells missed by the first
    reading are looked for at their place; counts that rise along a row are read as the nearest candidate that does
    not, unless all rows rise. RiskRow.arm is the printed name, "" where a row is told only by colour.
    """
    rows = [r for r in number_rows(texts, panel) if not holds_words(r, texts)]
    clock = clock_row(texts, rows, panel)
    if clock is not None:
        rows = [r for r in rows if abs(r.y - clock.y) > 0.5 * clock.height]
    upright = read_upright_table(texts, panel)
    rows = [r for r in rows if not _enumerates(r)]
    block = None if upright.rows else _table_block(texts, rows, clock, panel)
    if block is None:
        return upright, ()
    rows, columns = block
    tables = [_Row(NamedRow(r, ""), _by_column(r, columns)) for r in rows]
    tables = _from_names(texts, tables, columns)
    if not figure.texts:
        tables = _fill_missing(figure, texts, tables, columns)
    columns, tables = _drop_empty(columns, tables)
    cells = [[c for c in t.cells if c is not None] for t in tables]
    named = name_rows(figure.pixels, texts, rows, cells, columns, panel)
    tables = [_Row(n, _with_unread(texts, n.row, t.cells, columns)) for n, t in zip(named, tables, strict=True)]
    if not (columns.on_ticks or has_heading(texts, rows)) and not all(_never_rises(t.cells) for t in tables):
        return RiskTable(), ()
    shifted = names_push_cells(texts, rows, columns, panel)
    table, cautions = _build(tables, shifted or columns)
    if shifted is not None:
        cautions = (*cautions, Caution("risk-columns-shifted", _SHIFTED, "number-at-risk table", "review"))
    return table, cautions


def _never_rises(cells: Iterable[TextLine | None]) -> bool:
    """Whether a row's counts never rise."""
    counts = [p[0] for c in cells if c is not None and (p := parse_cell(c.text)) is not None]
    return all(a >= b for a, b in pairwise(counts))


def _enumerates(row: NumberRow) -> bool:
    """Whether a row says 1, 2, 3: the names of grades or quartiles in a legend, no counts."""
    counts = [p[0] for c in row.cells if (p := parse_cell(c.text)) is not None]
    return len(counts) > 1 and counts == list(range(1, len(counts) + 1))


def _counts_up_from_zero(cells: Iterable[TextLine | None]) -> bool:
    """Whether a row starts at 0 and only rises: events or censorings so far, under whatever name."""
    counts = [p[0] for c in cells if c is not None and (p := parse_cell(c.text)) is not None]
    return len(counts) > 1 and counts[0] == 0 < counts[-1] and all(a <= b for a, b in pairwise(counts))


def _drop_empty(columns: Columns, rows: list[_Row]) -> tuple[Columns, list[_Row]]:
    """The table without columns that no row has a cell in, but with blank ones that end an unbroken row of ticks."""
    filled = [k for k in range(len(columns.time)) if any(r.cells[k] is not None for r in rows)]
    unbroken = columns.on_ticks and filled == list(range(len(filled)))
    used = list(range(len(columns.time))) if unbroken else filled
    kept = [_Row(r.named, tuple(r.cells[k] for k in used)) for r in rows]
    return Columns(columns.time[used], columns.px[used], columns.on_ticks), kept


def _table_block(
    texts: Sequence[TextLine], rows: Sequence[NumberRow], clock: NumberRow | None, panel: Panel
) -> tuple[list[NumberRow], Columns] | None:
    """The rows that form the table, with its columns; None when there is no table."""
    found = []
    for block in blocks_of_rows(rows, panel):
        inside = is_inside(block[0], panel)
        chosen = [r for r in block if _counts(r) >= (_INNER_CELLS if inside else 2)]
        if inside and not any(_tells_counts(r) for r in chosen):
            continue
        near = clock if clock is not None and abs(clock.y - block[0].y) < 6 * clock.height else None
        columns = table_columns(chosen, near, panel) if chosen else None
        if columns is None:
            continue
        kept = [r for r in block if r in chosen or _is_short_row(r, chosen)]
        kept = [r for r in kept if any(columns.index(c.box.centre[0]) is not None for c in r.cells)]
        falling = sum(len(r.cells) for r in kept if _never_rises(r.cells))
        found.append(((not inside, has_heading(texts, kept), columns.on_ticks, falling), kept, columns))
    best = max(found, key=lambda f: (f[0][1] + f[0][2], f[0][3], f[0][0]), default=None)
    return None if best is None else best[1:]


def _counts(row: NumberRow) -> int:
    return sum(parse_cell(c.text) is not None for c in row.cells)


def _tells_counts(row: NumberRow) -> bool:
    """Whether a row inside the plot holds more than bars: censor marks on a level are read as a row of ones."""
    return any(c.text.strip("1Il|") for c in row.cells)


def _is_short_row(row: NumberRow, rows: Sequence[NumberRow]) -> bool:
    """Whether a row of few cells stands among or beside the table's rows: an arm that ends early."""
    between = rows[0].y < row.y < rows[-1].y
    beside = min(abs(row.y - r.y) for r in rows) < 2.5 * row.height
    return (between or beside) and _counts(row) >= 1


def _by_column(row: NumberRow, columns: Columns) -> tuple[TextLine | None, ...]:
    """The row's cells in their columns; of two in one column the nearer one, or both as one number if they touch."""
    cells: list[TextLine | None] = [None] * len(columns.px)
    for cell in row.cells:
        column = columns.index(cell.box.centre[0])
        if column is None or parse_cell(cell.text) is None:
            continue
        held = cells[column]
        x = columns.px[column]
        if held is not None and cell.box.left - held.box.right < row.height:
            cells[column] = join_cells(held, cell)
        elif held is None or abs(cell.box.centre[0] - x) < abs(held.box.centre[0] - x):
            cells[column] = cell
    return tuple(cells)


def _from_names(texts: Sequence[TextLine], rows: list[_Row], columns: Columns) -> list[_Row]:
    """The rows with an outer cell taken out of the row's name where the two are one text.

    "Placebo 2120" holds the cell before the row's first, "105 Placebo" the one after its last.
    """
    names = [t.text for t in texts if t.text[-1:].isdigit() and parse_cell(t.text) is None]
    filled = [list(row.cells) for row in rows]
    for cells, row in zip(filled, rows, strict=True):
        known = [k for k, cell in enumerate(cells) if cell is not None]
        if not known:
            continue
        for line in (t for t in texts if _in_line(t, row.named.row)):
            for cell, k in ((_ending(line, names), known[0] - 1), (_beginning(line), known[-1] + 1)):
                if cell is not None and 0 <= k < len(cells) and columns.index(cell.box.centre[0]) == k:
                    cells[k] = cell
    return [_Row(row.named, tuple(cells)) for row, cells in zip(rows, filled, strict=True)]


def _in_line(line: TextLine, row: NumberRow) -> bool:
    return line.rotation == 0 and abs(line.box.centre[1] - row.y) < 0.5 * max(line.box.height, row.height)


def _ending(line: TextLine, names: Sequence[str]) -> TextLine | None:
    """The count that a text of words ends in, in its share of the text's width; None when it ends in none.

    names: texts of the figure that end in a digit, which no count after them has ("sex=1138" where "sex=1" is a name).
    """
    after = [rest[1] for n in names if (rest := re.fullmatch(rf"{re.escape(n)}\W*({_COUNT})", line.text))]
    match = re.fullmatch(rf".*[^\d\s.,]\s*?[\s)]\s*({_COUNT})|{_TOUCHED}", line.text)
    if after:
        count = min(after, key=len)
    elif match is not None:
        count = match[1] or match[2]
    else:
        return None
    share = len(count) / len(line.text)
    box = replace(line.box, left=line.box.right - share * line.box.width)
    return TextLine(count, box, line.confidence)


def _beginning(line: TextLine) -> TextLine | None:
    """The count that a text of words begins with, in its share of the text's width; None when there is none."""
    match = re.fullmatch(rf"({_COUNT})\s+[^\W\d].*", line.text)
    if match is None:
        return None
    share = len(match[1]) / len(line.text)
    box = replace(line.box, right=line.box.left + share * line.box.width)
    return TextLine(match[1], box, line.confidence)


def _fill_missing(figure: Figure, texts: Sequence[TextLine], rows: list[_Row], columns: Columns) -> list[_Row]:
    """The rows with every missing cell looked for on its own crop."""
    places = [(i, k) for i, row in enumerate(rows) for k, cell in enumerate(row.cells) if cell is None]
    windows = [cell_window(columns, k, rows[i].named.row) for i, k in places]
    found = read_numbers(figure, windows)
    filled = [list(row.cells) for row in rows]
    for (i, k), line in zip(places, found, strict=True):
        if _is_cell(line, rows[i].named.row, columns, k) and not _in_word(line, texts):
            filled[i][k] = line
    return [_Row(row.named, tuple(cells)) for row, cells in zip(rows, filled, strict=True)]


def _with_unread(
    texts: Sequence[TextLine], row: NumberRow, cells: Sequence[TextLine | None], columns: Columns
) -> tuple[TextLine | None, ...]:
    """The cells with an empty text where something is printed that was not read as a count: such a cell is no blank."""
    beside = [t.box for t in texts if _in_line(t, row) and parse_cell(t.text) is None]
    out: list[TextLine | None] = []
    for cell, x in zip(cells, columns.px, strict=True):
        covers = cell is None and any(box.left <= x <= box.right for box in beside)
        out.append(TextLine("", Box(x, row.y, x, row.y), 0.0) if covers else cell)
    return tuple(out)


def _is_cell(line: TextLine, row: NumberRow, columns: Columns, k: int) -> bool:
    """Whether what was found at a missing cell's place is a count that stands there."""
    x, y = line.box.centre
    if line.confidence < _FOUND_CONFIDENCE or parse_cell(line.text) is None:
        return False
    if not _HEIGHTS[0] * row.height <= line.box.height <= _HEIGHTS[1] * row.height:
        return False
    if line.box.width > 1.1 * row.height * (len(line.text) + 0.5):
        return False
    return abs(x - columns.px[k]) < 0.35 * columns.step_px and abs(y - row.y) < 0.4 * row.height


def _in_word(line: TextLine, texts: Sequence[TextLine]) -> bool:
    """Whether what was found is a part of another text ("miR-137"), not the number at that text's end."""
    around = [t for t in texts if t.rotation == 0 and t.box.contains(*line.box.centre)]
    words = [t.text for t in around if parse_cell(t.text) is None]
    return any(not w.endswith(line.text) or _HYPHENED.search(w.removesuffix(line.text)) for w in words)


def _build(rows: Sequence[_Row], columns: Columns) -> tuple[RiskTable, tuple[Caution, ...]]:
    """The at-risk rows with their events and censorings, and cautions for cells that break the row's law."""
    at_risk = [r for r in rows if r.named.kind == "at risk" and not _counts_up_from_zero(r.cells)]
    delayed = is_delayed_entry([r.cells for r in at_risk])
    built, cautions = [], []
    if delayed:
        message = "numbers at risk rise with time: people enter late (delayed entry)"
        cautions.append(Caution("delayed-entry", message, "number-at-risk table", "review"))
    for place, row in enumerate(at_risk):
        readings = choose_row(row.cells, falling=not delayed)
        extra = {
            kind: _cumulative(_companion(rows, row, place, kind), readings, row.named.inner == kind)
            for kind in ("events", "censored")
        }
        built.append(_risk_row(row, readings, columns, extra))
        cautions += _doubts(row, readings, columns)
    return RiskTable(tuple(built)), tuple(cautions)


def _companion(rows: Sequence[_Row], row: _Row, place: int, kind: str) -> _Row | None:
    """The row of another count that belongs to the same arm: by name, else by order."""
    others = [r for r in rows if r.named.kind == kind]
    same = next((r for r in others if r.named.arm == row.named.arm and r.named.arm), None)
    if same is not None or any(r.named.arm for r in others):
        return same
    return others[place] if place < len(others) else None


def _cumulative(other: _Row | None, readings: Sequence[CellReading | None], in_parentheses: bool) -> list[float]:
    """Counts that never fall along time, from a row of their own or from parentheses; [] where there are none."""
    if other is not None:
        parsed = [parse_cell(c.text) if c is not None else None for c in other.cells]
        counts = [np.nan if p is None else float(p[0]) for p in parsed]
    elif in_parentheses:
        counts = [np.nan if r is None or r.second is None else float(r.second) for r in readings]
    else:
        return []
    known = np.array([c for c in counts if np.isfinite(c)])
    return counts if len(known) and np.all(np.diff(known) >= 0) else []


def _risk_row(
    row: _Row, readings: Sequence[CellReading | None], columns: Columns, extra: dict[str, list[float]]
) -> RiskRow:
    return RiskRow(
        arm=row.named.arm,
        time=columns.time,
        at_risk=np.array([np.nan if r is None else r.count for r in readings], float),
        cumulative_events=np.array(extra["events"], float),
        cumulative_censored=np.array(extra["censored"], float),
        confidence=np.array([0.0 if r is None else r.confidence for r in readings]),
        boxes=tuple(_cell_box(c, r) for c, r in zip(row.cells, readings, strict=True)),
        color=row.named.color,
    )


def _cell_box(cell: TextLine | None, reading: CellReading | None) -> Box | None:
    """Where a cell stands, read or not; None for a blank."""
    if reading is not None:
        return reading.box
    return None if cell is None else cell.box


def _doubts(row: _Row, readings: Sequence[CellReading | None], columns: Columns) -> list[Caution]:
    """A caution for each cell that breaks the law of its row."""
    return [
        Caution(
            "risk-rises",
            f"{row.named.arm or 'a row'}: {r.count} at risk at {columns.time[k]:g} is more than before",
            "number-at-risk table",
            "review",
            r.box,
        )
        for k, r in enumerate(readings)
        if r is not None and r.confidence <= DOUBTFUL
    ]
