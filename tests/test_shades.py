"""Keys whose own colour draws nothing are given to the ink that must be theirs."""

from __future__ import annotations

from km2ipd.digitize.legend import LegendKey
from km2ipd.digitize.palette import PlotInk
from km2ipd.digitize.shades import with_idle_keys
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
