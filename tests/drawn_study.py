"""A figure drawn by hand with its exact reading: two arms on numbered axes, for study and report."""

from __future__ import annotations

import numpy as np
from km2ipd.records import (
    ArmReading,
    Axis,
    AxisCalibration,
    Box,
    Caution,
    Digitization,
    Panel,
    PanelReading,
    PrintedNumber,
    RiskRow,
    RiskTable,
    SurvivalCurve,
)

WIDTH, HEIGHT = 420, 340
# value = intercept + slope * px: time 0 at x = 50, 24 at x = 386; S 1 at y = 20, 0 at y = 240.
X = AxisCalibration(-50 * 24 / 336, 24 / 336, [50, 162, 274, 386], [0, 8, 16, 24], 0.1)
Y = AxisCalibration(1 + 20 / 220, -1 / 220, [20, 130, 240], [1, 0.5, 0], 0.1)
TIMES = np.array([0.0, 8.0, 16.0, 24.0])


def drawn_pixels() -> np.ndarray:
    """The picture: black axes, a red and a blue staircase 3 px thick."""
    pixels = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    pixels[20:241, 49:51] = 0
    pixels[239:241, 50:387] = 0
    for arm, color in zip(drawn_arms(), ((200, 30, 30), (30, 30, 200)), strict=True):
        x = np.round(X.px(arm.curve.time)).astype(int)
        y = np.round(Y.px(arm.curve.survival)).astype(int)
        for i in range(len(x) - 1):
            pixels[y[i] - 1 : y[i] + 2, x[i] : x[i + 1] + 2] = color
            pixels[y[i] - 1 : y[i + 1] + 2, x[i + 1] - 1 : x[i + 1] + 2] = color
    return pixels


def drawn_arms() -> tuple[ArmReading, ArmReading]:
    """Ten patients each, hardly censored: every drop is a tenth of those at risk."""
    drug = SurvivalCurve([0, 5, 9, 20, 24], [1, 0.9, 0.8, 0.7, 0.7])
    placebo = SurvivalCurve([0, 2, 4, 7, 11, 15, 18, 22], [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
    return (
        ArmReading("Drug", "#c81e1e", drug, censor_marks=[24.0], draws_marks=True, evidence={"on_ink": 0.98}),
        ArmReading("Placebo, “oral”", "#1e1ec8", placebo),
    )


def drawn_reading(name: str = "1", **changed: object) -> PanelReading:
    """The panel's exact reading; keyword arguments replace fields of PanelReading."""
    area = Box(50, 20, 386, 240)
    panel = Panel(
        name,
        area,
        Box(0, 0, WIDTH - 1, HEIGHT - 1),
        Axis(X, 0, 24, "Months", "months"),
        Axis(Y, 0, 1, "Survival"),
    )
    drug, placebo = drawn_arms()
    table = RiskTable(
        (
            RiskRow(drug.name, TIMES, [10, 9, 8, 7], boxes=(Box(40, 280, 60, 290), None, None, None)),
            RiskRow(placebo.name, TIMES, [10, 7, 5, np.nan], confidence=[1, 1, 0.9, 0]),
        )
    )
    fields = {
        "arms": (drug, placebo),
        "risk_table": table,
        "printed": (PrintedNumber("p", 0.05, relation="<", decimals=2, text="P<0.05"),),
        "cautions": (Caution("faint_ink", "One run of Drug is faint", "panel 1, Drug", box=Box(100, 30, 140, 60)),),
    }
    return PanelReading(panel, "ok", **{**fields, **changed})


def drawn_digitization(*panels: PanelReading, version: str = "0.1.0") -> Digitization:
    """The pivot of the drawing, with the given panels or its one."""
    return Digitization(version, "drawn.png", "0" * 64, panels or (drawn_reading(),))
