"""Points as other digitizers write them: WebPlotDigitizer, DigitizeIt, Engauge, and plain columns of numbers.

Told apart by their shape alone, not by name:
- two columns of numbers, with or without a header, which may be the curve's name alone: one curve;
- a row of names over a row of X, Y, X, Y (WebPlotDigitizer's export of all data sets): a pair of columns a curve;
- a header of x and names over one column of times and one of survival for each curve (Engauge, DigitizeIt);
- such blocks one below another, each with its own header (Engauge, DigitizeIt, one curve after another).
Separators are commas, semicolons, tabs or blanks; decimals points or, where no comma parts the cells, commas.
Survival is a fraction, or percent throughout the file. Clicked points are noisy: what that explains is levelled,
the rest refused.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ..errors import BadTable
from ..records import SurvivalCurve

# A clicking hand is off by about 0.5% of the axis (people measured on published figures); four times that
# beyond 0, 1 or the level before is levelled, more is something else.
CLICK_ERROR = 0.02
# Survival above this is percent: a fraction with the error of a click stays below.
LARGEST_FRACTION = 1.5
MAX_BYTES = 20_000_000
AXIS_NAMES = frozenset({"x", "y", "time", "t", "survival", "s", "s(t)", "surv", "probability", "months", "years"})
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?$")

Cells = list[str]
Points = list[tuple[float, float]]


def read_points(path: Path) -> dict[str, dict[str, SurvivalCurve]]:
    """The curves of a digitizer's export, by panel (always "1") and name.

    Raises BadTable naming file and curve when a line holds no numbers or survival is none.
    """
    named = [(i, name, points) for i, (name, points) in enumerate(_named_points(path), start=1) if points]
    percent = any(survival > LARGEST_FRACTION for _, _, points in named for _, survival in points)
    curves: dict[str, SurvivalCurve] = {}
    for i, name, points in named:
        label = name if name and name.lower() not in AXIS_NAMES else f"Arm {i}"
        if label in curves:
            raise BadTable(f'{path.name}: two curves are named "{label}"', "Name them apart.")
        curves[label] = clicked_curve(points, f'{path.name}: curve "{label}"', percent)
    if not curves:
        raise BadTable(f"{path.name}: no points in it", "Give columns of time and survival.")
    return {"1": curves}


def clicked_curve(points: Points, place: str, percent: bool) -> SurvivalCurve:
    """The step function through clicked points: sorted, percent as a fraction, levelled, from (0, 1) on."""
    time, survival = np.array(sorted(points, key=lambda p: (p[0], -p[1]))).T
    if percent:
        survival = survival / 100
    if survival.max() > 1 + CLICK_ERROR or survival.min() < -CLICK_ERROR:
        wrong = survival.max() if survival.max() > 1 + CLICK_ERROR else survival.min()
        raise BadTable(f"{place}: survival {wrong:g} lies outside 0 to 1")
    if time.min() < -CLICK_ERROR * np.ptp(time):
        raise BadTable(f"{place}: time {time.min():g} is negative")
    lowest = np.minimum.accumulate(np.clip(survival, 0, 1))
    rise = int(np.argmax(survival - lowest))
    if survival[rise] > lowest[rise] + CLICK_ERROR:
        raise BadTable(
            f"{place}: survival rises from {lowest[rise]:g} to {survival[rise]:g} at time {time[rise]:g}",
            "Survival never rises; give 1 - S where the figure shows a rising curve.",
        )
    time = np.maximum(time, 0)
    last = np.r_[np.flatnonzero(np.diff(time)), len(time) - 1]
    time, lowest = time[last], lowest[last]
    if len(time) < 2:
        raise BadTable(f"{place}: one point in time", "Give at least two points of each curve.")
    if time[0] > 0:
        time, lowest = np.r_[0.0, time], np.r_[1.0, lowest]
    return SurvivalCurve(time, lowest)


# ---------------------------------------------------------------- shapes of files


def _named_points(path: Path) -> Iterator[tuple[str, Points]]:
    """Every curve's name ("" where none) and points, in the order of the file."""
    for header, rows in _blocks(_grid(path)):
        width = max(len(cells) for _, cells in rows)
        if len(header) > 1 and {c.lower() for c in header[-1]} <= {"x", "y", ""}:
            names, paired = header[-2][::2], True
        else:
            last = header[-1] if header else []
            paired = not last and max(len(cells) for _, cells in rows) > 2
            names = last if width == 2 and len(last) == 1 else last[1:]
        columns = range(0, width - 1, 2) if paired else range(1, width)
        for k, column in enumerate(columns):
            name = names[k] if k < len(names) else ""
            yield name, [_point(path, r, column if paired else 0, column + paired) for r in _filled(rows, column)]


