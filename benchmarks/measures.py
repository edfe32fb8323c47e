"""How far what `km2ipd run` left lies from the truth of a figure: one Score per figure."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.generator.kaplan_meier import cox_hazard_ratio

# mean distance of two curves over the drawn time range below which an arm counts as read
GOOD_IAE = 0.01
REFUSED = 3
TIME_LIMIT_S = 120


@dataclass(frozen=True, slots=True)
class Score:
    """One figure. outcome: "pass", "flagged", "silent" (wrong and called ok) or "crash".

    iae: per arm found. cells: at-risk cells read right and printed. log_hr_error: per further arm against the
    first. events_off: per arm, read minus true. review: whether the program asked for a look.
    """

    figure: str
    kind: str
    degradation: str
    arms: str
    outcome: str
    seconds: float
    iae: tuple[float, ...] = ()
    cells: tuple[int, int] = (0, 0)
    log_hr_error: tuple[float, ...] = ()
    events_off: tuple[int, ...] = ()
    review: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run left of one panel: curves, counts and patients by arm."""

    status: str
    curves: dict[str, np.ndarray]
    counts: dict[str, np.ndarray]
    patients: dict[str, np.ndarray]


def score_figure(folder: Path, command: tuple[str, ...] = (sys.executable, "-m", "km2ipd", "run")) -> Score:
    """Run the command on a figure and compare with its truth.json (without one it must be refused)."""
    truth = json.loads((folder / "truth.json").read_text()) if (folder / "truth.json").exists() else None
    meta = truth or json.loads((folder / "meta.json").read_text())
    file = folder / (meta["file"] if truth else meta["files"][0])
    place: dict[str, Any] = {
        "figure": folder.name,
        "kind": f"{meta['renderer']}: {meta['style']}" if truth else f"not km: {meta.get('kind', '')}",
        "degradation": "+".join(meta.get("degradation", [])) or "none",
        "arms": "+".join(str(p["n_arms"]) for p in meta.get("panels", [])) or "0",
    }
    with tempfile.TemporaryDirectory() as out:
        code, why, place["seconds"] = _run([*command, str(file), "--out", f"{out}/run"])
        if code == REFUSED:
            return Score(**place, outcome="flagged", review=True, why=why)
        if code != 0:
            return Score(**place, outcome="crash", why=why)
        answers = read_answers(Path(out) / "run")
    if truth is None:
        calm = any(a.status == "ok" for a in answers)
        return Score(**place, outcome="silent" if calm else "flagged", review=not calm)
    return Score(**place, **compare(truth["panels"], answers))


def _run(command: list[str]) -> tuple[int, str, float]:
    """Exit code (-1 without an answer in time), the end of what was said on stderr, seconds."""
    start = time.perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT_S)
        code, why = done.returncode, done.stderr.strip()[-200:]
    except subprocess.TimeoutExpired:
        code, why = -1, f"no answer in {TIME_LIMIT_S} s"
    return code, why, time.perf_counter() - start


def read_answers(folder: Path) -> list[Answer]:
    """The panels of one output folder, in the report's order."""
    tables = {
        "curves": _by_arm(folder / "curves.csv", "survival"),
        "counts": _by_arm(folder / "risk_table.csv", "at_risk"),
        "patients": _by_arm(folder / "ipd.csv", "event"),
    }
    report = json.loads((folder / "report.json").read_text())
    return [Answer(p["status"], **{k: t.get(str(p["panel"]), {}) for k, t in tables.items()}) for p in report["panels"]]


def _by_arm(path: Path, column: str) -> dict[str, dict[str, np.ndarray]]:
    """{panel: {arm: (n, 2) of time and value}}, rows without a value left out."""
    rows: dict[str, dict[str, list]] = defaultdict(lambda: defaultdict(list))
    if path.exists():
        with path.open(newline="") as handle:
            for row in csv.DictReader(handle):
                if row[column] not in ("", "NA"):
                    rows[row["panel"]][row["arm"]].append((float(row["time"]), float(row[column])))
    return {panel: {arm: np.array(v) for arm, v in arms.items()} for panel, arms in rows.items()}


