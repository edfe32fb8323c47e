"""How far a reading can be trusted: measured evidence per arm, and the laws of the figure that it breaks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from ..records import ArmReading, Caution, CurveTrace, Panel, PrintedNumber, RiskRow, RiskTable, SurvivalCurve
from .drawnarm import DrawnArm
from .inks import color_distance
from .naming import PAST_END
from .rhythm import is_dashed
from .risklaws import begins_too_high, counted_past, excess_at_risk

NAMELESS = re.compile(r"Arm \d+")
"""The name of an arm for which the figure gives none."""
RESIDUAL_LIMIT = 1.2
"""Calibration residual in px above which ticks and labels do not fit one line."""
START_GAP, START_DASHES, DASHED = 6.0, 5.0, 0.85
"""Rows of bare paper between S = 1 and a curve's first level that blur explains; for lines inked in less than the last
share of their length, so many stroke widths that a gap between dashes explains."""
FALL_DASHES = 4.0
"""Longest gap of a dash pattern in stroke widths, as SAS draws it, that a drop may show."""
SHORT = 30.0
"""Pixels of a curve's length below which one pixel of error in time spoils its shape by more than 0.01."""
PRINT_LIMIT = 0.05
"""Difference of a printed median (share of the x axis) or rate from the curve that rounding cannot explain."""
LEAVING = 3.0
"""Pixels from the far end of the y axis within which a curve has left the plot."""
EDGE = 0.06
"""Share of the plot's height that R and SAS leave between the far end of an axis and the plot's edge, and a little."""
COARSE = 0.0015
"""Share of an arm that no ink of its own shows, times the survival that one pixel spans, above which what is guessed
there may move the curve by 0.01: of the seven known figures above it three are wrong, below it none by this."""
TAIL = 0.05
"""Share of an arm's patients still at risk below which it does not matter to any estimate where its line ends: journals
are advised to cut curves off at twice and more of it (Pocock, Clayton and Altman, Lancet 2002;359:1686)."""
ALIKE, MERGED, MERGED_SHARE, PARTED = 10.0, 5.0, 0.02, 15.0
"""Lab distance of two colours that are one ink; pixels between arms of one ink that run as one line; share of the axis
for which they do so up to an end, from which one of them may have gone over to the other's ink; pixels that they must
have been apart before. Of 239 figures one has such arms, and one of the two is wrong."""
USUAL_HEIGHT = 450.0
"""Height in px of the plots on which these pixels were measured; on higher ones lines are thicker, and pixels more."""
EXCESS_LIMIT = 0.02
"""Mean of n(t)/N - S(t-) above which a row cannot be its curve's."""


def arm_confidence(arm: DrawnArm) -> float:
    """Share of an arm's columns accounted for by its own or known hiding ink; less where it does not start at S = 1."""
    return round(_shown(arm) * (1.0 if arm.start_gap_px <= _bare_allowed(arm, START_DASHES) else 0.7), 3)


def _shown(arm: DrawnArm) -> float:
    """Share of an arm's columns that its own ink shows, with half of what other ink hides."""
    # A dashed line shows ink on the share of its columns that its sample shows.
    patterned = arm.rhythm is not None and is_dashed(arm.rhythm)
    drawn = min((k.inked for k in arm.keys), default=arm.rhythm.inked if arm.rhythm and patterned else 1.0)
    own = arm.evidence.get("own_ink", 1.0) / max(drawn, 0.25)
    return min(1.0, own + 0.5 * (1.0 - arm.evidence.get("in_sight", 1.0)))


def _bare_allowed(arm: DrawnArm, dashes: float) -> float:
    """Rows of bare paper on a riser that blur, half a thick stroke or a gap between dashes explains.

    dashes: the longest gap of a dash pattern, in stroke widths.
    """
    return max(START_GAP, arm.width_px if arm.inked > DASHED else dashes * (arm.width_px + 1.0))


