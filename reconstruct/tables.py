"""The tables a user gives: points of curves, at-risk counts, censoring marks, totals, patients.

Every file is text with a header row, separated by commas (or semicolons or tabs). A missing `panel` column
means one panel, "1"; a missing `arm` column means one arm, "Arm 1". Empty cells, NA and nan are missing
values where the table allows them. Whatever is wrong is said in one sentence with the file and the line
(errors.BadTable).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import BadTable
from ..records import FloatArray, Patients, RiskRow, RiskTable, SurvivalCurve, Totals, read_only

DEFAULT_PANEL = "1"
DEFAULT_ARM = "Arm 1"
# Longest table read: the patients of a 20,000-patient trial fit ten times; a million rows is some other file.
MAX_ROWS = 200_000
# The longest name that anyone gives an arm is a sentence; a longer line is no line of a table.
MAX_LINE_CHARS = 2_000_000
# Largest cohort: above every published Kaplan-Meier figure, and small enough that a slip in a digit shows.
MAX_COUNT = 5_000_000
# A rise of S up to this is the hand of a person clicking (half a pixel of a plot 250 px high); it is
# levelled.
LEVELLED_RISE = 0.002
# Times beyond this are no follow-up in any unit (a millennium in seconds is 3e10).
LARGEST_TIME = 1e12
MISSING = frozenset({"", "na", "nan", "n/a", "-"})

Curves = Mapping[str, Mapping[str, SurvivalCurve]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its place for messages, and its cells by lower-case column name."""

    file: str
    line: int
    cells: Mapping[str, str]

    def refuse(self, what: str, remedy: str | None = None) -> BadTable:
        """The error that names this line."""
        return BadTable(f"{self.file} line {self.line}: {what}", remedy)

    def number(self, column: str) -> float:
        """The number in a column; nan where the cell is missing."""
        text = self.cells.get(column, "").strip()
        if text.lower() in MISSING:
            return math.nan
        try:
            value = float(text)
        except ValueError:
            raise self.refuse(f'{column} is "{text}" where a number is due') from None
        if not math.isfinite(value):
            raise self.refuse(f"{column} is {text} where a finite number is due")
        return value

    def due(self, column: str) -> float:
        """The number in a column that must not be missing."""
        value = self.number(column)
        if math.isnan(value):
            raise self.refuse(f"{column} is missing")
        return value

    def time(self) -> float:
        """The time of this line."""
        value = self.due("time")
        if abs(value) > LARGEST_TIME:
            raise self.refuse(f"time {value:g} is no follow-up")
        return value

    def count(self, column: str) -> float:
        """A whole number of patients, nan where missing."""
        value = self.number(column)
        if math.isnan(value):
            return value
        if value < 0 or value != round(value) or value > MAX_COUNT:
            raise self.refuse(f"{column} is {value:g} where a whole number of patients is due")
        return value

    @property
    def key(self) -> tuple[str, str]:
        """Panel and arm of this line."""
        return (
            self.cells.get("panel", "").strip() or DEFAULT_PANEL,
            self.cells.get("arm", "").strip() or DEFAULT_ARM,
        )


def read_curves(path: Path) -> dict[str, dict[str, SurvivalCurve]]:
    """Curves of curves.csv (panel, arm, time, survival [, survival_error, time_error]) by panel and arm."""
    return _by_panel(path, ("time", "survival"), _curve)


def read_risk_table(path: Path) -> dict[str, RiskTable]:
    """At-risk tables by panel (panel, arm, time, at_risk [, cumulative_events, cumulative_censored])."""
    rows = _by_panel(path, ("time", "at_risk"), _risk_row)
    return {panel: RiskTable(tuple(arms.values())) for panel, arms in rows.items()}


def read_censor_marks(path: Path) -> dict[str, dict[str, FloatArray]]:
    """Times of censoring marks by panel and arm (panel, arm, time); a file without rows means none were
    seen.
    """
    return _by_panel(path, ("time",), lambda arm, rows: read_only(sorted(r.time() for r in rows)), may_be_empty=True)


def read_totals(path: Path) -> dict[str, dict[str, Totals]]:
    """Patients and events of whole arms by panel and arm (panel, arm, n, events); either may be missing."""
    return _by_panel(path, (), _totals)


def read_patients(path: Path) -> dict[str, tuple[Patients, ...]]:
    """Patients of ipd.csv (panel, arm, time, event) by panel, the arms in the order of the file."""
    panels = _by_panel(path, ("time", "event"), _patients)
    return {panel: tuple(arms.values()) for panel, arms in panels.items()}


