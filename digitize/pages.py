"""Figures on a page: regions of strokes or images with the text that belongs to them, apart from prose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..records import Box, Stroke
from .pageimages import PageImage
from .pdfobjects import PageContent
from .prose import CAPTION_REACH, beside_prose, caption_of, gap_between, opens_caption, outer_lines, prose_lines
from .strokes import stroke_box
from .textruns import Run, text_lines

# Most cells a side of the grid on which graphics are clustered; how far apart parts of one plot may stand (points).
MOST_CELLS = 2000
JOIN_GAP = 8.0
# A plot narrower than this (points) cannot be read; icons and logos are smaller.
SMALLEST_PLOT = 70.0
# An image of curves alone, its axes drawn as vectors, may be lower than the plot (points).
SMALLEST_IMAGE = 45.0
# Filled areas larger than this share of the page are backgrounds, not drawings.
BACKGROUND_SHARE = 0.05
# Rules as wide as this in the uppermost or lowest tenth of a page belong to its head and foot.
RULE_SHARE = 0.5
# Text joins its figure across a gap of so many letter sizes (rows of an at-risk table, an axis title).
TEXT_GAP_DOWN = 2.4
TEXT_GAP_ACROSS = 2.2
# ... a table's heading across more, as it stands clear of the axis title.
TABLE_GAP_DOWN = 6.0
TABLE_HEADING = re.compile(r"\bat.{0,2}risk", re.IGNORECASE)
# Row names of a table reach so far left of the plot, as a share of its width.
NAMES_SHARE = 0.3
# Parts of one figure (panels, legend keys, table rules) stand within this distance (points).
PART_GAP = 30.0
# Lengths of short strokes each way that show a curve of pieces; ticks have two, a ruled table none along.
PIECES = 4
# A figure is taken as raster when images cover this share of its drawn area.
IMAGE_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Region:
    """One figure on a page: its box in points, the image that carries it (None for vectors), its caption."""

    box: Box
    image: PageImage | None
    caption: str


def find_regions(content: PageContent) -> tuple[Region, ...]:
    """The parts of a page that may hold plots, top to bottom; a page without prose and images is one figure."""
    lines = text_lines(content.runs)
    blocked = prose_lines(lines)
    images = [i for i in content.images if min(i.box.width, i.box.height) >= SMALLEST_IMAGE]
    if not blocked and not images:
        return (_whole_page(content, lines),) if _draws_plot(content.strokes) else ()
    blocked += outer_lines(lines, content.height) + beside_prose(lines, blocked)
    boxes = _clusters(content, images)
    plots = [box for box in boxes if _is_plot(box, content.strokes, images)]
    rest = [box for box in boxes if box not in plots and not _is_outer_rule(box, content)]
    free = [line for line in lines if line not in blocked and any(c.isalnum() for c in line.text)]
    captions = [line.box for line in lines if opens_caption(line, lines)]
    grown = [_down_to_caption(_grown(box, free, rest), free, captions) for box in plots]
    regions = _merged(grown, [line.box for line in blocked])
    return tuple(_region(box, content, images, lines) for box in sorted(regions, key=lambda b: (b.top, b.left)))


def _whole_page(content: PageContent, lines: Sequence[Run]) -> Region:
    box = Box(0, 0, content.width, content.height)
    return Region(box, None, caption_of(box, lines))


def _region(box: Box, content: PageContent, images: Sequence[PageImage], lines: Sequence[Run]) -> Region:
    box = Box(
        max(0.0, box.left - 3), max(0.0, box.top - 3),
        min(content.width, box.right + 3), min(content.height, box.bottom + 3),
    )  # fmt: skip
    return Region(box, carrying_image(box, images, content.strokes), caption_of(box, lines))


def carrying_image(box: Box, images: Sequence[PageImage], strokes: Sequence[Stroke]) -> PageImage | None:
    """The image that carries the curves of the figure within the box, None when vectors do."""
    inner = [image for image in images if box.contains(*image.box.centre)]
    covered = sum(image.box.width * image.box.height for image in inner)
    raster = covered >= IMAGE_SHARE * box.width * box.height or not _holds_curves(box, strokes)
    return max(inner, key=lambda i: i.box.width * i.box.height, default=None) if raster else None


def _holds_curves(box: Box, strokes: Sequence[Stroke]) -> bool:
    """Whether the vectors within a region hold lines that may be curves, so that images there are ornament."""
    inner = [(s, stroke_box(s)) for s in strokes if box.contains(*stroke_box(s).centre)]
    drawn = any(
        s.color is not None and len(s.x_px) > 8 and b.width > 0.1 * box.width and b.height > 3 for s, b in inner
    )
    return drawn or _many_pieces(inner, box)


# ---------------------------------------------------------------- clusters of graphics


def _draws_plot(strokes: Sequence[Stroke]) -> bool:
    boxes = [stroke_box(stroke) for stroke in strokes]
    return any(b.width >= SMALLEST_PLOT for b in boxes) and any(b.height >= SMALLEST_PLOT / 2 for b in boxes)


def _clusters(content: PageContent, images: Sequence[PageImage]) -> list[Box]:
    """Boxes of graphics that lie within JOIN_GAP of each other."""
    boxes = [box for stroke in content.strokes if (box := _drawn_box(stroke, content)) is not None]
    boxes += [image.box for image in images]
    if not boxes:
        return []
    from scipy.ndimage import label

    cell = max(1.0, content.height / MOST_CELLS, content.width / MOST_CELLS)
    grid = np.zeros((int(content.height / cell) + 2, int(content.width / cell) + 2), np.uint8)
    reach = JOIN_GAP / 2
    for b in boxes:
        rows = slice(max(0, int((b.top - reach) / cell)), int((b.bottom + reach) / cell) + 1)
        grid[rows, max(0, int((b.left - reach) / cell)) : int((b.right + reach) / cell) + 1] = 1
    # Not cv2's: its threads do not survive in the confined child.
    labels, count = label(grid, structure=np.ones((3, 3)))
    members: list[list[Box]] = [[] for _ in range(count + 1)]
    for b in boxes:
        x, y = b.centre
        members[labels[int(y / cell), int(x / cell)]].append(b)
    return [_around(group) for group in members[1:] if group]


def _drawn_box(stroke: Stroke, content: PageContent) -> Box | None:
    box = stroke_box(stroke)
    area = box.width * box.height
    background = stroke.fill is not None and area > BACKGROUND_SHARE * content.width * content.height
    frame = area > 0.7 * content.width * content.height
    faint = stroke.color is None and stroke.fill is not None and min(stroke.fill) > 250
    rule = _is_outer_rule(box, content) and box.width > RULE_SHARE * content.width
    return None if background or frame or faint or rule else box


def _is_outer_rule(box: Box, content: PageContent) -> bool:
    outer = box.bottom < 0.1 * content.height or box.top > 0.9 * content.height
    return outer and box.height < 2


def _around(boxes: Sequence[Box]) -> Box:
    return Box(
        min(b.left for b in boxes), min(b.top for b in boxes),
        max(b.right for b in boxes), max(b.bottom for b in boxes),
    )  # fmt: skip


def _is_plot(box: Box, strokes: Sequence[Stroke], images: Sequence[PageImage]) -> bool:
    """Whether a cluster may be a plot: an image, or lines along and across with something drawn between them."""
    if min(box.width, box.height) < SMALLEST_PLOT * 0.6:
        return False
    if any(box.contains(*image.box.centre) for image in images):
        return True
    inner = [(s, stroke_box(s)) for s in strokes if box.contains(*stroke_box(s).centre)]
    across = any(b.width >= SMALLEST_PLOT * 0.6 for _, b in inner)
    along = any(b.height >= SMALLEST_PLOT * 0.4 for _, b in inner)
    return (across and along and any(_is_curve(s, b, box) for s, b in inner)) or _many_pieces(inner, box)


def _is_curve(stroke: Stroke, box: Box, whole: Box) -> bool:
    """Whether a stroke bends more than a rule or a frame does."""
    frame = stroke.closed and box.width * box.height > 0.5 * whole.width * whole.height
    return not frame and (len(stroke.x_px) > 5 or _is_oblique(stroke))


def _many_pieces(inner: Sequence[tuple[Stroke, Box]], whole: Box) -> bool:
    """Whether many short strokes of different lengths run along and across, as of a curve with a path a segment.

    Ticks and table rules are all of one length.
    """
    across = {round(b.width) for _, b in inner if 0 < b.width < 0.15 * whole.width and b.height < 2}
    along = {round(b.height) for _, b in inner if 0 < b.height < 0.15 * whole.height and b.width < 2}
    return min(len(across), len(along)) >= PIECES


def _is_oblique(stroke: Stroke) -> bool:
    return bool(np.any((np.abs(np.diff(stroke.x_px)) > 0.5) & (np.abs(np.diff(stroke.y_px)) > 0.5)))


# ---------------------------------------------------------------- growth and merging


def _grown(box: Box, texts: Sequence[Run], parts: Sequence[Box]) -> Box:
    """The plot's box with the free text and the small graphics around it, taken in until nothing is near."""
    texts, parts = list(texts), list(parts)
    while True:
        near = [t for t in texts if _joins(box, t)]
        pieces = [p for p in parts if gap_between(box, p) <= JOIN_GAP and p.width <= box.width * 1.2]
        if not near and not pieces:
            return box
        texts = [t for t in texts if t not in near]
        parts = [p for p in parts if p not in pieces]
        box = _around([box, *(t.box for t in near), *pieces])


