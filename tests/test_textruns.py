"""Letters joined to the words, numbers and lines that a reader sees."""

from __future__ import annotations

import pytest
from km2ipd.digitize.textruns import clean, is_symbol, joined_runs, placed_lines, run_of, text_lines
from km2ipd.records import Box


def letters(text, x=0.0, y=0.0, size=10.0, step=5.0, color=(0, 0, 0)):
    """Letters 5 units wide side by side, a space where the text has one."""
    found = []
    for i, c in enumerate(text):
        box = Box(x + i * step, y - 7, x + (i + 1) * step, y)
        found.append(run_of(c, box, 0, (x + i * step, y), size, color=color))
    return [run for run in found if run.text != " "]


def texts(runs):
    return [run.text for run in text_lines(joined_runs(runs))]


def test_words_of_a_label_are_one_line():
    assert texts(letters("Overall survival (%)", step=4.0)) == ["Overall survival (%)"]


def test_numbers_of_a_row_are_cells_of_their_own():
    row = letters("315") + letters("239", x=60) + letters("177", x=120)
    assert texts(row) == ["315", "239", "177"]


def test_numbers_a_wide_space_apart_are_two_cells_and_thousands_one():
    assert texts(letters("315") + letters("239", x=20)) == ["315", "239"]
    assert texts(letters("1") + letters("200", x=7.5)) == ["1 200"]


def test_a_row_name_does_not_take_the_first_count():
    assert texts(letters("Placebo") + letters("228", x=42)) == ["Placebo", "228"]


def test_words_written_out_of_order_are_joined():
    assert texts(letters("patients", x=24) + letters("All", x=0, step=6.5)) == ["All patients"]


def test_crowded_signs_stay_apart():
    signs = [run for x in (0, 1, 3, 9) for run in letters("+", x=x)]
    assert [run.text for run in joined_runs(signs)] == ["+"] * 4


def test_a_sign_of_another_colour_is_not_part_of_the_name_beside_it():
    runs = joined_runs([*letters("+", color=(255, 0, 0)), *letters("squamous", x=8)])
    assert [run.text for run in runs] == ["+", "squamous"]
    assert texts(letters("Cyclo+Adria")) == ["Cyclo+Adria"]


def test_text_that_reads_upwards_keeps_its_turn():
    upright = [
        run_of(c, Box(10, 100 - 6 * i, 17, 105 - 6 * i), 90, (17, 105 - 6 * i), 10.0) for i, c in enumerate("rate")
    ]
    (line,) = placed_lines(text_lines(joined_runs(upright)), 0.0, 0.0, 2.0)
    assert (line.text, line.rotation) == ("rate", 90)
    assert line.box.height > line.box.width


@pytest.mark.parametrize(
    ("text", "expected"),
    [("+", True), ("○", True), ("|", True), ("-", False), ("a", False), ("++", False), ("%", False)],
)
def test_plotting_signs(text, expected):
    assert is_symbol(text) is expected


def test_ligatures_and_control_characters_are_made_plain():
    assert clean("ﬁrst\x00  event\u00a0") == "first event"
