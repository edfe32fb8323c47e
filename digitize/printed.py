"""Read the statistics printed on a panel and tie them to its arms; they are never used for tracing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..records import Panel, PrintedNumber, TextLine
from .numbers import decimals, parse_count, parse_number, plain_text
from .phrases import Found, find_statistics

# Lines of one block of text stand this close (line heights) under each other, or this close in one row.
_LINE_GAP = 0.9
_WORD_GAP = 1.6
# Heads of an inset table stand within this many line heights of each other and of the first row.
_HEAD_REACH = 7.0
# Names that agree to this share of their letters are one arm (an OCR slip in a long name).
_SAME_NAME = 0.8
_ESTIMATE = re.compile(
    r"(?P<value>\d+(?:[.,]\d+)?|N\.?[ER]\.?|NA|not\s+reached)\s*[(\[]\s*(?P<low>[\d.,]+|N\.?[ER]\.?|NA)\s*%?\s*(?:-|to|,|;)\s*"
    r"(?P<high>[\d.,]+|N\.?[ER]\.?|NA)\s*%?\s*[)\]]?",
    re.I,
)
_PAIR = re.compile(r"(\d+)\s*/\s*(\d+)")


def read_statistics(
    texts: Iterable[TextLine], caption: str, panel: Panel, arm_names: tuple[str, ...]
) -> tuple[PrintedNumber, ...]:
    """Hazard ratios, p values, medians, rates and numbers of patients printed on a panel, tied to its arms.

    Lines of one block are joined before they are read. The caption counts only for what the panel itself does not
    print, and only when it speaks of no panel letters. arm is one of arm_names, or "" where the text does not say.
    """
    lines = [t for t in texts if t.rotation == 0 and panel.region.contains(*t.box.centre, 2.0)]
    found: list[PrintedNumber] = []
    worded = [t for t in lines if _has_words(t)]
    for block in _blocks([t for t in lines if _has_words(t) or _ends_phrase(t, worded)]):
        body = _joined(block)
        found += _all_tied(find_statistics(body, panel.x.unit), body, arm_names)
    found += _inset_table([t for t in lines if t.box.bottom < panel.plot_area.bottom], arm_names)
    if caption and not re.search(r"\b(panel|figure \d)?\s*\(?[A-D]\)|[A-D]\s*[,:]", caption):
        known = {f.what for f in found}
        extra = _all_tied(find_statistics(caption, panel.x.unit), caption, arm_names)
        found += [n for n in extra if n.what not in known and n.what in ("hr", "p", "logrank_p", "median")]
    return _of_one_arm(_distinct(found))


def _of_one_arm(found: Sequence[PrintedNumber]) -> tuple[PrintedNumber, ...]:
    """The numbers, without an arm where two different ones of a kind name the same: one of them is another arm's."""
    said: dict[tuple[str, str, float | None], set[tuple[float | None, bool]]] = {}
    for n in found:
        said.setdefault((n.what, n.arm, n.at), set()).add((n.value, n.not_reached))
    twice = {key for key, values in said.items() if key[1] and len(values) > 1}
    return tuple(replace(n, arm="") if (n.what, n.arm, n.at) in twice else n for n in found)


def match_arm(text: str, arm_names: Sequence[str]) -> str:
    """The arm that a text names: the longest name inside it, else one that is nearly the whole text, else ""."""
    body = _letters(text)
    inside = [n for n in arm_names if _letters(n) and _has_name(text, n)]
    if inside:
        return max(inside, key=len)
    close = {n: difflib.SequenceMatcher(None, body, _letters(n)).ratio() for n in arm_names if len(_letters(n)) > 3}
    best = max(close, key=close.__getitem__, default="")
    return best if best and close[best] >= _SAME_NAME else ""


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9<>]", "", re.sub(r"\(.*?\)", "", text).lower())


