"""The patients and curves for other programs: Parquet, Stata, R, IPDfromKM and survHE.

The scripts read the ipd.csv that lies beside them and fit what the report shows.
"""

from __future__ import annotations

import datetime
import importlib.util
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UsageError
from ..records import ArmReading, PanelReading, PanelResult, RiskRow
from .tables import curves_csv, patients_csv
from .text import csv_text, number_text

if TYPE_CHECKING:
    import pandas as pd

Files = dict[str, bytes]
TABLES_REMEDY = 'pip install "km2ipd[tables]".'
# Stata files carry a date; a fixed one keeps two runs identical.
STATA_DATE = datetime.datetime(2000, 1, 1)

R_SCRIPT = """\
# Fits the rebuilt patients in R, as km2ipd's report shows them: Rscript analysis.R (in this folder).
library(survival)
ipd <- read.csv("ipd.csv", encoding = "UTF-8", colClasses = c(panel = "character", arm = "character"))
reference <- list(REFERENCES)  # by panel: the arm that hazard ratios are against
for (p in unique(ipd$panel)) {
  patients <- ipd[ipd$panel == p, ]
  patients$arm <- factor(patients$arm, levels = unique(patients$arm))
  if (!is.null(reference[[p]])) patients$arm <- relevel(patients$arm, ref = reference[[p]])
  cat("\\nPanel", p, "\\n")
  formula <- Surv(time, event) ~ arm
  if (nlevels(patients$arm) < 2) formula <- Surv(time, event) ~ 1
  print(survfit(formula, data = patients))
  if (nlevels(patients$arm) > 1) {
    print(survdiff(formula, data = patients))
  }
  for (other in levels(patients$arm)[-1]) {  # each ratio from its two arms alone
    two <- droplevels(patients[patients$arm %in% c(levels(patients$arm)[1], other), ])
    print(summary(coxph(formula, data = two, ties = "efron"))$conf.int, digits = 8)
  }
}
"""
STATA_SCRIPT = """\
* Fits the rebuilt patients in Stata, as km2ipd's report shows them: do analysis.do (in this folder).
import delimited "ipd.csv", clear varnames(1) stringcols(1 2) encoding("utf-8")
levelsof panel, local(panels)
foreach p of local panels {
    preserve
    keep if panel == "`p'"
    generate long order = _n
    bysort arm (order): generate long first = order[1]
    egen arm_number = group(first)
    stset time, failure(event == 1)
    stsum, by(arm)
    sts test arm_number
    summarize arm_number, meanonly
    forvalues k = 2/`r(max)' {
        stcox i.arm_number if inlist(arm_number, 1, `k'), efron  // against the first arm, from these two alone
    }
    restore
}
"""


def require_formats(names: Sequence[str]) -> None:
    """Raise UsageError, before any work, for a format that is not known or whose extra is not installed."""
    for name in names:
        if name not in FORMATS:
            known = ", ".join(FORMATS)
            raise UsageError(f'--format: no format "{name}" (formats: {known})', "Give one of them.")
        for module in NEEDED.get(name, ()):
            if importlib.util.find_spec(module) is None:
                raise UsageError(f"--format {name}: {module} is not installed", TABLES_REMEDY)


def export_files(names: Sequence[str], results: Sequence[PanelResult]) -> Files:
    """The files of the named formats."""
    files: Files = {}
    for name in names:
        files |= FORMATS[name](results)
    return files


def _parquet(results: Sequence[PanelResult]) -> Files:
    files = {}
    for name, frame in _frames(results).items():
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False)
        files[f"{name}.parquet"] = buffer.getvalue()
    return files


def _stata(results: Sequence[PanelResult]) -> Files:
    files = {"analysis.do": STATA_SCRIPT.encode()}
    for name, frame in _frames(results).items():
        buffer = io.BytesIO()
        frame.to_stata(buffer, write_index=False, version=118, time_stamp=STATA_DATE)
        files[f"{name}.dta"] = buffer.getvalue()
    return files


def _r(results: Sequence[PanelResult]) -> Files:
    references = [
        f"{json.dumps(r.panel)} = {json.dumps(r.reconstruction.comparisons[0].reference)}"
        for r in results
        if r.reconstruction and r.reconstruction.comparisons
    ]
    return {"analysis.R": R_SCRIPT.replace("REFERENCES", ", ".join(references)).encode()}


