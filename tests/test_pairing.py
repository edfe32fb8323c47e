"""Assignment of one thing each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from km2ipd.digitize.pairing import _columns_of, cheapest_pairs
from scipy.optimize import linear_sum_assignment


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 10_000))
def test_the_pairs_are_as_cheap_as_can_be(rows: int, columns: int, seed: int) -> None:
    price = np.round(np.random.default_rng(seed).random((rows, columns)), 1)
    pairs = cheapest_pairs(price)
    best = price[linear_sum_assignment(price)].sum()
    assert len(pairs) == min(rows, columns) == len({r for r, _ in pairs}) == len({c for _, c in pairs})
    assert sum(price[pair] for pair in pairs) == pytest.approx(best)


@given(st.integers(1, 5), st.integers(0, 3), st.integers(0, 10_000))
def test_among_alike_prices_the_choice_is_that_of_scipy(rows: int, more: int, seed: int) -> None:
    price = np.random.default_rng(seed).integers(-2, 3, (rows, rows + more)) * 0.37
    assert _columns_of(price.tolist()) == linear_sum_assignment(price)[1].tolist()


@pytest.mark.parametrize("nothing", [np.nan, np.inf])
def test_prices_that_are_none_are_refused(nothing: float) -> None:
    with pytest.raises(ValueError, match="price"):
        cheapest_pairs(np.full((2, 2), nothing))
