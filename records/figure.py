"""What is looked at: a picture with its texts and strokes, and places on it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .laws import FloatArray, PixelArray, Rgb, Route, read_only, require


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels; right and bottom are inclusive positions, not sizes."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        require(self.left <= self.right and self.top <= self.bottom, f"box turned inside out: {self}")

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def contains(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Whether the point lies inside, the box grown by margin px on every side."""
        return self.left - margin <= x <= self.right + margin and self.top - margin <= y <= self.bottom + margin


@dataclass(frozen=True, slots=True)
class TextLine:
    """One piece of text read off the figure (a word, a number, or a line of a legend).

    rotation: degrees the text was turned (0 upright; 90 reads bottom to top).
    confidence: probability of the least certain character, 0 to 1; 1 for text taken from a vector file.
    candidates: other readings, most probable first, for the figure's own laws to choose among.
    """

    text: str
    box: Box
    confidence: float = 1.0
    rotation: int = 0
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """One painted path of a vector figure, flattened to a polyline in the frame of the rendered image.

    x_px, y_px: (n,) vertices. width_px: 0 when only filled. dash_px: on/off lengths, empty when solid.
    order: painting order; later strokes hide earlier ones. group: id of the drawing object (form, symbol or
    glyph) it came from, -1 when none: repeats of one group are copies of one mark.
    """

    x_px: FloatArray
    y_px: FloatArray
    color: Rgb | None
    fill: Rgb | None = None
    width_px: float = 1.0
    dash_px: tuple[float, ...] = ()
    closed: bool = False
    opacity: float = 1.0
    order: int = 0
    group: int = -1

    def __post_init__(self) -> None:
        object.__setattr__(self, "x_px", read_only(self.x_px))
        object.__setattr__(self, "y_px", read_only(self.y_px))
        require(len(self.x_px) == len(self.y_px), "a stroke needs as many x as y positions")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a panel was found: page from 1 (1 for images), bbox in the file's own units (px or points).

    image: file name, beside digitization.json, of the upright picture whose frame the pixel positions refer to.
    """

    page: int = 1
    bbox: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    route: Route = "raster"
    image: str = "figure.png"


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One picture to be digitised.

    pixels: (height, width, 3) uint8 RGB, upright, on white. For vector input a rendering of the page.
    strokes, texts: filled for vector input (exact geometry and text in the frame of pixels); empty for rasters.
    caption: text found outside the figure that belongs to it, such as "Figure 2. Kaplan-Meier ...".
    other_pages: pages or frames of a picture file that were not looked at, since none was asked for.
    """

    name: str
    sha256: str
    pixels: PixelArray
    strokes: tuple[Stroke, ...] = ()
    texts: tuple[TextLine, ...] = ()
    source: Source = field(default_factory=Source)
    caption: str = ""
    other_pages: int = 0

    def __post_init__(self) -> None:
        require(
            self.pixels.ndim == 3 and self.pixels.shape[2] == 3 and self.pixels.dtype == np.uint8,
            "figure pixels must be (height, width, 3) uint8",
        )
        self.pixels.setflags(write=False)
