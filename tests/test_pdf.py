"""PDF files: exact strokes and text, figures of papers, rasters at their own resolution, hostile files."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pypdfium2
import pytest
from drawn_pdf import NUMBERS, PLOT, form, pdf, stream, text, written
from km2ipd.digitize.pdf import is_drawing, load_pdf
from km2ipd.digitize.pdfobjects import page_content
from km2ipd.errors import UnreadableFigure


def scale_of(figure):
    left, _, right, _ = figure.source.bbox
    return figure.pixels.shape[1] / (right - left)


def curve_of(figure):
    """The vertices of the blue curve in points from the bottom-left corner of the page of 300 points."""
    (curve,) = [s for s in figure.strokes if s.color == (0, 0, 255)]
    x, y = (curve.x_px + 0.5) / scale_of(figure), 300 - (curve.y_px + 0.5) / scale_of(figure)
    return np.column_stack([x, y])


CORNERS = [[60, 260], [120, 260], [120, 210], [200, 210], [200, 160], [300, 160]]


def test_a_page_of_vectors_gives_exact_strokes_and_text(tmp_path):
    data = pdf(PLOT)
    (figure,) = load_pdf(written(tmp_path, data))
    assert figure.source.route == "vector"
    assert figure.source.bbox == (0, 0, 400, 300)
    assert figure.sha256 == hashlib.sha256(data).hexdigest()
    np.testing.assert_allclose(curve_of(figure), CORNERS, atol=1e-3)
    assert sorted(t.text for t in figure.texts) == sorted(
        ["0", "2", "4", "6", "8", "10", "0.00", "0.25", "0.50", "0.75", "1.00"]
    )


def test_strokes_lie_where_the_rendering_shows_them(tmp_path):
    (figure,) = load_pdf(written(tmp_path, pdf(PLOT)))
    (curve,) = [s for s in figure.strokes if s.color == (0, 0, 255)]
    x, y = (curve.x_px[0] + curve.x_px[1]) / 2, curve.y_px[0]
    column = 255.0 - figure.pixels[int(y) - 8 : int(y) + 9, round(x), 0]
    assert np.average(np.arange(int(y) - 8, int(y) + 9), weights=column) == pytest.approx(y, abs=0.05)


def test_letters_are_drawn_large_enough_to_read(tmp_path):
    (figure,) = load_pdf(written(tmp_path, pdf(PLOT)))
    heights = [t.box.height for t in figure.texts]
    assert 14 <= np.median(heights) <= 25


def test_forms_carry_their_matrix_to_places_widths_and_dashes(tmp_path):
    body = b"q 2 0 0 2 10 20 cm /X Do Q"
    inner = form(b"1 0 0 RG 1.5 w [3 2] 0 d 10 10 m 60 10 l S")
    data = pdf(PLOT + body, (inner,), b"/XObject<</X 6 0 R>>")
    (figure,) = load_pdf(written(tmp_path, data))
    (red,) = [s for s in figure.strokes if s.color == (255, 0, 0)]
    scale = scale_of(figure)
    assert (red.x_px + 0.5) / scale == pytest.approx([30, 130], abs=1e-3)
    assert red.width_px / scale == pytest.approx(3.0, abs=1e-3)
    assert np.array(red.dash_px) / scale == pytest.approx([6, 4], abs=1e-3)


def test_what_a_clip_hides_is_not_there(tmp_path):
    clipped = b"q 100 100 100 100 re W n 1 0 0 RG 50 150 m 150 150 l S 10 10 m 20 20 l S Q"
    (figure,) = load_pdf(written(tmp_path, pdf(PLOT + clipped)))
    (red,) = [s for s in figure.strokes if s.color == (255, 0, 0)]
    assert (red.x_px + 0.5) / scale_of(figure) == pytest.approx([100, 150], abs=1e-3)


@pytest.mark.parametrize("rotate", [b"90", b"270"])
def test_a_page_turned_by_its_file_is_read_upright(tmp_path, rotate):
    (figure,) = load_pdf(written(tmp_path, pdf(PLOT, more=b"/Rotate " + rotate)))
    assert {t.rotation for t in figure.texts} == {0}
    np.testing.assert_allclose(curve_of(figure), CORNERS, atol=1e-3)


def test_crowded_plus_signs_all_become_marks(tmp_path):
    crowded = b"0 0 1 rg BT /F 10 Tf 150 206 Td [(+) 560 (+) 570 (+) -200 (+)] TJ ET BT /F 10 Tf 250 156 Td (+) Tj ET"
    (figure,) = load_pdf(written(tmp_path, pdf(PLOT + crowded)))
    marks = [s for s in figure.strokes if s.color is None and s.fill == (0, 0, 255)]
    centres = np.array([(m.x_px.min() + m.x_px.max()) / 2 for m in marks]) / scale_of(figure)
    # Helvetica's plus is 0.584 wide.
    steps = np.diff(np.sort(centres))
    assert steps == pytest.approx([0.24, 0.14, 7.84, 250 - 150 - 8.22], abs=0.03)
    assert "+" not in {t.text for t in figure.texts}


# ---------------------------------------------------------------- papers


def prose(x, top, lines, size=9.0):
    words = "the patients of both groups were followed and events counted"
    return b"".join(text(words, x, top - 11 * k, size) for k in range(lines))


def article(figure_body, resources=b"", others=()):
    page = (
        prose(40, 760, 9)
        + b"q 1 0 0 1 40 330 cm " + figure_body + b" Q\n"
        + text("Figure 2. Kaplan-Meier estimates of survival by treatment in all", 40, 318, 9)
        + text("patients who were randomised and received at least one dose.", 40, 307, 9)
        + prose(40, 270, 12)
    )  # fmt: skip
    return pdf(page, others, resources, box=b"[0 0 600 800]")


def test_a_page_of_prose_yields_its_figure_and_caption(tmp_path):
    (figure,) = load_pdf(written(tmp_path, article(PLOT)))
    assert figure.source.route == "vector"
    assert figure.caption.startswith("Figure 2. Kaplan-Meier estimates")
    assert figure.caption.endswith("at least one dose.")
    assert not any("patients" in t.text for t in figure.texts)
    assert {"0", "10", "1.00"} <= {t.text for t in figure.texts}


def test_the_letters_of_a_page_of_prose_on_a_painted_sheet_are_not_read():
    sheet = b"1 1 1 rg 0 0 600 800 re f 0 0 0 rg "
    bare = pypdfium2.PdfDocument(pdf(sheet + prose(40, 760, 30), box=b"[0 0 600 800]"))
    content = page_content(bare[0])
    assert content.strokes == () and content.runs == ()
    plot = pypdfium2.PdfDocument(pdf(sheet + PLOT + prose(40, 760, 30), box=b"[0 0 600 800]"))
    assert len(page_content(plot[0]).runs) > 30


def picture(columns=120, rows=90):
    rng = np.random.default_rng(1)
    return rng.integers(0, 256, (rows, columns, 3), dtype=np.uint8)


def image_object(pixels, space=b"/DeviceRGB", extra=b""):
    rows, columns = pixels.shape[:2]
    size = b"/Width %d/Height %d/BitsPerComponent 8/ColorSpace" % (columns, rows)
    return stream(pixels.tobytes(), b"/Type/XObject/Subtype/Image" + size + space + extra)


RESOURCES = b"/XObject<</I 6 0 R>>"


def test_a_raster_figure_is_taken_out_pixel_for_pixel(tmp_path):
    pixels = picture()
    data = article(b"q 240 0 0 180 20 60 cm /I Do Q", RESOURCES, (image_object(pixels),))
    (figure,) = load_pdf(written(tmp_path, data))
    assert figure.source.route == "embedded raster"
    assert figure.strokes == ()
    np.testing.assert_array_equal(figure.pixels, pixels)
    assert figure.caption.startswith("Figure 2.")


def test_a_raster_cut_into_strips_is_one_figure(tmp_path):
    pixels = picture(columns=240, rows=180)
    strips = [pixels[k : k + 30] for k in range(0, 180, 30)]
    draw = b"".join(b"q 240 0 0 30 20 %d cm /I%d Do Q " % (210 - 30 * k, k) for k in range(6))
    names = b"".join(b"/I%d %d 0 R" % (k, 6 + k) for k in range(6))
    data = article(draw, b"/XObject<<" + names + b">>", tuple(map(image_object, strips)))
    (figure,) = load_pdf(written(tmp_path, data))
    assert figure.source.route == "embedded raster"
    # Each strip may be stretched by a row where it falls between two.
    assert figure.pixels.shape == (180, 240, 3)
    assert np.median(np.abs(figure.pixels.astype(int) - pixels)) <= 1


def test_a_raster_with_inverted_values_is_shown_upright_and_right(tmp_path):
    pixels = picture()
    upside_down = b"q 240 0 0 -180 20 240 cm /I Do Q"
    image = image_object(pixels, extra=b"/Decode[1 0 1 0 1 0]")
    (figure,) = load_pdf(written(tmp_path, article(upside_down, RESOURCES, (image,))))
    # pdfium's decoding rounds some values down.
    np.testing.assert_allclose(figure.pixels, 255.0 - pixels[::-1], atol=1)


def test_curves_in_a_raster_within_vector_axes_are_joined(tmp_path):
    white = np.full((200, 300, 3), 255, np.uint8)
    white[50, :] = 0
    frame = PLOT.replace(b"0 0 1 RG 1 w 60 260 m 120 260 l 120 210 l 200 210 l 200 160 l 300 160 l S\n", b"")
    body = b"q 290 0 0 190 65 65 cm /I Do Q " + frame
    (figure,) = load_pdf(written(tmp_path, article(body, RESOURCES, (image_object(white),))))
    assert figure.source.route == "embedded raster"
    assert figure.pixels.shape[1] > 300
    assert (figure.pixels < 100).all(axis=2).any(axis=0).sum() > 290


def test_one_page_can_be_asked_for(tmp_path):
    path = written(tmp_path, pdf(PLOT))
    assert load_pdf(path, 1)[0].source.page == 1
    with pytest.raises(UnreadableFigure, match="has 1 pages, not a page 2"):
        load_pdf(path, 2)


def test_a_page_without_lines_is_rendered_as_the_last_resort(tmp_path):
    (figure,) = load_pdf(written(tmp_path, pdf(NUMBERS)))
    assert figure.source.route == "rendered page"


# ---------------------------------------------------------------- hostile files


def exponential_forms():
    forms = [form(b"/X Do " * 12, b"/XObject<</X %d 0 R>>" % (7 + k)) for k in range(12)]
    return pdf(b"/X Do", (*forms, form(b"0 0 m 9 9 l S")), b"/XObject<</X 6 0 R>>")


HOSTILE = {
    "empty": b"%PDF-1.7\n",
    "truncated": pdf(PLOT)[:400],
    "noise": b"%PDF-1.4\n" + bytes(range(256)) * 20,
    "huge page": pdf(PLOT, box=b"[0 0 900000 900000]"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_one_sentence(tmp_path, kind):
    with pytest.raises(UnreadableFigure) as caught:
        load_pdf(written(tmp_path, HOSTILE[kind]))
    assert "\n" not in str(caught.value)


def test_endless_forms_end(tmp_path, monkeypatch):
    monkeypatch.setattr("km2ipd.digitize.confined.SECONDS", 3.0)
    monkeypatch.setattr("km2ipd.digitize.confined.MEGABYTES", 400)
    with pytest.raises(UnreadableFigure):
        load_pdf(written(tmp_path, exponential_forms()))


def test_a_locked_file_says_so(tmp_path):
    locked = pdf(PLOT).replace(
        b"trailer <<",
        b"trailer <</ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<"
        + b"41" * 32
        + b">/U<"
        + b"42" * 32
        + b">>>",
    )
    with pytest.raises(UnreadableFigure, match="password"):
        load_pdf(written(tmp_path, locked))


def test_numbers_beyond_all_measure_do_no_harm(tmp_path):
    wild = b"1e38 1e38 m -1e38 1e38 l S 99999999999999999999 0 m 5 5 l S "
    (figure,) = load_pdf(written(tmp_path, pdf(PLOT + wild)))
    assert np.all(np.isfinite(figure.strokes[0].x_px))


def test_pictures_are_read_by_others_as_well(tmp_path):
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(picture(400, 300)).convert("P").save(buffer, "PDF", resolution=72.0)
    (figure,) = load_pdf(written(tmp_path, buffer.getvalue()))
    assert figure.source.route == "embedded raster"
    assert figure.pixels.shape == (300, 400, 3)


@pytest.mark.parametrize(("turn", "at"), [(b"0 1 -1 0 300 0", (300, 400)), (b"0 -1 1 0 0 400", (300, 400))])
def test_a_figure_on_its_side_is_turned_upright(tmp_path, turn, at):
    box = b"[0 0 %d %d]" % at
    words = text("Overall survival of all patients (%)", 120, 280)
    (figure,) = load_pdf(written(tmp_path, pdf(b"q " + turn + b" cm " + PLOT + words + b" Q", box=box)))
    assert figure.pixels.shape[1] > figure.pixels.shape[0]
    assert {t.rotation for t in figure.texts} == {0}
    np.testing.assert_allclose(curve_of(figure), CORNERS, atol=1e-3)


def test_photographs_are_told_from_drawings():
    noise = picture(300, 200)
    plot = np.full((200, 300, 3), 255, np.uint8)
    plot[40:60] = noise[:20]
    assert is_drawing(plot)
    assert not is_drawing(noise)
