"""Rebuilt estimates as text, beside the printed ones."""

from __future__ import annotations

from ..records import Interval


def shown_time(interval: Interval, decimals: int) -> str:
    """A time with its limits, one decimal more than printed."""
    if interval.value is None:
        return "not reached"
    return shown_interval(interval, max(decimals, 0) + 1)


def shown_interval(interval: Interval, decimals: int) -> str:
    """A value with its limits, where it has any, to so many decimals."""
    values = [interval.value, interval.low, interval.high]
    if interval.value is not None and interval.low is None and interval.high is None:
        return f"{interval.value:.{max(decimals, 0)}f}"
    texts = ["not reached" if v is None else f"{v:.{max(decimals, 0)}f}" for v in values]
    return f"{texts[0]} ({texts[1]} to {texts[2]})"