def require_known_arms(curves: Curves, other: Mapping[str, Mapping[str, object]], file: str) -> None:
    """Raise BadTable when a table speaks of a panel or an arm that has no curve."""
    for panel, arms in other.items():
        if panel not in curves:
            raise BadTable(f"{file}: panel {panel} has no curve (curves: {', '.join(curves)})")
        for arm in arms:
            if arm not in curves[panel]:
                known = ", ".join(curves[panel])
                raise BadTable(f'{file}: arm "{arm}" of panel {panel} has no curve (curves: {known})')


def require_counts_fit(tables: Mapping[str, RiskTable], totals: Mapping[str, Mapping[str, Totals]], file: str) -> None:
    """Raise BadTable when an arm's total number of patients is smaller than one of its at-risk counts."""
    for panel, table in tables.items():
        for row in table.rows:
            n = totals.get(panel, {}).get(row.arm, Totals()).n
            counts = row.at_risk[np.isfinite(row.at_risk)]
            if n is not None and len(counts) and counts.max() > n:
                raise BadTable(f'{file}: arm "{row.arm}" has n = {n}, fewer than its {counts.max():.0f} at risk')


# ---------------------------------------------------------------- one arm of each table


def _curve(arm: str, rows: list[Row]) -> SurvivalCurve:
    if len(rows) < 2:
        raise rows[0].refuse(f'arm "{arm}" has one point', "Give at least two points of each curve.")
    time = np.array([r.time() for r in rows])
    survival = np.array([r.due("survival") for r in rows])
    _refuse_no_fraction(rows, survival)
    _refuse_times_out_of_order(rows, time)
    _refuse_rise(rows, survival)
    if survival[0] == 0:
        remedy = "A curve starts at S = 1; give 1 - S where the figure shows a rising curve."
        raise rows[0].refuse(f'arm "{arm}" starts at survival 0', remedy)
    if time[0] == time[-1]:
        raise rows[-1].refuse(f'all points of arm "{arm}" are at time {time[0]:g}', "Give the curve to its end.")
    return SurvivalCurve(
        time,
        np.minimum.accumulate(survival),
        np.array([_error(r, "survival_error") for r in rows]),
        np.array([_error(r, "time_error") for r in rows]),
    )


def _error(row: Row, column: str) -> float:
    value = row.number(column)
    if value < 0:
        raise row.refuse(f"{column} is negative")
    return value


def _refuse_no_fraction(rows: list[Row], survival: FloatArray) -> None:
    for row, value in zip(rows, survival, strict=True):
        if value < 0:
            raise row.refuse(f"survival {value:g} is below 0")
        if value > 1 + 1e-9:
            percent = 2 < survival.max() <= 100
            remedy = "Divide the column by 100." if percent else "Survival is a fraction from 0 to 1."
            raise row.refuse(f"survival {value:g} is above 1{', a percent it seems' if percent else ''}", remedy)
    np.clip(survival, 0, 1, out=survival)


def _refuse_times_out_of_order(rows: list[Row], time: FloatArray) -> None:
    """One row a corner; only the start and the end of the curve may stand at the time of a drop."""
    for i in range(1, len(rows)):
        if time[i] < time[i - 1]:
            raise rows[i].refuse(f"time {time[i]:g} comes after {time[i - 1]:g}", "Sort each arm by time.")
        if time[i] == time[i - 1] and 1 < i < len(rows) - 1:
            raise rows[i].refuse(f"time {time[i]:g} stands twice", "Keep one row a time: S after the drop.")


def _refuse_rise(rows: list[Row], survival: FloatArray) -> None:
    lowest = np.minimum.accumulate(survival)
    risen = np.flatnonzero(survival > lowest + LEVELLED_RISE)
    if len(risen):
        i = int(risen[0])
        raise rows[i].refuse(
            f"survival rises from {lowest[i]:g} to {survival[i]:g}",
            "Survival never rises; give 1 - S where the figure shows a rising curve.",
        )


