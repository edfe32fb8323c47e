"""Loading: every kind of image becomes the same upright RGB picture, and what is no figure is refused."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import numpy as np
import pytest
from km2ipd.digitize import loading
from km2ipd.digitize.loading import load_figure
from km2ipd.errors import UnreadableFigure
from PIL import Image

WIDTH, HEIGHT = 120, 90
INK = (200, 30, 60)


def picture() -> Image.Image:
    """White with one coloured rectangle near the upper left corner."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    image.paste(INK, (10, 5, 40, 25))
    return image


def saved(tmp_path: Path, image: Image.Image, name: str, **options: object) -> Path:
    path = tmp_path / name
    image.save(path, **options)
    return path


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.gif", "a.webp", "a.bmp", "a.jpg"])
def test_every_format_gives_the_same_picture(tmp_path: Path, name: str) -> None:
    options = {"lossless": True} if name.endswith("webp") else {"quality": 95} if name.endswith("jpg") else {}
    (figure,) = load_figure(saved(tmp_path, picture(), name, **options))
    assert figure.pixels.shape == (HEIGHT, WIDTH, 3)
    assert np.abs(figure.pixels[15, 25].astype(int) - INK).max() <= 6
    assert figure.pixels[80, 100].min() >= 250


def test_the_content_decides_not_the_suffix(tmp_path: Path) -> None:
    path = saved(tmp_path, picture(), "a.png").rename(tmp_path / "figure.pdf")
    assert load_figure(path)[0].pixels.shape == (HEIGHT, WIDTH, 3)


def test_transparency_is_laid_on_white(tmp_path: Path) -> None:
    image = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0))
    image.paste((*INK, 128), (10, 5, 40, 25))
    (figure,) = load_figure(saved(tmp_path, image, "a.png"))
    assert tuple(figure.pixels[80, 100]) == (255, 255, 255)
    assert abs(int(figure.pixels[15, 25][1]) - (30 + 255) // 2) <= 2


def test_a_palette_with_a_transparent_entry_is_laid_on_white(tmp_path: Path) -> None:
    image = picture().convert("P", palette=Image.Palette.ADAPTIVE)
    clear = image.getpixel((100, 80))
    (figure,) = load_figure(saved(tmp_path, image, "a.png", transparency=clear))
    assert tuple(figure.pixels[80, 100]) == (255, 255, 255)
    assert np.abs(figure.pixels[15, 25].astype(int) - INK).max() <= 6


def test_sixteen_bits_keep_their_range(tmp_path: Path) -> None:
    levels = np.full((HEIGHT, WIDTH), 65535, np.uint16)
    levels[5:25, 10:40] = 65535 // 4
    (figure,) = load_figure(saved(tmp_path, Image.fromarray(levels), "a.png"))
    assert figure.pixels[80, 100].min() == 255
    assert abs(int(figure.pixels[15, 25][0]) - 64) <= 1


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    (figure,) = load_figure(saved(tmp_path, picture().convert("CMYK"), "a.jpg", quality=95))
    assert figure.pixels[80, 100].min() >= 245
    assert figure.pixels[15, 25][0] > 150 > figure.pixels[15, 25][1]


def test_the_camera_s_orientation_is_undone(tmp_path: Path) -> None:
    turned = picture().transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    (figure,) = load_figure(saved(tmp_path, turned, "a.png", exif=exif))
    assert figure.pixels.shape == (HEIGHT, WIDTH, 3)
    assert tuple(figure.pixels[15, 25]) == INK


def test_a_page_of_a_tiff_can_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.new("RGB", (WIDTH, HEIGHT), "black").save(path, save_all=True, append_images=[picture()])
    assert load_figure(path)[0].pixels.max() == 0
    assert load_figure(path)[0].other_pages == 1
    assert load_figure(path, page=2)[0].pixels.max() == 255
    assert load_figure(path, page=2)[0].other_pages == 0
    with pytest.raises(UnreadableFigure, match="page 3 was asked for, the file has 2"):
        load_figure(path, page=3)


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    path = saved(tmp_path, picture(), "a.png")
    one, other = load_figure(path)[0], load_figure(path)[0]
    assert one.sha256 == other.sha256
    assert len(one.sha256) == 64
    assert one.name == "a.png"


def bomb() -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (30_000, 80)).save(buffer, "PNG")
    return buffer.getvalue()


def cut_off() -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    return buffer.getvalue()[:3000]


def speck() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (1, 1)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (b"", "the file is empty"),
        (b"time,survival\n0,1\n", "not an image"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "not an image|damaged"),
        (cut_off(), "damaged or cut off"),
        (speck(), "1 x 1 px, too small"),
        (bomb(), "30000 x 80 px, too large"),
    ],
)
def test_what_is_no_figure_is_refused_in_one_sentence(tmp_path: Path, data: bytes, seen: str) -> None:
    path = tmp_path / "bad.png"
    path.write_bytes(data)
    with pytest.raises(UnreadableFigure, match=seen) as caught:
        load_figure(path)
    assert str(caught.value).startswith("bad.png: ")
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFigure, match="cannot be read"):
        load_figure(tmp_path / "none.png")
    with pytest.raises(UnreadableFigure, match="cannot be read"):
        load_figure(tmp_path)


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"><path d="M5 9H30V20" stroke="red" fill="none"/></svg>'
)


@pytest.mark.parametrize(
    "data",
    [
        SVG.encode(),
        gzip.compress(SVG.encode()),
        SVG.replace("<svg xmlns=", "<s:svg xmlns:s=").replace("<path", "<s:path").replace("</svg", "</s:svg").encode(),
    ],
    ids=["plain", "gzipped", "prefixed"],
)
def test_an_svg_is_known_by_its_content(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "figure.bin"
    path.write_bytes(data)
    (figure,) = load_figure(path)
    assert figure.source.route == "vector" and len(figure.strokes) == 1


def test_a_file_of_gigabytes_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "LARGEST_FILE_BYTES", 1_000_000)
    path = tmp_path / "figure.png"
    with path.open("wb") as handle:
        handle.truncate(10**8)  # a hole that takes no place on the disk
    with pytest.raises(UnreadableFigure, match="more than 1 MB"):
        load_figure(path)
