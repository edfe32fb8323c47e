"""Insets: magnified ones are panels of their own, with the patients of their host."""

from __future__ import annotations

import pytest
from drawn_pdf import pdf, text, written
from km2ipd.digitize.pdf import load_pdf
from km2ipd.digitize.reading import digitize_figures

FIRST, SECOND = b"0 0 1 RG 1 w ", b"1 0 0 RG 1 w "


def axes(left, bottom, width, height, y_labels, size):
    """Axes with ticks at 0, 2, ... 10 and at the y labels (text, share of the height)."""
    lines = [b"0 0 0 RG 0.5 w %g %g m %g %g l S\n" % (left, bottom, left + width, bottom)]
    lines.append(b"%g %g m %g %g l S\n" % (left, bottom, left, bottom + height))
    for k in range(6):
        x = left + width * k / 5
        lines.append(b"%g %g m %g %g l S\n" % (x, bottom, x, bottom - 4))
        lines.append(text(str(2 * k), x - 0.28 * size * len(str(2 * k)), bottom - 6 - size, size))
    for words, share in y_labels:
        y = bottom + share * height
        lines.append(b"%g %g m %g %g l S\n" % (left, y, left - 4, y))
        lines.append(text(words, left - 7 - 0.56 * size * len(words), y - 0.35 * size, size))
    return b"".join(lines)


def rising(left, bottom, width, height, most, levels):
    """A staircase from the origin: levels in per cent of patients after each fifth of the axis."""
    points = [(0.0, 0.0)]
    for k, level in enumerate(levels, 1):
        points += [(k / 6, points[-1][1]), (k / 6, level)]
    points.append((1.0, points[-1][1]))
    path = [b"%g %g" % (left + width * x, bottom + height * y / most) for x, y in points]
    return path[0] + b" m " + b"".join(p + b" l " for p in path[1:]) + b"S\n"


def magnified(most):
    """A plot of two arms in per cent, with an inset whose y axis ends at `most`."""
    main, inset = (60, 80, 400, 300), (150, 190, 240, 150)
    body = axes(*main, [(str(25 * k), k / 4) for k in range(5)], 10)
    body += axes(*inset, [(f"{most * k / 4:g}", k / 4) for k in range(5)], 8)
    for color, levels in ((FIRST, (1, 2, 3, 5)), (SECOND, (0.5, 1, 1.5, 2))):
        body += color + rising(*main, 100, levels) + color + rising(*inset, most, levels)
    body += text("Cumulative incidence (%)", 60, 395) + text("Months", 240, 50)
    for name, y, counts in (("First", 34, "300 250 200 150 100 50"), ("Second", 20, "310 255 205 155 105 55")):
        body += text(name, 15, y, 8)
        body += b"".join(text(n, 60 + 80 * k - 6, y, 8) for k, n in enumerate(counts.split()))
    return body + text("No. at risk", 15, 62, 8)


@pytest.mark.parametrize(("most", "expected"), [(8, ["1", "1 inset"]), (60, ["1"])])
def test_an_inset_is_a_panel_where_it_magnifies(tmp_path, most, expected):
    figures = load_pdf(written(tmp_path, pdf(magnified(most), box=b"[0 0 500 420]")))
    digitization, _ = digitize_figures(figures, version="0")
    assert [r.panel.name for r in digitization.panels] == expected
    assert [c.code for c in digitization.panels[0].cautions].count("inset") == 1
    assert all(len(r.arms) == 2 for r in digitization.panels)


def test_a_magnified_inset_has_the_patients_of_its_host(tmp_path):
    figures = load_pdf(written(tmp_path, pdf(magnified(8), box=b"[0 0 500 420]")))
    host, inset = digitize_figures(figures, version="0")[0].panels
    assert [a.color for a in inset.arms] == [a.color for a in host.arms]
    assert inset.panel.y.maximum == pytest.approx(0.08)
    assert inset.arms[0].curve.survival[-1] == pytest.approx(0.95, abs=1e-4)
    assert [r.arm for r in inset.risk_table.rows] == [a.name for a in inset.arms]
    assert list(inset.risk_table.rows[0].at_risk) == [300, 250, 200, 150, 100, 50]
