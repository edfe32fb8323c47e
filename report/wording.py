"""Numbers in the field's words, as a paper prints them."""

from __future__ import annotations

from ..records import Comparison, Interval, PeriodRatio


def number_words(value: float | None, decimals: int | None = None) -> str:
    """A number for reading: three significant digits, or a fixed number of decimals."""
    if value is None:
        return "unknown"
    return f"{value:.{decimals}f}" if decimals is not None else f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def interval_words(interval: Interval, missing: str, decimals: int | None = None) -> str:
    """An estimate with its limits; missing stands for what was not reached, alone where nothing is known."""
    if interval.value is None and interval.low is None and interval.high is None:
        return missing

    def words(value: float | None) -> str:
        return missing if value is None else number_words(value, decimals)

    return f"{words(interval.value)} ({words(interval.low)} to {words(interval.high)})"


def hazard_ratio_words(c: Comparison | PeriodRatio) -> str:
    """HR 0.130 (95% CI 0.052 to 0.310)."""
    if c.hr is None:
        return "HR cannot be estimated"
    return f"HR {ratio_words(c.hr)} (95% CI {ratio_words(c.low)} to {ratio_words(c.high)})"


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
