"""A figure with several panels: each is read by itself, and what fails is named without taking the others along."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_curves import BLACK, BLUE, LOWER, RED, UPPER, Drawing, panel
from km2ipd.digitize import reading
from km2ipd.errors import NoCurveFound, NoPanelFound, NotKaplanMeier, UsageError
from km2ipd.records import Axis, AxisCalibration, Box, Caution, Digitization, Figure, Panel, Source

SHIFT = 400
END = 330.0


def beside(name: str = "B") -> Panel:
    """A panel like the first, SHIFT px to the right."""
    first = panel()
    old = first.x.calibration
    across = AxisCalibration(old.intercept - SHIFT * old.slope, old.slope, old.ticks_px + SHIFT, old.ticks, 0.1)
    area, region = (Box(b.left + SHIFT, b.top, b.right + SHIFT, b.bottom) for b in (first.plot_area, first.region))
    return replace(first, name=name, plot_area=area, region=region, x=Axis(across, 0, 30))


def page(second: bool) -> Drawing:
    """Two plots side by side; the right one is empty unless second."""
    drawing = Drawing(800, 260).axes().curve(UPPER, END, BLUE)
    drawing.line(SHIFT + 40, 26, SHIFT + 40, 231, BLACK).line(SHIFT + 39, 230, SHIFT + 348, 230, BLACK)
    if second:
        drawing.curve(tuple((px + SHIFT, py) for px, py in LOWER), END + SHIFT, RED)
    return drawing


def figure_of(drawing: Drawing, name: str = "drawn.png") -> Figure:
    return Figure(name, "0" * 64, np.ascontiguousarray(drawing.pixels()), source=Source(page=3))


@pytest.fixture
def panels(monkeypatch: pytest.MonkeyPatch):
    """Let finding the panels give these (panels, or an error), whatever text the figure has."""
    monkeypatch.setattr(reading, "straighten", lambda figure: figure)
    monkeypatch.setattr(reading, "read_texts", lambda figure: ())

    def give(*found) -> None:
        due = iter(found)

        def find(*_, **__):
            result = next(due)
            if isinstance(result, Exception):
                raise result
            return tuple((p, ()) for p in result)

        monkeypatch.setattr(reading, "find_panels", find)

    return give


def read(*figures: Figure, **options) -> tuple[Digitization, dict]:
    return reading.digitize_figures(figures, version="0.0", **options)


def summary(digitization: Digitization) -> list[tuple[str, str, int]]:
    return [(p.panel.name, p.status, len(p.arms)) for p in digitization.panels]


def test_every_panel_is_read_with_the_picture_it_was_found_in(panels) -> None:
    panels([panel(name="A"), beside()])
    figure = figure_of(page(second=True))
    digitization, images = read(figure)
    assert summary(digitization) == [("A", "ok", 1), ("B", "ok", 1)]
    assert [p.arms[0].color for p in digitization.panels] == ["#1e3cc8", "#c8281e"]
    assert {p.panel.source.image for p in digitization.panels} == set(images) == {"figure.png"}
    assert {p.panel.source.page for p in digitization.panels} == {3}
    assert images["figure.png"] is figure.pixels
    assert (digitization.figure, digitization.sha256, digitization.version) == ("drawn.png", "0" * 64, "0.0")


@pytest.mark.parametrize("failing_first", [False, True])
def test_a_panel_that_fails_does_not_take_the_other_along(panels, failing_first: bool) -> None:
    order = [beside(), panel(name="A")] if failing_first else [panel(name="A"), beside()]
    panels(order)
    digitization, _ = read(figure_of(page(second=False)))
    assert summary(digitization) == [("A", "ok", 1), ("B", "failed", 0)]
    failed = digitization.panels[1]
    assert [(c.code, c.severity, c.where) for c in failed.cautions] == [("not-read", "review", "panel B")]
    assert failed.cautions[0].box == beside().plot_area
    assert [c.code for c in digitization.cautions] == ["not-read"]


def test_a_page_that_fails_does_not_take_the_other_along(panels) -> None:
    panels(NoPanelFound("one.png: nothing there"), [panel()])
    digitization, images = read(figure_of(Drawing(), "one.png"), figure_of(page(second=False), "two.png"))
    assert summary(digitization) == [("1", "ok", 1)]
    assert set(images) == {"figure-2.png"}
    assert [(c.message, c.where) for c in digitization.cautions] == [("one.png: nothing there", "figure")]


def test_pages_that_were_not_read_are_named(panels) -> None:
    blank, drawn = figure_of(Drawing()), figure_of(page(second=False))
    first, second = (replace(f, source=Source(page=k)) for k, f in enumerate((blank, drawn), 1))
    panels(NoPanelFound("a.pdf: nothing there"), [panel()])
    digitization, _ = read(first, second)
    assert [c.where for c in digitization.cautions] == ["page 1"]
    panels(*[NoPanelFound("a.pdf: nothing there")] * 2)
    with pytest.raises(NoPanelFound, match=r"nothing there \(pages 1 to 2 read\)\. Give --page N"):
        read(first, second)
    panels(NoPanelFound("a.tif: nothing there"))
    with pytest.raises(NoPanelFound, match=r"nothing there \(page 1 of 3 read\)\. Give --page N"):
        read(replace(first, other_pages=2))
    panels([panel()])
    digitization, _ = read(replace(drawn, other_pages=2))
    assert [c.code for c in digitization.cautions] == ["other-pages"]


def test_panels_beside_plots_of_another_kind_are_for_review(panels) -> None:
    panels([panel()], NotKaplanMeier("two.png: it looks like a bar chart"))
    digitization, _ = read(figure_of(page(second=False)), figure_of(Drawing(), "two.png"))
    assert summary(digitization) == [("1", "review", 1)]
    assert [c.code for c in digitization.panels[0].cautions] == ["other-kinds"]


def test_when_nothing_can_be_read_the_first_failure_speaks(panels) -> None:
    panels([panel(name="A")])
    with pytest.raises(NoCurveFound, match="panel A"):
        read(figure_of(Drawing().axes()))
    panels(NoPanelFound("one.png: nothing there"))
    with pytest.raises(NoPanelFound, match=r"one\.png: nothing there"):
        read(figure_of(Drawing()))
    panels([])
    with pytest.raises(NoPanelFound, match=r"drawn\.png"):
        read(figure_of(Drawing()))


def test_one_panel_can_be_asked_for(panels) -> None:
    panels([panel(name="A"), beside()])
    assert summary(read(figure_of(page(second=True)), panel="B")[0]) == [("B", "ok", 1)]
    panels([panel(name="A"), beside()])
    with pytest.raises(UsageError, match="no panel C"):
        read(figure_of(page(second=True)), panel="C")


def test_repeated_panel_letters_become_unique(panels) -> None:
    panels([panel(name="A")], [panel(name="A")])
    digitization, images = read(figure_of(page(second=False)), figure_of(page(second=False)))
    assert [p.panel.name for p in digitization.panels] == ["A", "A (2)"]
    assert set(images) == {"figure.png", "figure-2.png"}


def test_what_the_user_gives_reaches_the_axes_and_the_arms(panels, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}

    def find(figure, texts, **ranges):
        seen.update(ranges)
        return ((panel(), (Caution("by-hand", "range given"),)),)

    monkeypatch.setattr(reading, "find_panels", find)
    told: list[str] = []
    digitization, _ = read(
        figure_of(page(second=False)),
        x_range=(0, 36),
        y_range=(0, 1),
        direction="survival",
        arms=("Drug",),
        progress=told.append,
    )
    assert seen == {"x_range": (0, 36), "y_range": (0, 1), "direction": "survival"}
    assert [a.name for a in digitization.panels[0].arms] == ["Drug"]
    assert [c.code for c in digitization.panels[0].cautions] == ["by-hand"]
    assert told[-1] == "Tracing panel 1"
