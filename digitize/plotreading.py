"""Read one panel: its arms, their names and marks, the table, the printed statistics, and the trust in it all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import NoCurveFound, NotKaplanMeier
from ..records import (
    ArmReading,
    Box,
    Caution,
    Figure,
    MaskArray,
    Panel,
    PanelReading,
    PixelArray,
    Rgb,
    RiskRow,
    RiskTable,
    Status,
    SurvivalCurve,
    TextLine,
)
from .arms import ArmPath, find_arms
from .bars import is_hatched
from .curvelabels import stands_beside_plot
from .drawnarm import SOLID_SHARE, DrawnArm, arm_from_path, curve_of
from .ends import followed_on, ink_after, leaves_dashes
from .givennames import given_name_doubts, own_names
from .kind import kind_from_curves
from .leftlines import leaves_line
from .legend import LegendKey, entries_without_sample, find_legend, may_name_an_arm
from .marks import NO_MARKS, ArmLine, find_marks
from .naming import BY_ORDER, ArmName, RowTie, name_arms, tie_rows, with_last_key
from .overprintedkeys import with_overprinted
from .palette import find_inks
from .plotcrop import PlotCrop, crop_plot
from .printed import read_statistics
from .risklaws import reconcile_with_curves
from .risktable import read_risk_table
from .trust import NAMELESS, arm_confidence, doubts_about, doubts_by_print
from .wrapped import with_further_lines

TALLEST_LETTERING = 0.15
"""Height of a text's box, as a share of the plot's, beyond which a drawing was taken for text."""


HIDDEN_END, LEAST_BESIDE = 0.03, 8
"""Share of the plot's width past an arm's end in which a row of marks would show that it goes on, and the fewest
columns that show whether ink hides an arm."""
COVERED = 0.8
"""Share of the columns of a stretch from which on ink runs all along it; soft dashes and JPEG leave some out."""
SAME_INK = 80.0
"""RGB distance within which a pixel beyond the plot area has an arm's colour."""


CUT_LETTERS = 2
"""First letters of a name that a line through them may hide; an axis or a curve is a letter or two wide."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is known of one arm while a panel is being read."""

    drawn: DrawnArm
    curve: SurvivalCurve
    name: ArmName


def read_plot(
    figure: Figure,
    texts: tuple[TextLine, ...],
    panel: Panel,
    cautions: tuple[Caution, ...],
    *,
    arms: tuple[str, ...] | int | None = None,
) -> PanelReading:
    """Read all that a panel shows.

    cautions: what finding the panel left in doubt. arms: names, or the number of arms, given by hand.
    Raises NoCurveFound when no staircase runs between the axes, NotKaplanMeier when its curves are smooth.
    """
    if figure.strokes:
        from .vectoraxes import refine_calibration  # what reads strokes is not loaded for pictures
        from .vectorphase import with_unmoved_axes

        panel = with_unmoved_axes(figure, refine_calibration(figure, panel))
    table, table_cautions = read_risk_table(figure, texts, panel)
    printed_rows = len(table.rows)
    insets = tuple(c.box for c in cautions if c.code == "inset" and c.box is not None)
    drawn, legend, by_strokes = _drawn_arms(figure, texts, panel, insets, _expected_arms(arms, table))
    if not drawn:
        raise NoCurveFound(f"{figure.name}: no staircase starts at S = 1 in panel {panel.name}")
    other = kind_from_curves(tuple(arm.trace for arm in drawn), panel.plot_area)
    # Large cohorts fall as evenly as a model does; patients at risk and censor marks tell them apart.
    if other is not None and not (by_strokes or table.rows or any(arm.draws_marks for arm in drawn)):
        raise NotKaplanMeier(f"{figure.name}: panel {panel.name} looks like {other}")
    curves = [curve_of(arm.trace, panel) for arm in drawn]
    names = name_arms(drawn, texts, figure.pixels, panel, [row.arm for row in table.rows])
    drafts = [_Draft(d, c, n) for d, c, n in zip(drawn, curves, names, strict=True)]
    ties = tie_rows(drawn, names, curves, table)
    drafts, table, loose = _join_table(drafts, table, ties)
    ordered = _in_order(drafts, table)
    read = [draft.name.name for _, draft in ordered]
    named = _with_names(ordered, own_names(read, arms))
    table = _rename_rows(table, named, loose)
    readings = tuple(_arm_reading(d, panel) for d in named)
    panel = _without_names(panel, [a.name for a in readings])
    table, law_cautions = reconcile_with_curves(table, {a.name: a.curve for a in readings})
    cautions = (*cautions, *table_cautions, *_tied_by_order(ties), *law_cautions)
    printed = read_statistics(texts, figure.caption, panel, tuple(a.name for a in readings))
    lines = [d.drawn for _, d in named]
    entries = len(legend) + entries_without_sample(texts, legend)
    labels = sum(may_name_an_arm(t) and stands_beside_plot(t, panel) for t in texts)
    idle = _idle_keys(legend, lines, readings)
    doubts = doubts_about(panel, lines, readings, table, entries, printed_rows, labels, idle)
    doubts = (*doubts, *doubts_by_print(panel, readings, printed), *given_name_doubts(read, arms))
    cautions = (*cautions, *doubts)
    status: Status = "review" if any(c.severity == "review" for c in cautions) else "ok"
    return PanelReading(panel, status, readings, table, printed, cautions, figure.caption)


