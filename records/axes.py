"""Calibrated axes, and the panel that they frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .figure import Box, Source
from .laws import Direction, FloatArray, Scale, read_only, require


@dataclass(frozen=True, slots=True, eq=False)
class AxisCalibration:
    """value = intercept + slope * px, fitted through labelled ticks.

    ticks_px, ticks: (k,) positions in px along the axis and the values read there (y as a fraction).
    residual_px: root mean square distance in px between the fit and the ticks it rests on.
    """

    intercept: float
    slope: float
    ticks_px: FloatArray
    ticks: FloatArray
    residual_px: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "ticks_px", read_only(self.ticks_px))
        object.__setattr__(self, "ticks", read_only(self.ticks))
        require(self.slope != 0 and np.isfinite(self.slope), "an axis cannot have slope 0")
        require(len(self.ticks) == len(self.ticks_px), "as many tick positions as tick values are needed")

    def value(self, px: npt.ArrayLike) -> FloatArray:
        """Data values at pixel positions."""
        return self.intercept + self.slope * np.asarray(px, float)

    def px(self, value: npt.ArrayLike) -> FloatArray:
        """Pixel positions of data values."""
        return (np.asarray(value, float) - self.intercept) / self.slope


@dataclass(frozen=True, slots=True)
class Axis:
    """One calibrated axis with what is printed along it; minimum and maximum in data units (y as a fraction)."""

    calibration: AxisCalibration
    minimum: float
    maximum: float
    label: str = ""
    unit: str = ""
    scale: Scale = "fraction"

    def __post_init__(self) -> None:
        require(self.minimum < self.maximum, f"axis from {self.minimum} to {self.maximum} has no length")


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot: its letter or number, the plot area inside the axes, and the whole region that belongs to it."""

    name: str
    plot_area: Box
    region: Box
    x: Axis
    y: Axis
    direction: Direction = "survival"
    title: str = ""
    source: Source = field(default_factory=Source)