def _joins(box: Box, run: Run) -> bool:
    text = run.box
    across = max(text.left - box.right, box.left - text.right, 0.0)
    down = max(text.top - box.bottom, box.top - text.bottom, 0.0)
    below = TABLE_GAP_DOWN if text.top > box.bottom and TABLE_HEADING.search(run.text) else TEXT_GAP_DOWN
    return (across == 0 and down <= below * run.size) or (down == 0 and across <= TEXT_GAP_ACROSS * run.size)


def _down_to_caption(box: Box, texts: Sequence[Run], captions: Sequence[Box]) -> Box:
    """The region with all free text between it and the caption that stands below it, as rows of a table."""
    below = [
        c.top
        for c in captions
        if 0 <= c.top - box.bottom <= CAPTION_REACH and c.left < box.right and c.right > box.left
    ]
    limit = min(below, default=box.bottom)
    left = box.left - NAMES_SHARE * box.width
    rows = [t.box for t in texts if box.bottom < t.box.centre[1] < limit and left < t.box.centre[0] < box.right]
    return _around([box, *rows])


def _merged(boxes: Sequence[Box], blocked: Sequence[Box]) -> list[Box]:
    """Regions that touch, or stand close with no prose between them, made one."""
    done: list[Box] = []
    for box in sorted(boxes, key=lambda b: (b.top, b.left)):
        while True:
            mate = next((d for d in done if _one_figure(d, box, blocked)), None)
            if mate is None:
                break
            done.remove(mate)
            box = _around([mate, box])
        done.append(box)
    return done


def _one_figure(one: Box, two: Box, blocked: Sequence[Box]) -> bool:
    if gap_between(one, two) > PART_GAP:
        return False
    both = _around([one, two])
    between = [b for b in blocked if both.contains(*b.centre)]
    return all(one.contains(*b.centre) or two.contains(*b.centre) for b in between)