def doubts_about(
    panel: Panel,
    drawn: list[DrawnArm],
    arms: tuple[ArmReading, ...],
    table: RiskTable,
    legend_entries: int,
    table_rows: int,
    labels: int = 0,
    idle: Sequence[str] = (),
) -> list[Caution]:
    """The laws of the figure that this reading breaks, each as a caution that keeps the panel from being ok.

    legend_entries, table_rows: how many the figure shows, also those that were tied to no arm. labels: lines of text
    beside the curves that could be names. idle: names of the legend's entries in whose line no curve was found.
    """
    found: list[Caution] = []
    for axis, name in ((panel.x, "x axis"), (panel.y, "y axis")):
        if axis.calibration.residual_px > RESIDUAL_LIMIT:
            found.append(
                _review(
                    "calibration",
                    f"the {name}'s ticks and numbers miss one line by {axis.calibration.residual_px:.1f} px",
                    name,
                )
            )
    for line, arm in zip(drawn, arms, strict=True):
        found += _doubts_of_arm(panel, line, arm) + _doubts_of_end(panel, line, arm, table.row(arm.name))
    found += _merged_tails(panel, drawn, arms)
    if legend_entries > len(arms) or (0 < legend_entries < len(arms) and table_rows != len(arms)):
        found.append(_review("arm-count", f"{len(arms)} curves but {legend_entries} legend entries", "legend"))
    if table_rows and table_rows != len(arms):
        found.append(_review("arm-count", f"{len(arms)} curves but {table_rows} table rows", "risk table"))
    if idle:
        found.append(_review("key-without-curve", f"no curve is drawn like the legend's {', '.join(idle)}", "legend"))
    named_rows = sum(not NAMELESS.fullmatch(row.arm) for row in table.rows)
    patients = bool(table.rows) or any(line.draws_marks for line in drawn)
    found += _nameless(arms, legend_entries + labels + named_rows, patients)
    for arm in arms:
        row = table.row(arm.name)
        if row is not None and excess_at_risk(row, arm.curve) > EXCESS_LIMIT:
            found.append(
                _review("at-risk-above-curve", f"more patients at risk than {arm.name}'s curve allows", arm.name)
            )
        if row is not None and begins_too_high(row, arm.curve):
            high = f"{arm.name}'s first number at risk, {row.at_risk[0]:.0f}, is far above all that follow"
            found.append(_review("first-count", high, arm.name))
    return found


def _merged_tails(panel: Panel, drawn: list[DrawnArm], arms: tuple[ArmReading, ...]) -> list[Caution]:
    """Doubts about arms of one ink that come together and stay so to an end: one may have left its own line."""
    least = MERGED_SHARE * (panel.plot_area.right - panel.plot_area.left)
    scale = max(1.0, panel.plot_area.height / USUAL_HEIGHT)
    return [
        _review("merged", f"{two.name} and {one.name}, drawn alike, run as one line to an end", two.name)
        for (line, one), (other, two) in combinations(zip(drawn, arms, strict=True), 2)
        if color_distance(line.color, other.color) < ALIKE and _merged_px(line.trace, other.trace, scale) > least
    ]


def _merged_px(one: CurveTrace, other: CurveTrace, scale: float) -> float:
    """Length in px of the last stretch, up to the nearer end, on which two lines run as one; 0 if never apart.

    scale: pixels of this plot for one of a plot of the usual height. At the very end either may fall to a mark's foot.
    """
    end = min(one.end_px, other.end_px) - MERGED * scale
    columns = np.arange(max(one.x_px[0], other.x_px[0]), end)
    rows = [t.y_px[np.maximum(np.searchsorted(t.x_px, columns, side="right") - 1, 0)] for t in (one, other)]
    gap = np.abs(rows[0] - rows[1])
    apart = np.flatnonzero(gap > MERGED * scale)
    return float(len(columns) - 1 - apart[-1]) if len(apart) and gap.max() > PARTED * scale else 0.0


def _nameless(arms: tuple[ArmReading, ...], names_seen: int, patients: bool) -> list[Caution]:
    """A doubt about arms without a name, no more than a note where the figure shows nothing that could be one.

    patients: whether marks or numbers at risk speak of any. Curves with neither names nor patients may be a model's.
    """
    nameless = [a.name for a in arms if NAMELESS.fullmatch(a.name)]
    if len(arms) > 1 and not patients and all(len(a.name) == 1 and a.name.isdigit() for a in arms):
        return [
            _review("nameless", "curves known by numbers alone, of no patients seen, may be a model's", arms[0].name)
        ]
    if not nameless or len(arms) < 2:
        return []
    if len(nameless) == len(arms) and not names_seen and patients:
        return [_note("nameless", "the figure names no arm; they are told by their colours", nameless[0])]
    return [_review("nameless", f"no name was found for {', '.join(nameless)}", nameless[0])]


def doubts_by_print(panel: Panel, arms: tuple[ArmReading, ...], printed: tuple[PrintedNumber, ...]) -> list[Caution]:
    """Printed medians and rates that an arm's own curve contradicts: names exchanged, an axis or a curve misread."""
    found = []
    span = panel.x.maximum - panel.x.minimum
    for number in printed:
        arm = next((a for a in arms if a.name == number.arm), None)
        if arm is None or number.value is None or number.kind == "adjusted":
            continue
        if number.what == "median":
            read = _median(arm.curve)
            end = float(arm.curve.time[-1])
            off = abs((end if read is None else read) - number.value) / span
            off = 0.0 if read is None and number.value > end else off
            shown = f"none up to {end:.4g}" if read is None else f"{read:.4g}"
        elif number.what == "survival" and number.at is not None and number.at <= arm.curve.time[-1]:
            read = float(arm.curve.at([number.at])[0])
            off, shown = abs(read - number.value), f"{read:.3f}"
        else:
            continue
        if off > PRINT_LIMIT:
            text = f"{arm.name}: {number.what} printed as {number.value:g}, the curve shows {shown}"
            found.append(_review("printed-differs", text, arm.name))
    return found


