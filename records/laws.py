"""Kinds of arrays and words that records are made of, and the law that every record checks."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from ..errors import InvalidRecord

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
PixelArray = npt.NDArray[np.uint8]
MaskArray = npt.NDArray[np.bool_]

Status = Literal["ok", "review", "failed"]
Scale = Literal["fraction", "percent"]
Direction = Literal["survival", "incidence"]
Route = Literal["raster", "vector", "embedded raster", "rendered page"]
Verdict = Literal["agrees", "differs", "cannot tell"]
Rgb = tuple[int, int, int]


def read_only(values: npt.ArrayLike, dtype: type = np.float64) -> npt.NDArray:
    """A read-only copy of values as a one-dimensional array of the given dtype."""
    array: npt.NDArray = np.array(values, dtype=dtype).reshape(-1)
    array.setflags(write=False)
    return array


def require(condition: bool, what: str) -> None:
    """Raise InvalidRecord with one sentence when a record's law is broken."""
    if not condition:
        raise InvalidRecord(what)
