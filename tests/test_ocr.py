"""Text read off pixels drawn here, with the models that ship in the wheel."""

import sys
from pathlib import Path

import numpy as np
import pytest
from km2ipd.digitize import ocr
from km2ipd.digitize.detection import find_text
from km2ipd.digitize.ocr import read_number, read_texts
from km2ipd.digitize.tightboxes import tight_boxes
from km2ipd.records import Box, Figure, TextLine
from PIL import Image, ImageDraw, ImageFont

WORDS = (
    ("Overall survival", 60, 40), ("Placebo", 60, 300), ("104", 200, 300), ("87", 280, 300), ("53", 360, 300),
    ("0", 440, 300), ("Log-rank P=0.003", 300, 120),
)  # fmt: skip


def drawn(words=WORDS, size=18, paper="white", ink="black", shape=(520, 380)) -> Figure:
    image = Image.new("RGB", shape, paper)
    draw = ImageDraw.Draw(image)
    for text, x, y in words:
        draw.text((x, y), text, fill=ink, font=ImageFont.load_default(size=size))
    return Figure("drawn.png", "", np.asarray(image))


def texts_of(figure: Figure) -> list[str]:
    return [t.text for t in read_texts(figure)]


@pytest.mark.parametrize(("paper", "ink"), [("white", "black"), ("black", "white"), ("#f4efe4", "#b03020")])
def test_words_and_numbers_are_read_each_on_its_own(paper, ink):
    assert sorted(texts_of(drawn(paper=paper, ink=ink))) == sorted(w for w, _, _ in WORDS)


def test_boxes_are_tight_around_the_ink():
    figure = drawn()
    dark = figure.pixels.min(axis=2) < 128
    for found in read_texts(figure):
        box = found.box
        around = dark[int(box.top) - 1 : int(box.bottom) + 2, int(box.left) - 1 : int(box.right) + 2]
        rows, columns = np.flatnonzero(around.any(axis=1)), np.flatnonzero(around.any(axis=0))
        assert 0 <= rows[0] <= 2 and around.shape[0] - 3 <= rows[-1]
        assert 0 <= columns[0] <= 2 and around.shape[1] - 3 <= columns[-1]


def test_tick_labels_that_stand_close_are_parted():
    ticks = [(str(12 * k), 60 + 44 * k, 200) for k in range(9)]
    assert texts_of(drawn(ticks)) == [t for t, _, _ in ticks]


def test_a_turned_label_is_read_with_its_rotation():
    figure = drawn()
    turned = Figure("turned.png", "", np.ascontiguousarray(np.rot90(figure.pixels)))
    found = {t.text: t.rotation for t in read_texts(turned)}
    assert found["Overall survival"] == 90 and found["Placebo"] == 90


def test_text_of_a_vector_file_is_kept():
    brought = (TextLine("12", Box(1, 1, 9, 9)),)
    figure = drawn()
    assert read_texts(Figure(figure.name, "", figure.pixels, texts=brought)) == brought


@pytest.mark.parametrize("digit", "0123456789")
def test_a_single_digit_is_read_on_its_place(digit):
    figure = drawn([(digit, 100, 100)])
    found = read_number(figure, Box(85, 90, 130, 130))
    assert found.text == digit and found.confidence > 0.9


def test_an_empty_place_holds_no_number():
    found = read_number(drawn([]), Box(85, 90, 130, 130))
    assert found.text == "" and found.confidence == 0


def test_a_tick_mark_and_an_axis_line_are_no_part_of_a_number():
    figure = drawn([("0.5", 100, 100)])
    pixels = figure.pixels.copy()
    (plain,) = tight_boxes(pixels, Box(95, 98, 135, 125))
    pixels[109:111, 132:140] = 0
    pixels[:, 140:142] = 0
    (ticked,) = tight_boxes(pixels, Box(95, 98, 138, 125))
    assert ticked == plain


def test_two_lines_found_as_one_are_parted():
    figure = drawn([("9", 100, 100), ("3", 100, 120)])
    boxes = tight_boxes(figure.pixels, Box(95, 98, 120, 142))
    assert len(boxes) == 2 and boxes[0].bottom < boxes[1].top


def test_a_blank_figure_has_no_text():
    assert texts_of(drawn([])) == []


