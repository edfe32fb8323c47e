"""The frozen data classes that pass between the rooms of km2ipd.

Frame of every pixel position: origin at the centre of the top-left pixel of the figure's image, x to the right,
y down, so that pixel (row 3, column 5) has its centre at x = 5.0, y = 3.0. Survival is a fraction from 0 to 1 and
always S(t), also where the figure shows percent or a rising curve. Times are in the unit of the figure's x axis.
Arrays are one-dimensional, float64 and read-only.
"""

from __future__ import annotations

from .axes import Axis, AxisCalibration, Panel
from .curves import CurveTrace, SurvivalCurve
from .estimates import ArmEstimate, Comparison, Interval, Patients, PeriodRatio, Totals
from .figure import Box, Figure, Source, Stroke, TextLine
from .laws import (
    Direction,
    FloatArray,
    IntArray,
    MaskArray,
    PixelArray,
    Rgb,
    Route,
    Scale,
    Status,
    Verdict,
    read_only,
    require,
)
from .reading import ArmReading, Caution, Digitization, PanelReading, Reading
from .results import Check, PanelResult, Reconstruction
from .tables import CellByHand, PrintedNumber, RiskRow, RiskTable

__all__ = [
    "ArmEstimate",
    "ArmReading",
    "Axis",
    "AxisCalibration",
    "Box",
    "Caution",
    "CellByHand",
    "Check",
    "Comparison",
    "CurveTrace",
    "Digitization",
    "Direction",
    "Figure",
    "FloatArray",
    "IntArray",
    "Interval",
    "MaskArray",
    "Panel",
    "PanelReading",
    "PanelResult",
    "Patients",
    "PeriodRatio",
    "PixelArray",
    "PrintedNumber",
    "Reading",
    "Reconstruction",
    "Rgb",
    "RiskRow",
    "RiskTable",
    "Route",
    "Scale",
    "Source",
    "Status",
    "Stroke",
    "SurvivalCurve",
    "TextLine",
    "Totals",
    "Verdict",
    "read_only",
    "require",
]
