"""The samples: who the patients of each are, and how it is drawn."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.generator.cohorts import Arm, Cohort
from benchmarks.generator.layout import Request
from benchmarks.generator.presets import styled

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sample:
    """A folder of samples/: what is drawn and into which kinds of file."""

    name: str
    request: Callable[[], Request]
    suffixes: tuple[str, ...] = ("png",)


def read_patients(path: Path) -> dict[str, Arm]:
    """Arms of a patients.csv with the columns arm, time, event, in the order of the file."""
    rows: dict[str, list[tuple[float, float]]] = {}
    with path.open(newline="") as handle:
        for row in csv.DictReader(handle):
            rows.setdefault(row["arm"], []).append((float(row["time"]), float(row["event"])))
    return {name: Arm(name, *np.array(values).T) for name, values in rows.items()}


def simulate_arm(
    seed: int, label: str, n: int, scale: float, shape: float, followed: tuple[float, float], step: float = 0.1
) -> Arm:
    """n patients with Weibull event times, followed for times spread over a range, all to the nearest step."""
    rng = np.random.default_rng(seed)
    failure = scale * rng.weibull(shape, n)
    closing = np.where(rng.random(n) < 0.1, rng.uniform(0.5, followed[0], n), rng.uniform(*followed, n))
    time = np.round(np.maximum(np.round(np.minimum(failure, closing) / step), 1) * step, 6)
    event = (failure <= closing).astype(float)
    order = np.lexsort((-event, time))
    return Arm(label, time[order], event[order])


def months(end: float, step: float) -> tuple[float, ...]:
    """Ticks of a time axis."""
    return tuple(float(t) for t in np.arange(0, end + step / 2, step))


def desmoid_pfs() -> Request:
    """The founding case: patients found by desmoid_pfs/find_patients.py, drawn as a journal would."""
    arms = read_patients(HERE / "desmoid_pfs" / "patients.csv")
    cohort = Cohort(
        "desmoid_pfs",
        "Progression-free survival",
        "months",
        months(42, 6),
        (arms["Sorafenib"], arms["Placebo"]),
    )
    style = styled("nejm", y_step=0.2, panel_inches=(4.8, 3.2), font_size=8)
    return Request((cohort,), style, inset_text="Hazard ratio, 0.13\n(95% CI, 0.05\u20130.31)\nP<0.001")


def grey_dashes() -> Request:
    """A black and white page: a solid and a dashed line in greys, circles for the censored, a legend."""
    arms = (
        simulate_arm(101, "Surgery alone", 148, 38, 0.95, (24, 60)),
        simulate_arm(102, "Surgery and radiotherapy", 151, 61, 0.9, (24, 60)),
    )
    cohort = Cohort("grey_dashes", "Disease-free survival", "months", months(60, 12), arms)
    style = styled("black_dashes", "grey", "circles", mark_size=3.5, text="plain", dashes=("-", (0, (5, 2.5))))
    return Request((cohort,), style)


def three_arms_bands() -> Request:
    """Three colours with shaded confidence bands, as ggplot draws them, and a coloured table."""
    arms = tuple(
        simulate_arm(201 + k, name, n, scale, 1.1, (2.0, 5.0), 0.01)
        for k, (name, n, scale) in enumerate((("Placebo", 96, 2.2), ("10 mg", 102, 3.9), ("20 mg", 99, 7.5)))
    )
    cohort = Cohort("three_arms_bands", "Event-free survival", "years", months(5, 1), arms)
    return Request((cohort,), styled("survminer", "band", "brewer", marks=""))


def two_panels() -> Request:
    """Progression-free and overall survival side by side, each with its letter and its table."""
    panels = []
    for k, (endpoint, factor) in enumerate((("Progression-free survival", 1.0), ("Overall survival", 2.3))):
        arms = (
            simulate_arm(301 + k, "Chemotherapy", 120, 9 * factor, 1.0, (18, 36)),
            simulate_arm(311 + k, "Combination", 123, 15 * factor, 1.0, (18, 36)),
        )
        panels.append(Cohort(endpoint, endpoint, "months", months(36, 6), arms))
    return Request(tuple(panels), styled("lancet", table_look="plain", raised_dot=False), 2, ("letters",))


def rising_percent() -> Request:
    """Cumulative incidence in percent, rising, its axis cut at 40, with a table of numbers at risk."""
    arms = (
        simulate_arm(401, "Usual care", 412, 3600, 1.0, (700, 1095), 1),
        simulate_arm(402, "Screening", 405, 6200, 1.0, (700, 1095), 1),
    )
    cohort = Cohort("rising_percent", "Cumulative incidence", "days", months(1095, 365 / 2)[::2], arms)
    return Request((cohort,), styled("jama", "rising", y_min=0.6, y_step=0.1, marks=""))


SAMPLES = (
    Sample("desmoid_pfs", desmoid_pfs, ("png", "pdf", "svg")),
    Sample("grey_dashes", grey_dashes),
    Sample("three_arms_bands", three_arms_bands, ("png", "svg")),
    Sample("two_panels", two_panels, ("png", "pdf")),
    Sample("rising_percent", rising_percent),
)
