"""Legend names set on several lines."""

from __future__ import annotations

import pytest
from km2ipd.digitize.legend import LegendKey
from km2ipd.digitize.wrapped import with_further_lines
from km2ipd.records import Box, TextLine


def line(text: str, top: float, left: float = 100.0) -> TextLine:
    return TextLine(text, Box(left, top, left + 6 * len(text), top + 10))


def entry(text: str, top: float) -> LegendKey:
    return LegendKey(text, (0, 0, 0), 1.0, 2.0, Box(60, top + 4, 90, top + 6), line(text, top).box)


def names(keys: list[LegendKey], lines: list[TextLine]) -> list[str]:
    texts = [line(k.name, k.text_box.top) for k in keys]
    return [k.name for k in with_further_lines(keys, [*texts, *lines])]


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("ECMELLA,", "early unloading", "ECMELLA, early unloading"),
        ("Drug plus", "radiotherapy", "Drug plus radiotherapy"),
        ("Chemo-", "therapy", "Chemotherapy"),
        ("Drug A +", "Drug B", "Drug A + Drug B"),
    ],
)
def test_a_name_that_cannot_end_there_goes_on_in_the_next_line(first, second, whole):
    assert names([entry(first, 40)], [line(second, 56)]) == [whole]


def test_lines_closer_than_the_entries_are_one_name():
    keys = [entry("Drug", 40), entry("Placebo", 65)]
    assert names(keys, [line("once a day", 52), line("twice a day", 77)]) == ["Drug once a day", "Placebo twice a day"]


def test_names_at_the_distance_of_entries_stay_apart():
    keys = [entry("Drug", 40), entry("Placebo", 56)]
    assert names(keys, [line("Surgery", 72)]) == ["Drug", "Placebo"]
    assert names([entry("Drug", 40)], [line("Surgery", 56)]) == ["Drug"]


def test_the_box_of_a_name_holds_all_its_lines():
    (key,) = with_further_lines([entry("Drug,", 40)], [line("Drug,", 40), line("every three weeks", 56)])
    assert (key.text_box.top, key.text_box.bottom, key.text_box.right) == (40, 66, 202)