def _without_names(panel: Panel, names: Sequence[str]) -> Panel:
    """The panel, its title left out where it is a legend: nothing but names of its arms."""
    rest = panel.title
    for name in sorted(names, key=len, reverse=True):
        rest = rest.replace(name, "")
    return panel if any(c.isalnum() for c in rest) else replace(panel, title="")


def _idle_keys(legend: Sequence[LegendKey], lines: Sequence[DrawnArm], arms: Sequence[ArmReading]) -> list[str]:
    """Names of the legend's entries in whose line no curve was found.

    What names none of arms that all have names is no legend: a dash in the caption, the end of a curve.
    """
    used = {key.name for line in lines for key in line.keys}
    if not used and not any(NAMELESS.fullmatch(arm.name) for arm in arms):
        return []
    return [key.name for key in legend if key.name not in used | {arm.name for arm in arms}]


def _expected_arms(arms: tuple[str, ...] | int | None, table: RiskTable) -> int | None:
    """The number of arms given by hand, else that of the table's rows, None when neither speaks."""
    if isinstance(arms, tuple):
        return len(arms)
    return arms or len(table.rows) or None


def _drawn_arms(
    figure: Figure, texts: tuple[TextLine, ...], panel: Panel, insets: tuple[Box, ...], expected: int | None
) -> tuple[list[DrawnArm], tuple[LegendKey, ...], bool]:
    """The arms of a panel as drawn, its legend entries, and whether the arms come from strokes and not from pixels.

    A file's strokes are read where they are staircases; a model's slanted line is none.
    """
    if figure.strokes:
        from .vectorarms import vector_arms

        drawn, legend = vector_arms(figure, texts, panel)
        if drawn:
            return drawn, legend, True
    keys = with_overprinted(find_legend(figure.pixels, texts, panel), figure.pixels, texts, panel)
    legend = with_further_lines(keys, texts)
    arms = trace_arms(figure.pixels, texts, panel, legend, insets, expected)
    return with_last_key(arms, legend), legend, False


