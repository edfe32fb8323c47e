"""Running text on a page told from the lettering of figures: prose, headings, captions."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ..records import Box
from .textruns import Run

# Prose: three or more stacked lines of so many letters each (a narrow column has 30), most signs letters.
BLOCK_LINES = 3
PROSE_LETTERS = 22
PROSE_SHARE = 0.8
LINE_PITCH = 1.75
# A page of an article has its running head in the uppermost 7% (measured on 40 journals' pages: 4 to 6.6%).
HEAD_SHARE = 0.07
# Headings are set larger than prose by a sixth or more.
HEADING_SHARE = 1.15
# Turned text longer than this share of the page stands in the margin ("Downloaded from ..."), not at an axis.
MARGIN_SHARE = 0.35
# A caption stands within so many points of its figure, and has at most so many lines.
CAPTION_REACH = 110.0
CAPTION_LINES = 25
CAPTION = re.compile(r"^(extendeddata|supplement\w*|e|s)?fig(ure|\.|s)?\.?\w?\d", re.IGNORECASE)


def prose_lines(lines: Sequence[Run]) -> list[Run]:
    """Lines of running text and of captions."""
    blocks = [block for block in _stacks([line for line in lines if line.rotation == 0]) if _is_prose(block)]
    captions = [part for line in lines if opens_caption(line, lines) for part in caption_block(line, lines)]
    return list(dict.fromkeys([*(line for block in blocks for line in block), *captions]))


def outer_lines(lines: Sequence[Run], height: float) -> list[Run]:
    """Lines of the running head and along the margin of a page of that height in points."""
    heads = [line for line in lines if line.box.bottom < HEAD_SHARE * height and _has_word(line.text)]
    margin = [line for line in lines if line.rotation in (90, 270) and line.box.height > MARGIN_SHARE * height]
    return [*heads, *margin]


def beside_prose(lines: Sequence[Run], prose: Sequence[Run]) -> list[Run]:
    """Headings, set larger than the prose of the page, and short paragraphs: its size, flush with a line of it."""
    body = float(np.median([line.size for line in prose])) if prose else np.inf
    edges = [line.along for line in prose if line.rotation == 0 and abs(line.size - body) < 0.03 * body]
    found = []
    for line in lines:
        heading = line.size > HEADING_SHARE * body
        flush = abs(line.size - body) < 0.03 * body and any(abs(line.along - edge) < 1 for edge in edges)
        worded = len(line.text.split()) >= 3 and sum(c.isalpha() for c in line.text) >= 15
        if (heading and _has_word(line.text)) or (flush and worded):
            found.append(line)
    return found


def _stacks(lines: Sequence[Run]) -> list[list[Run]]:
    """Lines of one size that stand one below the other, linked into blocks."""
    lines = sorted(lines, key=lambda line: line.across)
    block_of = list(range(len(lines)))
    for i, line in enumerate(lines):
        for j in range(i + 1, len(lines)):
            if lines[j].across - line.across > LINE_PITCH * line.size:
                break
            if _stacked(line, lines[j]) and block_of[i] != block_of[j]:
                old, new = block_of[j], block_of[i]
                block_of = [new if b == old else b for b in block_of]
    return [[lines[k] for k, b in enumerate(block_of) if b == block] for block in dict.fromkeys(block_of)]


def _is_prose(block: Sequence[Run]) -> bool:
    rows = len({round(line.across / (0.4 * line.size)) for line in block})
    letters = sum(c.isalpha() for line in block for c in line.text)
    digits = sum(c.isdigit() for line in block for c in line.text)
    return rows >= BLOCK_LINES and letters >= PROSE_LETTERS * rows and letters >= PROSE_SHARE * (letters + digits)


def _has_word(text: str) -> bool:
    return sum(c.isalpha() for c in text) >= 4


def _stacked(one: Run, two: Run) -> bool:
    pitch = abs(one.across - two.across)
    overlap = min(one.end, two.end) - max(one.along, two.along)
    return (
        one is not two
        and 0.5 * one.size < pitch <= LINE_PITCH * one.size
        and abs(one.size - two.size) <= 0.15 * one.size
        and overlap > 0.5 * min(one.end - one.along, two.end - two.along)
    )


def is_caption(text: str) -> bool:
    """Whether a line opens a figure caption, also when its letters are spaced out."""
    return bool(CAPTION.match(re.sub(r"\s+", "", text[:24])))


def opens_caption(line: Run, lines: Sequence[Run]) -> bool:
    """Whether a line opens a caption, its number perhaps set apart from the word before it."""
    if line.text.lstrip()[:1] not in tuple("FfEeSs"):
        return False
    return is_caption(" ".join([line.text, *(x.text for x in lines if x is not line and _follows(line, x))]))


def caption_block(first: Run, lines: Sequence[Run]) -> list[Run]:
    """The caption's lines: those that follow its first line without a gap, in the same column."""
    block = [first] + [x for x in lines if x is not first and _follows(first, x)]
    below = sorted((x for x in lines if x.rotation == 0 and x not in block), key=lambda r: r.across)
    for line in (x for x in below if x.across > first.across):
        last = block[-1]
        if line.across - last.across > LINE_PITCH * max(first.size, line.size):
            if line.along < first.end and line.end > first.along:
                break
            continue
        level = line.across - last.across < 0.3 * first.size
        aligned = abs(line.along - first.along) <= 3 * first.size or level
        if aligned and line.along < max(r.end for r in block) and len(block) < CAPTION_LINES:
            block.append(line)
    return block


def _follows(first: Run, line: Run) -> bool:
    """Whether a piece stands right of the caption's first words, on their line."""
    level = line.rotation == 0 and abs(line.across - first.across) <= 0.3 * first.size
    return level and 0 <= line.along - first.end <= 2.5 * first.size


def caption_of(box: Box, lines: Sequence[Run]) -> str:
    """The caption that stands nearest to the figure (in it, below, above or beside), empty when none is near."""
    found = [(gap_between(box, line.box), line) for line in lines if opens_caption(line, lines)]
    near = [item for item in found if item[0] <= CAPTION_REACH]
    if not near:
        return ""
    block = caption_block(min(near, key=lambda item: item[0])[1], lines)
    return " ".join(line.text for line in block)


def gap_between(one: Box, two: Box) -> float:
    """The distance between two boxes, 0 where they meet."""
    across = max(two.left - one.right, one.left - two.right, 0.0)
    down = max(two.top - one.bottom, one.top - two.bottom, 0.0)
    return float(np.hypot(across, down))
