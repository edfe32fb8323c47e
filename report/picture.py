"""Pictures in and out: the upright figure beside the pivot, PNG bytes, fonts for what is drawn on them."""

from __future__ import annotations

import base64
import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UsageError
from ..records import PixelArray

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

# A 10,000 x 10,000 plate; more would not fit the memory budget of 1 GB with its working copies.
MAX_PIXELS = 100_000_000
# zlib level 1 on the pixels as they are: filters, which help photographs, cost three times as much and make line art
# larger. Over drawn and scanned figures 6% smaller than level 3 with filters, in a quarter of the time.
PNG_LEVEL = 1


def png_bytes(pixels: PixelArray) -> bytes:
    """(height, width, 3) RGB or (height, width) grey pixels as a PNG file."""
    import cv2

    ordered = pixels[:, :, ::-1] if pixels.ndim == 3 else pixels
    how = [cv2.IMWRITE_PNG_COMPRESSION, PNG_LEVEL, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE]
    done, encoded = cv2.imencode(".png", np.ascontiguousarray(ordered), how)
    if not done:
        raise RuntimeError("the picture could not be encoded as PNG")
    return encoded.tobytes()


def jpeg_bytes(pixels: PixelArray) -> bytes:
    """(height, width, 3) RGB pixels as a JPEG file, for pictures that a page only shows."""
    import cv2

    done, encoded = cv2.imencode(".jpg", np.ascontiguousarray(pixels[:, :, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 80])
    if not done:
        raise RuntimeError("the picture could not be encoded as JPEG")
    return encoded.tobytes()


def data_uri(content: bytes, kind: str) -> str:
    """A picture file (kind png or jpeg) as text that an HTML page can hold."""
    return f"data:image/{kind};base64," + base64.b64encode(content).decode("ascii")


def read_picture(path: Path) -> PixelArray:
    """(height, width, 3) RGB pixels of an earlier run's picture; UsageError when it is gone or damaged."""
    from PIL import Image, UnidentifiedImageError

    remedy = "Keep the picture beside digitization.json, as km2ipd wrote it."
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise UsageError(f"{path.name}: {picture.width} x {picture.height} px is too large", remedy)
            return np.asarray(picture.convert("RGB"), dtype=np.uint8)
    except FileNotFoundError:
        raise UsageError(f"{path.name}: not found in {path.parent}", remedy) from None
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise UsageError(f"{path.name}: no picture that can be read", remedy) from None


def overlay_name(image: str) -> str:
    """The overlay's file name for a picture: figure-2.png gives overlay-2.png."""
    return "overlay" + image.removeprefix("figure") if image.startswith("figure") else f"overlay-{image}"


@lru_cache(maxsize=16)
def font(size_px: int) -> FreeTypeFont:
    """DejaVu Sans (it comes with matplotlib and knows every script of arm names in journals)."""
    from PIL import ImageFont

    spec = importlib.util.find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("matplotlib is not installed")
    path = Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
    return ImageFont.truetype(str(path), size_px)