def trace_arms(
    pixels: PixelArray,
    texts: tuple[TextLine, ...],
    panel: Panel,
    legend: tuple[LegendKey, ...],
    insets: tuple[Box, ...],
    expected: int | None,
) -> list[DrawnArm]:
    """The arms of a panel as drawn, with their censor marks, from the pixels of its plot area."""
    area = panel.plot_area
    inside = tuple(t for t in texts if _may_cover(t, area) and t.box.height < TALLEST_LETTERING * area.height)
    crop = crop_plot(pixels, panel, inside, tuple(k.box for k in legend), insets)
    inks = find_inks(crop.ink, legend, ~crop.lettering & ~crop.frame)
    found_arms = find_arms(crop, inks, expected)
    arms = [followed_on(crop, arm, found_arms) for arm in found_arms]
    marked = find_marks(crop, marked_lines(arms, crop))
    passed_over = leaves_line(crop, arms, expected)
    drawn: list[DrawnArm] = []
    for arm, found in zip(arms, marked, strict=True):
        # The bars of a hatched band look like marks.
        marks = NO_MARKS if is_hatched(arm.path, arm.own) else found
        runs_on = _runs_on(pixels, crop, arm)
        end_hidden = _end_hidden(crop, arm) or _ends_under(insets, crop, arm) or ink_after(crop, arm, arms)
        left = leaves_dashes(crop, arm, arms)
        line = arm_from_path(arm, crop, marks, runs_on=runs_on, end_hidden=end_hidden, leaves_dashes=left)
        drawn.append(replace(line, leaves_line=passed_over and not drawn))
    return drawn


def marked_lines(arms: Sequence[ArmPath], crop: PlotCrop) -> list[ArmLine]:
    """The arms with the strokes of their legend samples; an arm without one has the panel's thinnest."""
    samples = [[key.width_px / crop.scale for key in arm.ink.keys] for arm in arms]
    thinnest = min((width for widths in samples for width in widths), default=0.0)
    return [ArmLine(arm.path, arm.own, min(s, default=thinnest)) for arm, s in zip(arms, samples, strict=True)]


def _may_cover(line: TextLine, area: Box) -> bool:
    """Whether a text stands in the plot area or right of it at its height, where curves may go on."""
    x, y = line.box.centre
    return x > area.left - 2 and area.top - 2 <= y <= area.bottom + 2


def _end_hidden(crop: PlotCrop, arm: ArmPath) -> bool:
    """Whether other ink (a row of marks) goes on along an arm's level where its own ink ends."""
    columns = crop.ink.strength.shape[1]
    first = int(np.ceil(arm.path.corners.end + arm.path.width_px)) + 2
    last = first + max(12, round(HIDDEN_END * columns))
    row, reach = round(float(arm.path.corners.y[-1])), int(np.ceil(arm.path.width_px / 2)) + 1
    strip = np.s_[max(0, row - reach) : row + reach + 1, first:last]
    other = (crop.ink.strength > 60) & ~crop.frame & ~crop.lettering & (arm.own < 0.3)
    if not _runs_along(other[strip]):
        return False
    rows, corner = np.s_[max(0, row - 2 * reach) : row + 2 * reach + 1], int(arm.path.corners.x[-1])
    # A grid line at the arm's level runs there also before the arm came down to it.
    if _runs_along(other[strip[0], : max(0, corner - reach)]):
        return False
    # Another arm at the arm's side, which left it in sight up to the end, does not hide it after.
    stop = max(0, int(arm.path.corners.end) - reach)
    before = np.s_[rows, max(corner + reach, stop - (last - first)) : stop]
    return not (_runs_along(other[before]) and _runs_along(arm.own[before] > 0.5))


def _runs_along(inked: MaskArray) -> bool:
    """Whether ink is seen in nearly every column of a strip, rows by columns, that is long enough to judge."""
    return inked.shape[1] >= LEAST_BESIDE and float(inked.any(axis=0).mean()) > COVERED


def _ends_under(insets: tuple[Box, ...], crop: PlotCrop, arm: ArmPath) -> bool:
    """Whether an arm's own ink ends at a smaller plot that was laid over it."""
    x, y = crop.figure_x(arm.path.corners.end), crop.figure_y(arm.path.corners.y[-1])
    return any(box.contains(float(x), float(y), 2 * (arm.path.width_px + 1) * crop.scale) for box in insets)


def _runs_on(pixels: PixelArray, crop: PlotCrop, arm: ArmPath) -> bool:
    """Whether an arm's ink goes on to the right of all that was looked at: the axis was taken to end too early."""
    columns = crop.ink.strength.shape[1]
    reach = arm.path.width_px + 2
    if arm.path.corners.end < columns - 1 - reach:
        return False
    row = round(float(crop.figure_y(arm.path.corners.y[-1])))
    x = round(float(crop.figure_x(columns + reach + 2)))
    beyond = pixels[max(0, row - 1) : row + 2, x : x + 6].astype(float)
    near = np.linalg.norm(beyond - np.asarray(arm.ink.color, float), axis=2) < SAME_INK
    return near.size > 0 and float(near.any(axis=0).mean()) > 0.6


