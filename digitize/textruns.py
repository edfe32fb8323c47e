"""Letters with their places, joined into the lines and numbers that a reader of the figure sees."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..records import Box, Rgb, TextLine

# In units of the letter size. A space is 0.25 to 0.28 wide in common fonts, less in tight setting.
SPACE_GAP = 0.12
# Beyond this gap two words belong to different columns (0.28 is a space, 0.9 a wide one of justified text).
COLUMN_GAP = 0.9
# Words written as objects of their own are joined over a space of ordinary width.
WORD_GAP = 0.5
# A number further than this from its neighbour is a cell of its own (1 200 with its space is 0.28 apart).
NUMBER_GAP = 0.4
# Letters of one line share a baseline to this share of their size; raised and lowered figures stay with it.
BASELINE_SLACK = 0.35
NUMBER = re.compile(r"^[\d.,·%()<>=/\u2013\u2212-]+$")

# Signs that figures print as text, never as plotting marks.
NOT_SIGNS = ".,·-\u2013\u2014\u2212%:;()[]<>=≤≥*†‡§¶&'\"/"


@dataclass(frozen=True, slots=True)
class Run:
    """Letters written one after another, in file units.

    along, across: start on the baseline in the turned frame, across growing downwards for upright text.
    end: where the last letter ends along the line. gaps before the run are judged by size.
    """

    text: str
    box: Box
    rotation: int
    along: float
    end: float
    across: float
    size: float
    color: Rgb = (0, 0, 0)


def turned(x: float, y: float, rotation: int) -> tuple[float, float]:
    """A point's place (along, across) for text of the given rotation (90 reads bottom to top)."""
    return {0: (x, y), 90: (-y, x), 180: (-x, -y), 270: (y, -x)}[rotation]


def run_of(
    text: str,
    box: Box,
    rotation: int,
    baseline: tuple[float, float],
    size: float,
    advance: Box | None = None,
    color: Rgb = (0, 0, 0),
) -> Run:
    """A run from its ink box, the start of its baseline and, where known, the box of its advance width."""
    span = advance or box
    corners = [turned(x, y, rotation)[0] for x in (span.left, span.right) for y in (span.top, span.bottom)]
    return Run(text, box, rotation, min(corners), max(corners), turned(*baseline, rotation)[1], size, color)


def joined_runs(letters: Sequence[Run]) -> list[Run]:
    """Letters in writing order joined to words and lines; a column's gap, a new baseline or a turn ends one."""
    runs: list[Run] = []
    for letter in letters:
        if not letter.text.strip():
            continue
        if runs and _one_text(runs[-1], letter):
            runs[-1] = _append(runs[-1], letter)
        else:
            runs.append(letter)
    return runs


def _one_text(run: Run, letter: Run) -> bool:
    signs = is_symbol(letter.text) + is_symbol(run.text)
    widest = NUMBER_GAP if signs else COLUMN_GAP
    numbers = _two_cells(run, letter, NUMBER_GAP)
    alone = signs == 2 or (signs and run.color != letter.color)
    return not alone and not numbers and _continues(run, letter, widest)


def text_lines(runs: Sequence[Run]) -> list[Run]:
    """Runs sorted line by line, neighbours joined where only a space parts them and they are not two numbers."""
    done: list[Run] = []
    for row in _rows(runs):
        done.append(row[0])
        for run in row[1:]:
            if _continues(done[-1], run, WORD_GAP) and not _two_cells(done[-1], run, SPACE_GAP):
                done[-1] = _append(done[-1], run)
            else:
                done.append(run)
    return done


def _rows(runs: Sequence[Run]) -> list[list[Run]]:
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda r: (r.rotation, r.across, r.along)):
        last = rows[-1][-1] if rows else None
        if last and last.rotation == run.rotation and run.across - last.across <= BASELINE_SLACK * run.size:
            rows[-1].append(run)
        else:
            rows.append([run])
    return [sorted(row, key=lambda r: r.along) for row in rows]


def _two_cells(one: Run, two: Run, gap: float) -> bool:
    """Whether a number stands apart from what is before or after it: by `gap` from a number, by more from a word."""
    numbers = (NUMBER.match(one.text.split()[-1]), NUMBER.match(two.text.split()[0]))
    apart = two.along - one.end
    widest = gap if all(numbers) else max(gap, NUMBER_GAP)
    return any(numbers) and apart > widest * one.size


def _continues(run: Run, letter: Run, widest: float) -> bool:
    size = max(run.size, letter.size)
    gap = letter.along - run.end
    return (
        run.rotation == letter.rotation
        and abs(run.across - letter.across) <= BASELINE_SLACK * size
        and -0.5 * size <= gap <= widest * size
    )


def _append(run: Run, letter: Run) -> Run:
    space = " " if letter.along - run.end > SPACE_GAP * max(run.size, letter.size) else ""
    a, b = run.box, letter.box
    box = Box(min(a.left, b.left), min(a.top, b.top), max(a.right, b.right), max(a.bottom, b.bottom))
    end, size = max(run.end, letter.end), max(run.size, letter.size)
    return replace(run, text=run.text + space + letter.text, box=box, end=end, size=size)


def placed_lines(runs: Sequence[Run], left: float, top: float, scale: float) -> tuple[TextLine, ...]:
    """The runs as text lines in the pixel frame of a picture whose corner lies at (left, top)."""

    def px(box: Box) -> Box:
        return Box(
            (box.left - left) * scale - 0.5,
            (box.top - top) * scale - 0.5,
            (box.right - left) * scale - 0.5,
            (box.bottom - top) * scale - 0.5,
        )

    return tuple(TextLine(clean(run.text), px(run.box), 1.0, run.rotation) for run in runs)


def clean(text: str) -> str:
    """Text with ligatures opened, odd spaces made plain and control characters dropped."""
    text = unicodedata.normalize("NFC", text)
    for ligature, letters in (("ﬁ", "fi"), ("ﬂ", "fl"), ("ﬀ", "ff"), ("ﬃ", "ffi"), ("ﬄ", "ffl")):
        text = text.replace(ligature, letters)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def is_symbol(text: str) -> bool:
    """Whether the text is one printed sign that may be a plotting mark: no letter, no digit, no dash or stop."""
    return len(text) == 1 and unicodedata.category(text)[0] in "SCP" and text not in NOT_SIGNS
