"""Patients of one arm, what they say, and how arms differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .laws import FloatArray, IntArray, read_only, require


@dataclass(frozen=True, slots=True, eq=False)
class Patients:
    """Individual patient data of one arm: time (n,), event (n,) 1 for an event and 0 for censored, sorted by time."""

    arm: str
    time: FloatArray
    event: IntArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", read_only(self.time))
        object.__setattr__(self, "event", read_only(self.event, np.int64))
        require(len(self.time) == len(self.event), f"arm {self.arm}: as many times as events are needed")
        require(bool(np.all(np.isfinite(self.time))), f"arm {self.arm}: a time is not a number")
        require(bool(np.all((self.event == 0) | (self.event == 1))), f"arm {self.arm}: event must be 0 or 1")


@dataclass(frozen=True, slots=True)
class Totals:
    """What is known of a whole arm: patients and events up to the end of the curve; None where unknown."""

    n: int | None = None
    events: int | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its confidence limits; None where not reached or not estimable.

    reconstruction: 90% limits that reconstruction alone adds (None until an ensemble was drawn; a limit is None where
    the draws do not reach it). combined: confidence limits with both.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    se: float | None = None
    reconstruction: tuple[float | None, float | None] | None = None
    combined: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class ArmEstimate:
    """What the reconstructed patients of one arm say; n, events and all limits are None where nobody knows n.

    survival_at: (time, S with limits) at the axis ticks. rmst_tau: the horizon of rmst. events_interval: 90% limits of
    the event count over an ensemble. quartiles: times at which S reaches 0.75 and 0.25. follow_up: median follow-up by
    reverse Kaplan-Meier.
    """

    arm: str
    n: int | None
    events: int | None
    median: Interval
    rmst: Interval
    rmst_tau: float
    survival_at: tuple[tuple[float, Interval], ...] = ()
    events_interval: tuple[int, int] | None = None
    quartiles: tuple[Interval, Interval] = (Interval(None), Interval(None))
    follow_up: Interval = Interval(None)


@dataclass(frozen=True, slots=True)
class PeriodRatio:
    """The hazard ratio from the deaths of both arms in (start, stop]; None where no death tells the arms apart.

    interval: 90% limits that reconstruction alone adds (None until an ensemble was drawn). method: as in Comparison.
    """

    start: float
    stop: float
    events: int
    hr: float | None = None
    low: float | None = None
    high: float | None = None
    se_log_hr: float | None = None
    p: float | None = None
    method: str = "none"
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One arm against its reference: Cox hazard ratio with Wald limits, and the log-rank test.

    interval: limits that reconstruction alone adds to the HR (None until an ensemble was drawn); combined: sampling
    and reconstruction together. Where the numbers of patients are not known, interval is the range that they leave
    open, and there are no other limits and no p. method: "cox" or the method used where Cox has no finite answer. rmst:
    difference in restricted mean survival. landmarks: (time, difference in S). periods: hazard ratios by period, where
    they were asked for or proportional hazards are in doubt.
    """

    arm: str
    reference: str
    hr: float | None
    low: float | None
    high: float | None
    se_log_hr: float | None
    p: float | None
    logrank_p: float | None
    ph_p: float | None = None
    method: str = "cox"
    interval: tuple[float, float] | None = None
    combined: tuple[float, float] | None = None
    rmst: Interval = Interval(None)
    landmarks: tuple[tuple[float, Interval], ...] = ()
    periods: tuple[PeriodRatio, ...] = ()
