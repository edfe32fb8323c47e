"""Keys whose own colour draws nothing are given to the ink that must be theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from km2ipd.digitize.inks import map_ink
from km2ipd.digitize.legend import LegendKey
from km2ipd.digitize.palette import PlotInk
from km2ipd.digitize.plotcrop import PlotCrop
from km2ipd.digitize.shades import join_paler_stretches, with_idle_keys, with_stronger_tones
from km2ipd.digitize.staircase import Staircase
from km2ipd.records import Box, Rgb


def key(name: str, color: Rgb) -> LegendKey:
    place = 10.0 * len(name)
    return LegendKey(name, color, 1.0, 3.0, Box(0, place, 30, place + 3), Box(40, place, 70, place + 8))


def test_a_sample_in_another_tone_goes_to_the_curve_of_its_hue() -> None:
    red, green = key("Drug", (192, 0, 0)), key("Placebo", (0, 176, 80))
    inks = (PlotInk(red.color, 1500, (red,)), PlotInk((91, 175, 97), 900), PlotInk((205, 111, 124), 800))
    inks += (PlotInk(green.color, 200, (green,)),)
    found = with_idle_keys(inks, drawn={1, 2})
    assert [(i.color, i.keys) for i in found] == [((91, 175, 97), (green,)), ((205, 111, 124), (red,))]
    assert with_idle_keys(inks, drawn={0, 1, 2, 3}) == inks


def test_a_sample_without_a_curve_of_its_hue_keeps_its_ink() -> None:
    blue = key("Drug", (30, 60, 200))
    inks = (PlotInk(blue.color, 900, (blue,)), PlotInk((20, 140, 60), 900), PlotInk((150, 150, 150), 900))
    assert with_idle_keys(inks, drawn={1, 2}) == inks


def test_greys_of_which_one_draws_nothing_are_traced_together() -> None:
    keys = tuple(key(name, (v, v, v)) for name, v in (("A", 74), ("AB", 166), ("ABC", 124)))
    inks = tuple(PlotInk(k.color, 900, (k,)) for k in keys)
    (both,) = with_idle_keys(inks, drawn={0, 2})
    assert both.color == (74, 74, 74) and both.keys == keys
    assert both.tones == ((166, 166, 166), (124, 124, 124)) and both.pixels == 2700
    assert with_idle_keys(inks, drawn={0, 1, 2}) == inks


@dataclass(frozen=True)
class Path:
    """What join_paler_stretches needs of a TracedPath."""

    ink: int
    stair: Staircase
    width_px: float = 5.0


def test_darker_marks_on_a_curve_leave_its_colour_the_curves_own() -> None:
    """JPEG darkens thin marks: joined to the curve's ink, they must not make the curve itself look pale."""
    blue, dark = (4, 107, 174), (33, 96, 133)
    pixels = np.full((60, 200, 3), 255, np.uint8)
    pixels[28:33] = blue
    pixels[26:35, 20::20] = dark
    blank = np.zeros(pixels.shape[:2], bool)
    crop = PlotCrop(map_ink(pixels), 0, 0, 1, 10.0, 50.0, flipped=False, lettering=blank, frame=blank)
    path = Path(0, Staircase(0, np.full(200, 30), 300.0))
    (joined,) = join_paler_stretches(crop, [path], (PlotInk(blue, 950), PlotInk(dark, 81)))
    assert joined.color == blue and joined.tones == (dark,) and joined.pixels == 1031


def test_a_pale_sample_along_a_curve_without_entry_is_that_curves() -> None:
    """A thin line falls between two rows here and there and is paler there, as its thin sample is in the legend."""
    full, pale = (122, 120, 221), (188, 186, 234)
    name = key("Drug", pale)
    pixels = np.full((60, 200, 3), 255, np.uint8)
    pixels[29:31, :140], pixels[28:32, 140:] = full, pale
    blank = np.zeros((60, 200), bool)
    crop = PlotCrop(map_ink(pixels), 0, 0, 1, 5.0, 55.0, flipped=False, lettering=blank, frame=blank)
    inks = (PlotInk(full, 280), PlotInk(pale, 240, (name,)))
    path = Path(0, Staircase(0, np.full(200, 30), 100.0))
    (one,) = join_paler_stretches(crop, [path, replace(path, ink=1)], inks)  # type: ignore[list-item]
    assert (one.color, one.keys, one.shades) == (full, (name,), (pale,))
    named = (replace(inks[0], keys=(key("Placebo", full),)), inks[1])
    assert join_paler_stretches(crop, [path, replace(path, ink=1)], named) == named  # type: ignore[list-item]


def test_thin_grey_lines_and_the_black_marks_on_them_may_be_one_ink() -> None:
    keys = tuple(replace(key(name, (59, 59, 59)), width_px=1.0) for name in ("A", "AB"))
    inks = (PlotInk((0, 0, 0), 3300), PlotInk((59, 59, 59), 1100, keys), PlotInk((200, 30, 30), 500))
    one, red = with_stronger_tones(inks)
    assert (one.color, one.keys, one.shades, one.pixels) == ((0, 0, 0), keys, ((59, 59, 59),), 4400)
    assert red == inks[2]
    thick = replace(inks[1], keys=tuple(replace(k, width_px=4.0) for k in keys))
    assert with_stronger_tones((inks[0], thick)) == (inks[0], thick)
