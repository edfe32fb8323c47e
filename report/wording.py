"""Numbers in the field's words, as a paper prints them."""

from __future__ import annotations

import math

from ..records import Comparison, Interval, PeriodRatio

# A time below a millionth of its unit is 0 to a reader.
MOST_DECIMALS = 6


def number_words(value: float | None, decimals: int | None = None) -> str:
    """A number for reading, as on an axis: three significant digits, or a fixed number of decimals."""
    if value is None:
        return "unknown"
    return f"{value:.{decimals}f}" if decimals is not None else f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def estimate_words(value: float, decimals: int | None = None) -> str:
    """An estimate in a table, its last zeros kept (2.90 beside 3.41): three significant digits, or fixed decimals."""
    if decimals is None:
        exponent = math.floor(math.log10(abs(value))) if value and math.isfinite(value) else 0
        decimals = min(max(2 - exponent, 0), MOST_DECIMALS)
    return f"{value:.{decimals}f}"


def interval_words(interval: Interval, missing: str, decimals: int | None = None) -> str:
    """An estimate with its limits; missing stands for what was not reached, alone where nothing is known.

    An estimate without any limits stands alone: they rest on a number of patients that nobody knows.
    """
    if interval.low is None and interval.high is None:
        return missing if interval.value is None else estimate_words(interval.value, decimals)

    def words(value: float | None) -> str:
        return missing if value is None else estimate_words(value, decimals)

    return f"{words(interval.value)} ({words(interval.low)} to {words(interval.high)})"


def hazard_ratio_words(c: Comparison | PeriodRatio) -> str:
    """HR 0.130 (95% CI 0.052 to 0.310)."""
    if c.hr is None:
        return "HR cannot be estimated"
    if c.low is None and c.high is None:
        return f"HR {ratio_words(c.hr)}" + (f" ({left_open_words(c.interval)})" if c.interval else "")
    return f"HR {ratio_words(c.hr)} (95% CI {ratio_words(c.low)} to {ratio_words(c.high)})"


def ratio_limits_words(c: Comparison | PeriodRatio) -> str:
    """0.130 (0.052 to 0.310), for a table's cell; without limits where the number of patients is not known."""
    if c.hr is None:
        return "not estimable"
    if c.low is None and c.high is None:
        return ratio_words(c.hr)
    return f"{ratio_words(c.hr)} ({ratio_words(c.low)} to {ratio_words(c.high)})"


def left_open_words(interval: tuple[float, float]) -> str:
    """0.520 to 0.611 left open without N."""
    return f"{ratio_words(interval[0])} to {ratio_words(interval[1])} left open without N"


def ratio_words(value: float | None) -> str:
    """A hazard ratio or limit with three decimals, two from 10 on."""
    if value is None:
        return "not estimable"
    return f"{value:.3f}" if value < 10 else f"{value:.2f}"


def p_words(p: float | None) -> str:
    """p < 0.001, or p with three decimals."""
    if p is None:
        return "p unknown"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def p_value_words(p: float | None) -> str:
    """A p value for a table's cell, which must not be broken: its column says what it is."""
    return "unknown" if p is None else p_words(p).removeprefix("p ").removeprefix("= ").replace(" ", "\u00a0")


def count_words(count: int | None) -> str:
    """A count of patients or events, "unknown" where none can be given."""
    return "unknown" if count is None else str(count)
