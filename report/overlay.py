"""What the program saw, drawn on the figure: frame, calibration grid, arms, marks, cells read, cautions.

Drawn from the values that are exported (time, S), put back into pixels through the calibration: an error
of the calibration shows as a line beside the ink. Positions are in the frame of the records, enlarged for
small figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from ..records import ArmReading, Box, FloatArray, Panel, PanelReading, PixelArray, Rgb, RiskRow
from .picture import font

# Okabe and Ito's palette for colour-blind readers, the vivid first, without yellow and black.
ARM_COLORS: tuple[Rgb, ...] = (
    (213, 94, 0),
    (0, 114, 178),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (230, 159, 0),
)
# A colour spans at least this from its least to its greatest channel (else it is a grey, and two greys look
# alike), and its least channel is at most PALE (else it is lost on white).
VIVID, PALE = 60, 170
FRAME_COLOR: Rgb = (110, 110, 110)
GRID_COLOR: Rgb = (120, 190, 255)
READ_COLOR: Rgb = (0, 130, 60)
DOUBT_COLOR: Rgb = (220, 0, 0)
# Beside the ink: up and to the right of a stroke 3 px wide, so that both stay visible.
OFFSET_PX = 3.0
# Small figures are enlarged by a whole number until about this wide, so that single pixels can be seen.
COMFORTABLE_WIDTH = 1600
MAX_SCALE = 4
# How much of the figure is left: enough to see ink, pale enough for the colours drawn on it.
FIGURE_SHARE = 0.55
# A cell whose least certain digit is below this is drawn as doubtful (99.9% of those above are right).
SURE_CELL = 0.95


def arm_color(arm: ArmReading, index: int) -> Rgb:
    """The colour an arm is drawn in: its own, or for a grey the one of its place (from 0) in the palette."""
    own = _parsed(arm.color)
    if own is None or max(own) - min(own) < VIVID or min(own) > PALE:
        return ARM_COLORS[index % len(ARM_COLORS)]
    return own


def _parsed(color: str) -> Rgb | None:
    """#rrggbb as numbers; None for anything else, which an edited pivot may hold."""
    digits = color.removeprefix("#")
    if len(digits) != 6 or not all(c in "0123456789abcdefABCDEF" for c in digits):
        return None
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def draw_overlay(pixels: PixelArray, panels: Sequence[PanelReading]) -> PixelArray:
    """The figure, paled and enlarged, with all that was read of the panels drawn over it."""
    canvas = _canvas(pixels)
    for panel in panels:
        _draw_axes(canvas, panel.panel)
        for i, arm in enumerate(panel.arms):
            _draw_arm(canvas, panel.panel, arm, arm_color(arm, i))
        for row in panel.risk_table.rows:
            _draw_cells(canvas, row)
    for panel in panels:
        for number, caution in enumerate(panel.cautions, start=1):
            if caution.box:
                _draw_caution(canvas, caution.box, number)
    return np.asarray(canvas.image, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Canvas:
    """The enlarged picture under the pen; scale is px of the canvas per px of the figure."""

    image: Image.Image
    pen: ImageDraw.ImageDraw
    scale: int

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Canvas position of a figure position (pixel centres, hence the half)."""
        return (x + 0.5) * self.scale - 0.5, (y + 0.5) * self.scale - 0.5

    def text(self, x: float, y: float, words: str, color: Rgb, size: int, anchor: str = "la") -> None:
        """Words with a white edge, readable on any ink."""
        self.pen.text((x, y), words, fill=color, font=font(size), anchor=anchor, stroke_width=2, stroke_fill="white")

    @property
    def letter_px(self) -> int:
        """A letter height that suits the canvas: a hundredth of its width, between 10 and 22 px."""
        return int(np.clip(self.image.width // 100, 10, 22))


def _canvas(pixels: PixelArray) -> Canvas:
    height, width = pixels.shape[:2]
    scale = int(np.clip(round(COMFORTABLE_WIDTH / width), 1, MAX_SCALE))
    paled = [round(255 - FIGURE_SHARE * (255 - level)) for level in range(256)]
    image = Image.fromarray(pixels).point(paled * 3)
    if scale > 1:
        image = image.resize((width * scale, height * scale), Image.Resampling.NEAREST)
    return Canvas(image, ImageDraw.Draw(image), scale)


def _draw_axes(canvas: Canvas, panel: Panel) -> None:
    """The plot area's frame and a grid through the ticks that the calibration rests on, with their values."""
    area, size = panel.plot_area, canvas.letter_px
    for x, value in zip(panel.x.calibration.ticks_px, panel.x.calibration.ticks, strict=True):
        (x0, y0), (x1, y1) = canvas.at(x, area.top), canvas.at(x, area.bottom)
        canvas.pen.line((x0, y0, x1, y1), fill=GRID_COLOR)
        canvas.text(x1, y1 - 2, f"{value:g}", FRAME_COLOR, size, "md")
    for y, value in zip(panel.y.calibration.ticks_px, panel.y.calibration.ticks, strict=True):
        (x0, y0), (x1, y1) = canvas.at(area.left, y), canvas.at(area.right, y)
        canvas.pen.line((x0, y0, x1, y1), fill=GRID_COLOR)
        canvas.text(x1 - 2, y1, f"{value:g}", FRAME_COLOR, size, "rm")
    _rectangle(canvas, area, FRAME_COLOR)
    left, top = canvas.at(area.left, area.top)
    canvas.text(left, top - 3, f"panel {panel.name}", FRAME_COLOR, size, "ld")


def staircase_px(panel: Panel, arm: ArmReading) -> tuple[FloatArray, FloatArray]:
    """The corners (x, y) in px of an arm's drawn line, two a step: across, then along the drop."""
    shown = arm.curve.survival if panel.direction == "survival" else 1 - arm.curve.survival
    x, y = panel.x.calibration.px(arm.curve.time), panel.y.calibration.px(shown)
    return np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]