def _median(curve: SurvivalCurve) -> float | None:
    """First time at which a curve is at or below one half, None when it stays above."""
    below = np.flatnonzero(curve.survival <= 0.5)
    return float(curve.time[below[0]]) if len(below) else None


def _doubts_of_arm(panel: Panel, line: DrawnArm, arm: ArmReading) -> list[Caution]:
    found = []
    if line.start_gap_px > _bare_allowed(line, START_DASHES):
        gap = f"{arm.name} starts {line.start_gap_px:.0f} px of bare paper away from S = 1"
        found.append(_review("start", gap, arm.name))
    if line.fall_gap_px > _bare_allowed(line, FALL_DASHES):
        leap = f"{arm.name} falls through {line.fall_gap_px:.0f} px of bare paper, perhaps from one curve to another"
        found.append(_review("leap", leap, arm.name))
    if line.confusable:
        crossed = f"{arm.name} crosses an arm drawn alike; after the crossing the two may be exchanged"
        found.append(_review("crossing", crossed, arm.name))
    if line.trace.end_px - line.trace.x_px[0] < SHORT:
        found.append(_review("short", f"{arm.name} is too short in this picture to be placed in time", arm.name))
    if line.leaves_dashes:
        left = f"dashes are left that neither {arm.name} nor an arm drawn alike explains"
        found.append(_review("dashes-left", left, arm.name))
    if line.leaves_line:
        passed = f"beside {arm.name} a line runs like a curve that was taken for none: an arm may be missing"
        found.append(_review("line-left", passed, arm.name))
    if line.runs_on:
        found.append(_review("axis-end", f"{arm.name} runs on past the end of the x axis that was read", arm.name))
    if _leaves(panel, line):
        found.append(_review("leaves-plot", f"{arm.name} leaves the plot at the end of the y axis", arm.name))
    return found + _doubts_of_ink(panel, line, arm)


def _doubts_of_end(panel: Panel, line: DrawnArm, arm: ArmReading, row: RiskRow | None) -> list[Caution]:
    """Doubts about where an arm ends, no more than notes where next to nobody is at risk there any more."""
    weigh = _note if row is not None and _left_at_end(row, arm.curve) < TAIL else _review
    found = []
    if line.end_hidden:
        found.append(
            weigh("end-hidden", f"{arm.name} ends where ink goes on along its level, or dashes below", arm.name)
        )
    if row is not None and counted_past(row, arm.curve) > PAST_END * (panel.x.maximum - panel.x.minimum):
        past = f"{arm.name} was followed to an end although patients are counted at risk after it"
        found.append(weigh("ends-early", past, arm.name))
    return found


def _left_at_end(row: RiskRow, curve: SurvivalCurve) -> float:
    """Share of an arm's patients at risk where its curve ends, as the counts on both sides of the end have it."""
    known = np.isfinite(row.at_risk)
    if not known.any() or row.at_risk[known][0] <= 0:
        return 1.0
    return float(np.interp(curve.time[-1], row.time[known], row.at_risk[known]) / row.at_risk[known][0])


def _doubts_of_ink(panel: Panel, line: DrawnArm, arm: ArmReading) -> list[Caution]:
    """Doubts about an arm of which too little is drawn in its own ink."""
    found = []
    if line.evidence.get("in_sight", 1.0) < 0.7:
        share = 100 * (1 - line.evidence["in_sight"])
        hidden = f"{arm.name} is hidden under other ink for {share:.0f}% of its length"
        found.append(_review("hidden", hidden, arm.name))
    pixel = abs(panel.y.calibration.slope)
    unseen = 1.0 - _shown(line)
    if unseen * pixel > COARSE:
        share = 100 * unseen
        coarse = (
            f"{share:.0f}% of {arm.name} shows no ink of its own, in a picture where a pixel is {pixel:.3f} of survival"
        )
        found.append(_review("coarse", coarse, arm.name))
    if arm.confidence < 0.55:
        faint = f"only {100 * arm.confidence:.0f}% of {arm.name} lies on its own ink"
        found.append(_review("faint", faint, arm.name))
    return found


def _review(code: str, message: str, where: str) -> Caution:
    return Caution(code, message, where, "review")


def _note(code: str, message: str, where: str) -> Caution:
    return Caution(code, message, where, "note")


def _leaves(panel: Panel, line: DrawnArm) -> bool:
    """Whether an arm reaches the far end of a truncated y axis, beyond which the figure shows nothing.

    The plot may go on beyond the axis' last number.
    """
    rising = panel.direction == "incidence"
    far, edge = (panel.y.maximum, panel.plot_area.top) if rising else (panel.y.minimum, panel.plot_area.bottom)
    truncated = far < 1.0 if rising else far > 0.0
    end, number = float(line.trace.y_px[-1]), float(panel.y.calibration.px(far))
    return truncated and abs(end - number) <= LEAVING and abs(edge - number) <= EDGE * panel.plot_area.height
