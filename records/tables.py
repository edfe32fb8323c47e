"""Numbers printed or given: the numbers at risk, and what a figure or paper states."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .figure import Box
from .laws import FloatArray, read_only, require


@dataclass(frozen=True, slots=True, eq=False)
class RiskRow:
    """One arm's row of a number-at-risk table; nan where a cell is missing or unreadable.

    time, at_risk: (k,). cumulative_events, cumulative_censored: (k,), all nan where not printed.
    confidence: (k,) probability that the at-risk cell is read right. boxes: where each cell stands.
    color: "#rrggbb" of the row's letters or of the key drawn before it, "" when black or unknown.
    """

    arm: str
    time: FloatArray
    at_risk: FloatArray
    cumulative_events: FloatArray = field(default_factory=lambda: read_only([]))
    cumulative_censored: FloatArray = field(default_factory=lambda: read_only([]))
    confidence: FloatArray = field(default_factory=lambda: read_only([]))
    boxes: tuple[Box | None, ...] = ()
    color: str = ""

    def __post_init__(self) -> None:
        for name in ("time", "at_risk"):
            object.__setattr__(self, name, read_only(getattr(self, name)))
        n = len(self.time)
        require(len(self.at_risk) == n, f"row {self.arm}: as many counts as times are needed")
        for name, default in (("cumulative_events", np.nan), ("cumulative_censored", np.nan), ("confidence", 1.0)):
            values = getattr(self, name)
            object.__setattr__(self, name, read_only(values if len(values) else np.full(n, default)))
            require(len(getattr(self, name)) == n, f"row {self.arm}: {name} needs one value per time")
        counts = self.at_risk[np.isfinite(self.at_risk)]
        require(bool(np.all(counts >= 0)), f"row {self.arm}: a number at risk is negative")
        require(bool(np.all(np.diff(self.time) > 0)), f"row {self.arm}: times must rise")


@dataclass(frozen=True, slots=True)
class RiskTable:
    """The number-at-risk table of one panel, a row an arm, in the order printed."""

    rows: tuple[RiskRow, ...] = ()

    def row(self, arm: str) -> RiskRow | None:
        """The row of one arm, None when there is none."""
        return next((r for r in self.rows if r.arm == arm), None)


@dataclass(frozen=True, slots=True)
class CellByHand:
    """One number at risk put right by a person; panel "" means the only panel."""

    arm: str
    time: float
    at_risk: int
    panel: str = ""


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number printed in the figure or reported in the paper, as (value, interval) with its decimals.

    what: "hr", "p", "logrank_p", "median", "survival", "rmst", "n", "events", "follow_up".
    arm, reference: names, empty where the text does not say. at: the time of a landmark rate, else None.
    relation: "=" or "<" or ">" as printed. decimals: digits after the point, for rounding. kind: "unadjusted",
    "stratified", "adjusted" or "" where the text does not say. not_reached: a median that was not reached.
    """

    what: str
    value: float | None
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    arm: str = ""
    reference: str = ""
    at: float | None = None
    relation: str = "="
    decimals: int = 0
    kind: str = ""
    not_reached: bool = False
    text: str = ""

    @property
    def title(self) -> str:
        """What the number is, and of whom: "hazard ratio, Drug vs Placebo"."""
        names = {"hr": "hazard ratio", "logrank_p": "log-rank p", "follow_up": "median follow-up", "n": "patients"}
        title = names.get(self.what, self.what)
        if self.at is not None:
            title += f" at {self.at:g}"
        who = f"{self.arm} vs {self.reference}" if self.reference else self.arm
        return f"{title}, {who}" if who else title

    @property
    def written(self) -> str:
        """The number with its limits, rounded as it is printed: "0.13 (0.05 to 0.31)"."""
        if self.not_reached or self.value is None:
            return "not reached"
        decimals = max(self.decimals, 0)
        sign = "" if self.relation == "=" else self.relation
        text = f"{sign}{self.value:.{decimals}f}"
        if self.low is None and self.high is None:
            return text
        limits = [("not reached" if v is None else f"{v:.{decimals}f}") for v in (self.low, self.high)]
        return f"{text} ({limits[0]} to {limits[1]})"
