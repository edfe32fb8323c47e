"""The tables that other programs read: curves, censoring marks, numbers at risk and patients, as CSV text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..records import PanelReading, PanelResult, RiskRow
from .text import csv_text, number_text

CURVE_COLUMNS = ("panel", "arm", "time", "survival")
MARK_COLUMNS = ("panel", "arm", "time")
RISK_COLUMNS = ("panel", "arm", "time", "at_risk")
PATIENT_COLUMNS = ("panel", "arm", "time", "event")
DRAW_COLUMNS = ("draw", *PATIENT_COLUMNS)
# Columns of risk_table.csv that appear when any row of the figure prints them.
OPTIONAL_COUNTS = ("cumulative_events", "cumulative_censored")


def curves_csv(panels: Sequence[PanelReading]) -> str:
    """curves.csv: the corners of every arm's step function; the last row is where the drawn curve ends."""
    rows = [
        (panel.panel.name, arm.name, number_text(t), number_text(s))
        for panel in panels
        for arm in panel.arms
        for t, s in zip(arm.curve.time, arm.curve.survival, strict=True)
    ]
    return csv_text(CURVE_COLUMNS, rows)


def censor_marks_csv(panels: Sequence[PanelReading]) -> str:
    """censor_marks.csv: the times of the censoring marks seen on every arm."""
    rows = [
        (panel.panel.name, arm.name, number_text(t)) for panel in panels for arm in panel.arms for t in arm.censor_marks
    ]
    return csv_text(MARK_COLUMNS, rows)


def risk_table_csv(panels: Sequence[PanelReading]) -> str:
    """risk_table.csv: the printed numbers at risk; an unreadable cell is empty, an absent one has no row."""
    extra = [c for c in OPTIONAL_COUNTS if any(_prints(r, c) for p in panels for r in p.risk_table.rows)]
    rows = []
    for panel in panels:
        for row in panel.risk_table.rows:
            for i, time in enumerate(row.time):
                counts = [number_text(getattr(row, c)[i]) for c in ("at_risk", *extra)]
                rows.append((panel.panel.name, row.arm, number_text(time), *counts))
    return csv_text((*RISK_COLUMNS, *extra), rows)


def _prints(row: RiskRow, column: str) -> bool:
    return bool(np.any(np.isfinite(getattr(row, column))))


def patients_csv(results: Sequence[PanelResult]) -> str:
    """ipd.csv: one row a patient, event 1 for an event and 0 for censored."""
    rows = [
        (result.panel, arm.arm, number_text(t), str(int(e)))
        for result in results
        if result.reconstruction
        for arm in result.reconstruction.patients
        for t, e in zip(arm.time, arm.event, strict=True)
    ]
    return csv_text(PATIENT_COLUMNS, rows)


def ensemble_csv(results: Sequence[PanelResult]) -> str:
    """ensemble.csv: equally plausible patients, one row a patient of a draw; draws count from 1."""
    rows = [
        (str(number), result.panel, arm.arm, number_text(t), str(int(e)))
        for result in results
        if result.reconstruction
        for number, draw in enumerate(result.reconstruction.draws, start=1)
        for arm in draw
        for t, e in zip(arm.time, arm.event, strict=True)
    ]
    return csv_text(DRAW_COLUMNS, rows)
