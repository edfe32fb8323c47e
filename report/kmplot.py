"""Where everything of the redrawn Kaplan-Meier plot goes: curves of the rebuilt patients over those read.

Only positions are computed here, in units of the SVG's viewBox; the template draws them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..records import FloatArray, PanelResult, Patients, SurvivalCurve
from .overlay import arm_color
from .wording import number_words

WIDTH = 900.0
LEFT, RIGHT, TOP, BOTTOM = 150.0, 880.0, 16.0, 396.0
# From the axis to the first row of the risk table, and from row to row.
TABLE_TOP, ROW_HEIGHT = BOTTOM + 74.0, 22.0
Y_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
# More censoring times than this would paint the curve over: then none is drawn.
MOST_MARKS = 150
# As many labelled times as fit beside each other.
MOST_TICKS = 12


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled position along an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Count:
    """One column of a risk-table row: the printed count ("" where none), the rebuilt one ("" where n is not known)."""

    at: float
    printed: str
    rebuilt: str
    differs: bool


@dataclass(frozen=True, slots=True)
class PlotArm:
    """One arm: CSS colour, SVG path data of both curves and of the censoring marks, risk-table row."""

    name: str
    color: str
    read: str
    rebuilt: str
    marks: str
    row_at: float
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class KmPlot:
    """The whole plot; height is that of the viewBox, x_label stands under the axis."""

    height: float
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    x_label: str
    arms: tuple[PlotArm, ...]


def plan_km_plot(result: PanelResult) -> KmPlot | None:
    """The plot of a panel whose patients were rebuilt from a figure; None for any other."""
    reading, rebuilt = result.reading, result.reconstruction
    if reading is None or rebuilt is None:
        return None
    axis = reading.panel.x
    ticks = _ticks_shown(axis.calibration.ticks, axis.minimum, axis.maximum)
    scale = _Scale(axis.minimum, axis.maximum)
    patients = {p.arm: p for p in rebuilt.patients}
    arms: list[PlotArm] = []
    for i, arm in enumerate(reading.arms):
        if arm.name not in patients:
            continue
        arms.append(
            PlotArm(
                arm.name,
                "rgb({}, {}, {})".format(*arm_color(arm, i)),
                scale.staircase(arm.curve),
                scale.staircase(result.rebuilt[arm.name]),
                scale.marks(result.rebuilt[arm.name], patients[arm.name]),
                TABLE_TOP + len(arms) * ROW_HEIGHT,
                _counts(result, arm.name, ticks, scale, patients[arm.name]),
            )
        )
    return KmPlot(
        TABLE_TOP + len(arms) * ROW_HEIGHT,
        tuple(Tick(scale.x(t), number_words(t)) for t in ticks),
        tuple(Tick(scale.y(s), f"{s:g}") for s in Y_TICKS),
        axis.label or (f"Time ({axis.unit})" if axis.unit else "Time"),
        tuple(arms),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """From time and S to the viewBox."""

    minimum: float
    maximum: float

    def x(self, time: float) -> float:
        share = (time - self.minimum) / (self.maximum - self.minimum)
        return round(LEFT + float(min(max(share, 0.0), 1.0)) * (RIGHT - LEFT), 1)

    def y(self, survival: float) -> float:
        return round(BOTTOM - float(survival) * (BOTTOM - TOP), 1)

    def staircase(self, curve: SurvivalCurve) -> str:
        """SVG path data: across, then down, corner by corner."""
        shown = curve.time <= self.maximum
        words = [f"M{self.x(curve.time[0])} {self.y(curve.survival[0])}"]
        for time, survival in zip(curve.time[shown][1:], curve.survival[shown][1:], strict=True):
            words.append(f"H{self.x(time)}V{self.y(survival)}")
        if not shown.all():  # it goes on beyond the axis: level up to the axis's end
            words.append(f"H{self.x(self.maximum)}")
        return "".join(words)

    def marks(self, curve: SurvivalCurve, patients: Patients) -> str:
        """SVG path data: a short upright line at each censoring time, none where there are too many."""
        times = np.unique(patients.time[patients.event == 0])
        times = times[times <= self.maximum]
        if len(times) > MOST_MARKS:
            return ""
        return "".join(f"M{self.x(t)} {self.y(s) - 4}v8" for t, s in zip(times, curve.at(times), strict=True))


def _ticks_shown(ticks: FloatArray, low: float, high: float) -> FloatArray:
    """The axis's own labelled times, thinned evenly where there are many."""
    inside = np.unique(ticks[(ticks >= low) & (ticks <= high)])
    return inside[:: 1 + (len(inside) - 1) // MOST_TICKS]


def _counts(result: PanelResult, arm: str, ticks: FloatArray, scale: _Scale, patients: Patients) -> tuple[Count, ...]:
    row = result.reading.risk_table.row(arm) if result.reading else None
    told = any(a.arm == arm and a.n is not None for a in result.reconstruction.arms) if result.reconstruction else False
    counts = []
    for time in ticks:
        rebuilt = int(np.sum(patients.time >= time - 1e-9 * max(1.0, abs(time)))) if told else None
        printed = np.nan
        if row is not None and len(row.time):
            nearest = int(np.argmin(np.abs(row.time - time)))
            if abs(row.time[nearest] - time) <= 0.01 * (scale.maximum - scale.minimum):
                printed = row.at_risk[nearest]
        known = bool(np.isfinite(printed))
        counts.append(
            Count(
                scale.x(time),
                f"{printed:.0f}" if known else "",
                "" if rebuilt is None else str(rebuilt),
                known and rebuilt is not None and printed != rebuilt,
            )
        )
    return tuple(counts)
