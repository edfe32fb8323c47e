"""One arm's staircase, in pixels and in data."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .laws import FloatArray, read_only, require


@dataclass(frozen=True, slots=True, eq=False)
class CurveTrace:
    """One arm's staircase in pixels: the level y_px[i] holds from x_px[i] to x_px[i+1], the last to end_px.

    hidden: (n, 2) rows of [from, to] in px along x where other ink covers the arm, flattened row by row.
    level_error_px, time_error_px: standard errors of one level and one drop position. level_errors_px: (n,) those of
    the single levels, empty where one error holds for all.
    """

    x_px: FloatArray
    y_px: FloatArray
    end_px: float
    hidden: FloatArray = field(default_factory=lambda: read_only([]))
    level_error_px: float = 0.5
    time_error_px: float = 0.5
    level_errors_px: FloatArray = field(default_factory=lambda: read_only([]))

    def __post_init__(self) -> None:
        for name in ("x_px", "y_px", "hidden", "level_errors_px"):
            object.__setattr__(self, name, read_only(getattr(self, name)))
        require(len(self.x_px) == len(self.y_px) > 0, "a trace needs at least one level")
        require(bool(np.all(np.diff(self.x_px) >= 0)), "a trace's positions must not go back")
        require(len(self.level_errors_px) in (0, len(self.y_px)), "a trace needs one error per level, or none")


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """Corners of a right-continuous step function S(t); the last row is where the drawn curve ends.

    time: (n,) non-decreasing; survival: (n,) in [0, 1], never rising.
    survival_error, time_error: standard errors of each row, nan where unknown.
    """

    time: FloatArray
    survival: FloatArray
    survival_error: FloatArray = field(default_factory=lambda: read_only([]))
    time_error: FloatArray = field(default_factory=lambda: read_only([]))

    def __post_init__(self) -> None:
        for name in ("time", "survival"):
            object.__setattr__(self, name, read_only(getattr(self, name)))
        n = len(self.time)
        for name in ("survival_error", "time_error"):
            values = getattr(self, name)
            object.__setattr__(self, name, read_only(values if len(values) else np.full(n, np.nan)))
            require(len(getattr(self, name)) == n, f"{name} needs one value per row")
        require(n > 0 and n == len(self.survival), "a curve needs as many times as survivals, at least one")
        require(bool(np.all(np.isfinite(self.time)) and np.all(np.isfinite(self.survival))), "curve holds a nan")
        require(bool(np.all(np.diff(self.time) >= 0)), "times of a curve must not fall")
        require(bool(np.all((self.survival >= 0) & (self.survival <= 1))), "survival must lie within 0 to 1")
        require(bool(np.all(np.diff(self.survival) <= 1e-12)), "survival must not rise")

    def at(self, times: npt.ArrayLike) -> FloatArray:
        """S at the given times, right-continuous, held flat beyond both ends."""
        rows = np.searchsorted(self.time, np.asarray(times, float), side="right") - 1
        return self.survival[np.clip(rows, 0, len(self.time) - 1)]