def _join_table(
    drafts: list[_Draft], table: RiskTable, ties: Sequence[RowTie]
) -> tuple[list[_Draft], RiskTable, tuple[RiskRow, ...]]:
    """Give the rows of the table to their arms; a row's name names its arm where nothing better does.

    Returns the arms, the rows with their arm's index for a name, and the rows whose arm was not traced.
    """
    out = list(drafts)
    rows, loose = [], []
    for row, tie in zip(table.rows, ties, strict=True):
        if tie.arm is None:
            loose.append(row)
            continue
        if _names_better(row.arm, out[tie.arm].name.name):
            out[tie.arm] = replace(out[tie.arm], name=ArmName(row.arm, "table"))
        rows.append(replace(row, arm=str(tie.arm)))
    return out, RiskTable(tuple(rows)), tuple(loose)


def _tied_by_order(ties: Sequence[RowTie]) -> list[Caution]:
    """A doubt where nothing but their order says which row of the table is whose."""
    if all(tie.sure for tie in ties):
        return []
    message = "nothing but their order tells which row of the number-at-risk table belongs to which arm"
    return [Caution(BY_ORDER, message, "risk table", "review")]


def _names_better(row: str, name: str) -> bool:
    """Whether a row's name is to name its arm: nothing else does, or it has first letters that a line cut off there."""
    cut = row.removesuffix(name)
    return bool(row) and (not name or (0 < len(cut) <= CUT_LETTERS and " " not in cut and row != cut))


def _in_order(drafts: list[_Draft], table: RiskTable) -> list[tuple[int, _Draft]]:
    """Arms in the order of the table's rows, else of the legend, else from the top curve down; with their old index."""
    rows = [int(r.arm) for r in table.rows]

    def place(item: tuple[int, _Draft]) -> tuple[float, ...]:
        index, draft = item
        row = rows.index(index) if index in rows else len(rows)
        key = next((k for k in draft.drawn.keys if k.name == draft.name.name), None)
        spot = (key.text_box.top, key.text_box.left) if key else (np.inf, np.inf)
        return (row, *spot, -float(np.mean(draft.curve.survival)))

    return sorted(enumerate(drafts), key=place)


def _with_names(ordered: list[tuple[int, _Draft]], names: Sequence[str]) -> list[tuple[int, _Draft]]:
    pairs = zip(ordered, names, strict=True)
    return [(i, replace(draft, name=ArmName(name, draft.name.source))) for (i, draft), name in pairs]


def _rename_rows(table: RiskTable, drafts: list[tuple[int, _Draft]], loose: tuple[RiskRow, ...]) -> RiskTable:
    """The rows under their arms' names, then those of arms that were not traced, as printed."""
    names = {str(index): draft.name.name for index, draft in drafts}
    rows = [replace(row, arm=names[row.arm]) for row in table.rows]
    for row in loose:
        known = {r.arm for r in rows} | set(names.values())
        fresh = row.arm and row.arm not in known
        rows.append(row if fresh else replace(row, arm=f"{row.arm} (row {len(rows) + 1})".strip()))
    return RiskTable(tuple(rows))


def _arm_reading(draft: tuple[int, _Draft], panel: Panel) -> ArmReading:
    drawn, curve = draft[1].drawn, draft[1].curve
    return ArmReading(
        name=draft[1].name.name,
        color=_hex(drawn.color),
        curve=curve,
        trace=drawn.trace,
        censor_marks=np.clip(panel.x.calibration.value(drawn.marks_px), panel.x.minimum, curve.time[-1]),
        draws_marks=drawn.draws_marks,
        style="solid" if drawn.inked > SOLID_SHARE else "dashed",
        confidence=arm_confidence(drawn),
        evidence=drawn.evidence,
    )


def _hex(color: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
