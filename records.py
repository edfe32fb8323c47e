"""The frozen data classes that pass between the rooms of km2ipd.

Frame of every pixel position: origin at the centre of the top-left pixel of the figure's image, x to the right,
y down, so that pixel (row 3, column 5) has its centre at x = 5.0, y = 3.0. Survival is a fraction from 0 to 1 and
always S(t), also where the figure shows percent or a rising curve. Times are in the unit of the figure's x axis.
Arrays are one-dimensional, float64 and read-only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from .errors import InvalidRecord

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
PixelArray = npt.NDArray[np.uint8]
MaskArray = npt.NDArray[np.bool_]

Status = Literal["ok", "review", "failed"]
Scale = Literal["fraction", "percent"]
Direction = Literal["survival", "incidence"]
Route = Literal["raster", "vector", "embedded raster", "rendered page"]
Verdict = Literal["agrees", "differs", "cannot tell"]
Rgb = tuple[int, int, int]


def read_only(values: npt.ArrayLike, dtype: type = np.float64) -> npt.NDArray:
    """A read-only copy of values as a one-dimensional array of the given dtype."""
    array: npt.NDArray = np.array(values, dtype=dtype).reshape(-1)
    array.setflags(write=False)
    return array


def require(condition: bool, what: str) -> None:
    """Raise InvalidRecord with one sentence when a record's law is broken."""
    if not condition:
        raise InvalidRecord(what)