def compare(panels: list[dict], answers: list[Answer]) -> dict[str, Any]:
    """The fields of Score that speak of right and wrong; panels are paired to the best total."""
    results = [[compare_panel(p, a) for a in answers] for p in panels]
    cost = np.array([[r["cost"] for r in line] for line in results]).reshape(len(panels), len(answers))
    pairs = list(zip(*linear_sum_assignment(cost), strict=True)) if cost.size else []
    chosen = [results[i][j] for i, j in pairs]
    good = len(panels) == len(answers) == len(chosen) and all(r["good"] for r in chosen)
    calm = bool(answers) and all(a.status == "ok" for a in answers)
    return {
        "outcome": "pass" if good else "silent" if calm else "flagged",
        "iae": tuple(v for r in chosen for v in r["iae"]),
        "cells": (sum(r["cells"][0] for r in chosen), sum(_printed_cells(p) for p in panels)),
        "log_hr_error": tuple(v for r in chosen for v in r["log_hr_error"]),
        "events_off": tuple(v for r in chosen for v in r["events_off"]),
        "review": not calm,
    }


def compare_panel(panel: dict, answer: Answer) -> dict[str, Any]:
    """One true panel beside one read panel; arms are paired by their curves."""
    arms, names = panel["arms"], list(answer.curves)
    cost = np.array([[arm_iae(a, panel, answer.curves[n]) for n in names] for a in arms]).reshape(len(arms), len(names))
    pairs = list(zip(*linear_sum_assignment(cost), strict=True)) if cost.size else []
    iae = tuple(float(cost[i, j]) for i, j in pairs)
    found = {i: names[j] for i, j in pairs}
    good = len(arms) == len(names) == len(iae) and max(iae, default=1.0) <= GOOD_IAE
    right = sum(_right_cells(arms[i], answer.counts.get(n), panel) for i, n in found.items())
    return {
        "iae": iae,
        "good": good,
        "cost": (float(np.mean(iae)) if iae else 1.0) + (not good),
        "cells": (right, _printed_cells(panel)),
        **_compare_patients(panel, {i: answer.patients[n] for i, n in found.items() if n in answer.patients}),
    }


def arm_iae(arm: dict, panel: dict, curve: np.ndarray) -> float:
    """Integral of |S read - S true| over the drawn time range, divided by its length."""
    start, end = panel["x"]["min"], min(arm["curve_end"], panel["x"]["max"])
    true = np.column_stack([arm["km"]["time"], arm["km"]["surv"]])
    knots = np.unique(np.clip(np.r_[start, end, true[:, 0], curve[:, 0]], start, end))
    gap = np.abs(_step(true, knots[:-1]) - _step(curve, knots[:-1]))
    return float(np.sum(gap * np.diff(knots)) / (end - start))


def _step(curve: np.ndarray, at: np.ndarray) -> np.ndarray:
    return curve[np.clip(np.searchsorted(curve[:, 0], at, side="right") - 1, 0, len(curve) - 1), 1]


def _printed_cells(panel: dict) -> int:
    return sum(len(a["n_risk"]["n_as_printed"] or ()) for a in panel["arms"])


def _right_cells(arm: dict, counts: np.ndarray | None, panel: dict) -> int:
    if counts is None or not arm["n_risk"]["n_as_printed"]:
        return 0
    near = 0.01 * (panel["x"]["max"] - panel["x"]["min"])
    true = zip(arm["n_risk"]["time"], arm["n_risk"]["n_as_printed"], strict=True)
    return sum(bool(np.any((np.abs(counts[:, 0] - t) <= near) & (counts[:, 1] == n))) for t, n in true)


def _compare_patients(panel: dict, read: dict[int, np.ndarray]) -> dict[str, tuple]:
    """Event counts and log hazard ratios against the true patients as the axis shows them."""
    if len(read) != len(panel["arms"]):
        return {"events_off": (), "log_hr_error": ()}
    end = panel["x"]["max"]
    true = {}
    for i, arm in enumerate(panel["arms"]):
        t, e = np.array(arm["ipd"]["time"]), np.array(arm["ipd"]["event"])
        true[i] = np.column_stack([np.minimum(t, end), np.where(t <= end, e, 0)])
    errors = (abs(_log_hr(read, i) - _log_hr(true, i)) for i in range(1, len(true)))
    return {
        "events_off": tuple(int(read[i][:, 1].sum() - true[i][:, 1].sum()) for i in sorted(true)),
        "log_hr_error": tuple(e for e in errors if math.isfinite(e)),
    }


def _log_hr(patients: dict[int, np.ndarray], row: int) -> float:
    if not (patients[0][:, 1].any() and patients[row][:, 1].any()):
        return math.nan
    return cox_hazard_ratio(tuple(patients[0].T), tuple(patients[row].T)).log_hr