def _frames(results: Sequence[PanelResult]) -> Mapping[str, pd.DataFrame]:
    readings = [r.reading for r in results if r.reading]
    return {"ipd": patients_frame(results), "curves": curves_frame(readings)}


def patients_frame(results: Sequence[PanelResult]) -> pd.DataFrame:
    """The patients with the columns and values of ipd.csv; UsageError where pandas is not installed."""
    return _frame(patients_csv(results))


def curves_frame(panels: Sequence[PanelReading]) -> pd.DataFrame:
    """The curves with the columns and values of curves.csv; UsageError where pandas is not installed."""
    return _frame(curves_csv(panels))


def _frame(text: str) -> pd.DataFrame:
    try:
        import pandas as pd
    except ImportError:
        raise UsageError("pandas is not installed", TABLES_REMEDY) from None
    kinds = {"panel": str, "arm": str, "time": float, "survival": float, "event": "int8"}
    frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    return frame.astype({column: kinds[column] for column in frame.columns})


# ---------------------------------------------------------------- other reconstruction programs


def _ipdfromkm(results: Sequence[PanelResult]) -> Files:
    """Two CSV files an arm, as IPDfromKM::preprocess takes them: dat, and trisk with nrisk."""
    files = {}
    for stem, arm, row in _arms(results):
        points = [(number_text(t), number_text(s)) for t, s in zip(arm.curve.time, arm.curve.survival, strict=True)]
        files[f"ipdfromkm_{stem}.csv"] = csv_text(("time", "survival"), points).encode()
        if row is not None:
            counts = [(number_text(t), number_text(n)) for t, n in _known(row)]
            files[f"ipdfromkm_{stem}_risk.csv"] = csv_text(("trisk", "nrisk"), counts).encode()
    return files


def _survhe(results: Sequence[PanelResult]) -> Files:
    """Two tab-separated files an arm, as survHE::digitise takes them: points, and intervals with their rows."""
    files = {}
    for stem, arm, row in _arms(results):
        time = arm.curve.time
        points = zip(range(1, len(time) + 1), time, arm.curve.survival, strict=True)
        files[f"survhe_{stem}.txt"] = _tabbed(("k", "time", "survival"), points)
        if row is None:
            continue
        known, intervals = _known(row), list[tuple[float, ...]]()
        for i, (start, count) in enumerate(known):
            end = known[i + 1][0] if i + 1 < len(known) else np.inf
            rows = np.flatnonzero((time >= start) & (time < end)) + 1
            if len(rows):
                intervals.append((len(intervals) + 1, start, rows[0], rows[-1], count))
        files[f"survhe_{stem}_nrisk.txt"] = _tabbed(("interval", "time", "lower", "upper", "nrisk"), intervals)
    return files


def _tabbed(header: Sequence[str], rows) -> bytes:
    lines = ["\t".join(header), *("\t".join(number_text(float(v)) for v in row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def _arms(results: Sequence[PanelResult]) -> list[tuple[str, ArmReading, RiskRow | None]]:
    """Every arm that was read, with a stem for file names that no other arm has."""
    arms = []
    for panel in (r.reading for r in results if r.reading):
        for i, arm in enumerate(panel.arms, start=1):
            arms.append((_stem(panel, i, arm.name), arm, panel.risk_table.row(arm.name)))
    return arms


def _stem(panel: PanelReading, number: int, arm: str) -> str:
    """panel and arm as a plain file name; the number keeps arms apart whose names differ in signs alone."""
    words = [re.sub(r"[^\w]+", "_", name).strip("_")[:40] for name in (panel.panel.name, arm)]
    return f"{words[0]}_{number}_{words[1]}".rstrip("_")


def _known(row: RiskRow) -> list[tuple[float, float]]:
    return [(t, n) for t, n in zip(row.time, row.at_risk, strict=True) if np.isfinite(n)]


FORMATS: Mapping[str, Callable[[Sequence[PanelResult]], Files]] = {
    "parquet": _parquet,
    "stata": _stata,
    "r": _r,
    "ipdfromkm": _ipdfromkm,
    "survhe": _survhe,
}
# Modules of the extra [tables] that a format needs.
NEEDED = {"parquet": ("pandas", "pyarrow"), "stata": ("pandas",)}