# ---------------------------------------------------------------- figure and text


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels; right and bottom are inclusive positions, not sizes."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        require(self.left <= self.right and self.top <= self.bottom, f"box turned inside out: {self}")

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def contains(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Whether the point lies inside, the box grown by margin px on every side."""
        return self.left - margin <= x <= self.right + margin and self.top - margin <= y <= self.bottom + margin


@dataclass(frozen=True, slots=True)
class TextLine:
    """One piece of text read off the figure (a word, a number, or a line of a legend).

    rotation: degrees the text was turned (0 upright; 90 reads bottom to top).
    confidence: probability of the least certain character, 0 to 1; 1 for text taken from a vector file.
    candidates: other readings, most probable first, for the figure's own laws to choose among.
    """

    text: str
    box: Box
    confidence: float = 1.0
    rotation: int = 0
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """One painted path of a vector figure, flattened to a polyline in the frame of the rendered image.

    x_px, y_px: (n,) vertices. width_px: 0 when only filled. dash_px: on/off lengths, empty when solid.
    order: painting order; later strokes hide earlier ones. group: id of the drawing object (form, symbol or
    glyph) it came from, -1 when none: repeats of one group are copies of one mark.
    """

    x_px: FloatArray
    y_px: FloatArray
    color: Rgb | None
    fill: Rgb | None = None
    width_px: float = 1.0
    dash_px: tuple[float, ...] = ()
    closed: bool = False
    opacity: float = 1.0
    order: int = 0
    group: int = -1

    def __post_init__(self) -> None:
        object.__setattr__(self, "x_px", read_only(self.x_px))
        object.__setattr__(self, "y_px", read_only(self.y_px))
        require(len(self.x_px) == len(self.y_px), "a stroke needs as many x as y positions")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a panel was found: page from 1 (1 for images), bbox in the file's own units (px or points).

    image: file name, beside digitization.json, of the upright picture whose frame the pixel positions refer to.
    """

    page: int = 1
    bbox: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    route: Route = "raster"
    image: str = "figure.png"


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One picture to be digitised.

    pixels: (height, width, 3) uint8 RGB, upright, on white. For vector input a rendering of the page.
    strokes, texts: filled for vector input (exact geometry and text in the frame of pixels); empty for rasters.
    caption: text found outside the figure that belongs to it, such as "Figure 2. Kaplan-Meier ...".
    """

    name: str
    sha256: str
    pixels: PixelArray
    strokes: tuple[Stroke, ...] = ()
    texts: tuple[TextLine, ...] = ()
    source: Source = field(default_factory=Source)
    caption: str = ""

    def __post_init__(self) -> None:
        require(
            self.pixels.ndim == 3 and self.pixels.shape[2] == 3 and self.pixels.dtype == np.uint8,
            "figure pixels must be (height, width, 3) uint8",
        )
        self.pixels.setflags(write=False)


# ---------------------------------------------------------------- axes and panels


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


# ---------------------------------------------------------------- curves, marks, tables


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


@dataclass(frozen=True, slots=True)
class Caution:
    """Something a person should know about a reading.

    severity: "review" keeps the panel from being ok; "note" does not. box: the place in px, where it has one.
    """

    code: str
    message: str
    where: str = ""
    severity: Literal["note", "review"] = "note"
    box: Box | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ArmReading:
    """One arm as read off a panel.

    censor_marks: (m,) times of the marks seen. draws_marks: whether this arm's curve carries marks at all.
    evidence: the measured shares behind confidence (name -> value 0 to 1).
    """

    name: str
    color: str
    curve: SurvivalCurve
    trace: CurveTrace | None = None
    censor_marks: FloatArray = field(default_factory=lambda: read_only([]))
    draws_marks: bool = False
    style: str = "solid"
    confidence: float = 1.0
    evidence: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "censor_marks", read_only(np.sort(np.asarray(self.censor_marks, float))))


@dataclass(frozen=True, slots=True)
class PanelReading:
    """All that was read off one panel."""

    panel: Panel
    status: Status
    arms: tuple[ArmReading, ...]
    risk_table: RiskTable = field(default_factory=RiskTable)
    printed: tuple[PrintedNumber, ...] = ()
    cautions: tuple[Caution, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Digitization:
    """The pivot: all that was read off a figure, saved as digitization.json, editable, re-runnable.

    arguments: what the user gave by hand on the command line to have it read so (--x-range 0 36).
    about: what a study file says of it (citation, population).
    """

    version: str
    figure: str
    sha256: str
    panels: tuple[PanelReading, ...]
    cautions: tuple[Caution, ...] = ()
    arguments: tuple[str, ...] = ()
    about: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """The pivot with the upright pictures, by file name, that its pixel positions refer to."""

    digitization: Digitization
    images: Mapping[str, PixelArray]


# ---------------------------------------------------------------- patients, estimates, checks


@dataclass(frozen=True, slots=True, eq=False)
class Patients:
    """Individual patient data of one arm: time (n,), event (n,) 1 for an event and 0 for censored, sorted by time."""

    arm: str
    time: FloatArray
    event: IntArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", read_only(self.time))
        object.__setattr__(self, "event", read_only(self.event, np.int64))
        require(len(self.time) == len(self.event), f"arm {self.arm}: as many times as events are needed")
        require(bool(np.all(np.isfinite(self.time))), f"arm {self.arm}: a time is not a number")
        require(bool(np.all((self.event == 0) | (self.event == 1))), f"arm {self.arm}: event must be 0 or 1")


@dataclass(frozen=True, slots=True)
class Totals:
    """What is known of a whole arm: patients and events up to the end of the curve; None where unknown."""

    n: int | None = None
    events: int | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its confidence limits; None where not reached or not estimable.

    reconstruction: 90% limits that reconstruction alone adds (None until an ensemble was drawn; a limit is None where
    the draws do not reach it). combined: confidence limits with both.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    se: float | None = None
    reconstruction: tuple[float | None, float | None] | None = None
    combined: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class ArmEstimate:
    """What the reconstructed patients of one arm say; n, events and all limits are None where nobody knows n.

    survival_at: (time, S with limits) at the axis ticks. rmst_tau: the horizon of rmst. events_interval: 90% limits of
    the event count over an ensemble. quartiles: times at which S reaches 0.75 and 0.25. follow_up: median follow-up by
    reverse Kaplan-Meier.
    """

    arm: str
    n: int | None
    events: int | None
    median: Interval
    rmst: Interval
    rmst_tau: float
    survival_at: tuple[tuple[float, Interval], ...] = ()
    events_interval: tuple[int, int] | None = None
    quartiles: tuple[Interval, Interval] = (Interval(None), Interval(None))
    follow_up: Interval = Interval(None)


@dataclass(frozen=True, slots=True)
class PeriodRatio:
    """The hazard ratio from the deaths of both arms in (start, stop]; None where no death tells the arms apart.

    interval: 90% limits that reconstruction alone adds (None until an ensemble was drawn). method: as in Comparison.
    """

    start: float
    stop: float
    events: int
    hr: float | None = None
    low: float | None = None
    high: float | None = None
    se_log_hr: float | None = None
    p: float | None = None
    method: str = "none"
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One arm against its reference: Cox hazard ratio with Wald limits, and the log-rank test.

    interval: limits that reconstruction alone adds to the HR (None until an ensemble was drawn); combined: sampling
    and reconstruction together. Where the numbers of patients are not known, interval is the range that they leave
    open, and there are no other limits and no p. method: "cox" or the method used where Cox has no finite answer. rmst:
    difference in restricted mean survival. landmarks: (time, difference in S). periods: hazard ratios by period, where
    they were asked for or proportional hazards are in doubt.
    """

    arm: str
    reference: str
    hr: float | None
    low: float | None
    high: float | None
    se_log_hr: float | None
    p: float | None
    logrank_p: float | None
    ph_p: float | None = None
    method: str = "cox"
    interval: tuple[float, float] | None = None
    combined: tuple[float, float] | None = None
    rmst: Interval = Interval(None)
    landmarks: tuple[tuple[float, Interval], ...] = ()
    periods: tuple[PeriodRatio, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One reported number beside the reconstructed one."""

    what: str
    reported: str
    reconstructed: str
    verdict: Verdict
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """One panel's patients with what they say; misfit: |at risk rebuilt - printed| summed over each arm's row.

    draws: equally plausible patients, one tuple of arms a draw, empty unless an ensemble was asked for.
    logrank_p: of all arms together. conditioned_on: reported numbers that weighted the draws, barred from the checks.
    effective_draws: the ensemble's effective size after that weighting. unconditioned: the fit without them.
    """

    panel: str
    method: str
    patients: tuple[Patients, ...]
    arms: tuple[ArmEstimate, ...]
    comparisons: tuple[Comparison, ...]
    logrank_p: float | None = None
    misfit: tuple[float, ...] = ()
    checks: tuple[Check, ...] = ()
    cautions: tuple[Caution, ...] = ()
    draws: tuple[tuple[Patients, ...], ...] = ()
    conditioned_on: tuple[PrintedNumber, ...] = ()
    effective_draws: float | None = None
    unconditioned: Reconstruction | None = None


@dataclass(frozen=True, slots=True)
class PanelResult:
    """One panel from reading to conclusion: what `report` writes.

    reading: None where the curves came from a table, not from a figure. status: the reading's own or worse.
    reconstruction: None where it failed; the cautions say why. rebuilt: the Kaplan-Meier curve of the rebuilt
    patients by arm. cautions: the figure's, the reading's and the reconstruction's, in that order.
    """

    panel: str
    status: Status
    reading: PanelReading | None = None
    reconstruction: Reconstruction | None = None
    checks: tuple[Check, ...] = ()
    cautions: tuple[Caution, ...] = ()
    rebuilt: Mapping[str, SurvivalCurve] = field(default_factory=dict)
