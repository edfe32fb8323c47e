"""Names given by hand: one for each arm, and doubted where they look exchanged."""

from __future__ import annotations

import pytest
from km2ipd.digitize.givennames import given_name_doubts, own_names


def test_every_arm_has_a_name_of_its_own() -> None:
    assert own_names(["Drug", "", "Drug"], None) == ("Drug", "Arm 2", "Drug'")
    assert own_names(["Drug", ""], 2) == ("Drug", "Arm 2")
    assert own_names(["", "Drug"], ("New", "Old")) == ("New", "Old")
    assert own_names(["a", "b", "c"], ("New",)) == ("New", "b", "c")


@pytest.mark.parametrize("read", [["lacebo", "Tarlozumab"], ["Placebo", "Tarlozumab"], ["Placebo", ""]])
def test_names_in_another_order_than_the_arms_are_doubted(read: list[str]) -> None:
    assert not given_name_doubts(read, ("Placebo", "Tarlozumab"))
    (*_, doubt) = given_name_doubts(read, ("Tarlozumab", "Placebo"))
    assert doubt.severity == "review"
    assert 'named "Placebo" by hand' in doubt.message


@pytest.mark.parametrize(
    ("read", "given"),
    [
        (["Treatment A", "Treatment B"], ("Treatment A, 5 mg", "Treatment B, 5 mg")),
        (["Arm 1", "Arm 2"], ("Arm 1", "Arm 2")),
        (["", ""], ("Drug", "Placebo")),
        (["Low expression", "High expression"], ("Low", "High")),
        (["Placebo", "Drug"], None),
        (["Placebo", "Drug"], 2),
    ],
)
def test_names_that_fit_are_not_doubted(read: list[str], given: tuple[str, ...] | int | None) -> None:
    assert not given_name_doubts(read, given)


def test_more_names_than_arms_are_told() -> None:
    (doubt,) = given_name_doubts(["Placebo", "Drug"], ("Placebo", "Drug", "Both"))
    assert doubt.message == "3 name(s) given by hand, 2 arm(s) read"


def test_a_name_read_for_two_arms_is_doubted_until_names_are_given() -> None:
    (doubt,) = given_name_doubts(["1.37", "0.31", "1.37", ""], None)
    assert (doubt.code, doubt.where, doubt.severity) == ("name-twice", "1.37", "review")
    assert not given_name_doubts(["", "", "Drug"], None)
    assert not given_name_doubts(["1.37", "1.37"], ("-1.37", "1.37"))
