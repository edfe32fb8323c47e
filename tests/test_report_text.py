"""Numbers, CSV and JSON as text."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest
from km2ipd.report.text import csv_text, json_text, number_text, rounded


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.3333333333"),
        (12.0, "12"),
        (-0.0, "0"),
        (1e-7, "1e-07"),
        (math.nan, ""),
        (None, ""),
        (math.inf, ""),
    ],
)
def test_number_text(value: float | None, text: str) -> None:
    assert number_text(value) == text


def test_rounded_gives_whole_numbers_without_a_point() -> None:
    assert json.dumps([rounded(12.0), rounded(0.1 + 0.2), rounded(math.nan)]) == "[12, 0.3, null]"


def test_csv_text_is_read_back_by_the_csv_module() -> None:
    rows = [("a,b", 'say "x"', "two\nlines"), ("", "plain", "“ü”")]
    text = csv_text(("one", "two", "three"), rows)
    assert [tuple(r) for r in csv.reader(io.StringIO(text, newline=""))] == [("one", "two", "three"), *rows]
    assert "plain" in text and '"plain"' not in text


def test_json_text_is_json_with_lists_of_numbers_on_one_line() -> None:
    value = {"a": [1, 2.5, None], "b": {"c": []}, "d": [[1], [2]], "e": "ü", "f": True, "g": {}}
    text = json_text(value)
    assert json.loads(text) == value
    assert '"a": [1, 2.5, null]' in text


def test_json_text_writes_nan_as_null() -> None:
    assert json_text([math.nan, math.inf, 1.0]) == "[null, null, 1.0]"
