"""digitization.json: written, edited, read back."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn_study import drawn_digitization
from km2ipd.errors import UsageError
from km2ipd.report.pivot import as_saved, decode_digitization, digitization_json, read_digitization


def assert_same(a: Any, b: Any) -> None:
    """Equal field by field, nan equal to nan."""
    if is_dataclass(a):
        assert type(a) is type(b)
        for field in fields(a):
            assert_same(getattr(a, field.name), getattr(b, field.name))
    elif isinstance(a, np.ndarray):
        np.testing.assert_array_equal(a, b)
    elif isinstance(a, tuple):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            assert_same(x, y)
    else:
        assert a == b


def test_what_is_written_is_read_back() -> None:
    digitization = drawn_digitization()
    assert_same(digitization, decode_digitization(digitization_json(digitization).encode(), "d.json"))


def test_writing_again_gives_the_same_bytes() -> None:
    saved = as_saved(drawn_digitization())
    assert digitization_json(as_saved(saved)) == digitization_json(saved)


def edited(path: list[Any], value: Any) -> bytes:
    """The drawing's pivot with the value at a path replaced."""
    content = json.loads(digitization_json(drawn_digitization()))
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return json.dumps(content).encode()


ARM = ["panels", 0, "arms", 0]


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ([*ARM, "curve", "survival", 1], "high", "panels[0].arms[0].curve.survival"),
        ([*ARM, "curve", "survival", 1], 1.7, "survival must lie within 0 to 1"),
        ([*ARM, "curve", "time"], [0, 9, 5, 20, 24], "times of a curve must not fall"),
        ([*ARM, "curve", "time"], "soon", "panels[0].arms[0].curve.time"),
        ([*ARM, "name"], 7, "panels[0].arms[0].name"),
        (["panels", 0, "status"], "fine", "panels[0].status"),
        (["panels", 0, "panel", "x", "calibration", "slope"], 0, "slope 0"),
        (["panels", 0, "panel", "source", "image"], "../figure.png", "../figure.png"),
        (["panels", 0, "panel", "source", "image"], "/etc/x.png", "/etc/x.png"),
        (["panels"], [], "no panel"),
        ([*ARM, "name"], "Placebo, “oral”", "two arms of one name"),
    ],
)
def test_a_wrong_edit_is_named(tmp_path: Path, path: list[Any], value: Any, named: str) -> None:
    file = tmp_path / "digitization.json"
    file.write_bytes(edited(path, value))
    with pytest.raises(UsageError) as caught:
        read_digitization(file)
    assert named in str(caught.value) and "digitization.json" in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1, 2]", b"\xff\xfe\x00", b"[" * 100_000, b'{"version": "1"}', b'{"version": "\xe6"}']
)
def test_other_files_are_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "other.json"
    file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_digitization(file)
    assert "other.json" in str(caught.value) and "\n" not in str(caught.value)
