"""Legend entries: samples beside names read with colour and dashes, what only looks like one left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_curves import BLACK, BLUE, DASHED, DOTTED, GREY, LOWER, RED, SAMPLE, UPPER, Drawing, panel
from km2ipd.digitize.legend import LegendKey, entries_without_sample, find_legend, may_name_an_arm
from km2ipd.digitize.overprintedkeys import with_overprinted
from km2ipd.records import Box, TextLine
from PIL import Image, ImageDraw, ImageFont


def found(drawing: Drawing) -> tuple[LegendKey, ...]:
    return find_legend(drawing.pixels(), tuple(drawing.texts), panel())


def base() -> Drawing:
    return Drawing().axes().curve(UPPER, 330, BLUE).curve(LOWER, 330, RED)


def line(text: str, **changed) -> TextLine:
    return TextLine(text, Box(100, 50, 160, 60), **changed)


def test_keys_have_the_name_colour_share_and_width_of_their_samples() -> None:
    drawing = base().entry("Drug", 220, 40, BLUE, 2).entry("Placebo", 220, 56, RED, 3, DASHED)
    for key, truth in zip(found(drawing), drawing.keys, strict=True):
        assert key.name == truth.name
        assert key.color == pytest.approx(truth.color, abs=12)
        assert key.inked == pytest.approx(truth.inked, abs=0.12)
        assert key.width_px == pytest.approx(truth.width_px, abs=1)
        assert key.text_box == truth.text_box
        assert (key.box.left, key.box.right) == pytest.approx((truth.box.left, truth.box.right), abs=1.1)
        assert truth.box.contains(*key.box.centre, margin=3)


@pytest.mark.parametrize("dash", [(), DASHED, DOTTED, (9.0, 3.0, 2.0, 3.0)])
def test_the_inked_share_tells_the_dashes(dash: tuple[float, ...]) -> None:
    drawing = base().entry("Drug", 219.5, 40, BLACK).entry("Placebo", 219.5, 56, BLACK, 2, dash)
    assert [k.inked for k in found(drawing)] == pytest.approx([k.inked for k in drawing.keys], abs=0.12)


def test_a_sample_in_a_framed_legend_is_no_frame() -> None:
    drawing = base().entry("Drug", 220, 42, BLUE).entry("Placebo", 220, 58, RED)
    for at in (212, 320):
        drawing.line(at, 32, at, 68, BLACK, 1)
    for at in (32, 68):
        drawing.line(212, at, 320, at, BLACK, 1)
    assert [(k.name, k.inked) for k in found(drawing)] == [("Drug", 1.0), ("Placebo", 1.0)]
    assert [k.color for k in found(drawing)] == [BLUE, RED]


def test_entries_outside_the_plot_count_and_those_of_other_panels_do_not() -> None:
    drawing = base().entry("Drug", 60, 248, BLUE).entry("Placebo", 180, 248, RED)
    assert [k.name for k in found(drawing)] == ["Drug", "Placebo"]
    left = panel(region=Box(0, 0, 170, 259))
    assert [k.name for k in find_legend(drawing.pixels(), tuple(drawing.texts), left)] == ["Drug"]


def test_names_with_dashes_of_their_own_are_cleaned() -> None:
    assert [k.name for k in found(base().entry("-- Drug", 220, 40, BLUE))] == ["Drug"]


def test_a_name_twice_keeps_the_fuller_sample() -> None:
    drawing = base().entry("Drug", 220, 40, BLUE, 2, DOTTED).entry("Drug", 60, 248, BLUE)
    (key,) = found(drawing)
    assert key.inked == 1.0


def test_text_beside_a_curve_that_runs_on_is_no_entry() -> None:
    # The curve comes from far left at the height of its name.
    assert found(Drawing().axes().curve(((40, 60),), 300, BLUE).text("Drug", 304, 60)) == ()
    assert found(Drawing().axes().text("Drug", 220, 60)) == ()


def test_a_line_far_before_a_text_is_a_curve_and_no_sample() -> None:
    # The last level of a curve whose last riser is paler than the level; 10 px letters.
    drawing = Drawing().axes().curve(((250, 100),), 275, BLUE)
    assert found(drawing.text("Drug", 305, 100)) == ()
    (key,) = found(Drawing().axes().curve(((250, 100),), 275, BLUE).text("Drug", 290, 100))
    assert key.name == "Drug"


def test_a_pale_thin_sample_is_read() -> None:
    (key,) = found(base().entry("Drug", 220, 40, GREY, 1))
    assert key.color == pytest.approx(GREY, abs=12)


def test_a_line_over_a_tinted_box_is_read_as_the_line() -> None:
    drawing = base().fill(216, 33, 254, 47, (245, 215, 213)).entry("Placebo", 220, 40, RED)
    (key,) = found(drawing)
    assert (key.color, key.inked, key.width_px) == (RED, 1.0, pytest.approx(2, abs=1))


@pytest.mark.parametrize("text", ["Drug A", "≥65 years", "< 50", "Group 1", "IL-2"])
def test_words_may_name_an_arm(text: str) -> None:
    assert may_name_an_arm(line(text))


NO_NAMES = (
    *("HR 0.62", "Hazard ratio", "95% CI 0.4-0.9", "p=0.03", "P-value", "log-rank", "Median OS", "81 % (69-96)"),
    *("number at risk", "Censored", "Strata", "Treatment:", "Number", "12"),
)


@pytest.mark.parametrize("text", NO_NAMES)
def test_statistics_marks_and_headings_do_not(text: str) -> None:
    assert not may_name_an_arm(line(text))


def test_turned_text_names_no_arm() -> None:
    assert not may_name_an_arm(line("Drug", rotation=90))


def test_a_name_in_line_with_entries_but_without_sample_is_counted() -> None:
    drawing = base().entry("Drug", 220, 40, BLUE).entry("Placebo", 220, 56, RED)
    keys = found(drawing)
    assert entries_without_sample(tuple(drawing.texts), keys) == 0
    drawing.text("Third", 258, 72).text("Elsewhere", 100, 72).text("p=0.01", 258, 88)
    assert entries_without_sample(tuple(drawing.texts), keys) == 1


def test_a_number_found_apart_belongs_to_its_name() -> None:
    drawing = base()
    for k, dash in enumerate([(), DASHED, DOTTED]):
        drawing.entry("Grade", 225, 104 + 14 * k, BLACK, 2, dash).text(str(k + 1), 225 + 30 + 8 + 36, 104 + 14 * k)
    assert [k.name for k in found(drawing)] == ["Grade 1", "Grade 2", "Grade 3"]
    assert entries_without_sample(tuple(drawing.texts), found(drawing)) == 0


def test_letters_read_in_a_sample_are_no_entry() -> None:
    # The upper edge of an open square on the line, read as a letter.
    drawing = base().entry("Drug", 220, 40, BLACK)
    drawing.texts.append(TextLine("n", Box(236, 37, 243, 40)))
    assert [k.name for k in found(drawing)] == ["Drug"]


def test_a_frame_within_a_names_box_is_no_sample() -> None:
    # The box of the name took in the frame of the legend, and reaches up to a line of text above.
    drawing = Drawing().axes().entry("Drug", 220, 60, BLUE).text("Months of follow-up", 170, 36)
    for at in (52, 69):
        drawing.line(205, at, 320, at, BLACK, 1)
    framed = [replace(t, box=Box(258, 49, 284, 72)) if t.text == "Drug" else t for t in drawing.texts]
    keys = find_legend(drawing.pixels(), tuple(framed), panel())
    assert [(k.name, k.color, k.inked) for k in keys] == [("Drug", BLUE, 1.0)]


def test_the_edge_of_the_first_letter_hides_no_sample() -> None:
    drawing = base().entry("Nope", 220, 40, GREY, 1)
    late = [replace(t, box=replace(t.box, left=t.box.left + 2)) for t in drawing.texts]
    assert [k.name for k in find_legend(drawing.pixels(), tuple(late), panel())] == ["Nope"]


def test_a_number_with_an_exponent_names_no_arm() -> None:
    assert not may_name_an_arm(line("4.02e-06"))


def test_a_range_of_numbers_is_a_name_beside_a_sample_only() -> None:
    drawing = (
        base()
        .entry("<=20", 60, 206, BLUE)
        .entry("20-50", 160, 206, RED)
        .text("30-60", 198, 222)
        .entry("1-1.45)", 60, 190, RED)
    )
    keys = found(drawing)
    assert [k.name for k in keys] == ["<=20", "20-50"]
    assert entries_without_sample(tuple(drawing.texts), keys) == 0
    assert not may_name_an_arm(line("20-50"))


def test_a_title_names_no_arm() -> None:
    assert not may_name_an_arm(line("Kaplan-Meier survival estimates"))
    assert may_name_an_arm(line("Long survivors"))


def test_what_stands_left_of_the_plot_is_another_panels_legend() -> None:
    inside = base().entry("Drug", 220, 40, BLUE)
    area = panel().plot_area
    beside = base().entry("Drug", 220, 40, BLUE).entry("Other", area.left - 60, 120, RED)
    assert [k.name for k in found(beside)] == [k.name for k in found(inside)] == ["Drug"]


def test_signs_read_in_a_sample_hide_no_sample() -> None:
    drawing = base().entry("Drug", 220, 40, BLUE).entry("Placebo", 220, 56, RED)
    key = drawing.keys[0]
    drawing.texts.append(TextLine("—+—", Box(key.box.left, key.box.top - 5, key.box.right, key.box.bottom + 5)))
    assert [k.name for k in found(drawing)] == ["Drug", "Placebo"]


def test_a_value_under_an_entry_is_no_entry() -> None:
    drawing = base().entry("Drug", 220, 40, BLUE)
    name = drawing.keys[0].text_box
    drawing.texts.append(
        TextLine("OS = 17.8 months", Box(name.left, name.bottom + 3, name.right + 30, name.bottom + 13))
    )
    assert entries_without_sample(tuple(drawing.texts), found(drawing)) == 0


def test_pale_samples_are_found_beside_the_black_frame_of_their_legend() -> None:
    drawing = base().entry("Drug", 220, 42, (170, 170, 170)).entry("Placebo", 220, 58, (170, 170, 170), 2, DASHED)
    for at in (205, 330):
        drawing.line(at, 26, at, 74, BLACK, 2)
    for at in (26, 74):
        drawing.line(205, at, 330, at, BLACK, 2)
    assert [k.name for k in found(drawing)] == ["Drug", "Placebo"]


def test_the_ends_of_curves_before_their_names_are_no_legend() -> None:
    drawing = Drawing().axes().entry("Drug", 270, 80, BLACK).entry("Placebo", 240, 160, BLACK, 2, DASHED)
    assert found(drawing) == ()
    stray = base().entry("Drug", 60, 200, BLUE).entry("Placebo", 60, 216, RED).entry("f", 270, 80, BLACK)
    assert [k.name for k in found(stray)] == ["Drug", "Placebo"]
    beside = Drawing().axes().entry("Drug", 240, 80, BLACK).entry("Placebo", 240, 160, BLACK, 2, DASHED)
    assert [k.name for k in found(beside)] == ["Drug", "Placebo"]


def test_keys_keep_the_dashes_and_the_ink_of_their_samples() -> None:
    thin, thick = found(base().entry("Drug", 220, 40, BLACK, 2, DASHED).entry("Placebo", 220, 56, BLACK, 4))
    assert all(thick.shown) and 0.4 < sum(thin.shown) / len(thin.shown) < 0.9
    assert thick.ink - thin.ink == pytest.approx(np.log(2), abs=0.3)


def test_groups_known_by_their_numbers_are_entries_where_samples_stand_in_a_column() -> None:
    drawing = base().entry("1 (75/99)", 220, 40, BLUE).entry("2 (38/81)", 220, 56, RED)
    assert [k.name for k in found(drawing)] == ["1 (75/99)", "2 (38/81)"]
    assert found(base().entry("1", 220, 40, BLUE)) == ()


def test_numbers_at_the_ticks_of_an_axis_are_no_entries() -> None:
    drawing = base()
    for value, at, color in (("8", 60, BLUE), ("6", 100, RED)):
        drawing.line(206, at, 218, at, color, 2).text(value, 222, at)
    assert found(drawing) == ()


def test_counts_of_a_row_known_by_its_colour_are_no_entries() -> None:
    drawing = base().entry("5", 60, 150, BLUE).entry("4", 60, 166, RED)
    drawing.text("3", 140, 150).text("2", 140, 166)
    assert found(drawing) == ()


def test_an_entry_with_a_statistic_after_its_name_is_known_by_the_name() -> None:
    drawing = base().entry("Drug (median: 1723, 95% CI: 1323-2213)", 200, 40, BLUE)
    drawing.entry("Placebo: HR 0.54", 200, 56, RED)
    assert [k.name for k in found(drawing)] == ["Drug", "Placebo"]


def test_a_line_that_begins_with_a_statistic_names_no_arm() -> None:
    drawing = base().entry("HR (95% CI): 0.5 (0.3-0.8)", 200, 40, BLUE).entry("Median (95% CI)", 200, 56, RED)
    assert found(drawing) == ()


def test_a_sample_as_long_as_the_longest_is_found_where_nothing_else_stands_in_its_way() -> None:
    drawing = base()
    for name, at, color in (("Drug", 200, BLUE), ("Placebo", 216, RED)):
        drawing.line(60, at, 130, at, color, 2).text(name, 136, at)
    assert [(k.name, round(k.box.width)) for k in found(drawing)] == [("Drug", 68), ("Placebo", 68)]


def test_a_pale_sample_close_to_the_soft_edge_of_its_frame_is_read() -> None:
    drawing = base().entry("Drug", 220, 42, (120, 120, 120)).entry("Placebo", 220, 58, (120, 120, 120), 2, DASHED)
    left = round(drawing.keys[0].box.left) - 7
    for at, color in ((left - 1, BLACK), (left, BLACK), (left + 1, (140, 140, 140))):
        drawing.line(at, 26, at, 74, color, 1)
    assert [k.name for k in found(drawing)] == ["Drug", "Placebo"]


def test_samples_on_the_right_of_their_names_are_keys_where_they_stand_in_a_column() -> None:
    drawing = base()
    for name, at, color in (("Drug", 190, BLUE), ("Placebo", 206, RED)):
        drawing.text(name, 120, at).line(190, at, 220, at, color, 2)
    assert [(k.name, k.color) for k in found(drawing)] == [("Drug", BLUE), ("Placebo", RED)]
    assert all(k.box.left > k.text_box.right for k in found(drawing))
    one = base().text("Drug", 120, 190).line(190, 190, 220, 190, BLUE, 2)
    assert found(one) == ()


def test_the_number_of_a_row_before_a_name_belongs_to_it() -> None:
    drawing = base()
    for k, color in enumerate((BLUE, RED)):
        left = 60 + 130 * k
        drawing.line(left, 248, left + 30, 248, color, 2).text(str(k + 1), left + 36, 248)
        drawing.text("Grade", left + 36 + 6 + 13, 248)
    assert [k.name for k in found(drawing)] == ["1 Grade", "2 Grade"]


def test_a_word_that_heads_other_legends_names_an_arm_beside_a_sample() -> None:
    drawing = base().text("Group", 220, 24).entry("Control", 220, 40, BLUE).entry("Treatment", 220, 56, RED)
    assert [k.name for k in found(drawing)] == ["Control", "Treatment"]
    assert [k.name for k in found(base().entry("Censored", 220, 40, BLUE))] == []


def test_a_dot_of_a_sample_read_as_a_figure_is_no_part_of_its_name() -> None:
    drawing = base().entry("Drug", 220, 40, BLUE).entry("Placebo", 220, 56, RED, 3, DOTTED)
    drawing.texts.append(TextLine("1", Box(244, 54, 247, 58)))
    assert [k.name for k in found(drawing)] == ["Drug", "Placebo"]


def overprinted(ticks: tuple[float, ...], ink=RED) -> tuple[LegendKey, ...]:
    """The keys where ticks stand on the letters of a second name, of which no text was found."""
    drawing = base().entry("Drug", 220, 40, BLUE).curve(((220, 56),), 220 + SAMPLE, ink, 2)
    left = drawing.texts[-1].box.left
    image = Image.fromarray(drawing.pixels())
    ImageDraw.Draw(image).text((left, 49), "Placebo", fill="black", font=ImageFont.load_default(size=12))
    for at in ticks:
        ImageDraw.Draw(image).line((left + at, 52, left + at, 66), fill=ink)
    pixels, read = np.asarray(image), tuple(drawing.texts)
    return with_overprinted(find_legend(pixels, read, panel()), pixels, read, panel())


def test_a_name_with_a_curves_marks_over_it_is_read_in_the_ink_of_the_other_names() -> None:
    assert [k.name for k in overprinted((3, 16, 30))] == ["Drug", "Placebo"]
    assert [k.name for k in overprinted(())] == ["Drug", "Placebo"]


def test_a_sample_of_a_colour_that_has_its_name_is_no_further_entry() -> None:
    assert [k.name for k in overprinted((), BLUE)] == ["Drug"]


def test_an_entry_found_already_is_no_further_one_whatever_the_order_of_the_keys() -> None:
    image = Image.fromarray(base().entry("Drug", 220, 40, BLUE).curve(((220, 56),), 220 + SAMPLE, RED, 2).pixels())
    left = 220 + SAMPLE + 8
    for name, top in (("Drug", 33), ("Placebo", 49)):
        ImageDraw.Draw(image).rectangle((left - 1, top, left + 60, top + 14), fill="white")
        ImageDraw.Draw(image).text((left, top), name, fill="black", font=ImageFont.load_default(size=12))
    pixels = np.asarray(image)
    texts = (TextLine("Drug", Box(left, 36, left + 26, 47)), TextLine("Placebo", Box(left, 52, left + 42, 61)))
    drug, placebo = find_legend(pixels, texts, panel())
    for keys in ((drug, placebo), (replace(placebo, color=(255, 190, 190)), drug)):
        assert with_overprinted(keys, pixels, texts, panel()) == keys