def _risk_row(arm: str, rows: list[Row]) -> RiskRow:
    time = [r.time() for r in rows]
    for i in range(1, len(rows)):
        if time[i] <= time[i - 1]:
            what = "stands twice" if time[i] == time[i - 1] else f"comes after {time[i - 1]:g}"
            raise rows[i].refuse(f"time {time[i]:g} {what}", "Give one row a time, sorted by time.")
    counts = [r.count("at_risk") for r in rows]
    if 0 in counts and not any(count > 0 for count in counts):
        raise rows[0].refuse(f'arm "{arm}" has nobody at risk', "Give its number of patients.")
    events = [r.count("cumulative_events") for r in rows]
    _refuse_events_that_cannot_be(rows, events, max([c for c in counts if c > 0], default=math.inf))
    censored = [r.count("cumulative_censored") for r in rows]
    return RiskRow(arm, read_only(time), read_only(counts), read_only(events), read_only(censored))


def _refuse_events_that_cannot_be(rows: list[Row], events: list[float], patients: float) -> None:
    """Cumulative events never fall, and are no more than the most patients at risk."""
    most = 0.0
    for row, count in zip(rows, events, strict=True):
        if count < most:
            raise row.refuse(f"cumulative_events falls from {most:g} to {count:g}", "Give all events so far.")
        if count > patients:
            raise row.refuse(f"{count:g} cumulative events in {patients:g} patients")
        most = most if math.isnan(count) else count


def _totals(arm: str, rows: list[Row]) -> Totals:
    if len(rows) > 1:
        raise rows[1].refuse(f'arm "{arm}" stands twice')
    n, events = rows[0].count("n"), rows[0].count("events")
    if n < 1:
        raise rows[0].refuse(f'arm "{arm}" has n = {n:g}')
    if events > n:
        raise rows[0].refuse(f"{events:g} events in {n:g} patients")
    return Totals(None if math.isnan(n) else int(n), None if math.isnan(events) else int(events))


def _patients(arm: str, rows: list[Row]) -> Patients:
    time = np.array([r.time() for r in rows])
    event = np.array([r.due("event") for r in rows])
    for row, value in zip(rows, event, strict=True):
        if value not in (0, 1):
            raise row.refuse(f"event is {value:g}", "Write 1 for an event and 0 for a censored patient.")
        if row.cells.get("draw", rows[0].cells.get("draw")) != rows[0].cells.get("draw"):
            raise row.refuse("several draws in one file", "Give the patients of one draw.")
    order = np.lexsort((-event, time))
    return Patients(arm, time[order], event[order].astype(np.int64))


# ---------------------------------------------------------------- lines and groups


def _by_panel(
    path: Path,
    columns: tuple[str, ...],
    build: Callable[[str, list[Row]], object],
    *,
    may_be_empty: bool = False,
) -> dict:
    """{panel: {arm: build(arm, its rows)}} in the order of the file."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in _rows(path, columns):
        groups.setdefault(row.key, []).append(row)
    if not groups and not may_be_empty:
        raise BadTable(f"{path.name}: no rows below the header")
    panels: dict = {}
    for (panel, arm), rows in groups.items():
        panels.setdefault(panel, {})[arm] = build(arm, rows)
    return panels


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    reader = csv.reader(_lines(path), delimiter=_separator(path))
    try:
        header = [name.strip().strip('"').lower() for name in next(reader, [])]
    except csv.Error as reason:
        raise BadTable(f"{path.name} line 1: {reason}") from None
    lacking = [name for name in columns if name not in header]
    if lacking:
        seen = ", ".join(header) or "nothing"
        raise BadTable(f"{path.name}: no column {' or '.join(lacking)} in the header (seen: {seen})")
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise BadTable(f"{path.name} line {reader.line_num}: {len(cells)} cells under {len(header)} columns")
            yield Row(path.name, reader.line_num, dict(zip(header, cells, strict=True)))
    except csv.Error as reason:
        raise BadTable(f"{path.name} line {reader.line_num}: {reason}") from None


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            for number, line in enumerate(iter(lambda: handle.readline(MAX_LINE_CHARS), "")):
                if number > MAX_ROWS:
                    raise BadTable(f"{path.name}: more than {MAX_ROWS} rows", "Give one row a corner or patient.")
                if "\0" in line or len(line) == MAX_LINE_CHARS:
                    raise BadTable(f"{path.name} line {number + 1}: not a text file", "Give a CSV file.")
                yield line
    except UnicodeDecodeError:
        raise BadTable(f"{path.name}: not a text file in UTF-8", "Save it as CSV (UTF-8).") from None
    except OSError as reason:
        raise BadTable(f"{path.name}: {reason.strerror or reason}", "Give a file that can be read.") from None


def _separator(path: Path) -> str:
    first = next(_lines(path), "")
    return max(",;\t", key=first.count)