def _filled(rows: Sequence[tuple[int, Cells]], column: int) -> Iterator[tuple[int, Cells]]:
    """The rows that hold anything in a column; curves of one file may have different lengths."""
    return ((line, cells) for line, cells in rows if column < len(cells) and cells[column])


def _point(path: Path, row: tuple[int, Cells], x: int, y: int) -> tuple[float, float]:
    line, cells = row
    pair = cells[x], cells[y].removesuffix("%").rstrip() if y < len(cells) else ""
    if not all(NUMBER.match(c) for c in pair):
        wrong = next(c for c in pair if not NUMBER.match(c))
        raise BadTable(f'{path.name} line {line}: "{wrong}" where a number is due')
    time, survival = (float(c.replace(",", ".")) for c in pair)
    if not abs(time) < 1e9 or not abs(survival) < 1e9:
        raise BadTable(f"{path.name} line {line}: {pair[0]}, {pair[1]} is no point of a curve")
    return time, survival


def _blocks(grid: Sequence[tuple[int, Cells]]) -> Iterator[tuple[list[Cells], list[tuple[int, Cells]]]]:
    """Runs of lines of numbers, each with the lines of words right above it."""
    header: list[Cells] = []
    rows: list[tuple[int, Cells]] = []
    for line, cells in [*grid, (0, [""])]:
        words = not any(NUMBER.match(c) for c in cells)
        if words and rows:
            yield header, rows
            header, rows = [], []
        if words:
            header = [*header, cells] if any(cells) else []
        else:
            rows.append((line, cells))


def _grid(path: Path) -> list[tuple[int, Cells]]:
    """Line numbers and cells of every line."""
    try:
        with path.open("rb") as handle:
            content = handle.read(MAX_BYTES + 1)
        text = content.decode("utf-8-sig")
    except OSError as reason:
        raise BadTable(f"{path.name}: {reason.strerror or reason}", "Give a file that can be read.") from None
    except UnicodeDecodeError:
        raise BadTable(f"{path.name}: not a text file in UTF-8", "Save it as CSV (UTF-8).") from None
    if len(content) > MAX_BYTES or "\0" in text:
        raise BadTable(f"{path.name}: no table of points", "Give a text file with columns of time and survival.")
    lines = ["" if line.startswith("sep=") else line for line in text.splitlines()]  # Excel's own first line
    separator = _separator(lines)
    try:
        return [(i, [c.strip("# \t") for c in _cells(line, separator)]) for i, line in enumerate(lines, 1)]
    except csv.Error as reason:
        raise BadTable(f"{path.name}: no table of points ({reason})", "Give columns of time and survival.") from None


def _cells(line: str, separator: str | None) -> Cells:
    """The cells of a line; where blanks part numbers, a line of words is a header of x and names, or one name."""
    if separator is not None:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True), [""])
    cells = line.replace('"', "").split()
    named_columns = not cells or cells[0].strip("#").lower() in {*AXIS_NAMES, ""}
    return cells if named_columns or any(NUMBER.match(c) for c in cells) else [" ".join(cells)]


def _separator(lines: Sequence[str]) -> str | None:
    """Tab or semicolon where most lines hold one; else a comma unless it only stands inside numbers; else blanks."""
    filled = [line for line in lines if line.strip()]
    for mark in ("\t", ";"):
        if 2 * sum(mark in line for line in filled) > len(filled):
            return mark
    decimal = [bool(re.fullmatch(r"\s*[\d.]+,\d+\s+[\d.]+,\d+\s*", line)) for line in lines if line.strip()]
    if any(decimal) or not any("," in line for line in lines):
        return None
    return ","