def marks_px(panel: Panel, arm: ArmReading) -> tuple[FloatArray, FloatArray]:
    """Positions (x, y) in px of an arm's censoring marks on its line."""
    survival = arm.curve.at(arm.censor_marks)
    shown = survival if panel.direction == "survival" else 1 - survival
    return panel.x.calibration.px(arm.censor_marks), panel.y.calibration.px(shown)


def _draw_arm(canvas: Canvas, panel: Panel, arm: ArmReading, color: Rgb) -> None:
    x, y = staircase_px(panel, arm)
    corners = [canvas.at(a + OFFSET_PX, b - OFFSET_PX) for a, b in zip(x, y, strict=True)]
    if len(corners) > 1:
        canvas.pen.line(corners, fill=color, width=max(1, canvas.scale))
    for a, b in zip(*marks_px(panel, arm), strict=True):
        top = canvas.at(a, b - OFFSET_PX - 1)
        reach = 3 * canvas.scale
        canvas.pen.line((top[0], top[1] - reach, *top), fill=color, width=max(1, canvas.scale))
    end = canvas.at(x[-1] + OFFSET_PX, y[-1] - OFFSET_PX)
    canvas.text(end[0] - 4, end[1] - 4, arm.name, color, canvas.letter_px, "rd")


def _draw_cells(canvas: Canvas, row: RiskRow) -> None:
    """A frame round every at-risk cell with the number read beside it, red where it is missing or unsure."""
    for box, count, sure in zip(row.boxes, row.at_risk, row.confidence, strict=False):
        if box is None:
            continue
        known = bool(np.isfinite(count))
        color = READ_COLOR if known and sure >= SURE_CELL else DOUBT_COLOR
        _rectangle(canvas, box, color)
        right, top = canvas.at(box.right, box.top)
        canvas.text(right + 2, top, f"{count:.0f}" if known else "?", color, max(9, canvas.letter_px - 3))


def _draw_caution(canvas: Canvas, box: Box, number: int) -> None:
    _rectangle(canvas, box, DOUBT_COLOR, width=2)
    right, top = canvas.at(box.right, box.top)
    canvas.text(right + 2, top - 2, f"({number})", DOUBT_COLOR, canvas.letter_px, "ld")


def _rectangle(canvas: Canvas, box: Box, color: Rgb, width: int = 1) -> None:
    corners = (*canvas.at(box.left, box.top), *canvas.at(box.right, box.bottom))
    canvas.pen.rectangle(corners, outline=color, width=width)