def test_a_drawing_taken_for_a_letter_is_no_text():
    small = [TextLine(str(n), Box(20 * n, 10, 20 * n + 10, 25)) for n in range(1, 6)]
    title = TextLine("Overall survival", Box(20, 40, 400, 90))
    huge = TextLine("É", Box(0, 0, 300, 280), 0.3)
    turned = TextLine("Survival", Box(5, 50, 20, 250), 1.0, 90)
    kept = ocr._without_drawings([*small, title, huge, turned])
    assert kept == [*small, title, turned]


def test_the_corner_of_a_dashed_line_is_no_letter() -> None:
    corner, letter, wide = (TextLine(c, Box(0, 0, 14, high)) for c, high in (("L", 10), ("L", 18), ("W", 10)))
    words = TextLine("LL", Box(0, 0, 14, 10))
    assert ocr._without_drawings([corner, letter, wide, words]) == [letter, wide, words]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_large_picture_leaves_no_memory_behind():
    """The next figure of a batch does not carry what the network needed for this one (300 MB)."""
    find_text(drawn().pixels)
    before = resident_mb()
    find_text(drawn(shape=(1500, 1200)).pixels)
    assert resident_mb() - before < 60


def resident_mb() -> float:
    line = next(x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def test_names_of_a_legend_in_one_row_are_parted_at_the_line_between_them():
    # In small pictures blur makes the sample thick beside the letters.
    figure = drawn([("Control", 150, 40), ("Treated", 218, 40)], size=11)
    pixels = figure.pixels.copy()
    pixels[45:48, 196:210] = (60, 190, 180)
    assert texts_of(Figure("drawn.png", "", pixels)) == ["Control", "Treated"]


def test_a_hyphen_parts_no_word():
    assert texts_of(drawn([("miR-137", 150, 40)], size=11)) == ["miR-137"]


def test_stems_of_stacked_rows_are_no_line_through_them():
    pixels = np.full((40, 60, 3), 255, np.uint8)
    for top in (2, 13, 24):
        for left in (10, 20, 30):
            pixels[top : top + 8, left : left + 3] = 0
            pixels[top : top + 2, left : left + 6] = 0
    # Three letters, each with the stems of its neighbours above and below in line.
    (box,) = tight_boxes(pixels, Box(6, 10, 42, 23))
    assert (box.left, box.right) == (10, 35)


def test_what_is_left_of_a_box_is_not_cut_for_ever() -> None:
    """A box that grows over its neighbour leaves a part as wide as it was itself."""
    pixels = np.full((60, 200, 3), 255, np.uint8)
    for left in range(10, 190, 12):
        pixels[20:40, left : left + 7] = 0
    for start in range(8, 60, 3):
        assert len(tight_boxes(pixels, Box(start, 18, start + 90, 42))) < 40


def test_a_dashed_guide_line_holds_no_letters() -> None:
    def text(word: str, left: float, top: float, size: float) -> TextLine:
        return TextLine(word, Box(left, top, left + 0.5 * size * len(word), top + size), 0.9)

    labels = [text("Placebo", 40, 20 * i, 10) for i in range(5)]
    dashes = [text("H", 95, 258 + 8 * i, 3) for i in (0, 1, 2, 4, 5)]
    counts = [text("7", 40 + 30 * i, 300, 10) for i in range(5)]
    assert ocr._without_dashes([*labels, *dashes, *counts]) == [*labels, *counts]
    assert ocr._without_dashes([*labels, *dashes[:2]]) == [*labels, *dashes[:2]]


@pytest.mark.parametrize("shift", [(62, 8), (50, 11)])
def test_names_printed_into_each_other_in_two_colours_are_read_apart(shift):
    image = Image.fromarray(drawn().pixels.copy())
    draw = ImageDraw.Draw(image)
    for text, (x, y), ink in (
        ("Observation", (200, 200), "#00427d"),
        ("Levamisole", (200 + shift[0], 200 - shift[1]), "#d9853b"),
    ):
        draw.text((x, y), text, fill=ink, font=ImageFont.load_default(size=18))
    found = texts_of(Figure("drawn.png", "", np.asarray(image)))
    assert {"Observation", "Levamisole", "Placebo"} <= set(found)
