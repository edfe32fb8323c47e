"""Relabelling: places where the steps of an axis say that a number must stand are read again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from drawn_axes import figure_of, label, page
from km2ipd.digitize import ocr
from km2ipd.digitize.axes import find_scales, number_labels
from km2ipd.digitize.relabel import complete_scale, lattice
from km2ipd.digitize.ticks import AxisTicks
from km2ipd.records import AxisCalibration, Box, Figure, TextLine

TICKS = AxisTicks(AxisCalibration(-10.0, 0.1, [100, 300], [0, 20], 0.0), "ticks outside", np.array([]), np.array([]))


def scale_of(*values: int):
    texts = tuple(label(f"{v}", 100 + 10 * v, 300) for v in values)
    (scale,) = find_scales(number_labels(texts), "horizontal")
    return scale


def reader(found: dict[int, str]):
    """A reader that finds the given texts at the given px and nothing elsewhere."""

    def read_numbers(figure: Figure, boxes: Sequence[Box], rotation: int = 0) -> list[TextLine]:
        return [TextLine(found.get(round(b.centre[0]), ""), b) for b in boxes]

    return read_numbers


def test_the_lattice_goes_on_in_the_labels_steps() -> None:
    px, values = lattice(TICKS, np.array([0.0, 10.0]), 98.0, 402.0)
    assert list(values) == [0, 10, 20, 30]
    assert px == pytest.approx([100, 200, 300, 400])


def test_no_place_is_searched_below_zero() -> None:
    _, values = lattice(TICKS, np.array([0.0, 10.0]), -150.0, 300.0)
    assert values.min() == 0


def test_a_missed_number_is_added_when_it_reads_as_predicted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "read_numbers", reader({200: "10", 400: "80"}))
    scale = complete_scale(figure_of(page()), scale_of(0, 20, 40), TICKS, (98.0, 502.0))
    assert list(scale.values) == [0, 20, 40]
    scale = complete_scale(figure_of(page()), scale_of(0, 20, 30), TICKS, (98.0, 502.0))
    assert list(scale.values) == [0, 10, 20, 30]


def test_a_complete_scale_is_returned_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "read_numbers", reader({}))
    scale = scale_of(0, 10, 20, 30)
    assert complete_scale(figure_of(page()), scale, TICKS, (98.0, 402.0)) is scale
