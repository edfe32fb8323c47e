"""One legend for several panels."""

from __future__ import annotations

from dataclasses import replace

from drawn_study import drawn_reading
from km2ipd.digitize.naming import BY_ORDER
from km2ipd.digitize.sharednames import with_shared_names
from km2ipd.records import Caution, PanelReading, RiskTable


def nameless(*colors: str) -> PanelReading:
    """Panel B: the arms of panel A in the other order and without names, in these colours."""
    upper, lower = reversed(drawn_reading().arms)
    arms = (replace(upper, name="Arm 1", color=colors[0]), replace(lower, name="Arm 2", color=colors[1]))
    doubt = Caution("nameless", "no name was found for Arm 1, Arm 2", "Arm 1", "review")
    rows = drawn_reading().risk_table.rows[1], drawn_reading().risk_table.rows[0]
    table = RiskTable((replace(rows[0], arm="Arm 1"), replace(rows[1], arm="Arm 2")))
    reading = drawn_reading("B", arms=arms, cautions=(doubt,), risk_table=table)
    return replace(reading, status="review")


def test_a_panel_in_the_colours_of_another_has_its_names() -> None:
    named = drawn_reading("A")
    first, second = with_shared_names([named, nameless("#1e1ec6", "#c91f1e")])
    assert first is named and second.status == "ok" and second.cautions == ()
    assert [a.name for a in second.arms] == ["Placebo, “oral”", "Drug"]
    assert [r.arm for r in second.risk_table.rows] == ["Placebo, “oral”", "Drug"]


def test_other_doubts_stay_and_speak_of_the_names() -> None:
    start = Caution("start", "Arm 2 starts away from S = 1", "Arm 2", "review")
    bare = nameless("#1e1ec6", "#c91f1e")
    bare = replace(bare, cautions=(*bare.cautions, start))
    _, second = with_shared_names([drawn_reading("A"), bare])
    assert second.status == "review"
    assert [(c.message, c.where) for c in second.cautions] == [("Drug starts away from S = 1", "Drug")]


def test_other_colours_and_other_pictures_share_no_names() -> None:
    for bare in (nameless("#1e1ec6", "#1ea01e"), nameless("#1e1ec6", "#2a2ab8")):
        assert with_shared_names([drawn_reading("A"), bare])[1] is bare
    bare = nameless("#1e1ec6", "#c91f1e")
    source = replace(bare.panel.source, image="figure-2.png")
    elsewhere = replace(bare, panel=replace(bare.panel, source=source))
    assert with_shared_names([drawn_reading("A"), elsewhere])[1] is elsewhere


def by_order(*names: str) -> PanelReading:
    """Panel B in the colours of panel A, its arms named by the order of its rows alone."""
    bare = nameless("#1e1ec6", "#c91f1e")
    arms = tuple(replace(arm, name=name) for arm, name in zip(bare.arms, names, strict=True))
    rows = tuple(replace(row, arm=name) for row, name in zip(bare.risk_table.rows, names, strict=True))
    doubt = Caution(BY_ORDER, "nothing but their order tells the rows", "risk table", "review")
    return replace(bare, arms=arms, risk_table=RiskTable(rows), cautions=(doubt,))


def test_names_by_order_are_borne_out_by_a_panel_in_the_same_colours() -> None:
    _, second = with_shared_names([drawn_reading("A"), by_order("Placebo", "Drug, 50 mg")])
    assert second.status == "ok" and second.cautions == ()
    assert [a.name for a in second.arms] == ["Placebo", "Drug, 50 mg"]


def test_names_by_order_that_another_panel_speaks_against_stay_in_doubt() -> None:
    for names in (("Drug", "Placebo"), ("Group A", "Group B")):
        bare = by_order(*names)
        assert with_shared_names([drawn_reading("A"), bare])[1] is bare
    one, other = by_order("Placebo", "Drug"), by_order("Placebo", "Drug")
    assert with_shared_names([one, other]) == [one, other]
