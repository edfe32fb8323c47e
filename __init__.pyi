import os
from collections.abc import Sequence
from typing import Literal

import pandas as pd

from .records import CellByHand, Digitization, PanelResult

__version__: str
__all__ = ["__version__", "digitize", "reconstruct", "run", "to_dataframe"]

_Path = str | os.PathLike[str]
_Range = tuple[float, float]

def digitize(
    figure: _Path,
    *,
    page: int | None = None,
    panel: str | None = None,
    x_range: _Range | None = None,
    y_range: _Range | None = None,
    arms: tuple[str, ...] | int | None = None,
    direction: Literal["survival", "incidence"] | None = None,
) -> Digitization: ...
def reconstruct(
    reading: Digitization,
    *,
    method: str | None = None,
    ensemble: int | None = None,
    condition_on: Sequence[str] = (),
    reference: str | None = None,
    totals: _Path | None = None,
    reported: _Path | None = None,
) -> tuple[PanelResult, ...]: ...
def run(
    figure: _Path,
    out: _Path | None = None,
    *,
    force: bool = False,
    page: int | None = None,
    panel: str | None = None,
    x_range: _Range | None = None,
    y_range: _Range | None = None,
    arms: tuple[str, ...] | int | None = None,
    direction: Literal["survival", "incidence"] | None = None,
    risk_table: _Path | None = None,
    cells: Sequence[CellByHand] = (),
    totals: _Path | None = None,
    reported: _Path | None = None,
    method: str | None = None,
    ensemble: int | None = None,
    condition_on: Sequence[str] = (),
    reference: str | None = None,
    formats: Sequence[str] = (),
) -> tuple[PanelResult, ...]: ...
def to_dataframe(what: Digitization | Sequence[PanelResult]) -> pd.DataFrame: ...
