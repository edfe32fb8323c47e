"""Numbers as journals print them."""

import pytest
from km2ipd.digitize.numbers import decimals, number_readings, parse_cell, parse_count, parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0·5", 0.5),
        ("0,5", 0.5),
        (".5", 0.5),
        ("100%", 100),
        ("80 %", 80),
        ("1 200", 1200),
        ("1,200", 1200),
        ("1\u202f200", 1200),
        ("12,345", 12345),
        ("0,250", 0.25),
        ("\u22123", -3),
        ("\u20130.5", -0.5),
        ("1.", 1),
        ("O.5", 0.5),
        ("1O", 10),
        ("l2", 12),
        ("36", 36),
        ("0.0", 0),
        ("1,234,567", 1234567),
        ("0. 5", 0.5),
    ],
)
def test_printed_numbers(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["", "Months", "O", "l", "0-5", "p<0.001", "12 24", "1.2.3", "-", "%", "49 (0)"])
def test_what_is_no_single_number(text):
    assert parse_number(text) is None


def test_a_thousands_mark_may_be_a_decimal_comma():
    assert number_readings("1,000") == (1000.0, 1.0)
    assert number_readings("1.000") == (1.0, 1000.0)


@pytest.mark.parametrize(("text", "count"), [("0·50", 2), ("1,200", 0), ("0,5", 1), ("81%", 0), ("11.3", 1), ("P", 0)])
def test_decimals_for_rounding(text, count):
    assert decimals(text) == count


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("49", (49, None)),
        ("49 (0)", (49, 0)),
        ("49(12)", (49, 12)),
        ("O", (0, None)),
        ("1,204 [3]", (1204, 3)),
        ("0.5", None),
        ("-4", None),
        ("81%", None),
        ("Placebo", None),
        ("12 24", None),
    ],
)
def test_cells_of_at_risk_tables(text, cell):
    assert parse_cell(text) == cell


def test_a_count_is_whole_and_not_negative():
    assert parse_count("1 204") == 1204
    assert parse_count("3.0") is None
