"""SVG files: transforms, reuse, style sheets, clips, text; nothing active, nothing fetched."""

from __future__ import annotations

import base64
import gzip
import io

import numpy as np
import pytest
from km2ipd.digitize.svg import load_svg
from km2ipd.errors import UnreadableFigure

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 400 300">'


def load(folder, body, head=OPEN):
    path = folder / "figure.svg"
    path.write_text(head + body + "</svg>")
    return load_svg(path)[0]


def units(figure, stroke):
    """A stroke's vertices in user units."""
    scale = figure.pixels.shape[1] / 400
    return np.column_stack([(stroke.x_px + 0.5) / scale, (stroke.y_px + 0.5) / scale])


def red(figure):
    return [s for s in figure.strokes if (255, 0, 0) in (s.color, s.fill)]


def points(figure):
    (stroke,) = red(figure)
    return units(figure, stroke)


SHAPES = {
    "path": ('<path d="M20 30 H120 V90 h50" {}/>', [[20, 30], [120, 30], [120, 90], [170, 90]]),
    "polyline": ('<polyline points="20,30 120,30 120,90" {}/>', [[20, 30], [120, 30], [120, 90]]),
    "line": ('<line x1="20" y1="30" x2="120" y2="90" {}/>', [[20, 30], [120, 90]]),
    "rect": ('<rect x="20" y="30" width="10" height="20" {}/>', [[20, 30], [30, 30], [30, 50], [20, 50]]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_become_strokes_in_user_units(tmp_path, shape):
    markup, expected = SHAPES[shape]
    figure = load(tmp_path, markup.format('stroke="red" fill="none"'))
    np.testing.assert_allclose(points(figure), expected, atol=1e-6)
    assert figure.source.route == "vector"


def test_the_rendering_and_the_strokes_agree(tmp_path):
    figure = load(tmp_path, '<path d="M20 100 H380" stroke="#ff0000" stroke-width="2" fill="none"/>')
    y = figure.strokes[0].y_px[0]
    rows = 255.0 - figure.pixels[:, figure.pixels.shape[1] // 2, 1]
    # resvg places edges on quarters of a pixel.
    assert np.average(np.arange(len(rows)), weights=rows) == pytest.approx(y, abs=0.26)


def test_transforms_of_groups_nest(tmp_path):
    body = '<g transform="translate(10 20)"><g transform="scale(2)"><path d="M5 5H10" stroke="red"/></g></g>'
    np.testing.assert_allclose(points(load(tmp_path, body)), [[20, 30], [30, 30]], atol=1e-6)


def test_reused_shapes_stand_where_they_are_put(tmp_path):
    body = '<defs><path id="m" d="M-3 0H3" stroke="red"/></defs>' + "".join(
        f'<use xlink:href="#m" x="{x}" y="50"/>' for x in (40, 80)
    )
    found = [units(load(tmp_path, body), s)[:, 0].mean() for s in red(load(tmp_path, body))]
    assert found == pytest.approx([40, 80])


def test_a_nested_drawing_is_fitted_into_its_room(tmp_path):
    inner = '<path d="M0 0H90" stroke="red" fill="none"/><path d="M-50 20H90" stroke="red" fill="none"/>'
    body = f'<svg x="20" y="10" width="200" height="100" viewBox="0 0 100 50">{inner}</svg>'
    figure = load(tmp_path, body)
    first, second = red(figure)
    assert units(figure, first) == pytest.approx(np.array([[20, 10], [200, 10]]), abs=1e-6)
    # What stands left of its view box is cut off.
    assert units(figure, second) == pytest.approx(np.array([[20, 50], [200, 50]]), abs=1e-6)
    # A view box of another shape keeps its shape, in the middle of its room.
    body = body.replace('height="100"', 'height="140"')
    figure = load(tmp_path, body)
    assert units(figure, red(figure)[0])[:, 1] == pytest.approx([30, 30], abs=1e-6)


def test_a_symbol_is_fitted_into_the_size_of_its_use(tmp_path):
    symbol = '<symbol id="s" viewBox="0 0 2 2" overflow="visible"><path d="M0 1H2" stroke="red"/></symbol>'
    figure = load(tmp_path, symbol + '<use href="#s" x="100" y="50" width="8" height="8"/>')
    assert points(figure) == pytest.approx(np.array([[100, 54], [108, 54]]), abs=1e-6)


def test_sizes_and_baselines_of_text_are_obeyed(tmp_path):
    body = (
        '<text x="10" y="100" style="font: bold 20px sans-serif">A1</text>'
        '<text x="60" y="100" font-size="20" dominant-baseline="central">B1</text>'
        '<text x="110" y="100" font-size="125%">C1</text>'
    )
    figure = load(tmp_path, body)
    boxes = {t.text: t.box for t in figure.texts}
    scale = figure.pixels.shape[1] / 400
    assert boxes["A1"].height / scale == pytest.approx(14.4, abs=0.1)
    assert boxes["C1"].height / scale == pytest.approx(14.4, abs=0.1)
    assert (boxes["A1"].bottom + 0.5) / scale == pytest.approx(100, abs=0.1)
    assert (boxes["B1"].centre[1] + 0.5) / scale == pytest.approx(100, abs=0.1)


def test_a_drawing_in_fine_units_is_drawn_with_letters_of_the_usual_size(tmp_path):
    fine = OPEN.replace("400 300", "4000 3000")
    figure = load(tmp_path, '<text x="100" y="1000" font-size="120">12</text><path d="M0 9H99" stroke="red"/>', fine)
    assert figure.pixels.shape == (600, 800, 3)


def test_the_same_mark_twice_is_one_group(tmp_path):
    body = '<defs><path id="m" d="M-3 0H3" stroke="red"/></defs><use href="#m" x="40"/><use href="#m" x="80"/>'
    groups = {s.group for s in load(tmp_path, body).strokes}
    assert len(groups) == 1
    assert groups.pop() >= 0


def test_style_sheets_are_obeyed_by_weight(tmp_path):
    body = (
        "<style>line, .a path { stroke: blue; fill: none } #x { stroke: red } .a .b { stroke-width: 3px;"
        ' stroke-dasharray: 4 2 }</style><g class="a"><path id="x" class="b" d="M0 0H100"/></g>'
    )
    figure = load(tmp_path, body)
    (stroke,) = red(figure)
    scale = figure.pixels.shape[1] / 400
    assert stroke.width_px == pytest.approx(3 * scale)
    assert stroke.dash_px == pytest.approx((4 * scale, 2 * scale))
    assert stroke.fill is None


def test_a_clip_cuts_what_it_covers(tmp_path):
    body = (
        '<defs><clipPath id="c"><rect x="50" y="0" width="100" height="300"/></clipPath></defs>'
        '<g clip-path="url(#c)"><path d="M20 30H120" stroke="red"/><path d="M200 30H220" stroke="red"/></g>'
    )
    np.testing.assert_allclose(points(load(tmp_path, body)), [[50, 30], [120, 30]], atol=1e-6)


def test_hidden_and_colourless_shapes_are_not_there(tmp_path):
    body = (
        '<path d="M0 0H9" stroke="red" display="none"/><path d="M0 0H9" stroke="red" visibility="hidden"/>'
        '<path d="M0 0H9" stroke="none" fill="none"/><path d="M0 0H9" stroke="red" opacity="0"/><path/>'
    )
    assert load(tmp_path, body).strokes == ()


def test_a_view_box_off_the_origin_is_shifted(tmp_path):
    head = OPEN.replace("0 0 400 300", "100 50 400 300")
    figure = load(tmp_path, '<path d="M120 80H220" stroke="red"/>', head)
    np.testing.assert_allclose(points(figure), [[20, 30], [120, 30]], atol=1e-6)


def test_text_is_placed_by_anchor_and_turn(tmp_path):
    body = (
        '<text x="200" y="280" text-anchor="middle" font-size="10">Months</text>'
        '<text transform="translate(20 150) rotate(-90)" text-anchor="middle" font-size="10">Survival</text>'
        '<text x="60" y="40" text-anchor="end" font-size="10" textLength="20">0.5</text>'
    )
    figure = load(tmp_path, body + '<path d="M0 0H9" stroke="red"/>')
    lines = {t.text: t for t in figure.texts}
    scale = figure.pixels.shape[1] / 400
    assert lines["Months"].box.centre[0] / scale == pytest.approx(200, abs=0.5)
    assert lines["Survival"].rotation == 90
    assert lines["Survival"].box.centre[1] / scale == pytest.approx(150, abs=1)
    assert lines["0.5"].box.left / scale == pytest.approx(40, abs=0.5)


def test_a_table_set_in_one_string_is_split_into_its_cells(tmp_path):
    figure = load(tmp_path, '<text x="10" y="40" font-size="10">  Stage I   33</text><path d="M0 0H9" stroke="red"/>')
    assert [t.text for t in figure.texts] == ["Stage I", "33"]


def test_crosses_set_as_letters_are_marks(tmp_path):
    body = "".join(
        f'<text x="{x}" y="54" text-anchor="middle" textLength="6" font-size="10">+</text>' for x in (40, 41, 90)
    )
    figure = load(tmp_path, body)
    centres = sorted(units(figure, s)[:, 0].mean() for s in figure.strokes)
    assert centres == pytest.approx([40, 41, 90], abs=1e-6)
    assert figure.texts == ()


def test_letters_drawn_as_outlines_leave_the_text_to_the_eye(tmp_path):
    figure = load(tmp_path, '<path d="M10 10C12 8 14 8 16 10V20H10Z"/>')
    assert figure.texts == ()


def test_gzipped_files_are_read(tmp_path):
    path = tmp_path / "figure.svgz"
    path.write_bytes(gzip.compress((OPEN + '<path d="M0 9H99" stroke="red"/></svg>').encode()))
    assert len(load_svg(path)[0].strokes) == 1


def test_a_picture_held_in_the_file_comes_out_at_its_own_resolution(tmp_path):
    from PIL import Image

    pixels = np.kron(np.random.default_rng(2).integers(0, 256, (30, 40, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    link = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    figure = load(tmp_path, f'<image href="{link}" width="400" height="300" preserveAspectRatio="none"/>')
    assert figure.source.route == "embedded raster"
    assert figure.strokes == ()
    assert figure.pixels.shape == (120, 160, 3)
    assert np.abs(figure.pixels.astype(int) - pixels).mean() < 12


# ---------------------------------------------------------------- hostile files


def entities(levels):
    inner = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 12 if i else "ha"}">' for i in range(levels))
    return f'<?xml version="1.0"?><!DOCTYPE svg [{inner}]>'


HOSTILE = {
    "no xml": "<svg",
    "another kind": '<html xmlns="http://www.w3.org/1999/xhtml"/>',
    "a bomb of entities": entities(9) + OPEN + "<text>&a8;</text></svg>",
    "a bomb in an attribute": entities(9) + OPEN + '<g id="&a8;"/></svg>',
    "deep nesting": OPEN + "<g>" * 200 + "</g>" * 200 + "</svg>",
    "deeper nesting": OPEN + "<g>" * 5000 + "</g>" * 5000 + "</svg>",
    "itself within itself": OPEN + '<g id="a"><use href="#a"/></g></svg>',
    "a huge canvas": OPEN.replace("400 300", "1e9 1e9") + "</svg>",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_one_sentence(tmp_path, kind):
    path = tmp_path / "figure.svg"
    path.write_text(HOSTILE[kind])
    with pytest.raises(UnreadableFigure) as caught:
        load_svg(path)
    assert "\n" not in str(caught.value)


def test_a_bomb_of_reuse_ends(tmp_path, monkeypatch):
    monkeypatch.setattr("km2ipd.digitize.confined.SECONDS", 3.0)
    levels = "".join(f'<g id="u{i}">' + f'<use href="#u{i - 1}"/>' * 12 + "</g>" for i in range(1, 11))
    with pytest.raises(UnreadableFigure):
        load(tmp_path, f'<defs><path id="u0" d="M0 0H9"/>{levels}</defs><use href="#u10"/>')


def test_scripts_entities_and_references_outside_do_nothing(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("do not read")
    head = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{secret.as_uri()}">]>' + OPEN
    body = (
        '<script>alert(1)</script><image href="http://example.invalid/a.png" width="9" height="9"/>'
        f'<image href="{secret.as_uri()}" width="9" height="9"/><use href="other.svg#a"/><text y="9">&x;</text>'
        '<style>@import url("http://example.invalid/a.css"); path { stroke: red }</style><path d="M0 9H99"/>'
    )
    figure = load(tmp_path, body, head)
    assert len(red(figure)) == 1
    assert figure.texts == ()


def test_broken_geometry_is_left_out(tmp_path):
    body = (
        '<path d="M 10 10 L 1e400 5" stroke="red"/><path d="nonsense"/><circle r="-5"/><rect width="nan" height="4"/>'
        '<polyline points="1,2 3"/><line x1="a" stroke="red"/><path d="M0 9H99" stroke="red" transform="scale(x)"/>'
    )
    figure = load(tmp_path, body)
    assert all(np.all(np.isfinite(s.x_px)) for s in figure.strokes)


MARKER = (
    '<marker id="tick" markerWidth="6" markerHeight="6" refX="3" refY="3" markerUnits="userSpaceOnUse" {}>'
    '<path d="M3 0V6" stroke="red"/></marker>'
)


def ticks(figure):
    return np.array([units(figure, s).mean(axis=0) for s in red(figure)])


def test_markers_stand_on_the_vertices_of_their_path(tmp_path):
    line = '<polyline points="20,30 60,30 120,90" fill="none" stroke="blue" marker-mid="url(#tick)"/>'
    assert ticks(load(tmp_path, MARKER.format("") + line)) == pytest.approx(np.array([[60, 30]]), abs=1e-6)
    every = '<g style="marker: url(#tick)"><path d="M20 30H60C70 30 80 40 90 50" fill="none" stroke="none"/></g>'
    assert ticks(load(tmp_path, MARKER.format("") + every)) == pytest.approx(np.array([[20, 30], [60, 30], [90, 50]]))


def test_markers_are_measured_in_strokes_fitted_and_turned(tmp_path):
    marker = (
        '<marker id="tick" viewBox="0 0 10 10" markerWidth="2" markerHeight="4" refX="5" refY="5" orient="auto">'
        '<path d="M5 0V10M5 -50V0" stroke="red" fill="none"/></marker>'
    )
    line = '<line x1="20" y1="30" x2="20" y2="90" stroke="blue" stroke-width="3" marker-end="url(#tick)"/>'
    figure = load(tmp_path, marker + line)
    # A view box of 10 in a room of 2 strokes of 3 units, turned as the line runs; what lies outside is cut off.
    ends = sorted(units(figure, red(figure)[0]).tolist())
    assert ends == pytest.approx(np.array([[17, 90], [23, 90]]), abs=1e-6)


def test_markers_within_markers_end(tmp_path):
    loop = (
        '<marker id="m" markerWidth="9" markerHeight="9">'
        '<path d="M0 0H1H2H3" stroke="red" marker-start="url(#m)" marker-mid="url(#m)"/></marker>'
        '<path d="M0 0H9H20" stroke="red" marker-mid="url(#m)"/>'
    )
    with pytest.raises(UnreadableFigure, match="repeats"):
        load(tmp_path, loop)