def _has_name(text: str, name: str) -> bool:
    bare = re.sub(r"\s*\(.*?\)\s*$", "", name).strip()
    return bool(bare) and re.search(rf"(?<!\w){re.escape(bare)}(?!\w)", text, re.I) is not None


def _has_words(line: TextLine) -> bool:
    return parse_number(line.text) is None and any(c.isalpha() or c in "(<=%" for c in line.text)


def _ends_phrase(line: TextLine, worded: Sequence[TextLine]) -> bool:
    """Whether a number continues a text that stands right before it and breaks off, as "Hazard ratio," or "P =" do."""
    before = [t for t in worded if _same_row(t, line) and line.box.left - t.box.left > 0 and _adjoin(t, line)]
    return any(re.search(r"(ratio|hr|rank|p|value|median|n)\s*$|[,=:<>(]\s*$", t.text, re.I) for t in before)


def _blocks(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Lines grouped into blocks: under each other without a gap, or beside each other in one row."""
    blocks: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda t: (t.box.top, t.box.left)):
        near = [b for b in blocks if any(_adjoin(other, line) for other in b)]
        blocks = [b for b in blocks if b not in near]
        blocks.append([t for b in near for t in b] + [line])
    return blocks


def _adjoin(first: TextLine, second: TextLine) -> bool:
    a, b = first.box, second.box
    high = max(a.height, b.height)
    across = min(a.right, b.right) - max(a.left, b.left)
    down = min(a.bottom, b.bottom) - max(a.top, b.top)
    stacked = across > 0 and -_LINE_GAP * high < down and max(a.height, b.height) < 1.6 * min(a.height, b.height)
    return stacked or (down > 0.5 * min(a.height, b.height) and across > -_WORD_GAP * high)


def _joined(block: Sequence[TextLine]) -> str:
    """The block's lines as one text, top to bottom, left to right."""
    rows: list[list[TextLine]] = []
    for line in sorted(block, key=lambda t: t.box.centre[1]):
        if rows and abs(rows[-1][0].box.centre[1] - line.box.centre[1]) < 0.5 * line.box.height:
            rows[-1].append(line)
        else:
            rows.append([line])
    return " \n".join(" ".join(t.text for t in sorted(r, key=lambda t: t.box.left)) for r in rows)


def _all_tied(found: Sequence[Found], body: str, arm_names: Sequence[str]) -> list[PrintedNumber]:
    """The statistics of a text, each with the arm that is named nearest to it among others of its kind."""
    tied = []
    taken: dict[str, int] = {}
    for f in found:
        what = f.number.what
        until = min((g.start for g in found if g.number.what == what and g.start >= f.end), default=len(body))
        number = _tied(f, body, arm_names, taken.get(what, 0), until)
        # Words after a number that named its arm are not the next number's.
        named_before = match_arm(body[taken.get(what, 0) : f.end].rsplit("\n", 1)[-1], arm_names)
        taken[what] = until if number.arm and not named_before else f.end
        tied.append(number)
    return _in_order_of_names(tied, found, body, arm_names)


def _tied(found: Found, body: str, arm_names: Sequence[str], since: int, until: int) -> PrintedNumber:
    """The statistic with the arm (and reference) that the words before it name, else those after it."""
    number = found.number
    before = body[since : found.start].rsplit("\n", 1)[-1] + body[found.start : found.end]
    if number.what in ("hr", "p", "logrank_p"):
        sides = re.split(r"\bvs\.?\b|\bversus\b", before + body[found.end :].split("\n", 1)[0], maxsplit=1)
        if len(sides) == 2:
            return replace(number, arm=match_arm(sides[0], arm_names), reference=match_arm(sides[1], arm_names))
        return number
    after = body[found.end : until].split("\n", 1)[0]
    return replace(number, arm=match_arm(before, arm_names) or match_arm(before + after, arm_names))


def _in_order_of_names(
    tied: list[PrintedNumber], found: Sequence[Found], body: str, arm_names: Sequence[str]
) -> list[PrintedNumber]:
    """Two medians whose arms are named after both, as in "12.3 and 8.1 months with A and B, respectively"."""
    pair = [i for i, f in enumerate(found) if f.number.what == "median"]
    after = body[found[pair[1]].end :].split("\n", 1)[0] if len(pair) == 2 else ""
    if "respectively" not in after:
        return tied
    named = sorted((after.lower().find(n.lower()), n) for n in arm_names if _has_name(after, n))
    if len(named) != len(pair):
        return tied
    arms = dict(zip(pair, (n for _, n in named), strict=True))
    return [replace(n, arm=arms.get(i, n.arm)) for i, n in enumerate(tied)]


def _inset_table(lines: Sequence[TextLine], arm_names: Sequence[str]) -> list[PrintedNumber]:
    """Numbers of a small table on the plot: a row per arm, columns headed median, rate, patients or events."""
    found: list[PrintedNumber] = []
    for line in lines:
        cell = plain_text(line.text)
        estimate, pair, count = _ESTIMATE.fullmatch(cell), _PAIR.fullmatch(cell), parse_count(cell)
        if estimate is None and pair is None and count is None:
            continue
        names = [t for t in lines if t is not line and t.box.right < line.box.left and _same_row(t, line)]
        arm = next((a for t in sorted(names, key=lambda t: -t.box.right) if (a := match_arm(t.text, arm_names))), "")
        head = _head_above(line, lines)
        if arm and head:
            found += _cell_numbers(cell, head, arm, estimate, pair, count)
    return found


def _same_row(one: TextLine, other: TextLine) -> bool:
    return abs(one.box.centre[1] - other.box.centre[1]) < 0.6 * max(one.box.height, other.box.height)


def _head_above(line: TextLine, lines: Sequence[TextLine]) -> str:
    """The words over a cell, nearest rows last, joined."""
    high = line.box.height
    x = line.box.centre[0]
    over = [t for t in lines if 0 < line.box.top - t.box.bottom < _HEAD_REACH * high]
    over = [t for t in over if t.box.left - high <= x <= t.box.right + high and sum(map(str.isalpha, t.text)) > 1]
    return " ".join(t.text for t in sorted(over, key=lambda t: t.box.top))


def _cell_numbers(
    cell: str,
    head: str,
    arm: str,
    estimate: re.Match[str] | None,
    pair: re.Match[str] | None,
    count: int | None,
) -> list[PrintedNumber]:
    """What one cell of an inset table says under its heading."""
    if estimate is not None and re.search(r"median", head, re.I):
        value = parse_number(estimate["value"])
        low, high = parse_number(estimate["low"]), parse_number(estimate["high"])
        return [
            PrintedNumber(
                "median",
                value,
                low,
                high,
                arm=arm,
                decimals=decimals(estimate["value"]),
                not_reached=value is None,
                text=cell,
            )
        ]
    if pair is not None and re.search(r"events?|deaths?", head, re.I):
        return [
            PrintedNumber("events", float(pair[1]), arm=arm, text=cell),
            PrintedNumber("n", float(pair[2]), arm=arm, text=cell),
        ]
    if count is None or re.search(r"at.{0,2}risk|months?|years?|to.event", head, re.I):
        return []
    if re.search(r"\b(events?|deaths?)\b", head, re.I):
        return [PrintedNumber("events", float(count), arm=arm, text=cell)]
    if re.search(r"patients|subjects|participants|^\s*n\s*$|total", head, re.I):
        return [PrintedNumber("n", float(count), arm=arm, text=cell)]
    return []


def _distinct(numbers: Sequence[PrintedNumber]) -> tuple[PrintedNumber, ...]:
    """Each statement once, in the order found."""
    kept: dict[tuple[object, ...], PrintedNumber] = {}
    for n in numbers:
        kept.setdefault((n.what, n.arm, n.reference, n.value, n.at, n.relation), n)
    return tuple(kept.values())
