"""Axes: numbers in rows and columns that run evenly with position."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_axes import label
from km2ipd.digitize.axes import find_scales, number_labels, on_even_steps
from km2ipd.records import TextLine


def column(*texts: str, x: float = 40.0, step: float = 30.0) -> tuple[TextLine, ...]:
    return tuple(label(t, x, 20 + step * i) for i, t in enumerate(texts))


def row(*texts: str, y: float = 300.0, start: float = 60.0, step: float = 40.0) -> tuple[TextLine, ...]:
    return tuple(label(t, start + step * i, y) for i, t in enumerate(texts))


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (("1.0", "0.8", "0.6", "0.4"), [1.0, 0.8, 0.6, 0.4]),
        (("1·0", "0·8", "0·6", "0·4"), [1.0, 0.8, 0.6, 0.4]),
        (("1,0", "0,8", "0,6", "0,4"), [1.0, 0.8, 0.6, 0.4]),
        (("100%", "80%", "60%", "40%"), [100, 80, 60, 40]),
        (("10", "08", "06", "04"), [1.0, 0.8, 0.6, 0.4]),
        (("1", "0.81", "0.61", "0.41"), [1.0, 0.8, 0.6, 0.4]),
        (("1.0-", "0.8-", "0.6-", "0.4-"), [1.0, 0.8, 0.6, 0.4]),
        ((".75", ".50", ".25", "0"), [0.75, 0.5, 0.25, 0.0]),
    ],
)
def test_y_labels_as_journals_and_ocr_write_them(texts: tuple[str, ...], values: list[float]) -> None:
    (scale,) = find_scales(number_labels(column(*texts)), "vertical")
    assert scale.values == pytest.approx(values)


def test_units_after_the_numbers_are_dropped() -> None:
    (scale,) = find_scales(number_labels(row("0", "1 y", "2 y", "3 y")), "horizontal")
    assert list(scale.values) == [0, 1, 2, 3]


def test_two_axes_in_one_row_are_two_scales() -> None:
    texts = row("0", "6", "12", "18") + row("0", "12", "24", "36", start=300.0)
    scales = find_scales(number_labels(texts), "horizontal")
    assert sorted(scale.end - scale.start for scale in scales) == pytest.approx([120, 120])
    assert {float(scale.values[-1]) for scale in scales} == {18.0, 36.0}


def test_falling_counts_are_no_x_axis() -> None:
    assert find_scales(number_labels(row("120", "96", "61", "22")), "horizontal") == ()


def test_a_label_misread_by_a_digit_is_left_out() -> None:
    texts = column("1.0", "0.9", "0.8", "0.71", "0.6", "0.5", step=40.0)
    (scale,) = find_scales(number_labels(texts), "vertical")
    assert 0.71 not in scale.values


def test_an_odd_label_in_its_own_place_stays() -> None:
    texts = tuple(label(f"{v}", 60 + 4 * v, 300) for v in (0, 20, 40, 60, 80, 96))
    (scale,) = find_scales(number_labels(texts), "horizontal")
    assert list(scale.values) == [0, 20, 40, 60, 80, 96]


def test_on_even_steps_finds_the_common_step() -> None:
    assert list(on_even_steps(np.array([0, 0.1, 0.2, 0.31, 0.4]))) == [True, True, True, False, True]


def test_labels_printed_upwards_have_the_height_of_their_letters() -> None:
    box = label("100", 40, 50).box
    upright = TextLine("100", type(box)(35, 41, 45, 59), rotation=90)
    (found,) = number_labels((upright,))
    assert found.reads_upwards
    assert found.print_size == pytest.approx(10)


def test_a_label_of_the_next_plot_that_happens_to_fit_is_left_out() -> None:
    texts = tuple(label(f"{v:g}", 60 + 19 * v, 300) for v in (0, 2.5, 5, 7.5, 10, 12.5, 15))
    texts += tuple(label(f"{v}", 62.5 + 19 * 26 + 3 * (v - 26), 300) for v in (0, 26, 52, 78))
    first, second = find_scales(number_labels(texts), "horizontal")
    assert list(first.values) == [0, 2.5, 5, 7.5, 10, 12.5, 15]
    assert list(second.values) == [0, 26, 52, 78]


def test_a_last_label_of_its_own_far_out_stays() -> None:
    texts = tuple(label(f"{v}", 60 + 1.3 * v, 300) for v in (0, 30, 60, 90, 180, 348))
    (scale,) = find_scales(number_labels(texts), "horizontal")
    assert scale.values[-1] == 348
