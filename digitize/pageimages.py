"""Raster images on a page, those that a program cut into strips or tiles made whole again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..records import Box

# Tiles of one picture abut to this share of a pixel's width, and have one resolution to this share.
SEAM_PIXELS = 1.5
SAME_SCALE = 0.03
# More images than this on a page are a pattern of small ones, not a picture in pieces.
MOST_IMAGES = 2000


@dataclass(frozen=True, slots=True)
class PageImage:
    """One raster image: where it stands (points), its own size in pixels."""

    box: Box
    columns: int
    rows: int

    @property
    def scales(self) -> tuple[float, float]:
        """Pixels per point across and down."""
        return self.columns / max(self.box.width, 1e-9), self.rows / max(self.box.height, 1e-9)


def whole_images(images: Sequence[PageImage]) -> tuple[PageImage, ...]:
    """The images with abutting tiles of one resolution joined, first across, then down."""
    if not 1 < len(images) <= MOST_IMAGES:
        return tuple(images)
    rows = _joined(sorted(images, key=lambda i: (i.box.top, i.box.left)), _across)
    return tuple(_joined(sorted(rows, key=lambda i: (i.box.left, i.box.top)), _down))


def _joined(images: Sequence[PageImage], join: Callable[[PageImage, PageImage], PageImage | None]) -> list[PageImage]:
    done: list[PageImage] = []
    for image in images:
        whole = join(done[-1], image) if done else None
        if whole is None:
            done.append(image)
        else:
            done[-1] = whole
    return done


def _across(one: PageImage, two: PageImage) -> PageImage | None:
    seam = SEAM_PIXELS / one.scales[0]
    level = abs(one.box.top - two.box.top) <= seam and abs(one.box.bottom - two.box.bottom) <= seam
    if not (level and abs(two.box.left - one.box.right) <= seam and _same_scale(one, two)):
        return None
    box = Box(one.box.left, one.box.top, two.box.right, one.box.bottom)
    return PageImage(box, one.columns + two.columns, one.rows)


def _down(one: PageImage, two: PageImage) -> PageImage | None:
    seam = SEAM_PIXELS / one.scales[1]
    level = abs(one.box.left - two.box.left) <= seam and abs(one.box.right - two.box.right) <= seam
    if not (level and abs(two.box.top - one.box.bottom) <= seam and _same_scale(one, two)):
        return None
    box = Box(one.box.left, one.box.top, one.box.right, two.box.bottom)
    return PageImage(box, one.columns, one.rows + two.rows)


def _same_scale(one: PageImage, two: PageImage) -> bool:
    return all(abs(a - b) <= SAME_SCALE * a for a, b in zip(one.scales, two.scales, strict=True))
